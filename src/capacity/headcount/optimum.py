"""The hiring program: least cost of starts, moves, overtime and vendors that covers the need."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from capacity.domain.effort import SolveStatus
from capacity.errors import SolverError
from capacity.headcount.problem import NO_LIMIT, HiringProblem
from capacity.program import (
    Engine,
    Program,
    Rule,
    Slots,
    Solution,
    SolveOptions,
    declare,
    require,
    solve,
    stack,
)

EXACT = SolveOptions(gap=1e-7)
COUPLED = SolveOptions(
    gap=5e-3
)  # pools that help each other are one program, with many equal optima
LAST_RESORT = 1e3
DUST = 1e-9
LENDING = 1.0  # a token price a head and month, so that nobody helps without need


@dataclass(frozen=True, kw_only=True)
class HiringOptimum:
    """The decisions: starts (pools, months), moves (lanes, months), relief, and the shortage.

    `lent` (months, pools) are heads that a pool receives from others less those that it gives.
    """

    starts: np.ndarray
    moves: np.ndarray
    overtime: np.ndarray
    vendors: np.ndarray
    lent: np.ndarray
    short: np.ndarray
    status: SolveStatus
    objective: float
    bound: float


def optimise(problem: HiringProblem, options: SolveOptions | None = None) -> HiringOptimum:
    """Solve the hiring program; raises `SolverError` if the solver ends without a solution.

    The need is hard where `must_cover` says so. Should limits, freezes or the budget make that
    impossible, it is priced at `LAST_RESORT` times the shortage price instead, and what is left
    short is in the answer. Proven to 1e-7, or to 5e-3 where pools help each other.
    """
    options = options or (COUPLED if problem.share_pairs else EXACT)
    solution = solve(build_program(problem), options)
    if solution.status is SolveStatus.INFEASIBLE and problem.must_cover.any():
        solution = solve(build_program(problem, hard=False), options)
    if not solution.status.has_solution:
        raise SolverError(
            f"the hiring program ended without a solution: {solution.stopped_by}. "
            "Fix: check that planned transfers and reductions leave people in every pool."
        )
    return _read(problem, solution)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Cost and shortage (head-months) of the relaxed program: to compare limits, not to hire by."""

    cost: float
    short: float


def measure(problem: HiringProblem) -> Measure:
    """Solve the program without integers, with every shortage priced: milliseconds."""
    solution = solve(
        build_program(problem, hard=False), SolveOptions(relaxed=True, engine=Engine.DIRECT)
    )
    if not solution.status.has_solution:
        raise SolverError(f"the relaxed hiring program failed: {solution.stopped_by}.")
    short = float(np.maximum(-solution.broken("cover"), 0.0).sum())
    prices = (problem.hire_cost, problem.lane_cost, problem.overtime_cost, problem.vendor_cost)
    families = ("starts", "moves", "overtime", "vendors")
    cost = sum(
        float(price.ravel() @ solution.take(name))
        for name, price in zip(families, prices, strict=True)
    )
    return Measure(cost=cost, short=short)


def expected_heads(problem: HiringProblem, optimum: HiringOptimum) -> np.ndarray:
    """Productive heads and relief that the program counts on, by month and pool."""
    parts = _people(problem, problem.gain, problem.lane_gain)
    people = parts["starts"] @ optimum.starts.ravel() + parts["moves"] @ optimum.moves.ravel()
    vendors = _vendor_matrix(problem) @ optimum.vendors.ravel()
    total = people + vendors + optimum.overtime.ravel() + optimum.lent.ravel()
    return np.asarray(problem.base + total.reshape(problem.need.shape))


def build_program(problem: HiringProblem, *, hard: bool = True) -> Program:
    """The program as slots and rules; `hard` False prices the cells that must be covered too."""
    rules = [*_covers(problem, hard=hard), *(rule for rule in _limits(problem) if rule is not None)]
    return stack(_slots(problem), rules)


