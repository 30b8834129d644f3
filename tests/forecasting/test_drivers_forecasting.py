from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from capacity.domain import Escalation
from capacity.domain.grid import TimeGrid
from capacity.domain.volume import SeriesLabel, Volume
from capacity.errors import DataError
from capacity.forecasting import DriverHistory, DriverKind, forecast, forecast_drivers, revise
from capacity.queueing import play, simulate, staff
from tests.builders import toy_operation, toy_pool, toy_queue

LAST = date(2025, 5, 25)
MINUTES, AUTOMATED = DriverKind.HANDLING_MINUTES, DriverKind.AUTOMATION_SHARE
ESCALATED = DriverKind.ESCALATION_SHARE


def make_volume(queues=("a",), **fields):
    grid = TimeGrid(start=pd.Timestamp("2025-01-06", tz="UTC"), minutes=60, periods=140 * 24)
    counts = np.random.default_rng(0).poisson(10.0, (len(queues), grid.periods)).astype(float)
    labels = tuple(SeriesLabel(queue=name) for name in queues)
    return Volume(grid=grid, labels=labels, counts=counts, as_of=grid.end, **fields)


@pytest.fixture(scope="module")
def demand():
    return forecast(make_volume(), weeks=2, months=3, paths=60, seed=2)


@pytest.fixture(scope="module")
def operation():
    queues = (
        toy_queue("a", automation_share=0.5, escalates_to=Escalation(to="b", share=0.2)),
        toy_queue("b"),
    )
    pool = toy_pool(skills=("a", "b"))
    return toy_operation(queues=queues, pools=(pool,), with_people=False)


def history(kind, values, queue="a"):
    return DriverHistory(queue=queue, kind=kind, last_day=LAST, values=np.asarray(values))


def noisy(mean, sd, days=140):
    return mean + np.random.default_rng(1).normal(0, sd, days)


def test_drivers_stay_in_their_range_and_near_their_level(demand):
    drivers = forecast_drivers(
        [
            history(MINUTES, noisy(6.0, 0.3)),
            history(AUTOMATED, np.clip(noisy(0.9, 0.05), 0, 1)),
        ],
        demand,
    ).drivers
    minutes, share = drivers.paths("a", MINUTES), drivers.paths("a", AUTOMATED)
    assert minutes.shape == share.shape == (60, 336)
    assert (minutes > 0).all()
    assert ((share >= 0) & (share <= 1)).all()
    assert minutes.mean() == pytest.approx(6.0, rel=0.05)
    assert share.mean() == pytest.approx(0.9, abs=0.05)


def test_drivers_in_the_volume_are_forecast_with_it():
    given = (history(MINUTES, noisy(6.0, 0.3)),)
    demand = forecast(make_volume(drivers=given), weeks=1, months=1, paths=20)
    assert demand.drivers.has("a", MINUTES)
    assert any("a: handling time follows its own forecast" in note for note in demand.notes)


def test_steady_drivers_leave_the_work_as_the_operation_says(demand, operation):
    steady = [history(MINUTES, np.full(140, 3.0)), history(ESCALATED, np.full(140, 0.3))]
    with_drivers = forecast_drivers([*steady, history(AUTOMATED, np.full(140, 0.8))], demand)
    for queue in ("a", "b"):
        plain, driven = staff(demand, operation), staff(with_drivers, operation)
        np.testing.assert_allclose(driven.work(queue), plain.work(queue), rtol=2e-2)
        np.testing.assert_allclose(driven.monthly_work(queue), plain.monthly_work(queue), rtol=2e-2)


def test_work_over_cases_is_the_handling_time_of_the_path(demand, operation):
    driven = forecast_drivers([history(MINUTES, noisy(6.0, 0.6))], demand)
    work = staff(driven, operation).work("a")
    cases = 0.5 * demand.paths("a")
    factor = driven.drivers.factors("a", MINUTES, 0, 60, 336)
    np.testing.assert_allclose(work, cases * 0.1 * factor, rtol=1e-9)
    assert factor.std() > 0.01


