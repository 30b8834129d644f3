"""Every roster of a tiny problem, one by one: the slow road to the optimum."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np

from capacity.scheduling.rostering.problem import (
    BlockRule,
    Cover,
    RosterProblem,
    RunRule,
    WindowRule,
)


def least_cost(problem: RosterProblem) -> float:
    """Objective of the best roster by enumeration; infinity if none keeps the hard rules."""
    people, days, shifts = problem.allowed.shape
    best = np.inf
    lines = [
        [line for line in product(range(-1, shifts), repeat=days) if _keeps(problem, person, line)]
        for person in range(people)
    ]
    for roster in product(*lines):
        chosen = np.array(roster).reshape(people, days)
        cost = problem.cost_of(chosen) + _cover_cost(problem, chosen)
        best = min(best, cost + sum(_soft(problem, p, line) for p, line in enumerate(roster)))
    return float(best)


def _keeps(problem: RosterProblem, person: int, line: tuple[int, ...]) -> bool:
    if any(s >= 0 and not problem.allowed[person, d, s] for d, s in enumerate(line)):
        return False
    if problem.must_work is not None and any(
        must and shift < 0 for must, shift in zip(problem.must_work[person], line, strict=True)
    ):
        return False
    pairs = [(a, b, d) for d, (a, b) in enumerate(pairwise(line)) if a >= 0 and b >= 0]
    if any(problem.forbidden[0, d, a, b] for a, b, d in pairs):
        return False
    windows = all(_excess(rule, person, line) <= 1e-9 for rule in problem.windows if rule.is_hard)
    blocks = all(_block_fits(rule, person, line) for rule in problem.blocks)
    return windows and blocks and all(_run_fits(rule, person, line) for rule in problem.runs)


def _excess(rule: WindowRule, person: int, line: tuple[int, ...]) -> float:
    amounts = [
        0.0
        if s < 0
        else float(np.broadcast_to(rule.amount, (len(line), rule.amount.shape[-1]))[d, s])
        for d, s in enumerate(line)
    ]
    past = [] if rule.before is None else rule.before[person].tolist()
    every = past + amounts
    total = 0.0
    for start in range(-len(past) - rule.days, len(line), 1):
        if (start - rule.first) % rule.step or start + rule.days <= 0:
            continue
        if start < min(rule.first, 0) and rule.before is None:
            continue
        if rule.step == 1 and start + rule.days > len(line) and start > rule.first:
            continue
        low = max(start + len(past), 0)
        inside = sum(every[low : max(start + rule.days + len(past), 0)])
        if rule.at_most is not None and np.isfinite(rule.at_most[person]):
            history = sum(every[low : max(min(start + rule.days, 0) + len(past), 0)])
            room = max(rule.at_most[person] - history, 0.0)
            total += max(0.0, inside - history - room)
        if rule.at_least is not None and start + rule.days <= len(line):
            total += max(0.0, rule.at_least[person] - inside)
    return total


def _soft(problem: RosterProblem, person: int, line: tuple[int, ...]) -> float:
    return sum(
        rule.price * _excess(rule, person, line) for rule in problem.windows if not rule.is_hard
    )


def _block_fits(rule: BlockRule, person: int, line: tuple[int, ...]) -> bool:
    busy = [float(any(line[d] >= 0 for d in block)) for block in rule.blocks]
    every = ([] if rule.before is None else rule.before[person].tolist()) + busy
    windows = [every[s : s + rule.window] for s in range(max(len(every) - rule.window, 0) + 1)]
    return all(sum(window) <= rule.at_most[person] for window in windows)


def _run_fits(rule: RunRule, person: int, line: tuple[int, ...]) -> bool:
    on = [s >= 0 if rule.shifts is None else s in rule.shifts for s in line]
    first = 0
    for day in range(1, len(on) + 1):
        if day < len(on) and on[day] == on[first]:
            continue
        length, inside = day - first, first > 0 and day < len(on)
        if on[first] and length > rule.longest_work[person]:
            return False
        if inside and length < (rule.shortest_work if on[first] else rule.shortest_rest)[person]:
            return False
        first = day
    return True


def _cover_cost(problem: RosterProblem, chosen: np.ndarray) -> float:
    return sum(_row_cost(row, chosen) for row in problem.cover)


def _row_cost(row: Cover, chosen: np.ndarray) -> float:
    people = range(len(chosen)) if row.people is None else row.people
    heads = sum(chosen[p, d] == s for p in people for d, s in row.cells)
    extra = heads - row.need
    if extra > 0:
        return float(row.extra_price * extra)
    return float(-row.short_price * extra)
