"""Whole rosters of single persons ("lines") priced against the cover they give.

Every person is a small program of their own; the cover rows tie them together. Trading lines
against the duals of the cover rows (column generation) proves a far better bound than the
linear relaxation where runs and totals cut deep, and leaves a pool of good lines to combine.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from capacity.program import Engine, Method, Program, Solution, SolveOptions, solve
from capacity.scheduling.rostering.model import RosterModel
from capacity.scheduling.rostering.problem import Floats, Ints

LINE_NODES = 2_000


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonProgram:
    """One person's rules: own columns of the full program, and what they add to cover rows."""

    index: Ints
    program: Program
    cover: sparse.csr_array


@dataclass(frozen=True, kw_only=True, eq=False)
class Line:
    """A roster of one person that keeps all their rules."""

    person: int
    values: Floats
    cost: float
    cover: Floats


@dataclass(kw_only=True, eq=False)
class LinePool:
    """Persons as programs, the shared columns, and the lines found so far."""

    model: RosterModel
    persons: tuple[PersonProgram, ...]
    shared: Ints
    lines: list[Line] = field(default_factory=list)
    known: set[tuple[int, bytes]] = field(default_factory=set)

    def add(self, person: int, values: Floats) -> bool:
        """Keep a line; False if it is known already."""
        own = self.persons[person]
        key = (person, np.round(values[own.program.integer]).astype(np.int8).tobytes())
        if key in self.known:
            return False
        self.known.add(key)
        cost = float(own.program.cost @ values)
        self.lines.append(
            Line(person=person, values=values, cost=cost, cover=np.asarray(own.cover @ values))
        )
        return True

    def add_roster(self, values: Floats) -> None:
        """Keep the line of every person of a full roster."""
        for person, own in enumerate(self.persons):
            self.add(person, values[own.index])


def open_pool(model: RosterModel, people: int) -> LinePool:
    """The program of each person cut out of the full one."""
    program = model.program
    cover = program.matrix[model.cover_rows].tocsc()
    personal = program.matrix[: model.cover_rows.start].tocsc()
    persons = []
    for person in range(people):
        index = np.flatnonzero(model.owner == person)
        part = personal[:, index].tocsr()
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
        persons.append(PersonProgram(index=index, program=own, cover=cover[:, index].tocsr()))
    shared = np.flatnonzero(model.owner < 0)
    return LinePool(model=model, persons=tuple(persons), shared=shared)


def master_program(pool: LinePool, *, integer: bool) -> Program:
    """Choose one line for each person so that cover costs least."""
    full, people, count = pool.model.program, len(pool.persons), len(pool.lines)
    cover = full.matrix[pool.model.cover_rows].tocsc()[:, pool.shared]
    lines = sparse.csc_array(np.array([line.cover for line in pool.lines]).T)
    owner = np.array([line.person for line in pool.lines])
    choice = sparse.csr_array((np.ones(count), (owner, np.arange(count))), shape=(people, count))
    rows = [[lines, cover], [choice, None]]
    shared = pool.shared.size
    return Program(
        cost=np.concatenate([[line.cost for line in pool.lines], full.cost[pool.shared]]),
        lower=np.concatenate([np.zeros(count), full.lower[pool.shared]]),
        upper=np.concatenate([np.ones(count), full.upper[pool.shared]]),
        integer=np.concatenate([np.full(count, integer), np.zeros(shared, dtype=bool)]),
        matrix=sparse.csr_array(sparse.block_array(rows, format="csr")),
        row_lower=np.concatenate([full.row_lower[pool.model.cover_rows], np.ones(people)]),
        row_upper=np.concatenate([full.row_upper[pool.model.cover_rows], np.ones(people)]),
        columns={"lines": slice(0, count), "shared": slice(count, count + shared)},
        rows={
            "cover": slice(0, lines.shape[0]),
            "choice": slice(lines.shape[0], lines.shape[0] + people),
        },
        offset=full.offset,
    )


def relaxed_master(pool: LinePool) -> Solution:
    """The master as a linear program, with duals."""
    options = SolveOptions(relaxed=True, engine=Engine.DIRECT, method=Method.SIMPLEX)
    return solve(master_program(pool, integer=False), options, apart=False)


def price_lines(pool: LinePool, duals: Floats) -> tuple[float, int]:
    """The best line of each person against cover duals: a proven bound, and how many are new.

    bound = offset + duals @ need + sum over people and shared columns of their least reduced
    cost (Lagrangian relaxation of the cover rows).
    """
    full = pool.model.program
    need = full.row_lower[pool.model.cover_rows]
    cover = full.matrix[pool.model.cover_rows].tocsc()[:, pool.shared]
    reduced = full.cost[pool.shared] - cover.T @ duals
    side = np.where(reduced < 0, full.upper[pool.shared], full.lower[pool.shared])
    bound = full.offset + float(duals @ need)
    if (np.isinf(side) & (reduced < -1e-9)).any():
        bound = -np.inf
    bound += float(
        np.where(np.isinf(side), 0.0, reduced * np.where(np.isinf(side), 0.0, side)).sum()
    )
    new = 0
    for person, own in enumerate(pool.persons):
        program = replace(own.program, cost=own.program.cost - own.cover.T @ duals)
        options = SolveOptions(engine=Engine.DIRECT, gap=1e-6, nodes=LINE_NODES)
        found = solve(program, options, apart=False)
        bound += found.bound
        if found.status.has_solution:
            new += pool.add(person, found.values)
    return bound, new


def roster_values(pool: LinePool, chosen: Floats) -> Floats:
    """Values of the full program from a solution of the master."""
    values = np.zeros(pool.model.program.cost.size)
    for number in np.flatnonzero(chosen[: len(pool.lines)] > 0.5):
        line = pool.lines[number]
        values[pool.persons[line.person].index] = line.values
    values[pool.shared] = chosen[len(pool.lines) :]
    return values
