"""Neighbourhoods: which people and days a move of the search sets free."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from capacity.scheduling.rostering.model import RosterModel
from capacity.scheduling.rostering.problem import Bools, Floats, RosterProblem
from capacity.scheduling.rostering.state import Search

LEAN_MOVES = 0.7
LEAN_COSTLY = 0.5
LEAN_FACTOR = 0.4
COSTLY_SPAN = (3, 12)
OTHERS = 0.3


class Kind(Enum):
    """What a neighbourhood sets free, by the fault that it mends.

    PEOPLE: whole lines of some people; DAYS: a span of days of more people; COVER: a span around
    a day where cover costs most, and with it a head short that only an exchange between days can
    fill; COSTLY: the people and days whose shifts the relaxation would not choose.
    """

    PEOPLE = "people"
    DAYS = "days"
    COVER = "cover"
    COSTLY = "costly"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Kind and number of days of a neighbourhood; sizes are learnt for each shape."""

    kind: Kind
    span: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Move:
    """Cells (people, days) free to change; a lean move looks at promising columns only."""

    shape: Shape
    cells: Bools
    is_lean: bool = False


def draw_shape(days: int, costly: float, stalled: int, rng: np.random.Generator) -> Shape:
    """A random shape, with probability `costly` one that the relaxation guides.

    Such spans grow while moves stall.
    """
    if rng.random() < costly:
        longest = min(COSTLY_SPAN[1] + stalled // 2, days)
        return Shape(
            kind=Kind.COSTLY, span=int(rng.integers(min(COSTLY_SPAN[0], longest), longest + 1))
        )
    kind = (Kind.PEOPLE, Kind.DAYS, Kind.COVER)[int(rng.integers(3))]
    if kind is Kind.PEOPLE or days < 10:
        return Shape(kind=Kind.PEOPLE, span=days)
    span = int(rng.integers(7, max(days // 2, 7) + 1)) if kind is Kind.DAYS else min(14, days)
    return Shape(kind=kind, span=span)


def draw_move(
    search: Search, problem: RosterProblem, shape: Shape, size: float, rng: np.random.Generator
) -> Move:
    """A random neighbourhood of a shape with about `size` free assignments."""
    is_costly = shape.kind is Kind.COSTLY
    is_lean = bool(rng.random() < (LEAN_COSTLY if is_costly else LEAN_MOVES))
    size = size / LEAN_FACTOR if is_lean and not is_costly else size
    people, days = problem.allowed.shape[:2]
    per_cell = max(problem.allowed.sum() / (people * days), 1e-9)
    count = min(max(int(size / per_cell / shape.span), 2), people)
    weight = np.ones(people)
    first = int(rng.integers(0, days - shape.span + 1))
    if shape.kind is Kind.COVER:
        day = _costly_day(search.model, problem, search.here, rng)
        first = int(np.clip(day - rng.integers(0, shape.span), 0, days - shape.span))
    elif is_costly:
        loss = _losses(search)
        day = int(rng.choice(days, p=loss.sum(axis=0) / loss.sum()))
        first = int(np.clip(day - rng.integers(0, shape.span), 0, days - shape.span))
        weight = loss[:, first : first + shape.span].sum(axis=1)
        weight = weight + OTHERS * max(float(weight.mean()), 1e-9)
    picked = rng.choice(people, size=count, replace=False, p=weight / weight.sum())
    cells = np.zeros((people, days), dtype=bool)
    cells[picked, first : first + shape.span] = True
    return Move(shape=shape, cells=cells, is_lean=is_lean)


def _losses(search: Search) -> Floats:
    """What the shift of each person and day adds to the bound of the relaxation."""
    loss = np.append(search.reduced * search.here, 0.0)
    return np.asarray(loss[search.model.assign].sum(axis=2)) + 1e-6


def free_columns(model: RosterModel, move: Move) -> Bools:
    """Columns that a move frees: its assignments, shared columns, helpers of its people."""
    picked = np.asarray(move.cells.any(axis=1))
    free = np.append(picked, True)[model.owner]  # owner -1, a shared column, is always free
    held = model.assign[picked][~move.cells[picked]]
    free[held[held >= 0]] = False
    return free


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
