"""Smooth days at a price, and a plan that the clock cuts short."""

import numpy as np
import pytest

from capacity.domain import Effort
from capacity.errors import DataError
from capacity.queueing import staff
from capacity.scheduling import schedule
from tests.builders import toy_demand, toy_operation, toy_pool


def toy():
    operation = toy_operation(pools=(toy_pool(heads=24),))
    return staff(toy_demand(operation, per_hour=9.0, weeks=3, paths=12), operation), operation


def swings(plan):
    daily = plan.shifts[plan.shifts["start"] >= plan.grid.start].groupby("date")["heads"].sum()
    return float(np.abs(np.diff(daily.to_numpy()[:7])).sum())


def test_a_price_on_swings_makes_days_more_alike():
    staffing, operation = toy()
    plans = [
        schedule(staffing, operation, effort=Effort.QUICK, weeks=1, swing_price=price)
        for price in (0.0, 200.0)
    ]
    assert swings(plans[1]) <= min(swings(plans[0]), 7)
    assert not plans[1].is_partial


def test_without_time_the_plan_is_whole_all_the_same_and_says_so():
    staffing, operation = toy()
    plan = schedule(staffing, operation, weeks=1, wall_seconds=0.0)
    assert any("stopped by the clock" in note for note in plan.notes)
    assert (plan.shifts["heads"] > 0).all()
    assert plan.bound <= plan.objective


@pytest.mark.parametrize("field", ["swing_price", "wall_seconds"])
def test_negative_prices_and_times_are_refused(field):
    staffing, operation = toy()
    with pytest.raises(DataError, match=field):
        schedule(staffing, operation, **{field: -1.0})
