"""The only module that knows PuLP and HiGHS: translation, one model pass, honest raw outcomes.

PuLP 3.3 and 4 are both served: columns are made by `LpProblem.add_variable`, names are
generated numbers, and `LpStatus` is never believed (it says Optimal after a time limit).
HiGHS keeps one thread in every process: a changed thread count silently returns no solution.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import pulp
from scipy import sparse

from capacity.domain.effort import SolveStatus
from capacity.errors import MissingExtraError, SolverError
from capacity.program.slots import BoolArray, FloatArray
from capacity.program.solution import Method, SolveOptions
from capacity.program.stacking import Program

_METHODS = {
    Method.CHOOSE: "choose",
    Method.SIMPLEX: "simplex",
    Method.INTERIOR: "ipm",
    Method.VERTEX: "ipm",
}
_DUAL_SIMPLEX, _PRIMAL_SIMPLEX = 1, 4
_STOPS = {
    "kOptimal": "finished",
    "kTimeLimit": "wall-clock limit",
    "kIterationLimit": "iteration limit",
    "kSolutionLimit": "node or solution limit",
    "kInterrupt": "interrupted",
    "kInfeasible": "no solution satisfies the rules",
    "kUnboundedOrInfeasible": "infeasible or unbounded",
    "kUnbounded": "the cost falls without end",
}


@dataclass(frozen=True, kw_only=True)
class RawOutcome:
    """What a solver said, before rounding and checking."""

    status: SolveStatus
    values: FloatArray | None
    bound: float
    stopped_by: str
    nodes: int = 0
    iterations: int = 0
    row_dual: FloatArray | None = None


@dataclass(frozen=True, kw_only=True)
class ModelArrays:
    """A model as HiGHS takes it: row-wise matrix, bounds, cost, offset."""

    cost: FloatArray
    lower: FloatArray
    upper: FloatArray
    integer: BoolArray
    matrix: sparse.csr_array
    row_lower: FloatArray
    row_upper: FloatArray
    offset: float

    @classmethod
    def of(cls, program: Program) -> ModelArrays:
        """The arrays of a program, as they are."""
        return cls(
            cost=program.cost,
            lower=program.lower,
            upper=program.upper,
            integer=program.integer,
            matrix=program.matrix,
            row_lower=program.row_lower,
            row_upper=program.row_upper,
            offset=program.offset,
        )


def translate(program: Program) -> pulp.LpProblem:
    """The program as a PuLP problem.

    Column j is named `x<j>`, row i `r<i>`; a row with two different finite sides becomes `r<i>`
    (lower side) and `u<i>` (upper side). A row without a finite side says nothing and is left
    out, as is a row without entries (its sides are checked before the solve).
    """
    problem = pulp.LpProblem("program", pulp.LpMinimize)
    lows, highs = program.lower.tolist(), program.upper.tolist()
    kinds = np.where(program.integer, pulp.LpInteger, pulp.LpContinuous).tolist()
    variables = [
        problem.add_variable(f"x{j}", _finite(low), _finite(high), kind)
        for j, (low, high, kind) in enumerate(zip(lows, highs, kinds, strict=True))
    ]
    # Zero costs stay in the objective: PuLP 3 learns of a column only where it is used.
    pairs = list(zip(variables, program.cost.tolist(), strict=True))
    problem.setObjective(_expression(pairs, program.offset))
    starts = program.matrix.indptr.tolist()
    indices, data = program.matrix.indices.tolist(), program.matrix.data.tolist()
    sides = zip(program.row_lower.tolist(), program.row_upper.tolist(), strict=True)
    for i, (low, high) in enumerate(sides):
        a, b = starts[i], starts[i + 1]
        if a == b:
            continue
        terms = [(variables[j], value) for j, value in zip(indices[a:b], data[a:b], strict=True)]
        _add_row(problem, i, terms, low, high)
    return problem


def _add_row(problem: pulp.LpProblem, i: int, terms: list[Any], low: float, high: float) -> None:
    if low == high:
        problem.addConstraint(_expression(terms) == low, f"r{i}")
        return
    if np.isfinite(low):
        problem.addConstraint(_expression(terms) >= low, f"r{i}")
    if np.isfinite(high):
        problem.addConstraint(_expression(terms) <= high, f"u{i}")


def _expression(pairs: list[Any], constant: float = 0.0) -> pulp.LpAffineExpression:
    maker = getattr(pulp.LpAffineExpression, "from_list", pulp.LpAffineExpression)  # 4, 3
    return maker(pairs, constant)


def _finite(bound: float) -> float | None:
    return bound if np.isfinite(bound) else None


def read_back(problem: pulp.LpProblem, height: int) -> ModelArrays:
    """The arrays of a PuLP problem made by `translate` from a program of `height` rows."""
    variables = problem.variables()
    width = len(variables)
    place = {variable.name: int(variable.name[1:]) for variable in variables}
    cost, lower, upper = np.zeros(width), np.full(width, -np.inf), np.full(width, np.inf)
    integer = np.zeros(width, dtype=bool)
    for variable in variables:
        j = place[variable.name]
        lower[j] = -np.inf if variable.lowBound is None else variable.lowBound
        upper[j] = np.inf if variable.upBound is None else variable.upBound
        integer[j] = variable.cat == pulp.LpInteger
    for variable, value in problem.objective.items():
        cost[place[variable.name]] = value
    rows, columns, data, sides = _read_rows(problem, place)
    low, high = np.full(height, -np.inf), np.full(height, np.inf)
    for i, (below, above) in sides.items():
        low[i], high[i] = below, above
    return ModelArrays(
        cost=cost,
        lower=lower,
        upper=upper,
        integer=integer,
        matrix=sparse.csr_array((data, (rows, columns)), shape=(height, width)),
        row_lower=low,
        row_upper=high,
        offset=float(problem.objective.constant),
    )


def _read_rows(
    problem: pulp.LpProblem, place: dict[str, int]
) -> tuple[list[int], list[int], list[float], dict[int, tuple[float, float]]]:
    rows: list[int] = []
    columns: list[int] = []
    data: list[float] = []
    sides: dict[int, tuple[float, float]] = {}
    for constraint in _constraints(problem):
        i = int(constraint.name[1:])
        below, above = sides.get(i, (-np.inf, np.inf))
        low, high = constraint.getLb(), constraint.getUb()
        first = i not in sides
        sides[i] = (below if low is None else low, above if high is None else high)
        if first:
            for variable, value in constraint.items():
                rows.append(i)
                columns.append(place[variable.name])
                data.append(value)
    return rows, columns, data, sides


def _constraints(problem: pulp.LpProblem) -> list[Any]:
    if callable(problem.constraints):
        return list(problem.constraints())
    held = problem.__dict__.get("_constraints")
    return list((problem.constraints if held is None else held).values())


class OnePass(pulp.LpSolver):  # type: ignore[misc]
    """A PuLP solver that hands the whole model to HiGHS in one `passModel` call.

    PuLP's own adapter adds rows one by one, drops the objective constant, ignores warm starts
    and accepts misspelt options.
    """

    name = "HiGHS in one pass"

    def __init__(self, options: SolveOptions, height: int, start: FloatArray | None = None) -> None:
        super().__init__(mip=not options.relaxed, msg=False)
        self.height = height
        self.wanted = options
        self.start = start
        self.outcome: RawOutcome | None = None

    def available(self) -> bool:
        """HiGHS is a base dependency."""
        return True

    def actualSolve(self, lp: pulp.LpProblem, **_: object) -> int:  # noqa: N802 - PuLP's name
        """Called by `LpProblem.solve`; the outcome is kept, and PuLP learns only the status."""
        self.outcome = run_highs(read_back(lp, self.height), self.wanted, self.start)
        code = _pulp_status(self.outcome.status)
        lp.assignStatus(code)
        return code


def _pulp_status(status: SolveStatus) -> int:
    codes = {
        SolveStatus.OPTIMAL: pulp.LpStatusOptimal,
        SolveStatus.INFEASIBLE: pulp.LpStatusInfeasible,
        SolveStatus.UNBOUNDED: pulp.LpStatusUnbounded,
    }
    return int(codes.get(status, pulp.LpStatusNotSolved))


def run_pulp(program: Program, options: SolveOptions, start: FloatArray | None) -> RawOutcome:
    """Translate to PuLP and solve with HiGHS."""
    solver = OnePass(options, program.matrix.shape[0], start)
    translate(program).solve(solver)
    if solver.outcome is None:
        raise SolverError("PuLP returned without calling the solver.")
    return solver.outcome


def open_model(model: ModelArrays, options: SolveOptions) -> highspy.Highs:
    """A HiGHS that holds the model, passed in one call."""
    highs = new_highs(options)
    _check(highs.passModel(_highs_lp(model, relaxed=options.relaxed)), "the model was refused")
    return highs


def resolve_model(
    highs: highspy.Highs, old: ModelArrays, new: ModelArrays, *, primal: bool = False
) -> RawOutcome:
    """Change the bounds and costs that differ, and run again from the last basis."""
    columns = np.flatnonzero((old.lower != new.lower) | (old.upper != new.upper))
    if columns.size:
        lows, ups = new.lower[columns], new.upper[columns]
        highs.changeColsBounds(columns.size, columns.astype(np.int32), lows, ups)
    rows = np.flatnonzero((old.row_lower != new.row_lower) | (old.row_upper != new.row_upper))
    for row in rows.tolist():
        highs.changeRowBounds(row, new.row_lower[row], new.row_upper[row])
    prices = np.flatnonzero(old.cost != new.cost)
    if prices.size:
        highs.changeColsCost(prices.size, prices.astype(np.int32), new.cost[prices])
    if highs.getBasis().valid:
        _check(highs.setOptionValue("solver", "simplex"), "the simplex was refused")
        strategy = _PRIMAL_SIMPLEX if primal else _DUAL_SIMPLEX
        _check(highs.setOptionValue("simplex_strategy", strategy), "the strategy was refused")
    highs.run()
    return read_outcome(highs, whole=False)


def run_highs(model: ModelArrays, options: SolveOptions, start: FloatArray | None) -> RawOutcome:
    """Pass a model to HiGHS in one call and run it."""
    highs = open_model(model, options)
    if start is not None and not options.relaxed:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        _check(highs.setSolution(solution), "the start was refused")
    highs.run()
    whole = bool(model.integer.any()) and not options.relaxed
    return read_outcome(highs, whole=whole)


def new_highs(options: SolveOptions) -> highspy.Highs:
    """A silent HiGHS with one thread; an unknown option is an error, not a shrug."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    settings: dict[str, Any] = {
        "output_flag": False,
        "threads": 1,
        "random_seed": options.seed,
        "mip_rel_gap": options.gap,
        "mip_abs_gap": 1e-6,
        "solver": _METHODS[options.method],
        "mip_max_nodes": options.nodes,
        "mip_max_stall_nodes": options.stall_nodes,
        "mip_max_improving_sols": options.improvements,
        "simplex_iteration_limit": options.iterations,
        "ipm_iteration_limit": options.iterations,
        "time_limit": options.wall_seconds,
    }
    if options.method is Method.INTERIOR:
        settings["run_crossover"] = "off"
    for name, value in settings.items():
        if value is not None:
            _check(highs.setOptionValue(name, value), f"option {name} = {value!r} was refused")
    return highs


