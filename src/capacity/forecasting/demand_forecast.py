"""From the volume of every queue to joint sample paths of its demand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pandas as pd

from capacity.domain.demand import Demand
from capacity.domain.faults import FaultList, nearest
from capacity.domain.grid import MonthGrid, TimeGrid
from capacity.domain.operation import Operation
from capacity.domain.volume import Volume
from capacity.forecasting.demand_source import DailySource
from capacity.forecasting.drivers import forecast_drivers
from capacity.forecasting.hierarchy import learn_splits
from capacity.forecasting.panel_fit import PanelFit, fit_panel
from capacity.forecasting.queue_forecasts import forecast_queue, forecast_share
from capacity.forecasting.queue_history import WEEK, QueueHistory, read_history
from capacity.forecasting.queue_past import describe_growths, learn_growths, read_pasts

MINUTES_PER_WEEK = 7 * 1440


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
    >>> import numpy as np
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
    histories = {name: read_history(volume, operation, name) for name in names}
    days = _days_ahead(histories, grid, month_grid)
    pasts = read_pasts(operation, histories, days)
    fit = fit_panel(
        [pasts[name].learnt.totals for name in names], seasons=(WEEK,), horizon=days, counts=True
    )
    growths = learn_growths(fit, pasts)
    queues = {
        name: forecast_queue(row, name, pasts[name], growths[name], days)
        for row, name in enumerate(names)
    }
    shares = {
        name: forecast_share(name, pasts, queues)
        for name in names
        if histories[name].like is not None
    }
    source = DailySource(
        fit=fit,
        queues=queues | {name: forecast for name, (forecast, _) in shares.items()},
        grid=grid,
        months=month_grid,
        n_paths=paths,
        seed=seed,
    )
    demand = Demand(
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
            *(note for _, note in shares.values()),
            *(f"{name}: {note}" for name in names for note in pasts[name].notes),
            *_shift_notes(fit, tuple(names), histories),
            *describe_growths(growths),
        ),
        weights=_weights_frame(fit, tuple(names)),
        splits=learn_splits(volume),
    )
    return forecast_drivers(volume.drivers, demand) if volume.drivers else demand


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


def _days_ahead(histories: dict[str, QueueHistory], grid: TimeGrid, months: MonthGrid) -> int:
    last = max(grid.end, months.edges[-1])
    first = min(history.first_day for history in histories.values())
    return (
        int(last.tz_localize(None).to_datetime64().astype("datetime64[D]").astype(int)) - first + 2
    )


def _shift_notes(
    fit: PanelFit, names: tuple[str, ...], histories: Mapping[str, QueueHistory]
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
