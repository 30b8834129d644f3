"""Cells of a workbook: formulas with cached values, safe text, names that a spreadsheet accepts."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

FIRST_PLAN_ROW = 4  # rows above the first line of the Plan sheet
FIRST_COST_ROW = 4


@dataclass(frozen=True, kw_only=True)
class Formula:
    """A live formula and the value that the library computed for it."""

    text: str
    value: float | int | str


@dataclass(kw_only=True)
class Book:
    """A workbook being written: the xlsxwriter object, its formats, the names given so far."""

    file: Any
    formats: dict[str, Any]
    names: dict[str, float] = field(default_factory=dict)

    def sheet(self, title: str) -> Any:
        """A new sheet."""
        return self.file.add_worksheet(title)

    def name(self, name: str, sheet: str, cell: str, value: float) -> None:
        """Give a cell a workbook-wide name, and remember its value."""
        self.file.define_name(name, f"='{sheet}'!{cell}")
        self.names[name] = value


def put_row(
    sheet: Any, book: Book, row: int, cells: Sequence[object], kinds: Sequence[str]
) -> None:
    """Write one row: text as text (never as a formula), numbers, formulas with their values."""
    for column, (cell, kind) in enumerate(zip(cells, kinds, strict=True)):
        put(sheet, book, row, column, cell, kind=kind)


def put(sheet: Any, book: Book, row: int, column: int, cell: object, *, kind: str = "text") -> None:
    """Write one cell in the format of its kind; missing numbers stay blank."""
    style = book.formats[kind]
    if isinstance(cell, Formula):
        sheet.write_formula(row, column, cell.text, style, cell.value)
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if math.isfinite(cell):
            sheet.write_number(row, column, cell, style)
        else:
            sheet.write_blank(row, column, None, style)
    else:
        sheet.write_string(row, column, "" if cell is None else str(cell), style)


def slug(text: str, taken: Sequence[str] = ()) -> str:
    """A piece of a defined name: letters, digits and underscores, distinct from those taken.

    Examples
    --------
    >>> slug("dublin core"), slug("a-b", ["a_b"])
    ('dublin_core', 'a_b_2')
    """
    plain = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_") or "pool"
    number, found = 2, plain
    while found.lower() in {name.lower() for name in taken}:
        found, number = f"{plain}_{number}", number + 1
    return found


def column_letter(index: int) -> str:
    """Spreadsheet letters of a column counted from 0.

    Examples
    --------
    >>> column_letter(0), column_letter(25), column_letter(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    while index >= 0:
        letters = chr(ord("A") + index % 26) + letters
        index = index // 26 - 1
    return letters
