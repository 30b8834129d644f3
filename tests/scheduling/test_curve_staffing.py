import numpy as np
import pytest

from capacity.domain import (
    Effort,
    ExposureCap,
    HandlingTime,
    MeasuredAt,
    ShiftTemplate,
    Shrinkage,
    Target,
)
from capacity.errors import DataError
from capacity.queueing import staff
from capacity.scheduling import staffing_curve
from capacity.scheduling.curves import representative_week, scale_week
from capacity.scheduling.weekly.sizing import size_week
from tests.builders import toy_demand, toy_operation, toy_pool, toy_queue


def curve_of(operation, *, effort=Effort.QUICK, per_hour=10.0, **fields):
    staffing = staff(toy_demand(operation, per_hour=per_hour, weeks=2, paths=10), operation)
    return staffing_curve(staffing, operation, effort=effort, **fields), staffing


def two_queues(**fields):
    queues = (toy_queue("a"), toy_queue("b", within_hours=8))
    pools = (
        toy_pool("both", heads=10, skills=("a", "b")),
        toy_pool("one", heads=10, skills=("a",)),
    )
    return toy_operation(queues=queues, pools=pools, **fields)


def test_the_curve_touches_every_solved_point():
    curve, _ = curve_of(two_queues(), effort=Effort.FULL)
    assert np.allclose(curve.total(curve.points), curve.heads, rtol=2e-3)


def test_heads_grow_with_work_and_are_convex():
    curve, _ = curve_of(two_queues(), effort=Effort.FULL)
    rng = np.random.default_rng(0)
    low, high = rng.uniform(5, 300, (50, 2)), rng.uniform(5, 300, (50, 2))
    assert (curve.total(np.maximum(low, high)) >= curve.total(low) - 1e-9).all()
    middle = curve.total((low + high) / 2)
    assert (middle <= (curve.total(low) + curve.total(high)) / 2 + 1e-9).all()


def test_pools_add_up_to_the_total():
    curve, _ = curve_of(two_queues())
    work = np.array([[50.0, 20.0], [120.0, 80.0]])
    assert curve.by_pool(work).sum(axis=-1) == pytest.approx(curve.total(work))


def test_the_daily_cap_binds_and_sets_the_heads():
    """Severe work under a 4 h cap less one slice: heads = work / (5 days x 3.83 h)."""
    operation = toy_operation(exposure=ExposureCap(hours_per_day=4.0, hours_per_week=None))
    curve, staffing = curve_of(operation)
    work = staffing.work("hash_match", periods=168).mean(axis=0).sum()
    assert curve.binding[0] == "daily exposure cap"
    assert curve.total(np.array([work])) == pytest.approx(work / (5 * (4 - 10 / 60)), rel=0.02)


def test_without_exposure_occupancy_and_meetings_set_the_heads():
    queue = toy_queue(severity=0.0, within_hours=72, handling=HandlingTime(mean_minutes=6, cv=0))
    pool = toy_pool(shrinkage=Shrinkage.of(in_shift={"meetings": "0.05"}))
    curve, staffing = curve_of(toy_operation(queues=(queue,), pools=(pool,)))
    work = staffing.work("hash_match", periods=168).mean(axis=0).sum()
    assert curve.binding == ("occupancy cap",)
    # 40 h a week in shifts of 7.5 paid hours: 5 days bind before the contract
    assert curve.total(np.array([work])) == pytest.approx(work / 0.85 / 0.95 / 37.5, rel=0.02)


def test_planes_carry_over_to_other_mixes():
    operation = two_queues()
    curve, _ = curve_of(operation, effort=Effort.FULL)
    mixed, _ = curve_of(operation, effort=Effort.FULL, per_hour={"a": 14.0, "b": 7.0})
    predicted = curve.total(mixed.points)
    assert predicted == pytest.approx(mixed.heads, rel=0.05)
    assert (predicted <= mixed.heads * 1.001).all() or np.allclose(
        predicted, mixed.heads, rtol=0.02
    )


def nested_pools():
    """One pool does all, one only the work that is not severe: two regimes of the mix."""
    queues = (toy_queue("severe", within_hours=20), toy_queue("plain", severity=0.0))
    pools = (
        toy_pool("all", heads=10, skills=("severe", "plain")),
        toy_pool("few", heads=10, skills=("plain",)),
    )
    return toy_operation(queues=queues, pools=pools)


def test_weeks_that_the_curve_was_not_built_from_are_within_two_percent():
    operation = nested_pools()
    curve, staffing = curve_of(operation, per_hour={"severe": 20.0, "plain": 20.0})
    base = representative_week(staffing, operation)
    rng = np.random.default_rng(5)
    for _ in range(8):
        factors = rng.uniform(0.8, 1.3) * np.exp(rng.normal(0, 0.4, 2))
        week = scale_week(base, staffing, factors)
        direct = size_week(week)
        assert curve.total(week.profile.work.sum(axis=1)) == pytest.approx(direct.total, rel=0.02)


def test_a_pool_that_alone_does_a_queue_grows_with_it():
    curve, _ = curve_of(nested_pools(), per_hour={"severe": 20.0, "plain": 20.0})
    mean = curve.points[0]
    more = mean * np.array([1.5, 1.0])
    heads, usual = curve.by_pool(more), curve.by_pool(mean)
    assert heads[0] / heads.sum() > usual[0] / usual.sum() + 0.02
    assert heads.sum() == pytest.approx(float(curve.total(more)))


def test_floors_grow_with_their_load_along_the_curve():
    """Answers in minutes: the curve between its levels keeps to the direct solve."""
    soon = (Target(share=0.8, within_hours=0.2, measured_at=MeasuredAt.STARTED),)
    queue = toy_queue(severity=0.0, targets=soon)
    operation = toy_operation(queues=(queue,))
    curve, staffing = curve_of(operation, per_hour=40.0)
    base = representative_week(staffing, operation)
    assert base.profile.floors.any()
    for factor in (0.85, 1.2, 1.4):
        week = scale_week(base, staffing, np.array([factor]))
        direct = size_week(week).total
        assert curve.total(week.profile.work.sum(axis=1)) == pytest.approx(direct, abs=1.0)


def test_work_without_a_shift_is_said_in_the_notes():
    day = ShiftTemplate(name="day", start_minute=480, length_minutes=480)
    operation = toy_operation(queues=(toy_queue(within_hours=3),), pools=(toy_pool(shifts=(day,)),))
    curve, _ = curve_of(operation)
    assert any("late with any number of heads" in note for note in curve.notes)
    assert np.isfinite(curve.heads).all()


def test_levels_must_be_positive():
    with pytest.raises(DataError, match="levels must be positive"):
        curve_of(two_queues(), levels=(0.0, 1.0))


def test_no_work_needs_nobody():
    operation = toy_operation(queues=(toy_queue(automation_share=1.0),))
    curve, _ = curve_of(operation)
    assert curve.by_pool(np.zeros((2, 1))).tolist() == [[0.0], [0.0]]
