"""The Cost sheet: one line of money for every ledger entry."""

from __future__ import annotations

from dataclasses import dataclass

from capacity.domain.headcount import HeadcountPlan
from capacity.domain.operation import Operation
from capacity.errors import DataError
from capacity.reporting.workbook_cells import (
    FIRST_COST_ROW,
    FIRST_PLAN_ROW,
    Book,
    Formula,
    put,
    put_row,
)
from capacity.reporting.workbook_inputs import PoolNames
from capacity.reporting.workbook_plan import AT

COST_HEADER = (
    "line", "month", "pool", "grade", "component", "currency", "quantity", "unit (local)", "rate",
    "amount (local)", "amount",
)  # fmt: skip
COST_KINDS = (
    "integer", "text", "text", "text", "text", "text", "decimal", "money", "decimal", "money", "money",
)  # fmt: skip
# The heads of the Plan sheet that each component is paid for.
PAID = {
    "pay": "Plan!{eop}{row}+Plan!{attrition}{row}/2-Plan!{unpaid}{row}",
    "hiring": "Plan!{hires}{row}",
    "training": "Plan!{hires}{row}",
    "severance": "Plan!{reductions}{row}",
    "overtime": "Plan!{overtime_heads}{row}",
}


def paid_heads(plan: HeadcountPlan) -> dict[tuple[str, str, str], float]:
    """Heads behind the entries of each (component, month, pool): the grades together."""
    assert plan.ledger is not None  # noqa: S101 - the caller looked
    sums = plan.ledger.groupby(["component", "month", "pool"])["quantity"].sum()
    return {(str(c), str(m), str(p)): float(value) for (c, m, p), value in sums.items()}


def write_costs(
    book: Book, plan: HeadcountPlan, operation: Operation, names: PoolNames
) -> tuple[str, int]:
    """One line a ledger entry; returns (sheet, last row) for the sums of the Plan sheet."""
    if plan.ledger is None:
        raise DataError("this plan has no ledger. Fix: make it with plan_headcount.")
    sheet = book.sheet("Cost")
    sheet.set_column(0, 10, 14)
    put(sheet, book, 0, 0, "Cost: quantity x unit x rate, rounded to the cent once", kind="title")
    put(sheet, book, 1, 0, "line = line of the Plan sheet that an entry belongs to", kind="note")
    put_row(sheet, book, FIRST_COST_ROW - 1, COST_HEADER, ["header"] * len(COST_HEADER))
    money = CostLines(
        book=book,
        names=names,
        lines=plan_lines(plan),
        first=plan.months.labels[0],
        paid=paid_heads(plan),
    )
    for row, entry in enumerate(plan.ledger.to_dict("records"), FIRST_COST_ROW):
        put_row(sheet, book, row, money.cells(entry, row + 1), COST_KINDS)
    sheet.freeze_panes(FIRST_COST_ROW, 0)
    return "Cost", FIRST_COST_ROW + max(1, len(plan.ledger))


def plan_lines(plan: HeadcountPlan) -> dict[tuple[str, str], int]:
    """Number of the Plan sheet's line for each month and pool (all included)."""
    keys = zip(plan.frame["month"], plan.frame["pool"], strict=True)
    return {key: number for number, key in enumerate(keys, 1)}


@dataclass(frozen=True, kw_only=True)
class CostLines:
    """Ledger entries as cells: unit costs and rates are formulas of the assumptions if they can."""

    book: Book
    names: PoolNames
    lines: dict[tuple[str, str], int]
    first: str
    paid: dict[tuple[str, str, str], float]

    def cells(self, entry: dict[str, object], row: int) -> tuple[object, ...]:
        """The cells of one entry on a spreadsheet row (from 1)."""
        pool, month, currency = (str(entry[k]) for k in ("pool", "month", "currency"))
        quantity, unit, rate = (float(str(entry[k])) for k in ("quantity", "unit_local", "rate"))
        local, cents = (int(str(entry[k])) for k in ("cents_local", "cents"))
        return (
            self.lines[month, pool],
            month,
            pool,
            entry["grade"],
            entry["component"],
            currency,
            self.quantity(entry, quantity),
            self.unit(pool, str(entry["component"]), unit, first=month == self.first),
            self.live(f"rate_{currency}", rate),
            Formula(text=f"=ROUND(G{row}*H{row},2)", value=local / 100),
            Formula(text=f"=ROUND(G{row}*H{row}*I{row},2)", value=cents / 100),
        )

    def quantity(self, entry: dict[str, object], value: float) -> object:
        """Heads of the Plan sheet x the grade's share; a number where an offer or a lane set it."""
        component, month, pool = (str(entry[k]) for k in ("component", "month", "pool"))
        heads = self.paid.get((component, month, pool), 0.0)
        if component not in PAID or not heads:
            return value
        text = PAID[component].format(row=FIRST_PLAN_ROW + self.lines[month, pool], **AT)
        share = value / heads
        return Formula(text=f"=({text})" + ("" if share == 1.0 else f"*{share!r}"), value=value)

    def unit(self, pool: str, component: str, value: float, *, first: bool) -> object:
        """The unit cost as a formula, or as a number where a cost book or an offer set it."""
        names = self.names
        pay = f"{names.of('salary', pool)}*{names.of('load', pool)}/12"
        pay += "*first_month" if first else ""
        texts = {
            "pay": pay,
            "overtime": f"{pay}*{names.of('overtime_factor', pool)}",
            "hiring": names.of("hire_cost", pool),
            "training": names.of("training_cost", pool),
            "severance": names.of("severance_cost", pool),
        }
        return self.live(texts[component], value) if component in texts else value

    def live(self, text: str, value: float) -> object:
        """A formula if the assumptions give the value, else the value."""
        product = 1.0
        for part in text.split("*"):
            top, _, bottom = part.partition("/")
            product *= self.book.names[top] / (float(bottom) if bottom else 1.0)
        same = abs(product - value) <= 1e-9 * max(1.0, abs(value))
        return Formula(text=f"={text}", value=value) if same else value
