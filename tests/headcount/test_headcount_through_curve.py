"""The whole way from demand to employed heads: the cap, not the shift, is the capacity."""

from __future__ import annotations

from dataclasses import replace

import pytest

from capacity.domain import Effort, ExposureCap, OpeningHours, Shrinkage
from capacity.headcount import plan_headcount
from capacity.queueing import staff
from capacity.scheduling import staffing_curve
from tests.builders import three_shifts, toy_demand, toy_operation, toy_pool, toy_queue

FOUR_HOURS = ExposureCap(
    hours_per_day=4.0,
    hours_per_week=None,
    minutes_in_row=None,
    break_minutes=0,
    max_consecutive_days=None,
)


def mean_heads(cap: ExposureCap, shrinkage: Shrinkage, *, hours_per_week: float = 40.0) -> float:
    """Employed heads of the second month, mean over paths, before rounding."""
    opening = OpeningHours(zone="UTC", weekdays=(0, 1, 2, 3, 4))
    pool = toy_pool(
        shifts=three_shifts(lunch=False)[:1],
        shrinkage=shrinkage,
        heads=400,
        hours_per_week=hours_per_week,
    )
    operation = toy_operation(
        queues=(toy_queue(within_hours=96, opening=opening),),
        pools=(pool,),
        with_people=False,
        occupancy_cap=1.0,
        exposure=cap,
        wellness_minutes_per_exposure_hour=0.0,
    )
    demand = toy_demand(operation, per_hour=400.0, level_cv=0.0, paths=8, months=3)
    staffing = staff(demand, operation)
    curve = staffing_curve(staffing, operation, effort=Effort.QUICK)
    plan = plan_headcount(curve, staffing, operation, hiring=False)
    return float(plan.required_paths[:, 1, 0].mean())


def test_a_four_hour_cap_and_leave_need_two_and_a_third_times_the_heads():
    leave = Shrinkage.of(out_of_office={"leave": "37/260"})
    capped = mean_heads(FOUR_HOURS, leave)
    paid = mean_heads(ExposureCap.off(), Shrinkage())
    assert capped / paid == pytest.approx(2080 / (223 * 4), rel=0.01)
    assert capped / paid == pytest.approx(2.33, rel=0.01)


def test_the_leave_alone_is_its_availability():
    paid = mean_heads(ExposureCap.off(), Shrinkage())
    away = mean_heads(ExposureCap.off(), Shrinkage.of(out_of_office={"leave": "37/260"}))
    assert away / paid == pytest.approx(260 / 223, rel=1e-9)


def test_the_cap_alone_halves_what_a_head_can_do():
    free = mean_heads(ExposureCap.off(), Shrinkage())
    capped = mean_heads(FOUR_HOURS, Shrinkage())
    assert capped / free == pytest.approx(2.0, rel=0.01)
    assert mean_heads(replace(FOUR_HOURS, hours_per_day=8.0), Shrinkage()) == pytest.approx(
        free, rel=0.01
    )


def test_half_time_needs_twice_the_heads_for_the_same_hours():
    full = mean_heads(ExposureCap.off(), Shrinkage())
    half = mean_heads(ExposureCap.off(), Shrinkage(), hours_per_week=20.0)
    assert half / full == pytest.approx(2.0, rel=1e-3)
