import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.errors import DataError
from capacity.forecasting import forecast_panel

ODD = {
    "constant": [5.0] * 60,
    "all zeros": [0.0] * 60,
    "one observation": [3.0],
    "nothing": [],
    "all missing": [np.nan] * 30,
    "fourteen days": [4.0, 5, 6, 5, 4, 2, 1] * 2,
    "a million-case spike": [5.0] * 40 + [1e6] + [5.0] * 20,
    "gaps": [4.0, np.nan, 6, 5, np.nan, 2, 1] * 9,
    "falls silent": [9.0] * 40 + [0.0] * 20,
    "starts late": [0.0] * 55 + [7.0] * 5,
    "single case": [0.0] * 59 + [1.0],
}


@pytest.mark.parametrize("counts", [False, True])
@pytest.mark.parametrize("seasons", [(), (7,)])
@pytest.mark.parametrize("name", list(ODD))
def test_odd_histories_give_finite_paths_that_are_not_negative(name, seasons, counts):
    result = forecast_panel(
        [np.asarray(ODD[name])], seasons=seasons, horizon=10, paths=40, counts=counts
    )
    for values in (result.point, result.paths):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    if counts:
        assert (result.paths == np.round(result.paths)).all()


def test_odd_histories_together_change_nothing_about_shapes_or_order():
    history = [np.asarray(values) for values in ODD.values()]
    result = forecast_panel(history, seasons=(7,), horizon=5, paths=20)
    assert result.point.shape == (len(ODD), 5)
    assert result.paths.shape == (len(ODD), 20, 5)
    assert result.point[list(ODD).index("constant")] == pytest.approx([5.0] * 5, rel=1e-3)


def test_a_constant_stays_and_zeros_stay_zero():
    result = forecast_panel([np.full(50, 8.0), np.zeros(50)], seasons=(7,), horizon=14, paths=30)
    assert result.point[0] == pytest.approx([8.0] * 14, rel=1e-3)
    assert result.point[1].tolist() == [0.0] * 14


def test_zeros_as_counts_get_half_a_case_over_their_history():
    result = forecast_panel([np.zeros(50)], seasons=(7,), horizon=14, paths=200, counts=True)
    assert result.point[0] == pytest.approx([0.01] * 14)


def test_same_seed_same_bytes_and_other_seed_other_paths():
    history = [np.random.default_rng(0).poisson(20, 100).astype(float)]
    first, again, other = (
        forecast_panel(history, seasons=(7,), horizon=7, paths=30, counts=True, seed=seed).paths
        for seed in (1, 1, 2)
    )
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


def test_faults_are_listed_in_one_error():
    with pytest.raises(DataError, match=r"3 fault.*horizon.*infinite"):
        forecast_panel([np.asarray([1.0, np.inf]), np.ones((2, 2))], seasons=(), horizon=0)


def test_a_season_is_found_again():
    week = np.asarray([50.0, 60, 55, 58, 40, 10, 5])
    result = forecast_panel([np.tile(week, 20)], seasons=(7,), horizon=14)
    assert result.point[0] == pytest.approx(np.tile(week, 2), rel=0.02)


def test_monthly_uncertainty_grows_and_holds_what_comes():
    generator = np.random.default_rng(9)
    month = np.arange(96)
    season = 1 + 0.2 * np.sin(2 * np.pi * month / 12)
    drift = np.exp(np.cumsum(generator.normal(0.003, 0.03, (80, 96)), axis=1))
    values = 5000 * drift * season
    result = forecast_panel(list(values[:, :72]), seasons=(12,), horizon=24, paths=200)
    low, high = np.quantile(result.paths, [0.05, 0.95], axis=1)
    width = np.log(high / low).mean(axis=0)
    assert width[:6].mean() < width[6:12].mean() < width[18:].mean()
    inside = (values[:, 72:] >= low) & (values[:, 72:] <= high)
    assert 0.8 < inside.mean() < 0.97
    naive = np.tile(values[:, 60:72], 2)
    error = np.abs(result.point - values[:, 72:]).mean()
    assert error < np.abs(naive - values[:, 72:]).mean()


def test_half_hours_have_days_not_years():
    day = 20 + 10 * np.sin(2 * np.pi * np.arange(48) / 48)
    result = forecast_panel([np.tile(day, 20)], seasons=(48,), horizon=48)
    assert "average 8" in result.fit.kinds[0].members
    assert result.point[0] == pytest.approx(day, rel=0.05)


def test_joint_paths_keep_the_dependence_of_queues():
    generator = np.random.default_rng(5)
    shock = np.exp(np.cumsum(generator.normal(0, 0.05, 300)))
    twins = [generator.poisson(400 * shock).astype(float) for _ in range(2)]
    paths = forecast_panel(twins, seasons=(7,), horizon=28, paths=400, counts=True).paths
    totals = paths.sum(axis=2)
    assert np.corrcoef(totals)[0, 1] > 0.2


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(st.integers(0, 10_000), st.just(float("nan"))), max_size=60),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([(), (7,), (2, 6)]),
    st.integers(1, 30),
)
def test_any_history_gives_finite_counts(history, seasons, horizon):
    series = [np.asarray(values, dtype=float) for values in history]
    result = forecast_panel(series, seasons=seasons, horizon=horizon, paths=5, counts=True)
    assert np.isfinite(result.paths).all()
    assert (result.paths >= 0).all()
