"""Same-slot averages of the last cycles: the baselines that are hard to beat a week ahead."""

from __future__ import annotations

from dataclasses import dataclass

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
    forecasts, lead = [], np.arange(horizon) % season
    for origin in origins:
        used = max(1, min(cycles, int(origin) // season))
        window = values[:, origin - used * season : origin].reshape(-1, used, season)
        near = window[..., : min(horizon, season)]
        slots = np.median(near, axis=1) if median else near.mean(axis=1)
        forecasts.append(slots[:, lead])
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
        weight = np.exp2(-np.arange(window.shape[1])[::-1] / half_life)
        size = np.einsum("st,t->s", profile, weight.reshape(used, season).sum(axis=0))
        level = np.einsum("st,t->s", window, weight) / np.maximum(size, 1e-9)
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
    forecasts, prior = [], (prior_cases / unit)[:, None]
    known = _SlotSums.of(np.where(observed, values, 0.0), season, half_life)
    counted = (observed[:1] if observed.all() else observed).astype(np.float64)
    seen = _SlotSums.of(counted, season, half_life)
    for mark in origins:
        cases, weight = known.until(int(mark)), seen.until(int(mark))
        rate = cases.sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
        profile = (cases + prior) / (rate[:, None] * weight + prior)
        forecasts.append(rate[:, None] * profile[:, np.arange(horizon) % season])
    return np.stack(forecasts, axis=1)


@dataclass(frozen=True, kw_only=True)
class _SlotSums:
    """Discounted running sums of each slot of the season, one cycle after the other."""

    sums: Floats
    season: int
    half_life: float
    pad: int

    @staticmethod
    def of(values: Floats, season: int, half_life: float) -> _SlotSums:
        size, width = values.shape
        pad = -width % season
        padded = np.zeros((size, season + width + pad))
        padded[:, season + pad :] = values * np.exp2((np.arange(width) - width) / half_life)
        sums = padded.reshape(size, -1, season).cumsum(axis=1)
        return _SlotSums(sums=sums, season=season, half_life=half_life, pad=pad)

    def until(self, origin: int) -> Floats:
        """Sums (series, season) before an origin, the slot of the origin first."""
        end = origin + self.pad
        phase = (end + np.arange(self.season)) % self.season
        cycles = (end - phase + self.season - 1) // self.season
        width = (self.sums.shape[1] - 1) * self.season
        return np.asarray(self.sums[:, cycles, phase] * np.exp2((width - end + 1) / self.half_life))


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
