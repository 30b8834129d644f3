"""Revise a demand by what has arrived since it was made: the rest of today and the next days."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from capacity.domain.demand import Demand
from capacity.domain.faults import FaultList, nearest
from capacity.domain.grid import TimeGrid
from capacity.domain.volume import Volume
from capacity.errors import DataError
from capacity.forecasting.demand_source import DailySource, QueueForecast, share_of_day
from capacity.forecasting.drivers import Drivers
from capacity.forecasting.local_days import read_clock
from capacity.forecasting.panel import Floats

LONGEST_DAYS = 14  # beyond so many days of news a new fit says more than a revision
LEAST_CASES = 1.0  # expected cases below which nothing is learnt


def revise(demand: Demand, volume: Volume) -> Demand:
    """Update a demand to ``volume.as_of`` without fitting again.

    For each queue and day with news the level of the day has a gamma prior with the mean and
    variance of the demand's own paths; the Poisson counts seen so far give its posterior. Every
    path keeps its rank: its day level moves to the posterior, and later days follow as far as
    the paths themselves say that days go together. All queues stay joint; a queue that is like
    a sibling and has no counts yet follows it.

    Parameters
    ----------
    demand : Demand
        Made by `forecast`.
    volume : Volume
        Counts up to a later ``as_of``, at most 14 days after that of the demand.

    Returns
    -------
    Demand
        From the new ``as_of`` to the end of the old grid.

    Raises
    ------
    DataError
        The volume is older than the demand, more than 14 days newer, or by the day; the demand
        was not made by `forecast`; a queue is unknown.
    """
    source = _check(demand, volume)
    step = f"{demand.grid.minutes}min"
    start = max(volume.as_of.ceil(step), demand.grid.start)
    passed = int((start - demand.grid.start).total_seconds() // (60 * demand.grid.minutes))
    grid = TimeGrid(start=start, minutes=demand.grid.minutes, periods=demand.grid.periods - passed)
    seen = {name: _revised(source, name, volume) for name in volume.queues}
    queues = {
        name: seen[name] if name in seen else _followed(forecast, source, seen)
        for name, forecast in source.queues.items()
    }
    fresh = DailySource(
        fit=source.fit,
        queues=queues,
        grid=grid,
        months=source.months,
        n_paths=source.n_paths,
        seed=source.seed,
    )
    drivers = demand.drivers
    note = f"revised to {volume.as_of:%Y-%m-%d %H:%M} UTC by what had arrived"
    return replace(
        demand,
        grid=grid,
        as_of=volume.as_of,
        source=fresh,
        drivers=drivers.on_grid(grid) if isinstance(drivers, Drivers) else drivers,
        backlog=volume.backlog,
        notes=(*demand.notes, note),
    )


def _check(demand: Demand, volume: Volume) -> DailySource:
    if not isinstance(demand.source, DailySource):
        raise DataError("only a demand made by forecast() can be revised.")
    faults = FaultList(title="The revision was refused")
    days = (volume.as_of - demand.as_of).total_seconds() / 86_400
    if not 0 <= days <= LONGEST_DAYS:
        faults.add(
            "volume",
            f"as_of lies {days:.1f} days after the demand's",
            f"give news of 0 to {LONGEST_DAYS} days, or forecast anew",
        )
    if volume.is_daily:
        faults.add("volume", "is by the day", "give counts by interval")
    for name in volume.queues:
        if name not in demand.queues:
            faults.add(f"queue {name}", "is not in the demand", nearest(name, demand.queues))
    faults.raise_any()
    return demand.source


def _revised(source: DailySource, name: str, volume: Volume) -> QueueForecast:
    forecast = source.queues[name]
    levels = np.maximum(source.daily_levels(name), 1e-9)
    moved = levels.copy()
    for day, count, share in _news(forecast, volume, name, source):
        before = moved[:, day].copy()
        after = _posterior(before, count, share)
        change = np.log(after / before)
        logs = np.log(moved[:, day:])
        centred = logs - logs.mean(axis=0)
        own = float((centred[:, 0] ** 2).mean())
        follow = (centred * centred[:, :1]).mean(axis=0) / own if own > 0 else np.zeros(1)
        moved[:, day:] *= np.exp(np.clip(follow, 0.0, 1.0)[None, :] * change[:, None])
        moved[:, day] = after
    return replace(forecast, factors=forecast.factors * (moved / levels))


def _followed(
    forecast: QueueForecast, source: DailySource, seen: dict[str, QueueForecast]
) -> QueueForecast:
    """A queue without counts of its own follows the sibling whose levels it shares."""
    sibling = forecast.levels_of
    if sibling not in seen:
        return forecast
    moved = seen[sibling].factors / np.maximum(source.queues[sibling].factors, 1e-12)
    return replace(forecast, factors=forecast.factors * moved)


def _posterior(levels: Floats, count: float, share: float) -> Floats:
    """Gamma posterior of the day level, each path at its own place in it."""
    mean, variance = float(levels.mean()), float(levels.var())
    if mean * share < LEAST_CASES or variance <= 0:
        return levels
    shape = mean**2 / variance
    new_shape, new_rate = shape + count, shape / mean + share
    scale = np.sqrt(new_shape) / new_rate / np.sqrt(variance)
    return np.asarray(np.maximum(new_shape / new_rate + (levels - mean) * scale, mean / 100))


def _news(
    forecast: QueueForecast, volume: Volume, name: str, source: DailySource
) -> list[tuple[int, float, float]]:
    """Day ahead, cases seen and share of the day seen, for each day with news."""
    counts, clock = volume.of(name), read_clock(volume.grid, forecast.zone)
    starts = volume.grid.starts
    fresh = np.asarray(starts >= source.grid.start) & np.isfinite(counts)
    share = share_of_day(forecast, volume.grid)
    news = []
    for day in np.unique(clock.day[fresh]):
        here = fresh & (clock.day == day)
        place = int(day) - forecast.first_day
        if 0 <= place < source.fit.horizon:
            news.append((place, float(counts[here].sum()), float(share[here].sum())))
    return news
