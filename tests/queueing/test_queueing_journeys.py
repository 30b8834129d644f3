"""Journeys, clocks from detection, batches and single speeds: what each does to a promise."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from capacity.domain import (
    Activity,
    ClockFrom,
    Escalation,
    ExposureCap,
    HandlingTime,
    MeasuredAt,
    Person,
    Queue,
    Roster,
    Target,
)
from capacity.errors import DataError
from capacity.queueing import simulate, staff
from capacity.queueing.cases import draw_arrivals, draw_jobs
from capacity.queueing.examples import poisson_demand, two_queue_operation

HOUR = Target(share=0.9, within_hours=4.0)


def operation_of(*, normal=(HOUR,), urgent=(HOUR,), share=0.2, **fields):
    """`normal` escalates a share of its cases to `urgent`; nothing else holds anybody up."""
    queues = (
        Queue(
            name="urgent", priority=1, zone="UTC", targets=urgent,
            handling=HandlingTime(mean_minutes=20, cv=0.5),
        ),
        Queue(
            name="normal", priority=2, zone="UTC", targets=normal,
            handling=HandlingTime(mean_minutes=6, cv=1.0),
            escalates_to=Escalation(to="urgent", share=share), **fields,
        ),
    )  # fmt: skip
    return replace(
        two_queue_operation(), queues=queues, occupancy_cap=1.0, exposure=ExposureCap.off(),
        wellness_minutes_per_exposure_hour=0.0,
    )  # fmt: skip


def played(operation, *, heads=6, per_hour=20.0, paths=3, minutes=60):
    demand = poisson_demand(
        operation, per_hour={"normal": per_hour}, weeks=1, paths=paths, minutes=minutes
    )
    table = pd.DataFrame({"pool": "core", "start": demand.grid.starts, "heads": heads})
    return simulate(demand, operation, heads=table)


def test_a_journey_is_on_time_when_its_last_review_is():
    """With ample people a journey of two reviews takes the sum of their handling times."""
    soon = Target(share=0.5, within_hours=0.25)
    over = replace(soon, journey=True)
    result = played(operation_of(normal=(soon, over), share=0.5), heads=30)
    own, whole = (promise.share for promise in result.promises[1:])
    # half the cases end in the first queue; few of the others take under 15 minutes in all
    rng = np.random.default_rng(0)
    first = rng.lognormal(np.log(0.1) - np.log(2) / 2, np.sqrt(np.log(2)), 200_000)
    second = rng.lognormal(np.log(1 / 3) - np.log(1.25) / 2, np.sqrt(np.log(1.25)), 200_000)
    assert_allclose(own, (first <= 0.25).mean(), atol=0.01)
    both = 0.5 * (first <= 0.25).mean() + 0.5 * (first + second <= 0.25).mean()
    assert_allclose(whole, both, atol=0.01)


def test_a_journey_counts_only_cases_that_begin_in_its_queue():
    operation = operation_of(urgent=(HOUR, replace(HOUR, journey=True)))
    demand = poisson_demand(operation, per_hour={"normal": 20.0}, weeks=1, paths=2)
    table = pd.DataFrame({"pool": "core", "start": demand.grid.starts, "heads": 6})
    result = simulate(demand, operation, heads=table)
    visits, journeys = result.weekly_share[:, 0], result.weekly_share[:, 1]
    assert np.isfinite(visits).all()
    assert np.isnan(journeys).all()


def test_chains_of_reviews_end_where_nothing_follows():
    operation = operation_of(double_review_share=0.5, share=0.4)
    counts = np.array([np.zeros(24, int), np.full(24, 30)])
    arrivals = draw_arrivals(counts, operation, interval_hours=1.0, seed=1, path=0)
    jobs, visits = draw_jobs(arrivals, operation, seed=1, path=0)
    for first, report in zip(visits.first, visits.report, strict=True):
        here = first
        while jobs.follow[here] >= 0:
            here = jobs.follow[here]
        assert here == report


def test_staffing_leaves_time_for_the_rest_of_a_journey():
    journey = Target(share=0.9, within_hours=4.0, journey=True)
    operation = operation_of(normal=(journey,), urgent=(Target(share=0.9, within_hours=8.0),))
    demand = poisson_demand(operation, per_hour={"normal": 20.0})
    plans = {plan.queue: plan for plan in staff(demand, operation).plans}
    assert plans["urgent"].window_hours == 4.0
    late = np.quantile(np.random.default_rng(0).lognormal(
        np.log(1 / 3) - np.log(1.25) / 2, np.sqrt(np.log(1.25)), 400_000), 0.95)  # fmt: skip
    assert_allclose(plans["normal"].window_hours, 4.0 - late, atol=0.01)
    assert "journey" in plans["normal"].reason


def test_a_journey_shorter_than_its_handling_is_refused():
    operation = operation_of(normal=(Target(share=0.5, within_hours=0.7, journey=True),))
    demand = poisson_demand(operation, per_hour={"normal": 20.0})
    with pytest.raises(DataError, match=r"queue normal: the journey normal -> urgent takes"):
        staff(demand, operation)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"measured_at": MeasuredAt.STARTED}, "a journey ends with a report"),
        ({"clock_from": ClockFrom.KNOWLEDGE}, "a journey starts with the case"),
    ],
)
def test_journeys_run_from_the_case_to_the_report(fields, message):
    with pytest.raises(DataError, match=message):
        Target(share=0.9, within_hours=4, journey=True, **fields)


def test_time_lost_before_arrival_shortens_a_target_from_detection():
    detected = Target(share=0.9, within_hours=3.0, clock_from=ClockFrom.DETECTION)
    arrived = Target(share=0.9, within_hours=0.5)
    operation = operation_of(normal=(detected, arrived), detection_lag_hours=2.5, share=0.0)
    result = played(operation, heads=3)
    assert result.promises[1].share == result.promises[2].share
    demand = poisson_demand(operation, per_hour={"normal": 20.0})
    assert staff(demand, operation).plan_of("normal").window_hours == 0.5


def test_a_target_that_is_over_before_the_case_arrives_is_refused():
    detected = Target(share=0.9, within_hours=2.0, clock_from=ClockFrom.DETECTION)
    with pytest.raises(DataError, match=r"queue normal: a target of 2 h from detection is over"):
        operation_of(normal=(detected,), detection_lag_hours=2.5)


def test_batches_arrive_at_one_moment_and_change_no_count():
    counts = np.array([np.zeros(500, int), np.full(500, 40)])
    alone, together = (
        draw_arrivals(counts, operation_of(batch_mean=mean), interval_hours=1.0, seed=0, path=0)
        for mean in (1.0, 10.0)
    )
    assert len(alone.release) == len(together.release) == 20_000
    assert len(np.unique(alone.release)) == 20_000
    # the first case of a bin begins a batch, each other one with probability 1 / 10
    assert_allclose(len(np.unique(together.release)), 500 * (1 + 39 / 10), rtol=0.05)
    hours = np.bincount(together.release.astype(int), minlength=500)
    assert set(hours.tolist()) == {40}


def test_batches_wait_longer():
    soon = (Target(share=0.5, within_hours=0.2, measured_at=MeasuredAt.STARTED),)
    alone, together = (
        played(operation_of(normal=soon, batch_mean=mean, share=0.0), heads=3).promises[1].share
        for mean in (1.0, 8.0)
    )
    assert together < alone - 0.05


@pytest.mark.parametrize("fields", [{"batch_mean": 0.5}, {"detection_lag_hours": -1.0}])
def test_impossible_batches_and_lags_are_refused(fields):
    with pytest.raises(DataError, match=next(iter(fields))):
        operation_of(**fields)


def roster_of(demand, people):
    rows = [
        {
            "person": person, "pool": "core", "shift": "s0", "date": str(day.date()),
            "start": day, "end": day + pd.Timedelta(hours=24), "activity": Activity.WORK.value,
            "queue": "",
        }
        for day in pd.date_range(demand.grid.start, periods=7)
        for person in people
    ]  # fmt: skip
    return Roster(grid=demand.grid, frame=pd.DataFrame(rows))


def hours_worked(speed, **fields):
    """Exposure hours touched when one person of this speed does all the work."""
    operation = operation_of(share=0.0)
    person = Person(id="r1", pool="core", speed=speed, **fields)
    pool = replace(operation.pools[0], heads=1)
    operation = replace(operation, people=(person,), pools=(pool,))
    demand = poisson_demand(operation, per_hour={"normal": 3.0}, weeks=1, paths=2)
    result = simulate(demand, operation, roster=roster_of(demand, ["r1"]))
    return dict(result.exposure_hours)["core"], result.promises[1].share


def test_a_faster_person_takes_less_time_for_the_same_cases():
    (usual, _), (fast, share) = hours_worked(1.0), hours_worked(2.0)
    assert_allclose(fast, usual / 2, rtol=1e-3)
    assert share > 0.99


def test_a_new_person_works_at_the_pace_of_the_ramp():
    """One month of tenure is week four of the default ramp: half the pace."""
    (usual, _), (new, _) = hours_worked(1.0), hours_worked(1.0, tenure_months=1)
    assert_allclose(new, 2 * usual, rtol=0.01)
    assert hours_worked(1.0, tenure_months=0) == (0.0, 0.0)


def test_speeds_outside_reason_are_refused():
    with pytest.raises(DataError, match=r"person r1: speed must be in \[0.1, 10\]"):
        Person(id="r1", pool="core", speed=0.0)
