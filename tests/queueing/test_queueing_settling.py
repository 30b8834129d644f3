"""The steady state before a week: long enough, counted once, and no week charged for bad luck."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from capacity.domain import ExposureCap, Shrinkage, TimeGrid
from capacity.queueing import play, simulate, staff
from capacity.queueing.measuring import leaves_more
from capacity.queueing.player import play_weeks
from capacity.queueing.settling import (
    LONGEST,
    SteadyWeek,
    bottlenecks,
    error_of_mean,
    settle,
    weeks_to_settle,
)
from capacity.queueing.stage import set_stage
from capacity.queueing.stage_work import capacity_of
from capacity.scheduling import schedule
from tests.builders import ArrayPaths, three_shifts, toy_demand, toy_operation, toy_pool, toy_queue


def noisy_week(*, paths: int = 200, seed: int = 3) -> np.ndarray:
    """100 hours of work a day, the days' levels gamma with cv .2: a week's spread is 53 hours."""
    rng = np.random.default_rng(seed)
    return rng.gamma(25.0, 4.0, (1, paths, 7))


def alone(work: np.ndarray, per_day: float) -> SteadyWeek:
    return SteadyWeek(
        work=work,
        capacity=np.full((1, work.shape[2]), per_day),
        skills=np.ones((1, 1), bool),
        window_hours=np.array([24.0]),
        interval_hours=24.0,
    )


@pytest.mark.parametrize("per_day", [101.0, 103.0, 106.0])
def test_settled_work_is_that_of_weeks_played_one_by_one(per_day):
    work = noisy_week()
    settled = settle(alone(work, per_day))
    backlog = np.zeros(work.shape[1])
    for back in range(settled.weeks, 1, -1):
        for day in range(7):
            backlog = np.maximum(backlog + np.roll(work[0, :, day], back) - per_day, 0.0)
    assert settled.open_before.sum(axis=2)[0] == pytest.approx(backlog)


def test_a_tight_plan_takes_more_weeks_to_settle_and_a_hopeless_one_has_no_steady_state():
    work = noisy_week()
    weeks = [
        weeks_to_settle(work, np.full((1, 7), day)) for day in (80.0, 100.5, 103.0, 106.0, 140.0)
    ]
    assert weeks[0] == 1
    assert weeks[1] == LONGEST
    assert weeks[1] >= weeks[2] > weeks[3] > weeks[4] == 1


def test_a_queue_that_few_can_serve_is_a_bottleneck_of_its_own():
    pools, queues = bottlenecks(np.array([[True, True, False], [True, True, True]]))
    found = {(tuple(p), tuple(q)) for p, q in zip(pools.tolist(), queues.tolist(), strict=True)}
    assert found == {((False, True), (False, False, True)), ((True, True), (True, True, True))}


def test_open_work_is_told_by_the_bin_in_which_it_arrived():
    played = play_weeks(
        np.array([[[1.0, 2.0, 3.0]]]), np.full((1, 3), 0.5), np.ones((1, 1), bool),
        window_hours=np.array([2.0]), interval_hours=1.0, opening=((0, 1.0, 4.0),),
    )  # fmt: skip
    assert played.open_by_arrival(5)[0, 0].tolist() == [0.0, 2.5, 1.0, 2.0, 3.0]
    assert played.open_by_arrival(2)[0, 0].tolist() == [5.5, 3.0]
    again = play_weeks(
        np.zeros((1, 1, 2)), np.full((1, 2), 3.0), np.ones((1, 1), bool),
        window_hours=np.array([2.0]), interval_hours=1.0, open_before=played.open_by_arrival(4),
    )  # fmt: skip
    assert again.backlog[0, 0].tolist() == [8.5, 5.5, 2.5]


def test_paths_that_start_from_one_another_are_less_sure():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=400)
    smooth = sum(np.roll(noise, lag) for lag in range(6))
    assert error_of_mean(smooth, 6) > 1.6 * error_of_mean(smooth)
    assert error_of_mean(noise, 6) < 1.5 * error_of_mean(noise)


def test_only_the_mean_over_paths_tells_that_work_is_left_behind():
    rng = np.random.default_rng(0)
    assert not leaves_more(rng.normal(0.0, 100.0, 200))
    assert leaves_more(rng.normal(30.0, 100.0, 200))
    assert leaves_more(np.array([1.0]))


OPERATION = toy_operation(
    queues=(toy_queue(),),
    pools=(
        toy_pool(
            heads=60,
            hours_per_week=56.0,
            days_per_week=7,
            shifts=three_shifts(lunch=False),
            shrinkage=Shrinkage(),
        ),
    ),
    with_people=False,
    exposure=ExposureCap.off(),
    occupancy_cap=1.0,
    wellness_minutes_per_exposure_hour=0.0,
)


def noisy_demand(*, weeks: int, paths: int, seed: int):
    """60 cases an hour, days drawn with cv .3, so that bad weeks follow one another."""
    demand = toy_demand(OPERATION, weeks=weeks, paths=paths, level_cv=0.0)
    rng = np.random.default_rng(seed)
    level = np.repeat(rng.gamma(0.3**-2, 0.3**2, (paths, 7 * weeks)), 24, axis=1)
    counts = {"hash_match": rng.poisson(60.0 * level)}
    return replace(demand, source=ArrayPaths(fine_counts=counts, monthly_counts={}))


def six_and_seven(grid: TimeGrid) -> pd.DataFrame:
    """Seven people from 00 to 08 and six from 08 to 24: a tenth more than the work on average."""
    heads = np.where(grid.starts.hour < 8, 7, 6)
    return pd.DataFrame({"pool": "core", "start": grid.starts, "heads": heads})


def lasting_share(heads: Callable[[TimeGrid], pd.DataFrame]) -> float:
    """Mean weekly share on time over 8 x 30 weeks in a row, after 10 weeks."""
    years = noisy_demand(weeks=40, paths=8, seed=2)
    shares = play(years, OPERATION, heads=heads(years.grid)).weekly_share
    return float(shares.reshape(8, 40)[:, 10:].mean())


def test_the_promise_from_the_steady_state_is_what_many_weeks_in_a_row_keep():
    week = noisy_demand(weeks=2, paths=200, seed=1)
    heads = six_and_seven(week.grid)
    promise = play(week, OPERATION, heads=heads).promises[0]
    assert promise.share == pytest.approx(lasting_share(six_and_seven), abs=0.03)


def test_the_simulation_starts_from_the_same_open_work_as_the_player():
    week = noisy_demand(weeks=2, paths=12, seed=1)
    heads = six_and_seven(week.grid)
    played, simulated = (run(week, OPERATION, heads=heads) for run in (play, simulate))
    assert "of warm-up" in simulated.notes[0]
    assert simulated.promises[0].share == pytest.approx(played.promises[0].share, abs=0.03)


def test_a_plan_is_promised_what_it_keeps_week_after_week():
    demand = noisy_demand(weeks=2, paths=200, seed=1)
    plan = schedule(staff(demand, OPERATION), OPERATION, weeks=1, factors={"hash_match": 1.06})

    def planned(grid: TimeGrid) -> pd.DataFrame:
        heads = np.resize(plan.present(), grid.periods)
        return pd.DataFrame({"pool": "core", "start": grid.starts, "heads": heads})

    assert plan.promises[0].share == pytest.approx(lasting_share(planned), abs=0.05)


def test_people_who_work_over_the_start_of_the_week_are_counted_once():
    demand = toy_demand(OPERATION, per_hour=60.0, weeks=2, paths=10)
    plan = schedule(staff(demand, OPERATION), OPERATION, weeks=1)
    stage = set_stage(demand, OPERATION, shifts=plan)
    hours = capacity_of(stage).hours[:, 168:336].sum(axis=0)
    assert hours == pytest.approx(plan.present())
