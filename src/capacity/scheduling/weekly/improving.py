"""Better whole shifts by large neighbourhood search: free one pool, or two days, at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from capacity.program import Engine, Program, Solution, SolveOptions, solve
from capacity.program.slots import IntArray
from capacity.scheduling.weekly.week import Week

SMALL_PROGRAM = 30  # whole shifts up to which one branch and bound does it all
REACH = 3.0  # heads by which a freed shift may move in one step
SUB_OPTIONS = SolveOptions(gap=0.002, nodes=3, engine=Engine.DIRECT)


def improve_week(
    program: Program,
    week: Week,
    start: Solution,
    *,
    bound: float,
    gap: float,
    passes: int = 1,
    seed: int = 0,
    hurry: Callable[[], bool] = lambda: False,
) -> Solution:
    """Improve whole shifts until their gap to `bound` is at most `gap` or no neighbourhood helps.

    Each step keeps all shifts but those of one pool or of two neighbouring days and solves the
    rest, flows included, by branch and bound with a node limit: the same steps in every run.
    """
    place = program.columns["shifts"]
    best = start
    options = replace(SUB_OPTIONS, seed=seed)
    for number, free in enumerate(_neighbourhoods(week, passes)):
        if best.objective - bound <= gap * abs(best.objective):
            break
        if hurry():
            break
        shifts = np.round(best.take("shifts"))
        lower, upper = program.lower.copy(), program.upper.copy()
        low, high = shifts.copy(), shifts.copy()
        reach = np.inf if free.size == shifts.size else REACH
        low[free] = np.maximum(program.lower[place][free], shifts[free] - reach)
        high[free] = np.minimum(program.upper[place][free], shifts[free] + reach)
        lower[place], upper[place] = low, high
        narrowed = replace(program, lower=lower, upper=upper)
        found = solve(narrowed, replace(options, seed=options.seed + number), start=best.values)
        if found.status.has_solution and found.objective < best.objective - 1e-6:
            best = replace(found, program=program)
    return best


def _neighbourhoods(week: Week, passes: int) -> Iterator[IntArray]:
    everything = np.arange(len(week.cohorts))
    if everything.size <= SMALL_PROGRAM:
        yield everything
        return
    days = len(week.days)
    for _ in range(passes):
        for first in range(days):
            pair = (week.cohort_day == first) | (week.cohort_day == (first + 1) % days)
            yield np.flatnonzero(pair)
        for pool in np.unique(week.cohort_pool):
            yield np.flatnonzero(week.cohort_pool == pool)
