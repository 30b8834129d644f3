from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from capacity.domain.grid import TimeGrid
from capacity.domain.volume import SeriesLabel, Volume
from capacity.errors import DataError
from capacity.forecasting import DriverHistory, DriverKind, backtest
from capacity.forecasting.scores import (
    cover_sums,
    expected_poisson_error,
    randomised_pit,
    score_crps,
)
from tests.oracles.forecasting import crps_by_definition


def daily_volume(days=200, seed=0):
    grid = TimeGrid(start=pd.Timestamp("2025-01-06", tz="UTC"), minutes=1440, periods=days)
    shape = np.tile([1.2, 1.2, 1.1, 1.1, 1.0, 0.7, 0.7], days // 7 + 1)[:days]
    counts = np.random.default_rng(seed).poisson(80 * shape)[None].astype(float)
    return Volume(grid=grid, labels=(SeriesLabel(queue="a"),), counts=counts, as_of=grid.end)


@pytest.fixture(scope="module")
def result():
    return backtest(daily_volume(), origins=5, weeks=4, paths=200)


def test_crps_by_sorting_equals_the_definition():
    sample = np.random.default_rng(1).poisson(4, (50, 6)).astype(float)
    actual = np.asarray([0.0, 3, 4, 5, 9, 20])
    slow = [crps_by_definition(sample[:, i], actual[i]) for i in range(6)]
    np.testing.assert_allclose(score_crps(sample, actual), slow, rtol=1e-12)


def test_poisson_error_equals_the_sum_over_counts():
    for mean in (0.3, 2.0, 7.7):
        counts = np.arange(200)
        mass = np.exp(-mean) * np.cumprod(np.append(1.0, mean / counts[1:]))
        assert expected_poisson_error(np.asarray([mean]))[0] == pytest.approx(
            (mass * np.abs(counts - mean)).sum()
        )


def test_randomised_pit_of_a_true_sample_is_uniform():
    generator = np.random.default_rng(2)
    paths, actual = generator.poisson(0.4, (400, 4000)), generator.poisson(0.4, 4000)
    pit = randomised_pit(paths, actual, generator)
    assert (pit < 0.05).mean() == pytest.approx(0.05, abs=0.012)
    assert (pit > 0.95).mean() == pytest.approx(0.05, abs=0.012)


def test_a_sum_is_covered_or_not():
    paths = np.tile(np.arange(101.0)[:, None], (1, 2)) / 2
    assert cover_sums(paths, np.asarray([25.0, 25.0]), block=2).tolist() == [1.0]
    assert cover_sums(paths, np.asarray([0.0, 0.0]), block=2).tolist() == [0.0]


def test_backtest_scores_ours_beside_the_rivals(result):
    assert set(result.frame["method"]) == {"forecast", "8-week average", "seasonal naive"}
    assert list(dict.fromkeys(result.frame["lead"])) == ["day 1", "days 2-7", "weeks 2-6"]
    assert len(result.origins) == 5


def test_a_stationary_queue_is_forecast_near_the_poisson_floor(result):
    ours = result.frame[result.frame["method"] == "forecast"].set_index("lead")
    assert ours["wape_over_floor"]["weeks 2-6"] == pytest.approx(1.0, abs=0.25)
    assert abs(ours["bias"]["weeks 2-6"]) < 0.05
    naive = result.frame[result.frame["method"] == "seasonal naive"].set_index("lead")
    assert ours["wape"]["weeks 2-6"] < naive["wape"]["weeks 2-6"]


def test_the_rival_adds_no_value_to_itself(result):
    rival = result.frame[result.frame["method"] == "8-week average"]
    assert rival["value_added"].tolist() == pytest.approx([0.0] * len(rival))


def test_a_history_too_short_is_refused_with_what_it_needs():
    with pytest.raises(DataError, match="needs 84 days of history, got 60"):
        backtest(daily_volume(days=60), weeks=4)


def two_queues(days=200, seed=1):
    """Two queues that share their good and bad days."""
    grid = TimeGrid(start=pd.Timestamp("2025-01-06", tz="UTC"), minutes=1440, periods=days)
    generator = np.random.default_rng(seed)
    day = np.exp(generator.normal(0, 0.3, days))
    counts = generator.poisson(np.stack([90 * day, 60 * day])).astype(float)
    labels = (SeriesLabel(queue="a"), SeriesLabel(queue="b"))
    return Volume(grid=grid, labels=labels, counts=counts, as_of=grid.end)


def test_all_queues_are_added_path_by_path():
    result = backtest(two_queues(), origins=8, weeks=4, paths=200)
    assert result.queues == ("a", "b", "all")
    ours = result.of("all").query("method == 'forecast'")
    assert ours["actual_per_day"].mean() == pytest.approx(157, rel=0.1)
    # Independent queues would give the sum an interval far too narrow.
    assert ours["coverage_90"].mean() > 0.8
    assert "all queues together" in result.summary()


def test_pit_bins_add_up_to_one_and_are_flat_for_an_honest_forecast(result):
    shares = result.pit.groupby("lead")["share"].sum()
    assert shares.tolist() == pytest.approx([1.0] * 3)
    middle = result.pit[result.pit["lead"] == "weeks 2-6"]["share"]
    assert middle.max() < 0.25


def test_a_backtest_never_sees_the_drivers_of_the_future():
    history = DriverHistory(
        queue="a", kind=DriverKind.HANDLING_MINUTES, last_day=date(2025, 7, 24),
        values=np.linspace(5, 9, 200),
    )  # fmt: skip
    volume = replace(daily_volume(), drivers=(history,))
    frame = backtest(volume, origins=2, weeks=1, paths=20).frame
    pd.testing.assert_frame_equal(
        frame, backtest(daily_volume(), origins=2, weeks=1, paths=20).frame
    )
