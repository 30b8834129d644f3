"""Wall clock, gaps and zeros, each by its name."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from capacity.domain.grid import TimeGrid
from capacity.domain.volume import SeriesLabel, Volume
from capacity.forecasting import forecast
from capacity.forecasting.day_shape import daily_totals, learn_shape
from capacity.forecasting.local_days import read_clock

ZONE = "America/New_York"
SPRING, AUTUMN = "2025-03-09", "2025-11-02"


def hourly(start, weeks, *, rate=40.0, zone=ZONE, shut_at_night=False, seed=0):
    grid = TimeGrid(start=pd.Timestamp(start, tz="UTC"), minutes=60, periods=weeks * 168)
    hour = np.asarray(grid.local(zone).hour)
    day = (hour >= 8) & (hour < 20)
    shape = np.where(day, 1.6, 0.0 if shut_at_night else 0.4)
    counts = np.random.default_rng(seed).poisson(rate * shape).astype(float)
    return Volume(
        grid=grid, labels=(SeriesLabel(queue="a"),), counts=counts[None], as_of=grid.end,
        zones=(("a", zone),),
    )  # fmt: skip


def day_of(volume, date):
    """Its standard total and its number of hours."""
    clock = read_clock(volume.grid, ZONE)
    shape = learn_shape(volume.counts[0], clock)
    totals, day = daily_totals(volume.counts[0], clock, shape.profile)
    wanted = int(np.datetime64(date).astype(int))
    return totals[day == wanted][0], int((clock.day == wanted).sum())


@pytest.mark.parametrize(
    ("date", "start", "hours"), [(SPRING, "2025-01-06", 23), (AUTUMN, "2025-08-04", 25)]
)
def test_a_day_of_23_or_25_hours_is_brought_to_a_standard_day(date, start, hours):
    total, seen = day_of(hourly(start, 20), date)
    assert seen == hours
    assert total == pytest.approx(24 * 40, rel=0.1)


@pytest.mark.parametrize(
    ("date", "start", "hours"), [(SPRING, "2024-09-30", 23), (AUTUMN, "2025-05-26", 25)]
)
def test_a_forecast_day_of_23_or_25_hours_has_its_hours_on_the_wall_clock(date, start, hours):
    demand = forecast(hourly(start, 22), weeks=6, months=2, paths=150, seed=1)
    local = demand.grid.local(ZONE)
    on_day = np.asarray(local.date) == pd.Timestamp(date).date()
    assert on_day.sum() == hours
    mean = demand.mean("a")
    office = (local.hour >= 8) & (local.hour < 20)
    assert mean[on_day & office].mean() == pytest.approx(64, rel=0.08)
    assert mean[on_day & ~office].mean() == pytest.approx(16, rel=0.15)
    month = demand.months.index_of(demand.grid)
    fine = demand.paths("a")[:, month == 0].sum(axis=1)
    assert np.array_equal(demand.monthly("a")[:, 0], fine)


def test_gap_missing_leaves_the_level():
    volume = hourly("2025-01-06", 26)
    counts = volume.counts.copy()
    counts[:, 2000:2600] = np.nan
    counts[:, 7::13] = np.nan
    demand = forecast(replace(volume, counts=counts), weeks=2, months=1, paths=60)
    assert demand.mean("a").mean() == pytest.approx(40, rel=0.06)


def test_gap_zero_is_a_fact_and_lowers_the_level():
    volume = hourly("2025-01-06", 26)
    counts = volume.counts.copy()
    counts[:, -10 * 168 :][:, ::2] = 0.0
    demand = forecast(replace(volume, counts=counts), weeks=2, months=1, paths=60)
    assert demand.mean("a").mean() == pytest.approx(20, rel=0.15)


def test_closed_hours_bring_nothing_and_keep_the_open_ones():
    volume = hourly("2025-01-06", 26, shut_at_night=True)
    demand = forecast(volume, weeks=2, months=1, paths=60)
    hour = demand.grid.local(ZONE).hour
    office = np.asarray((hour >= 8) & (hour < 20))
    paths = demand.paths("a")
    assert paths[:, ~office].sum() <= 0.001 * paths.sum()
    assert paths[:, office].mean() == pytest.approx(64, rel=0.05)


def test_the_day_under_way_is_not_a_small_day():
    volume = hourly("2025-01-06", 26)
    cut = volume.grid.periods - 9
    short = replace(
        volume, grid=volume.grid.head(cut), counts=volume.counts[:, :cut],
        as_of=volume.grid.starts[cut],
    )  # fmt: skip
    demand = forecast(short, weeks=1, months=1, paths=60)
    assert demand.mean("a").mean() == pytest.approx(40, rel=0.06)


def test_zones_of_queues_may_differ():
    east = hourly("2025-01-06", 26)
    west = hourly("2025-01-06", 26, zone="Asia/Tokyo", seed=1)
    both = Volume(
        grid=east.grid, labels=(SeriesLabel(queue="a"), SeriesLabel(queue="b")),
        counts=np.concatenate([east.counts, west.counts]), as_of=east.as_of,
        zones=(("a", ZONE), ("b", "Asia/Tokyo")),
    )  # fmt: skip
    demand = forecast(both, weeks=2, months=1, paths=100)
    for queue, zone in both.zones:
        hour = demand.grid.local(zone).hour
        mean = demand.mean(queue)
        assert mean[(hour >= 8) & (hour < 20)].mean() == pytest.approx(64, rel=0.08)
