"""Whole error trajectories of rolling origins, on a scale that keeps forecasts non-negative."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.forecasting.panel import Bools, Floats, Ints

POOL_ORIGINS = 6.0  # the pool's spread counts as this many origins of a series' own
FEW_SERIES = 8  # fewer series with origins of their own are no pool
ALONE = 0.5  # the log of an estimate from n windows is low by about 1 / (2 n) on average
FEW_TRAJECTORIES = 20  # with fewer in the whole panel, made ones stand in for those missing
INFLATION = 0.95  # from validation windows: its uncertainty alone covers a little too much


@dataclass(frozen=True, kw_only=True)
class Trajectories:
    """Standardised error trajectories and what turns them into paths of a series.

    ``shapes`` (series, origins, steps) are errors on the square-root scale over ``spread``
    (series); ``valid`` (series, origins) says which were observed in full. ``unit`` is the size
    of a series, ``donors`` (series, origins) lists for each origin the series valid there, of
    which ``donor_count`` (origins) are, ``spread_sd`` the sd of its log spread: the spread itself is an estimate, from
    overlapping windows. ``signed`` marks series with negative values, kept on the plain scale.
    """

    shapes: Floats
    valid: Bools
    donors: Ints
    donor_count: Ints
    spread: Floats
    spread_sd: Floats
    unit: Floats
    signed: Bools
    cycle: int

    @property
    def steps(self) -> int:
        """Lead times that the trajectories reach."""
        return int(self.shapes.shape[2])


def to_root(values: Floats, unit: Floats, signed: Bools) -> Floats:
    """Square root of values in units of their series; plain where a series has signs."""
    shape = (-1,) + (1,) * (values.ndim - 1)
    scaled = values / unit.reshape(shape)
    return np.where(signed.reshape(shape), scaled, np.sqrt(np.maximum(scaled, 0.0)))


def from_root(values: Floats, unit: Floats, signed: Bools) -> Floats:
    """Inverse of `to_root`."""
    shape = (-1,) + (1,) * (values.ndim - 1)
    squared = np.maximum(values, 0.0) ** 2
    return np.asarray(np.where(signed.reshape(shape), values, squared) * unit.reshape(shape))


def collect(
    forecasts: Floats,
    actual: Floats,
    *,
    unit: Floats,
    signed: Bools,
    noise: Floats,
    cycle: int,
    overlap: float = 0.0,
    counting: Floats | None = None,
) -> Trajectories:
    """Standardise the errors of combined forecasts made at rolling origins.

    Parameters
    ----------
    forecasts, actual : arrays (series, origins, horizon); nan in ``actual`` = missing
    noise : array (series,)
        One-step roughness of each series on the root scale: the yardstick by which the pool's
        spread is carried to a series with few origins of its own.
    overlap : float
        Share of the horizon that neighbouring origins have in common.
    counting : array (series,), optional
        Variance of counting noise on the root scale. It is taken out of the trajectories where
        a Poisson draw will put it back, so that it is not counted twice.
    """
    error = to_root(actual, unit, signed) - to_root(forecasts, unit, signed)
    seen = np.isfinite(error)
    valid = seen.mean(axis=2) >= 0.9
    error = np.where(seen, error, 0.0) * valid[:, :, None]
    if counting is not None:
        error = _take_out(error, valid, counting, cycle)
    count = valid.sum(axis=1)
    energy = (error**2).mean(axis=2).sum(axis=1)
    own = np.sqrt(energy / np.maximum(count, 1))
    windows = 1 + np.maximum(count - 1, 0) * (1 - overlap)
    spread = _shrink_spread(own, count, noise, _guess_spread(noise, counting))
    if (count > 0).sum() < FEW_SERIES:
        spread = spread * np.exp(np.where(count > 0, ALONE / windows, 0.0))
    shapes = error / np.where(own > 0, own, 1.0)[:, None, None]
    valid &= (own > 0)[:, None]
    if valid.sum() < FEW_TRAJECTORIES:
        shapes = np.where(valid[:, :, None], shapes, _made_shapes(error.shape))
        valid = np.ones_like(valid)
    donor_count = valid.sum(axis=0)
    return Trajectories(
        shapes=shapes,
        valid=valid,
        donors=np.argsort(~valid, axis=0, kind="stable"),
        donor_count=np.where(donor_count > 0, donor_count, len(valid)),
        spread=spread * INFLATION,
        spread_sd=1 / np.sqrt(2 * windows),
        unit=unit,
        signed=signed,
        cycle=cycle,
    )


def _shrink_spread(own: Floats, count: Ints, noise: Floats, guess: Floats) -> Floats:
    """Spread of each series, by its own origins, those of the pool, or a guess without any."""
    usable = (count > 0) & (own > 0) & (noise > 0)
    if not usable.any():
        return np.where(count > 0, own, guess)
    ratio = np.log(np.where(usable, own, 1.0) / np.where(usable, noise, 1.0))
    pool = np.median(ratio[usable])
    weight = np.where(usable, count / (count + POOL_ORIGINS), 0.0)
    if usable.sum() < FEW_SERIES:  # too few to speak of a pool
        weight = np.where(usable, 1.0, 0.0)
    pooled = np.exp(weight * ratio + (1 - weight) * pool) * noise
    return np.asarray(np.where(noise > 0, pooled, own))


def _guess_spread(noise: Floats, counting: Floats | None) -> Floats:
    """Spread where no origin could be scored.

    The change over a season holds two values' noise; the mean of two seasons misses the next
    value by three quarters of that variance.
    """
    counted = 0.0 if counting is None else counting
    return np.sqrt(np.maximum(0.75 * noise**2 - counted, 0.1 * noise**2))


def _made_shapes(shape: tuple[int, ...]) -> Floats:
    """Trajectories for histories too short to show any: half a lasting miss, half noise.

    The lasting half of the variance grows threefold from first to last lead (convention).
    """
    generator = np.random.default_rng(0)
    growth = np.sqrt(np.linspace(0.5, 1.5, shape[2]))
    lasting = generator.standard_normal((*shape[:2], 1)) * growth
    return np.asarray(np.sqrt(0.5) * (lasting + generator.standard_normal(shape)))


def _take_out(error: Floats, valid: Bools, counting: Floats, cycle: int) -> Floats:
    """Shrink three parts of the errors by the share of each that is counting noise.

    The parts are the mean over all leads, what the mean of each cycle adds to it, and the rest:
    noise of single steps cancels in means, so that a lasting miss keeps nearly all of its size.
    """
    horizon = error.shape[2]
    whole, block = _block_means(error, horizon), _block_means(error, min(cycle, horizon))
    means = (1 / horizon, 1 / min(cycle, horizon), 1.0)
    count = np.maximum(valid.sum(axis=1), 1)
    kept = np.zeros_like(error)
    shares = np.diff((0.0, *means))
    for part, share in zip((whole, block - whole, error - block), shares, strict=True):
        energy = (part**2).mean(axis=2).sum(axis=1) / count
        safe = np.where(energy > 0, energy, 1.0)
        left = np.sqrt(np.maximum(0.0, 1 - counting * share / safe))
        kept += part * left[:, None, None]
    return kept


def _block_means(error: Floats, block: int) -> Floats:
    """Each lead's mean over its block of leads."""
    starts = np.arange(0, error.shape[2], block)
    sizes = np.diff(np.append(starts, error.shape[2]))
    return np.repeat(np.add.reduceat(error, starts, axis=2) / sizes, sizes, axis=2)
