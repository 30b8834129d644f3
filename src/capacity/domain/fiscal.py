"""Fiscal calendars: any start month, and weeks in 4-4-5, 4-5-4 or 5-4-4 with a 53rd week."""

from __future__ import annotations

from abc import ABC, abstractmethod
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

import pandas as pd

from capacity.domain.faults import require_member
from capacity.errors import DataError


@dataclass(frozen=True, kw_only=True, order=True)
class FiscalPeriod:
    """One of twelve periods of a fiscal year; `end` is its last day.

    Examples
    --------
    >>> period = FiscalPeriod(year=2027, number=4, start=date(2026, 5, 1), end=date(2026, 5, 31))
    >>> period.label, period.quarter, period.days
    ('FY2027-P04', 2, 31)
    """

    year: int
    number: int
    start: date
    end: date

    @property
    def label(self) -> str:
        """Text such as FY2027-P04."""
        return f"FY{self.year}-P{self.number:02d}"

    @property
    def quarter(self) -> int:
        """Quarter 1..4."""
        return (self.number + 2) // 3

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days + 1


class WeekPattern(Enum):
    """Weeks of the three periods of a quarter."""

    FOUR_FOUR_FIVE = (4, 4, 5)
    FOUR_FIVE_FOUR = (4, 5, 4)
    FIVE_FOUR_FOUR = (5, 4, 4)


class YearEnd(Enum):
    """Where a fiscal year of weeks ends: on the weekday nearest to the month's end, or the last in it."""

    NEAREST = "nearest"
    LAST = "last"


class _Periods(ABC):
    """What both calendars share: finding periods. Years are labelled by the year in which they end."""

    @abstractmethod
    def periods(self, year: int) -> tuple[FiscalPeriod, ...]:
        """The twelve periods of a fiscal year."""

    def period_of(self, day: date) -> FiscalPeriod:
        """The period that holds a day."""
        for year in (day.year, day.year + 1, day.year - 1):
            for period in self.periods(year):
                if period.start <= day <= period.end:
                    return period
        raise DataError(
            f"{day} lies in no fiscal period."
        )  # pragma: no cover - periods have no holes

    def span(self, first: date, last: date) -> Iterator[FiscalPeriod]:
        """The periods that touch first..last, in order."""
        period = self.period_of(first)
        while period.start <= last:
            yield period
            period = self.period_of(period.end + timedelta(days=1))

    def frame(self, first: date, last: date) -> pd.DataFrame:
        """Tidy: label, year, quarter, number, start, end, days, weeks."""
        rows = [
            (p.label, p.year, p.quarter, p.number, p.start, p.end, p.days, p.days / 7)
            for p in self.span(first, last)
        ]
        names = ["label", "year", "quarter", "number", "start", "end", "days", "weeks"]
        return pd.DataFrame(rows, columns=names)


@dataclass(frozen=True, kw_only=True)
class MonthlyFiscalCalendar(_Periods):
    """Calendar months, the fiscal year beginning with `start_month`; labelled by its END year.

    Examples
    --------
    >>> calendar = MonthlyFiscalCalendar(start_month=2)
    >>> calendar.period_of(date(2026, 2, 10)).label
    'FY2027-P01'
    """

    start_month: int = 1

    def __post_init__(self) -> None:
        if self.start_month not in range(1, 13):
            raise DataError(f"start_month must be 1..12, got {self.start_month}.")

    def periods(self, year: int) -> tuple[FiscalPeriod, ...]:
        """The twelve months of a fiscal year."""
        begin = year if self.start_month == 1 else year - 1
        found = []
        for index in range(12):
            months = self.start_month - 1 + index
            years, month = begin + months // 12, months % 12 + 1
            last = monthrange(years, month)[1]
            found.append(
                FiscalPeriod(
                    year=year,
                    number=index + 1,
                    start=date(years, month, 1),
                    end=date(years, month, last),
                )
            )
        return tuple(found)


@dataclass(frozen=True, kw_only=True)
class WeeklyFiscalCalendar(_Periods):
    """A fiscal year of 52 or 53 whole weeks that ends on `weekday` (0 = Monday) near `end_month`'s end.

    Periods have the weeks of `pattern`; a 53rd week lengthens period `long_period` (12 unless
    said otherwise: convention). A year is labelled by the year of the `end_month` it ends in.

    Examples
    --------
    >>> retail = WeeklyFiscalCalendar(end_month=1, weekday=5, pattern=WeekPattern.FOUR_FIVE_FOUR)
    >>> retail.year_end(2026), retail.weeks(2028), retail.weeks(2026)
    (datetime.date(2026, 1, 31), 52, 52)
    """

    end_month: int
    weekday: int
    pattern: WeekPattern = WeekPattern.FOUR_FOUR_FIVE
    ending: YearEnd = YearEnd.NEAREST
    long_period: int = 12

    def __post_init__(self) -> None:
        require_member(self.pattern, WeekPattern, "fiscal pattern")
        require_member(self.ending, YearEnd, "fiscal ending")
        if self.end_month not in range(1, 13) or self.weekday not in range(7):
            raise DataError(
                f"end_month must be 1..12 and weekday 0..6 (Monday = 0), got {self.end_month} "
                f"and {self.weekday}."
            )
        if self.long_period not in range(1, 13):
            raise DataError(f"long_period must be 1..12, got {self.long_period}.")

    def year_end(self, year: int) -> date:
        """The last day of a fiscal year."""
        last = date(year, self.end_month, monthrange(year, self.end_month)[1])
        before = last - timedelta(days=(last.weekday() - self.weekday) % 7)
        if self.ending is YearEnd.LAST or (last - before).days <= 3:
            return before
        return before + timedelta(days=7)

    def weeks(self, year: int) -> int:
        """Weeks of a fiscal year: 52 or 53."""
        return (self.year_end(year) - self.year_end(year - 1)).days // 7

    def periods(self, year: int) -> tuple[FiscalPeriod, ...]:
        """The twelve periods of a fiscal year."""
        start = self.year_end(year - 1) + timedelta(days=1)
        extra = self.weeks(year) - 52
        found = []
        for index in range(12):
            weeks = self.pattern.value[index % 3] + (extra if index + 1 == self.long_period else 0)
            end = start + timedelta(days=7 * weeks - 1)
            found.append(FiscalPeriod(year=year, number=index + 1, start=start, end=end))
            start = end + timedelta(days=1)
        return tuple(found)
