"""Exact money: what a head costs by month, pool and grade; rounded to the cent once per entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import pandas as pd

from capacity.domain.faults import FaultList, nearest
from capacity.domain.hiring import CostBook, GradeCost
from capacity.domain.operation import Operation
from capacity.domain.pool import Pool, PoolCost
from capacity.headcount.clock import PlanCalendar

LEDGER_COLUMNS = (
    "month",
    "pool",
    "site",
    "grade",
    "component",
    "currency",
    "quantity",
    "unit_local",
    "rate",
    "cents_local",
    "cents",
)


def exact(value: float) -> Fraction:
    """The number that the user wrote, not its binary neighbour.

    Examples
    --------
    >>> exact(0.1)
    Fraction(1, 10)
    """
    return Fraction(repr(float(value)))


def to_cents(amount: Fraction) -> int:
    """Whole cents, half away from zero, as spreadsheets round.

    Examples
    --------
    >>> to_cents(Fraction(1005, 1000)), to_cents(Fraction(-1005, 1000)), to_cents(Fraction(1, 3))
    (101, -101, 33)
    """
    whole = int(abs(amount) * 100 + Fraction(1, 2))
    return whole if amount >= 0 else -whole


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """Exact prices by pool and month: grades with their shares, raises, exchange rates."""

    operation: Operation
    calendar: PlanCalendar
    book: CostBook = CostBook()

    def __post_init__(self) -> None:
        faults = FaultList(title="The cost book was refused")
        pools, labels = self.operation.pool_names, self.calendar.labels
        priced = {entry.pool for entry in self.book.grades}
        if priced:
            for name in sorted(set(pools) - priced):
                faults.add(f"pool {name}", "has no cost", f"add a GradeCost for {name}")
        for name in sorted(priced | {entry.pool for entry in self.book.raises}):
            if name not in pools:
                faults.add(f"pool {name}", "is not in the operation", nearest(name, pools))
        known = {site.currency for site in self.operation.sites}
        for entry in self.book.rates:
            if entry.currency not in known:
                faults.add(
                    f"rate {entry.currency}",
                    "is an unknown currency",
                    nearest(entry.currency, known),
                )
        for month in sorted(
            {r.month for r in self.book.raises} | {r.month for r in self.book.rates}
        ):
            if not _is_month(month):
                faults.add(f"month {month!r}", "is not a month", f"write it as {labels[0]}")
        faults.raise_any()

    def grades(self, pool: Pool) -> tuple[GradeCost, ...]:
        """The grades of a pool; one grade "all" with the pool's own cost if none is declared."""
        own = tuple(entry for entry in self.book.grades if entry.pool == pool.name)
        return own or (GradeCost(pool=pool.name, grade="all", weight=1.0, cost=pool.cost),)

    def shares(self, pool: Pool) -> tuple[Fraction, ...]:
        """Share of the pool's heads in each grade."""
        weights = [exact(entry.weight) for entry in self.grades(pool)]
        return tuple(weight / sum(weights) for weight in weights)

    def raised(self, pool: Pool, month: int) -> Fraction:
        """Factor on salaries by raises up to a month."""
        label, factor = self.calendar.labels[month], Fraction(1)
        for entry in self.book.raises:
            if entry.pool == pool.name and entry.month <= label:
                factor *= 1 + exact(entry.share)
        return factor

    def rate(self, pool: Pool, month: int) -> Fraction:
        """Units of the reporting currency for one local unit in a month."""
        label, currency = (
            self.calendar.labels[month],
            self.operation.site_of(pool).currency,
        )
        dated = [r for r in self.book.rates if r.currency == currency and r.month <= label]
        if dated:
            return exact(max(dated, key=lambda item: item.month).rate)
        return exact(self.operation.rate_of(pool))

    def monthly_pay(self, pool: Pool, month: int, cost: PoolCost) -> Fraction:
        """Loaded pay of one head present for the whole of a plan month, local currency."""
        year = exact(cost.annual_salary) * exact(cost.load_factor) * self.raised(pool, month)
        return year / 12 * Fraction(float(self.calendar.lengths[month])).limit_denominator(10**6)

    def mean(self, pool: Pool, name: str) -> Fraction:
        """A one-off cost of a pool (hire_cost, ...), averaged over its grades, local currency."""
        pairs = zip(self.grades(pool), self.shares(pool), strict=True)
        return sum((exact(getattr(e.cost, name)) * share for e, share in pairs), Fraction(0))

    def mean_pay(self, pool: Pool, month: int) -> Fraction:
        """`monthly_pay` averaged over grades."""
        pairs = zip(self.grades(pool), self.shares(pool), strict=True)
        return sum(
            (self.monthly_pay(pool, month, e.cost) * share for e, share in pairs), Fraction(0)
        )


def _is_month(text: str) -> bool:
    return (
        len(text) == 7
        and text[4] == "-"
        and text[:4].isdigit()
        and text[5:] in {f"{m:02d}" for m in range(1, 13)}
    )


@dataclass(kw_only=True)
class Ledger:
    """Entries of whole cents: every total is a sum of entries, so all groupings agree."""

    prices: PriceList
    rows: list[tuple[object, ...]] = field(default_factory=list)

    def add(
        self,
        month: int,
        pool: Pool,
        component: str,
        items: Iterable[tuple[str, Fraction, Fraction]],
    ) -> None:
        """Book (grade, quantity, local unit cost); both currencies are rounded from the exact product."""
        operation, rate = self.prices.operation, self.prices.rate(pool, month)
        label, currency = self.prices.calendar.labels[month], operation.site_of(pool).currency
        for grade, quantity, unit in items:
            amount = quantity * unit
            if amount:
                entry = (label, pool.name, pool.site, grade, component, currency)
                terms = (float(quantity), float(unit), float(rate))
                self.rows.append((*entry, *terms, to_cents(amount), to_cents(amount * rate)))

    @property
    def frame(self) -> pd.DataFrame:
        """Tidy: LEDGER_COLUMNS."""
        table = pd.DataFrame(self.rows, columns=list(LEDGER_COLUMNS))
        numbers = {"quantity": "float64", "unit_local": "float64", "rate": "float64"}
        return table.astype(numbers | {"cents_local": "int64", "cents": "int64"})
