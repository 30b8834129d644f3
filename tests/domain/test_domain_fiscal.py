"""Fiscal calendars against pandas and published ends."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pandas as pd
import pytest
from pandas.tseries.offsets import FY5253

from capacity.domain import MonthlyFiscalCalendar, WeeklyFiscalCalendar, WeekPattern, YearEnd
from capacity.errors import DataError


@pytest.mark.parametrize("start", range(1, 13))
def test_years_of_months_are_labelled_by_their_end_year(start):
    calendar = MonthlyFiscalCalendar(start_month=start)
    for month in pd.period_range("2025-01", "2028-12", freq="M"):
        end = pd.Period(
            month.start_time, freq=f"Y-{pd.Timestamp(2024, (start - 2) % 12 + 1, 1):%b}".upper()
        )
        period = calendar.period_of(month.start_time.date())
        assert period.year == end.year
        assert period.number == (month.month - start) % 12 + 1


def test_quarter_ends_of_a_january_year():
    calendar = WeeklyFiscalCalendar(end_month=1, weekday=5, ending=YearEnd.NEAREST)
    ends = [
        calendar.year_end(2026),
        *[p.end for p in calendar.periods(2027) if p.number % 3 == 0][:3],
    ]
    assert ends == [date(2026, 1, 31), date(2026, 5, 2), date(2026, 8, 1), date(2026, 10, 31)]


@pytest.mark.parametrize("month", [1, 6, 12])
@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize("ending", list(YearEnd))
def test_year_ends_equal_those_of_pandas(month, weekday, ending):
    calendar = WeeklyFiscalCalendar(end_month=month, weekday=weekday, ending=ending)
    offset = FY5253(startingMonth=month, weekday=weekday, variation=ending.value)
    ends = {calendar.year_end(year) for year in range(2001, 2045)}
    theirs = set()
    day = pd.Timestamp("2001-06-01")
    while day < pd.Timestamp("2043-01-01"):
        day += offset
        theirs.add(day.date())
    assert theirs <= ends


@pytest.mark.parametrize("pattern", list(WeekPattern))
@pytest.mark.parametrize("long_period", [1, 12])
def test_periods_have_no_holes_and_a_53rd_week_once_in_a_while(pattern, long_period):
    calendar = WeeklyFiscalCalendar(
        end_month=1, weekday=5, pattern=pattern, long_period=long_period
    )
    weeks = []
    for year in range(2015, 2045):
        periods = calendar.periods(year)
        assert periods[0].start == calendar.year_end(year - 1) + timedelta(days=1)
        assert periods[-1].end == calendar.year_end(year)
        for one, two in itertools.pairwise(periods):
            assert two.start == one.end + timedelta(days=1)
        usual = list(pattern.value) * 4
        usual[long_period - 1] += calendar.weeks(year) - 52
        assert [p.days // 7 for p in periods] == usual
        weeks.append(calendar.weeks(year))
    assert set(weeks) == {52, 53}


def test_a_day_is_in_the_period_that_holds_it():
    calendar = WeeklyFiscalCalendar(end_month=12, weekday=6)
    for offset in range(0, 3000, 17):
        day = date(2024, 1, 1) + timedelta(days=offset)
        period = calendar.period_of(day)
        assert period.start <= day <= period.end


def test_a_month_outside_the_year_is_refused():
    with pytest.raises(DataError, match="start_month must be"):
        MonthlyFiscalCalendar(start_month=13)