def _highs_lp(model: ModelArrays, *, relaxed: bool) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = model.matrix.shape
    lp.col_cost_, lp.offset_ = model.cost, model.offset
    lp.col_lower_, lp.col_upper_ = model.lower, model.upper
    lp.row_lower_, lp.row_upper_ = model.row_lower, model.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_row_, lp.a_matrix_.num_col_ = model.matrix.shape
    lp.a_matrix_.start_ = model.matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = model.matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = model.matrix.data
    if model.integer.any() and not relaxed:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[flag] for flag in model.integer.astype(int)]
    return lp


def read_outcome(highs: highspy.Highs, *, whole: bool) -> RawOutcome:
    """Status, values and bound, believing HiGHS only where it holds a feasible point."""
    name = highs.getModelStatus().name
    info = highs.getInfo()
    found = info.primal_solution_status == highspy.kSolutionStatusFeasible
    values = np.array(highs.getSolution().col_value, dtype=np.float64) if found else None
    finished = name in ("kOptimal", "kModelEmpty")
    status = SolveStatus.FAILED
    if finished or (found and name not in ("kInfeasible", "kUnbounded", "kUnboundedOrInfeasible")):
        status = SolveStatus.OPTIMAL if finished else SolveStatus.FEASIBLE
    elif name == "kInfeasible":
        status = SolveStatus.INFEASIBLE
    elif name in ("kUnbounded", "kUnboundedOrInfeasible"):
        status = SolveStatus.UNBOUNDED
    dual = None
    if not whole and info.dual_solution_status == highspy.kSolutionStatusFeasible:
        dual = np.array(highs.getSolution().row_dual, dtype=np.float64)
    bound = float(info.mip_dual_bound) if whole else -np.inf
    return RawOutcome(
        status=status,
        values=values if status.has_solution else None,
        bound=bound if abs(bound) < highspy.kHighsInf else -np.inf,
        stopped_by=_STOPS.get(name, f"HiGHS says {name[1:]}"),
        nodes=max(0, int(info.mip_node_count)),
        iterations=int(info.simplex_iteration_count) + int(info.ipm_iteration_count),
        row_dual=dual,
    )


