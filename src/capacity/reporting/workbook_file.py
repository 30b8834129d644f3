"""to_workbook: an Excel pack that finance can change, with checks that must be zero."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from capacity.domain.comparison import Comparison
from capacity.domain.headcount import HeadcountPlan
from capacity.domain.operation import Operation
from capacity.domain.plan import Plan
from capacity.errors import DataError, MissingExtraError
from capacity.intake.atomic import write_atomically
from capacity.reporting.finance_schema import SCHEMA_VERSION, finance_columns
from capacity.reporting.workbook_cells import Book, put, put_row
from capacity.reporting.workbook_costs import write_costs
from capacity.reporting.workbook_inputs import write_assumptions
from capacity.reporting.workbook_leavers import write_leavers
from capacity.reporting.workbook_plan import AT, PlanLayout, write_checks, write_plan

FORMATS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 14},
    "note": {"italic": True, "font_color": "#595959"},
    "header": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "text": {},
    "integer": {"num_format": "#,##0"},
    "decimal": {"num_format": "#,##0.######"},
    "money": {"num_format": "#,##0.00"},
}


def to_workbook(
    plan: Plan | HeadcountPlan,
    path: Path | str,
    *,
    operation: Operation | None = None,
    comparison: Comparison | None = None,
) -> Path:
    """Write the plan as an Excel workbook (extra excel), atomically.

    Sheets: Assumptions (named ranges), Cost (one line a ledger entry), Attrition (leavers from
    yearly rates), Plan (live formulas with the library's values cached), Checks (each must be 0), Scenarios, Sources. No macros, no
    links to other files; text is never run. Same plan, same bytes.

    Parameters
    ----------
    plan : a whole plan, or a headcount plan together with its `operation`.
    comparison : scenarios to list; without it the sheet shows the percentiles of this plan.
    """
    if isinstance(plan, Plan):
        heads, operation = plan.headcount, plan.operation
    else:
        heads = plan
    if operation is None:
        raise DataError(
            "a headcount plan alone does not know its costs. Fix: pass operation=, or a whole plan."
        )
    buffer = io.BytesIO()
    book = _open(buffer, heads)
    names = write_assumptions(book, heads, operation)
    cost_sheet, cost_end = write_costs(book, heads, operation, names)
    layout = PlanLayout(
        pools=len(heads.pools),
        months=heads.months.periods,
        cost_sheet=cost_sheet,
        cost_end=cost_end,
    )
    leavers = None
    if heads.leaving is not None:
        rows = np.array(
            [[layout.row(m, k) for k in range(layout.pools)] for m in range(layout.months)]
        )
        leavers = write_leavers(book, heads, operation, names, plan_rows=rows, plan_columns=AT)
    write_plan(book, heads, operation, names, layout=layout, leavers=leavers)
    write_checks(book, layout)
    _write_scenarios(book, heads, comparison)
    _write_sources(book, heads, operation)
    book.file.close()
    return write_atomically(Path(path), buffer.getvalue())


def _open(buffer: io.BytesIO, plan: HeadcountPlan) -> Book:
    try:
        import xlsxwriter  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError(
            "Excel needs xlsxwriter. Fix: pip install 'reviewer-capacity[excel]'."
        ) from error
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    file: Any = xlsxwriter.Workbook(buffer, options)
    # The clock of the plan, not of the machine: the same plan gives the same bytes.
    moment = datetime(2020, 1, 1, tzinfo=UTC) if plan.as_of is None else plan.as_of.to_pydatetime()
    file.set_properties({"title": "Headcount plan", "created": moment.replace(tzinfo=None)})
    return Book(
        file=file, formats={kind: file.add_format(style) for kind, style in FORMATS.items()}
    )


def _write_scenarios(book: Book, plan: HeadcountPlan, comparison: Comparison | None) -> None:
    sheet = book.sheet("Scenarios")
    put(sheet, book, 0, 0, "Scenarios", kind="title")
    if comparison is None:
        put(
            sheet,
            book,
            1,
            0,
            "No scenarios were compared: required heads by percentile.",
            kind="note",
        )
        table = pd.DataFrame({"month": plan.months.labels})
        for level in (0.5, 0.8, 0.9, 0.95):
            table[f"required_p{100 * level:g}"] = plan.required(level)
    else:
        put(sheet, book, 1, 0, comparison.summary().split("\n", maxsplit=1)[0], kind="note")
        table = comparison.frame.reset_index(drop=True)
    _write_table(sheet, book, table, 3)


def _write_table(sheet: Any, book: Book, table: pd.DataFrame, top: int) -> None:
    sheet.set_column(0, max(1, len(table.columns)), 16)
    put_row(sheet, book, top, list(map(str, table.columns)), ["header"] * len(table.columns))
    for row, record in enumerate(table.to_dict("records"), top + 1):
        for column, value in enumerate(record.values()):
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            put(sheet, book, row, column, value, kind="decimal" if number else "text")


def _write_sources(book: Book, plan: HeadcountPlan, operation: Operation) -> None:
    sheet = book.sheet("Sources")
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 100)
    put(sheet, book, 0, 0, "Sources: where the figures come from", kind="title")
    rows = [
        ("library", f"reviewer-capacity {_library_version()}"),
        ("schema version", str(SCHEMA_VERSION)),
        ("as of", "" if plan.as_of is None else f"{plan.as_of:%Y-%m-%d %H:%M} UTC"),
        ("demand paths", str(len(plan.required_paths))),
        ("seed of random attrition", str(plan.seed)),
        ("percentile", f"{plan.percentile:g} over paths, rounded up once"),
        ("binding", ", ".join(plan.binding) or "none"),
        ("exposure cap", f"{operation.exposure.source} (grade {operation.exposure.grade})"),
        *(("note", note) for note in plan.notes),
        *(("advice", line) for line in plan.advice),
        *((f"column {c.name}", f"{c.description}{f' ({c.unit})' if c.unit else ''}") for c in finance_columns()),
    ]  # fmt: skip
    for row, cells in enumerate(rows, 2):
        put_row(sheet, book, row, cells, ("text", "text"))


def _library_version() -> str:
    try:
        return version("reviewer-capacity")
    except PackageNotFoundError:
        return "(not installed)"
