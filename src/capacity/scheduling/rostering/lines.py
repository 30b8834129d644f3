"""Whole rosters of single persons ("lines") priced against the cover they give.

Every person has rules of their own; the cover rows tie people together. Trading lines against
the duals of the cover rows (column generation) proves a far better bound than the linear
relaxation where runs and totals cut deep, and leaves a pool of good lines to combine.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from capacity.errors import InfeasibleError
from capacity.program import Engine, Method, Program, Solution, SolveOptions, solve
from capacity.scheduling.rostering.automaton import (
    Automaton,
    automaton_key,
    build_automaton,
    cheapest_lines,
)
from capacity.scheduling.rostering.construction import nobody_fits
from capacity.scheduling.rostering.loose_lines import LooseNetwork, loose_network
from capacity.scheduling.rostering.model import RosterModel
from capacity.scheduling.rostering.problem import Floats, Ints, RosterProblem
from capacity.scheduling.rostering.tracks import spans

LINE_NODES = 2_000
LINES_EACH = 3
MOST_NETWORK_ARCS = 10_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonProgram:
    """One person's rules as a program: own columns of the full one."""

    index: Ints
    program: Program


@dataclass(frozen=True, kw_only=True, eq=False)
class Line:
    """A roster of one person that keeps all their rules: shift by day, -1 for a day off.

    `rows` are the cover rows that the line counts in, `values` how much.
    """

    person: int
    shifts: Ints
    cost: float
    rows: Ints
    values: Floats


@dataclass(kw_only=True, eq=False)
class LinePool:
    """Persons as networks or programs, the shared columns, and the lines found so far.

    `counted` names, for each person, the totals that a line has broken and that are tracked
    since; `networks` holds one network for all people with the same rules, `most_arcs` in all.
    """

    problem: RosterProblem
    model: RosterModel
    cover: sparse.csc_array
    shared: Ints
    counted: list[frozenset[str]]
    most_arcs: float = MOST_NETWORK_ARCS
    networks: dict[object, Automaton | None] = field(default_factory=dict)
    programs: dict[int, PersonProgram] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    by_person: list[list[int]] = field(default_factory=list)
    known: dict[tuple[int, bytes], int] = field(default_factory=dict)
    keys: dict[tuple[int, frozenset[str]], object] = field(default_factory=dict)
    gains: dict[int, sparse.csr_array] = field(default_factory=dict)
    loose: dict[int, LooseNetwork] = field(default_factory=dict)
    prices: dict[int | None, Floats] = field(default_factory=dict)

    def add(self, person: int, shifts: Ints, extra: float = 0.0) -> tuple[int, bool]:
        """Number of a line, and whether it is new; `extra` is the cost of priced rules."""
        key = (person, shifts.astype(np.int8).tobytes())
        if key in self.known:
            return self.known[key], False
        days = np.flatnonzero(shifts >= 0)
        columns = self.model.assign[person, days, shifts[days]]
        first, last = self.cover.indptr[columns], self.cover.indptr[columns + 1]
        places = np.concatenate(
            [np.arange(a, b) for a, b in zip(first, last, strict=True)] or [np.zeros(0, int)]
        ).astype(np.int64)
        number = self.known[key] = len(self.lines)
        self.by_person[person].append(number)
        self.lines.append(
            Line(
                person=person,
                shifts=shifts,
                cost=float(self.model.program.cost[columns].sum()) + extra,
                rows=self.cover.indices[places].astype(np.int64),
                values=self.cover.data[places],
            )
        )
        return number, True

    def add_roster(self, values: Floats) -> list[int]:
        """Keep the line of every person of a full roster; their numbers."""
        chosen = self.model.chosen(values)
        program, assign = self.model.program, self.model.assign
        priced = np.flatnonzero((program.cost != 0) & (self.model.owner >= 0) & ~self.model.cells)
        extra = np.zeros(assign.shape[0])
        np.add.at(extra, self.model.owner[priced], (program.cost * values)[priced])
        return [self.add(p, line, float(extra[p]))[0] for p, line in enumerate(chosen)]


def open_pool(problem: RosterProblem, model: RosterModel) -> LinePool:
    """An empty pool."""
    people = len(problem.people)
    return LinePool(
        problem=problem,
        model=model,
        cover=model.program.matrix[model.cover_rows].tocsc(),
        shared=np.flatnonzero(model.owner < 0),
        counted=[frozenset[str]()] * people,
        by_person=[[] for _ in range(people)],
    )


