import numpy as np
import pandas as pd
import pytest

from capacity.domain.grid import TimeGrid
from capacity.domain.volume import SeriesLabel, Volume
from capacity.errors import DataError
from capacity.forecasting import forecast, learn_split
from capacity.forecasting.share_drift import ShareDrift, learn_drift, walk_shares

WEEKS = 26


def make_volume(seed=0):
    """Queue q0 whole; q1 in three cells, of which one language works the other half of the day."""
    grid = TimeGrid(start=pd.Timestamp("2025-01-06", tz="UTC"), minutes=60, periods=WEEKS * 168)
    generator = np.random.default_rng(seed)
    day = np.where(np.arange(grid.periods) % 24 < 12, 1.6, 0.4)
    rates = np.stack([20.0 * day, 8.0 * day, 4.0 * day, 4.0 * (2 - day)])
    labels = (
        SeriesLabel(queue="q0"),
        SeriesLabel(queue="q1", market="ie", language="en"),
        SeriesLabel(queue="q1", market="de", language="de"),
        SeriesLabel(queue="q1", market="de", language="en"),
    )
    counts = generator.poisson(rates).astype(float)
    return Volume(grid=grid, labels=labels, counts=counts, as_of=grid.end)


@pytest.fixture(scope="module")
def demand():
    return forecast(make_volume(), weeks=4, months=3, paths=40, seed=5)


def test_leaves_of_a_forecast_sum_to_their_queue_on_every_path(demand):
    leaves = demand.leaves("q1", periods=300, first=7, last=31)
    assert leaves.shape == (3, 24, 300)
    assert np.array_equal(leaves.sum(axis=0), demand.paths("q1", periods=300, first=7, last=31))


def test_monthly_leaves_sum_to_the_months_of_their_queue(demand):
    leaves = demand.monthly_leaves("q1")
    assert np.array_equal(leaves.sum(axis=0), demand.monthly("q1"))
    month = demand.months.index_of(demand.grid)
    fine = demand.leaves("q1")[:, :, month == 0].sum(axis=2)
    assert np.array_equal(leaves[:, :, 0], fine)


def test_a_queue_without_cells_is_its_own_leaf(demand):
    assert demand.labels("q0") == (SeriesLabel(queue="q0"),)
    assert np.array_equal(demand.leaves("q0", periods=24)[0], demand.paths("q0", periods=24))


def test_cells_and_queues_add_up_to_the_same_total(demand):
    markets = [demand.total(queues=["q1"], market=name, periods=168) for name in ("ie", "de")]
    assert np.array_equal(sum(markets), demand.paths("q1", periods=168))
    english = demand.total(queues=["q1"], market="de", language="en", periods=168)
    assert np.array_equal(english, demand.leaves("q1", periods=168)[2])
    both = demand.total(periods=24)
    assert np.array_equal(both, demand.paths("q0", periods=24) + demand.paths("q1", periods=24))


def test_a_sum_over_cells_that_were_not_counted_is_refused(demand):
    with pytest.raises(DataError, match=r'queue q0: has no cells by market.*by=\("market",\)'):
        demand.total(market="ie")
    with pytest.raises(DataError, match="queue q9: is not in the demand"):
        demand.total(queues=["q9"])


def test_leaves_keep_their_own_hours(demand):
    leaves = demand.leaves("q1").mean(axis=1)
    morning = np.arange(leaves.shape[1]) % 24 < 12
    night_shift = leaves[2]
    assert night_shift[~morning].mean() / night_shift[morning].mean() == pytest.approx(4, rel=0.2)
    assert leaves[0][morning].mean() / leaves[0][~morning].mean() == pytest.approx(4, rel=0.2)


def test_a_leaf_drawn_in_blocks_is_the_same_leaf(demand):
    whole = demand.leaves("q1", periods=400)
    assert np.array_equal(
        demand.leaves("q1", periods=200, first=11, last=12), whole[:, 11:12, :200]
    )


def drifting_shares(weeks, step, size, seed=3):
    generator = np.random.default_rng(seed)
    level, rows = np.asarray([0.7, 0.3]), []
    for _ in range(weeks):
        rows.append(generator.multinomial(size, level))
        level = generator.dirichlet(level * step)
    return np.asarray(rows, dtype=float).T


def test_drift_is_told_from_counting_noise():
    found = [
        learn_drift(drifting_shares(26, 500, 20_000, seed), prior_cases=1) for seed in range(20)
    ]
    assert np.median([drift.step for drift in found]) == pytest.approx(500, rel=0.6)
    still = [
        learn_drift(np.random.default_rng(k).multinomial(400, [0.7, 0.3], 26).T.astype(float), prior_cases=1)
        for k in range(20)
    ]  # fmt: skip
    assert np.median([drift.step for drift in still]) > 2_000


def test_drifting_shares_follow_the_last_weeks():
    counts = np.full((2, 26), 500.0)
    counts[0, -8:], counts[1, -8:] = np.linspace(550, 900, 8), np.linspace(450, 100, 8)
    assert learn_drift(counts, prior_cases=1.0).shares[0] > 0.75


def test_shares_grow_less_certain_with_the_weeks():
    drift = ShareDrift(shares=np.asarray([0.6, 0.4]), known=2_000, step=500, week=1e6)
    walks = [walk_shares(drift, 52, np.random.default_rng(k)) for k in range(400)]
    spread = np.std(walks, axis=0)[:, 0]
    assert np.mean(walks, axis=0)[-1, 0] == pytest.approx(0.6, abs=0.02)
    assert spread[0] < spread[12] < spread[51]
    assert spread[51] == pytest.approx(np.sqrt(0.24 * (1 / 2_000 + 51 / 500)), rel=0.15)


def test_an_interval_of_a_leaf_a_quarter_ahead_holds_what_comes():
    """Nominal 90 % intervals of a leaf's week, shares drifting, 60 made-up queues."""
    inside = []
    for seed in range(60):
        counts = drifting_shares(38, 400, 3_000, seed)
        drift = learn_drift(counts[:, :26], prior_cases=1.0)
        walks = [walk_shares(drift, 12, np.random.default_rng(k))[-1, 0] for k in range(200)]
        low, high = np.quantile(walks, [0.05, 0.95])
        inside.append(low <= counts[0, 37] / 3_000 <= high)
    assert 0.78 <= np.mean(inside) <= 0.98


def test_a_leaf_never_seen_keeps_a_small_share():
    volume = make_volume()
    volume.counts[3] = 0.0
    split = learn_split(volume, "q1")
    assert 0 < split.shares[2] < 0.001
