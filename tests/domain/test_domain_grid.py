"""Time is elapsed UTC; the wall clock follows the zone through 23- and 25-hour days."""

import numpy as np
import pandas as pd
import pytest

from capacity.domain import MonthGrid, OpeningHours, TimeGrid
from capacity.domain.grid import as_utc, check_zone
from capacity.errors import DataError


def grid_of(day: str, hours: int, minutes: int = 60) -> TimeGrid:
    start = pd.Timestamp(day, tz="Europe/Dublin").tz_convert("UTC")
    return TimeGrid(start=start, minutes=minutes, periods=hours * 60 // minutes)


def test_spring_day_skips_one_local_hour():
    local = grid_of("2026-03-29", 23).local("Europe/Dublin")
    assert 1 not in local.hour
    assert local[-1].hour == 23


def test_autumn_day_repeats_one_local_hour():
    local = grid_of("2026-10-25", 25).local("Europe/Dublin")
    assert list(local.hour).count(1) == 2


def test_months_have_their_elapsed_hours():
    months = MonthGrid(first=pd.Period("2026-03", freq="M"), periods=2, zone="Europe/Dublin")
    np.testing.assert_array_equal(months.hours, [31 * 24 - 1, 30 * 24])


def test_month_of_each_interval_follows_the_zone():
    months = MonthGrid(first=pd.Period("2026-01", freq="M"), periods=2, zone="America/Chicago")
    grid = TimeGrid(start=pd.Timestamp("2026-02-01", tz="UTC"), minutes=60, periods=12)
    assert list(months.index_of(grid)) == [0] * 6 + [1] * 6


def test_naive_time_is_refused_with_the_fix():
    with pytest.raises(DataError, match="has no offset"):
        as_utc("2026-01-05")


def test_unknown_zone_offers_the_nearest():
    with pytest.raises(DataError, match="did you mean 'Europe/Dublin'"):
        check_zone("Europe/Dublinn", "site dublin")


def test_missing_zone_is_one_clear_error():
    with pytest.raises(DataError, match="site dublin: the time zone is missing"):
        check_zone("", "site dublin")


def test_grid_start_must_be_utc():
    with pytest.raises(DataError, match="UTC instant"):
        TimeGrid(start=pd.Timestamp("2026-01-01"), minutes=60, periods=1)


def test_open_share_counts_partial_intervals():
    hours = OpeningHours(zone="Europe/Dublin", opens_minute=9 * 60 + 30, closes_minute=17 * 60)
    share = hours.open_share(grid_of("2026-01-05", 24))
    assert share[9] == 0.5
    assert share.sum() == 7.5


def test_open_hours_follow_the_wall_clock_after_the_switch():
    hours = OpeningHours(zone="Europe/Dublin", opens_minute=9 * 60, closes_minute=17 * 60)
    share = hours.open_share(grid_of("2026-03-29", 23))
    assert share.sum() == 8
    assert share[8] == 1
