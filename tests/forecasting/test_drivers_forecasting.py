from datetime import date

import numpy as np
import pandas as pd
import pytest

from capacity.domain.grid import TimeGrid
from capacity.domain.volume import SeriesLabel, Volume
from capacity.errors import DataError
from capacity.forecasting import DriverHistory, DriverKind, forecast, forecast_drivers

LAST = date(2025, 5, 25)


@pytest.fixture(scope="module")
def demand():
    grid = TimeGrid(start=pd.Timestamp("2025-01-06", tz="UTC"), minutes=60, periods=140 * 24)
    counts = np.random.default_rng(0).poisson(10.0, (1, grid.periods)).astype(float)
    volume = Volume(grid=grid, labels=(SeriesLabel(queue="a"),), counts=counts, as_of=grid.end)
    return forecast(volume, weeks=2, months=1, paths=60, seed=2)


def history(kind, values, queue="a"):
    return DriverHistory(queue=queue, kind=kind, last_day=LAST, values=np.asarray(values))


def noisy(mean, sd, days=140):
    return mean + np.random.default_rng(1).normal(0, sd, days)


def test_drivers_stay_in_their_range_and_near_their_level(demand):
    drivers = forecast_drivers(
        [
            history(DriverKind.HANDLING_MINUTES, noisy(6.0, 0.3)),
            history(DriverKind.AUTOMATION_SHARE, np.clip(noisy(0.9, 0.05), 0, 1)),
        ],
        demand,
    )
    minutes = drivers.paths("a", DriverKind.HANDLING_MINUTES)
    share = drivers.paths("a", DriverKind.AUTOMATION_SHARE)
    assert minutes.shape == share.shape == (60, 336)
    assert (minutes > 0).all()
    assert ((share >= 0) & (share <= 1)).all()
    assert minutes.mean() == pytest.approx(6.0, rel=0.05)
    assert share.mean() == pytest.approx(0.9, abs=0.05)


def test_work_is_volume_times_handling_on_the_same_path(demand):
    drivers = forecast_drivers([history(DriverKind.HANDLING_MINUTES, np.full(140, 6.0))], demand)
    work = drivers.work_hours("a")
    np.testing.assert_allclose(work, demand.paths("a") * 0.1, rtol=1e-2)


def test_impossible_drivers_are_refused_together(demand):
    wrong = [
        history(DriverKind.AUTOMATION_SHARE, [0.2, 30.0]),
        history(DriverKind.HANDLING_MINUTES, [0.0, 2.0]),
        history(DriverKind.ESCALATION_SHARE, [0.1], queue="b"),
    ]
    with pytest.raises(
        DataError, match=r"(?s)3 faults.*30 is outside.*not positive.*not in the demand"
    ):
        forecast_drivers(wrong, demand)
