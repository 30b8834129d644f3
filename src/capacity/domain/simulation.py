"""Simulation: what happened to the cases of the demand paths under given people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.domain.display import frame_html
from capacity.domain.promise import Promise


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """Results by target over weekly paths.

    `weekly_share` has shape (paths x weeks, promises), the weeks of a path together: the on-time
    share of each whole week (nan when no case of the queue arrived). `hours` are person hours at
    work (breaks off) in the weeks that count, `exposure_hours` severity-weighted hours touched by
    pool, `overrun_hours` work after the end of a shift (the case in hand), each per path.
    `any_late` is, by promise, the share of weeks in which at least one case was late.
    People with access against exposure per person: `people_exposed` counts the distinct persons of
    a roster who touched exposed work in a week (mean over weekly paths; nan where persons are not
    known), `exposure_per_duty` the mean and the most exposure hours of one duty.
    `turnaround` holds quantiles of hours to closing by queue.
    """

    promises: tuple[Promise, ...]
    weekly_share: np.ndarray
    n_paths: int
    seed: int
    hours: float
    exposure_hours: tuple[tuple[str, float], ...] = ()
    turnaround: pd.DataFrame | None = None
    any_late: tuple[float, ...] = ()
    overrun_hours: float = 0.0
    weeks: int = 1
    people_exposed: float = float("nan")
    exposure_per_duty: tuple[float, float] = (float("nan"), float("nan"))
    notes: tuple[str, ...] = ()

    @property
    def all_kept(self) -> np.ndarray:
        """By weekly path: whether every target is kept (one without cases counts as kept)."""
        targets = np.array([promise.target.share for promise in self.promises])
        return np.asarray(
            np.all(np.isnan(self.weekly_share) | (self.weekly_share >= targets), axis=1)
        )

    @property
    def frame(self) -> pd.DataFrame:
        """One row a target."""
        return pd.DataFrame(
            [
                {
                    "queue": p.queue,
                    "target": str(p.target),
                    "target_share": p.target.share,
                    "share": p.share,
                    "standard_error": p.standard_error,
                    "weeks_kept": p.weeks_kept,
                    "worst_hour": p.worst_hour,
                    "worst_hour_share": p.worst_hour_share,
                    "backlog_end": p.backlog_end,
                    "oldest_hours": p.oldest_hours,
                }
                for p in self.promises
            ]
        )

    def summary(self) -> str:
        """Each promise in words."""
        return "\n".join([*(str(promise) for promise in self.promises), *self.notes])

    def _repr_html_(self) -> str:
        return frame_html(
            self.frame, title="Simulation", note=f"{self.n_paths} paths, seed {self.seed}"
        )


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """When each queue is back within its target, from the open cases and their ages.

    `frame` columns: queue, open_cases, overdue_cases, breach_share (paths on which the queue
    falls behind), breach_hours (median time of the first), back_hours_p50 and back_hours_p90
    (hours until no more work is overdue than the target allows, to the end of the horizon;
    infinite: not within it). `extra_heads` are people added in every staffed interval.
    """

    frame: pd.DataFrame
    horizon_hours: float
    n_paths: int
    extra_heads: int = 0

    @property
    def first_breach(self) -> str | None:
        """The queue that is likely to fall behind first; None when none does on half the paths."""
        behind = self.frame[self.frame["breach_share"] >= 0.5]
        if behind.empty:
            return None
        return str(behind.sort_values(["breach_hours", "queue"])["queue"].iloc[0])

    def summary(self) -> str:
        """When each queue is back, and which one breaches first."""
        lines = [
            f"{row.queue}: back within target after {row.back_hours_p50:.0f} h "
            f"({row.back_hours_p90:.0f} h on nine paths of ten)"
            for row in self.frame.itertuples()
            if row.back_hours_p90 > 0
        ]
        first = self.first_breach
        tail = f"first to breach: {first}" if first else "no queue is likely to breach"
        return "\n".join([*lines, f"{tail}; horizon {self.horizon_hours:.0f} h"])

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="Recovery", note=self.summary().splitlines()[-1])