def _slots(problem: HiringProblem) -> list[Slots]:
    months, pools = problem.need.shape
    offers = len(problem.vendor_pool)
    lanes = len(problem.lanes)
    lane_cap = np.repeat(problem.lane_limit, months) if lanes else 0.0
    families = [
        declare(
            "starts",
            pools * months,
            upper=problem.limit.ravel(),
            cost=problem.hire_cost.ravel(),
            integer=True,
        ),
        declare(
            "moves", lanes * months, upper=lane_cap, cost=problem.lane_cost.ravel(), integer=True
        ),
        declare(
            "overtime",
            months * pools,
            upper=problem.overtime_limit.ravel(),
            cost=problem.overtime_cost.ravel(),
        ),
        declare(
            "vendors",
            months * offers,
            upper=problem.vendor_limit.ravel(),
            cost=problem.vendor_cost.ravel(),
            integer=True,
        ),
    ]
    pairs = len(problem.share_pairs)
    families.append(
        declare("lent", months * pairs, upper=problem.share_limit.ravel(), cost=LENDING)
    )
    if problem.class_minimum > 1:
        families.append(declare("runs", pools * months, upper=1.0, integer=True))
    if problem.previous is not None and problem.change_price > 0:
        families.append(declare("changes", pools * months, cost=problem.change_price))
    return families


def _limits(problem: HiringProblem) -> list[Rule | None]:
    return [
        _people_to_move(problem),
        _helped(problem),
        _overtime_share(problem),
        *_classes(problem),
        *_changes(problem),
        _budget(problem),
    ]


def _covers(problem: HiringProblem, *, hard: bool) -> list[Rule]:
    """Every month and pool has the productive heads that it needs, or is short at a price."""
    months, pools = problem.need.shape
    parts = _people(problem, problem.gain, problem.lane_gain)
    parts["overtime"] = sparse.eye_array(months * pools)
    parts["vendors"] = _vendor_matrix(problem)
    parts["lent"] = _lent_matrix(problem)
    lower = (problem.need - problem.base).ravel() - DUST
    must = problem.must_cover.ravel()
    price = problem.shortage_price * np.where(must, LAST_RESORT, 1.0)
    if not hard or not must.any():
        return [require("cover", parts, lower=lower, price=price)]
    rows, rest = np.flatnonzero(must), np.flatnonzero(~must)
    firm = require("must_cover", _take(parts, rows), lower=lower[rows])
    loose = require("cover", _take(parts, rest), lower=lower[rest], price=price[rest])
    return [firm, loose]


def _take(parts: dict[str, sparse.sparray], rows: np.ndarray) -> dict[str, sparse.sparray]:
    return {name: sparse.csr_array(part)[rows] for name, part in parts.items()}


def _people_to_move(problem: HiringProblem) -> Rule | None:
    """Nobody is moved who is not there: heads stay at zero or more in every pool."""
    if not problem.lanes:
        return None
    parts = _people(problem, problem.stay, problem.lane_stay)
    # One head is kept back: whole-head attrition may run half a head ahead of its expectation.
    return require("present", parts, lower=np.minimum(0.0, 1.0 - problem.base_heads).ravel())


def _helped(problem: HiringProblem) -> Rule | None:
    """Helpers together do no more of a pool's work than they may."""
    if not problem.share_pairs:
        return None
    incoming = sparse.csr_array(_lent_matrix(problem))
    incoming.data = np.maximum(incoming.data, 0.0)
    return require("helped", {"lent": incoming}, upper=np.maximum(problem.share_total, 0.0).ravel())


def _overtime_share(problem: HiringProblem) -> Rule | None:
    """Overtime is at most a share of the hours of the heads that are there."""
    if problem.overtime_share == 0:
        return None
    months, pools = problem.need.shape
    share = problem.overtime_share
    people = _people(problem, problem.stay, problem.lane_stay)
    parts = {name: -share * part for name, part in people.items()}
    parts["overtime"] = sparse.eye_array(months * pools)
    return require("overtime_share", parts, upper=share * problem.base_heads.ravel())


def _classes(problem: HiringProblem) -> list[Rule]:
    """A class runs with at least its minimum, or not at all."""
    if problem.class_minimum <= 1:
        return []
    count = problem.limit.size
    eye = sparse.eye_array(count)
    top = np.minimum(problem.limit.ravel(), NO_LIMIT).astype(float)
    least = require(
        "class_minimum", {"starts": eye, "runs": -problem.class_minimum * eye}, lower=0.0
    )
    most = require("class_runs", {"starts": eye, "runs": -sparse.diags_array(top)}, upper=0.0)
    return [least, most]


