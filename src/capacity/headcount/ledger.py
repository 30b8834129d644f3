"""Book a plan: pay with pro-rated starts, hiring, training, severance, overtime, vendors, moves."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

from capacity.domain.hiring import TransferLane, VendorOffer
from capacity.domain.pool import Pool
from capacity.headcount.cohorts import Flows, Move
from capacity.headcount.levers import LeverUse
from capacity.headcount.money import Ledger, PriceList, exact
from capacity.headcount.tenure import presence


def book_costs(
    prices: PriceList,
    flows: Flows,
    moves: Sequence[Move],
    use: LeverUse,
    *,
    lanes: Sequence[TransferLane] = (),
    vendors: Sequence[VendorOffer] = (),
) -> pd.DataFrame:
    """The ledger of a plan in whole cents (money.LEDGER_COLUMNS).

    Pay covers average heads: people who join are paid from their start date, people who leave
    are paid half of what remained of the month (convention: they leave in the middle).
    Severance is due for planned reductions, not for attrition. Overtime is booked with the six
    decimals that the plan's table shows.
    """
    ledger = Ledger(prices=prices)
    average = paid_heads(flows, prices.calendar.edges)
    pools = prices.operation.pools
    for month in range(prices.calendar.periods):
        for k, pool in enumerate(pools):
            _book_people(ledger, month, k, heads=_fraction(average[month, k]), flows=flows)
            _book_overtime(ledger, month, pool, _fraction(round(float(use.overtime[month, k]), 6)))
        for vendor, heads in zip(vendors, use.vendors[month], strict=True):
            pool = prices.operation.pool(vendor.pool)
            length = _fraction(prices.calendar.lengths[month])
            unit = exact(vendor.monthly_cost) / prices.rate(pool, month) * length
            ledger.add(month, pool, "vendor", [(vendor.name, Fraction(int(heads)), unit)])
    for move in moves:
        source, target = pools[move.source], pools[move.target]
        fees = [
            lane.cost for lane in lanes if (lane.source, lane.target) == (source.name, target.name)
        ]
        if fees:
            unit = exact(fees[0]) / prices.rate(target, move.month)
            ledger.add(move.month, target, "transfer", [("all", Fraction(move.heads), unit)])
    return ledger.frame


def paid_heads(flows: Flows, edges: np.ndarray) -> np.ndarray:
    """Average paid heads by month and pool: present part of the month, leavers half of theirs."""
    paid = np.zeros(flows.eop.shape)
    for cohort in flows.cohorts:
        there = presence(cohort.start, edges)
        paid[:, cohort.pool] += there * (cohort.eop + cohort.leavers / 2)
    return paid


def _book_people(ledger: Ledger, month: int, k: int, *, heads: Fraction, flows: Flows) -> None:
    prices = ledger.prices
    pool = prices.operation.pools[k]
    pairs = list(zip(prices.grades(pool), prices.shares(pool), strict=True))
    pay = [(e.grade, share * heads, prices.monthly_pay(pool, month, e.cost)) for e, share in pairs]
    ledger.add(month, pool, "pay", pay)
    one_off = (
        ("hiring", "hire_cost", flows.hires),
        ("training", "training_cost", flows.hires),
        ("severance", "severance_cost", flows.reductions),
    )
    for component, name, counts in one_off:
        people = int(counts[month, k])
        amounts = [(e.grade, share * people, exact(getattr(e.cost, name))) for e, share in pairs]
        ledger.add(month, pool, component, amounts)


def _book_overtime(ledger: Ledger, month: int, pool: Pool, heads: Fraction) -> None:
    prices = ledger.prices
    pairs = zip(prices.grades(pool), prices.shares(pool), strict=True)
    amounts = [
        (
            e.grade,
            share * heads,
            prices.monthly_pay(pool, month, e.cost) * exact(e.cost.overtime_factor),
        )
        for e, share in pairs
    ]
    ledger.add(month, pool, "overtime", amounts)


def _fraction(value: float) -> Fraction:
    """A decimal number of heads as a fraction, to a millionth of a head."""
    return Fraction(float(value)).limit_denominator(10**6)
