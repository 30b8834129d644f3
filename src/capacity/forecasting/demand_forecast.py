"""From the volume of every queue to joint sample paths of its demand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from capacity.domain.demand import Demand
from capacity.domain.event import Event
from capacity.domain.faults import FaultList, nearest
from capacity.domain.grid import MonthGrid, TimeGrid
from capacity.domain.operation import Operation
from capacity.domain.seeds import stream
from capacity.domain.volume import Volume
from capacity.forecasting.day_shape import DayShape, daily_totals, flat_shape, learn_shape
from capacity.forecasting.demand_source import DailySource, QueueForecast
from capacity.forecasting.events import Learnt, clean_history, draw_factors
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
    learnt = {name: _clean(operation, name, history) for name, history in histories.items()}
    days = _days_ahead(histories, grid, month_grid)
    fit = fit_panel(
        [learnt[name].totals for name in names],
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
                factors=_factors(
                    operation,
                    name,
                    history.first_day,
                    learnt[name],
                    days=days,
                    paths=paths,
                    seed=seed,
                ),
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
        notes=(
            *(note for history in histories.values() for note in history.notes),
            *(f"{name}: {note}" for name in names for note in learnt[name].notes),
            *_shift_notes(fit, tuple(names), histories),
        ),
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
            elif operation.queue(name).unit != volume.unit:
                faults.add(
                    f"queue {name}",
                    f"counts {operation.queue(name).unit}s, its history counts {volume.unit}s",
                    "bring both to one unit; declare a change of unit as an event of kind unit_break",
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


def _clean(operation: Operation | None, name: str, history: _History) -> Learnt:
    if operation is None:
        return Learnt(totals=history.totals)
    return clean_history(
        history.totals,
        first_day=history.first_day,
        events=_events_of(operation, name),
        holidays=operation.holidays,
    )


def _events_of(operation: Operation, name: str) -> tuple[Event, ...]:
    return tuple(event for event in operation.events if event.queue in (None, name))


def _factors(
    operation: Operation | None,
    name: str,
    first_day: int,
    learnt: Learnt,
    *,
    days: int,
    paths: int,
    seed: int,
) -> Floats:
    events = _events_of(operation, name) if operation else ()
    normals = {
        event.name: stream(seed, "event", event.name).standard_normal(paths) for event in events
    }
    normals["level"] = stream(seed, "level", name).standard_normal(paths)
    return draw_factors(
        events,
        operation.holidays if operation else (),
        learnt,
        first_day=first_day,
        days=days,
        normals=normals,
    )


def _shift_notes(
    fit: PanelFit, names: tuple[str, ...], histories: dict[str, _History]
) -> list[str]:
    notes = []
    for shift in fit.shifts:
        name = names[shift.row]
        day = date(1970, 1, 1) + timedelta(days=histories[name].first_day - shift.after)
        notes.append(
            f"{name}: level shift x{shift.ratio:.2f} found on {day} "
            f"(score {shift.score:.1f}); days before it count at the new level"
        )
    return notes


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
