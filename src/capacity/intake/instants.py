"""Instants: ISO text with an offset, or the declared style and zone; nothing is guessed."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from capacity.intake.broken import BrokenRows
from capacity.intake.policy import DateStyle, RepeatedHour, TextFormat

CLOCK = r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
ZONED = re.compile(f"{DAY}{CLOCK}(Z|[+-][0-9]{{2}}:?[0-9]{{2}})")
NAIVE = re.compile(f"{DAY}{CLOCK}")
DATE = re.compile(DAY)
SLASHED = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})(" + CLOCK + ")?")
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
YEARS = (1990, 2100)
OFFSET_FIX = 'write an offset (2026-01-05T08:00:00Z) or pass tz="Europe/Dublin"'


def read_instants(
    values: pd.Series,
    column: str,
    style: TextFormat,
    broken: BrokenRows,
    *,
    dates_only: bool = False,
) -> pd.Series:
    """UTC instants; NaT where the cell is empty or broken.

    With `dates_only` the cells are plain local dates, kept as UTC midnights of those dates.
    """
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        parsed = values.dt.tz_convert("UTC")
    elif pd.api.types.is_datetime64_any_dtype(values.dtype):
        parsed = _localize(values, column, style, broken, dates_only=dates_only)
    else:
        parsed = _from_cells(values, column, style, broken, dates_only=dates_only)
    year = parsed.dt.year
    odd = (year < YEARS[0]) | (year > YEARS[1])
    broken.add(
        f"{column} lies in {YEARS[0]} to {YEARS[1]}",
        odd.to_numpy(),
        "correct the date; a stray 1970 often is an empty or numeric cell",
        values,
    )
    return parsed.where(~odd).dt.as_unit("ns")


def holds_dates(values: pd.Series) -> bool:
    """Whether every cell is a plain date without a time."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return False
    texts = values.astype("str")
    return bool(texts.str.fullmatch(DATE.pattern).all())


def _from_cells(
    values: pd.Series, column: str, style: TextFormat, broken: BrokenRows, *, dates_only: bool
) -> pd.Series:
    empty = (values.isna() | (values == "")).to_numpy()
    texts = values.astype("str").where(~empty, "")
    if style.dates in (DateStyle.EXCEL_1900, DateStyle.EXCEL_1904, DateStyle.EPOCH_SECONDS):
        return _from_numbers(texts, empty, column, style, broken)
    if style.dates is not DateStyle.ISO:
        texts = _slashed_to_iso(texts, style.dates)
    shape = _shapes(texts, empty, dates_only=dates_only)
    broken.add(
        f"{column} is an ISO instant", shape == "odd", _odd_fix(texts[shape == "odd"]), values
    )
    broken.add(f"{column} has a time of day", shape == "date", "write date and time", values)
    zoned = texts.where(shape == ("day" if dates_only else "zoned"))
    # Microseconds reach every year that can be written; nanoseconds end in 2262.
    parsed = pd.to_datetime(zoned, format="ISO8601", utc=True, errors="coerce").dt.as_unit("us")
    naive = shape == "naive"
    if naive.any():
        local = pd.to_datetime(texts.where(naive), format="ISO8601", errors="coerce").dt.as_unit(
            "us"
        )
        if style.tz is None and (shape == "zoned").any():
            broken.add(f"{column} has an offset in every row", naive, OFFSET_FIX, values)
        else:
            parsed = parsed.fillna(_localize(local, column, style, broken, dates_only=False))
        impossible = naive & local.isna().to_numpy()
    else:
        impossible = np.zeros(len(values), dtype=bool)
    impossible |= np.isin(shape, ("zoned", "day")) & parsed.isna().to_numpy()
    broken.add(f"{column} is a real date and time", impossible, "correct the date", values)
    return parsed


def _shapes(texts: pd.Series, empty: np.ndarray, *, dates_only: bool) -> np.ndarray:
    """What each cell looks like: empty, zoned, naive, day, date (no time where one is needed), odd."""
    first = DATE if dates_only else ZONED
    shape = np.where(texts.str.fullmatch(first.pattern), "day" if dates_only else "zoned", "odd")
    shape[empty] = "empty"
    left = np.flatnonzero(shape == "odd")
    if len(left):
        rest = texts.iloc[left]
        named = np.where(rest.str.fullmatch(NAIVE.pattern), "naive", "odd")
        named[rest.str.fullmatch(DATE.pattern).to_numpy()] = "date"
        shape[left] = named
    return shape


