import numpy as np
import pandas as pd
import pytest

from capacity.domain.grid import TimeGrid
from capacity.domain.volume import SeriesLabel, Volume
from capacity.forecasting import forecast
from capacity.forecasting.long_run import Growth, learn_growth, learn_year

START = 19_723  # 2024-01-01
WEEK = np.asarray([1.2, 1.2, 1.1, 1.1, 1.0, 0.7, 0.7])


def daily(days, *, growth=0.0, swing=0.0, noise=0.05, walk=0.0, seed=0):
    """Day totals with growth a month, a yearly wave, daily noise and a random walk."""
    generator = np.random.default_rng(seed)
    day = np.arange(days)
    logs = growth * day / 30.4 + swing * np.sin(2 * np.pi * (START + day) / 365.25)
    logs += generator.normal(0, noise, days) + np.cumsum(generator.normal(0, walk, days))
    return generator.poisson(200 * np.exp(logs) * WEEK[day % 7]).astype(float)


def make_volume(days, **fields):
    grid = TimeGrid(start=pd.Timestamp("2024-01-01", tz="UTC"), minutes=1440, periods=days)
    return Volume(
        grid=grid, labels=(SeriesLabel(queue="a"),), counts=daily(days, **fields)[None],
        as_of=grid.end,
    )  # fmt: skip


def monthly(days, **fields):
    """Monthly means over those of the last four weeks, and relative spread, 24 months ahead."""
    volume = make_volume(days, **fields)
    demand = forecast(volume, weeks=8, months=24, paths=300, seed=1)
    rate = demand.monthly("a") / demand.months.hours * 24
    return rate.mean(axis=0) / volume.counts[0, -28:].mean(), rate.std(axis=0) / rate.mean(axis=0)


@pytest.mark.parametrize(("days", "walk"), [(400, 0.0), (400, 0.02), (800, 0.01)])
def test_uncertainty_grows_with_the_months(days, walk):
    _, spread = monthly(days, walk=walk)
    steps = spread[[1, 6, 12, 18, 23]]
    assert (np.diff(steps) > -0.01).all()
    assert steps[-1] > 1.5 * steps[0]


def test_months_and_fine_grid_agree_on_the_months_they_share():
    demand = forecast(make_volume(400), weeks=20, months=24, paths=60, seed=1)
    month = demand.months.index_of(demand.grid)
    for place in range(4):
        fine = demand.paths("a")[:, month == place].sum(axis=1)
        assert np.array_equal(demand.monthly("a")[:, place], fine)


def test_growth_goes_on_and_fades():
    level, _ = monthly(730, growth=0.02)
    assert level[6] > 1.03
    assert level[12] > level[6]
    truth = np.exp(0.02 * 23.5)
    assert 1.1 < level[23] < truth
    assert level[23] - level[18] < level[12] - level[7]


def test_a_shrinking_queue_shrinks_on():
    level, _ = monthly(730, growth=-0.02)
    assert level[23] < level[6] < 1.02


def test_no_growth_stays_flat():
    level, _ = monthly(730)
    assert level[1:] == pytest.approx(np.ones(23), abs=0.06)


def test_growth_that_never_went_on_is_not_believed():
    kept = [learn_growth(daily(730, walk=0.03, seed=k), START).kept for k in range(12)]
    steady = [learn_growth(daily(730, growth=0.02, seed=k), START).kept for k in range(12)]
    assert np.mean(kept) < 0.35
    assert np.mean(steady) > 0.5


def test_a_step_that_the_fit_found_is_no_growth():
    volume = make_volume(400)
    volume.counts[0, -30:] *= 2
    demand = forecast(volume, weeks=4, months=18, paths=200)
    rate = demand.monthly("a").mean(axis=0) / demand.months.hours * 24
    assert rate[17] / volume.counts[0, -28:].mean() == pytest.approx(1.0, abs=0.12)
    assert any("level shift x" in note for note in demand.notes)


def test_growth_starts_where_the_fit_was_no_longer_scored():
    factors = Growth(rate=0.001, sd=0.0, kept=1.0).factors(100, reach=40, normals=np.zeros(2))
    assert factors.shape == (2, 100)
    assert (factors[:, :41] == 1).all()
    assert (np.diff(factors[0, 40:]) > 0).all()


def test_the_course_of_the_year_is_found_in_two_years_and_not_in_one():
    assert learn_year(daily(360, swing=0.3), START).swing == 1.0
    year = learn_year(daily(731, swing=0.3), START)
    assert year.swing == pytest.approx(np.exp(0.6), rel=0.12)
    summer = year.factors(START + np.asarray([91, 274]))
    assert summer == pytest.approx([np.exp(0.3), np.exp(-0.3)], rel=0.08)


def test_years_that_disagree_have_no_course():
    totals = daily(731)
    totals[60:180] *= 1.6
    assert learn_year(totals, START).swing < 1.12
    assert learn_year(daily(1096, walk=0.01), START).swing < 1.35


def test_a_yearly_queue_is_forecast_with_its_season():
    volume = make_volume(731, swing=0.3)
    demand = forecast(volume, weeks=4, months=12, paths=100, seed=1)
    rate = demand.monthly("a").mean(axis=0) / demand.months.hours * 24
    assert rate[3] / rate[9] == pytest.approx(np.exp(0.6), rel=0.2)
    assert any("course of the year found" in note for note in demand.notes)
