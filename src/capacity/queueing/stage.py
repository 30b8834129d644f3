"""The stage of a simulation: people, weeks that count, warm-up before and run-out after."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capacity.domain import (
    Demand,
    Dispatch,
    Operation,
    Roster,
    ShiftPlan,
    TimeGrid,
    Treatment,
)
from capacity.errors import DataError
from capacity.queueing.crew import WEEK_HOURS, repeated, skill_classes
from capacity.queueing.presence import Duty, duties_of_heads, duties_of_roster, duties_of_shifts
from capacity.queueing.staffing import plan_queues

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Everything of a simulation but the cases; hours count from the start of the warm-up.

    `weeks` weeks count, after `before` weeks of warm-up; the play goes on to `end` so that cases
    of the last hours can still be served, by the people of the last week.
    """

    operation: Operation
    grid: TimeGrid
    weeks: int
    before: int
    end: float
    bins: int
    duties: tuple[Duty, ...]
    classes: tuple[tuple[int, tuple[bool, ...]], ...]
    kinds: Ints
    windows: Floats
    rest: Floats
    paced: NDArray[np.bool_]
    is_open: NDArray[np.bool_]
    dispatch: Dispatch
    planned: Floats

    @property
    def first_hour(self) -> float:
        """Hour at which the weeks that count begin."""
        return self.before * WEEK_HOURS

    @property
    def last_hour(self) -> float:
        """Hour at which they end."""
        return (self.before + self.weeks) * WEEK_HOURS


def set_stage(
    demand: Demand,
    operation: Operation,
    *,
    shifts: ShiftPlan | None = None,
    roster: Roster | None = None,
    heads: pd.DataFrame | None = None,
) -> Stage:
    """People and calendar of a simulation; exactly one of shifts, roster and heads is given."""
    given = [
        name
        for name, item in (("shifts", shifts), ("roster", roster), ("heads", heads))
        if item is not None
    ]
    if len(given) != 1:
        raise DataError(
            f"simulate needs exactly one of shifts, roster and heads, got {given or 'none'}."
        )
    grid = _grid_of(demand, shifts, roster)
    per_week = grid.intervals_per_week
    weeks = min(grid.periods, demand.grid.periods - _offset(demand, grid)) // per_week
    if weeks < 1:
        raise DataError(
            f"simulate needs at least one whole week of people and demand, got {grid.periods} "
            f"intervals of {grid.minutes} minutes. Fix: plan or forecast 7 days or more."
        )
    duties = _duties(grid, operation, shifts, roster, heads)
    before = 0 if demand.backlog.queues else 1
    plans = plan_queues(operation)
    windows = np.array([plan.window_hours for plan in plans])
    tail = min(float(windows.max()), WEEK_HOURS)
    end = (before + weeks) * WEEK_HOURS + tail
    bins = int(np.ceil(end / grid.hours))
    everyone = repeated(duties, weeks=weeks, before=before, after=1)
    everyone = sorted((d for d in everyone if d.stints[0][0] < end), key=lambda d: d.stints[0])
    classes, kinds = skill_classes(everyone, len(operation.queues))
    dispatch = shifts.dispatch if shifts is not None else Dispatch.EARLIEST_DUE
    stage = Stage(
        operation=operation,
        grid=grid,
        weeks=weeks,
        before=before,
        end=end,
        bins=bins,
        duties=tuple(everyone),
        classes=tuple(classes),
        kinds=kinds,
        windows=windows,
        rest=_rest(operation, classes, breaks_planned=shifts is None),
        paced=np.array([plan.treatment is not Treatment.FLOOR for plan in plans]),
        is_open=_opening(operation, grid, before, bins),
        dispatch=dispatch,
        planned=np.zeros((len(classes), len(operation.queues), 1)),
    )
    return with_dispatch(stage, dispatch, shifts)


def with_dispatch(stage: Stage, dispatch: Dispatch, shifts: ShiftPlan | None) -> Stage:
    """The stage under another dispatch rule; planned shares need a shift plan with flows."""
    if dispatch is not Dispatch.FLOW_SHARES:
        return replace(stage, dispatch=dispatch)
    if shifts is None:
        raise DataError("Dispatch.FLOW_SHARES follows planned flows: it needs shifts.")
    return replace(stage, dispatch=dispatch, planned=_planned(stage, shifts))


