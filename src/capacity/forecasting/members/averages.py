"""Same-slot averages of the last cycles: the baselines that are hard to beat a week ahead."""

from __future__ import annotations

import numpy as np

from capacity.forecasting.panel import Bools, Floats, Ints


def average_slots(
    values: Floats, origins: Ints, *, horizon: int, season: int, cycles: int, median: bool = False
) -> Floats:
    """Forecast each slot of the season by its mean or median over the last ``cycles``.

    Returns
    -------
    array (series, origins, horizon).
    """
    forecasts = []
    for origin in origins:
        used = max(1, min(cycles, int(origin) // season))
        window = values[:, origin - used * season : origin].reshape(-1, used, season)
        slots = np.median(window, axis=1) if median else window.mean(axis=1)
        forecasts.append(slots[:, np.arange(horizon) % season])
    return np.stack(forecasts, axis=1)


def level_times_profile(
    values: Floats,
    origins: Ints,
    *,
    horizon: int,
    season: int,
    cycles: int,
    half_life: float,
) -> Floats:
    """Forecast by a slot profile of the last ``cycles`` times an exponentially weighted level.

    The level is the EWMA of values over their profile, so that a change of level is followed at
    the speed of ``half_life`` steps while the shape keeps its long memory.

    Returns
    -------
    array (series, origins, horizon).
    """
    forecasts = []
    for origin in origins:
        used = max(1, min(cycles, int(origin) // season))
        window = values[:, origin - used * season : origin]
        mean = window.mean(axis=1, keepdims=True)
        safe = np.where(np.abs(mean) > 1e-12, mean, 1.0)
        profile = window.reshape(-1, used, season).mean(axis=1) / safe
        age = np.arange(window.shape[1])[::-1]
        weight = np.exp2(-age / half_life)
        shape = np.tile(profile, (1, used))
        level = (window * weight).sum(axis=1) / np.maximum((shape * weight).sum(axis=1), 1e-9)
        forecasts.append(level[:, None] * profile[:, np.arange(horizon) % season])
    return np.stack(forecasts, axis=1)


def steady_rate(
    values: Floats,
    observed: Bools,
    origins: Ints,
    *,
    horizon: int,
    season: int,
    half_life: float,
    prior_cases: float,
    unit: Floats,
) -> Floats:
    """Forecast by the mean rate of all history, its age discounted slowly.

    The slot profile is shrunk to flat as if ``prior_cases`` cases had arrived in each slot
    (``unit`` cases make one unit of ``values``): with few cases a profile is mostly noise.

    Returns
    -------
    array (series, origins, horizon).
    """
    forecasts = []
    for origin in origins:
        seen = observed[:, :origin] * np.exp2(-np.arange(origin)[::-1] / half_life)
        known = values[:, :origin] * seen
        slot = (np.arange(origin) - int(origin)) % season
        cases = np.stack([known[:, slot == s].sum(axis=1) for s in range(season)], axis=1)
        weight = np.stack([seen[:, slot == s].sum(axis=1) for s in range(season)], axis=1)
        rate = known.sum(axis=1) / np.maximum(seen.sum(axis=1), 1e-9)
        prior = prior_cases / unit
        expected = rate[:, None] * weight
        profile = (cases + prior[:, None]) / (expected + prior[:, None])
        forecasts.append(rate[:, None] * profile[:, np.arange(horizon) % season])
    return np.stack(forecasts, axis=1)


def repeat_last_year(values: Floats, origins: Ints, *, horizon: int, year: int) -> Floats:
    """Forecast the last value plus the course of the same weeks of the last one or two years.

    Where less than a year is known the last value stands.

    Returns
    -------
    array (series, origins, horizon).
    """
    forecasts = []
    for mark in origins:
        origin = int(mark)
        last = values[:, origin - 1 : origin]
        courses = [
            values[:, start : start + min(horizon, year)] - values[:, start - 1 : start]
            for start in (origin - year, origin - 2 * year)
            if start > 0
        ]
        course = np.mean(courses, axis=0) if courses else np.zeros((len(values), 1))
        lead = np.minimum(np.arange(horizon), course.shape[1] - 1)
        forecasts.append(last + course[:, lead])
    return np.stack(forecasts, axis=1)


def extend_drift(values: Floats, origins: Ints, *, horizon: int, steps: int) -> Floats:
    """Forecast the last value plus the mean change of the last ``steps``, damped after them.

    Returns
    -------
    array (series, origins, horizon).
    """
    lead = np.cumsum(np.where(np.arange(horizon) < 2 * steps, 1.0, 0.0))
    forecasts = []
    for mark in origins:
        origin = int(mark)
        used = max(1, min(steps, origin - 1))
        slope = (values[:, origin - 1] - values[:, origin - 1 - used]) / used
        forecasts.append(values[:, origin - 1 : origin] + slope[:, None] * lead)
    return np.stack(forecasts, axis=1)
