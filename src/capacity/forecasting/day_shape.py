"""How a day's volume spreads over the day: profile by weekday, and whole-day deviations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.forecasting.local_days import LocalClock, sum_by_day, weekday_of
from capacity.forecasting.panel import Floats, Ints

PROFILE_DAYS = 26 * 7  # days of history in the profile
PROFILE_HALF_LIFE = 8 * 7.0  # days
PRIOR_CASES = 100.0  # a weekday's profile is shrunk to the week's as if by so many cases
DEVIATION_DAYS = 12 * 7  # days whose whole shapes are drawn
LEAST_CASES = 2.0  # cases a slot below which deviations are mostly counting noise
LEAST_SHARE = 0.5  # a day seen for less of its volume is missing, never small


@dataclass(frozen=True, kw_only=True)
class DayShape:
    """``profile`` (7, slots) sums to one a day; ``deviations`` (days, slots) are whole days.

    A deviation is the root of a day's count over the root of its expectation, less one, with
    the counting noise taken out; empty where slots hold too few cases.
    """

    profile: Floats
    deviations: Floats

    @property
    def slots(self) -> int:
        """Slots a day."""
        return int(self.profile.shape[1])


def flat_shape(weights: tuple[float, ...] = ()) -> DayShape:
    """A profile by hour for history that has none: given weights, or the same every hour."""
    hours = np.asarray(weights or (1.0,) * 24, dtype=np.float64)
    if hours.sum() <= 0:
        hours = np.ones(24)
    return DayShape(profile=np.tile(hours / hours.sum(), (7, 1)), deviations=np.empty((0, 24)))


def learn_shape(counts: Floats, clock: LocalClock) -> DayShape:
    """Learn profile and deviations from interval counts (nan = missing)."""
    last = int(clock.day[-1])
    profile = _profile(counts, clock, last)
    first = max(int(clock.day[0]), last - DEVIATION_DAYS)
    return DayShape(
        profile=profile, deviations=_deviations(counts, clock, profile, first, last - first + 1)
    )


def daily_totals(counts: Floats, clock: LocalClock, profile: Floats) -> tuple[Floats, Ints]:
    """Totals of standard days: what was seen over the share of a day that was seen.

    A 23- or 25-hour day, a day with missing hours and the day under way are all brought to a
    day of 24 hours; a day of which less than half its usual volume was visible is nan.

    Returns
    -------
    totals, days : arrays
        One entry a local day from the first to the last; days since 1970-01-01.
    """
    first, last = int(clock.day[0]), int(clock.day[-1])
    days = last - first + 1
    visible = np.where(np.isfinite(counts), profile[clock.weekday, clock.slot], 0.0)
    share = sum_by_day(visible, clock, first, days)
    total = sum_by_day(counts, clock, first, days)
    known = share >= LEAST_SHARE
    return np.where(known, total / np.where(known, share, 1.0), np.nan), first + np.arange(days)


def _profile(counts: Floats, clock: LocalClock, last: int) -> Floats:
    recent = clock.day > last - PROFILE_DAYS
    seen = np.isfinite(counts) & recent
    weight = np.exp2((clock.day - last) / PROFILE_HALF_LIFE) * seen
    cell = clock.weekday * clock.slots + clock.slot
    shape = (7, clock.slots)
    cases = np.bincount(cell, np.nan_to_num(counts) * weight, 7 * clock.slots).reshape(shape)
    time = np.bincount(cell, weight, 7 * clock.slots).reshape(shape)
    rate = cases.sum(axis=0) / np.maximum(time.sum(axis=0), 1e-9)
    week = rate / rate.sum() if rate.sum() > 0 else np.full(clock.slots, 1 / clock.slots)
    per_day = cases.sum(axis=1) / np.maximum((time * week).sum(axis=1), 1e-9)
    blended = (cases + PRIOR_CASES * week) / np.maximum(time * per_day[:, None] + PRIOR_CASES, 1e-9)
    return np.asarray(blended / blended.sum(axis=1, keepdims=True))


def _deviations(
    counts: Floats, clock: LocalClock, profile: Floats, first: int, days: int
) -> Floats:
    inside = clock.day >= first
    table = np.full((days, clock.slots), np.nan)
    # The repeated hour of the autumn day keeps its last count: one hour of one day a year.
    table[clock.day[inside] - first, clock.slot[inside]] = counts[inside]
    whole = np.isfinite(table).all(axis=1)
    if whole.sum() < 7 or table[whole].mean() < LEAST_CASES:
        return np.empty((0, clock.slots))
    return _clean(table[whole], profile, weekday_of(first + np.flatnonzero(whole)))


def _clean(table: Floats, profile: Floats, weekday: Ints) -> Floats:
    expected = np.maximum(table.sum(axis=1, keepdims=True) * profile[weekday], 1e-9)
    ratio = np.sqrt(table / expected) - 1
    counting = 0.25 / expected
    energy = (ratio**2 * expected).sum() / expected.sum()
    noise = (counting * expected).sum() / expected.sum()
    kept = np.sqrt(max(0.0, 1 - noise / energy)) if energy > 0 else 0.0
    return np.asarray(np.clip(ratio * kept, -0.9, 3.0))
