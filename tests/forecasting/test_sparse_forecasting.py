import numpy as np
import pytest

from capacity.forecasting import forecast_panel
from capacity.forecasting.combination import (
    combine,
    lead_blocks,
    score_members,
    weigh_members,
)
from capacity.forecasting.scores import randomised_pit
from capacity.forecasting.sparse import SparseNoise, draw_counts, draw_rates, estimate_dispersion
from capacity.forecasting.trajectories import INFLATION, collect
from tests.oracles.forecasting import negative_binomial_pmf, weighted_median_of


def sparse_counts(seed, *, queues, days, dispersion=1.4):
    generator = np.random.default_rng(seed)
    mean = np.exp(generator.uniform(np.log(0.05), np.log(3), queues))[:, None]
    excess = dispersion - 1
    rate = generator.gamma(mean / excess * np.ones((1, days))) * excess
    return mean[:, 0], generator.poisson(rate).astype(float)


def test_draws_around_a_known_rate_are_negative_binomial():
    noise = SparseNoise(dispersion=np.asarray([1.5]), rate_cv2=np.asarray([1e-9]))
    generator = np.random.default_rng(0)
    rates = draw_rates(np.full((1, 40), 1.2), noise, paths=2500, generator=generator)
    counts = generator.poisson(rates)
    for count in range(5):
        share = (counts == count).mean()
        assert share == pytest.approx(negative_binomial_pmf(count, 1.2, 1.5), abs=0.006)


def test_counts_by_inversion_follow_the_same_law():
    noise = SparseNoise(dispersion=np.asarray([1.5, 1.0]), rate_cv2=np.asarray([1e-9, 0.3]))
    rate = np.tile([[1.2], [2.0]], (1, 40))
    fast = draw_counts(rate, noise, paths=2500, generator=np.random.default_rng(0))
    for count in range(5):
        share = (fast[0] == count).mean()
        assert share == pytest.approx(negative_binomial_pmf(count, 1.2, 1.5), abs=0.006)
    generator = np.random.default_rng(1)
    slow = generator.poisson(draw_rates(rate, noise, paths=2500, generator=generator))
    assert fast[1].mean() == pytest.approx(slow[1].mean(), rel=0.05)
    assert fast[1].var() == pytest.approx(slow[1].var(), rel=0.08)


def test_dispersion_is_recovered_over_many_queues():
    mean, counts = sparse_counts(1, queues=200, days=1000)
    expected = np.repeat(mean[:, None], 1000, axis=1)
    found = estimate_dispersion(counts, np.ones_like(counts, dtype=bool), expected)
    assert found.mean() == pytest.approx(1.4, abs=0.03)


def test_sparse_paths_are_calibrated_in_both_tails():
    _, counts = sparse_counts(2, queues=150, days=628)
    paths = forecast_panel(
        list(counts[:, :600]), seasons=(7,), horizon=28, paths=300, counts=True
    ).paths
    generator = np.random.default_rng(3)
    pit = randomised_pit(paths.transpose(1, 0, 2), counts[:, 600:], generator)
    assert (pit < 0.05).mean() == pytest.approx(0.05, abs=0.015)
    assert (pit > 0.95).mean() == pytest.approx(0.05, abs=0.015)


def restless_counts(seed, *, queues, days, ahead):
    generator = np.random.default_rng(seed)
    level = np.exp(np.cumsum(generator.normal(0, 0.03, (queues, days + ahead)), axis=1))
    counts = generator.poisson(60 * level).astype(float)
    return list(counts[:, :days]), counts[:, days:]


def cover_total(paths, actual):
    low, high = np.quantile(paths.sum(axis=2), [0.05, 0.95], axis=1)
    return float(((actual.sum(axis=1) >= low) & (actual.sum(axis=1) <= high)).mean())


@pytest.mark.parametrize(("days", "ahead"), [(200, 28), (56, 28), (21, 14), (14, 14)])
def test_restless_queues_cover_their_sums(days, ahead):
    history, actual = restless_counts(4, queues=240, days=days, ahead=ahead)
    paths = forecast_panel(history, seasons=(7,), horizon=ahead, paths=300, counts=True).paths
    assert 0.83 < cover_total(paths, actual) < 0.97


def test_a_history_too_short_to_score_still_spreads():
    history, _ = restless_counts(4, queues=1, days=14, ahead=14)
    paths = forecast_panel(history, seasons=(7,), horizon=14, paths=300, counts=True).paths
    totals = paths.sum(axis=2)[0]
    assert totals.std() > 1.15 * np.sqrt(totals.mean())  # counting alone would be one


def test_counting_noise_is_not_counted_twice():
    generator = np.random.default_rng(5)
    counts = generator.poisson(30.0, (60, 314)).astype(float)
    paths = forecast_panel(
        list(counts[:, :300]), seasons=(7,), horizon=14, paths=400, counts=True
    ).paths
    assert 0.9 < np.median(paths.var(axis=1) / paths.mean(axis=1)) < 1.35  # twice would be 2


def test_the_better_member_gets_the_weight_and_none_sees_its_own_origin():
    generator = np.random.default_rng(6)
    actual = generator.normal(0, 1, (1, 8, 10)) + 50
    forecasts = np.stack([actual + 0.1, actual + 5.0], axis=1)
    forecasts[:, 0, 3] += 100  # the good member fails at one origin
    scores = score_members(forecasts, actual, (0, 10))
    weights = weigh_members(scores, (0, 10), np.ones((1, 2), dtype=bool))
    assert weights.without[0, 0, 3, 0] > 0.9
    assert weights.full[0, :, 0].sum() == pytest.approx(1.0)
    assert weights.full[0, 0, 0] < weights.without[0, 0, 3, 0]


def test_the_combination_is_the_middle_of_mean_and_median():
    generator = np.random.default_rng(7)
    forecasts, weights = generator.normal(size=(3, 5, 4)), generator.random((3, 5, 4))
    weights /= weights.sum(axis=1, keepdims=True)
    mixed = combine(forecasts, weights)
    for row in range(3):
        for step in range(4):
            values, mass = forecasts[row, :, step], weights[row, :, step]
            slow = (values @ mass + weighted_median_of(values, mass)) / 2
            assert mixed[row, step] == pytest.approx(slow)


def test_lead_blocks_cover_the_horizon_once():
    for horizon in (1, 5, 13, 48, 168, 200):
        for season in (1, 7, 24, 52):
            edges = lead_blocks(horizon, season)
            assert edges[0] == 0
            assert edges[-1] == horizon
            assert list(edges) == sorted(set(edges))


def test_trajectories_carry_the_spread_of_errors():
    generator = np.random.default_rng(8)
    forecasts = np.full((40, 10, 20), 100.0)
    actual = (10 + generator.normal(0, 0.5, forecasts.shape)) ** 2
    found = collect(
        forecasts, actual, unit=np.ones(40), signed=np.zeros(40, dtype=bool),
        noise=np.full(40, 0.7), cycle=7,
    )  # fmt: skip
    assert np.median(found.spread) == pytest.approx(0.5 * INFLATION, rel=0.05)
    assert found.valid.all()
