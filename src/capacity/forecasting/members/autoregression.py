"""Ridge autoregression of every series at every origin, from shared normal equations."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from capacity.forecasting.panel import Bools, Floats, Ints

THREADS = 2  # chunks at a time; the result does not depend on it
CHUNK = 48  # series at a time: the design matrix stays inside the cache


def autoregress(
    values: Floats,
    observed: Bools,
    origins: Ints,
    *,
    horizon: int,
    lags: Ints,
    difference: int,
    ridge: float,
    robust_passes: int = 0,
    memory: int | None = None,
    level: bool = True,
) -> Floats:
    """Forecast by an AR on (seasonally differenced) values, fitted anew at each origin.

    The normal equations grow by blocks of rows between origins, so that all origins cost about
    one fit. ``observed`` weights the rows; an origin ``o`` uses columns before ``o`` alone.

    Returns
    -------
    array (series, origins, horizon) on the scale of ``values``.
    """
    changes = _differences(values, difference)

    def forecast_rows(rows: slice) -> Floats:
        return _forecast_chunk(
            changes[rows],
            _row_weights(observed[rows], difference, lags, memory),
            origins,
            horizon=horizon,
            lags=lags,
            ridge=ridge,
            robust_passes=robust_passes,
            level=level,
        )

    chunks = _chunks(values.shape[0])
    if len(chunks) == 1:
        parts = [forecast_rows(chunks[0])]
    else:  # the linear algebra releases the interpreter lock
        with ThreadPoolExecutor(max_workers=THREADS) as threads:
            parts = list(threads.map(forecast_rows, chunks))
    ahead = np.concatenate(parts, axis=0)
    return _integrate(ahead, values, origins, difference)


def _chunks(size: int) -> list[slice]:
    return [slice(first, min(first + CHUNK, size)) for first in range(0, size, CHUNK)]


def _differences(values: Floats, difference: int) -> Floats:
    if difference == 0:
        return values
    changes = np.zeros_like(values)
    changes[:, difference:] = values[:, difference:] - values[:, :-difference]
    return changes


def _row_weights(observed: Bools, difference: int, lags: Ints, memory: int | None) -> Floats:
    weights = observed.astype(np.float64)
    first = observed.argmax(axis=1) + difference + int(lags.max())
    time = np.arange(observed.shape[1])
    weights[time[None, :] < np.minimum(first, observed.shape[1] - 1)[:, None]] = 0.0
    if difference:
        weights[:, difference:] *= observed[:, :-difference]
    if memory is not None:
        weights *= np.exp2((time - time[-1]) / memory)[None, :]
    return weights


def _forecast_chunk(
    changes: Floats,
    weights: Floats,
    origins: Ints,
    *,
    horizon: int,
    lags: Ints,
    ridge: float,
    robust_passes: int,
    level: bool,
) -> Floats:
    size, width = changes.shape
    reach = int(lags.max())
    columns = [changes[:, reach - lag : width - lag] for lag in lags]
    columns.append(np.full((size, width - reach), 1.0 if level else 0.0))
    design = np.stack(columns, axis=1)
    target = changes[:, reach:]
    rows = weights[:, reach:]
    ends, plain = origins - reach, rows
    for _ in range(robust_passes):
        # Residuals of the earliest fit: later origins must not see their own future.
        first = _solve(design, target, rows, ends[:1], ridge)[:, 0]
        residual = target - (first[:, None, :] @ design)[:, 0]
        spread = 1.4826 * _weighted_median(np.abs(residual), plain) + 1e-12
        huber = np.minimum(1.0, 1.5 * spread[:, None] / np.maximum(np.abs(residual), 1e-12))
        rows = plain * huber
    coefficients = _solve(design, target, rows, ends, ridge)
    return _recurse(changes, coefficients, origins, horizon, lags)


def _weighted_median(values: Floats, weights: Floats) -> Floats:
    hidden = np.where(weights > 0, values, np.nan)
    empty = ~(weights > 0).any(axis=1)
    hidden[empty] = 0.0
    return np.asarray(np.nanmedian(hidden, axis=1))


def _solve(design: Floats, target: Floats, rows: Floats, ends: Ints, ridge: float) -> Floats:
    size, terms, _ = design.shape
    gram = np.zeros((size, len(ends), terms, terms))
    moment = np.zeros((size, len(ends), terms))
    total, product, start = np.zeros((size, terms, terms)), np.zeros((size, terms)), 0
    for order, end in enumerate(ends):
        block = slice(start, max(int(end), start))
        part, aim, weight = design[:, :, block], target[:, block], rows[:, block]
        if (weight != 1.0).any():
            root = np.sqrt(weight)
            part, aim = part * root[:, None, :], aim * root
        total = total + part @ part.transpose(0, 2, 1)
        product = product + (part @ aim[..., None])[..., 0]
        gram[:, order], moment[:, order] = total, product
        start = block.stop
    diagonal = np.einsum("skpp->skp", gram)
    size_of_lag = diagonal[..., :-1].mean(axis=-1, keepdims=True)
    penalty = np.concatenate(
        [np.repeat(size_of_lag, terms - 1, axis=-1) * ridge, 1e-9 + size_of_lag * 0.0], axis=-1
    )
    gram = gram + (penalty + 1e-9)[..., None] * np.eye(terms)
    return np.asarray(np.linalg.solve(gram, moment[..., None])[..., 0])


def _recurse(
    changes: Floats, coefficients: Floats, origins: Ints, horizon: int, lags: Ints
) -> Floats:
    size, reach = changes.shape[0], int(lags.max())
    buffer = np.empty((size, len(origins), reach + horizon))
    bound = np.abs(changes).max(axis=1)[:, None] * 1.5
    for order, origin in enumerate(origins):
        buffer[:, order, :reach] = changes[:, origin - reach : origin]
    slopes, constant = coefficients[..., :-1], coefficients[..., -1]
    for step in range(horizon):
        ahead = (slopes * buffer[..., reach + step - lags]).sum(axis=-1) + constant
        buffer[..., reach + step] = np.clip(ahead, -bound, bound)
    return buffer[..., reach:]


def _integrate(ahead: Floats, values: Floats, origins: Ints, difference: int) -> Floats:
    if difference == 0:
        return ahead
    size, count, horizon = ahead.shape
    cycles = -(-horizon // difference)
    padded = np.zeros((size, count, cycles * difference))
    padded[..., :horizon] = ahead
    summed = padded.reshape(size, count, cycles, difference).cumsum(axis=2)
    base = np.stack([values[:, origin - difference : origin] for origin in origins], axis=1)
    return (summed + base[:, :, None, :]).reshape(size, count, -1)[..., :horizon]
