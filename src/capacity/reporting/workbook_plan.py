"""The Plan and Checks sheets: live formulas that carry the library's own figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capacity.domain.headcount import HeadcountPlan
from capacity.domain.operation import Operation
from capacity.reporting.finance_schema import finance_columns
from capacity.reporting.workbook_cells import (
    FIRST_COST_ROW,
    FIRST_PLAN_ROW,
    Book,
    Formula,
    column_letter,
    put,
    put_row,
)
from capacity.reporting.workbook_inputs import PoolNames, ramp_losses
from capacity.reporting.workbook_leavers import AT as LEAVERS_AT
from capacity.reporting.workbook_leavers import LeaverLines

COLUMNS = (
    "line",
    *(c.name for c in finance_columns() if c.name not in ("schema_version", "version")),
)
INPUTS = (
    "present_p50", "present_p80", "present", "present_p95", "aim", "employed", "planned", "rest", "unpaid",
)  # fmt: skip
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
    operation: Operation,
    names: PoolNames,
    *,
    layout: PlanLayout,
    leavers: LeaverLines | None,
) -> None:
    """One line a month and pool; stocks, leavers, sums, required heads, gap and cost are formulas."""
    sheet = book.sheet("Plan")
    header = (*COLUMNS, *INPUTS)
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, len(header), 13)
    put(sheet, book, 0, 0, "Plan: heads and money by month and pool", kind="title")
    put(sheet, book, 1, 0, NOTE, kind="note")
    put_row(sheet, book, FIRST_PLAN_ROW - 1, header, ["header"] * len(header))
    types = {c.name: KINDS[c.type] for c in finance_columns()} | {"line": "integer"}
    kinds = [types.get(name, "decimal") for name in header]
    losses = {pool.name: ramp_losses(pool) for pool in operation.pools}
    inputs = _inputs(plan, operation, losses)
    for index, record in enumerate(plan.frame.to_dict("records")):
        month, pool = divmod(index, layout.pools + 1)
        given = {name: float(values[month, pool]) for name, values in inputs.items()}
        full = record | given
        if pool < layout.pools:
            loss = losses[str(record["pool"])]
            cells = _pool_cells(
                full,
                month,
                pool,
                names=names,
                layout=layout,
                leavers=leavers,
                ramp_months=len(loss),
            )
        else:
            cells = _total_cells(full, month, layout)
        row = {"line": index + 1, **full, **cells}
        put_row(sheet, book, layout.row(month, pool) - 1, [row[name] for name in header], kinds)
    sheet.freeze_panes(FIRST_PLAN_ROW, 3)


NOTE = (
    "Whole heads; gap > 0 = short. Hires, transfers, reductions and levers are decisions: change them "
    "here. From present_p50 on: figures of the model (present = heads present, planned = heads "
    "employed as planned, rest = other ramp and training, unpaid = heads less paid heads)."
)


def _pool_cells(
    record: dict[str, object],
    month: int,
    pool: int,
    *,
    names: PoolNames,
    layout: PlanLayout,
    leavers: LeaverLines | None,
    ramp_months: int,
) -> dict[str, object]:
    row, name = layout.row(month, pool), str(record["pool"])
    share = names.of("availability", name)
    texts = {
        "eop": _eop(row),
        "fte": f"ROUND({AT['eop']}{row}*{names.of('hours', name)}/standard_hours,6)",
        "productive": _productive(
            month,
            pool,
            layout,
            losses=[names.of(f"ramp_loss_{a}", name) for a in range(ramp_months)],
        ),
        "gap": _gap(row),
        "cost": _sum_cost(row, layout, "K"),
        "cost_local": _sum_cost(row, layout, "J"),
        "employed": f"{AT['present']}{row}*volume*handling/{share}",
    }
    if leavers is not None:
        cell = f"Attrition!{LEAVERS_AT['leavers']}{leavers.row(month, pool)}"
        texts["attrition"] = f"{AT['reductions']}{row}+{cell}"
    if month:
        texts["bop"] = f"{AT['eop']}{layout.row(month - 1, pool)}"
    for column, source in _REQUIRED:
        texts[column] = f"-INT(-({AT[source]}{row}*volume*handling/{share}-1E-9))"
    return _formulas(texts, record)


def _productive(month: int, pool: int, layout: PlanLayout, *, losses: Sequence[str]) -> str:
    """Heads at month end less what newcomers of the last months do not give yet."""
    parts = [
        f"-{AT['hires']}{layout.row(month - age, pool)}*{loss}"
        for age, loss in enumerate(losses[: month + 1])
    ]
    row = layout.row(month, pool)
    return f"ROUND({AT['eop']}{row}{''.join(parts)}-{AT['rest']}{row},6)"


def _total_cells(record: dict[str, object], month: int, layout: PlanLayout) -> dict[str, object]:
    row = layout.row(month, layout.pools)
    first, last = layout.row(month, 0), row - 1
    summed = (*SUMMED, "employed", "planned")
    texts = {name: f"SUM({AT[name]}{first}:{AT[name]}{last})" for name in summed}
    texts["gap"] = _gap(row)
    for column, source in _REQUIRED:
        texts[column] = f"-INT(-({AT[source]}{row}*{_moved(row)}-1E-9))"
    return _formulas(texts, record)


def _moved(row: int) -> str:
    """Heads employed now over those planned: how far the assumptions have moved."""
    return f"IF({AT['planned']}{row}>0,{AT['employed']}{row}/{AT['planned']}{row},1)"


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
    return f"-INT(-({AT['aim']}{row}*{_moved(row)}-{have}-1E-6))"


def _sum_cost(row: int, layout: PlanLayout, column: str) -> str:
    first, sheet = FIRST_COST_ROW + 1, layout.cost_sheet
    amounts = f"{sheet}!${column}${first}:${column}${layout.cost_end}"
    return f"ROUND(SUMIFS({amounts},{sheet}!$A${first}:$A${layout.cost_end},{AT['line']}{row}),2)"


def _inputs(
    plan: HeadcountPlan, operation: Operation, losses: dict[str, list[float]]
) -> dict[str, np.ndarray]:
    """The model's figures by month and column (pools, then all)."""
    levels = {
        "present_p50": 0.5,
        "present_p80": 0.8,
        "present": plan.percentile,
        "present_p95": 0.95,
    }
    table = {n: np.quantile(plan.required_paths, level, axis=0) for n, level in levels.items()}
    employed = table["present"].copy()
    employed[:, -1] = employed[:, :-1].sum(axis=1)
    shares = np.array([*(float(pool.shrinkage.availability) for pool in operation.pools), 1.0])
    aim = table["present"] if plan.aim is None else plan.aim
    table = {name: values * shares for name, values in table.items()}
    ramp, unpaid = np.zeros_like(employed), np.zeros_like(employed)
    for k, name in enumerate(plan.pools):
        rows = plan.of(name)
        late = np.convolve(rows["hires"].to_numpy(dtype=float), losses[name] or [0.0])
        ramp[:, k] = rows["eop"] - rows["productive"] - late[: len(rows)]
        unpaid[:, k] = rows["eop"] + rows["attrition"] / 2 - _paid(plan, name)
    return table | {
        "aim": aim, "employed": employed, "planned": employed.copy(), "rest": ramp, "unpaid": unpaid,
    }  # fmt: skip


def _paid(plan: HeadcountPlan, pool: str) -> np.ndarray:
    """Average paid heads of a pool by month, read back from the ledger."""
    ledger = plan.ledger
    assert ledger is not None  # noqa: S101 - the caller looked
    pay = ledger[(ledger["pool"] == pool) & (ledger["component"] == "pay")]
    sums = pay.groupby("month")["quantity"].sum()
    return np.array([float(sums.get(label, 0.0)) for label in plan.months.labels])


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
