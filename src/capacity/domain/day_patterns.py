"""Patterns of working days in a calendar week, and what they allow in sums."""

from __future__ import annotations

from functools import cache
from itertools import combinations

WEEK = range(7)


def free_run_patterns(days_off_in_row: int) -> tuple[tuple[int, ...], ...]:
    """Working days of a calendar week (0 = Monday) beside one run of days off, one pattern a run.

    Examples
    --------
    >>> free_run_patterns(3)[0], free_run_patterns(3)[-1]
    ((3, 4, 5, 6), (0, 1, 2, 3))
    """
    starts = range(7 - days_off_in_row + 1)
    return tuple(
        tuple(day for day in WEEK if not first <= day < first + days_off_in_row) for first in starts
    )


@cache
def day_ranks(patterns: tuple[tuple[int, ...], ...]) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Sets of weekdays and how many of them one person may work under any of the patterns.

    The rank of a set is the most of its days that lie in one pattern. A person who keeps to every
    rank works within one pattern, and heads whose days are sums of patterns keep to rank x heads;
    for runs of days off the reverse holds too (their matrix is one of intervals, so that the cuts
    are whole sets of days). Sets whose row follows from another one are left out.

    Examples
    --------
    >>> day_ranks(((0, 1, 2, 3, 4), (1, 2, 3, 4, 5)))    # no Sunday; Monday or Saturday
    (((6,), 0), ((0, 5, 6), 1))
    """
    sets = [frozenset(item) for size in range(1, 8) for item in combinations(WEEK, size)]
    rank = {item: max(len(item & set(pattern)) for pattern in patterns) for item in sets}
    rank[frozenset()] = 0
    return tuple(
        (tuple(sorted(item)), rank[item])
        for item in sets
        if rank[item] < len(item) and _is_needed(item, rank)
    )


def _is_needed(item: frozenset[int], rank: dict[frozenset[int], int]) -> bool:
    """Whether no single day less, and no single day more, says at least as much."""
    less = all(rank[item - {day}] == rank[item] for day in item)
    more = any(rank[item | {day}] == rank[item] for day in WEEK if day not in item)
    return less and not more
