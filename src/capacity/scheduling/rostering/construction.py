"""A first roster, a few people at a time, each time for their share of the heads wanted."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from capacity.domain.effort import SolveStatus
from capacity.domain.seeds import stream
from capacity.errors import InfeasibleError, SolverError
from capacity.program import Engine, Program, SolveOptions, restrict, solve
from capacity.scheduling.rostering.model import RosterModel
from capacity.scheduling.rostering.problem import Bools, Floats, Ints, RosterProblem

CHUNK = 2
BUILD_NODES = 5


def build_roster(
    problem: RosterProblem,
    model: RosterModel,
    *,
    seed: int = 0,
    wall_seconds: float | None = None,
) -> Floats:
    """Values of a roster that keeps every hard rule.

    People come in pairs in random order. A pair is asked for the cumulative share of
    the heads wanted, rounded with a random phase for each row, so that early pairs do not take
    what suits them and leave the rest; the last pair is asked for all that is left. After
    `wall_seconds` the first lines that keep the rules are taken.

    Raises
    ------
    InfeasibleError
        The hard rules of some person contradict each other; the message names who.
    """
    rng = stream(seed, "roster construction")
    until = np.inf if wall_seconds is None else time.perf_counter() + wall_seconds
    people = len(problem.people)
    order = rng.permutation(people)
    phase = rng.random(len(problem.cover))
    need = np.array([row.need for row in problem.cover], dtype=float)
    values = np.zeros(model.program.cost.size)
    _cover_shortfall(problem, model, values)
    done = np.zeros(people, dtype=bool)
    able = _able(problem)
    for first in range(0, people, CHUNK):
        chunk = order[first : first + CHUNK]
        done[chunk] = True
        share = able[:, done].sum(axis=1) / np.maximum(able.sum(axis=1), 1e-9)
        target = need if done.all() else np.minimum(np.floor(need * share + phase), need)
        program = _with_cover(model, target)
        free = np.isin(model.owner, chunk) | (model.owner < 0)
        is_late = time.perf_counter() >= until
        filled = _fill(program, model, free, values, is_late=is_late)
        if filled is None:
            raise InfeasibleError(nobody_fits(problem, chunk))
        values = filled
    return values


def _able(problem: RosterProblem) -> Floats:
    """Which people count for each cover row and may work one of its cells (rows x people)."""
    able = np.zeros((len(problem.cover), len(problem.people)))
    for number, row in enumerate(problem.cover):
        counted = (
            np.ones(len(problem.people)) if row.people is None else np.zeros(len(problem.people))
        )
        if row.people is not None:
            counted[list(row.people)] = 1.0
        may = np.zeros(len(problem.people), dtype=bool)
        for day, shift in row.cells:
            may |= problem.allowed[:, day, shift]
        able[number] = counted * may
    return able


def _cover_shortfall(problem: RosterProblem, model: RosterModel, values: Floats) -> None:
    """With nobody at work every head is short."""
    rows = model.program.matrix[model.cover_rows].tocoo()
    shared = model.owner[rows.coords[1]] < 0
    short = shared & (rows.data > 0)
    need = np.array([row.need for row in problem.cover], dtype=float)
    values[rows.coords[1][short]] = need[rows.coords[0][short]]


def _with_cover(model: RosterModel, target: Floats) -> Program:
    lower, upper = model.program.row_lower.copy(), model.program.row_upper.copy()
    lower[model.cover_rows] = upper[model.cover_rows] = target
    return replace(model.program, row_lower=lower, row_upper=upper)


def _fill(
    program: Program, model: RosterModel, free: Bools, values: Floats, *, is_late: bool
) -> Floats | None:
    """The values with the free columns chosen anew; None if no choice keeps the hard rules."""
    part, index = restrict(program, free, values, by_column=model.by_column)
    good = SolveOptions(engine=Engine.DIRECT, nodes=BUILD_NODES, gap=1e-3)
    first = SolveOptions(engine=Engine.DIRECT, nodes=None, improvements=1)
    for options in (first,) if is_late else (good, first):
        found = solve(part, options, apart=False)
        if found.status.has_solution:
            filled = values.copy()
            filled[index] = found.values
            return filled
        if found.status is SolveStatus.INFEASIBLE:
            return None
    raise SolverError(f"No roster of two people was found: {found.stopped_by}.")


def nobody_fits(problem: RosterProblem, chunk: Ints) -> str:
    """What to say where the rules of some people leave no roster."""
    names = ", ".join(problem.people[person] for person in sorted(chunk))
    return (
        f"No roster keeps the hard rules of everybody among {names}. "
        "Fix: relax their limits, time off or fixed days."
    )
