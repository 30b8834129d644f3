"""Stock and flow in whole heads."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.domain import Attrition, AttritionBand, MonthGrid, Ramp
from capacity.errors import DataError
from capacity.headcount.clock import PlanCalendar
from capacity.headcount.cohorts import Exit, Join, Move, run_flows
from capacity.headcount.levers import productive_heads
from capacity.headcount.tenure import leave_shares, mentor_shares, ramp_shares
from tests.builders import toy_pool
from tests.oracles.headcount import slow_leavers, slow_ramp


def calendar(months: int = 12, as_of: str = "2026-01-01") -> PlanCalendar:
    stamp = pd.Timestamp(as_of, tz="UTC")
    grid = MonthGrid(first=pd.Period(stamp.tz_localize(None), freq="M"), periods=months)
    return PlanCalendar(months=grid, as_of=stamp)


def attrition(*yearly: float) -> Attrition:
    return Attrition(
        bands=tuple(AttritionBand(from_months=6 * i, yearly=y) for i, y in enumerate(yearly))
    )


@settings(max_examples=40, deadline=None)
@given(
    heads=st.lists(st.integers(0, 60), min_size=1, max_size=3),
    yearly=st.lists(st.floats(0, 0.95), min_size=1, max_size=3),
    hires=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 2), st.integers(0, 9)), max_size=8),
    day=st.integers(1, 28),
)
def test_the_identity_holds_to_the_last_head(heads, yearly, hires, day):
    clock = calendar(as_of=f"2026-01-{day:02d}")
    pools = [toy_pool(f"p{i}", heads=h, attrition=attrition(*yearly)) for i, h in enumerate(heads)]
    joins = [
        Join(month=m, pool=p, position=float(clock.edges[m]), heads=h)
        for m, p, h in hires
        if p < len(pools)
    ]
    moves = [Move(month=3, source=0, target=1, heads=1)] if len(pools) > 1 and heads[0] > 40 else []
    flows = run_flows(pools, clock, joins, moves=moves)
    assert not flows.residual.any()
    assert (flows.bop[1:] == flows.eop[:-1]).all()
    assert (flows.eop >= 0).all()
    assert flows.transfers_in.sum() == flows.transfers_out.sum()


def test_leavers_stay_within_half_a_head_of_their_expectation():
    clock = calendar(18)
    pool = toy_pool(heads=40, tenure_months=tuple(range(40)), attrition=attrition(0.6, 0.3))
    flows = run_flows([pool], clock, [])
    exact = slow_leavers(flows, pool, clock.edges)
    assert np.abs(flows.attrition[:, 0].cumsum() - exact.cumsum()).max() <= 0.5 + 1e-9


def test_no_attrition_keeps_the_team():
    flows = run_flows([toy_pool(heads=7, attrition=attrition(0.0))], calendar(), [])
    assert (flows.eop == 7).all()


def test_a_cohort_leaves_at_the_rate_of_its_tenure():
    clock = calendar(3)
    young = run_flows(
        [toy_pool(heads=100, tenure_months=(0,) * 100, attrition=attrition(0.8, 0.0))], clock, []
    )
    tenured = run_flows(
        [toy_pool(heads=100, tenure_months=(24,) * 100, attrition=attrition(0.8, 0.0))], clock, []
    )
    assert tenured.attrition.sum() == 0
    assert young.attrition.sum() == round(100 * (1 - 0.2 ** (3 / 12)))


def test_a_partial_first_month_loses_a_part_of_the_people():
    whole, half = (
        leave_shares(attrition(0.35), -50.0, calendar(2, day).edges)[0]
        for day in ("2026-04-01", "2026-04-16")
    )
    assert 1 - (1 - half) ** 2 == pytest.approx(whole)


def test_transferred_people_are_the_longest_serving():
    pools = [
        toy_pool("a", heads=2, tenure_months=(1, 30), attrition=attrition(0.0)),
        toy_pool("b", heads=0, attrition=attrition(0.0)),
    ]
    flows = run_flows(pools, calendar(), [], moves=[Move(month=2, source=0, target=1, heads=1)])
    assert [c.start for c in flows.cohorts if c.pool == 1] == [-30.0]
    assert flows.eop[:, 1].tolist() == [0, 0] + [1] * 10


def test_more_transfers_than_people_are_refused():
    pools = [toy_pool("a", heads=1, attrition=attrition(0.0)), toy_pool("b", heads=0)]
    with pytest.raises(DataError, match="only 1 are there"):
        run_flows(pools, calendar(), [], moves=[Move(month=0, source=0, target=1, heads=2)])


def test_a_reduction_counts_as_attrition_and_apart():
    flows = run_flows(
        [toy_pool(heads=9, attrition=attrition(0.0))],
        calendar(),
        [],
        exits=[Exit(month=4, pool=0, heads=3)],
    )
    assert flows.reductions[4, 0] == flows.attrition[4, 0] == 3
    assert flows.eop[-1, 0] == 6


@pytest.mark.parametrize("start", [-5.0, 0.0, 0.3, 1.75])
def test_ramp_shares_equal_a_fine_numerical_mean(start):
    ramp, edges = Ramp(weekly=(0.0, 0.25, 0.5, 0.5, 0.75, 0.9)), np.array([0.0, 0.6, 1.6, 2.6, 3.6])
    assert ramp_shares(ramp, start, edges) == pytest.approx(slow_ramp(ramp, start, edges), abs=2e-3)


def test_mentors_are_bound_for_the_length_of_the_ramp():
    edges = np.arange(5.0)
    shares = mentor_shares(Ramp(weekly=(0.0,) * 6), 8.0, 40.0, 0.0, edges)
    assert shares.sum() * 52 / 12 == pytest.approx(6 * 0.2)


def test_newcomers_count_by_ramp_and_cost_mentor_time():
    pool = toy_pool(heads=0, attrition=attrition(0.0))
    clock = calendar(4)
    flows = run_flows([pool], clock, [Join(month=1, pool=0, position=1.0, heads=10)])
    expected = 10 * slow_ramp(pool.ramp, 1.0, clock.edges)
    assert productive_heads((pool,), clock, flows)[:, 0] == pytest.approx(expected, abs=2e-2)


def test_a_move_that_is_not_firm_takes_whoever_is_there():
    pools = [toy_pool("a", heads=1, attrition=attrition(0.0)), toy_pool("b", heads=0)]
    flows = run_flows(
        pools, calendar(), [], moves=[Move(month=0, source=0, target=1, heads=2, firm=False)]
    )
    assert flows.transfers_out.sum() == flows.transfers_in.sum() == 1
    assert [move.heads for move in flows.moves] == [1]
