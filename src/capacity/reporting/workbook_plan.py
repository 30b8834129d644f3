"""The Plan and Checks sheets: live formulas that carry the library's own figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.domain.headcount import HeadcountPlan
from capacity.reporting.finance_schema import finance_columns
from capacity.reporting.workbook_cells import Book, Formula, column_letter, put, put_row
from capacity.reporting.workbook_inputs import FIRST_COST_ROW, PoolNames

FIRST_PLAN_ROW = 4
COLUMNS = (
    "line",
    *(c.name for c in finance_columns() if c.name not in ("schema_version", "version")),
)
INPUTS = ("present_p50", "present_p80", "present", "present_p95", "aim")
AT = {name: column_letter(i) for i, name in enumerate((*COLUMNS, *INPUTS))}
SUMMED = (
    "bop", "hires", "transfers_in", "attrition", "transfers_out", "eop", "fte", "cost", "productive",
    "overtime_heads", "vendor_heads", "lent_heads", "reductions",
)  # fmt: skip
KINDS = {"integer": "integer", "decimal": "decimal", "money": "money", "text": "text"}


@dataclass(frozen=True, kw_only=True)
class PlanLayout:
    """Where things are on the Plan sheet: pools a month, months, rows of the Cost sheet."""

    pools: int
    months: int
    cost_sheet: str
    cost_end: int

    def row(self, month: int, pool: int) -> int:
        """Spreadsheet row (from 1) of a month and pool; pool = pools is the row of all."""
        return FIRST_PLAN_ROW + 1 + month * (self.pools + 1) + pool

    @property
    def last(self) -> int:
        """The last row."""
        return self.row(self.months - 1, self.pools)


def write_plan(
    book: Book,
    plan: HeadcountPlan,
    names: PoolNames,
    availability: dict[str, float],
    layout: PlanLayout,
) -> None:
    """One line a month and pool; stocks, sums, required heads, gap and cost are formulas."""
    sheet = book.sheet("Plan")
    header = (*COLUMNS, *INPUTS)
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, len(header), 13)
    put(sheet, book, 0, 0, "Plan: heads and money by month and pool", kind="title")
    put(
        sheet,
        book,
        1,
        0,
        "Whole heads; gap > 0 = short. Columns on the right are inputs from the model.",
        kind="note",
    )
    put_row(sheet, book, FIRST_PLAN_ROW - 1, header, ["header"] * len(header))
    quantiles = _quantiles(plan)
    types = {c.name: KINDS[c.type] for c in finance_columns()} | {"line": "integer"}
    kinds = [types.get(name, "decimal") for name in header]
    for index, record in enumerate(plan.frame.to_dict("records")):
        month, pool = divmod(index, layout.pools + 1)
        inputs = {name: float(values[month, pool]) for name, values in quantiles.items()}
        if pool < layout.pools:
            share = availability[str(record["pool"])]
            inputs = {n: v if n == "aim" else v * share for n, v in inputs.items()}
            cells = _pool_cells(record, month, pool, names, layout)
        else:
            cells = _total_cells(record, month, layout)
        row = {"line": index + 1, **record, **inputs, **cells}
        put_row(sheet, book, layout.row(month, pool) - 1, [row[name] for name in header], kinds)
    sheet.freeze_panes(FIRST_PLAN_ROW, 3)


def _pool_cells(
    record: dict[str, object], month: int, pool: int, names: PoolNames, layout: PlanLayout
) -> dict[str, object]:
    row, name = layout.row(month, pool), str(record["pool"])
    texts = {
        "eop": _eop(row),
        "fte": f"ROUND({AT['eop']}{row}*{names.of('hours', name)}/standard_hours,6)",
        "gap": _gap(row),
        "cost": _sum_cost(row, layout, "K"),
        "cost_local": _sum_cost(row, layout, "J"),
    }
    if month:
        texts["bop"] = f"{AT['eop']}{layout.row(month - 1, pool)}"
    for column, source in _REQUIRED:
        share = names.of("availability", name)
        texts[column] = f"-INT(-({AT[source]}{row}/{share}-1E-9))"
    return _formulas(texts, record)


def _total_cells(record: dict[str, object], month: int, layout: PlanLayout) -> dict[str, object]:
    row = layout.row(month, layout.pools)
    first, last = layout.row(month, 0), row - 1
    texts = {name: f"SUM({AT[name]}{first}:{AT[name]}{last})" for name in SUMMED}
    texts["gap"] = _gap(row)
    for column, source in _REQUIRED:
        texts[column] = f"-INT(-({AT[source]}{row}-1E-9))"
    return _formulas(texts, record)


_REQUIRED = (
    ("required_p50", "present_p50"),
    ("required_p80", "present_p80"),
    ("required", "present"),
    ("required_p95", "present_p95"),
)


def _formulas(texts: dict[str, str], record: dict[str, object]) -> dict[str, object]:
    return {n: Formula(text=f"={text}", value=float(str(record[n]))) for n, text in texts.items()}


def _eop(row: int) -> str:
    plus = "+".join(f"{AT[name]}{row}" for name in ("bop", "hires", "transfers_in"))
    return f"{plus}-{AT['attrition']}{row}-{AT['transfers_out']}{row}"


def _gap(row: int) -> str:
    have = "-".join(
        f"{AT[n]}{row}" for n in ("productive", "overtime_heads", "vendor_heads", "lent_heads")
    )
    return f"-INT(-({AT['aim']}{row}-{have}-1E-6))"


def _sum_cost(row: int, layout: PlanLayout, column: str) -> str:
    first, sheet = FIRST_COST_ROW + 1, layout.cost_sheet
    amounts = f"{sheet}!${column}${first}:${column}${layout.cost_end}"
    return f"ROUND(SUMIFS({amounts},{sheet}!$A${first}:$A${layout.cost_end},{AT['line']}{row}),2)"


def _quantiles(plan: HeadcountPlan) -> dict[str, np.ndarray]:
    """Quantiles over paths and heads aimed at, by month and column (pools, then all)."""
    levels = {
        "present_p50": 0.5,
        "present_p80": 0.8,
        "present": plan.percentile,
        "present_p95": 0.95,
    }
    table = {n: np.quantile(plan.required_paths, level, axis=0) for n, level in levels.items()}
    return table | {"aim": table["present"] if plan.aim is None else plan.aim}


def write_checks(book: Book, layout: PlanLayout) -> None:
    """Every check is a formula that must be zero; the first line adds them up."""
    sheet = book.sheet("Checks")
    sheet.set_column(0, 0, 72)
    put(sheet, book, 0, 0, "Checks: every value must be 0", kind="title")
    put_row(sheet, book, 3, ("check", "value"), ["header"] * 2)
    checks = _checks(layout)
    for row, (words, text) in enumerate(checks, 5):
        put_row(sheet, book, row, (words, Formula(text=f"={text}", value=0)), ("text", "decimal"))
    total = Formula(text=f"=SUM(B6:B{5 + len(checks)})", value=0)
    put_row(sheet, book, 4, ("all checks together", total), ("text", "decimal"))


def _checks(layout: PlanLayout) -> list[tuple[str, str]]:
    first, last = layout.row(0, 0), layout.last

    def span(name: str, top: int = first, bottom: int = last) -> str:
        return f"Plan!{AT[name]}{top}:{AT[name]}{bottom}"

    gained = f"{span('bop')}+{span('hires')}+{span('transfers_in')}"
    lost = f"{span('attrition')}-{span('transfers_out')}-{span('eop')}"
    checks = [
        (
            "bop + hires + transfers_in - attrition - transfers_out = eop",
            f"SUMPRODUCT(ABS({gained}-{lost}))",
        )
    ]
    step = layout.pools + 1
    if layout.months > 1:
        later, earlier = span("bop", first + step, last), span("eop", first, last - step)
        checks.append(
            ("each month begins with the heads of the last", f"SUMPRODUCT(ABS({later}-{earlier}))")
        )
    is_all = f'({span("pool")}="all")'
    for name in (*SUMMED[:6], "cost"):
        sums = f"SUMPRODUCT({is_all}*{span(name)})-SUMPRODUCT((1-{is_all})*{span(name)})"
        checks.append((f"{name} of all pools is the sum of the pools", f"ROUND(ABS({sums}),6)"))
    moved = f"ABS(SUM({span('transfers_in')})-SUM({span('transfers_out')}))"
    checks.append(("transfers in equal transfers out", moved))
    first_cost = FIRST_COST_ROW + 1
    booked = f"SUM({layout.cost_sheet}!K{first_cost}:K{layout.cost_end})"
    planned = f"SUMPRODUCT({is_all}*{span('cost')})"
    checks.append(("cost of the plan is the cost booked", f"ROUND(ABS({planned}-{booked}),2)"))
    checks.append(("no number of heads is negative", f"SUMPRODUCT(1*({span('eop')}<0))"))
    return checks
