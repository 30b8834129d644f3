"""From the volume of every queue to joint sample paths of its demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.domain.demand import Demand
from capacity.domain.event import Event, EventShape
from capacity.domain.faults import FaultList, nearest
from capacity.domain.grid import MonthGrid, TimeGrid
from capacity.domain.operation import Operation
from capacity.domain.seeds import stream
from capacity.domain.volume import Volume
from capacity.forecasting.day_shape import DayShape, daily_totals, flat_shape, learn_shape
from capacity.forecasting.demand_source import DailySource, QueueForecast
from capacity.forecasting.local_days import day_number, read_clock
from capacity.forecasting.panel import Floats
from capacity.forecasting.panel_fit import PanelFit, fit_panel

WEEK = 7
MINUTES_PER_WEEK = 7 * 1440


@dataclass(frozen=True, kw_only=True)
class _History:
    """A queue's days: standard totals up to the last whole day, wall clock and shape."""

    totals: Floats
    zone: str
    first_day: int
    shape: DayShape
    notes: tuple[str, ...] = ()


def forecast(
    volume: Volume,
    operation: Operation | None = None,
    *,
    weeks: int = 26,
    months: int = 18,
    paths: int = 500,
    seed: int = 0,
) -> Demand:
    """Forecast every queue: joint sample paths by interval and by month.

    Day totals of all queues are forecast together (members, weights, error trajectories), on
    the local wall clock of each queue; the shape of the day spreads them to intervals. Counts
    are integers and never negative. Path ``p`` is one future of ALL queues.

    Parameters
    ----------
    volume : Volume
        Counts by interval or by day; nan = missing, which is neither zero nor filled in.
    operation : Operation, optional
        Gives the interval, zones, arrival profiles, events, and queues without history. Without
        it the history's own interval and zones are used.
    weeks : int, default 26
        Length of the fine grid.
    months : int, default 18
        Calendar months from the month of ``as_of`` on; the first counts from ``as_of``.
    paths : int, default 500
        Sample paths.
    seed : int, default 0
        Same seed, same bytes.

    Returns
    -------
    Demand

    Raises
    ------
    DataError
        A queue is unknown to the operation, there is no history, or a horizon is not positive.

    Examples
    --------
    >>> from capacity.domain.volume import SeriesLabel
    >>> grid = TimeGrid(start=pd.Timestamp("2026-01-05", tz="UTC"), minutes=1440, periods=56)
    >>> counts = np.tile([[50.0, 60, 60, 60, 50, 20, 10]], (1, 8))
    >>> volume = Volume(grid=grid, labels=(SeriesLabel(queue="a"),), counts=counts, as_of=grid.end)
    >>> demand = forecast(volume, weeks=2, months=2, paths=50)
    >>> demand.paths("a").shape, bool((demand.paths("a") >= 0).all())
    ((50, 14), True)
    """
    _check(volume, operation, weeks=weeks, months=months, paths=paths)
    minutes = _interval_minutes(volume, operation)
    grid = TimeGrid(
        start=volume.as_of.ceil(f"{minutes}min"),
        minutes=minutes,
        periods=weeks * MINUTES_PER_WEEK // minutes,
    )
    month_grid = _month_grid(volume, operation, months)
    names = operation.queue_names if operation else volume.queues
    histories = {name: _history(volume, operation, name) for name in names}
    days = _days_ahead(histories, grid, month_grid)
    fit = fit_panel(
        [history.totals for history in histories.values()],
        seasons=(WEEK,),
        horizon=days,
        counts=True,
    )
    source = DailySource(
        fit=fit,
        queues={
            name: QueueForecast(
                row=row,
                zone=history.zone,
                first_day=history.first_day,
                shape=history.shape,
                factors=_factors(operation, name, history, days, paths=paths, seed=seed),
            )
            for row, (name, history) in enumerate(histories.items())
        },
        grid=grid,
        months=month_grid,
        n_paths=paths,
        seed=seed,
    )
    return Demand(
        grid=grid,
        months=month_grid,
        queues=tuple(names),
        n_paths=paths,
        seed=seed,
        as_of=volume.as_of,
        source=source,
        backlog=volume.backlog,
        zones=tuple((name, history.zone) for name, history in histories.items()),
        notes=tuple(note for history in histories.values() for note in history.notes),
        weights=_weights_frame(fit, tuple(names)),
    )


def _check(
    volume: Volume, operation: Operation | None, *, weeks: int, months: int, paths: int
) -> None:
    faults = FaultList(title="The forecast was refused")
    for name, value in (("weeks", weeks), ("months", months), ("paths", paths)):
        if value < 1:
            faults.add(name, f"must be at least 1, got {value}", "give a positive whole number")
    if not volume.labels or volume.grid.periods == 0:
        faults.add("volume", "holds no history", "read at least one day of counts")
    if operation is not None:
        for name in volume.queues:
            if name not in operation.queue_names:
                faults.add(
                    f"queue {name}",
                    "is in the volume but not in the operation",
                    nearest(name, operation.queue_names),
                )
    faults.raise_any()


