"""Decide whom to hire: solve the program, play it in whole heads, close what that leaves open."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from capacity.headcount.case import PlanCase
from capacity.headcount.clock import WEEKS_PER_MONTH
from capacity.headcount.cohorts import Flows, Join, Move
from capacity.headcount.levers import LeverUse, productive_heads
from capacity.headcount.optimum import HiringOptimum, expected_heads, optimise
from capacity.headcount.problem import HiringProblem

REPAIRS = 6


@dataclass(frozen=True, kw_only=True)
class Decided:
    """Hires and levers in whole heads, and the flows that follow."""

    flows: Flows
    joins: tuple[Join, ...]
    moves: tuple[Move, ...]
    use: LeverUse
    productive: np.ndarray
    optimum: HiringOptimum | None


def decide(case: PlanCase, problem: HiringProblem) -> Decided:
    """Solve, play in whole heads, and close what whole heads leave open.

    The program counts expected survivors; whole-head attrition may run up to half a head ahead
    of them. Where that opens a gap the program saw covered, the need of that month is raised by
    it and the program solved again, a few times at most.
    """
    best: Decided | None = None
    for _ in range(REPAIRS):
        optimum = optimise(problem)
        decided = _played(case, *_whole(case, problem, optimum), optimum)
        open_gap = np.maximum(0.0, case.need - decided.productive - decided.use.relief)
        avoidable = np.where((optimum.short > 0) | ~problem.must_cover, 0.0, open_gap)
        if best is None or open_gap.sum() < _gap_of(case, best) - 1e-9:
            best = decided
        if avoidable.max() <= 1e-6:
            break
        wanted = expected_heads(problem, optimum) + avoidable
        problem = replace(problem, need=np.where(avoidable > 1e-6, wanted, problem.need))
    assert best is not None  # noqa: S101 - the loop ran at least once
    return best


def _gap_of(case: PlanCase, decided: Decided) -> float:
    return float(np.maximum(0.0, case.need - decided.productive - decided.use.relief).sum())


def _whole(
    case: PlanCase, problem: HiringProblem, optimum: HiringOptimum
) -> tuple[tuple[Join, ...], tuple[Move, ...], LeverUse]:
    edges, policy_lanes = case.calendar.edges, problem.lanes
    joins = tuple(
        Join(month=int(s), pool=int(k), position=float(edges[s]), heads=int(optimum.starts[k, s]))
        for k, s in np.argwhere(optimum.starts > 0)
    )
    moves = tuple(
        Move(
            month=int(s),
            source=policy_lanes[row][0],
            target=policy_lanes[row][1],
            heads=int(optimum.moves[row, s]),
            training_months=float(problem.lane_training[row]) / WEEKS_PER_MONTH,
            firm=False,
        )
        for row, s in np.argwhere(optimum.moves > 0)
    )
    relief = optimum.overtime + optimum.lent
    for column, k in enumerate(problem.vendor_pool):
        relief[:, k] += optimum.vendors[:, column]
    use = LeverUse(
        overtime=optimum.overtime, vendors=optimum.vendors, lent=optimum.lent, relief=relief
    )
    return joins, moves, use


def _played(
    case: PlanCase,
    joins: tuple[Join, ...],
    moves: tuple[Move, ...],
    use: LeverUse,
    optimum: HiringOptimum | None,
) -> Decided:
    flows = case.play(joins, moves)
    productive = productive_heads(case.operation.pools, case.calendar, flows)
    return Decided(
        flows=flows, joins=joins, moves=moves, use=use, productive=productive, optimum=optimum
    )
