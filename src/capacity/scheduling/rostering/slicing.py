"""From chosen shifts to slices: the rotation task of a pool."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.domain.exposure import ExposureCap
from capacity.domain.operation import Operation
from capacity.domain.roster import FixedPart
from capacity.domain.shift_plan import ShiftPlan
from capacity.errors import DataError
from capacity.scheduling.rostering.cohorts import MINUTE_NS, Cohorts, carried_exposure, instants
from capacity.scheduling.rostering.duty_breaks import Span, break_minutes_of, lay_breaks
from capacity.scheduling.rostering.duty_slots import DutyBuilder, SliceGrid
from capacity.scheduling.rostering.eligibility import may_work
from capacity.scheduling.rostering.fixing import KeptRow, kept_rows
from capacity.scheduling.rostering.problem import Floats, Ints
from capacity.scheduling.rostering.rotation import DutySlots, RotationTask, WeekShare

SLICES = (15, 10, 5)


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
    kept: dict[tuple[int, int], list[KeptRow]]


def choose_slice(
    plan: ShiftPlan,
    cohorts: Cohorts,
    cap: ExposureCap,
    kept: Mapping[tuple[int, int], list[KeptRow]] | None = None,
) -> int:
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
    for rows in (kept or {}).values():
        numbers |= {int((row.start - origin) // MINUTE_NS) for row in rows}
    for person in cohorts.people:
        for session in person.counselling:
            offset = (session.start.as_unit("ns").value - origin) // MINUTE_NS
            numbers |= {int(offset), session.minutes}
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
    plan: ShiftPlan,
    operation: Operation,
    cohorts: Cohorts,
    chosen: Ints,
    *,
    fixed: FixedPart | None = None,
) -> PoolSlices:
    """The rotation task for the chosen shifts (people x days, -1 for a day off)."""
    cap = operation.cap_of(cohorts.pool)
    kept = kept_rows(cohorts, fixed)
    minutes = choose_slice(plan, cohorts, cap, kept)
    worked = [(int(p), int(d), int(chosen[p, d])) for p, d in np.argwhere(chosen >= 0)]
    takers: dict[tuple[int, int], list[int]] = {}
    for person, day, shift in worked:
        takers.setdefault((day, shift), []).append(person)
    breaks = lay_breaks(plan, cohorts, takers, minutes)
    grid = _slice_grid(plan, cohorts, minutes)
    flows = plan.flows[plan.flows["pool"] == cohorts.pool.name] if len(plan.flows) else plan.flows
    named = [str(name) for name in flows["queue"]] if len(flows) else []
    named += [row.queue for items in kept.values() for row in items if row.queue]
    queues = tuple(dict.fromkeys(named))
    duties = tuple(
        DutyBuilder(
            grid=grid, operation=operation, cohorts=cohorts, chosen=chosen, queues=queues
        ).build(cell, breaks[cell[1:]][cell[0]], kept.get(cell[:2]))
        for cell in worked
    )
    heads, outside = _heads(plan, grid, flows, queues)
    task = _task(operation, cohorts, grid, queues, heads, duties)
    cells = tuple((day, shift) for _, day, shift in worked)
    return PoolSlices(
        task=task,
        grid=grid,
        cohorts=cohorts,
        queues=queues,
        cells=cells,
        breaks=breaks,
        outside=outside,
        kept=kept,
    )


def _task(  # noqa: PLR0917 - the parts of one task, in the order in which they are made
    operation: Operation,
    cohorts: Cohorts,
    grid: SliceGrid,
    queues: tuple[str, ...],
    heads: Floats,
    duties: tuple[DutySlots, ...],
) -> RotationTask:
    cap, people = operation.cap_of(cohorts.pool), cohorts.people
    share = np.array([operation.tier_share(person.tier) for person in people])
    able = np.array(
        [[may_work(p, cohorts.pool, operation, queue) for queue in queues] for p in people],
        dtype=bool,
    ).reshape(len(people), len(queues))
    weekday = cohorts.dates[0].weekday()
    return RotationTask(
        slice_hours=grid.minutes / 60,
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
        first_weekday=weekday,
        share=operation.occupancy_cap * float(1 - cohorts.pool.shrinkage.in_shift),
        capped=np.array([cap.counts(queue) for queue in queues], dtype=bool),
        shares=_week_shares(operation, queues, duties, (len(people), len(cohorts.dates), weekday)),
    )


def _week_shares(
    operation: Operation,
    queues: tuple[str, ...],
    duties: tuple[DutySlots, ...],
    size: tuple[int, int, int],
) -> tuple[WeekShare, ...]:
    """Rotation shares as slices of each person and calendar week."""
    people, days, weekday = size
    on_shift = np.zeros((people, (weekday + days) // 7 + 1))
    for duty in duties if operation.rotation else ():
        on_shift[duty.person, (weekday + duty.day) // 7] += int(duty.open_slices.sum())
    return tuple(
        WeekShare(
            counts=np.array([queue in share.queues for queue in queues], dtype=bool),
            most=np.floor(share.at_most * on_shift + 1e-9).astype(np.int64),
            at_least=share.at_least,
        )
        for share in operation.rotation
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
