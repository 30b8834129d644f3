"""Planned heads that nobody takes, each with what keeps the people of the pool from it."""

from __future__ import annotations

from collections import Counter

import numpy as np

from capacity.scheduling.rostering.cohorts import HOUR_NS, Cohorts
from capacity.scheduling.rostering.problem import Ints


def unfilled_rows(cohorts: Cohorts, chosen: Ints) -> list[tuple[object, ...]]:
    """Rows (pool, shift, date, start, end, heads, reason) of the heads still missing."""
    rows: list[tuple[object, ...]] = []
    for day, shift in np.argwhere(cohorts.exists):
        missing = int(cohorts.heads[day, shift] - (chosen[:, day] == shift).sum())
        if missing > 0:
            rows.append(
                (
                    cohorts.pool.name,
                    cohorts.names[shift],
                    cohorts.dates[day],
                    int(cohorts.start[day, shift]),
                    int(cohorts.end[day, shift]),
                    missing,
                    _reason(cohorts, chosen, int(day), int(shift)),
                )
            )
    return rows


def _reason(cohorts: Cohorts, chosen: Ints, day: int, shift: int) -> str:
    if not cohorts.people:
        return "the pool lists no people"
    counts = Counter(
        _obstacle(cohorts, chosen, person, day, shift) for person in range(len(cohorts.people))
    )
    counts.pop("works it", None)
    return "; ".join(f"{count} {what}" for what, count in counts.most_common())


def _obstacle(cohorts: Cohorts, chosen: Ints, person: int, day: int, shift: int) -> str:
    """The first rule that keeps one person from one shift."""
    who, pool, line = cohorts.people[person], cohorts.pool, chosen[person]
    monday = day - cohorts.dates[day].weekday()
    week = [d for d in range(max(monday, 0), min(monday + 7, line.size)) if line[d] >= 0]
    paid = sum(int(cohorts.paid_minutes[d, line[d]]) for d in week)
    contract = 60 * (who.hours_per_week or pool.hours_per_week)
    tests = (
        ("works it", line[day] == shift),
        ("on another shift that day", line[day] >= 0),
        ("on time off", cohorts.dates[day] in who.time_off),
        ("at the contract hours of the week", paid + cohorts.paid_minutes[day, shift] > contract),
        ("at the days of the week", len(week) >= pool.days_per_week),
        ("without the rest before or after", _lacks_rest(cohorts, line, day, shift)),
        ("at the days in a row", _run_length(line, day, who.carried_days) > pool.max_days_in_row),
    )
    return next((name for name, holds in tests if holds), "kept from it by rules in combination")


def _lacks_rest(cohorts: Cohorts, line: Ints, day: int, shift: int) -> bool:
    need = cohorts.pool.min_rest_hours * HOUR_NS
    for other in range(max(day - 2, 0), min(day + 3, line.size)):
        if line[other] < 0 or other == day:
            continue
        early, late = ((other, int(line[other])), (day, shift))
        if other > day:
            early, late = late, early
        if cohorts.start[late] - cohorts.end[early] < need:
            return True
    return False


def _run_length(line: Ints, day: int, carried: int) -> int:
    first, last = day, day
    while first > 0 and line[first - 1] >= 0:
        first -= 1
    while last + 1 < line.size and line[last + 1] >= 0:
        last += 1
    return last - first + 1 + (carried if first == 0 else 0)
