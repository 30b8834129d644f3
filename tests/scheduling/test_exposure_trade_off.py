"""People exposed against exposure each."""

import pytest

from capacity.domain import ExposureCap
from capacity.errors import DataError
from capacity.queueing import staff
from capacity.scheduling import trade_exposure
from tests.builders import toy_demand, toy_operation, toy_pool, toy_queue


def curve(**fields):
    queues = (toy_queue("severe", severity=1.0), toy_queue("calm", severity=0.0))
    pool = toy_pool(heads=20, skills=("severe", "calm"))
    operation = toy_operation(queues=queues, pools=(pool,), with_people=False, **fields)
    staffing = staff(toy_demand(operation, per_hour=10.0, paths=8, level_cv=0), operation)
    return trade_exposure(staffing, operation, hours_per_day=(2.0, 4.0, 6.0)), staffing


def test_a_longer_cap_exposes_fewer_people_more():
    found, _ = curve()
    frame = found.frame
    assert frame["people_exposed"].is_monotonic_decreasing
    assert frame["exposure_hours_each"].is_monotonic_increasing
    assert frame["heads"].is_monotonic_decreasing
    assert "today's cap" in found.summary()


def test_people_times_exposure_each_is_all_the_severe_work():
    found, staffing = curve()
    work = staffing.work("severe", periods=168).mean(axis=0).sum()
    product = found.frame["people_exposed"] * found.frame["exposure_hours_each"]
    assert product.to_numpy() == pytest.approx(work, rel=1e-6)
    assert found.frame["uncovered_hours"].max() < 1e-6


def test_nobody_sees_more_than_the_cap_of_the_week():
    found, _ = curve(exposure=ExposureCap(hours_per_day=4.0, hours_per_week=12.0))
    assert (found.frame["hours_per_week"] == 3 * found.frame["hours_per_day"]).all()
    assert (found.frame["exposure_hours_each"] <= found.frame["hours_per_week"] + 1e-6).all()


@pytest.mark.parametrize("hours", [(), (0.0, 2.0), (25.0,)])
def test_nonsense_caps_are_refused(hours):
    operation = toy_operation()
    staffing = staff(toy_demand(operation, paths=2), operation)
    with pytest.raises(DataError, match="hours_per_day"):
        trade_exposure(staffing, operation, hours_per_day=hours)
