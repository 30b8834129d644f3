"""Sample paths: a point forecast and whole error trajectories drawn from the past."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.forecasting.panel import Bools, Floats, Ints
from capacity.forecasting.trajectories import Trajectories, from_root, to_root

OWN_ORIGINS = 100.0  # own trajectories are drawn with chance origins / (origins + OWN_ORIGINS)
TREND_KEPT = 0.5  # convention: half of the drift of one segment goes on into the next
FARTHEST = 20.0  # a path's level stays within this factor of the forecast


@dataclass(frozen=True, kw_only=True)
class Picks:
    """What all series share: for each path and segment an origin, a sign, and own or pooled.

    One set of picks serves every series, so that what hit all of them at one past origin hits
    all of them in one path. Shapes (paths, segments).
    """

    origin: Ints
    sign: Floats
    own: Bools


def pick(
    trajectories: Trajectories, *, paths: int, horizon: int, generator: np.random.Generator
) -> Picks:
    """Draw the indices common to all series."""
    series = len(trajectories.valid)
    known = np.flatnonzero(trajectories.valid.any(axis=0))
    if not len(known):  # constants only: their spread is zero
        known = np.arange(max(trajectories.valid.shape[1], 1))
    origins = len(known)
    segments = -(-horizon // max(trajectories.steps, 1))
    size = (paths, segments)
    chance = 1.0 if series == 1 else origins / (origins + OWN_ORIGINS)
    few = series * origins < 60
    return Picks(
        origin=known[generator.integers(0, origins, size)],
        sign=np.where(generator.random(size) < 0.5, -1.0, 1.0) if few else np.ones(size),
        own=generator.random(size) < chance,
    )


def draw_around(
    point: Floats,
    trajectories: Trajectories,
    rows: Ints,
    picks: Picks,
    *,
    generator: np.random.Generator,
) -> Floats:
    """Paths (rows, paths, horizon) around point forecasts (rows, horizon).

    Where the horizon is longer than the trajectories, segments are chained: each later one
    stands at the level, relative to its forecast, that the path had in the last cycle before
    it. A shift of level stays, so that uncertainty keeps growing, and no path grows negative.
    """
    horizon, steps = point.shape[1], trajectories.steps
    paths = len(picks.origin)
    spread = trajectories.spread[rows][:, None] * np.exp(
        trajectories.spread_sd[rows][:, None] * generator.standard_normal((len(rows), paths))
    )
    standing = np.ones((len(rows), paths))
    out = np.empty((len(rows), paths, horizon))
    for segment, start in enumerate(range(0, horizon, steps)):
        ahead = point[:, start : start + steps]
        flat = _sources(trajectories, rows, picks, segment, generator)
        shapes = trajectories.shapes.reshape(-1, steps)[:, : ahead.shape[1]]
        part = np.take(shapes, flat, axis=0)
        part *= (spread * picks.sign[:, segment])[..., None]
        part = _add_errors(ahead, part, rows, trajectories)
        if segment:
            part *= standing[..., None]
        out[..., start : start + steps] = part
        if start + steps < horizon:
            standing = _standing(part, ahead, trajectories.cycle)
    return out


def _standing(part: Floats, ahead: Floats, cycle: int) -> Floats:
    """Level of each path over its forecast in the last cycle; the common drift fades."""
    base = ahead[:, -cycle:].mean(axis=1)[:, None]
    level = part[..., -cycle:].mean(axis=-1) / np.where(base > 0, base, 1.0)
    level = np.clip(np.where(base > 0, level, 1.0), 1 / FARTHEST, FARTHEST)
    common = level.mean(axis=1, keepdims=True)
    return np.asarray(level / common * (1 + TREND_KEPT * (common - 1)))


def _sources(
    trajectories: Trajectories,
    rows: Ints,
    picks: Picks,
    segment: int,
    generator: np.random.Generator,
) -> Ints:
    """Flat index (series x origins) of the trajectory behind each row and path."""
    series, origins = trajectories.valid.shape
    origin = picks.origin[:, segment]
    chance = generator.random((len(rows), len(origin)))
    place = (chance * trajectories.donor_count[origin]).astype(np.int64)
    pooled = trajectories.donors[place, origin[None, :]]
    own = picks.own[:, segment][None, :] & trajectories.valid[rows][:, origin]
    if series == 1:
        own = np.ones_like(own)
    donor = np.where(own, rows[:, None], pooled)
    return np.asarray(donor * origins + origin[None, :])


def _add_errors(point: Floats, errors: Floats, rows: Ints, trajectories: Trajectories) -> Floats:
    """Paths (rows, paths, horizon) in the unit of the history; never negative unless it was."""
    unit, signed = trajectories.unit[rows], trajectories.signed[rows]
    root = to_root(point, unit, signed)
    errors += root[:, None, :]
    if signed.any():
        return from_root(errors, unit, signed)
    np.maximum(errors, 0.0, out=errors)
    np.square(errors, out=errors)
    errors *= unit[:, None, None]
    return errors