def _changes(problem: HiringProblem) -> list[Rule]:
    """Starts that differ from the earlier plan are counted in both directions."""
    if problem.previous is None or problem.change_price == 0:
        return []
    eye = sparse.eye_array(problem.limit.size)
    before = problem.previous.ravel()
    more = require("more_than_before", {"starts": eye, "changes": -eye}, upper=before)
    fewer = require("fewer_than_before", {"starts": eye, "changes": eye}, lower=before)
    return [more, fewer]


def _budget(problem: HiringProblem) -> Rule | None:
    """Starts and levers add at most the budget to the cost of the horizon."""
    if problem.budget is None:
        return None
    costs = {
        "starts": problem.hire_cost,
        "moves": problem.lane_cost,
        "overtime": problem.overtime_cost,
        "vendors": problem.vendor_cost,
    }
    parts = {name: cost.reshape(1, -1) / 1e3 for name, cost in costs.items()}
    return require("budget", parts, upper=problem.budget / 1e3)


def _people(
    problem: HiringProblem, gain: np.ndarray, lane_gain: np.ndarray
) -> dict[str, sparse.sparray]:
    """Rows (month, pool): what starts and moves of earlier months bring."""
    months, pools = problem.need.shape
    rows, columns, data = [], [], []
    for k in range(pools):
        s, t = np.nonzero(gain[k])
        rows.append(t * pools + k)
        columns.append(k * months + s)
        data.append(gain[k, s, t])
    shape = (months * pools, pools * months)
    parts = {"starts": _coo(rows, columns, data, shape)}
    rows, columns, data = [], [], []
    for row, pair in enumerate(problem.lanes):
        for side, k in enumerate(pair):
            s, t = np.nonzero(lane_gain[row, :, :, side])
            rows.append(t * pools + k)
            columns.append(row * months + s)
            data.append(lane_gain[row, s, t, side])
    parts["moves"] = _coo(rows, columns, data, (months * pools, len(problem.lanes) * months))
    return parts


def _vendor_matrix(problem: HiringProblem) -> sparse.sparray:
    months, pools = problem.need.shape
    offers = len(problem.vendor_pool)
    rows, columns = [], []
    for column, k in enumerate(problem.vendor_pool):
        rows.append(np.arange(months) * pools + k)
        columns.append(np.arange(months) * offers + column)
    return _coo(rows, columns, [np.ones(months)] * offers, (months * pools, months * offers))


def _lent_matrix(problem: HiringProblem) -> sparse.sparray:
    """Rows (month, pool), columns (month, pair): +1 for the helped pool, -1 for the helper."""
    months, pools = problem.need.shape
    count = len(problem.share_pairs)
    rows, columns, data = [], [], []
    for column, pair in enumerate(problem.share_pairs):
        for k, sign in zip(pair, (-1.0, 1.0), strict=True):
            rows.append(np.arange(months) * pools + k)
            columns.append(np.arange(months) * count + column)
            data.append(np.full(months, sign))
    return _coo(rows, columns, data, (months * pools, months * count))


def _coo(
    rows: list[np.ndarray],
    columns: list[np.ndarray],
    data: list[np.ndarray],
    shape: tuple[int, int],
) -> sparse.sparray:
    if not rows:
        return sparse.csr_array(shape)
    place = (np.concatenate(rows), np.concatenate(columns))
    return sparse.csr_array((np.concatenate(data), place), shape=shape)


def _read(problem: HiringProblem, solution: Solution) -> HiringOptimum:
    months, pools = problem.need.shape
    names = ("starts", "moves", "vendors")
    whole = {name: np.round(solution.take(name)).astype(np.int64) for name in names}
    optimum = HiringOptimum(
        starts=whole["starts"].reshape(pools, months),
        moves=whole["moves"].reshape(len(problem.lanes), months),
        overtime=solution.take("overtime").reshape(months, pools),
        vendors=whole["vendors"].reshape(months, len(problem.vendor_pool)),
        lent=(_lent_matrix(problem) @ solution.take("lent")).reshape(months, pools),
        short=np.zeros((months, pools)),
        status=solution.status,
        objective=solution.objective,
        bound=solution.bound,
    )
    short = np.maximum(problem.need - expected_heads(problem, optimum), 0.0)
    return replace(optimum, short=np.where(short > 1e-6, short, 0.0))
