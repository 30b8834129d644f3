"""Staffing: floors for short targets and work with deadlines for deferrable queues."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
import pandas as pd

from capacity.domain.display import frame_html
from capacity.domain.grid import MonthGrid, TimeGrid
from capacity.domain.target import Target
from capacity.domain.volume import Backlog


class Treatment(Enum):
    """FLOOR: reviewers present in each interval. WORK: hours that may wait until a deadline."""

    FLOOR = "floor"
    WORK = "work"


@dataclass(frozen=True, kw_only=True)
class QueuePlan:
    """How one queue is staffed, and why.

    `hours_per_arrival` turns one arriving human-review case into hours of work on this queue
    (mean handling x reviews per case); `ceiling` is P(handling <= target) when the clock stops
    at closing. `window_hours` is the binding deadline of the queue.
    """

    queue: str
    treatment: Treatment
    target: Target | None
    window_hours: float
    late_share: float
    hours_per_arrival: float
    ceiling: float
    reason: str


class WorkSource(Protocol):
    """Work hours of the demand paths, queue by queue, on demand."""

    def cases(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        """Human-review cases that arrive (own plus escalated in), shape (paths, periods)."""

    def work(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        """Hours of work that arrive, shape (paths, periods)."""

    def monthly_work(self, queue: str, first: int, last: int) -> np.ndarray:
        """Hours of work a month, shape (paths, months)."""

    def floors(self, queue: str, factor: float, periods: int) -> np.ndarray:
        """Reviewers needed present by interval when the mean profile is scaled by `factor`."""


@dataclass(frozen=True, kw_only=True)
class Staffing:
    """Floors and work of every queue on the demand's grid. It carries no promise: only shifts do.

    `opening_hours` is the work (hours) in the backlog at `as_of`, by queue and by hours left until
    its deadline (negative = overdue), oldest first: tuples (queue, hours_left, work_hours).
    """

    grid: TimeGrid
    months: MonthGrid
    plans: tuple[QueuePlan, ...]
    n_paths: int
    seed: int
    as_of: pd.Timestamp
    source: WorkSource
    backlog: Backlog = Backlog()
    opening: tuple[tuple[str, float, float], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def queues(self) -> tuple[str, ...]:
        """Queue names."""
        return tuple(plan.queue for plan in self.plans)

    def plan_of(self, queue: str) -> QueuePlan:
        """How a queue is staffed."""
        return next(plan for plan in self.plans if plan.queue == queue)

    def cases(
        self, queue: str, *, periods: int | None = None, paths: int | None = None
    ) -> np.ndarray:
        """Human-review cases by path and interval."""
        return self.source.cases(
            queue, 0, paths or self.n_paths, self.grid.periods if periods is None else periods
        )

    def work(
        self, queue: str, *, periods: int | None = None, paths: int | None = None
    ) -> np.ndarray:
        """Work hours by path and interval."""
        return self.source.work(
            queue, 0, paths or self.n_paths, self.grid.periods if periods is None else periods
        )

    def monthly_work(self, queue: str) -> np.ndarray:
        """Work hours by path and month."""
        return self.source.monthly_work(queue, 0, self.n_paths)

    def floors(self, queue: str, *, factor: float = 1.0, periods: int | None = None) -> np.ndarray:
        """Reviewers needed present by interval (zeros for WORK queues)."""
        return self.source.floors(queue, factor, self.grid.periods if periods is None else periods)

    @property
    def frame(self) -> pd.DataFrame:
        """One row a queue: treatment, target, window, mean work a week, reason."""
        week = min(self.grid.intervals_per_week, self.grid.periods)
        rows = [
            {
                "queue": plan.queue,
                "treatment": plan.treatment.value,
                "target": str(plan.target) if plan.target else "none",
                "window_hours": plan.window_hours,
                "work_hours_week_1": float(self.work(plan.queue, periods=week).sum(axis=1).mean()),
                "reason": plan.reason,
            }
            for plan in self.plans
        ]
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """Treatment and reason of each queue in words."""
        return "\n".join(
            [f"  {p.queue}: {p.treatment.value} ({p.reason})" for p in self.plans]
            + list(self.notes)
        )

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="Staffing")
