"""When a queue is worked: weekly opening hours on a local wall clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from capacity.domain.grid import TimeGrid, check_zone
from capacity.errors import DataError


@dataclass(frozen=True, kw_only=True)
class OpeningHours:
    """Open on `weekdays` (0 = Monday) from `opens_minute` to `closes_minute` of the local day.

    Examples
    --------
    >>> hours = OpeningHours(zone="UTC", weekdays=(0, 1, 2, 3, 4), opens_minute=540, closes_minute=1020)
    >>> hours.hours_per_week
    40.0
    """

    zone: str
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    opens_minute: int = 0
    closes_minute: int = 1440
    closed_dates: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        check_zone(self.zone, "opening hours")
        if not self.weekdays or any(day not in range(7) for day in self.weekdays):
            raise DataError(
                f"opening weekdays must be 0..6 and not empty, got {self.weekdays}: closed all week. "
                "Fix: name at least one weekday."
            )
        if not 0 <= self.opens_minute < self.closes_minute <= 1440:
            raise DataError(
                "opening hours need 0 <= opens < closes <= 24:00 on the same local day."
            )

    @property
    def hours_per_week(self) -> float:
        """Open hours in an ordinary week."""
        return len(set(self.weekdays)) * (self.closes_minute - self.opens_minute) / 60

    def open_share(self, grid: TimeGrid) -> np.ndarray:
        """Share of each interval that is open (0..1)."""
        local = grid.local(self.zone)
        minute = np.asarray(local.hour * 60 + local.minute)
        inside = np.minimum(minute + grid.minutes, self.closes_minute) - np.maximum(
            minute, self.opens_minute
        )
        share = np.clip(inside, 0, grid.minutes) / grid.minutes
        day_open = np.isin(np.asarray(local.day_of_week), self.weekdays)
        if self.closed_dates:
            day_open &= ~np.isin(np.asarray(local.date), np.asarray(self.closed_dates))
        return np.where(day_open, share, 0.0)
