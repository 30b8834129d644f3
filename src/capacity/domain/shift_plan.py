"""The anonymous shift plan: heads by pool, date and template, flows, exposure and promise."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import pandas as pd

from capacity.domain.display import frame_html, plural
from capacity.domain.effort import Effort, SolveStatus
from capacity.domain.grid import TimeGrid
from capacity.domain.promise import Promise

ROLE_COLUMNS = ("cover", "pool", "shift", "date", "heads")


class Dispatch(Enum):
    """The rule by which a free reviewer takes the next case."""

    EARLIEST_DUE = "earliest_due"
    PRIORITY = "priority"
    FLOW_SHARES = "flow_shares"


@dataclass(frozen=True, kw_only=True)
class ShiftPlan:
    """Who is present when, by pool (no persons), and what they are assigned to.

    Frames (times are UTC instants, hours are elapsed hours):

    - `shifts`: pool, shift, date (local date of the start), start, end, heads, paid_hours
    - `breaks`: pool, shift, date, start, minutes, heads (heads that take it then)
    - `flows`: pool, queue, start, hours (work assigned in the interval)
    - `exposure`: pool, shift, date, queue, start, hours (severity-weighted, of that cohort)
    - `shortfall`: queue, start, hours, kind ("floor", "late" or, with the name of a cover for the
      queue, "role"): what the plan cannot cover; "overdue": work that was late before it begins
    - `roles`: cover, pool, shift, date, heads (of a pool in which only some people hold the role)

    `factors` are the margins of the first week by queue, `factor` their mean weighted by work.
    """

    grid: TimeGrid
    shifts: pd.DataFrame
    breaks: pd.DataFrame
    flows: pd.DataFrame
    exposure: pd.DataFrame
    shortfall: pd.DataFrame
    status: SolveStatus
    objective: float
    bound: float
    effort: Effort
    factor: float
    confidence: float
    seed: int
    dispatch: Dispatch = Dispatch.EARLIEST_DUE
    promises: tuple[Promise, ...] = ()
    weeks_kept: float = float("nan")
    binding: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    factors: tuple[tuple[str, float], ...] = ()
    roles: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(ROLE_COLUMNS)))

    @property
    def gap(self) -> float:
        """Relative distance between objective and proven bound."""
        return abs(self.objective - self.bound) / max(abs(self.objective), 1e-9)

    @property
    def is_partial(self) -> bool:
        """Whether some work is not covered."""
        return bool(len(self.uncovered) and self.uncovered["hours"].sum() > 1e-6)

    @property
    def uncovered(self) -> pd.DataFrame:
        """The shortfall of the plan itself: not what was overdue before it begins."""
        if self.shortfall.empty:
            return self.shortfall
        return self.shortfall[self.shortfall["kind"] != "overdue"]

    @property
    def frame(self) -> pd.DataFrame:
        """The table of shifts."""
        return self.shifts

    @property
    def paid_hours(self) -> float:
        """Paid hours over the horizon."""
        return float((self.shifts["heads"] * self.shifts["paid_hours"]).sum())

    def present(self, pool: str | None = None) -> np.ndarray:
        """Heads on shift by interval (breaks not taken off), of one pool or of all."""
        rows = self.shifts if pool is None else self.shifts[self.shifts["pool"] == pool]
        step = pd.Timedelta(minutes=self.grid.minutes)
        heads = np.zeros(self.grid.periods)
        for start, end, count in zip(rows["start"], rows["end"], rows["heads"], strict=True):
            first = max(0, int((start - self.grid.start) // step))
            last = int(-((self.grid.start - end) // step))
            heads[first : max(first, min(last, self.grid.periods))] += count
        return heads

    def summary(self) -> str:
        """Shifts, hours, status, promises and shortfall in words."""
        lines = [
            f"{plural(int(self.shifts['heads'].sum()), 'shift')}, {self.paid_hours:,.0f} paid hours "
            f"({self.effort.value}, {self.status.value}, gap {100 * self.gap:.2f} %, margin {self.factor:.2f})"
        ]
        if self.is_partial:
            short = self.uncovered.groupby("queue")["hours"].sum().sort_values(ascending=False)
            lines += [
                f"  PARTIAL PLAN: {queue} short by {hours:,.1f} hours"
                for queue, hours in short.items()
            ]
        lines += [f"  binding: {', '.join(self.binding)}"] if self.binding else []
        return "\n".join([*lines, *(f"  {p}" for p in self.promises), *self.notes])

    def _repr_html_(self) -> str:
        return frame_html(self.shifts, title="Shift plan", note=self.summary().splitlines()[0])
