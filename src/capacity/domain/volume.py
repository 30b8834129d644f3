"""Volume: the history of arrivals by series, and the cases open at `as_of`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from capacity.domain.display import frame_html
from capacity.domain.drivers import DriverHistory
from capacity.domain.grid import TimeGrid
from capacity.errors import DataError


@dataclass(frozen=True, kw_only=True, order=True)
class SeriesLabel:
    """What one series counts: a queue, and optionally a cell of market x language x severity."""

    queue: str
    market: str = ""
    language: str = ""
    severity: str = ""


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """Cases open at `as_of`: one entry a case, its queue and its age in hours (clock from arrival).

    Examples
    --------
    >>> Backlog(queues=("a", "a"), age_hours=(1.0, 30.0)).count("a")
    2
    """

    queues: tuple[str, ...] = ()
    age_hours: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if len(self.queues) != len(self.age_hours) or any(age < 0 for age in self.age_hours):
            raise DataError("a backlog needs one age >= 0 for each open case.")

    def ages(self, queue: str) -> np.ndarray:
        """Ages in hours of the open cases of a queue, oldest first."""
        ages = [age for name, age in zip(self.queues, self.age_hours, strict=True) if name == queue]
        return np.sort(np.asarray(ages, dtype=float))[::-1]

    def count(self, queue: str) -> int:
        """Open cases of a queue."""
        return self.queues.count(queue)


@dataclass(frozen=True, kw_only=True)
class Volume:
    """Counts of arrivals: one row a series, one column an interval of `grid`; nan = missing.

    `grid.minutes` is 5..60 for interval history or 1440 for daily history. For daily history the
    instants are the starts of UTC days and `daily_dates` holds the local dates that they stand
    for, so that no count is moved by a zone. `unit` is what one count means (report, item, ...).
    `drivers` are histories of handling time, automation and escalation; those that are there are
    forecast with the counts.

    Examples
    --------
    >>> grid = TimeGrid(start=pd.Timestamp("2026-01-05", tz="UTC"), minutes=60, periods=3)
    >>> volume = Volume(grid=grid, labels=(SeriesLabel(queue="a"),), counts=np.array([[1.0, 2.0, np.nan]]),
    ...                 as_of=grid.end)
    >>> volume.queues, float(np.nansum(volume.of("a")))
    (('a',), 3.0)
    """

    grid: TimeGrid
    labels: tuple[SeriesLabel, ...]
    counts: np.ndarray
    as_of: pd.Timestamp
    backlog: Backlog = Backlog()
    unit: str = "report"
    zones: tuple[tuple[str, str], ...] = ()
    handling_minutes: tuple[tuple[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    drivers: tuple[DriverHistory, ...] = ()

    def __post_init__(self) -> None:
        if self.counts.shape != (len(self.labels), self.grid.periods):
            raise DataError(
                f"Volume.counts must have shape {(len(self.labels), self.grid.periods)}, got {self.counts.shape}."
            )
        if np.any(self.counts < 0) or np.any(np.isinf(self.counts)):
            raise DataError("Volume.counts must be >= 0 and finite (nan = missing).")

    @property
    def queues(self) -> tuple[str, ...]:
        """Queue names in order of first appearance."""
        return tuple(dict.fromkeys(label.queue for label in self.labels))

    @property
    def is_daily(self) -> bool:
        """Whether one column is a day."""
        return self.grid.minutes == 1440

    @property
    def daily_dates(self) -> tuple[date, ...]:
        """The dates of daily columns."""
        return tuple(stamp.date() for stamp in self.grid.starts)

    def zone_of(self, queue: str, default: str = "UTC") -> str:
        """The wall clock of a queue's daily season."""
        return dict(self.zones).get(queue, default)

    def of(self, queue: str) -> np.ndarray:
        """Counts of a queue by interval: the sum of its series (nan where any is missing)."""
        rows = [i for i, label in enumerate(self.labels) if label.queue == queue]
        return np.asarray(self.counts[rows].sum(axis=0))

    @property
    def frame(self) -> pd.DataFrame:
        """Tidy: queue, market, language, severity, start (UTC), count."""
        parts = [
            pd.DataFrame(
                {
                    "queue": label.queue,
                    "market": label.market,
                    "language": label.language,
                    "severity": label.severity,
                    "start": self.grid.starts,
                    "count": row,
                }
            )
            for label, row in zip(self.labels, self.counts, strict=True)
        ]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()

    def summary(self) -> str:
        """Totals and gaps by queue in words."""
        lines = [
            f"{len(self.labels)} series, {self.grid.start:%Y-%m-%d} to {self.as_of:%Y-%m-%d %H:%M} UTC, unit {self.unit}"
        ]
        for queue in self.queues:
            counts = self.of(queue)
            gaps = int(np.isnan(counts).sum())
            lines.append(
                f"  {queue}: {np.nansum(counts):,.0f} cases, {self.backlog.count(queue)} open, {gaps} missing intervals"
            )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="Volume", note=self.summary().splitlines()[0])
