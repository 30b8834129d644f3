"""Money: exact, to the cent, in every grouping."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.domain import (
    Attrition,
    AttritionBand,
    CostBook,
    ExchangeRate,
    GradeCost,
    HiringPolicy,
    MonthlyFiscalCalendar,
    PlannedReduction,
    PoolCost,
    Raise,
    Site,
    VendorOffer,
    WeeklyFiscalCalendar,
)
from capacity.errors import DataError
from capacity.headcount import plan_headcount
from capacity.headcount.money import to_cents
from capacity.reporting.finance_splits import to_fiscal
from tests.builders import toy_operation, toy_pool, toy_queue
from tests.oracles.headcount import toy_curve, toy_staffing, two_pools, weekly_paths

STEADY = Attrition(bands=(AttritionBand(from_months=0, yearly=0.0),))
SALARY = PoolCost(
    annual_salary=33_333.33,
    load_factor=1.27,
    hire_cost=4_111.11,
    training_cost=999.99,
    severance_cost=7_000.01,
)


def make(operation, *, book=CostBook(), level=260.0, as_of="2026-01-12T00:00:00+00:00", **kwargs):  # noqa: B008
    staffing = toy_staffing({"hash_match": weekly_paths(level, growth=0.03)}, as_of=as_of)
    split = tuple([1 / len(operation.pools)] * len(operation.pools))
    return plan_headcount(
        toy_curve(operation, split=split), staffing, operation, book=book, **kwargs
    )


def two_currencies():
    pools = (
        toy_pool("east", heads=10, site="dublin", cost=SALARY),
        toy_pool("west", heads=6, site="austin", cost=SALARY),
    )
    return toy_operation(
        pools=pools,
        queues=(toy_queue(),),
        with_people=False,
        sites=(
            Site(name="dublin", zone="Europe/Dublin", currency="EUR"),
            Site(name="austin", zone="America/Chicago", currency="USD"),
        ),
        rates={"EUR": 1.0837},
    )


GRADES = CostBook(
    grades=(
        GradeCost(pool="east", grade="junior", weight=2, cost=SALARY),
        GradeCost(
            pool="east",
            grade="senior",
            weight=1,
            cost=PoolCost(annual_salary=51_234.56, load_factor=1.31),
        ),
        GradeCost(pool="west", grade="junior", weight=1, cost=SALARY),
    ),
    raises=(
        Raise(pool="east", month="2026-04", share=0.035),
        Raise(pool="east", month="2026-10", share=0.01),
    ),
    rates=(ExchangeRate(currency="EUR", month="2026-06", rate=1.1011),),
)


@pytest.mark.parametrize("book", [CostBook(), GRADES])
@pytest.mark.parametrize(
    "calendar", [MonthlyFiscalCalendar(start_month=2), WeeklyFiscalCalendar(end_month=1, weekday=5)]
)
def test_costs_add_up_in_every_grouping(book, calendar):
    plan = make(two_currencies(), book=book)
    ledger, frame = plan.ledger, plan.frame
    total = int(ledger.cents.sum())
    for keys in (
        ["month"],
        ["pool"],
        ["month", "pool"],
        ["grade"],
        ["component"],
        ["site", "currency"],
    ):
        assert int(ledger.groupby(keys).cents.sum().sum()) == total
    cents = (frame.cost * 100).round().astype(int)
    assert cents[frame.pool == "all"].sum() == total == cents[frame.pool != "all"].sum()
    fiscal = to_fiscal(
        ledger[["month", "pool", "currency", "cents", "cents_local"]],
        calendar,
        values=["cents", "cents_local"],
    )
    assert int(fiscal.cents.sum()) == total
    local = fiscal.groupby("currency").cents_local.sum()
    assert local.equals(ledger.groupby("currency").cents_local.sum())


def test_pay_is_exact_to_the_cent():
    operation = toy_operation(
        pools=(toy_pool(heads=40, attrition=STEADY, cost=SALARY),),
        queues=(toy_queue(),),
        with_people=False,
    )
    plan = make(operation, as_of="2026-01-01T00:00:00+00:00", hiring=False)
    month = Fraction(Decimal("33333.33")) * Fraction(Decimal("1.27")) / 12 * 40
    assert (plan.ledger.cents == to_cents(month)).all()


def test_raises_compound_and_dated_rates_apply_from_their_month():
    plan = make(two_currencies(), book=GRADES, hiring=False)
    pay = plan.ledger[
        (plan.ledger.pool == "east")
        & (plan.ledger.grade == "junior")
        & (plan.ledger.component == "pay")
    ]
    unit = pay.set_index("month").unit_local
    assert unit["2026-04"] / unit["2026-03"] == pytest.approx(1.035)
    assert unit["2026-10"] / unit["2026-03"] == pytest.approx(1.035 * 1.01)
    assert pay.set_index("month").rate[["2026-05", "2026-06"]].tolist() == [1.0837, 1.1011]


def test_leavers_are_paid_half_their_month_and_reductions_get_severance():
    operation = toy_operation(
        pools=(toy_pool(heads=40, attrition=STEADY, cost=SALARY),),
        queues=(toy_queue(),),
        with_people=False,
    )
    cut = PlannedReduction(pool="core", month="2026-03", heads=4)
    plan = make(operation, hiring=False, reductions=[cut])
    ledger = plan.ledger.set_index(["month", "component"])
    assert ledger.quantity[("2026-03", "pay")] == 38
    assert ledger.quantity[("2026-04", "pay")] == 36
    assert ledger.cents[("2026-03", "severance")] == 4 * 7_000_01


def test_vendor_and_overtime_costs_are_booked():
    offer = VendorOffer(name="bridge", pool="east", monthly_cost=8_000, max_heads=9)
    plan = make(two_currencies(), policy=HiringPolicy(vendors=(offer,)))
    vendor = plan.ledger[plan.ledger.component == "vendor"]
    full = vendor[vendor.month != "2026-01"]
    assert (full.cents == full.quantity * 800_000).all()


@settings(max_examples=200, deadline=None)
@given(st.fractions(min_value=-(10**9), max_value=10**9))
def test_cents_are_within_half_a_cent(amount):
    assert abs(to_cents(amount) - amount * 100) <= Fraction(1, 2)


def test_missing_cost_unknown_currency_and_bad_month_come_in_one_message():
    book = CostBook(
        grades=(GradeCost(pool="east", grade="junior", weight=1, cost=SALARY),),
        rates=(ExchangeRate(currency="EUX", month="2026-01", rate=1.1),),
        raises=(Raise(pool="eats", month="2026-4", share=0.03),),
    )
    with pytest.raises(DataError) as caught:
        make(two_pools(), book=book)
    text = str(caught.value)
    assert "pool west: has no cost. Fix: add a GradeCost for west" in text
    assert "rate EUX: is an unknown currency" in text
    assert "did you mean 'east'" in text
    assert "month '2026-4': is not a month" in text


def test_every_cell_of_the_plan_is_finite():
    frame = make(two_currencies(), book=GRADES).frame
    assert np.isfinite(frame.drop(columns=["month", "pool", "currency", "cost_local"])).all().all()
