"""Surges: what can happen at once, as scenarios with dates."""

from __future__ import annotations

import math
from datetime import date, timedelta

from capacity.domain.event import EventShape
from capacity.domain.plan import Plan
from capacity.errors import DataError
from capacity.scenarios.changes.arrivals import Outage, Volume
from capacity.scenarios.changes.people import Staffing
from capacity.scenarios.scenario import Scenario


def spike(queue: str, *, by: float, start: date, days: int) -> Scenario:
    """Volume of a queue rises by a share for some days and is then as before.

    Examples
    --------
    >>> print(spike("hash_match", by=1.0, start=date(2026, 3, 2), days=3))
    spike of hash_match: volume of hash_match +100 % from 2026-03-02 to 2026-03-04
    """
    return Scenario(f"spike of {queue}", Volume(queue, by=by, start=start, end=_last(start, days)))


def outage(queue: str, *, start: date, days: int, returns: bool = True) -> Scenario:
    """Nothing arrives for some days; with `returns` it all comes on the day after."""
    last = _last(start, days)
    changes: list[Outage | Volume] = [Outage(queue, start=start, end=last)]
    if returns:
        after = last + timedelta(days=1)
        changes.append(Volume(queue, by=float(days), start=after, end=after))
    return Scenario(f"outage of {queue}", *changes)


def staff_loss(pool: str, *, heads: int) -> Scenario:
    """So many people of a pool are gone."""
    if heads < 1:
        raise DataError(f"loss of staff in {pool}: heads must be at least 1, got {heads}.")
    return Scenario(f"loss of {heads} in {pool}", Staffing(pool, by=-heads))


def detector_launch(queue: str, *, by: float, start: date) -> Scenario:
    """Volume of a queue rises by a share and stays."""
    step = Volume(queue, by=by, start=start, shape=EventShape.STEP)
    return Scenario(f"detector launch on {queue}", step)


def surge_start(plan: Plan) -> date:
    """The local date a week after the shift plan begins: a quiet week comes before a surge."""
    start: date = plan.shifts.grid.start.tz_convert(plan.operation.zone).date()
    return start + timedelta(weeks=1)


def usual_surges(plan: Plan) -> tuple[Scenario, ...]:
    """One surge of each kind, from `surge_start` on (sizes are conventions).

    The queue with most work doubles for three days, stops for a day and comes back at once, or
    grows by 30 % for good; the pool with most people loses a fifth of them.
    """
    start = surge_start(plan)
    periods = plan.shifts.grid.periods
    work = {
        q: float(plan.staffing.work(q, periods=periods).mean(axis=0).sum())
        for q in plan.staffing.queues
    }
    queue = max(sorted(work), key=lambda name: work[name])
    pool = max(plan.operation.pools, key=lambda item: item.heads)
    return (
        spike(queue, by=1.0, start=start, days=3),
        outage(queue, start=start, days=1),
        staff_loss(pool.name, heads=max(1, math.ceil(pool.heads / 5))),
        detector_launch(queue, by=0.3, start=start),
    )


def _last(start: date, days: int) -> date:
    if days < 1:
        raise DataError(f"a surge lasts at least 1 day, got {days}.")
    return start + timedelta(days=days - 1)
