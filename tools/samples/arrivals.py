"""Hourly arrivals: level, growth, local seasons, dated events, correlated noise, negative binomial."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.domain import Event, EventShape, Operation, TimeGrid
from capacity.domain.seeds import stream
from tools.samples.settings import END, START, Source

WEEK_SD, WEEK_MEMORY, DAY_SD, COMMON_DAY_SD = 0.035, 0.6, 0.055, 0.035
YEAR_SWING = 0.03
# What an event really did, against the prior in operation.toml.
TRUE_EFFECT = {
    "classifier release": 0.31,
    "hash list import": 0.72,
    "outage of the classifier": -0.86,
}


def history_grid() -> TimeGrid:
    """The hours of the history."""
    return TimeGrid(start=START, minutes=60, periods=int((END - START) / pd.Timedelta(hours=1)))


def hourly_counts(source: Source, operation: Operation, seed: int) -> np.ndarray:
    """Arrivals of one queue in every hour of the history."""
    grid = history_grid()
    mean = expected(source, operation, grid)
    factor = np.exp(_week_noise(grid, source.queue, seed) + _day_noise(grid, source.queue, seed))
    draw = stream(seed, "hours", source.queue)
    rate = mean * factor * draw.gamma(source.hour_shape, 1 / source.hour_shape, size=grid.periods)
    return np.asarray(draw.poisson(rate), dtype=np.int64)


def expected(source: Source, operation: Operation, grid: TimeGrid) -> np.ndarray:
    """Mean arrivals an hour before any noise."""
    local = grid.local(operation.queue(source.queue).zone)
    week = np.asarray(source.week)[np.asarray(local.day_of_week)]
    day = np.asarray(source.day)[np.asarray(local.hour)]
    years = np.asarray((grid.starts - END) / pd.Timedelta(days=365.25), dtype=float)
    season = 1 + YEAR_SWING * np.cos(2 * np.pi * (np.asarray(local.day_of_year) - 20) / 365.25)
    level = source.weekly / 168 * (1 + source.yearly_growth) ** years
    scale = np.mean(source.week) * np.mean(source.day) * (1 + YEAR_SWING)
    holidays = np.isin(np.asarray(local.date), np.asarray(operation.holidays))
    mean = level * week * day / scale * season * np.where(holidays, source.holiday, 1.0)
    for event in operation.events:
        if event.queue == source.queue:
            mean = mean * _event_factor(event, np.asarray(local.date))
    return np.asarray(mean)


def _event_factor(event: Event, dates: np.ndarray) -> np.ndarray:
    """The level is that of the end, so a step divides what came before it."""
    effect = TRUE_EFFECT.get(event.name, 0.0)
    if event.shape is EventShape.STEP:
        return np.where(dates < event.start, 1 / (1 + effect), 1.0)
    return np.where((dates >= event.start) & (dates <= event.end), 1 + effect, 1.0)


def _week_noise(grid: TimeGrid, queue: str, seed: int) -> np.ndarray:
    """A first-order process by week: a bad week is seldom alone."""
    weeks = np.arange(grid.periods) // 168
    shocks = stream(seed, "weeks", queue).normal(size=weeks[-1] + 1)
    state = np.zeros_like(shocks)
    for number, shock in enumerate(shocks):
        before = state[number - 1] if number else shock
        state[number] = WEEK_MEMORY * before + np.sqrt(1 - WEEK_MEMORY**2) * shock
    return np.asarray(WEEK_SD * state[weeks])


def _day_noise(grid: TimeGrid, queue: str, seed: int) -> np.ndarray:
    """A factor of each day: one part is shared by all queues."""
    days = np.arange(grid.periods) // 24
    own = stream(seed, "days", queue).normal(size=days[-1] + 1)
    common = stream(seed, "days").normal(size=days[-1] + 1)
    return np.asarray((DAY_SD * own + COMMON_DAY_SD * common)[days])


def automated_counts(
    source: Source, counts: np.ndarray, operation: Operation, seed: int
) -> np.ndarray:
    """How many of the arrivals were decided without a person; the share drifts up to today's."""
    today = operation.queue(source.queue).automation_share
    path = np.linspace(source.automation_before, today, len(counts))
    # The last eight weeks run at today's share.
    path[-8 * 168 :] = today
    return np.asarray(stream(seed, "automated", source.queue).binomial(counts, path))