def run_cbc(program: Program, options: SolveOptions, start: FloatArray | None) -> RawOutcome:
    """Translate to PuLP and solve with its bundled CBC (PuLP 3 only)."""
    if start is not None:
        raise SolverError("CBC is a second opinion and takes no start: leave `start` out.")
    maker = getattr(pulp, "PULP_CBC_CMD", None)
    if maker is None:
        raise MissingExtraError("CBC comes with PuLP 3 only: pip install 'pulp>=3.3,<4'.")
    problem = translate(program)
    limits = {"maxNodes": options.nodes, "timeLimit": options.wall_seconds}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        problem.solve(
            maker(
                msg=False,
                threads=1,
                mip=not options.relaxed,
                gapRel=options.gap,
                options=[f"RandomS {options.seed}"],
                **{name: value for name, value in limits.items() if value is not None},
            )
        )
    # sol_status 1 and 2 alone carry values: without an incumbent CBC leaves LP values behind.
    statuses = {
        1: SolveStatus.OPTIMAL,
        2: SolveStatus.FEASIBLE,
        -1: SolveStatus.INFEASIBLE,
        -2: SolveStatus.UNBOUNDED,
    }
    status = statuses.get(problem.sol_status, SolveStatus.FAILED)
    if not status.has_solution:
        return RawOutcome(
            status=status, values=None, bound=-np.inf, stopped_by=f"CBC: {status.value}"
        )
    values = np.zeros(program.cost.size)
    for variable in problem.variables():
        values[int(variable.name[1:])] = variable.varValue
    bound = (
        float(program.cost @ values) + program.offset if status is SolveStatus.OPTIMAL else -np.inf
    )
    return RawOutcome(status=status, values=values, bound=bound, stopped_by=f"CBC: {status.value}")


def _check(answer: highspy.HighsStatus, what: str) -> None:
    if answer == highspy.HighsStatus.kError:
        raise SolverError(f"HiGHS: {what}.")
