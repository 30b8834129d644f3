"""From chosen shifts to slices: the rotation task of a pool, and its answer as table rows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.domain.exposure import ExposureCap
from capacity.domain.operation import Operation
from capacity.domain.roster import Activity
from capacity.domain.shift_plan import ShiftPlan
from capacity.errors import DataError
from capacity.scheduling.rostering.cohorts import MINUTE_NS, Cohorts, instants
from capacity.scheduling.rostering.duty_breaks import Span, break_minutes_of, lay_breaks
from capacity.scheduling.rostering.eligibility import may_work
from capacity.scheduling.rostering.plan_problem import carried_exposure
from capacity.scheduling.rostering.problem import Bools, Floats, Ints
from capacity.scheduling.rostering.rotation import DutySlots, Rotation, RotationTask

SLICES = (15, 10, 5)


@dataclass(frozen=True, kw_only=True, eq=False)
class SliceGrid:
    """Slices of equal length from `origin` (nanoseconds UTC)."""

    origin: int
    minutes: int
    count: int

    def place(self, instant: int) -> float:
        """Number of the slice, with a fraction inside it."""
        return (instant - self.origin) / (self.minutes * MINUTE_NS)


@dataclass(frozen=True, kw_only=True, eq=False)
class PoolSlices:
    """The rotation task of a pool with what is needed to write its answer as rows."""

    task: RotationTask
    grid: SliceGrid
    cohorts: Cohorts
    queues: tuple[str, ...]
    cells: tuple[tuple[int, int], ...]
    breaks: dict[tuple[int, int], dict[int, list[Span]]]
    outside: tuple[tuple[str, int, float], ...]


def choose_slice(plan: ShiftPlan, cohorts: Cohorts, cap: ExposureCap) -> int:
    """The longest slice of 15, 10 or 5 minutes on which breaks, caps and starts all lie.

    Raises
    ------
    DataError
        Even 5 minutes do not fit a shift start, a break or a cap.
    """
    exists = cohorts.exists
    origin = plan.grid.start.as_unit("ns").value
    edges = np.concatenate([cohorts.start[exists], cohorts.end[exists]])
    numbers = {int(value) for value in np.unique((edges - origin) // MINUTE_NS)}
    numbers |= {plan.grid.minutes, cap.break_minutes, *break_minutes_of(plan, cohorts)}
    if cap.minutes_in_row is not None:
        numbers.add(cap.minutes_in_row)
    unit = math.gcd(*numbers)
    fitting = [minutes for minutes in SLICES if unit % minutes == 0]
    if not fitting:
        odd = sorted(number for number in numbers if number % 5)[:5]
        raise DataError(
            f"pool {cohorts.pool.name}: slices of 5 minutes cannot express {odd} minutes. "
            "Fix: let starts, breaks and exposure runs be multiples of 5 minutes."
        )
    return fitting[0]


def pool_slices(
    plan: ShiftPlan, operation: Operation, cohorts: Cohorts, chosen: Ints
) -> PoolSlices:
    """The rotation task for the chosen shifts (people x days, -1 for a day off)."""
    cap = operation.cap_of(cohorts.pool)
    minutes = choose_slice(plan, cohorts, cap)
    worked = [(int(p), int(d), int(chosen[p, d])) for p, d in np.argwhere(chosen >= 0)]
    takers: dict[tuple[int, int], list[int]] = {}
    for person, day, shift in worked:
        takers.setdefault((day, shift), []).append(person)
    breaks = lay_breaks(plan, cohorts, takers, minutes)
    grid = _slice_grid(plan, cohorts, minutes)
    duties = tuple(_duty(grid, cohorts, cap, cell, breaks[cell[1:]][cell[0]]) for cell in worked)
    flows = plan.flows[plan.flows["pool"] == cohorts.pool.name] if len(plan.flows) else plan.flows
    queues = tuple(dict.fromkeys(str(name) for name in flows["queue"])) if len(flows) else ()
    heads, outside = _heads(plan, grid, flows, queues)
    share = np.array([operation.tier_share(person.tier) for person in cohorts.people])
    able = np.array(
        [[may_work(p, cohorts.pool, operation, queue) for queue in queues] for p in cohorts.people],
        dtype=bool,
    ).reshape(len(cohorts.people), len(queues))
    in_shift = float(1 - cohorts.pool.shrinkage.in_shift)
    task = RotationTask(
        slice_hours=minutes / 60,
        heads=heads,
        eligible=able,
        severity=np.array([operation.queue(queue).severity for queue in queues]),
        priority=np.array([operation.queue(queue).priority for queue in queues], dtype=np.int64),
        duties=duties,
        day_cap=_limit(cap.hours_per_day, share),
        week_cap=_limit(cap.hours_per_week, share),
        rolling=tuple((rolling.days, _limit(rolling.hours, share)) for rolling in cap.rolling),
        any_24_hours=cap.any_24_hours,
        in_row_minutes=math.inf if cap.minutes_in_row is None else float(cap.minutes_in_row),
        break_minutes=float(cap.break_minutes),
        max_days=cap.max_consecutive_days,
        recovery_days=cap.recovery_days,
        wellness_per_hour=operation.wellness_minutes_per_exposure_hour,
        wellness_is_break=operation.wellness_is_break,
        carried=carried_exposure(cohorts),
        first_weekday=cohorts.dates[0].weekday(),
        share=operation.occupancy_cap * in_shift,
    )
    cells = tuple((day, shift) for _, day, shift in worked)
    return PoolSlices(
        task=task,
        grid=grid,
        cohorts=cohorts,
        queues=queues,
        cells=cells,
        breaks=breaks,
        outside=outside,
    )


def _limit(hours: float | None, share: Floats) -> Floats:
    if hours is None:
        return np.where(share > 0, np.inf, 0.0)
    return share * hours


def _slice_grid(plan: ShiftPlan, cohorts: Cohorts, minutes: int) -> SliceGrid:
    """From the earlier of the plan's start and its first shift to the later of both ends."""
    exists = cohorts.exists
    starts = [plan.grid.start.as_unit("ns").value, *cohorts.start[exists].tolist()]
    ends = [plan.grid.end.as_unit("ns").value, *cohorts.end[exists].tolist()]
    count = -((min(starts) - max(ends)) // (minutes * MINUTE_NS))
    return SliceGrid(origin=int(min(starts)), minutes=minutes, count=int(count))


def _duty(
    grid: SliceGrid,
    cohorts: Cohorts,
    cap: ExposureCap,
    cell: tuple[int, int, int],
    breaks: list[Span],
) -> DutySlots:
    person, day, shift = cell
    begin, end = int(cohorts.start[day, shift]), int(cohorts.end[day, shift])
    first, last = round(grid.place(begin)), round(grid.place(end))
    open_slices = np.ones(last - first, dtype=bool)
    for low, high in breaks:
        open_slices[low // grid.minutes : -(-high // grid.minutes)] = False
    exposable = np.ones(last - first, dtype=bool)
    if cap.free_last_minutes:
        exposable[max(last - first - -(-cap.free_last_minutes // grid.minutes), 0) :] = False
    if cap.latest_local_minute is not None:
        exposable &= _early_enough(grid, cohorts, (first, last, day), cap.latest_local_minute)
    return DutySlots(
        person=person, first=first, last=last, day=day, open_slices=open_slices, exposable=exposable
    )


def _early_enough(
    grid: SliceGrid, cohorts: Cohorts, duty: tuple[int, int, int], latest: int
) -> Bools:
    """Slices that end by the latest minute of the duty date on the local wall clock."""
    first, last, day = duty
    wall = pd.Timestamp(cohorts.dates[day]) + pd.Timedelta(minutes=latest)
    local = wall.tz_localize(cohorts.zone, nonexistent="shift_forward", ambiguous=True)
    until = grid.place(local.tz_convert("UTC").as_unit("ns").value)
    return np.asarray(np.arange(first + 1, last + 1) <= until + 1e-9)


def _heads(
    plan: ShiftPlan, grid: SliceGrid, flows: pd.DataFrame, queues: tuple[str, ...]
) -> tuple[Floats, tuple[tuple[str, int, float], ...]]:
    """People wanted, queues x slices, and the work that lies outside every slice."""
    heads = np.zeros((len(queues), grid.count))
    outside: list[tuple[str, int, float]] = []
    per = plan.grid.minutes // grid.minutes
    for queue, begin, hours in zip(
        flows["queue"] if len(flows) else (),
        instants(flows["start"]) if len(flows) else (),
        flows["hours"] if len(flows) else (),
        strict=True,
    ):
        first = round(grid.place(int(begin)))
        if first >= 0 and first + per <= grid.count:
            heads[queues.index(str(queue)), first : first + per] += float(hours) / plan.grid.hours
        else:
            outside.append((str(queue), int(begin), float(hours)))
    return heads, tuple(outside)


def slice_rows(pool: PoolSlices, rotation: Rotation) -> Iterable[tuple[object, ...]]:
    """Rows (person, pool, shift, date, start, end, activity, queue); equal neighbours joined."""
    for duty, (day, shift) in zip(pool.task.duties, pool.cells, strict=True):
        labels = _labels(pool, rotation, duty)
        begin = 0
        for place in range(1, len(labels) + 1):
            if place == len(labels) or labels[place] != labels[begin]:
                activity, queue = labels[begin]
                yield (
                    pool.cohorts.people[duty.person].id,
                    pool.cohorts.pool.name,
                    pool.cohorts.names[shift],
                    pool.cohorts.dates[day],
                    pool.grid.origin + (duty.first + begin) * pool.grid.minutes * MINUTE_NS,
                    pool.grid.origin + (duty.first + place) * pool.grid.minutes * MINUTE_NS,
                    activity,
                    queue,
                )
                begin = place


def _labels(pool: PoolSlices, rotation: Rotation, duty: DutySlots) -> list[tuple[str, str]]:
    """Activity and queue of each slice; idle time is wellness until what is due is given."""
    labels: list[tuple[str, str]] = []
    idle: list[int] = []
    exposure = 0.0
    for place, is_open in enumerate(duty.open_slices):
        queue = int(rotation.queue[duty.person, duty.first + place])
        if not is_open:
            labels.append((Activity.BREAK.value, ""))
        elif queue >= 0:
            labels.append((Activity.WORK.value, pool.queues[queue]))
            exposure += pool.task.severity[queue] * pool.task.slice_hours
        else:
            labels.append((Activity.IDLE.value, ""))
            if not rotation.pause[duty.person, duty.first + place]:
                idle.append(place)
    due = pool.task.wellness_per_hour * exposure / pool.grid.minutes
    for place in _spread(idle, labels, math.ceil(due - 1e-9)):
        labels[place] = (Activity.WELLNESS.value, "")
    return labels


def _spread(idle: list[int], labels: list[tuple[str, str]], count: int) -> list[int]:
    """The idle slices that become wellness: those right after work first."""
    after_work = [n for n in idle if n > 0 and labels[n - 1][0] == Activity.WORK.value]
    rest = [n for n in idle if n not in set(after_work)]
    return [*after_work, *rest][:count]
