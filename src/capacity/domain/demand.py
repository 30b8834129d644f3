"""Demand: sample paths of future arrivals, generated on demand from (seed, queue name)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from capacity.domain.display import frame_html
from capacity.domain.drivers import DriverPaths
from capacity.domain.grid import MonthGrid, TimeGrid
from capacity.domain.volume import Backlog


class PathSource(Protocol):
    """Where the paths of a queue come from; the full cube never needs to exist."""

    def fine(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        """Counts of paths first..last-1: integers of shape (last - first, periods)."""

    def monthly(self, queue: str, first: int, last: int) -> np.ndarray:
        """Monthly totals of the same paths: integers of shape (last - first, months)."""


@dataclass(frozen=True, kw_only=True)
class Demand:
    """Joint sample paths of arrivals by queue: path i is one possible future of ALL queues.

    `grid` is the fine grid (`weeks` at the operation's interval, or the history's own when there
    is no operation); `months` the calendar months of the long horizon. Months that lie inside the
    fine grid are sums of the same paths; the first month counts from `as_of` on. `drivers`
    (handling time, automation, escalation) move on the same paths, where they were forecast.
    """

    grid: TimeGrid
    months: MonthGrid
    queues: tuple[str, ...]
    n_paths: int
    seed: int
    as_of: pd.Timestamp
    source: PathSource
    backlog: Backlog = Backlog()
    zones: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    weights: pd.DataFrame | None = None
    drivers: DriverPaths | None = None

    def paths(
        self, queue: str, *, periods: int | None = None, first: int = 0, last: int | None = None
    ) -> np.ndarray:
        """Counts of paths first..last-1 over the first `periods` intervals."""
        upper = self.n_paths if last is None else last
        return self.source.fine(
            queue, first, upper, self.grid.periods if periods is None else periods
        )

    def monthly(self, queue: str) -> np.ndarray:
        """Monthly totals, shape (n_paths, months)."""
        return self.source.monthly(queue, 0, self.n_paths)

    def mean(self, queue: str, *, periods: int | None = None) -> np.ndarray:
        """Mean count by interval."""
        return np.asarray(self.paths(queue, periods=periods).mean(axis=0))

    def quantiles(self, levels: Sequence[float] = (0.05, 0.5, 0.95)) -> pd.DataFrame:
        """Tidy quantiles by queue and interval: queue, start, level, value."""
        parts: list[pd.DataFrame] = []
        for queue in self.queues:
            values = np.quantile(self.paths(queue), levels, axis=0)
            parts.extend(
                pd.DataFrame(
                    {"queue": queue, "start": self.grid.starts, "level": level, "value": row}
                )
                for level, row in zip(levels, values, strict=True)
            )
        return pd.concat(parts, ignore_index=True)

    @property
    def monthly_frame(self) -> pd.DataFrame:
        """Tidy by month: month, queue, mean, p10, p50, p80, p90."""
        levels = (0.1, 0.5, 0.8, 0.9)
        parts = []
        for queue in self.queues:
            totals = self.monthly(queue)
            table = pd.DataFrame(
                {"month": self.months.labels, "queue": queue, "mean": totals.mean(axis=0)}
            )
            for level, row in zip(levels, np.quantile(totals, levels, axis=0), strict=True):
                table[f"p{round(100 * level)}"] = row
            parts.append(table)
        return pd.concat(parts, ignore_index=True)

    @property
    def frame(self) -> pd.DataFrame:
        """The monthly table; `quantiles` gives the fine one."""
        return self.monthly_frame

    def summary(self) -> str:
        """Cases a week by queue, with the 80 % range of the first week."""
        week = min(self.grid.intervals_per_week, self.grid.periods)
        lines = [
            f"Demand: {self.n_paths} joint paths from {self.as_of:%Y-%m-%d %H:%M} UTC, seed {self.seed}"
        ]
        for queue in self.queues:
            total = self.paths(queue, periods=week).sum(axis=1)
            low, high = np.quantile(total, [0.1, 0.9])
            lines.append(
                f"  {queue}: {total.mean():,.0f} cases in week 1 (80 % range {low:,.0f} to {high:,.0f})"
            )
        return "\n".join([*lines, *self.notes])

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="Demand", note=self.summary().splitlines()[0])
