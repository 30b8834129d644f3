"""Each loss is taken once: one queue is followed from cases to employed heads.

A deferrable queue without shape limits needs work / (hours that a head can work in a week) heads.
Every factor of that denominator is switched on alone and must move the answer by exactly itself,
in the stage where it belongs and in no other.
"""

from dataclasses import replace

import numpy as np
import pytest

from capacity.domain import Break, Effort, ExposureCap, Operation, Shrinkage, StaffingCurve
from capacity.headcount import plan_headcount
from capacity.queueing import staff
from capacity.scheduling import staffing_curve
from tests.builders import three_shifts, toy_demand, toy_operation, toy_pool, toy_queue

CONTRACT_HOURS = 40.0


def bare_operation(*, severity: float = 0.0) -> Operation:
    """No break, no meeting, no leave, occupancy 1, no cap: a head works all its 40 hours."""
    pool = toy_pool(
        shifts=three_shifts(lunch=False),
        shrinkage=Shrinkage(),
        heads=40,
    )
    queue = toy_queue(within_hours=72, severity=severity, double_review_share=0.25)
    return toy_operation(
        queues=(queue,),
        pools=(pool,),
        with_people=False,
        occupancy_cap=1.0,
        exposure=ExposureCap.off(),
        wellness_minutes_per_exposure_hour=0.0,
    )


def with_pool(operation: Operation, **fields: object) -> Operation:
    return replace(operation, pools=(replace(operation.pools[0], **fields),))


def heads_present(operation: Operation) -> tuple[float, float, StaffingCurve]:
    """Heads at the mean week, the work of that week in hours, and the curve."""
    demand = toy_demand(operation, per_hour=60.0, level_cv=0.0, paths=8, months=3)
    staffing = staff(demand, operation)
    curve = staffing_curve(staffing, operation, effort=Effort.QUICK)
    week = int(np.argsort(curve.points.sum(axis=1))[1])
    return float(curve.heads[week]), float(curve.points[week].sum()), curve


@pytest.fixture(scope="module")
def bare() -> tuple[float, float, StaffingCurve]:
    return heads_present(bare_operation())


def test_a_head_without_losses_works_its_contract(bare):
    heads, work, _ = bare
    assert heads * CONTRACT_HOURS == pytest.approx(work, rel=1e-6)


def test_work_is_volume_times_handling_times_reviews(bare):
    _, work, _ = bare
    assert work == pytest.approx(60 * 168 * 0.1 * 1.25, rel=0.02)


LUNCH = Break(minutes=48, earliest_minute=180, latest_minute=300)
LOSSES = {
    "occupancy": (lambda o: replace(o, occupancy_cap=0.8), 1 / 0.8),
    "meetings": (
        lambda o: with_pool(o, shrinkage=Shrinkage.of(in_shift={"meetings": "0.1"})),
        1 / 0.9,
    ),
    "leave": (
        lambda o: with_pool(o, shrinkage=Shrinkage.of(out_of_office={"leave": "0.2"})),
        1.0,
    ),
    "automation": (
        lambda o: replace(o, queues=(replace(o.queues[0], automation_share=0.5),)),
        0.5,
    ),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_each_loss_moves_heads_present_by_itself_alone(bare, loss):
    change, factor = LOSSES[loss]
    heads, _, _ = heads_present(change(bare_operation()))
    assert heads == pytest.approx(bare[0] * factor, rel=2e-3)


def test_a_break_costs_its_minutes_once(bare):
    shifts = tuple(replace(shift, breaks=(replace(LUNCH, paid=True),)) for shift in three_shifts())
    heads, _, _ = heads_present(with_pool(bare_operation(), shifts=shifts))
    assert heads == pytest.approx(bare[0] * 480 / 432, rel=2e-3)


def test_wellness_costs_its_minutes_once(bare):
    operation = replace(bare_operation(severity=1.0), wellness_minutes_per_exposure_hour=10.0)
    heads, _, _ = heads_present(operation)
    assert heads == pytest.approx(bare[0] * 70 / 60, rel=2e-3)


def test_wellness_that_serves_as_the_exposure_break_is_not_added_to_it(bare):
    cap = replace(ExposureCap.off(), minutes_in_row=50, break_minutes=10)
    operation = replace(
        bare_operation(severity=1.0), exposure=cap, wellness_minutes_per_exposure_hour=10.0
    )
    heads, _, _ = heads_present(operation)
    assert heads <= bare[0] * 1.2 * 1.002
    apart, _, _ = heads_present(replace(operation, wellness_is_break=False))
    assert apart > heads * 1.1


def required(operation: Operation, curve: StaffingCurve) -> np.ndarray:
    demand = toy_demand(operation, per_hour=60.0, level_cv=0.0, paths=8, months=3)
    plan = plan_headcount(curve, staff(demand, operation), operation)
    return np.median(plan.required_paths[:, :, -1], axis=0)


def test_leave_is_taken_in_headcount_and_nothing_else_is(bare):
    curve = bare[2]
    plain = required(bare_operation(), curve)
    away = with_pool(bare_operation(), shrinkage=Shrinkage.of(out_of_office={"leave": "0.2"}))
    np.testing.assert_allclose(required(away, curve), plain / 0.8, rtol=1e-6)
    talk = with_pool(bare_operation(), shrinkage=Shrinkage.of(in_shift={"meetings": "0.1"}))
    np.testing.assert_allclose(required(talk, curve), plain, rtol=1e-6)
    busy = replace(bare_operation(), occupancy_cap=0.5)
    np.testing.assert_allclose(required(busy, curve), plain, rtol=1e-6)
