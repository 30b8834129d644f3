"""The Assumptions and Cost sheets: named inputs, and one line of money for every ledger entry."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from capacity.domain.headcount import HeadcountPlan
from capacity.domain.operation import Operation
from capacity.errors import DataError
from capacity.reporting.workbook_cells import Book, Formula, put, put_row, slug

FIRST_COST_ROW = 4
COST_HEADER = (
    "line", "month", "pool", "grade", "component", "currency", "quantity", "unit (local)", "rate",
    "amount (local)", "amount",
)  # fmt: skip
COST_KINDS = (
    "integer", "text", "text", "text", "text", "text", "decimal", "money", "decimal", "money", "money",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PoolNames:
    """The names of a pool's assumptions, by what they hold."""

    slugs: dict[str, str]

    def of(self, what: str, pool: str) -> str:
        """The defined name, for instance salary_dublin_core."""
        return f"{what}_{self.slugs[pool]}"


def write_assumptions(book: Book, plan: HeadcountPlan, operation: Operation) -> PoolNames:
    """Every assumption in one cell with a workbook-wide name, its unit and its meaning."""
    sheet = book.sheet("Assumptions")
    sheet.set_column(0, 0, 38)
    sheet.set_column(1, 2, 16)
    sheet.set_column(3, 3, 70)
    put(sheet, book, 0, 0, f"Assumptions of {operation.name}", kind="title")
    put(
        sheet,
        book,
        1,
        0,
        "Change a value here: the other sheets follow. Names are workbook-wide.",
        kind="note",
    )
    put_row(sheet, book, 3, ("name", "value", "unit", "meaning"), ["header"] * 4)
    slugs: dict[str, str] = {}
    for pool in operation.pools:
        slugs[pool.name] = slug(pool.name, list(slugs.values()))
    names = PoolNames(slugs=slugs)
    for row, (name, value, unit, meaning, kind) in enumerate(
        _assumptions(plan, operation, names), 4
    ):
        put_row(sheet, book, row, (name, value, unit, meaning), ("text", kind, "text", "text"))
        book.name(name, "Assumptions", f"$B${row + 1}", value)
    sheet.freeze_panes(4, 1)
    return names


def _assumptions(
    plan: HeadcountPlan, operation: Operation, names: PoolNames
) -> list[tuple[str, float, str, str, str]]:
    rows: list[tuple[str, float, str, str, str]] = [
        ("percentile", plan.percentile, "share", "required heads suffice in this share of the futures", "decimal"),
        ("standard_hours", _standard_hours(plan, operation), "hours a week", "paid hours of one FTE", "decimal"),
        ("first_month", _first_length(plan), "months", "length of the first month (it counts from as_of on)", "decimal"),
    ]  # fmt: skip
    for currency in sorted({site.currency for site in operation.sites}):
        rate = 1.0 if currency == operation.currency else operation.rates[currency]
        rows.append(
            (f"rate_{currency}", rate, operation.currency, f"value of one {currency}", "decimal")
        )
    for pool in operation.pools:
        cost, currency = pool.cost, operation.site_of(pool).currency
        rows += [
            (names.of("hours", pool.name), pool.hours_per_week, "hours a week", f"contract hours, {pool.name}", "decimal"),
            (names.of("availability", pool.name), float(pool.shrinkage.availability), "share", _leave(pool.shrinkage.availability), "decimal"),
            (names.of("salary", pool.name), cost.annual_salary, f"{currency} a year", "salary without load", "money"),
            (names.of("load", pool.name), cost.load_factor, "factor", "fully loaded cost over salary", "decimal"),
            (names.of("hire_cost", pool.name), cost.hire_cost, f"{currency} a hire", "recruiting", "money"),
            (names.of("training_cost", pool.name), cost.training_cost, f"{currency} a hire", "training", "money"),
            (names.of("severance_cost", pool.name), cost.severance_cost, f"{currency} a head", "planned exits only", "money"),
            (names.of("overtime_factor", pool.name), cost.overtime_factor, "factor", "overtime pay over pay", "decimal"),
        ]  # fmt: skip
    return rows


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
    money = CostLines(book=book, names=names, lines=plan_lines(plan), first=plan.months.labels[0])
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
            quantity,
            self.unit(pool, str(entry["component"]), unit, first=month == self.first),
            self.live(f"rate_{currency}", rate),
            Formula(text=f"=ROUND(G{row}*H{row},2)", value=local / 100),
            Formula(text=f"=ROUND(G{row}*H{row}*I{row},2)", value=cents / 100),
        )

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


def _standard_hours(plan: HeadcountPlan, operation: Operation) -> float:
    """Read back from the table: heads x contract hours / FTE."""
    rows = plan.frame[(plan.frame["pool"] != "all") & (plan.frame["eop"] > 0)]
    if rows.empty:
        return 40.0
    row = rows.iloc[0]
    hours = operation.pool(str(row["pool"])).hours_per_week
    return round(hours * float(row["eop"]) / float(row["fte"]), 6)


def _first_length(plan: HeadcountPlan) -> float:
    """Length of the first month as the ledger priced it."""
    if plan.as_of is None:
        return 1.0
    begin = max(plan.as_of, plan.months.edges[0])
    share = (plan.months.edges[1] - begin) / (plan.months.edges[1] - plan.months.edges[0])
    return float(Fraction(float(share)).limit_denominator(10**6))


def _leave(share: Fraction) -> str:
    return f"share of contract time present: {share.numerator}/{share.denominator}"
