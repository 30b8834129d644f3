"""A tiny plan and its partial roster, for examples in docstrings and for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from capacity.domain import Effort, Operation, Person, Roster, ShiftPlan, SolveStatus, TimeGrid
from capacity.queueing.examples import two_queue_operation
from capacity.scheduling.rostering import roster


def short_roster() -> tuple[Roster, ShiftPlan, Operation]:
    """One person, two planned mornings, and leave on the second."""
    base = two_queue_operation()
    pool = replace(base.pools[0], heads=1, tenure_months=())
    others = tuple(replace(other, heads=0, tenure_months=()) for other in base.pools[1:])
    first = date(2026, 1, 5)
    person = Person(id="r001", pool=pool.name, time_off=(first + timedelta(days=1),))
    operation = replace(base, pools=(pool, *others), people=(person,))
    template = pool.shifts[0]
    start = pd.Timestamp(first, tz=operation.zone_of(pool)).tz_convert("UTC")
    begin = start + pd.Timedelta(minutes=template.start_minute)
    rows = [
        {
            "pool": pool.name,
            "shift": template.name,
            "date": first + timedelta(days=n),
            "start": begin + pd.Timedelta(days=n),
            "end": begin + pd.Timedelta(days=n, minutes=template.length_minutes),
            "heads": 1,
            "paid_hours": template.paid_hours,
        }
        for n in range(2)
    ]
    empty = ShiftPlan(
        grid=TimeGrid(start=start, minutes=60, periods=3 * 24),
        shifts=pd.DataFrame(rows),
        breaks=pd.DataFrame(columns=["pool", "shift", "date", "start", "minutes", "heads"]),
        flows=pd.DataFrame(columns=["pool", "queue", "start", "hours"]),
        exposure=pd.DataFrame(columns=["pool", "shift", "date", "queue", "start", "hours"]),
        shortfall=pd.DataFrame(columns=["queue", "start", "hours", "kind"]),
        status=SolveStatus.FEASIBLE,
        objective=0.0,
        bound=0.0,
        effort=Effort.QUICK,
        factor=1.0,
        confidence=0.9,
        seed=0,
    )
    return roster(empty, operation), empty, operation
