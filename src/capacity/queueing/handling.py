"""Handling times as a distribution: draw them, and read shares and quantiles off them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from capacity.domain import HandlingShape, HandlingTime

Floats = NDArray[np.float64]


def draw_hours(handling: HandlingTime, size: int, rng: np.random.Generator) -> Floats:
    """Independent handling times in hours.

    Examples
    --------
    >>> time = HandlingTime(mean_minutes=6, cv=0.0)
    >>> draw_hours(time, 2, np.random.default_rng(0)).tolist()
    [0.1, 0.1]
    """
    mean, cv = handling.mean_hours, handling.cv
    if handling.shape is HandlingShape.EMPIRICAL:
        return rng.choice(np.asarray(handling.minutes) / 60.0, size)
    if handling.shape is HandlingShape.CONSTANT or cv == 0:
        return np.full(size, mean)
    if handling.shape is HandlingShape.EXPONENTIAL:
        return rng.exponential(mean, size)
    if handling.shape is HandlingShape.GAMMA:
        return rng.gamma(cv**-2, mean * cv**2, size)
    spread = np.log1p(cv**2)
    return rng.lognormal(np.log(mean) - spread / 2, np.sqrt(spread), size)


def share_within(handling: HandlingTime, hours: float) -> float:
    """P(handling <= hours): the ceiling of any target that stops its clock at closing.

    Examples
    --------
    >>> round(share_within(HandlingTime(mean_minutes=20, cv=1.5), 1.0), 2)
    0.94
    """
    mean, cv = handling.mean_hours, handling.cv
    if hours <= 0:
        return 0.0
    if handling.shape is HandlingShape.EMPIRICAL:
        return float(np.mean(np.asarray(handling.minutes) <= 60.0 * hours))
    if handling.shape is HandlingShape.CONSTANT or cv == 0:
        return float(hours >= mean)
    if handling.shape is HandlingShape.EXPONENTIAL:
        return float(-np.expm1(-hours / mean))
    if handling.shape is HandlingShape.GAMMA:
        return float(special.gammainc(cv**-2, hours / (mean * cv**2)))
    spread = np.log1p(cv**2)
    return float(special.ndtr((np.log(hours / mean) + spread / 2) / np.sqrt(spread)))


def handling_quantiles(handling: HandlingTime, levels: ArrayLike) -> Floats:
    """Handling times in hours at the given levels in (0, 1)."""
    level = np.asarray(levels, dtype=np.float64)
    mean, cv = handling.mean_hours, handling.cv
    if handling.shape is HandlingShape.EMPIRICAL:
        return np.asarray(np.quantile(np.asarray(handling.minutes) / 60.0, level))
    if handling.shape is HandlingShape.CONSTANT or cv == 0:
        return np.full(level.shape, mean)
    if handling.shape is HandlingShape.EXPONENTIAL:
        return np.asarray(-mean * np.log1p(-level))
    if handling.shape is HandlingShape.GAMMA:
        return np.asarray(special.gammaincinv(cv**-2, level) * mean * cv**2)
    spread = np.log1p(cv**2)
    return np.asarray(mean * np.exp(special.ndtri(level) * np.sqrt(spread) - spread / 2))


def handling_points(handling: HandlingTime, points: int) -> Floats:
    """Midpoints of `points` slices of equal probability, in hours, ascending."""
    return handling_quantiles(handling, (np.arange(points) + 0.5) / points)


def draw_work(
    counts: NDArray[np.int64] | Floats, handling: HandlingTime, rng: np.random.Generator
) -> Floats:
    """Total handling hours of `counts` cases: gamma with their mean and variance."""
    n = np.asarray(counts, dtype=np.float64)
    if handling.cv == 0 or handling.shape is HandlingShape.CONSTANT:
        return n * handling.mean_hours
    shape = n / handling.cv**2
    drawn = rng.gamma(np.where(shape > 0, shape, 1.0), handling.mean_hours * handling.cv**2)
    return np.where(n > 0, drawn, 0.0)
