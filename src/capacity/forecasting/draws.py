"""Sample paths: a point forecast and whole error trajectories drawn from the past."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.forecasting.panel import Bools, Floats, Ints
from capacity.forecasting.trajectories import SPREAD_SD, Trajectories, from_root, to_root

OWN_ORIGINS = 100.0  # own trajectories are drawn with chance origins / (origins + OWN_ORIGINS)


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
    series, origins = trajectories.valid.shape
    segments = -(-horizon // max(trajectories.steps, 1))
    size = (paths, segments)
    chance = 1.0 if series == 1 else origins / (origins + OWN_ORIGINS)
    few = series * origins < 60
    return Picks(
        origin=generator.integers(0, max(origins, 1), size),
        sign=np.where(generator.random(size) < 0.5, -1.0, 1.0) if few else np.ones(size),
        own=generator.random(size) < chance,
    )


def draw_errors(
    trajectories: Trajectories,
    rows: Ints,
    picks: Picks,
    *,
    horizon: int,
    generator: np.random.Generator,
) -> Floats:
    """Error paths (rows, paths, horizon) on the root scale, chained where the horizon is longer.

    Each later segment starts from the mean error of the last cycle before it: a shift of level
    stays, so that uncertainty keeps growing beyond the longest trajectory.
    """
    paths, segments = picks.origin.shape
    size = (len(rows), paths)
    spread = trajectories.spread[rows][:, None] * np.exp(
        SPREAD_SD * generator.standard_normal(size) - SPREAD_SD**2
    )
    parts, carry = [], np.zeros(size)
    for segment in range(segments):
        flat = _sources(trajectories, rows, picks, segment, generator)
        scale = (spread * picks.sign[:, segment])[..., None]
        steps = min(trajectories.steps, horizon - segment * trajectories.steps)
        shapes = trajectories.shapes.reshape(-1, trajectories.steps)[:, :steps]
        part = np.take(shapes, flat, axis=0)
        part *= scale
        part += carry[..., None]
        carry = part[..., -trajectories.cycle :].mean(axis=-1)
        parts.append(part)
    return parts[0] if segments == 1 else np.concatenate(parts, axis=-1)


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
    pooled = np.zeros((len(rows), len(origin)), dtype=np.int64)
    chance = generator.random((len(rows), len(origin)))
    for k in range(origins):
        donors = np.flatnonzero(trajectories.valid[:, k])
        if not len(donors):
            donors = np.arange(series)
        at = origin == k
        pooled[:, at] = donors[(chance[:, at] * len(donors)).astype(np.int64)]
    own = picks.own[:, segment][None, :] & trajectories.valid[rows][:, origin]
    if series == 1:
        own = np.ones_like(own)
    donor = np.where(own, rows[:, None], pooled)
    return np.asarray(donor * origins + origin[None, :])


def add_errors(point: Floats, errors: Floats, rows: Ints, trajectories: Trajectories) -> Floats:
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
