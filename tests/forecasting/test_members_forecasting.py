import numpy as np
import pytest

from capacity.forecasting.members.autoregression import autoregress
from capacity.forecasting.members.averages import (
    average_slots,
    level_times_profile,
    steady_rate,
)
from capacity.forecasting.members.smoothing import smooth_seasons, smooth_trend
from capacity.forecasting.panel import align
from tests.oracles.forecasting import forecast_autoregression, smooth_one


def noisy_week(seed, weeks=20):
    generator = np.random.default_rng(seed)
    shape = np.asarray([5.0, 6, 6, 5, 4, 2, 1])
    return np.tile(shape, weeks) + generator.normal(0, 0.5, 7 * weeks)


@pytest.mark.parametrize("difference", [0, 1, 7])
def test_autoregression_equals_the_stacked_rows_at_every_origin(difference):
    series = np.stack([noisy_week(1), noisy_week(2)])
    lags = np.asarray([1, 2, 7, 8])
    origins = np.asarray([90, 120, 140])
    fast = autoregress(
        series, np.ones_like(series, dtype=bool), origins,
        horizon=10, lags=lags, difference=difference, ridge=1e-3,
    )  # fmt: skip
    for row in range(2):
        for order, origin in enumerate(origins):
            slow = forecast_autoregression(series[row, :origin], lags, difference, 1e-3, 10)
            np.testing.assert_allclose(fast[row, order], slow, rtol=1e-7, atol=1e-7)


def test_no_member_sees_beyond_its_origin():
    series = np.stack([noisy_week(3), noisy_week(4)])
    changed = series.copy()
    changed[:, 100:] = 50.0
    seen = np.ones_like(series, dtype=bool)
    origins = np.asarray([100])
    kernels = [
        lambda y: autoregress(
            y, seen, origins, horizon=7, lags=np.asarray([1, 7]), difference=7, ridge=1e-3
        ),
        lambda y: smooth_seasons(y, seen, origins, horizon=7, seasons=(7,)),
        lambda y: smooth_trend(y, seen, origins, horizon=7, dampings=(0.9,)),
        lambda y: average_slots(y, origins, horizon=7, season=7, cycles=4),
        lambda y: level_times_profile(
            y, origins, horizon=7, season=7, cycles=8, half_life=7.0
        ),
        lambda y: steady_rate(
            y, seen, origins, horizon=7, season=7, half_life=28.0, prior_cases=10.0,
            unit=np.ones(2),
        ),
    ]  # fmt: skip
    for kernel in kernels:
        np.testing.assert_allclose(kernel(series), kernel(changed), rtol=1e-9)


def test_smoothing_finds_the_grid_point_that_made_the_series():
    seasons, values = (7,), noisy_week(5)
    fast = smooth_seasons(
        values[None], np.ones((1, len(values)), dtype=bool), np.asarray([len(values)]),
        horizon=7, seasons=seasons,
    )[0, 0]  # fmt: skip
    runs = [
        smooth_one(values, seasons, alpha=a, gains=(g,), carry=c, horizon=7)
        for a in (0.01, 0.05, 0.2)
        for g in (0.05, 0.2, 0.45)
        for c in (0.4, 0.85)
    ]
    low, high = np.min(runs, axis=0), np.max(runs, axis=0)
    assert ((fast >= low - 1e-9) & (fast <= high + 1e-9)).all()
    triples = [
        np.mean([runs[i], runs[j], runs[k]], axis=0)
        for i in range(len(runs))
        for j in range(i)
        for k in range(j)
    ]
    assert min(np.abs(fast - triple).max() for triple in triples) < 1e-9


def test_slot_average_is_the_mean_of_the_same_slots():
    values = np.arange(28.0)[None]
    ahead = average_slots(values, np.asarray([28]), horizon=9, season=7, cycles=2)[0, 0]
    assert ahead[0] == (14 + 21) / 2
    assert ahead[8] == ahead[1]


def test_ragged_series_are_right_aligned_and_filled_from_the_past():
    panel = align([np.arange(20.0), np.asarray([1.0, 2, np.nan, 4])], seasons=(2,), longest=100)
    assert panel.values[0].tolist() == list(range(20))
    assert panel.values[1, -4:].tolist() == [1, 2, 1, 4]
    assert panel.observed[1].sum() == 3
    assert np.isfinite(panel.values).all()


@pytest.mark.parametrize("season", [4, 12])
def test_a_damped_trend_with_seasons_goes_on_and_slows_down(season):
    time = np.arange(10 * season)
    values = (20 + 0.5 * time + 3 * np.sin(2 * np.pi * time / season))[None]
    seen = np.ones_like(values, dtype=bool)
    ahead = smooth_trend(
        values, seen, np.asarray([len(time)]), horizon=2 * season, dampings=(0.9, 0.98),
        season=season,
    )[0, 0]  # fmt: skip
    years = ahead.reshape(2, season).mean(axis=1)
    last = values[0, -season:].mean()
    assert last < years[0] < years[1]
    assert years[1] - years[0] < years[0] - last <= 0.5 * season * 1.05
    assert np.corrcoef(ahead[:season], np.sin(2 * np.pi * np.arange(season) / season))[0, 1] > 0.8
