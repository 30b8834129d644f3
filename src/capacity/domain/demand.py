"""Demand: sample paths of future arrivals, generated on demand from (seed, queue name)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from capacity.domain.display import frame_html
from capacity.domain.drivers import DriverPaths
from capacity.domain.faults import FaultList, nearest
from capacity.domain.grid import MonthGrid, TimeGrid
from capacity.domain.volume import Backlog, SeriesLabel


class PathSource(Protocol):
    """Where the paths of a queue come from; the full cube never needs to exist."""

    def fine(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        """Counts of paths first..last-1: integers of shape (last - first, periods)."""

    def monthly(self, queue: str, first: int, last: int) -> np.ndarray:
        """Monthly totals of the same paths: integers of shape (last - first, months)."""


class LeafSource(Protocol):
    """How queues divide into cells of market x language x severity, on the demand's own paths."""

    def labels(self, queue: str) -> tuple[SeriesLabel, ...]:
        """The leaves of a queue; the queue itself where it has none."""

    def paths(self, demand: Demand, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        """Counts (leaves, paths, periods); the leaves of a path sum to the queue's path."""

    def monthly(self, demand: Demand, queue: str, first: int, last: int) -> np.ndarray:
        """Monthly counts (leaves, paths, months)."""


@dataclass(frozen=True, kw_only=True)
class Demand:
    """Joint sample paths of arrivals by queue: path i is one possible future of ALL queues.

    `grid` is the fine grid (`weeks` at the operation's interval, or the history's own when there
    is no operation); `months` the calendar months of the long horizon. Months that lie inside the
    fine grid are sums of the same paths; the first month counts from `as_of` on. `drivers`
    (handling time, automation, escalation) move on the same paths, where they were forecast;
    `splits` divide queues into the cells that the volume had.
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
    splits: LeafSource | None = None

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

    def labels(self, queue: str) -> tuple[SeriesLabel, ...]:
        """The cells of a queue: market x language x severity as the volume had them."""
        return self.splits.labels(queue) if self.splits else (SeriesLabel(queue=queue),)

    def leaves(
        self, queue: str, *, periods: int | None = None, first: int = 0, last: int | None = None
    ) -> np.ndarray:
        """Counts (leaves, paths, periods) in the order of `labels`; they sum to `paths`."""
        steps = self.grid.periods if periods is None else periods
        upper = self.n_paths if last is None else last
        if self.splits is None:
            return np.asarray(self.paths(queue, periods=steps, first=first, last=upper)[None])
        return self.splits.paths(self, queue, first, upper, steps)

    def monthly_leaves(self, queue: str) -> np.ndarray:
        """Monthly counts (leaves, paths, months) in the order of `labels`."""
        if self.splits is None:
            return self.monthly(queue)[None]
        return self.splits.monthly(self, queue, 0, self.n_paths)

    def total(
        self,
        *,
        queues: Sequence[str] | None = None,
        market: str | None = None,
        language: str | None = None,
        severity: str | None = None,
        periods: int | None = None,
        first: int = 0,
        last: int | None = None,
    ) -> np.ndarray:
        """Joint paths (paths, periods) of all cells that fit, summed path by path.

        One queue is held at a time. Quantiles of the sum are read off the sum: they do not add.

        Raises
        ------
        DataError
            A queue is unknown, or has no cells by what is asked for.
        """
        wanted = {"market": market, "language": language, "severity": severity}
        chosen = {name: value for name, value in wanted.items() if value is not None}
        names = tuple(self.queues if queues is None else queues)
        self._check_total(names, tuple(chosen))
        steps = min(self.grid.periods, self.grid.periods if periods is None else periods)
        upper = self.n_paths if last is None else last
        sums = np.zeros((upper - first, steps), dtype=np.int64)
        for name in names:
            if not chosen:
                sums += self.paths(name, periods=steps, first=first, last=upper)
                continue
            fits = [
                all(getattr(label, cell) == value for cell, value in chosen.items())
                for label in self.labels(name)
            ]
            if any(fits):
                leaves = self.leaves(name, periods=steps, first=first, last=upper)
                sums += leaves[np.asarray(fits)].sum(axis=0)
        return sums

    def _check_total(self, queues: tuple[str, ...], cells: tuple[str, ...]) -> None:
        faults = FaultList(title="The sum was refused")
        for name in queues:
            if name not in self.queues:
                faults.add(f"queue {name}", "is not in the demand", nearest(name, self.queues))
                continue
            for cell in cells:
                if not any(getattr(label, cell) for label in self.labels(name)):
                    faults.add(
                        f"queue {name}",
                        f"has no cells by {cell}",
                        f'count its volume with by=("{cell}",), or leave it out of queues',
                    )
        faults.raise_any()

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
