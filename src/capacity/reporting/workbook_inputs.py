"""The Assumptions sheet: every input in one named cell."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from capacity.domain.headcount import HeadcountPlan
from capacity.domain.operation import Operation
from capacity.domain.pool import Pool
from capacity.headcount.levers import net_shares
from capacity.reporting.workbook_cells import Book, put, put_row, slug

LONGEST_RAMP = 24  # months


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
        ("volume", 1.0, "factor", "all volume over the forecast; heads follow in proportion", "decimal"),
        ("handling", 1.0, "factor", "handling times over those of the plan; heads in proportion", "decimal"),
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
            *(
                (names.of(f"yearly_{b}", pool.name), band.yearly, "share a year", f"attrition from {band.from_months} months of tenure", "decimal")
                for b, band in enumerate(pool.attrition.bands)
            ),
            *(
                (names.of(f"ramp_loss_{age}", pool.name), loss, "heads", f"missing per newcomer {age} months after the start (ramp, mentors)", "decimal")
                for age, loss in enumerate(ramp_losses(pool))
            ),
        ]  # fmt: skip
    return rows


def ramp_losses(pool: Pool) -> list[float]:
    """Heads that a newcomer of the first of a month does not give, by months since the start."""
    losses = 1.0 - net_shares(pool, 0.0, np.arange(LONGEST_RAMP + 1, dtype=float))
    return [round(float(loss), 9) for loss in losses[: int((losses > 1e-9).sum())]]


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
