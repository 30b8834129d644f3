"""Exponential smoothing of all series on all grid points at once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from capacity.forecasting.panel import Bools, Floats, Ints, Reals

BEST = 3  # grid points averaged: steadier than the single best
FORGET = 0.997  # discount a step of squared one-step errors when grid points are ranked
LANES = 12_000  # series x grid points at a time: their arrays stay inside the cache


def smooth_seasons(
    values: Reals,
    observed: Bools,
    origins: Ints,
    *,
    horizon: int,
    seasons: tuple[int, ...],
) -> Floats:
    """Additive smoothing with one or two seasons and AR(1) errors (after Taylor 2003).

    It runs in the precision of ``values``.

    Returns
    -------
    array (series, origins, horizon) on the scale of ``values``.
    """
    levels = (0.01, 0.05, 0.2)
    gains = (0.05, 0.2, 0.45)
    carries = (0.4, 0.85)
    grid = np.asarray(
        [
            (level, *gain, carry)
            for level in levels
            for gain in product(gains, repeat=len(seasons))
            for carry in carries
        ]
    )
    chunk = max(1, LANES // len(grid))
    parts = [
        _smooth_chunk(
            values[a : a + chunk],
            observed[a : a + chunk],
            origins,
            horizon=horizon,
            seasons=seasons,
            grid=grid.astype(values.dtype),
        )
        for a in range(0, values.shape[0], chunk)
    ]
    return np.concatenate(parts, axis=0)


@dataclass(frozen=True, kw_only=True)
class _State:
    """Level, season slots, last error and discounted loss, each (..., grid points, series)."""

    level: Reals
    slots: list[Reals]
    error: Reals
    loss: Reals
    carry: Reals


def _smooth_chunk(
    values: Reals,
    observed: Bools,
    origins: Ints,
    *,
    horizon: int,
    seasons: tuple[int, ...],
    grid: Reals,
) -> Floats:
    size, width = values.shape
    state = _first_state(values, seasons, grid)
    alpha = grid[:, :1]
    gains = [grid[:, 1 + order : 2 + order] for order in range(len(seasons))]
    marks = {int(origin): order for order, origin in enumerate(origins)}
    out = np.empty((size, len(origins), horizon))
    steps = np.ascontiguousarray(values.T)
    seen = None if observed.all() else np.ascontiguousarray(observed.T.astype(values.dtype))
    base, surprise, move = (np.empty_like(state.level) for _ in range(3))
    level, error, loss = state.level, state.error, state.loss
    for time in range(width + 1):
        if time in marks:
            out[:, marks[time]] = _ahead(state, time=time, horizon=horizon)
        if time == width:
            break
        slots = [slot[time % season] for slot, season in zip(state.slots, seasons, strict=True)]
        np.add(level, slots[0], out=base)
        for slot in slots[1:]:
            base += slot
        np.multiply(error, state.carry, out=surprise)
        np.subtract(steps[time], base, out=error)
        np.subtract(error, surprise, out=surprise)
        if seen is not None:
            surprise *= seen[time]
            error *= seen[time]
        np.multiply(surprise, surprise, out=move)
        loss *= FORGET
        loss += move
        np.multiply(surprise, alpha, out=move)
        level += move
        for slot, gain in zip(slots, gains, strict=True):
            np.multiply(surprise, gain, out=move)
            np.add(slot, move, out=slot)
    return out


def _first_state(values: Reals, seasons: tuple[int, ...], grid: Reals) -> _State:
    """Slot means of the first two cycles, each season on what the shorter ones left over."""
    size, lanes, longest = len(values), len(grid), max(seasons)
    level = values[:, :longest].mean(axis=1, keepdims=True)
    window = values[:, : 2 * longest] - level
    slots = []
    for season in sorted(seasons):
        cycles = window.shape[1] // season
        means = window[:, : cycles * season].reshape(-1, cycles, season).mean(axis=1)
        slots.append(np.repeat(means.T[:, None, :], lanes, axis=1))
        window = window - np.tile(means, (1, window.shape[1] // season + 1))[:, : window.shape[1]]
    return _State(
        level=np.repeat(level.T, lanes, axis=0),
        slots=slots,
        error=np.zeros((lanes, size), dtype=values.dtype),
        loss=np.full((lanes, size), 1e-12, dtype=values.dtype),
        carry=grid[:, -1:],
    )


def _ahead(state: _State, *, time: int, horizon: int) -> Floats:
    """Forecasts (series, horizon): the mean over the `BEST` grid points of each series."""
    rows = np.arange(state.loss.shape[1])
    total = np.zeros((horizon, len(rows)))
    lead = np.arange(horizon)
    for rank in _best(state.loss):
        power = state.carry[rank, 0].astype(np.float64) ** (lead + 1)[:, None]
        total += state.level[rank, rows] + power * state.error[rank, rows]
        for slot in state.slots:
            season = slot.shape[0]
            cycle = slot[(time + lead[:season])[:, None] % season, rank[None], rows[None]]
            total += cycle[lead % season]
    return total.T / BEST


def _best(loss: Reals) -> Ints:
    """Numbers (`BEST`, series) of the grid points with the least loss."""
    return np.asarray(np.argpartition(loss, BEST, axis=0)[:BEST])


def smooth_trend(
    values: Floats,
    observed: Bools,
    origins: Ints,
    *,
    horizon: int,
    dampings: tuple[float, ...],
    season: int = 1,
) -> Floats:
    """Level and damped trend on a grid, with slots of one season if asked (Holt and Winters).

    Damping 0 is simple smoothing.

    Returns
    -------
    array (series, origins, horizon) on the scale of ``values``.
    """
    grid = np.asarray(_trend_grid(dampings, seasonal=season > 1))
    size, width = values.shape
    alpha, beta, phi, gamma = (grid[:, part][:, None] for part in range(4))
    first = values[:, :season].mean(axis=1)
    level = np.repeat(first[None, :], len(grid), axis=0)
    slots = np.repeat((values[:, :season] - first[:, None]).T[:, None], len(grid), axis=1)
    trend = np.zeros((len(grid), size))
    loss = np.full((len(grid), size), 1e-12)
    marks = {int(origin): order for order, origin in enumerate(origins)}
    out = np.empty((size, len(origins), horizon))
    steps, seen = np.ascontiguousarray(values.T), np.ascontiguousarray(observed.T * 1.0)
    for time in range(width + 1):
        if time in marks:
            shape = np.roll(slots, -(time % season), axis=0)
            out[:, marks[time]] = _trend_ahead(
                level, trend, shape, phi=phi, best=_best(loss), horizon=horizon
            )
        if time == width:
            break
        drift = phi * trend
        slot = slots[time % season]
        surprise = (steps[time] - level - drift - slot) * seen[time]
        loss *= FORGET
        loss += surprise * surprise
        level += drift + alpha * surprise
        trend = drift + alpha * beta * surprise
        if season > 1:
            slot += gamma * (1 - alpha) * surprise
    return out


def _trend_grid(
    dampings: tuple[float, ...], *, seasonal: bool
) -> list[tuple[float, float, float, float]]:
    """Grid points (level, trend, damping, season gains); fewer of each where there are seasons."""
    alphas = (0.05, 0.2, 0.5, 0.8) if seasonal else (0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
    betas = (0.05, 0.3) if seasonal else (0.05, 0.2, 0.5)
    gammas = (0.1, 0.4) if seasonal else (0.0,)
    return [
        (alpha, beta, damping, gamma)
        for damping in dampings
        for alpha in alphas
        for beta in (betas if damping else (0.0,))
        for gamma in gammas
    ]


def _trend_ahead(
    level: Floats, trend: Floats, shape: Floats, *, phi: Floats, best: Ints, horizon: int
) -> Floats:
    rows, lead = np.arange(level.shape[1]), np.arange(horizon)
    total = np.zeros((level.shape[1], horizon))
    for rank in best:
        growth = np.cumsum(phi[rank, 0][:, None] ** (lead + 1), axis=1)
        total += level[rank, rows][:, None] + trend[rank, rows][:, None] * growth
        total += shape[:, rank, rows].T[:, lead % len(shape)]
    return total / BEST
