"""The finance table as a versioned schema: one dictionary for writing, reading and the docs."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

import pandas as pd

from capacity.domain.headcount import HeadcountPlan
from capacity.errors import DataError

SCHEMA_VERSION = 1


class Version(Enum):
    """Which of its three lives a number is in."""

    BUDGET = "budget"
    FORECAST = "forecast"
    ACTUAL = "actual"


@dataclass(frozen=True, kw_only=True)
class FinanceColumn:
    """One column of the finance table; `type` is integer, decimal, money or text."""

    name: str
    type: str
    unit: str
    blank: bool
    description: str


@cache
def finance_columns() -> tuple[FinanceColumn, ...]:
    """The data dictionary of the finance table, in the order of its columns.

    Examples
    --------
    >>> [column.name for column in finance_columns()][:4]
    ['schema_version', 'version', 'month', 'pool']
    """
    text = files("capacity.reporting").joinpath("finance_columns.csv").read_text(encoding="utf-8")
    return tuple(
        FinanceColumn(
            name=row["column"],
            type=row["type"],
            unit=row["unit"],
            blank=row["blank"] == "yes",
            description=row["description"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def finance_table(
    plan: HeadcountPlan | pd.DataFrame, *, version: Version = Version.FORECAST
) -> pd.DataFrame:
    """The finance table of a plan (or of a frame with the same columns): every schema column.

    Columns that a frame lacks and that may be blank are blank; others are refused.
    """
    frame = plan.frame if isinstance(plan, HeadcountPlan) else plan
    table = frame.copy()
    if "schema_version" not in table:
        table.insert(0, "schema_version", SCHEMA_VERSION)
    if "version" not in table:
        table.insert(1, "version", version.value)
    missing = [c.name for c in finance_columns() if c.name not in table and not c.blank]
    if missing:
        raise DataError(
            f"the finance table lacks columns {missing}. Fix: take the frame of plan_headcount."
        )
    names = [column.name for column in finance_columns()]
    unknown = [name for name in table.columns if name not in names]
    if unknown:
        raise DataError(f"the finance schema has no columns {unknown}. Fix: leave them out.")
    return table.reindex(columns=names).reset_index(drop=True)


def schema_markdown() -> str:
    """The dictionary as a table for the documentation."""
    lines = ["| column | type | unit | may be blank | meaning |", "|---|---|---|---|---|"]
    lines += [
        f"| {c.name} | {c.type} | {c.unit} | {'yes' if c.blank else 'no'} | {c.description} |"
        for c in finance_columns()
    ]
    return "\n".join(lines)
