"""The low-level door: forecast any panel of series with one frozen setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from capacity.domain.seeds import stream
from capacity.forecasting.chunks import work_in_chunks
from capacity.forecasting.draws import Picks, draw_around, pick
from capacity.forecasting.members.classical import ClassicalModel
from capacity.forecasting.panel import Floats, Ints, check_history
from capacity.forecasting.panel_fit import PanelFit, fit_panel
from capacity.forecasting.sparse import draw_counts, draw_rates

CELLS = 150_000  # values drawn at a time: they stay inside the cache


@dataclass(frozen=True, kw_only=True)
class PanelForecast:
    """Point forecasts (series, horizon) and joint paths (series, paths, horizon).

    ``fit`` holds the weights of members and the shifts found.
    """

    point: Floats
    paths: Floats
    fit: PanelFit


def forecast_panel(
    history: Sequence[ArrayLike],
    *,
    seasons: Sequence[int],
    horizon: int,
    paths: int = 0,
    counts: bool = False,
    seed: int = 0,
    extra: Sequence[ClassicalModel] = (),
) -> PanelForecast:
    """Forecast many series at once: a weighted combination of members and joint sample paths.

    Parameters
    ----------
    history : sequence of 1-D arrays
        One series each, oldest value first; lengths may differ; nan = missing.
    seasons : sequence of int
        Season lengths in steps, such as ``(24, 168)`` for hourly data; may be empty.
    horizon : int
        Steps ahead.
    paths : int, default 0
        Sample paths of each series; path ``p`` of all series is one joint future.
    counts : bool, default False
        Whether values are counts: paths are then integers with Poisson noise at least, and
        negative-binomial where the mean is small.
    seed : int, default 0
        Same seed, same bytes.
    extra : sequence of ClassicalModel, default ()
        Members of statsmodels that join the combination: up to a second a series and model,
        meant for a few weekly or monthly series.

    Returns
    -------
    PanelForecast

    Raises
    ------
    DataError
        A series is not 1-D or holds infinite values, or the horizon is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> week = np.tile([5.0, 9.0, 8.0, 8.0, 7.0, 2.0, 1.0], 12)
    >>> forecast = forecast_panel([week], seasons=(7,), horizon=7)
    >>> forecast.point.round(1).tolist()
    [[5.0, 9.0, 8.0, 8.0, 7.0, 2.0, 1.0]]
    """
    series = [np.asarray(values, dtype=np.float64) for values in history]
    check_history(series, seasons=seasons, horizon=horizon)
    fit = fit_panel(series, seasons=tuple(seasons), horizon=horizon, counts=counts, extra=extra)
    return PanelForecast(
        point=fit.point,
        paths=draw_paths(fit, paths=paths, seed=seed),
        fit=fit,
    )


def draw_paths(fit: PanelFit, *, paths: int, seed: int) -> Floats:
    """Draw joint paths (series, paths, horizon) from a fit."""
    size = len(fit.point)
    if paths == 0:
        return np.empty((size, 0, fit.horizon))
    picks = pick_for(fit, paths=paths, generator=stream(seed, "picks"))
    out = np.empty((size, paths, fit.horizon))

    def draw_rows(rows: slice) -> None:
        generator = stream(seed, "paths", rows.start)
        _draw_chunk(fit, rows, picks, generator, out)

    work_in_chunks(size, draw_rows, chunk=max(1, CELLS // (paths * fit.horizon)))
    return out


def _draw_chunk(
    fit: PanelFit, rows: slice, picks: Picks, generator: np.random.Generator, out: Floats
) -> None:
    numbers = np.arange(rows.start, rows.stop)
    thin, dense = numbers[fit.sparse[rows]], numbers[~fit.sparse[rows]]
    if fit.sparse_fit is not None and len(thin):
        kind, some = fit.sparse_fit, fit.place[thin]
        out[thin] = draw_counts(
            kind.point[some], kind.noise.of(some), paths=out.shape[1], generator=generator
        )
    if len(dense):
        levels = draw_levels(fit, dense, picks, generator)
        out[dense] = generator.poisson(levels) if fit.counts else levels


def draw_levels(fit: PanelFit, rows: Ints, picks: Picks, generator: np.random.Generator) -> Floats:
    """Paths (rows, paths, horizon) before counting noise: Poisson rates where values are counts."""
    paths = len(picks.origin)
    levels = np.empty((len(rows), paths, fit.horizon))
    for sparse, kind in ((False, fit.dense_fit), (True, fit.sparse_fit)):
        at = np.flatnonzero(fit.sparse[rows] == sparse)
        if kind is None or not len(at):
            continue
        some = fit.place[rows[at]]
        if sparse:
            noise = kind.noise.of(some)
            levels[at] = draw_rates(kind.point[some], noise, paths=paths, generator=generator)
        else:
            levels[at] = draw_around(
                kind.point[some], kind.trajectories, some, picks, generator=generator
            )
    return levels


def pick_for(fit: PanelFit, *, paths: int, generator: np.random.Generator) -> Picks:
    """Draw what all series of a fit share."""
    kind = fit.dense_fit or fit.kinds[0]
    return pick(kind.trajectories, paths=paths, horizon=fit.horizon, generator=generator)
