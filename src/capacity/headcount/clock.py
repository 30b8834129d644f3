"""The clock of a headcount plan: months since `as_of`, start dates and lead times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from capacity.domain.grid import MonthGrid
from capacity.errors import DataError

HOURS_PER_WEEK = 168.0
WEEKS_PER_MONTH = 52 / 12


@dataclass(frozen=True, kw_only=True)
class PlanCalendar:
    """Months as stretches of time since the plan begins (`as_of`, or the first month if later).

    The first month counts from `as_of` on, as the demand does: its length is a fraction of a
    month, and work, attrition, pay and ramp of that month all use the same fraction.

    Examples
    --------
    >>> months = MonthGrid(first=pd.Period("2026-04", freq="M"), periods=3)
    >>> calendar = PlanCalendar(months=months, as_of=pd.Timestamp("2026-04-16", tz="UTC"))
    >>> calendar.edges.tolist()
    [0.0, 0.5, 1.5, 2.5]
    >>> calendar.earliest_start(lead_weeks=6)
    2
    """

    months: MonthGrid
    as_of: pd.Timestamp

    def __post_init__(self) -> None:
        if self.months.periods < 1:
            raise DataError("a headcount plan needs at least one month.")
        if not self.as_of < self.months.edges[1]:
            raise DataError(
                f"as_of {self.as_of} lies after the first month {self.months.labels[0]}. "
                "Fix: let the months begin with the month of as_of."
            )

    @property
    def periods(self) -> int:
        """Number of months."""
        return self.months.periods

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The months as ISO text."""
        return self.months.labels

    @cached_property
    def hours(self) -> np.ndarray:
        """Elapsed hours of each month that lie in the plan."""
        hours = self.months.hours.copy()
        hours[0] = (self.months.edges[1] - self.begin) / pd.Timedelta(hours=1)
        return hours

    @property
    def begin(self) -> pd.Timestamp:
        """The instant at which the plan begins."""
        return max(self.as_of, self.months.edges[0])

    @cached_property
    def edges(self) -> np.ndarray:
        """Months since the plan's begin at which each month starts; the last entry ends the plan."""
        lengths = np.ones(self.periods)
        lengths[0] = self.hours[0] / self.months.hours[0]
        return np.concatenate([[0.0], np.cumsum(lengths)])

    @property
    def lengths(self) -> np.ndarray:
        """Length of each month in months (1 except perhaps the first)."""
        return np.diff(self.edges)

    @cached_property
    def decision_day(self) -> date:
        """The local date of `as_of`: the earliest day on which a hire can be approved."""
        local: date = self.as_of.tz_convert(ZoneInfo(self.months.zone)).date()
        return local

    def first_day(self, month: int) -> date:
        """The date on which people join in a month: its first day, or the plan's first day."""
        first: date = (self.months.first + month).to_timestamp().date()
        return max(first, self.decision_day) if month == 0 else first

    def month_of(self, day: date) -> int:
        """Month number of a date (may lie outside 0..periods-1)."""
        period = pd.Period(pd.Timestamp(day), freq="M")
        return int(period.ordinal - self.months.first.ordinal)

    def position(self, day: date) -> float:
        """Months since the plan's begin at which a date lies."""
        month = self.month_of(day)
        if month <= 0:
            local = self.begin.tz_convert(ZoneInfo(self.months.zone)).tz_localize(None)
            passed = (pd.Timestamp(day) - local) / pd.Timedelta(days=1)
            return max(0.0, float(passed) / int(self.months.first.days_in_month))
        period = self.months.first + month
        inside = (day.day - 1) / period.days_in_month
        return float(self.edges[1] + (month - 1) + inside)

    def earliest_start(self, lead_weeks: int) -> int:
        """First month whose first day respects the lead time (may be beyond the last month)."""
        ready = self.decision_day + timedelta(weeks=lead_weeks)
        month = max(0, self.month_of(ready))
        return month if self.first_day(month) >= ready else month + 1

    def approve_by(self, start: date, lead_weeks: int) -> date:
        """The last day on which a start can still be approved."""
        return start - timedelta(weeks=lead_weeks)
