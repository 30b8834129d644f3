"""From the volume of every queue to joint sample paths of its demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from capacity.domain.demand import Demand
from capacity.domain.event import Event
from capacity.domain.faults import FaultList, nearest
from capacity.domain.grid import MonthGrid, TimeGrid
from capacity.domain.operation import Operation
from capacity.domain.volume import Volume
from capacity.forecasting.demand_source import DailySource, QueueForecast
from capacity.forecasting.drivers import forecast_drivers
from capacity.forecasting.events import Learnt, clean_history
from capacity.forecasting.hierarchy import learn_splits
from capacity.forecasting.long_run import Growth, YearCourse, learn_growth, learn_year
from capacity.forecasting.outlook import Outlook
from capacity.forecasting.panel_fit import PanelFit, fit_panel
from capacity.forecasting.queue_history import WEEK, QueueHistory, read_history
from capacity.forecasting.sibling_share import learn_share
from capacity.forecasting.special_days import Occasion, list_occasions
from capacity.forecasting.special_effects import Effect, describe, even_out, learn_effects

MINUTES_PER_WEEK = 7 * 1440
LEAST_SHAPE_DAYS = 14  # days of its own from which a young queue has a shape of the day
REACH = 6  # the fit is scored to a sixth of the history; growth goes on beyond it
LEAST_SWING = 1.02  # a course of the year flatter than this is not worth a note


@dataclass(frozen=True, kw_only=True)
class _Past:
    """A queue's past brought to the present, and what it says about days ahead."""

    history: QueueHistory
    events: tuple[Event, ...]
    learnt: Learnt
    occasions: tuple[Occasion, ...]
    effects: tuple[Effect, ...] = ()
    year: YearCourse

    @property
    def notes(self) -> tuple[str, ...]:
        """Everything that was found, without the name of the queue."""
        swing = self.year.swing
        course = (f"course of the year found: high over low x{swing:.2f}",)
        return (
            *self.learnt.notes,
            *describe(self.effects),
            *(course if swing > LEAST_SWING else ()),
        )


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
    histories = {name: read_history(volume, operation, name) for name in names}
    days = _days_ahead(histories, grid, month_grid)
    pasts = _read_pasts(operation, histories, days)
    fit = fit_panel(
        [pasts[name].learnt.totals for name in names], seasons=(WEEK,), horizon=days, counts=True
    )
    growths = _growths(fit, pasts)
    queues = {
        name: _queue_forecast(row, name, pasts[name], growths[name], days)
        for row, name in enumerate(names)
    }
    shares = {
        name: _share_forecast(name, pasts, queues)
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
            *_growth_notes(growths),
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


def _read_pasts(
    operation: Operation | None, histories: Mapping[str, QueueHistory], days: int
) -> dict[str, _Past]:
    """Events taken out, then special days of all queues together, then the course of the year."""
    pasts = {}
    for name, history in histories.items():
        events = _events_of(operation, name)
        pasts[name] = _Past(
            history=history,
            events=events,
            learnt=clean_history(history.totals, first_day=history.first_day, events=events),
            occasions=list_occasions(
                operation, name, first=history.start, last=history.first_day + days
            ),
            year=YearCourse(waves=np.zeros(0)),
        )
    effects = learn_effects(
        {name: past.learnt.totals for name, past in pasts.items()},
        {name: history.first_day for name, history in histories.items()},
        {name: past.occasions for name, past in pasts.items()},
    )
    return {name: _evened(past, effects[name]) for name, past in pasts.items()}


def _evened(past: _Past, effects: tuple[Effect, ...]) -> _Past:
    start = past.history.start
    totals = even_out(past.learnt.totals, start, past.occasions, effects)
    year = learn_year(totals, start)
    totals = totals / year.factors(start + np.arange(len(totals)))
    return replace(past, learnt=replace(past.learnt, totals=totals), effects=effects, year=year)


def _events_of(operation: Operation | None, name: str) -> tuple[Event, ...]:
    events = operation.events if operation else ()
    return tuple(event for event in events if event.queue in (None, name))


def _growths(fit: PanelFit, pasts: Mapping[str, _Past]) -> dict[str, Growth]:
    """Growth of each queue at the level that the fit found."""
    shifts = {shift.row: shift for shift in fit.shifts}
    growths = {}
    for row, (name, past) in enumerate(pasts.items()):
        totals = past.learnt.totals.copy()
        if row in shifts:
            totals[: -shifts[row].after] *= shifts[row].ratio
        growths[name] = learn_growth(totals, past.history.start)
    return growths


def _queue_forecast(row: int, name: str, past: _Past, growth: Growth, days: int) -> QueueForecast:
    history = past.history
    return QueueForecast(
        row=row,
        levels_of=name,
        zone=history.zone,
        first_day=history.first_day,
        shape=history.shape,
        outlook=Outlook(
            name=name,
            first_day=history.first_day,
            events=past.events,
            log_level_sd=past.learnt.log_level_sd,
            occasions=tuple(item for item in past.occasions if item.day >= history.first_day),
            effects=past.effects,
            year=past.year,
            growth=growth,
            reach=len(history.totals) // REACH,
        ),
        factors=np.ones((1, days)),
    )


def _share_forecast(
    name: str, pasts: Mapping[str, _Past], queues: Mapping[str, QueueForecast]
) -> tuple[QueueForecast, str]:
    """A queue as a share of its sibling: the sibling's paths, a share and counts of its own."""
    past = pasts[name]
    history, like = past.history, past.history.like
    assert like is not None  # noqa: S101 -- only queues that are like another come here
    sibling, model = queues[like.queue], pasts[like.queue]
    own = past.learnt.totals if model.history.first_day == history.first_day else np.zeros(0)
    share = learn_share(like, own, model.learnt.totals)
    outlook = Outlook(
        name=name,
        first_day=sibling.first_day,
        # What hits all queues is in the sibling's paths already.
        events=tuple(event for event in past.events if event.queue == name),
        base=sibling.outlook,
        share=share,
    )
    shaped = len(history.totals) >= LEAST_SHAPE_DAYS or _is_bent(history)
    note = (
        f"{name}: forecast like {like.queue}, {share.mean:.3g} of its cases "
        f"(give or take {100 * share.cv:.0f} %; said {like.share:g}, {share.days} days seen)"
    )
    shape = history.shape if shaped else sibling.shape
    return replace(sibling, zone=history.zone, shape=shape, outlook=outlook), note


def _is_bent(history: QueueHistory) -> bool:
    """Whether the operation gave the queue a profile of the day."""
    return bool(np.ptp(history.shape.profile) > 0)


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


def _growth_notes(growths: Mapping[str, Growth]) -> list[str]:
    return [
        f"{name}: growth of {100 * np.expm1(30.4 * growth.rate):+.1f} % a month of late; "
        f"{100 * growth.kept:.0f} % of past growth went on, so beyond the scored lead time "
        f"{100 * np.expm1(30.4 * growth.rate * growth.kept):+.1f} % a month, fading"
        for name, growth in growths.items()
        if abs(np.expm1(30.4 * growth.rate * growth.kept)) > 0.002
    ]
