"""The compact roster program: one binary for each person, day and shift type that is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from capacity.program import Program
from capacity.scheduling.rostering.cliques import SetPair, succession_cliques
from capacity.scheduling.rostering.parts import ModelParts
from capacity.scheduling.rostering.problem import Bools, Cover, Floats, Ints, RosterProblem
from capacity.scheduling.rostering.run_rules import add_runs
from capacity.scheduling.rostering.soft_rules import add_stable
from capacity.scheduling.rostering.time_rules import add_blocks, add_windows


@dataclass(frozen=True, kw_only=True, eq=False)
class RosterModel:
    """The program and where to find its columns.

    `assign` (people, days, shifts) holds the column of each assignment, -1 where not allowed;
    `owner` the person of each column (-1: shared, such as heads short); `cover_rows` the row of
    each cover entry of the problem.
    """

    program: Program
    assign: Ints
    owner: Ints
    cover_rows: slice

    @cached_property
    def by_column(self) -> sparse.csc_array:
        """The matrix in column order, kept for the many restricted programs of a search."""
        return self.program.matrix.tocsc()

    @cached_property
    def cells(self) -> Bools:
        """Which columns are assignments."""
        mask = np.zeros(self.program.cost.size, dtype=bool)
        mask[self.assign[self.assign >= 0]] = True
        return mask

    def chosen(self, values: Floats) -> Ints:
        """Shift type of each person and day, -1 for a day off, from a solution."""
        if not self.assign.size:
            return np.full(self.assign.shape[:2], -1, dtype=np.int64)
        return _picked(self.assign, values)

    def chosen_by(self, values: Floats, person: int) -> Ints:
        """The same for one person."""
        return _picked(self.assign[person], values)


def _picked(assign: Ints, values: Floats) -> Ints:
    picked = np.where(assign >= 0, values[assign], 0.0)
    return np.where(picked.max(axis=-1) > 0.5, picked.argmax(axis=-1), -1).astype(np.int64)


def build_model(problem: RosterProblem) -> RosterModel:
    """Stack the rules of a problem, one small function each, into one program."""
    parts = ModelParts()
    people, days, _ = problem.allowed.shape
    assign = np.full(problem.allowed.shape, -1, dtype=np.int64)
    assign[problem.allowed] = parts.add_columns(
        int(problem.allowed.sum()), cost=problem.price[problem.allowed], integer=True
    )
    work = parts.add_columns(people * days, integer=True).reshape(people, days)
    if problem.must_work is not None:
        parts.lower[-1] = problem.must_work.ravel().astype(float)
    add_one_shift_a_day(parts, assign, work)
    add_successions(parts, assign, problem)
    add_windows(parts, assign, work, problem.windows)
    add_blocks(parts, work, problem.blocks)
    add_runs(parts, assign, work, problem.runs)
    add_stable(parts, assign, problem.stable)
    personal, first = parts.columns, parts.rows
    add_cover(parts, assign, problem.cover)
    program = parts.finish(offset=problem.constant)
    return RosterModel(
        program=program,
        assign=assign,
        owner=_owners(program, assign, work, personal, first),
        cover_rows=slice(first, parts.rows),
    )


def add_one_shift_a_day(parts: ModelParts, assign: Ints, work: Ints) -> None:
    """A person works one shift a day or none."""
    shifts = assign.shape[2]
    columns = np.column_stack([assign.reshape(-1, shifts), work.reshape(-1)])
    parts.add_rows(columns, [1.0] * shifts + [-1.0], lower=0.0, upper=0.0)


def add_successions(parts: ModelParts, assign: Ints, problem: RosterProblem) -> None:
    """A forbidden shift does not follow one or more days later (rest, sequences)."""
    known: dict[bytes, list[SetPair]] = {}
    for lag, by_day in enumerate(problem.forbidden, 1):
        for day, forbidden in enumerate(by_day[: max(problem.days - lag, 0)]):
            key = forbidden.tobytes()
            if key not in known:
                known[key] = succession_cliques(forbidden)
            for sources, targets in known[key]:
                first, second = assign[:, day, list(sources)], assign[:, day + lag, list(targets)]
                columns = np.column_stack([first, second])
                parts.add_rows(columns, np.ones(columns.shape[1]), upper=1.0)


def add_cover(parts: ModelParts, assign: Ints, cover: tuple[Cover, ...]) -> None:
    """Heads in the cells of a row meet the need, short and extra heads at their price."""
    everybody = np.arange(assign.shape[0])
    for row in cover:
        people = everybody if row.people is None else np.asarray(row.people, dtype=np.int64)
        terms = [assign[people, day, shift] for day, shift in row.cells]
        values = [1.0] * sum(term.size for term in terms)
        short = np.array([row.short_price])
        terms.append(parts.add_columns(1, cost=short, upper=float(row.need)))
        values.append(1.0)
        if np.isfinite(row.extra_price):
            extra = np.array([row.extra_price])
            terms.append(parts.add_columns(1, cost=extra, upper=float(len(people))))
            values.append(-1.0)
        need = float(row.need)
        parts.add_rows(np.concatenate(terms)[None, :], values, lower=need, upper=need)


def _owners(program: Program, assign: Ints, work: Ints, personal: int, rows: int) -> Ints:
    """Person of each column: helper columns belong to the person of the rows that they enter."""
    owner = np.full(program.cost.size, -1, dtype=np.int64)
    person = np.arange(assign.shape[0])
    used = assign >= 0
    owner[assign[used]] = np.broadcast_to(person[:, None, None], assign.shape)[used]
    owner[work] = person[:, None]
    own_rows = program.matrix[:rows].tocoo()
    row, column = own_rows.coords
    row_owner = np.full(rows, -1, dtype=np.int64)
    while True:  # a helper may share rows with other helpers only, so owners spread step by step
        known = owner[column] >= 0
        row_owner[row[known]] = owner[column[known]]
        found = ~known & (column < personal) & (row_owner[row] >= 0)
        if not found.any():
            return owner
        owner[column[found]] = row_owner[row[found]]