def master_program(
    pool: LinePool, numbers: Ints, need: Floats, *, box: tuple[Floats, Floats] | None = None
) -> Program:
    """Choose one line for each person who has one among `numbers`, so that cover costs least.

    `need` is what the cover rows still ask for. With `box` (lower, upper) the duals of cover
    stay between two vectors, and the shared columns give way to the columns that say so.
    """
    full, count = pool.model.program, numbers.size
    picked = [pool.lines[number] for number in numbers]
    owner = np.array([line.person for line in picked], dtype=np.int64)
    people, place = np.unique(owner, return_inverse=True)
    lengths = [line.rows.size for line in picked]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    rows = np.concatenate([line.rows for line in picked])
    values = np.concatenate([line.values for line in picked])
    lines = sparse.csc_array((values, rows, starts), shape=(need.size, count))
    choice = sparse.csr_array((np.ones(count), (place, np.arange(count))), (people.size, count))
    cost = np.array([line.cost for line in picked])
    if box is None:
        side, prices = pool.cover[:, pool.shared], full.cost[pool.shared]
        low, high = full.lower[pool.shared], full.upper[pool.shared]
    else:
        one = sparse.identity(need.size, format="csc")
        side, prices = sparse.hstack([one, -one]), np.concatenate([box[1], -box[0]])
        low, high = np.zeros(2 * need.size), np.full(2 * need.size, np.inf)
    matrix = sparse.block_array([[lines, side], [choice, None]], format="csr")
    sides = np.concatenate([need, np.ones(people.size)])
    return Program(
        cost=np.concatenate([cost, prices]),
        lower=np.concatenate([np.zeros(count), low]),
        upper=np.concatenate([np.ones(count), high]),
        integer=np.concatenate([np.ones(count, dtype=bool), np.zeros(prices.size, dtype=bool)]),
        matrix=sparse.csr_array(matrix),
        row_lower=sides,
        row_upper=sides,
        columns={"lines": slice(0, count), "shared": slice(count, count + prices.size)},
        rows={"cover": slice(0, need.size), "choice": slice(need.size, sides.size)},
        offset=full.offset,
    )


def relaxed_master(program: Program) -> Solution:
    """A master as a linear program, with duals."""
    options = SolveOptions(relaxed=True, engine=Engine.DIRECT, method=Method.SIMPLEX)
    return solve(program, options, apart=False)


def dual_limits(pool: LinePool) -> tuple[Floats, Floats]:
    """Between what the shared columns let the dual of each cover row be."""
    low, high = np.full(pool.cover.shape[0], -np.inf), np.full(pool.cover.shape[0], np.inf)
    side = pool.cover[:, pool.shared].tocoo()
    price = pool.model.program.cost[pool.shared][side.coords[1]] / side.data
    up = side.data > 0
    np.minimum.at(high, side.coords[0][up], price[up])
    np.maximum.at(low, side.coords[0][~up], price[~up])
    return low, high


def cover_of(pool: LinePool, numbers: list[int]) -> Floats:
    """What some lines give to the cover rows."""
    given = np.zeros(pool.cover.shape[0])
    for number in numbers:
        np.add.at(given, pool.lines[number].rows, pool.lines[number].values)
    return given


def price_lines(pool: LinePool, duals: Floats) -> tuple[float, int]:
    """The best line of each person against cover duals: a proven bound, and how many are new.

    bound = offset + duals @ need + sum over people and shared columns of their least reduced
    cost (Lagrangian relaxation of the cover rows).
    """
    full = pool.model.program
    need = full.row_lower[pool.model.cover_rows]
    reduced = full.cost[pool.shared] - pool.cover[:, pool.shared].T @ duals
    side = np.where(reduced < 0, full.upper[pool.shared], full.lower[pool.shared])
    bound = full.offset + float(duals @ need)
    if (np.isinf(side) & (reduced < -1e-9)).any():
        bound = -np.inf
    bound += float(
        np.where(np.isinf(side), 0.0, reduced * np.where(np.isinf(side), 0.0, side)).sum()
    )
    least, new = price_people(pool, duals, range(len(pool.problem.people)))
    return bound + least, new


def price_people(pool: LinePool, duals: Floats, people: range | list[int]) -> tuple[float, int]:
    """Sum of the least reduced costs of some people, and how many new lines came of it."""
    least, new = 0.0, 0
    for person in people:
        cheapest, found = price_person(pool, person, duals)
        least += cheapest
        new += sum(is_new for _, is_new in found)
    return least, new


def price_person(
    pool: LinePool, person: int, duals: Floats, most: int = LINES_EACH
) -> tuple[float, list[tuple[int, bool]]]:
    """Least reduced cost of a person, and numbers of cheap lines (best first), new or known."""
    network = _network(pool, person)
    while network is not None:
        cheapest, lines = cheapest_lines(network, line_costs(pool, person, duals), most)
        broken = [_broken_totals(pool.problem, person, line) for line in lines]
        if not (lines and broken[0]):
            kept = [line for line, names in zip(lines, broken, strict=True) if not names]
            return cheapest, [pool.add(person, line) for line in kept]
        pool.counted[person] |= broken[0]
        network = _network(pool, person)
    return _price_by_program(pool, person, duals)


