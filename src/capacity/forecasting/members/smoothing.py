"""Exponential smoothing of all series on all grid points at once."""

from __future__ import annotations

from itertools import product

import numpy as np

from capacity.forecasting.panel import Bools, Floats, Ints

BEST = 3  # grid points averaged: steadier than the single best
FORGET = 0.997  # discount a step of squared one-step errors when grid points are ranked


def smooth_seasons(
    values: Floats,
    observed: Bools,
    origins: Ints,
    *,
    horizon: int,
    seasons: tuple[int, ...],
) -> Floats:
    """Additive smoothing with one or two seasons and AR(1) errors (after Taylor 2003).

    Returns
    -------
    array (series, origins, horizon) on the scale of ``values``.
    """
    levels = (0.01, 0.05, 0.2)
    gains = (0.05, 0.2, 0.45)
    carries = (0.4, 0.85)
    grid = [
        (level, *gain, carry)
        for level in levels
        for gain in product(gains, repeat=len(seasons))
        for carry in carries
    ]
    size = values.shape[0]
    chunk = max(1, 6000 // len(grid))
    parts = [
        _smooth_chunk(
            values[a : a + chunk],
            observed[a : a + chunk],
            origins,
            horizon=horizon,
            seasons=seasons,
            grid=grid,
        )
        for a in range(0, size, chunk)
    ]
    return np.concatenate(parts, axis=0)


def _smooth_chunk(
    values: Floats,
    observed: Bools,
    origins: Ints,
    *,
    horizon: int,
    seasons: tuple[int, ...],
    grid: list[tuple[float, ...]],
) -> Floats:
    size, width = values.shape
    lanes = len(grid)
    table = np.asarray(grid)
    alpha, carry = table[:, 0][:, None], table[:, -1][:, None]
    gains = [table[:, 1 + order][:, None] for order in range(len(seasons))]
    longest = max(seasons)
    level = np.repeat(values[:, :longest].mean(axis=1)[None, :], lanes, axis=0)
    states = _first_seasons(values, seasons, lanes)
    error = np.zeros((lanes, size))
    loss = np.full((lanes, size), 1e-12)
    marks = {int(origin): order for order, origin in enumerate(origins)}
    out = np.empty((size, len(origins), horizon))
    steps = np.ascontiguousarray(values.T)
    seen = np.ascontiguousarray(observed.T.astype(np.float64))
    for time in range(width + 1):
        if time in marks:
            out[:, marks[time]] = _ahead(
                level, states, error, carry=carry, loss=loss, time=time, horizon=horizon
            )
        if time == width:
            break
        slots = [state[time % season] for state, season in zip(states, seasons, strict=True)]
        base = level.copy()
        for slot in slots:
            base += slot
        carried = carry * error
        error = (steps[time] - base) * seen[time]
        surprise = error - carried * seen[time]
        loss *= FORGET
        loss += surprise * surprise
        level += alpha * surprise
        for slot, gain in zip(slots, gains, strict=True):
            np.add(slot, gain * surprise, out=slot)
    return out


def _first_seasons(values: Floats, seasons: tuple[int, ...], lanes: int) -> list[Floats]:
    """Slot means of the first two cycles, each season on what the shorter ones left over."""
    longest = max(seasons)
    window = values[:, : 2 * longest] - values[:, :longest].mean(axis=1, keepdims=True)
    states = []
    for season in sorted(seasons):
        cycles = window.shape[1] // season
        slots = window[:, : cycles * season].reshape(-1, cycles, season).mean(axis=1)
        states.append(np.repeat(slots.T[:, None, :], lanes, axis=1))
        window = window - np.tile(slots, (1, window.shape[1] // season + 1))[:, : window.shape[1]]
    return states


def _ahead(
    level: Floats,
    states: list[Floats],
    error: Floats,
    *,
    carry: Floats,
    loss: Floats,
    time: int,
    horizon: int,
) -> Floats:
    best = np.argsort(loss, axis=0)[:BEST]
    rows = np.arange(level.shape[1])
    total = np.zeros((level.shape[1], horizon))
    steps = np.arange(horizon)
    for rank in best:
        ahead = level[rank, rows][:, None] + np.zeros(horizon)
        for state in states:
            chosen = state[:, rank, rows]
            ahead = ahead + chosen[(time + steps) % chosen.shape[0]].T
        power = carry[rank, 0][:, None] ** (steps + 1)
        total += ahead + power * error[rank, rows][:, None]
    return total / len(best)


def smooth_trend(
    values: Floats, observed: Bools, origins: Ints, *, horizon: int, dampings: tuple[float, ...]
) -> Floats:
    """Level and damped trend without seasons, on a grid (damping 0 is simple smoothing).

    Returns
    -------
    array (series, origins, horizon) on the scale of ``values``.
    """
    alphas, betas = (0.1, 0.3, 0.5, 0.7, 0.9, 1.0), (0.05, 0.2, 0.5)
    grid = []
    for damping in dampings:
        grid += [(a, b, damping) for a in alphas for b in (betas if damping else (0.0,))]
    size, width = values.shape
    lanes = len(grid)
    alpha, beta, phi = (np.asarray(grid)[:, part][:, None] for part in range(3))
    level = np.repeat(values[:, 0][None, :], lanes, axis=0)
    trend = np.zeros((lanes, size))
    loss = np.full((lanes, size), 1e-12)
    marks = {int(origin): order for order, origin in enumerate(origins)}
    out = np.empty((size, len(origins), horizon))
    steps, seen = np.ascontiguousarray(values.T), np.ascontiguousarray(observed.T * 1.0)
    for time in range(width + 1):
        if time in marks:
            out[:, marks[time]] = _trend_ahead(level, trend, phi, loss, horizon)
        if time == width:
            break
        drift = phi * trend
        surprise = (steps[time] - level - drift) * seen[time]
        loss *= FORGET
        loss += surprise * surprise
        level += drift + alpha * surprise
        trend = drift + alpha * beta * surprise
    return out


def _trend_ahead(level: Floats, trend: Floats, phi: Floats, loss: Floats, horizon: int) -> Floats:
    best = np.argsort(loss, axis=0)[:BEST]
    rows = np.arange(level.shape[1])
    total = np.zeros((level.shape[1], horizon))
    for rank in best:
        growth = np.cumsum(phi[rank, 0][:, None] ** np.arange(1, horizon + 1), axis=1)
        total += level[rank, rows][:, None] + trend[rank, rows][:, None] * growth
    return total / len(best)
