"""The one data dictionary: columns.csv drives validation and the documentation."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of an input table: its type, unit, whether it is required, what it may hold."""

    table: str
    column: str
    type: str
    unit: str
    required: bool
    allowed: str
    description: str


@cache
def dictionary() -> tuple[Column, ...]:
    """Every row of columns.csv in its order."""
    text = files("capacity.intake").joinpath("columns.csv").read_text(encoding="utf-8")
    return tuple(
        Column(**(row | {"required": row["required"] == "yes"}))
        for row in csv.DictReader(text.splitlines())
    )


def columns_of(table: str) -> dict[str, Column]:
    """The columns of one table (`cases`, `counts`, `people`) by name.

    Examples
    --------
    >>> columns_of("cases")["queue"].required
    True
    """
    return {item.column: item for item in dictionary() if item.table == table}
