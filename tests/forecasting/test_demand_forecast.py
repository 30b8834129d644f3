import re
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from capacity.domain.event import Event, EventKind, EventShape
from capacity.domain.grid import TimeGrid
from capacity.domain.volume import SeriesLabel, Volume
from capacity.errors import DataError
from capacity.forecasting import forecast
from capacity.forecasting.day_shape import daily_totals, learn_shape
from capacity.forecasting.local_days import read_clock
from tests.builders import toy_operation, toy_pool, toy_queue

ZONE = "America/New_York"


def hourly_volume(start="2025-01-06", weeks=30, rates=(4.0, 40.0), zone=ZONE, seed=0):
    grid = TimeGrid(start=pd.Timestamp(start, tz="UTC"), minutes=60, periods=weeks * 168)
    hour = np.asarray(grid.local(zone).hour)
    shape = np.where((hour >= 8) & (hour < 20), 1.6, 0.4)
    generator = np.random.default_rng(seed)
    counts = np.stack([generator.poisson(rate * shape) for rate in rates]).astype(float)
    names = tuple(f"q{i}" for i in range(len(rates)))
    return Volume(
        grid=grid,
        labels=tuple(SeriesLabel(queue=name) for name in names),
        counts=counts,
        as_of=grid.end,
        zones=tuple((name, zone) for name in names),
    )


@pytest.fixture(scope="module")
def volume():
    return hourly_volume()


@pytest.fixture(scope="module")
def demand(volume):
    return forecast(volume, weeks=6, months=4, paths=60, seed=3)


def test_paths_are_integers_and_not_negative(demand):
    for queue in demand.queues:
        paths = demand.paths(queue)
        assert paths.shape == (60, 6 * 168)
        assert np.issubdtype(paths.dtype, np.integer)
        assert (paths >= 0).all()


def test_any_slice_is_a_slice_of_the_whole(volume, demand):
    whole = demand.paths("q1")
    fresh = forecast(volume, weeks=6, months=4, paths=60, seed=3)
    part = fresh.paths("q1", periods=200, first=10, last=20)
    assert np.array_equal(part, whole[10:20, :200])


def test_another_order_of_queues_asked_gives_the_same_bytes(volume, demand):
    fresh = forecast(volume, weeks=6, months=4, paths=60, seed=3)
    fresh.monthly("q1")
    assert np.array_equal(fresh.paths("q1"), demand.paths("q1"))
    assert np.array_equal(fresh.monthly("q0"), demand.monthly("q0"))


def test_months_inside_the_fine_grid_are_sums_of_the_same_paths(demand):
    month = demand.months.index_of(demand.grid)
    for queue in demand.queues:
        fine = demand.paths(queue)[:, month == 0].sum(axis=1)
        assert np.array_equal(demand.monthly(queue)[:, 0], fine)


def test_months_beyond_the_fine_grid_carry_the_same_level(demand):
    totals = demand.monthly("q1").mean(axis=0) / demand.months.hours
    assert totals[2] == pytest.approx(40.0, rel=0.1)
    assert totals[3] == pytest.approx(40.0, rel=0.1)


def test_the_level_is_right(demand):
    assert demand.mean("q1").mean() == pytest.approx(40.0, rel=0.06)
    assert demand.mean("q0").mean() == pytest.approx(4.0, rel=0.15)


def test_seasons_follow_the_wall_clock_through_a_change_of_the_clock():
    autumn = hourly_volume(start="2025-03-31", weeks=30)  # ends on Monday 27 October
    demand = forecast(autumn, weeks=2, months=1, paths=80, seed=1)
    hour = np.asarray(demand.grid.local(ZONE).hour)
    after = demand.grid.starts >= pd.Timestamp("2025-11-02 06:00", tz="UTC")
    mean = demand.mean("q1")
    for span in (after, ~after):
        at_eight = mean[span & (hour == 8)].mean()
        at_seven = mean[span & (hour == 7)].mean()
        assert at_eight == pytest.approx(64.0, rel=0.15)
        assert at_seven == pytest.approx(16.0, rel=0.3)


def test_days_of_23_and_25_hours_are_not_mistaken_for_changes_of_level():
    spring = hourly_volume(start="2025-01-06", weeks=30)
    clock = read_clock(spring.grid, ZONE)
    shape = learn_shape(spring.counts[1], clock)
    totals, day = daily_totals(spring.counts[1], clock, shape.profile)
    change = date(2025, 3, 9).toordinal() - date(1970, 1, 1).toordinal()
    assert totals[day == change][0] == pytest.approx(960, rel=0.12)
    assert np.bincount(clock.day - clock.day[0])[change - clock.day[0]] == 23


def test_missing_hours_are_not_zeros():
    volume = hourly_volume()
    counts = volume.counts.copy()
    counts[:, 5::11] = np.nan
    counts[:, 1000:1400] = np.nan
    demand = forecast(replace(volume, counts=counts), weeks=2, months=1, paths=40)
    assert demand.mean("q1").mean() == pytest.approx(40.0, rel=0.08)


def test_daily_history_without_an_operation_stays_daily():
    grid = TimeGrid(start=pd.Timestamp("2025-01-06", tz="UTC"), minutes=1440, periods=70)
    counts = np.tile([[50.0, 60, 60, 60, 50, 20, 10]], (1, 10))
    volume = Volume(grid=grid, labels=(SeriesLabel(queue="a"),), counts=counts, as_of=grid.end)
    demand = forecast(volume, weeks=2, months=2, paths=100)
    assert demand.grid.minutes == 1440
    assert demand.mean("a")[:7] == pytest.approx(counts[0, :7], rel=0.2)


