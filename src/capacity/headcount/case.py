"""Everything that is known before hiring is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capacity.domain.headcount import HeadcountPlan
from capacity.domain.hiring import HiringPolicy
from capacity.domain.operation import Operation
from capacity.headcount.clock import PlanCalendar
from capacity.headcount.cohorts import Flows, Join, Move, run_flows
from capacity.headcount.inputs import PlannedFlows
from capacity.headcount.money import PriceList
from capacity.headcount.problem import HiringProblem, build_problem, previous_starts


@dataclass(frozen=True, kw_only=True)
class PlanCase:
    """Everything known before hiring is decided."""

    operation: Operation
    calendar: PlanCalendar
    prices: PriceList
    planned: PlannedFlows
    required: np.ndarray
    need: np.ndarray
    hazard: np.ndarray | None
    unexposed: np.ndarray
    shares: np.ndarray
    untouched: Flows
    curve_binding: tuple[str, ...]
    curve_notes: tuple[str, ...]

    def problem(
        self, policy: HiringPolicy, previous: HeadcountPlan | None = None, *, delay_months: int = 0
    ) -> HiringProblem:
        """The hiring problem of this case."""
        before = None
        if previous is not None and previous.hires is not None:
            before = previous_starts(previous.hires, self.operation, self.calendar)
        return build_problem(
            self.need, self.operation, self.calendar, self.untouched, policy=policy, prices=self.prices,
            unexposed=self.unexposed,
            shares=self.shares, hazard=self.hazard, previous=before, delay_months=delay_months,
        )  # fmt: skip

    def play(self, joins: Sequence[Join], moves: Sequence[Move]) -> Flows:
        """The whole-head flows with further joins and moves."""
        return run_flows(
            self.operation.pools,
            self.calendar,
            [*self.planned.joins, *joins],
            moves=[*self.planned.moves, *moves],
            exits=self.planned.exits,
            hazard=self.hazard,
        )
