"""A table of raw cells as typed columns, driven by the data dictionary."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.intake.broken import BrokenRows
from capacity.intake.dictionary import Column, columns_of
from capacity.intake.instants import holds_dates, read_instants
from capacity.intake.keys import read_keys
from capacity.intake.numbers import MOST_CASES, read_flags, read_numbers
from capacity.intake.policy import TextFormat

BOUND = re.compile(r"(>=|<=|>|<) (\S+)")


@dataclass(frozen=True, kw_only=True)
class TypedTable:
    """Typed columns of a table, the rows that broke a rule, and whether its times are plain dates."""

    kind: str
    frame: pd.DataFrame
    broken: BrokenRows
    daily: bool = False


def type_table(raw: pd.DataFrame, kind: str, style: TextFormat) -> TypedTable:
    """Every column by its type in the dictionary, then every bound that the dictionary states."""
    columns = columns_of(kind)
    broken = BrokenRows(size=len(raw))
    daily = kind == "counts" and holds_dates(raw["start"])
    typed = {
        name: _type_column(
            raw[name], columns[name], style, broken, dates_only=daily and name == "start"
        )
        for name in raw.columns
    }
    frame = pd.DataFrame(typed, index=raw.index)
    for name in raw.columns:
        _check_required(frame[name], raw[name], columns[name], broken)
        _check_bounds(frame, columns[name], raw, broken)
    return TypedTable(kind=kind, frame=frame, broken=broken, daily=daily)


def _type_column(
    values: pd.Series, column: Column, style: TextFormat, broken: BrokenRows, *, dates_only: bool
) -> pd.Series | np.ndarray:
    if column.type == "key":
        return read_keys(
            values, column.column, column.allowed.split(), broken, required=column.required
        )
    if column.type == "instant":
        return read_instants(values, column.column, style, broken, dates_only=dates_only)
    if column.type == "flag":
        return read_flags(values, column.column, broken)
    return read_numbers(values, column.column, style, broken)


def _check_required(typed: pd.Series, raw: pd.Series, column: Column, broken: BrokenRows) -> None:
    """Required instants may not be empty; an empty count is a gap, which the gap policy judges."""
    if column.required and column.type == "instant":
        empty = (raw.isna() | (raw.astype("str") == "")).to_numpy()
        broken.add(
            f"{column.column} is not empty", empty & typed.isna().to_numpy(), "write it", raw
        )


def _check_bounds(
    frame: pd.DataFrame, column: Column, raw: pd.DataFrame, broken: BrokenRows
) -> None:
    name = column.column
    if column.type not in ("number", "count", "instant"):
        return
    for sign, bound in BOUND.findall(column.allowed):
        if bound in frame.columns:
            other = frame[bound]
        elif re.fullmatch(r"[0-9.]+", bound):
            other = pd.Series(float(bound), index=frame.index)
        else:
            continue
        bad = _breaks(frame[name], sign, other)
        broken.add(f"{name} {sign} {bound}", bad, _bound_fix(name, sign, bound), raw[name])
    if column.type == "count":
        huge = (frame[name] > MOST_CASES).to_numpy()
        broken.add(f"{name} <= {MOST_CASES:.0e}", huge, "correct the count", raw[name])


def _breaks(values: pd.Series, sign: str, other: pd.Series) -> np.ndarray:
    """Rows where both sides are known and the comparison fails."""
    opposite = {
        ">=": values < other,
        "<=": values > other,
        ">": values <= other,
        "<": values >= other,
    }
    return np.asarray(opposite[sign], dtype=bool)


def _bound_fix(name: str, sign: str, bound: str) -> str:
    if name == "handle_seconds":
        return "write seconds of touch time, at most one day; leave it empty if nobody reviewed the case"
    if bound == "0":
        return "remove or correct the row: a count cannot be below it"
    return (
        f"correct one of {name} and {bound}"
        if not bound[0].isdigit()
        else f"write a value {sign} {bound}"
    )