ODD = (
    (
        SLASHED.pattern,
        "write 2026-01-31T08:00:00Z, or declare dates=DateStyle.DAY_FIRST or MONTH_FIRST",
    ),
    (r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}.*", "write years with four digits"),
    (r"[0-9]{8}", "write 20240101 as 2024-01-01T00:00:00Z"),
    (
        r"[0-9]{9,10}(\.[0-9]+)?",
        "these look like epoch seconds: declare dates=DateStyle.EPOCH_SECONDS",
    ),
    (
        r"[0-9]{5}(\.[0-9]+)?",
        "these look like Excel serials: declare dates=DateStyle.EXCEL_1900 (or EXCEL_1904)",
    ),
)


def _odd_fix(odd: pd.Series) -> str:
    """What to do about cells like the first odd one."""
    text = str(odd.iloc[0]).strip() if len(odd) else ""
    fixes = [fix for pattern, fix in ODD if re.fullmatch(pattern, text)]
    return fixes[0] if fixes else "write 2026-01-31T08:00:00Z"


def _slashed_to_iso(texts: pd.Series, style: DateStyle) -> pd.Series:
    """31/01/2026 08:00 as 2026-01-31T08:00; what has another shape is left and then refused."""
    day, month = (1, 2) if style is DateStyle.DAY_FIRST else (2, 1)

    def iso(found: re.Match[str]) -> str:
        clock = (found[4] or "").replace(" ", "T")
        return f"{found[3]}-{int(found[month]):02d}-{int(found[day]):02d}{clock}"

    codes, uniques = pd.factorize(texts)
    fixed = [SLASHED.sub(iso, item) if SLASHED.fullmatch(item) else f"?{item}" for item in uniques]
    return pd.Series(np.asarray(fixed, dtype=object)[codes], index=texts.index).astype("str")


def _from_numbers(
    texts: pd.Series, empty: np.ndarray, column: str, style: TextFormat, broken: BrokenRows
) -> pd.Series:
    plain = texts.str.fullmatch(NUMBER.pattern).to_numpy(dtype=bool)
    broken.add(
        f"{column} is a number of {style.dates.value}", ~plain & ~empty, "correct the cell", texts
    )
    numbers = pd.to_numeric(texts.where(plain), errors="coerce")
    if style.dates is DateStyle.EPOCH_SECONDS:
        return pd.to_datetime(numbers, unit="s", utc=True, errors="coerce")
    # Excel counts a day that never was: 29 February 1900.
    origin = "1899-12-30" if style.dates is DateStyle.EXCEL_1900 else "1904-01-01"
    seconds = (numbers * 86_400).round()
    local = pd.to_datetime(seconds, unit="s", origin=pd.Timestamp(origin), errors="coerce")
    return _localize(local, column, style, broken, dates_only=False)


def _localize(
    local: pd.Series, column: str, style: TextFormat, broken: BrokenRows, *, dates_only: bool
) -> pd.Series:
    """Wall-clock times of the declared zone as UTC; hours that do not exist or repeat are broken rows."""
    if dates_only:
        return local.dt.tz_localize("UTC")
    known = local.notna().to_numpy()
    if style.tz is None:
        broken.add(f"{column} has an offset", known, OFFSET_FIX, local.astype("str"))
        return pd.Series(pd.NaT, index=local.index, dtype="datetime64[us, UTC]")
    zone = ZoneInfo(style.tz)
    skipped = local.dt.tz_localize(zone, ambiguous=np.ones(len(local), bool), nonexistent="NaT")
    broken.add(
        f"{column} exists in {style.tz}",
        known & skipped.isna().to_numpy(),
        "clocks were put forward then: write the offset",
        local.astype("str"),
    )
    first, second = (
        local.dt.tz_localize(
            zone, ambiguous=np.full(len(local), flag), nonexistent="NaT"
        ).dt.tz_convert("UTC")
        for flag in (True, False)
    )
    if style.repeated_hour is RepeatedHour.RAISE:
        twice = (first != second).to_numpy() & known & ~skipped.isna().to_numpy()
        broken.add(
            f"{column} is one instant in {style.tz}",
            twice,
            "clocks were put back then: write the offset or pass repeated_hour=RepeatedHour.FIRST",
            local.astype("str"),
        )
    return second if style.repeated_hour is RepeatedHour.SECOND else first
