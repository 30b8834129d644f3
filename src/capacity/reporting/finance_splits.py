"""Divide whole amounts so that the parts add up: weeks to months, months to fiscal periods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

import pandas as pd

from capacity.domain.fiscal import MonthlyFiscalCalendar, WeeklyFiscalCalendar
from capacity.errors import DataError

FiscalCalendar = MonthlyFiscalCalendar | WeeklyFiscalCalendar


def split_whole(total: int, weights: Sequence[int]) -> list[int]:
    """Whole parts in proportion to `weights` that add up to `total` (largest remainder).

    Equal remainders go to the earlier part. Negative totals are split like positive ones.

    Examples
    --------
    >>> split_whole(100, [1, 1, 1]), split_whole(-7, [3, 4]), split_whole(5, [2, 0])
    ([34, 33, 33], [-3, -4], [5, 0])
    """
    if not weights or min(weights) < 0 or sum(weights) == 0:
        raise DataError(f"a split needs weights >= 0 that are not all zero, got {list(weights)}.")
    if total < 0:
        return [-part for part in split_whole(-total, weights)]
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    parts = [int(share) for share in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def weeks_to_months(weekly: pd.DataFrame, *, value: str = "value") -> pd.DataFrame:
    """Split weekly whole amounts over calendar months by days; each week's total is kept.

    Parameters
    ----------
    weekly : columns `week` (date of its first day) and `value`; further columns are keys.
    value : name of the whole-number column (heads started, cases, cents).

    Returns
    -------
    DataFrame
        The keys, `month` (text, `2026-04`) and the value; sums by key equal those of `weekly`.

    Examples
    --------
    >>> weekly = pd.DataFrame({"week": ["2026-03-30"], "value": [70]})
    >>> weeks_to_months(weekly).to_dict("list")
    {'month': ['2026-03', '2026-04'], 'value': [20, 50]}
    """
    _require_whole(weekly, value)
    keys = [name for name in weekly.columns if name not in ("week", value)]
    rows = []
    for row in weekly.to_dict("records"):
        first = pd.Timestamp(row["week"]).date()
        days = [f"{first + timedelta(days=i):%Y-%m}" for i in range(7)]
        months = sorted(set(days))
        parts = split_whole(int(row[value]), [days.count(month) for month in months])
        rows += [(*(row[k] for k in keys), m, part) for m, part in zip(months, parts, strict=True)]
    table = pd.DataFrame(rows, columns=[*keys, "month", value])
    return table.groupby([*keys, "month"], as_index=False, dropna=False)[value].sum()


def to_fiscal(
    table: pd.DataFrame, calendar: FiscalCalendar, *, values: Sequence[str]
) -> pd.DataFrame:
    """Sum whole amounts by fiscal period; months that cross a period's edge are split by days.

    `table` has a column `month` and whole-number `values` (cents, hires: flows, never stocks);
    other columns are keys and stay. Totals by key are kept exactly.

    Examples
    --------
    >>> table = pd.DataFrame({"month": ["2026-01", "2026-02"], "cents": [31_00, 28_00]})
    >>> to_fiscal(table, MonthlyFiscalCalendar(start_month=2), values=["cents"]).to_dict("list")
    {'period': ['FY2026-P12', 'FY2027-P01'], 'year': [2026, 2027], 'quarter': [4, 1], 'cents': [3100, 2800]}
    """
    for value in values:
        _require_whole(table, value)
    keys = [name for name in table.columns if name not in ("month", *values)]
    rows = []
    for row in table.to_dict("records"):
        month = pd.Period(row["month"], freq="M")
        first, last = month.start_time.date(), month.end_time.date()
        periods = list(calendar.span(first, last))
        days = [(min(p.end, last) - max(p.start, first)).days + 1 for p in periods]
        parts = [split_whole(int(row[value]), days) for value in values]
        for i, period in enumerate(periods):
            amounts = [part[i] for part in parts]
            rows.append(
                (period.label, period.year, period.quarter, *(row[k] for k in keys), *amounts)
            )
    names = ["period", "year", "quarter", *keys]
    result = pd.DataFrame(rows, columns=[*names, *values])
    return result.groupby(names, as_index=False, dropna=False)[list(values)].sum()


def _require_whole(table: pd.DataFrame, value: str) -> None:
    bad = [i for i, number in enumerate(table[value]) if pd.isna(number) or number != int(number)]
    if bad:
        raise DataError(
            f"column {value}: {len(bad)} amounts are not whole numbers, first at row {bad[0]}. "
            "Fix: give cents, heads or counts."
        )
