"""Splits keep every total."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.domain import MonthlyFiscalCalendar, WeeklyFiscalCalendar, WeekPattern
from capacity.errors import DataError
from capacity.reporting.finance_splits import split_whole, to_fiscal, weeks_to_months

CALENDARS = [
    MonthlyFiscalCalendar(start_month=7),
    *(WeeklyFiscalCalendar(end_month=1, weekday=5, pattern=p) for p in WeekPattern),
]


@settings(max_examples=200, deadline=None)
@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 40), min_size=1, max_size=9))
def test_parts_add_up_and_stay_within_one_of_their_share(total, weights):
    if sum(weights) == 0:
        with pytest.raises(DataError, match="not all zero"):
            split_whole(total, weights)
        return
    parts = split_whole(total, weights)
    assert sum(parts) == total
    assert all(
        abs(p * sum(weights) - total * w) < sum(weights)
        for p, w in zip(parts, weights, strict=True)
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-(10**6), 10**9), min_size=1, max_size=30), st.integers(0, 700))
def test_weeks_keep_their_total_over_months(values, offset):
    first = date(2025, 1, 6) + timedelta(days=offset)
    weekly = pd.DataFrame(
        {
            "week": [first + timedelta(weeks=i) for i in range(len(values))],
            "pool": "a",
            "value": values,
        }
    )
    assert weeks_to_months(weekly).value.sum() == sum(values)


@pytest.mark.parametrize("calendar", CALENDARS)
def test_fiscal_periods_keep_cents_by_pool_and_in_all(calendar):
    months = [str(m) for m in pd.period_range("2025-11", periods=26, freq="M")]
    table = pd.DataFrame(
        {"month": months * 2, "pool": ["a"] * 26 + ["b"] * 26, "cents": range(1_000_003, 1_000_055)}
    )
    fiscal = to_fiscal(table, calendar, values=["cents"])
    assert fiscal.cents.sum() == table.cents.sum()
    assert fiscal.groupby("pool").cents.sum().equals(table.groupby("pool").cents.sum())


def test_parts_of_a_cent_are_refused():
    with pytest.raises(DataError, match="not whole numbers"):
        weeks_to_months(pd.DataFrame({"week": [date(2026, 1, 5)], "value": [1.5]}))
