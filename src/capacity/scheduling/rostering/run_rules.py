"""Shortest and longest runs of work and rest as rows on starts and stops."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from capacity.scheduling.rostering.parts import ModelParts
from capacity.scheduling.rostering.problem import Ints, RunRule


def add_runs(parts: ModelParts, assign: Ints, work: Ints, rules: tuple[RunRule, ...]) -> None:
    """Shortest and longest runs by start and stop columns (minimum up and down times).

    A run that started within the last `shortest_work` days still goes on; one that stopped
    within `shortest_rest` days has not started again. These are the facets of the minimum up
    and down time polytope [Rajan and Takriti 2005, IBM Research Report RC23628]; stated so,
    the linear bound is far tighter than with one row for each forbidden pattern.
    """
    people, days = work.shape
    everything = work
    for rule in rules:
        work = everything if rule.shifts is None else _on(parts, assign, rule.shifts)
        for person in range(people):
            _add_edges(parts, work[person], rule, person)
        if max(rule.shortest_work.max(initial=1), rule.shortest_rest.max(initial=1)) <= 1:
            continue
        start = parts.add_columns(people * days, integer=True).reshape(people, days)
        stop = parts.add_columns(people * days, integer=True).reshape(people, days)
        changes = [work[:, 1:], work[:, :-1], start[:, 1:], stop[:, 1:]]
        columns = np.stack(changes, axis=2).reshape(-1, 4)
        parts.add_rows(columns, [1.0, -1.0, -1.0, 1.0], lower=0.0, upper=0.0)
        for person in range(people):
            _add_shortest(parts, work[person], start[person], int(rule.shortest_work[person]))
            _add_rest(parts, work[person], stop[person], int(rule.shortest_rest[person]))
            _add_longest(parts, work[person], start[person], int(rule.longest_work[person]))


def _on(parts: ModelParts, assign: Ints, shifts: tuple[int, ...]) -> Ints:
    """Columns (people, days) that are one where one of some kinds of shift is worked."""
    people, days, _ = assign.shape
    on = parts.add_columns(people * days, integer=True)
    columns = np.column_stack([assign[:, :, list(shifts)].reshape(-1, len(shifts)), on])
    parts.add_rows(columns, [1.0] * len(shifts) + [-1.0], lower=0.0, upper=0.0)
    return on.reshape(people, days)


def _add_shortest(parts: ModelParts, work: Ints, start: Ints, shortest: int) -> None:
    columns = np.column_stack([_recent(start, 1, shortest), work[1:]])
    parts.add_rows(columns, [1.0] * shortest + [-1.0], upper=0.0)


def _add_rest(parts: ModelParts, work: Ints, stop: Ints, rest: int) -> None:
    columns = np.column_stack([_recent(stop, 1, rest), work[1:]])
    parts.add_rows(columns, [1.0] * (rest + 1), upper=1.0)


def _add_longest(parts: ModelParts, work: Ints, start: Ints, longest: int) -> None:
    """A day of work needs a start within the last `longest` days."""
    if longest < work.size:
        columns = np.column_stack([_recent(start, longest, longest), work[longest:]])
        parts.add_rows(columns, [-1.0] * longest + [1.0], upper=0.0)


def _recent(columns: Ints, first: int, count: int) -> Ints:
    """The columns of each day from `first` on and of the days before it; -1 before day 1."""
    days = np.arange(first, columns.size)[:, None] - np.arange(count)
    return np.where(days >= 1, columns[np.maximum(days, 0)], -1)


def _add_edges(parts: ModelParts, work: Ints, rule: RunRule, person: int) -> None:
    """Windows hold the longest run, the past included; a carried run reaches its shortest."""
    carried, longest = int(rule.carried[person]), int(rule.longest_work[person])
    shortest, rest = int(rule.shortest_work[person]), int(rule.shortest_rest[person])
    for first in range(-max(carried, 0), min(work.size - longest, 0)):
        window = work[: first + longest + 1]
        _row(parts, [*window], [1.0] * window.size, upper=float(max(longest + first, 0)))
    if longest < work.size:
        windows = sliding_window_view(work, longest + 1)
        parts.add_rows(windows, [1.0] * (longest + 1), upper=float(longest))
    if carried > 0:
        for day in range(min(max(shortest - carried, 0), work.size)):
            _row(parts, [work[day]], [1.0], lower=1.0)
        for day in range(1, min(rest, work.size)):
            _row(parts, [work[0], work[day]], [-1.0, 1.0], upper=0.0)
    elif carried < 0:
        for day in range(min(max(rest + carried, 0), work.size)):
            _row(parts, [work[day]], [1.0], upper=0.0)
        for day in range(1, min(shortest, work.size)):
            _row(parts, [work[0], work[day]], [1.0, -1.0], upper=0.0)


def _row(
    parts: ModelParts,
    columns: list[int],
    values: list[float],
    *,
    lower: float = -np.inf,
    upper: float = np.inf,
) -> None:
    parts.add_rows(np.array([columns], dtype=np.int64), values, lower=lower, upper=upper)