def test_months_of_driven_work_are_sums_of_its_intervals(demand, operation):
    driven = forecast_drivers(
        [history(MINUTES, noisy(6.0, 0.6)), history(AUTOMATED, noisy(0.5, 0.05))], demand
    )
    staffing = staff(driven, operation)
    month = demand.months.index_of(demand.grid)
    fine = staffing.work("a")[:, month == 0].sum(axis=1)
    np.testing.assert_allclose(staffing.monthly_work("a")[:, 0], fine, rtol=1e-9)
    ratio = staffing.monthly_work("a") / demand.monthly("a")
    assert ratio.mean(axis=0) == pytest.approx([0.05] * 3, rel=0.1)


def test_more_automation_lowers_the_work_of_the_queue_and_of_what_it_feeds(demand, operation):
    rising = history(AUTOMATED, np.r_[np.full(84, 0.5), np.linspace(0.5, 0.8, 56)])
    driven = staff(forecast_drivers([rising], demand), operation)
    plain = staff(demand, operation)
    for queue in ("a", "b"):
        ratio = driven.work(queue).sum() / plain.work(queue).sum()
        assert ratio == pytest.approx(0.2 / 0.35, rel=0.2)


def test_escalations_that_double_double_the_work_they_cause(demand, operation):
    doubled = history(ESCALATED, np.r_[np.full(112, 0.1), np.full(28, 0.2)])
    driven = staff(forecast_drivers([doubled], demand), operation)
    plain = staff(demand, operation)
    assert driven.work("a").sum() == pytest.approx(plain.work("a").sum())
    ratio = driven.work("b").sum() / plain.work("b").sum()
    assert ratio == pytest.approx(0.2 / 0.15, rel=0.1)


def test_a_change_of_the_operation_still_changes_driven_work(demand, operation):
    driven = forecast_drivers([history(MINUTES, noisy(6.0, 0.6))], demand)
    first, *others = operation.queues
    slower = replace(first, handling=replace(first.handling, mean_minutes=12.0))
    twice = staff(driven, replace(operation, queues=(slower, *others)))
    once = staff(driven, operation)
    np.testing.assert_allclose(twice.work("a"), 2 * once.work("a"), rtol=1e-9)


def test_both_players_feel_the_drivers(demand, operation):
    slow = forecast_drivers(
        [history(MINUTES, np.r_[np.full(84, 3.0), np.linspace(3.0, 9.0, 56)])], demand
    )
    heads = pd.DataFrame({"pool": "core", "start": demand.grid.starts, "heads": 1})
    for player in (simulate, play):
        before = player(demand, operation, heads=heads, paths=3)
        after = player(slow, operation, heads=heads, paths=3)
        assert after.promises[0].backlog_end > before.promises[0].backlog_end


def test_a_revision_keeps_the_drivers_on_its_grid(demand):
    driven = forecast_drivers([history(MINUTES, noisy(6.0, 0.6))], demand)
    volume = make_volume()
    news = TimeGrid(start=volume.grid.start, minutes=60, periods=volume.grid.periods + 24)
    counts = np.concatenate([volume.counts, np.full((1, 24), 10.0)], axis=1)
    revised = revise(driven, replace(volume, grid=news, counts=counts, as_of=news.end))
    later = revised.drivers.factors("a", MINUTES, 0, 60, 24)
    np.testing.assert_array_equal(later, driven.drivers.factors("a", MINUTES, 0, 60, 48)[:, 24:])


def test_impossible_drivers_are_refused_together(demand):
    wrong = [
        history(AUTOMATED, [0.2, 30.0]),
        history(MINUTES, [0.0, 2.0]),
        history(ESCALATED, [0.1], queue="b"),
    ]
    with pytest.raises(
        DataError, match=r"(?s)3 faults.*30 is outside.*not positive.*not in the demand"
    ):
        forecast_drivers(wrong, demand)


def test_a_share_of_nothing_is_refused(demand):
    with pytest.raises(DataError, match="no case was reviewed by people in the last 56 days"):
        forecast_drivers([history(AUTOMATED, np.ones(140))], demand)