def path_counts(demand: Demand, stage: Stage, path: int, *, paths: int) -> Ints:
    """Detected cases of one path by queue and bin, warm-up and run-out included.

    The warm-up is the first week of the path before it among `paths` (in a ring): a week after a
    copy of itself would make bad weeks worse and good ones better than they are.
    """
    per_week = stage.grid.intervals_per_week
    offset = _offset(demand, stage.grid)
    after = stage.bins - (stage.before + stage.weeks) * per_week
    wanted = stage.weeks * per_week + after
    rows = []
    for name in stage.operation.queue_names:
        if name not in demand.queues:
            rows.append(np.zeros(stage.bins, dtype=np.int64))
            continue
        periods = min(offset + wanted, demand.grid.periods)
        counts = demand.paths(name, periods=periods, first=path, last=path + 1)[0][offset:]
        if len(counts) < wanted:
            # beyond the horizon the last week is played again
            last = counts[len(counts) // per_week * per_week - per_week :][:per_week]
            counts = np.concatenate([counts, np.resize(last, wanted - len(counts))])
        earlier = [first_weeks(demand, stage, name, (path - 1) % paths, 1)[0]] * stage.before
        rows.append(np.concatenate([*earlier, counts]))
    return np.asarray(rows, dtype=np.int64)


def first_weeks(demand: Demand, stage: Stage, queue: str, first: int, count: int) -> Ints:
    """Detected cases of a queue in the first week of some paths, shape (count, bins of a week)."""
    if queue not in demand.queues:
        return np.zeros((count, stage.grid.intervals_per_week), dtype=np.int64)
    offset = _offset(demand, stage.grid)
    periods = offset + stage.grid.intervals_per_week
    return demand.paths(queue, periods=periods, first=first, last=first + count)[:, offset:]


def _duties(
    grid: TimeGrid,
    operation: Operation,
    shifts: ShiftPlan | None,
    roster: Roster | None,
    heads: pd.DataFrame | None,
) -> list[Duty]:
    if shifts is not None:
        return duties_of_shifts(shifts, operation)
    if roster is not None:
        return duties_of_roster(roster, operation)
    return duties_of_heads(pd.DataFrame() if heads is None else heads, grid, operation)


def _grid_of(demand: Demand, shifts: ShiftPlan | None, roster: Roster | None) -> TimeGrid:
    grid = shifts.grid if shifts is not None else roster.grid if roster is not None else demand.grid
    if grid.minutes != demand.grid.minutes:
        raise DataError(
            f"the people's grid has {grid.minutes}-minute intervals, the demand "
            f"{demand.grid.minutes}. Fix: forecast with the operation that was scheduled."
        )
    return grid


def _offset(demand: Demand, grid: TimeGrid) -> int:
    offset = int(demand.grid.index_of(pd.DatetimeIndex([grid.start]))[0])
    if not 0 <= offset < demand.grid.periods:
        raise DataError(
            f"the people's grid starts at {grid.start}, outside the demand "
            f"({demand.grid.start} to {demand.grid.end})."
        )
    return offset


def rest_per_hour(operation: Operation) -> Floats:
    """Hours of exposure break and wellness that one hour on a queue costs, (pools, queues).

    Wellness is due per weighted exposure hour, the break per unbroken exposed hour; where
    wellness serves as the break the larger of the two is taken, else their sum: each once.
    """
    wellness = operation.wellness_minutes_per_exposure_hour / 60
    severity = np.array([queue.severity for queue in operation.queues])
    rows = []
    for pool in operation.pools:
        cap = operation.cap_of(pool)
        pause = cap.break_minutes / cap.minutes_in_row if cap.minutes_in_row else 0.0
        due, paused = wellness * severity, pause * (severity > 0)
        rows.append(np.maximum(due, paused) if operation.wellness_is_break else due + paused)
    return np.asarray(rows, dtype=np.float64)


def _rest(
    operation: Operation, classes: list[tuple[int, tuple[bool, ...]]], *, breaks_planned: bool
) -> Floats:
    """Rest after work by class and queue: the occupancy cap, and exposure breaks not yet planned.

    A shift plan places its templates' breaks and leaves exposure breaks implicit; a roster holds
    both as slices, and a table of heads has both taken off.
    """
    idle = 1.0 / operation.occupancy_cap - 1.0
    owed = rest_per_hour(operation) * (0.0 if breaks_planned else 1.0)
    return np.asarray([idle + owed[pool] for pool, _ in classes])


def _opening(operation: Operation, grid: TimeGrid, before: int, bins: int) -> NDArray[np.bool_]:
    start = grid.start - pd.Timedelta(hours=before * WEEK_HOURS)
    whole = TimeGrid(start=start, minutes=grid.minutes, periods=bins)
    rows = [
        np.ones(bins, dtype=np.bool_)
        if queue.opening is None
        else queue.opening.open_share(whole) >= 0.5
        for queue in operation.queues
    ]
    return np.asarray(rows)


def _planned(stage: Stage, shifts: ShiftPlan) -> Floats:
    """Cumulative planned hours by class, queue and bin; the last week repeats."""
    operation, grid = stage.operation, stage.grid
    per_week = grid.intervals_per_week
    flows = np.zeros((len(operation.pools), len(operation.queues), stage.weeks * per_week))
    places = grid.index_of(pd.DatetimeIndex(shifts.flows["start"]))
    for place, row in zip(places, shifts.flows.itertuples(), strict=True):
        if 0 <= place < flows.shape[2]:
            pool = operation.pool_names.index(str(row.pool))
            flows[pool, operation.queue_names.index(str(row.queue)), place] += row.hours
    whole = np.concatenate(
        [*[flows[:, :, :per_week]] * stage.before, flows, flows[:, :, -per_week:]], axis=2
    )[:, :, : stage.bins]
    # classes of one pool (people with fewer skills) share its plan by the pool's whole
    return np.asarray([whole[pool] for pool, _ in stage.classes]).cumsum(axis=2)
