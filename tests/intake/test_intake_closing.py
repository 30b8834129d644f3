import numpy as np
import pandas as pd
import pytest

from capacity.errors import DataError
from capacity.forecasting import forecast
from capacity.intake import Gap, read_cases
from tests.builders import toy_operation, toy_pool, toy_queue

ZONE = "America/New_York"
HOLIDAY = pd.Timestamp("2025-05-26", tz=ZONE).date()


def office_counts(weeks=20):
    """An office that counts from 8 to 20 on weekdays, local time, and not on one holiday."""
    starts = pd.date_range("2025-02-03", periods=weeks * 168, freq="h", tz=ZONE)
    open_now = (starts.hour >= 8) & (starts.hour < 20) & (starts.day_of_week < 5)
    kept = starts[open_now & (np.asarray(starts.date) != HOLIDAY)]
    counts = np.random.default_rng(0).poisson(30, len(kept))
    frame = pd.DataFrame({"queue": "a", "start": kept.tz_convert("UTC"), "count": counts})
    return frame.assign(start=frame["start"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"))


@pytest.fixture(scope="module")
def operation():
    queues = (toy_queue("a", zone=ZONE),)
    pools = (toy_pool(skills=("a",)),)
    return toy_operation(queues=queues, pools=pools, zone=ZONE, with_people=False)


@pytest.fixture(scope="module")
def volume(operation):
    return read_cases(office_counts(), gaps=Gap.CLOSED).volume(operation=operation)


def test_hours_never_counted_are_zero_and_other_gaps_are_missing(volume):
    local = volume.grid.local(ZONE)
    counts = volume.of("a")
    office = (local.hour >= 8) & (local.hour < 20) & (local.day_of_week < 5)
    holiday = np.asarray(local.date) == HOLIDAY
    assert np.isnan(counts[office & holiday]).all()
    assert np.isfinite(counts[office & ~holiday]).all()
    assert (counts[~office] == 0).all()


def test_closed_hours_stay_closed_in_the_forecast_and_open_ones_keep_their_level(volume, operation):
    demand = forecast(volume, operation, weeks=3, months=1, paths=60)
    local = demand.grid.local(ZONE)
    office = (local.hour >= 8) & (local.hour < 20) & (local.day_of_week < 5)
    paths = demand.paths("a")
    assert paths[:, ~office].mean() < 0.02
    assert paths[:, office].mean() == pytest.approx(30, rel=0.05)


def test_the_three_policies_differ_and_none_is_silent(operation):
    with pytest.raises(DataError, match=r"Gap.ZERO \(nothing arrived\).*Gap.CLOSED.*Gap.MISSING"):
        read_cases(office_counts())
    sums = {
        gap: read_cases(office_counts(), gaps=gap).volume(operation=operation).of("a")
        for gap in (Gap.ZERO, Gap.MISSING, Gap.CLOSED)
    }
    gaps = {gap: int(np.isnan(counts).sum()) for gap, counts in sums.items()}
    assert gaps[Gap.ZERO] == 0
    assert gaps[Gap.CLOSED] == 12
    assert gaps[Gap.MISSING] > 1000


def test_closed_needs_hours_and_some_weeks():
    with pytest.raises(DataError, match="needs 4 weeks"):
        read_cases(office_counts(weeks=2), gaps=Gap.CLOSED).volume()
    daily = pd.DataFrame({"queue": "a", "start": ["2026-01-05", "2026-01-07"], "count": [3, 4]})
    with pytest.raises(DataError, match="needs counts by interval"):
        read_cases(daily, gaps=Gap.CLOSED).volume()
