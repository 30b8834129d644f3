"""Intervals of shares, and quantiles of times of which some have not ended yet."""

from __future__ import annotations

import numpy as np

Z_95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""


def wilson(hits: float, trials: float, *, z: float = Z_95) -> tuple[float, float]:
    """The Wilson score interval of a share; (nan, nan) without trials.

    Formula: Wilson (1927), score interval without continuity correction.

    Examples
    --------
    >>> low, high = wilson(8, 10)
    >>> round(low, 4), round(high, 4)
    (0.4902, 0.9433)
    """
    if trials <= 0:
        return float("nan"), float("nan")
    share, square = hits / trials, z * z / trials
    centre = (share + square / 2) / (1 + square)
    half = z / (1 + square) * np.sqrt(share * (1 - share) / trials + square / (4 * trials))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def censored_quantiles(
    times: np.ndarray, ended: np.ndarray, levels: tuple[float, ...], weights: np.ndarray
) -> tuple[float, ...]:
    """Quantiles of times by the product-limit estimate; times not `ended` are lower bounds.

    A quantile is nan when the estimate never reaches its level: too many cases are still open
    for it to be known (Kaplan and Meier 1958).

    Examples
    --------
    >>> censored_quantiles(np.array([1.0, 2, 3, 4]), np.ones(4, bool), (0.5,), np.ones(4))
    (2.0,)
    >>> censored_quantiles(np.array([1.0, 2]), np.array([True, False]), (0.9,), np.ones(2))
    (nan,)
    """
    if not len(times):
        return tuple(float("nan") for _ in levels)
    # At equal times those that ended come first: the others were still at risk.
    order = np.lexsort((~ended, times))
    times, ended, weights = times[order], ended[order], weights[order]
    at_risk = np.cumsum(weights[::-1])[::-1]
    moments, first = np.unique(times, return_index=True)
    ending = np.add.reduceat(np.where(ended, weights, 0.0), first)
    risk = at_risk[first]
    survival = np.cumprod(np.where(ending >= risk, 0.0, 1 - ending / risk))
    found = []
    for level in levels:
        below = survival <= 1 - level + 1e-12
        found.append(float(moments[np.argmax(below)]) if below.any() else float("nan"))
    return tuple(found)
