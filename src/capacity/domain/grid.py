"""Time as UTC instants: the fine grid of intervals and the grid of months."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pandas as pd

from capacity.domain.faults import nearest
from capacity.errors import DataError

INTERVAL_MINUTES = (5, 10, 15, 30, 60)


@cache
def _known_zones() -> frozenset[str]:
    """The IANA names of this machine; listing them reads hundreds of files."""
    return frozenset(available_timezones())


def check_zone(zone: str, where: str) -> str:
    """The zone name itself, or one error with the nearest IANA names.

    Examples
    --------
    >>> check_zone("Europe/Dublin", "site dublin")
    'Europe/Dublin'
    """
    if not zone:
        raise DataError(
            f'{where}: the time zone is missing. Fix: name an IANA zone, say zone = "UTC".'
        )
    if zone not in _known_zones():
        hint = nearest(zone, _known_zones()).split(" Known:")[0]
        hint = hint if hint.startswith("did") else "name an IANA zone such as Europe/Dublin"
        raise DataError(f"{where}: unknown time zone {zone!r}. Fix: {hint}")
    return zone


def as_utc(moment: pd.Timestamp | str, where: str = "time") -> pd.Timestamp:
    """A UTC instant from an aware timestamp or ISO text with an offset.

    Examples
    --------
    >>> as_utc("2026-01-05T01:00:00+01:00")
    Timestamp('2026-01-05 00:00:00+0000', tz='UTC')
    """
    stamp = pd.Timestamp(moment)
    if stamp.tzinfo is None:
        raise DataError(f"{where}: {moment} has no offset. Fix: write 2026-01-05T00:00:00+00:00.")
    return stamp.tz_convert("UTC")


@dataclass(frozen=True, kw_only=True)
class TimeGrid:
    """Equal intervals of elapsed time: `periods` intervals of `minutes` from `start` (UTC).

    Examples
    --------
    >>> grid = TimeGrid(start=pd.Timestamp("2026-03-29", tz="UTC"), minutes=60, periods=24)
    >>> grid.end
    Timestamp('2026-03-30 00:00:00+0000', tz='UTC')
    >>> int(grid.local("Europe/Dublin").hour[1])
    2
    """

    start: pd.Timestamp
    minutes: int
    periods: int

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.start != self.start.tz_convert("UTC"):
            raise DataError(f"TimeGrid.start must be a UTC instant, got {self.start}.")
        if self.minutes <= 0 or self.periods < 0:
            raise DataError("TimeGrid needs minutes > 0 and periods >= 0.")

    @property
    def hours(self) -> float:
        """Length of one interval in hours."""
        return self.minutes / 60

    @property
    def end(self) -> pd.Timestamp:
        """The instant at which the last interval ends."""
        return self.start + pd.Timedelta(minutes=self.minutes * self.periods)

    @cached_property
    def starts(self) -> pd.DatetimeIndex:
        """Start of each interval, UTC."""
        return pd.date_range(
            self.start, periods=self.periods, freq=pd.Timedelta(minutes=self.minutes)
        )

    def local(self, zone: str) -> pd.DatetimeIndex:
        """Start of each interval on the wall clock of a zone."""
        return self.starts.tz_convert(ZoneInfo(zone))

    def index_of(self, moments: pd.DatetimeIndex | pd.Series) -> np.ndarray:
        """Interval number of each instant (may lie outside 0..periods-1)."""
        index = pd.DatetimeIndex(moments)
        step = pd.Timedelta(minutes=self.minutes)
        return np.asarray(np.floor((index - self.start) / step), dtype=np.int64)

    def head(self, periods: int) -> TimeGrid:
        """The first `periods` intervals."""
        return TimeGrid(start=self.start, minutes=self.minutes, periods=min(periods, self.periods))

    @property
    def intervals_per_week(self) -> int:
        """Intervals in seven elapsed days."""
        return 7 * 24 * 60 // self.minutes


@dataclass(frozen=True, kw_only=True)
class MonthGrid:
    """Consecutive calendar months in one zone.

    Examples
    --------
    >>> MonthGrid(first=pd.Period("2026-01", freq="M"), periods=2, zone="UTC").labels
    ('2026-01', '2026-02')
    """

    first: pd.Period
    periods: int
    zone: str = "UTC"

    @property
    def months(self) -> pd.PeriodIndex:
        """The months as pandas periods."""
        return pd.period_range(self.first, periods=self.periods, freq="M")

    @property
    def labels(self) -> tuple[str, ...]:
        """The months as ISO text, `2026-01`."""
        return tuple(str(month) for month in self.months)

    @property
    def edges(self) -> pd.DatetimeIndex:
        """UTC instants (periods + 1 of them) at which the months begin and the last one ends."""
        firsts = pd.period_range(self.first, periods=self.periods + 1, freq="M").to_timestamp()
        return firsts.tz_localize(ZoneInfo(self.zone)).tz_convert("UTC")

    @property
    def hours(self) -> np.ndarray:
        """Elapsed hours of each month."""
        edges = self.edges
        return np.asarray((edges[1:] - edges[:-1]) / pd.Timedelta(hours=1), dtype=float)

    def index_of(self, grid: TimeGrid) -> np.ndarray:
        """Month number of each interval of a fine grid (-1 before the first, periods after)."""
        return np.asarray(self.edges.searchsorted(grid.starts, side="right") - 1, dtype=np.int64)
