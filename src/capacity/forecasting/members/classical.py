"""Members from statsmodels, by the same interface: slow, so only where they are asked for."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from enum import Enum
from typing import Any

import numpy as np

from capacity.forecasting.panel import Floats, Ints

LEAST_VALUES = 16  # shorter histories say too little about the parameters
LONGEST_SEASON = 24  # a longer season has too many states to estimate: it is left out
REFITS = 2  # origins at which parameters are estimated; between them they are only filtered
STEPS_OF_SEARCH = 30


class ClassicalModel(Enum):
    """A model of statsmodels that may join the combination of `forecast_panel`.

    ``DAMPED_ETS`` is additive exponential smoothing with a damped trend; ``STRUCTURAL`` a local
    linear trend with a seasonal component (unobserved components); ``SARIMAX`` an ARIMA(1,1,1)
    with one seasonal autoregression. All work on logarithms.
    """

    DAMPED_ETS = "damped ets"
    STRUCTURAL = "structural"
    SARIMAX = "sarimax"


def forecast_classical(
    values: Floats, origins: Ints, *, horizon: int, season: int, model: ClassicalModel
) -> Floats:
    """Forecast every series at every origin by a model of statsmodels.

    Parameters are estimated at `REFITS` of the origins from the values before them; at the
    origins between, the last estimates filter all that is known by then.

    Parameters
    ----------
    values : array (series, time)
    origins : array of int
        Each forecast uses the columns before its origin alone.
    horizon, season : int
        A season of 1 step, above `LONGEST_SEASON`, or not seen three times is left out.
    model : ClassicalModel

    Returns
    -------
    array (series, origins, horizon) on the scale of ``values``; nan for a series that is too
    short or whose parameters cannot be estimated.

    Examples
    --------
    >>> line = np.log(np.arange(100.0, 160.0))[None]
    >>> ahead = forecast_classical(
    ...     line, np.asarray([60]), horizon=2, season=1, model=ClassicalModel.DAMPED_ETS
    ... )
    >>> np.exp(ahead[0, 0]).round().tolist()
    [160.0, 161.0]
    """
    out = np.full((len(values), len(origins), horizon), np.nan)
    if origins[0] < LEAST_VALUES:
        return out
    usable = season if 1 < season <= LONGEST_SEASON and 3 * season <= origins[0] else 1
    refits = set(np.linspace(0, len(origins) - 1, min(REFITS, len(origins))).astype(int).tolist())
    build = _builder(model, usable)
    for row, series in enumerate(values):
        try:
            out[row] = _forecast_series(series, origins, horizon, build, refits)
        except (np.linalg.LinAlgError, ValueError, FloatingPointError):
            # Said by nan: the combination leaves this member out for this series.
            out[row] = np.nan
    return out


def _builder(model: ClassicalModel, season: int) -> Callable[[Floats], Any]:
    """Make the model of a stretch of values; the only place that imports statsmodels."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # noqa: PLC0415
    from statsmodels.tsa.statespace.sarimax import SARIMAX  # noqa: PLC0415
    from statsmodels.tsa.statespace.structural import UnobservedComponents  # noqa: PLC0415

    seasonal = season > 1

    def build(known: Floats) -> Any:
        if model is ClassicalModel.DAMPED_ETS:
            return ETSModel(
                known,
                trend="add",
                damped_trend=True,
                seasonal="add" if seasonal else None,
                seasonal_periods=season if seasonal else None,
            )
        if model is ClassicalModel.STRUCTURAL:
            return UnobservedComponents(
                known, level="lltrend", seasonal=season if seasonal else None
            )
        order = (1, 0, 0, season) if seasonal else (0, 0, 0, 0)
        return SARIMAX(known, order=(1, 1, 1), seasonal_order=order)

    return build


def _forecast_series(
    series: Floats, origins: Ints, horizon: int, build: Callable[[Floats], Any], refits: set[int]
) -> Floats:
    out, parameters = np.empty((len(origins), horizon)), None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # A search that stops early still gives a forecast; the weights judge what it is worth.
        warnings.simplefilter("ignore")
        for order, origin in enumerate(origins.tolist()):
            model = build(series[:origin])
            is_state_space = hasattr(model, "ssm")
            plain = {"cov_type": "none"} if is_state_space else {}  # nobody reads the errors
            if order in refits:
                found = model.fit(disp=False, maxiter=STEPS_OF_SEARCH, **plain)
                parameters = found.params
            known = (
                model.filter(parameters, **plain) if is_state_space else model.smooth(parameters)
            )
            out[order] = known.forecast(horizon)
    return out
