"""The local wall clock of a time grid: day number, weekday and slot of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from capacity.domain.grid import TimeGrid
from capacity.forecasting.panel import Bools, Floats, Ints

MINUTES_PER_DAY = 1440
EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday; Monday is 0


@dataclass(frozen=True, kw_only=True)
class LocalClock:
    """For each interval the local day (days since 1970-01-01) and the slot within the day.

    On the spring day a slot has no interval, on the autumn day one has two; nothing else moves.
    """

    day: Ints
    slot: Ints
    slots: int

    @property
    def weekday(self) -> Ints:
        """0 = Monday."""
        return weekday_of(self.day)


def read_clock(grid: TimeGrid, zone: str, *, slot_minutes: int | None = None) -> LocalClock:
    """Put a UTC grid on the wall clock of a zone.

    Slots are ``slot_minutes`` long (default: the grid's interval), so that a finer grid can read
    the profile of a coarser history.
    """
    minutes = grid.minutes if slot_minutes is None else slot_minutes
    wall = grid.local(zone).tz_localize(None).to_numpy().astype("datetime64[m]").astype(np.int64)
    return LocalClock(
        day=wall // MINUTES_PER_DAY,
        slot=(wall % MINUTES_PER_DAY) // minutes,
        slots=MINUTES_PER_DAY // minutes,
    )


def weekday_of(day: Ints) -> Ints:
    """Weekday (0 = Monday) of days since 1970-01-01."""
    return np.asarray((day + EPOCH_WEEKDAY) % 7)


def day_number(moment: date) -> int:
    """Days since 1970-01-01."""
    return moment.toordinal() - date(1970, 1, 1).toordinal()


def month_number(day: Ints) -> Ints:
    """Months since January 1970 of days since 1970-01-01."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def sum_by_day(counts: Floats, clock: LocalClock, first: int, days: int) -> Floats:
    """Totals of counts by local day; nan counts as zero (weigh by what was observed)."""
    known = np.nan_to_num(counts)
    return np.asarray(
        np.bincount(clock.day - first, weights=known, minlength=days)[:days], dtype=np.float64
    )


def weekday_factors(totals: Floats, weekday: Ints, known: Bools) -> Floats:
    """Mean of each weekday over the mean, shrunk to one as if by one more mean day.

    Examples
    --------
    >>> days = np.arange(14)
    >>> weekday_factors(np.where(days % 7 == 0, 30.0, 10.0), days % 7, days >= 0).round(2).tolist()
    [1.89, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85]
    """
    mean = totals[known].mean()
    sums = np.bincount(weekday[known], totals[known], 7)
    return np.asarray((sums + mean) / ((np.bincount(weekday[known], minlength=7) + 1) * mean))
