"""The whole plan: every stage's result, and the summary that a manager reads."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capacity.domain.curve import StaffingCurve
from capacity.domain.demand import Demand
from capacity.domain.display import frame_html
from capacity.domain.effort import Effort
from capacity.domain.faults import require_member
from capacity.domain.headcount import HeadcountPlan
from capacity.domain.operation import Operation
from capacity.domain.roster import CheckReport, Roster
from capacity.domain.shift_plan import ShiftPlan
from capacity.domain.simulation import Simulation
from capacity.domain.staffing import Staffing
from capacity.domain.volume import Volume


@dataclass(frozen=True, kw_only=True)
class PlanSettings:
    """Horizons, confidence, paths, seed and effort of a plan; scenarios reuse them.

    `factors` are margins by queue that the shift plan holds; without them it searches its own.
    """

    schedule_weeks: int = 4
    weeks: int = 26
    months: int = 18
    confidence: float = 0.90
    percentile: float = 0.80
    paths: int = 500
    seed: int = 0
    effort: Effort = Effort.QUICK
    factors: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        require_member(self.effort, Effort, "effort")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """History to headcount: one value per stage.

    `seconds` tells how long each step took, `reused` which steps were taken over unchanged from
    another plan; both are facts about the run and no part of the plan's content.
    """

    operation: Operation
    settings: PlanSettings
    volume: Volume
    demand: Demand
    staffing: Staffing
    shifts: ShiftPlan
    roster: Roster | None
    check: CheckReport | None
    simulation: Simulation
    curve: StaffingCurve
    headcount: HeadcountPlan
    seconds: tuple[tuple[str, float], ...] = ()
    reused: tuple[str, ...] = ()
    text: str = ""

    @property
    def frame(self) -> pd.DataFrame:
        """The finance table."""
        return self.headcount.frame

    def summary(self) -> str:
        """The plan in plain words."""
        return self.text

    def _repr_html_(self) -> str:
        return frame_html(
            self.headcount.of("all"), title=f"Plan of {self.operation.name}", note=self.text
        )
