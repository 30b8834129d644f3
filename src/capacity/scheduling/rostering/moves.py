"""Neighbourhoods: which people and days a move of the search sets free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.scheduling.rostering.model import RosterModel
from capacity.scheduling.rostering.problem import Bools, Floats, Ints, RosterProblem

LEAN_MOVES = 0.7
LEAN_FACTOR = 0.4


@dataclass(frozen=True, kw_only=True, eq=False)
class Move:
    """Cells (people, days) free to change; a lean move looks at promising columns only."""

    name: str
    cells: Bools
    is_lean: bool = False


def draw_move(
    model: RosterModel,
    problem: RosterProblem,
    values: Floats,
    size: float,
    rng: np.random.Generator,
) -> Move:
    """A random neighbourhood of about `size` free assignments.

    Some people over all days; more people over a span of days; or people who matter for a day
    where cover costs most. The three kinds mend different faults: whole lines, local cover,
    and a head short that only an exchange between days can fill.
    """
    kind = rng.integers(3)
    is_lean = bool(rng.random() < LEAN_MOVES)
    size = size / LEAN_FACTOR if is_lean else size
    people, days = problem.allowed.shape[:2]
    per_cell = max(problem.allowed.sum() / (people * days), 1e-9)
    cells = max(int(size / per_cell), 2 * days)
    if kind == 0 or days < 10:
        picked = _some(np.arange(people), max(cells // days, 2), rng)
        return Move(name="people", cells=_cells(people, days, picked, 0, days), is_lean=is_lean)
    if kind == 1:
        span = int(rng.integers(7, max(days // 2, 7) + 1))
        first = int(rng.integers(0, days - span + 1))
        picked = _some(np.arange(people), max(cells // span, 2), rng)
        return Move(
            name="days", cells=_cells(people, days, picked, first, first + span), is_lean=is_lean
        )
    day = _costly_day(model, problem, values, rng)
    span = min(14, days)
    first = int(np.clip(day - rng.integers(0, span), 0, days - span))
    picked = _some(np.arange(people), max(cells // span, 2), rng)
    return Move(
        name="cover", cells=_cells(people, days, picked, first, first + span), is_lean=is_lean
    )


def free_columns(model: RosterModel, move: Move) -> Bools:
    """Columns that a move frees: its assignments, shared columns, helpers of its people."""
    picked = np.asarray(move.cells.any(axis=1))
    free = np.append(picked, True)[model.owner]  # owner -1, a shared column, is always free
    held = model.assign[picked][~move.cells[picked]]
    free[held[held >= 0]] = False
    return free


def _some(people: Ints, count: int, rng: np.random.Generator) -> Ints:
    return np.asarray(rng.permutation(people)[: min(count, people.size)])


def _cells(people: int, days: int, picked: Ints, first: int, last: int) -> Bools:
    cells = np.zeros((people, days), dtype=bool)
    cells[picked, first:last] = True
    return cells


def draw_team(
    model: RosterModel,
    problem: RosterProblem,
    values: Floats,
    count: int,
    rng: np.random.Generator,
) -> list[int]:
    """Some people at random; every second time half of them may mend a row of costly cover."""
    people = rng.permutation(len(problem.people))
    cost = _cover_cost(model, problem, values)
    if rng.random() < 0.5 or not cost.sum():
        return sorted(people[:count].tolist())
    row = problem.cover[int(rng.choice(cost.size, p=cost / cost.sum()))]
    days, shifts = np.array(row.cells).T
    able: Bools = np.asarray(problem.allowed[:, days, shifts].any(axis=1))
    if row.people is not None:
        able = able & np.isin(np.arange(able.size), row.people)
    first = people[able[people]][: max(count // 2, 1)]
    others = people[~np.isin(people, first)]
    return sorted([*first.tolist(), *others[: count - first.size].tolist()])


def _costly_day(
    model: RosterModel, problem: RosterProblem, values: Floats, rng: np.random.Generator
) -> int:
    """A day drawn by what its cover costs now."""
    by_day = np.full(problem.days, 1e-9)
    cost = _cover_cost(model, problem, values)
    for number, entry in enumerate(problem.cover):
        by_day[entry.cells[0][0]] += cost[number]
    return int(rng.choice(problem.days, p=by_day / by_day.sum()))


def _cover_cost(model: RosterModel, problem: RosterProblem, values: Floats) -> Floats:
    """What each cover row costs now."""
    rows = model.program.matrix[model.cover_rows].tocoo()
    row, column = rows.coords
    shared = model.owner[column] < 0
    cost = np.zeros(len(problem.cover))
    np.add.at(cost, row[shared], (model.program.cost * values)[column[shared]])
    return np.maximum(cost, 0.0)
