"""Shares that drift: a level that walks from week to week, and weeks that stray from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.forecasting.panel import Floats

LAGS = 6  # distances in weeks at which the movement of shares is measured
LEAST_WEEKS = 8  # shorter histories show no drift
LEAST, MOST = 20.0, 1e6  # bounds of Dirichlet concentrations: movement seen is never believed whole
TINY = 1e-9


@dataclass(frozen=True, kw_only=True)
class ShareDrift:
    """Shares of today and three Dirichlet concentrations: larger means steadier.

    ``known``: how well the level of today is known; ``step``: of its move from one week to the
    next, which stays; ``week``: of one week around the level, which passes.
    """

    shares: Floats
    known: float
    step: float
    week: float


def learn_drift(weekly: Floats, *, prior_cases: float) -> ShareDrift:
    """Level, drift and noise of shares from cases (leaves, weeks), by moments.

    The mean squared change of shares over k weeks, summed over leaves, is 2 r + k q: r is what
    passes (counting noise included), q what stays. The level is the exponential mean with the
    gain of the local-level model of this q / r (Harvey 1989, section 4.1.2).

    Examples
    --------
    >>> steady = learn_drift(np.tile([[80.0], [20.0]], (1, 26)), prior_cases=1.0)
    >>> steady.shares.round(3).tolist(), steady.step
    ([0.8, 0.2], 1000000.0)
    """
    size = weekly.sum(axis=0)
    seen = weekly[:, size > 0]
    flat = weekly.sum(axis=1) + prior_cases
    shares = flat / flat.sum()
    spread = float(1 - (shares**2).sum())
    total = float(weekly.sum())
    if seen.shape[1] < LEAST_WEEKS or spread < TINY:
        return ShareDrift(shares=shares, known=_bound(total), step=MOST, week=MOST)
    parts = seen / seen.sum(axis=0)
    stays, passes = _moments(parts)
    counting = float((spread / seen.sum(axis=0)).mean())
    gain = _gain(stays, max(passes, counting))
    weight = (1 - gain) ** np.arange(seen.shape[1])[::-1]
    recent = (seen * weight).sum(axis=1) + prior_cases
    return ShareDrift(
        shares=recent / recent.sum(),
        known=_bound(spread / max(gain * max(passes, counting), TINY)),
        step=_bound(spread / max(stays, TINY)),
        week=_bound(spread / max(passes - counting, TINY)),
    )


def walk_shares(drift: ShareDrift, weeks: int, generator: np.random.Generator) -> Floats:
    """Shares (weeks, leaves) of one path; more weeks leave the first ones as they are."""
    out = np.empty((weeks, len(drift.shares)))
    level = _draw(drift.shares, drift.known, generator)
    for week in range(weeks):
        out[week] = _draw(level, drift.week, generator)
        level = _draw(level, drift.step, generator)
    return out


def _draw(shares: Floats, concentration: float, generator: np.random.Generator) -> Floats:
    if concentration >= MOST:
        return shares
    return generator.dirichlet(np.maximum(shares * concentration, TINY))


def _moments(parts: Floats) -> tuple[float, float]:
    """What stays a week (q) and what passes (r) of the movement of shares."""
    lags = np.arange(1, min(LAGS, parts.shape[1] // 2) + 1)
    change = np.asarray([((parts[:, k:] - parts[:, :-k]) ** 2).sum(axis=0).mean() for k in lags])
    slope = float(((lags - lags.mean()) * (change - change.mean())).sum() / ((lags - lags.mean()) ** 2).sum())  # fmt: skip
    stays = max(slope, 0.0)
    return stays, max(float((change - stays * lags).mean()) / 2, 0.0)


def _gain(stays: float, passes: float) -> float:
    """Steady-state gain of the local-level model."""
    ratio = stays / max(passes, TINY)
    gain = (np.sqrt(ratio**2 + 4 * ratio) - ratio) / 2
    return float(np.clip(gain, 1 / 26, 0.9))


def _bound(concentration: float) -> float:
    return float(np.clip(concentration - 1, LEAST, MOST))
