"""Planned heads that nobody takes, each with what keeps the people of the pool from it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from capacity.scheduling.rostering.obstacles import Obstacles
from capacity.scheduling.rostering.problem import Ints


def missing_heads(obstacles: Obstacles, chosen: Ints) -> Iterator[tuple[int, int, int]]:
    """(day, shift, heads) of the planned heads that nobody takes."""
    cohorts = obstacles.cohorts
    for day, shift in np.argwhere(cohorts.exists):
        missing = int(cohorts.heads[day, shift] - (chosen[:, day] == shift).sum())
        if missing > 0:
            yield int(day), int(shift), missing


def unfilled_rows(obstacles: Obstacles, chosen: Ints) -> list[tuple[object, ...]]:
    """Rows (pool, shift, date, start, end, heads, reason) of the heads still missing."""
    cohorts = obstacles.cohorts
    return [
        (
            cohorts.pool.name,
            cohorts.names[shift],
            cohorts.dates[day],
            int(cohorts.start[day, shift]),
            int(cohorts.end[day, shift]),
            missing,
            _reason(obstacles, chosen, day, shift),
        )
        for day, shift, missing in missing_heads(obstacles, chosen)
    ]


def _reason(obstacles: Obstacles, chosen: Ints, day: int, shift: int) -> str:
    """How many people each rule keeps away; a person is told once, by the first rule."""
    if not obstacles.cohorts.people:
        return "the pool lists no people"
    left = chosen[:, day] != shift
    counts: list[tuple[int, str]] = []
    for rule, kept in obstacles.of(chosen, day, shift).items():
        counts.append((int((left & kept).sum()), rule))
        left &= ~kept
    counts.append((int(left.sum()), "kept from it by rules in combination"))
    told = sorted((pair for pair in counts if pair[0]), key=lambda pair: -pair[0])
    return "; ".join(f"{count} {rule}" for count, rule in told) or "everybody of the pool works it"
