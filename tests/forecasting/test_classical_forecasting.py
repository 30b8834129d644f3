import numpy as np
import pytest

from capacity.forecasting import ClassicalModel, forecast_panel
from capacity.forecasting.members.classical import LEAST_VALUES, forecast_classical


def growing(seed, steps=40):
    generator = np.random.default_rng(seed)
    return np.exp(4 + 0.01 * np.arange(steps) + 0.02 * generator.standard_normal(steps))


@pytest.mark.parametrize("model", list(ClassicalModel))
def test_a_model_of_statsmodels_sees_nothing_beyond_its_origin(model):
    values = np.log(growing(1))[None]
    changed = values.copy()
    changed[:, 30:] = 9.0
    origins = np.asarray([28, 30])
    first, second = (
        forecast_classical(y, origins, horizon=3, season=1, model=model) for y in (values, changed)
    )
    assert first.shape == (1, 2, 3)
    np.testing.assert_allclose(first, second, rtol=1e-9)
    assert np.abs(first - values[:, 30:33]).max() < 0.15


@pytest.mark.parametrize("model", list(ClassicalModel))
def test_seasons_seen_three_times_are_used(model):
    values = np.log(100 + 50 * np.sin(2 * np.pi * np.arange(32) / 4) + np.arange(32))[None]
    values += 0.01 * np.random.default_rng(2).standard_normal(values.shape)
    ahead = forecast_classical(
        values[:, :28], np.asarray([28]), horizon=4, season=4, model=model
    )[0, 0]  # fmt: skip
    assert np.exp(ahead) == pytest.approx(np.exp(values[0, 28:]), rel=0.15)


def test_a_history_too_short_is_said_by_nan_and_left_out():
    short = np.log(growing(3, steps=LEAST_VALUES))[None]
    ahead = forecast_classical(
        short, np.asarray([LEAST_VALUES - 1]), horizon=2, season=1, model=ClassicalModel.SARIMAX
    )
    assert np.isnan(ahead).all()
    result = forecast_panel(
        [growing(3, steps=20)], seasons=(), horizon=4, extra=(ClassicalModel.SARIMAX,)
    )
    kind = result.fit.kinds[0]
    assert kind.weights.full[0, kind.members.index("sarimax")].max() == 0
    assert np.isfinite(result.point).all()


def test_members_asked_for_join_the_combination():
    history = [growing(4), growing(5)]
    plain = forecast_panel(history, seasons=(), horizon=4)
    result = forecast_panel(
        history, seasons=(), horizon=4, paths=20, extra=(ClassicalModel.DAMPED_ETS,)
    )
    kind = result.fit.kinds[0]
    assert kind.members[:-1] == plain.fit.kinds[0].members
    assert kind.members[-1] == "damped ets"
    assert (kind.weights.full[:, -1] > 0).all()
    assert np.isfinite(result.paths).all()
