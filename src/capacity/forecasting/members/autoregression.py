"""Ridge autoregression of every series at every origin, from shared normal equations."""

from __future__ import annotations

import numpy as np

from capacity.forecasting.panel import Bools, Floats, Ints, Reals

REFITS = 4  # origins at which coefficients are fitted anew; others use those of an earlier one
CHUNK = 8  # series at a time: their design matrices stay inside the cache
BLOCK = 200_000  # multiplications a product: above a quarter million OpenBLAS starts threads


def autoregress(
    values: Reals,
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
    """Forecast by an AR on (seasonally differenced) values, from past values alone.

    The normal equations grow by blocks of rows between origins, so that all origins cost about
    one fit. ``observed`` weights the rows; an origin ``o`` uses columns before ``o`` alone, and
    the coefficients of the last of `REFITS` evenly chosen origins that is not after it. Sums run
    in the precision of ``values``, the solution in double precision.

    Returns
    -------
    array (series, origins, horizon) on the scale of ``values``.
    """
    changes = _differences(values, difference)
    weights = _row_weights(observed, difference, lags, memory)
    refits = np.unique(np.linspace(0, len(origins) - 1, min(REFITS, len(origins))).astype(int))
    fits = [
        _fit_chunk(
            changes[first : first + CHUNK],
            weights[first : first + CHUNK],
            origins[refits],
            lags=lags,
            start=difference,
            ridge=ridge,
            robust_passes=robust_passes,
            level=level,
        )
        for first in range(0, values.shape[0], CHUNK)
    ]
    used = np.searchsorted(refits, np.arange(len(origins)), side="right") - 1
    coefficients = np.concatenate(fits, axis=0)[:, used]
    ahead = _recurse(changes, coefficients, origins, horizon, lags)
    return _integrate(ahead, values, origins, difference)


def _differences(values: Reals, difference: int) -> Reals:
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


def _fit_chunk(
    changes: Reals,
    weights: Floats,
    origins: Ints,
    *,
    lags: Ints,
    start: int,
    ridge: float,
    robust_passes: int,
    level: bool,
) -> Floats:
    """Coefficients (series, origins, lags + 1), the constant last."""
    size, width = changes.shape
    first = int(lags.max()) + min(start, width - 1 - int(lags.max()))
    terms = len(lags) + 1 + level
    # The target is the first row: its products with the others are the moments.
    design = np.ones((size, terms, width - first), dtype=changes.dtype)
    for row, lag in enumerate((0, *lags.tolist())):
        design[:, row] = changes[:, first - lag : width - lag]
    rows, ends = weights[:, first:], np.maximum(origins - first, 0)
    plain = rows
    for _ in range(robust_passes):
        # Residuals of the earliest fit: later origins must not see their own future.
        early = _solve(_grams(design, rows, ends[:1]), len(lags), ridge)[:, 0, : terms - 1]
        fitted = np.einsum("sp,spt->st", early.astype(design.dtype), design[:, 1:])
        residual = np.abs(design[:, 0] - fitted)
        spread = 1.4826 * _seen_median(residual, plain) + 1e-12
        rows = plain * np.minimum(1.0, 1.5 * spread[:, None] / np.maximum(residual, 1e-12))
    return _solve(_grams(design, rows, ends), len(lags), ridge)


def _seen_median(values: Reals, weights: Floats) -> Floats:
    """Median of the values whose weight is not zero."""
    ranked = np.sort(np.where(weights > 0, values, np.inf), axis=1)
    count = np.maximum((weights > 0).sum(axis=1), 1)
    rows = np.arange(len(values))
    middle = ranked[rows, (count - 1) // 2] + ranked[rows, count // 2]
    return np.where(np.isfinite(middle), middle / 2, 0.0)


def _grams(design: Reals, weights: Floats, ends: Ints) -> Floats:
    """Weighted products (series, ends, terms, terms) of the design's rows up to each end."""
    if (weights != 1.0).any():
        design = design * np.sqrt(weights, dtype=design.dtype)[:, None, :]
    size, terms, _ = design.shape
    rows = max(1, BLOCK // terms**2)
    grams = np.zeros((size, len(ends), terms, terms))
    total, start = np.zeros((size, terms, terms), dtype=design.dtype), 0
    for order, end in enumerate(ends.tolist()):
        for first in range(start, end, rows):
            part = design[:, :, first : min(first + rows, end)]
            total = total + part @ part.transpose(0, 2, 1)
        grams[:, order] = total
        start = max(end, start)
    return grams


def _solve(grams: Floats, lags: int, ridge: float) -> Floats:
    """Ridge solutions; without a constant among the terms it is zero."""
    gram, moment = grams[..., 1:, 1:].copy(), grams[..., 1:, 0]
    diagonal = np.einsum("...pp->...p", gram)
    size_of_lag = diagonal[..., :lags].mean(axis=-1, keepdims=True)
    diagonal[..., :lags] += size_of_lag * ridge
    diagonal += 1e-9
    out = np.zeros((*moment.shape[:-1], lags + 1))
    out[..., : moment.shape[-1]] = np.linalg.solve(gram, moment[..., None])[..., 0]
    return out


def _recurse(
    changes: Reals, coefficients: Floats, origins: Ints, horizon: int, lags: Ints
) -> Floats:
    """Forecasts (series, origins, horizon): each step feeds the next."""
    size, reach = changes.shape[0], int(lags.max())
    buffer = np.empty((reach + horizon, len(origins), size))
    for order, origin in enumerate(origins):
        buffer[:reach, order] = changes[:, origin - reach : origin].T
    bound = np.abs(changes).max(axis=1) * 1.5
    ordered = np.ascontiguousarray(coefficients.transpose(2, 1, 0))
    slopes, constant = ordered[:-1], ordered[-1]
    for step in range(reach, reach + horizon):
        ahead = np.einsum("los,los->os", slopes, buffer[step - lags]) + constant
        buffer[step] = np.clip(ahead, -bound, bound)
    return buffer[reach:].transpose(2, 1, 0)


def _integrate(ahead: Floats, values: Reals, origins: Ints, difference: int) -> Floats:
    if difference == 0:
        return ahead
    size, count, horizon = ahead.shape
    cycles = -(-horizon // difference)
    padded = np.zeros((size, count, cycles * difference))
    padded[..., :horizon] = ahead
    summed = padded.reshape(size, count, cycles, difference).cumsum(axis=2)
    base = np.stack([values[:, origin - difference : origin] for origin in origins], axis=1)
    return np.asarray(summed + base[:, :, None, :], dtype=np.float64).reshape(size, count, -1)[
        ..., :horizon
    ]
