"""Tidy tables as CSV files: UTF-8, instants in ISO 8601, formulas escaped, written atomically."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from enum import Enum
from pathlib import Path

import numpy as np
import pandas as pd

from capacity.intake.atomic import write_atomically
from capacity.reporting.finance_text import escape_text


def csv_bytes(table: pd.DataFrame) -> bytes:
    r"""A table as CSV (RFC 4180 with line feeds): header, then one line a row.

    Numbers are written so that they read back unchanged, missing values are empty, and text that
    a spreadsheet would run as a formula is escaped.

    Examples
    --------
    >>> csv_bytes(pd.DataFrame({"queue": ["=1+1"], "hours": [0.1]}))
    b"queue,hours\n'=1+1,0.1\n"
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([escape_text(str(name)) for name in table.columns])
    columns = [table[name].tolist() for name in table.columns]
    writer.writerows([_cell(value) for value in row] for row in zip(*columns, strict=True))
    return buffer.getvalue().encode("utf-8")


def write_table(table: pd.DataFrame, path: Path) -> Path:
    """Write a table as CSV; the file appears whole or not at all."""
    return write_atomically(path, csv_bytes(table))


def _cell(value: object) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, pd.Timestamp | datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return escape_text(str(value.value))
    return escape_text(str(value))
