import numpy as np
import pytest

from capacity.domain import Effort, ExposureCap, HandlingTime, ShiftTemplate, Shrinkage
from capacity.errors import DataError
from capacity.queueing import staff
from capacity.scheduling import staffing_curve
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


def test_work_without_a_shift_is_said_in_the_notes():
    day = ShiftTemplate(name="day", start_minute=480, length_minutes=480)
    operation = toy_operation(queues=(toy_queue(within_hours=3),), pools=(toy_pool(shifts=(day,)),))
    curve, _ = curve_of(operation)
    assert any("cannot be done on time by any number" in note for note in curve.notes)
    assert np.isfinite(curve.heads).all()


def test_levels_must_be_positive():
    with pytest.raises(DataError, match="levels must be positive"):
        curve_of(two_queues(), levels=(0.0, 1.0))
