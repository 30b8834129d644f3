"""Solve a program: components apart, integers rounded, every row checked again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from capacity.domain.effort import SolveStatus
from capacity.errors import DataError
from capacity.program.components import find_components
from capacity.program.slots import FloatArray, IntArray
from capacity.program.solution import Engine, Solution, SolveOptions
from capacity.program.solver import ModelArrays, RawOutcome, run_cbc, run_highs, run_pulp
from capacity.program.stacking import Program
from capacity.program.verifying import (
    TOLERANCE,
    lagrangian_bound,
    round_integers,
    worst_violation,
)

PROVEN_GAP = 1e-4
DEFAULT_OPTIONS = SolveOptions()


def solve(
    program: Program,
    options: SolveOptions = DEFAULT_OPTIONS,
    *,
    start: FloatArray | None = None,
    apart: bool = True,
) -> Solution:
    """Minimise the program's cost; blocks that share nothing are solved apart.

    Parameters
    ----------
    program : from `stack` (or `restrict`).
    options : when to stop; by default at a proven gap of 1e-4 or 20,000 nodes, which repeats.
    start : a value for every column, used as a warm start of integer programs.
    apart : False solves all components in one program.

    Returns
    -------
    Solution
        OPTIMAL: proven within 1e-4. FEASIBLE: a solution with `bound` and `gap`. INFEASIBLE,
        UNBOUNDED: proven. FAILED: stopped, or answered wrongly, without a solution. Every
        returned solution has whole integers and was checked against every row and bound.

    Examples
    --------
    >>> from capacity.program.rule import require
    >>> from capacity.program.slots import declare
    >>> from capacity.program.stacking import stack
    >>> shifts = declare("shifts", 2, cost=[8.0, 6.0], upper=[9, 2], integer=True)
    >>> cover = require("cover", {"shifts": np.array([[1.0, 1.0]])}, lower=3.5)
    >>> solution = solve(stack([shifts], [cover]))
    >>> solution.status.value, solution.take("shifts").tolist(), solution.objective
    ('optimal', [2.0, 2.0], 28.0)
    """
    began = time.perf_counter()
    if start is not None and (start.shape != program.cost.shape or not np.isfinite(start).all()):
        raise DataError(
            f"a start needs {program.cost.size} finite values, got shape {start.shape}."
        )
    count, rows, columns = find_components(program.matrix)
    if not apart or count == 1 or program.cost.size == 0:
        return replace(_solve_block(program, options, start), seconds=time.perf_counter() - began)
    if _empty_row_fails(program):
        return _ended(program, SolveStatus.INFEASIBLE, "a row without decisions asks for something")
    solutions: list[Solution] = []
    places: list[IntArray] = []
    row_places: list[IntArray] = []
    blocks = _blocks(program, rows, columns)
    sizes = [block.matrix.nnz + block.cost.size for block, _, _ in blocks]
    for number, (block, place, row_place) in enumerate(blocks):
        share = sizes[number] / sum(sizes[number:])
        own = _with_time(options, time.perf_counter() - began, share)
        solutions.append(_solve_block(block, own, None if start is None else start[place]))
        places.append(place)
        row_places.append(row_place)
        if not solutions[-1].status.has_solution:
            # Duals and bound of one block say nothing of the whole.
            return replace(
                solutions[-1],
                program=program,
                row_dual=None,
                bound=-np.inf,
                wall_seconds=options.wall_seconds,
                seconds=time.perf_counter() - began,
            )
    joined = _join(program, options, solutions, places, row_places)
    return replace(joined, seconds=time.perf_counter() - began)


def _with_time(options: SolveOptions, spent: float, share: float) -> SolveOptions:
    """The clock of one block: its share, by size, of the time that is left for the others too."""
    if options.wall_seconds is None:
        return options
    return replace(options, wall_seconds=max(options.wall_seconds - spent, 0.0) * share)


def _blocks(
    program: Program, rows: IntArray, columns: IntArray
) -> list[tuple[Program, IntArray, IntArray]]:
    """Each component with rows as a program of its own, and all columns without rows together."""
    used = np.zeros(program.cost.size, dtype=bool)
    used[program.matrix.indices] = True
    row_order, column_order = np.argsort(rows, kind="stable"), np.argsort(columns, kind="stable")
    blocks = []
    loose = np.flatnonzero(~used)
    if loose.size:
        no_rows = np.zeros(0, dtype=np.int64)
        blocks.append((_cut(program, no_rows, loose), loose, no_rows))
    for label in np.unique(columns[used]):
        own_rows = row_order[slice(*np.searchsorted(rows[row_order], [label, label + 1]))]
        own = column_order[slice(*np.searchsorted(columns[column_order], [label, label + 1]))]
        blocks.append((_cut(program, own_rows, own), own, own_rows))
    return blocks


def _cut(program: Program, rows: IntArray, columns: IntArray) -> Program:
    return replace(
        program,
        cost=program.cost[columns],
        lower=program.lower[columns],
        upper=program.upper[columns],
        integer=program.integer[columns],
        matrix=program.matrix[rows][:, columns].tocsr(),
        row_lower=program.row_lower[rows],
        row_upper=program.row_upper[rows],
        columns={"block": slice(0, columns.size)},
        rows={"block": slice(0, rows.size)},
        offset=0.0,
    )


def _join(
    program: Program,
    options: SolveOptions,
    solutions: Sequence[Solution],
    places: Sequence[IntArray],
    row_places: Sequence[IntArray],
) -> Solution:
    values = np.zeros(program.cost.size)
    for solution, place in zip(solutions, places, strict=True):
        values[place] = solution.values
    proven = all(solution.status is SolveStatus.OPTIMAL for solution in solutions)
    reasons = {solution.stopped_by for solution in solutions} - {"finished"}
    return Solution(
        program=program,
        status=SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE,
        bound=program.offset + sum(solution.bound for solution in solutions),
        stopped_by="; ".join(sorted(reasons)) or "finished",
        seconds=0.0,
        nodes=sum(solution.nodes for solution in solutions),
        iterations=sum(solution.iterations for solution in solutions),
        wall_seconds=options.wall_seconds,
        raw_values=values,
        row_dual=_join_duals(program, solutions, row_places),
    )


def _join_duals(
    program: Program, solutions: Sequence[Solution], row_places: Sequence[IntArray]
) -> FloatArray | None:
    """Duals of all rows (zero for rows without entries), or None if a block has none."""
    dual = np.zeros(program.row_lower.size)
    for solution, place in zip(solutions, row_places, strict=True):
        if solution.row_dual is None:
            return None
        dual[place] = solution.row_dual
    return dual


def _solve_block(program: Program, options: SolveOptions, start: FloatArray | None) -> Solution:
    if _empty_row_fails(program):
        return _ended(program, SolveStatus.INFEASIBLE, "a row without decisions asks for something")
    if program.matrix.nnz == 0:
        return _solve_loose(program)
    raw = _run(program, options, start)
    if raw.status in (SolveStatus.INFEASIBLE, SolveStatus.UNBOUNDED):
        raw = _tell_unbounded(program, options, raw)
    return finish(program, options, raw)


def _run(program: Program, options: SolveOptions, start: FloatArray | None) -> RawOutcome:
    if options.engine is Engine.CBC:
        return run_cbc(program, options, start)
    if options.engine is Engine.DIRECT:
        return run_highs(ModelArrays.of(program), options, start)
    return run_pulp(program, options, start)


def _tell_unbounded(program: Program, options: SolveOptions, raw: RawOutcome) -> RawOutcome:
    """Solvers mix up infeasible and unbounded integer programs; a solve without cost decides."""
    falling = np.where(program.cost > 0, program.lower, program.upper)[program.cost != 0]
    if raw.status is SolveStatus.INFEASIBLE and np.isfinite(falling).all():
        return raw
    free = _run(replace(program, cost=np.zeros(program.cost.size)), options, None)
    if free.status.has_solution:
        return replace(raw, status=SolveStatus.UNBOUNDED, stopped_by="the cost falls without end")
    if free.status is SolveStatus.INFEASIBLE:
        return replace(
            raw, status=SolveStatus.INFEASIBLE, stopped_by="no solution satisfies the rules"
        )
    return replace(raw, status=SolveStatus.FAILED, stopped_by="infeasible or unbounded, undecided")


def finish(program: Program, options: SolveOptions, raw: RawOutcome) -> Solution:
    """Turn a raw outcome into a checked solution: whole integers, every row, a proven bound."""
    ended = _ended(program, raw.status, raw.stopped_by, options=options, raw=raw)
    if raw.values is None:
        return ended
    clipped = np.clip(raw.values, program.lower, program.upper)
    values = clipped if options.relaxed else round_integers(program, clipped)
    if values is not None and worst_violation(program, values) > TOLERANCE:
        values = _repair(program, options, values)
    if values is None:
        return replace(
            ended, status=SolveStatus.FAILED, stopped_by="the solver's answer breaks a row"
        )
    bound = raw.bound
    if raw.row_dual is not None:
        bound = max(bound, lagrangian_bound(program, raw.row_dual))
    elif (
        not np.isfinite(bound)
        and raw.status is SolveStatus.OPTIMAL
        and options.engine is Engine.CBC
    ):
        bound = float(program.cost @ values) + program.offset
    solved = replace(ended, raw_values=values, bound=bound, status=SolveStatus.FEASIBLE)
    close = solved.objective - bound <= 1e-6 or solved.gap <= PROVEN_GAP
    return replace(solved, status=SolveStatus.OPTIMAL) if close else solved


def _repair(program: Program, options: SolveOptions, values: FloatArray) -> FloatArray | None:
    """Keep the rounded integers and solve the continuous rest once more."""
    if options.relaxed or not program.integer.any():
        return None
    fixed = replace(
        program,
        lower=np.where(program.integer, values, program.lower),
        upper=np.where(program.integer, values, program.upper),
    )
    raw = run_highs(ModelArrays.of(fixed), replace(options, relaxed=True), None)
    if raw.values is None:
        return None
    mended = np.clip(np.where(program.integer, values, raw.values), program.lower, program.upper)
    return mended if worst_violation(program, mended) <= TOLERANCE else None


def _solve_loose(program: Program) -> Solution:
    """Columns without rows: each sits at its cheap bound."""
    side = np.where(program.cost >= 0, program.lower, program.upper)
    idle = np.where(
        np.isfinite(program.lower),
        program.lower,
        np.where(np.isfinite(program.upper), program.upper, 0.0),
    )
    values = np.where(program.cost == 0, idle, side)
    if not np.isfinite(values).all():
        return _ended(program, SolveStatus.UNBOUNDED, "the cost falls without end")
    whole = np.where(program.cost >= 0, np.ceil(values - TOLERANCE), np.floor(values + TOLERANCE))
    values = np.where(program.integer, whole, values)
    if worst_violation(program, values) > TOLERANCE:
        return _ended(program, SolveStatus.INFEASIBLE, "no whole number lies between two bounds")
    solved = _ended(program, SolveStatus.OPTIMAL, "finished")
    bound = float(program.cost @ values) + program.offset
    return replace(
        solved, raw_values=values, bound=bound, row_dual=np.zeros(program.row_lower.size)
    )


def _empty_row_fails(program: Program) -> bool:
    empty = np.diff(program.matrix.indptr) == 0
    return bool(
        (empty & ((program.row_lower > TOLERANCE) | (program.row_upper < -TOLERANCE))).any()
    )


def _ended(
    program: Program,
    status: SolveStatus,
    reason: str,
    *,
    options: SolveOptions = DEFAULT_OPTIONS,
    raw: RawOutcome | None = None,
) -> Solution:
    return Solution(
        program=program,
        status=status,
        bound=raw.bound if raw else -np.inf,
        stopped_by=reason,
        seconds=0.0,
        nodes=raw.nodes if raw else 0,
        iterations=raw.iterations if raw else 0,
        wall_seconds=options.wall_seconds,
        row_dual=raw.row_dual if raw else None,
    )
