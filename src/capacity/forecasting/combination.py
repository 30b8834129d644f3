"""Weights of members by series and lead time, from their errors at rolling origins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.forecasting.panel import Bools, Floats

POWER = 4.0  # weight = 1 / error ** POWER
POOL_ORIGINS = 1.0  # the pool of series counts as this many origins of a series' own
EQUAL_ORIGINS = 4.0  # a series alone is shrunk to equal weights as if by so many more origins
FLOOR = 1e-6  # relative error below which members are equally perfect


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Weights of members: from all origins, and without each origin in turn.

    ``full`` has shape (series, members, blocks), ``without`` (series, members, origins, blocks);
    ``edges`` are the lead times at which the blocks begin and end.
    """

    full: Floats
    without: Floats
    edges: tuple[int, ...]


def lead_blocks(horizon: int, season: int) -> tuple[int, ...]:
    """Edges of lead-time blocks: first half cycle, then doubling (a day, a week, weeks ...)."""
    edges = [0]
    step = max(4, season)
    while edges[-1] + step < horizon:
        edges.append(edges[-1] + step)
        step *= 2
    if len(edges) > 1 and horizon - edges[-1] < edges[-1] // 3:
        edges.pop()
    return (*edges, horizon)


def score_members(forecasts: Floats, actual: Floats, edges: tuple[int, ...]) -> Floats:
    """Mean absolute error by series, member, origin and lead block; nan where nothing was seen.

    Parameters
    ----------
    forecasts : array (series, members, origins, horizon)
    actual : array (series, origins, horizon), nan = missing
    """
    seen = np.isfinite(actual)
    known, edge = np.where(seen, actual, 0.0), list(edges[:-1])
    count = np.add.reduceat(seen, edge, axis=-1, dtype=np.int64)[:, None]
    total = np.empty((*forecasts.shape[:3], len(edge)))
    for member in range(forecasts.shape[1]):
        error = np.abs(forecasts[:, member] - known)
        error *= seen
        total[:, member] = np.add.reduceat(error, edge, axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def weigh_members(
    scores: Floats, edges: tuple[int, ...], allowed: Bools, *, near: int = 0
) -> Weights:
    """Turn scores (series, members, origins, blocks) into weights that sum to one.

    ``allowed`` (series, members) excludes members that must not serve a series. The weights
    without an origin leave out ``near`` origins on either side as well: their windows overlap.
    """
    seen = np.isfinite(scores)
    known = np.where(seen, scores, 0.0)
    total, count = known.sum(axis=2), seen.sum(axis=2)
    without = []
    for k in range(scores.shape[2]):
        out = slice(max(0, k - near), k + near + 1)
        less = count - seen[:, :, out].sum(axis=2)
        without.append(_to_weights(total - known[:, :, out].sum(axis=2), less, allowed))
    return Weights(
        full=_to_weights(total, count, allowed), without=np.stack(without, axis=2), edges=edges
    )


def _to_weights(total: Floats, count: Floats, allowed: Bools) -> Floats:
    mean = np.where(count > 0, total / np.maximum(count, 1), 1.0)
    middle = np.median(mean, axis=1, keepdims=True)
    relative = np.log(mean / np.where(middle > 0, middle, 1.0) + FLOOR)
    pool = np.median(relative, axis=0, keepdims=True) if len(relative) > 1 else relative * 0.0
    prior = POOL_ORIGINS + EQUAL_ORIGINS / len(relative)
    shrunk = (count * relative + prior * pool) / (count + prior)
    shrunk = np.where(allowed[:, :, None], shrunk, np.inf)
    weight = np.exp(-POWER * (shrunk - shrunk.min(axis=1, keepdims=True)))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def spread_blocks(weights: Floats, edges: tuple[int, ...], horizon: int) -> Floats:
    """Repeat block weights (..., blocks) over the lead times; later leads keep the last block."""
    lead = np.clip(np.searchsorted(edges, np.arange(horizon), side="right") - 1, 0, len(edges) - 2)
    return weights[..., lead]


def combine(forecasts: Floats, weights: Floats) -> Floats:
    """Mean of the weighted mean and the weighted median over members (axis 1)."""
    mean = (forecasts * weights).sum(axis=1)
    return np.asarray((mean + weighted_median(forecasts, weights)) / 2)


def weighted_median(forecasts: Floats, weights: Floats) -> Floats:
    """Smallest forecast at which half the weight is reached (axis 1)."""
    # Members last: short contiguous rows sort fastest.
    ahead = np.ascontiguousarray(np.moveaxis(forecasts, 1, -1))
    order = np.argsort(ahead, axis=-1)
    mass = np.take_along_axis(np.moveaxis(weights, 1, -1), order, axis=-1).cumsum(axis=-1)
    below = (mass < 0.5).sum(axis=-1, keepdims=True)
    middle = np.take_along_axis(order, np.minimum(below, ahead.shape[-1] - 1), axis=-1)
    return np.asarray(np.take_along_axis(ahead, middle, axis=-1)[..., 0])