def operation_of(volume, *queues, **changes):
    """An operation with the queues of a volume, on its clock, and more queues if given."""
    named = {name: toy_queue(name, zone=ZONE) for name in volume.queues}
    named |= {queue.name: queue for queue in queues}
    pool = toy_pool(skills=tuple(named))
    return toy_operation(
        queues=tuple(named.values()), pools=(pool,), zone=ZONE, with_people=False, **changes
    )


def test_a_finer_grid_keeps_the_hours(volume, demand):
    fine = forecast(
        volume, operation_of(volume, interval_minutes=15), weeks=6, months=4, paths=60, seed=3
    )
    assert fine.grid.minutes == 15
    hourly = fine.paths("q1").reshape(60, -1, 4).sum(axis=2).mean(axis=0)
    assert hourly.mean() == pytest.approx(demand.mean("q1").mean(), rel=0.02)


def test_a_known_event_ahead_changes_the_volume_from_its_day_on(volume, demand):
    start = demand.grid.local(ZONE)[0].date()
    event = Event(
        name="launch", kind=EventKind.NEW_DETECTOR, start=date.fromordinal(start.toordinal() + 7),
        effect=0.5, queue="q1",
    )  # fmt: skip
    changed = forecast(
        volume, operation_of(volume, events=(event,)), weeks=6, months=4, paths=60, seed=3
    )
    before, after = changed.mean("q1")[:144], changed.mean("q1")[200:]
    assert before.mean() == pytest.approx(demand.mean("q1")[:144].mean(), rel=0.01)
    assert after.mean() == pytest.approx(1.5 * demand.mean("q1")[200:].mean(), rel=0.02)
    assert changed.mean("q0").sum() == demand.mean("q0").sum()


def test_a_pulse_ends(volume, demand):
    start = demand.grid.local(ZONE)[0].date().toordinal()
    event = Event(
        name="outage", kind=EventKind.OUTAGE, start=date.fromordinal(start + 7),
        end=date.fromordinal(start + 8), effect=-1.0, shape=EventShape.PULSE,
    )  # fmt: skip
    changed = forecast(
        volume, operation_of(volume, events=(event,)), weeks=6, months=4, paths=60, seed=3
    )
    day = np.asarray([stamp.toordinal() - start for stamp in changed.grid.local(ZONE).date])
    assert changed.paths("q1")[:, (day == 7) | (day == 8)].sum() == 0
    assert changed.mean("q1")[day == 9].sum() > 0


def test_a_queue_without_history_takes_its_prior_or_says_that_it_has_none(volume):
    new = toy_queue("new", zone=ZONE, prior_per_day=30.0)
    operation = operation_of(volume, new, toy_queue("none", zone=ZONE))
    demand = forecast(volume, operation, weeks=2, months=1, paths=60)
    assert demand.mean("new").sum() / 14 == pytest.approx(30.0, rel=0.25)
    assert demand.paths("none").sum() == 0
    assert any("none: no history" in note for note in demand.notes)


def test_an_unknown_queue_and_bad_horizons_are_refused_together(volume):
    operation = operation_of(replace(volume, labels=volume.labels[:1], counts=volume.counts[:1]))
    with pytest.raises(DataError, match=r"(?s)3 faults.*weeks.*paths.*queue q1"):
        forecast(volume, operation, weeks=0, paths=0)


def test_history_in_another_unit_than_the_operation_is_refused(volume):
    operation = operation_of(volume, toy_queue("q1", zone=ZONE, unit="file"))
    with pytest.raises(DataError, match="queue q1: counts files, its history counts reports"):
        forecast(volume, operation, weeks=2, months=1, paths=10)


def test_a_level_shift_is_reported_with_its_date_and_how_memory_was_shortened():
    volume = hourly_volume()
    counts = volume.counts.copy()
    counts[1, -20 * 24 :] = np.round(counts[1, -20 * 24 :] * 2)
    demand = forecast(replace(volume, counts=counts), weeks=2, months=1, paths=40)
    notes = [note for note in demand.notes if "level shift" in note]
    assert len(notes) == 1
    assert re.match(
        r"q1: level shift x(1\.9|2\.0)\d found on 2025-07-1\d \(score .*\); "
        "days before it count at the new level",
        notes[0],
    )
    assert demand.mean("q1").mean() == pytest.approx(80, rel=0.08)


def test_a_declared_unit_break_brings_the_past_to_the_new_unit():
    volume = hourly_volume()
    counts = volume.counts.copy()
    counts[1, : -9 * 24] = np.round(counts[1, : -9 * 24] * 2)
    start = (volume.as_of - pd.Timedelta(days=9)).date()
    bundled = Event(
        name="reports are bundled", kind=EventKind.UNIT_BREAK, start=start, queue="q1",
        effect=-0.5, effect_sd=0.02,
    )  # fmt: skip
    where = operation_of(volume, events=(bundled,))
    demand = forecast(replace(volume, counts=counts), where, weeks=2, months=1, paths=40)
    assert demand.mean("q1").mean() == pytest.approx(40, rel=0.06)
    assert any("reports are bundled: days before" in note for note in demand.notes)