def _interval_minutes(volume: Volume, operation: Operation | None) -> int:
    return operation.interval_minutes if operation else volume.grid.minutes


def _month_grid(volume: Volume, operation: Operation | None, months: int) -> MonthGrid:
    zone = operation.zone if operation else volume.zone_of(volume.queues[0])
    first = volume.as_of.tz_convert(zone).tz_localize(None).to_period("M")
    return MonthGrid(first=first, periods=months, zone=zone)


def _history(volume: Volume, operation: Operation | None, name: str) -> _History:
    queue = operation.queue(name) if operation else None
    zone = queue.zone if queue else volume.zone_of(name)
    if name not in volume.queues:
        prior = queue.prior_per_day if queue else None
        profile = queue.arrival_profile if queue else ()
        return _without_history(volume, name, zone, prior, flat_shape(profile))
    counts = volume.of(name)
    if volume.is_daily:
        profile = queue.arrival_profile if queue else ()
        shape = flat_shape(profile)
        notes = () if profile or not queue else (f"{name}: daily history spread evenly over hours",)
        if queue is None:
            shape = DayShape(profile=np.ones((7, 1)), deviations=np.empty((0, 1)))
        last = day_number(volume.daily_dates[-1])
        return _History(totals=counts, zone=zone, first_day=last + 1, shape=shape, notes=notes)
    clock = read_clock(volume.grid, zone)
    shape = learn_shape(counts, clock)
    totals, day = daily_totals(counts, clock, shape.profile)
    under_way = int(read_clock(_instant(volume), zone).day[0])
    return _History(totals=totals[day < under_way], zone=zone, first_day=under_way, shape=shape)


def _without_history(
    volume: Volume, name: str, zone: str, prior: float | None, shape: DayShape
) -> _History:
    first_day = int(read_clock(_instant(volume), zone).day[0])
    if prior is None:
        note = f"{name}: no history and no prior_per_day, so no arrivals of its own are forecast"
        totals = np.zeros(0)
    else:
        note = f"{name}: no history; forecast from prior_per_day = {prior:g}"
        totals = np.full(WEEK, prior)
    return _History(totals=totals, zone=zone, first_day=first_day, shape=shape, notes=(note,))


def _instant(volume: Volume) -> TimeGrid:
    return TimeGrid(start=volume.as_of, minutes=1, periods=1)


def _days_ahead(histories: dict[str, _History], grid: TimeGrid, months: MonthGrid) -> int:
    last = max(grid.end, months.edges[-1])
    first = min(history.first_day for history in histories.values())
    return (
        int(last.tz_localize(None).to_datetime64().astype("datetime64[D]").astype(int)) - first + 2
    )


def _factors(
    operation: Operation | None, name: str, history: _History, days: int, *, paths: int, seed: int
) -> Floats:
    """Known events ahead multiply the day levels, each with its own uncertainty."""
    factors = np.ones((1, days))
    for event in operation.events if operation else ():
        if event.effect is None or event.queue not in (None, name):
            continue
        begin = day_number(event.start) - history.first_day
        if begin < 0:  # already in the history
            continue
        normal = stream(seed, "event", event.name).standard_normal(paths)
        effect = np.maximum(event.effect + event.effect_sd * normal, -1.0)
        factors = factors * (1 + effect[:, None] * _course(event, begin, days)[None, :])
    return factors


def _course(event: Event, begin: int, days: int) -> Floats:
    """Share of the effect in force on each day ahead."""
    day = np.arange(days)
    if event.end is None:
        return (day >= begin).astype(np.float64)
    length = (event.end - event.start).days + 1
    if event.shape is EventShape.PULSE:
        return ((day >= begin) & (day < begin + length)).astype(np.float64)
    if event.shape is EventShape.RAMP:
        return np.clip((day - begin + 1) / length, 0.0, 1.0)
    return (day >= begin).astype(np.float64)


def _weights_frame(fit: PanelFit, names: tuple[str, ...]) -> pd.DataFrame:
    """Tidy: queue, member, from_day, weight."""
    parts = []
    for kind in fit.kinds:
        queues = [names[row] for row in kind.rows]
        index = pd.MultiIndex.from_product(
            [queues, kind.members, kind.weights.edges[:-1]], names=["queue", "member", "from_day"]
        )
        parts.append(pd.DataFrame({"weight": kind.weights.full.reshape(-1)}, index=index))
    return pd.concat(parts).reset_index()