def has_networks(pool: LinePool) -> bool:
    """Whether the rules of every person fit a network of states, and all of them into memory."""
    people = range(len(pool.by_person))
    keys = {_key(pool, person) for person in people}
    for person in people:
        network = _network(pool, person)
        if network is None or network.arcs * len(keys) > 2 * pool.most_arcs:
            return False
    return True


def make_loose(pool: LinePool) -> bool:
    """Keep for everybody a network without totals; False where somebody's rules allow none."""
    known: dict[object, Automaton | None] = {}
    for person in range(len(pool.by_person)):
        network = loose_network(pool.problem, person, known)
        if network is None:
            return False
        pool.loose[person] = network
    return True


def _network(pool: LinePool, person: int) -> Automaton | None:
    key = _key(pool, person)
    if key is None:
        return None
    if key not in pool.networks:
        used = sum(network.arcs for network in pool.networks.values() if network is not None)
        room = used < pool.most_arcs
        pool.networks[key] = (
            build_automaton(pool.problem, person, pool.counted[person]) if room else None
        )
    return pool.networks[key]


def _key(pool: LinePool, person: int) -> object:
    """What people with the same network share, numbered once for each set of totals."""
    wanted = (person, pool.counted[person])
    if wanted not in pool.keys:
        pool.keys[wanted] = automaton_key(pool.problem, *wanted)
    return pool.keys[wanted]


def line_costs(pool: LinePool, person: int, duals: Floats) -> Floats:
    """Reduced cost of each choice by day: a day off first."""
    columns = pool.model.assign[person]
    allowed = columns >= 0
    if person not in pool.gains:
        pool.gains[person] = sparse.csr_array(pool.cover[:, columns[allowed]].T)
    cost = np.zeros((columns.shape[0], columns.shape[1] + 1))
    reduced = np.full(columns.shape, np.inf)
    reduced[allowed] = pool.model.program.cost[columns[allowed]] - pool.gains[person] @ duals
    cost[:, 1:] = reduced
    if pool.problem.must_work is not None:
        cost[pool.problem.must_work[person], 0] = np.inf
    return cost


def _broken_totals(problem: RosterProblem, person: int, line: Ints) -> frozenset[str]:
    """Names of the limits over the whole horizon that a line breaks."""
    days = np.flatnonzero(line >= 0)
    names = set()
    for rule in problem.windows:
        if (
            rule.at_most is None
            or not np.isfinite(rule.at_most[person])
            or not spans(problem, rule)
        ):
            continue
        amount = np.broadcast_to(rule.amount, (problem.days, len(problem.shifts)))
        if amount[days, line[days]].sum() > rule.at_most[person] + 1e-9:
            names.add(rule.name)
    return frozenset(names)


def _price_by_program(
    pool: LinePool, person: int, duals: Floats
) -> tuple[float, list[tuple[int, bool]]]:
    """The same by the exact solver, for rules that a network cannot hold."""
    if person not in pool.programs:
        pool.programs[person] = _person_program(pool.model, person)
    own = pool.programs[person]
    reduced = own.program.cost - pool.cover[:, own.index].T @ duals
    program = replace(own.program, cost=reduced)
    options = SolveOptions(engine=Engine.DIRECT, gap=1e-6, nodes=LINE_NODES)
    found = solve(program, options, apart=False)
    if not found.status.has_solution:
        return found.bound, []
    values = np.zeros(pool.model.program.cost.size)
    values[own.index] = found.values
    columns = own.index[~pool.model.cells[own.index]]
    extra = float(pool.model.program.cost[columns] @ values[columns])
    return found.bound, [pool.add(person, pool.model.chosen_by(values, person), extra)]


def any_line(pool: LinePool, person: int) -> int:
    """Number of the first line that the exact solver finds.

    Raises
    ------
    InfeasibleError
        The rules of the person contradict each other.
    """
    own = _person_program(pool.model, person)
    options = SolveOptions(engine=Engine.DIRECT, nodes=None, improvements=1)
    found = solve(own.program, options, apart=False)
    if not found.status.has_solution:
        raise InfeasibleError(nobody_fits(pool.problem, np.array([person])))
    values = np.zeros(pool.model.program.cost.size)
    values[own.index] = found.values
    return pool.add(person, pool.model.chosen_by(values, person))[0]


def _person_program(model: RosterModel, person: int) -> PersonProgram:
    program = model.program
    index = np.flatnonzero(model.owner == person)
    part = program.matrix[: model.cover_rows.start].tocsc()[:, index].tocsr()
    used = np.flatnonzero(np.diff(part.indptr))
    own = replace(
        program,
        cost=program.cost[index],
        lower=program.lower[index],
        upper=program.upper[index],
        integer=program.integer[index],
        matrix=sparse.csr_array(part[used]),
        row_lower=program.row_lower[used],
        row_upper=program.row_upper[used],
        columns={"person": slice(0, index.size)},
        rows={"rules": slice(0, used.size)},
        offset=0.0,
    )
    return PersonProgram(index=index, program=own)
