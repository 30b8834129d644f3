"""One pool with a morning and a night shift, plans for it, and the shifts of a roster."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from capacity.domain import Operation, Person, Roster, ShiftPlan, ShiftTemplate, TimeGrid
from tests.builders import toy_operation, toy_pool
from tests.oracles.rosters import plan_of, shift_row

MONDAY = pd.Timestamp("2026-01-05", tz="UTC")
MORNING = ShiftTemplate(name="morning", start_minute=6 * 60, length_minutes=480)
NIGHT = ShiftTemplate(name="night", start_minute=22 * 60, length_minutes=480)


def small(
    *, heads: int = 1, people: tuple[Person, ...] = (), zone: str = "UTC", **fields: object
) -> Operation:
    """One pool with a morning and a night shift."""
    base: dict[str, object] = {"heads": heads, "shifts": (MORNING, NIGHT)}
    operation = toy_operation(pools=(toy_pool(**(base | fields)),), zone=zone)  # type: ignore[arg-type]
    return replace(operation, people=people) if people else operation


def plan(
    operation: Operation,
    wanted: dict[tuple[int, str], int],
    *,
    days: int = 7,
    start: pd.Timestamp = MONDAY,
    hours: float = 0.0,
) -> ShiftPlan:
    """Heads by (day, shift name); `hours` of hash_match work in each covered interval and head."""
    pool = operation.pools[0]
    grid = TimeGrid(start=start, minutes=60, periods=days * 24)
    templates = {template.name: template for template in pool.shifts}
    first = start.tz_convert(operation.zone_of(pool)).date()
    rows = [
        shift_row(operation, pool, templates[name], first + timedelta(days=day), heads)
        for (day, name), heads in wanted.items()
    ]
    flows = []
    for begin in grid.starts if hours else ():
        end = begin + pd.Timedelta(hours=1)
        present = sum(int(r["heads"]) for r in rows if r["start"] <= begin and r["end"] >= end)
        if present:
            flows.append(
                {"pool": pool.name, "queue": "hash_match", "start": begin, "hours": hours * present}
            )
    return plan_of(grid, rows, flows)


def shifts_of(given: Roster) -> list[tuple[str, date, str]]:
    """(person, date, shift) of a roster."""
    first = given.frame.drop_duplicates(["person", "date"])
    return sorted(zip(first["person"], first["date"], first["shift"], strict=True))
