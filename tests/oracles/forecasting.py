"""Slow, obvious versions of forecasting kernels."""

from __future__ import annotations

import math

import numpy as np


def fit_autoregression(values, lags, difference, ridge):
    """Coefficients of a ridge AR by stacking the rows and solving least squares."""
    values = np.asarray(values, dtype=float)
    change = values.copy()
    if difference:
        change = np.append(np.zeros(difference), values[difference:] - values[:-difference])
    first = difference + max(lags)
    rows = [[change[t - lag] for lag in lags] + [1.0] for t in range(first, len(values))]
    design, target = np.asarray(rows), change[first:]
    gram = design.T @ design
    size = np.mean(np.diag(gram)[:-1])
    penalty = np.append(np.full(len(lags), ridge * size), 1e-9) + 1e-9
    return np.linalg.solve(gram + np.diag(penalty), design.T @ target), change


def forecast_autoregression(values, lags, difference, ridge, horizon):
    """Recursive forecast, one step after the other."""
    coefficients, change = fit_autoregression(values, lags, difference, ridge)
    change, levels = list(change), list(values)
    for _ in range(horizon):
        ahead = sum(c * change[-lag] for c, lag in zip(coefficients[:-1], lags, strict=True))
        change.append(ahead + coefficients[-1])
        levels.append(change[-1] + (levels[-difference] if difference else 0.0))
    return np.asarray(levels[len(values) :])


def smooth_one(values, seasons, *, alpha, gains, carry, horizon):
    """Additive smoothing with several seasons and AR(1) errors, one series, one grid point."""
    values = list(map(float, values))
    longest = max(seasons)
    level = float(np.mean(values[:longest]))
    window = np.asarray(values[: 2 * longest]) - level
    states = []
    for season in sorted(seasons):
        slots = [np.mean(window[s::season][: len(window) // season]) for s in range(season)]
        states.append(slots)
        window = window - np.asarray([slots[t % season] for t in range(len(window))])
    error = 0.0
    for t, value in enumerate(values):
        base = level + sum(s[t % len(s)] for s in states)
        surprise = value - base - carry * error
        error = value - base
        level += alpha * surprise
        for state, gain in zip(states, gains, strict=True):
            state[t % len(state)] += gain * surprise
    n = len(values)
    return np.asarray(
        [
            level + sum(s[(n + h) % len(s)] for s in states) + carry ** (h + 1) * error
            for h in range(horizon)
        ]
    )


def weighted_median_of(values, weights):
    """Smallest value at which half the weight is reached."""
    total = 0.0
    for value, weight in sorted(zip(values, weights, strict=True)):
        total += weight
        if total >= 0.5:
            return value
    return max(values)


def negative_binomial_pmf(count, mean, dispersion):
    """NB1: variance = dispersion x mean."""
    size = mean / (dispersion - 1)
    log = (
        math.lgamma(count + size)
        - math.lgamma(size)
        - math.lgamma(count + 1)
        + size * math.log(1 / dispersion)
        + count * math.log(1 - 1 / dispersion)
    )
    return math.exp(log)


def crps_by_definition(sample, actual):
    """CRPS of an ensemble: E|X - y| - E|X - X'| / 2 over all pairs."""
    sample = np.asarray(sample, dtype=float)
    spread = np.abs(sample[:, None] - sample[None, :]).mean()
    return float(np.abs(sample - actual).mean() - spread / 2)
