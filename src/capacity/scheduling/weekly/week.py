"""One week to be planned, as arrays: who may work, what arrives, by when it is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from scipy import sparse

from capacity.domain import ExposureCap, Operation, Pool, Staffing, TimeGrid, Treatment
from capacity.program.slots import BoolArray, FloatArray, IntArray
from capacity.scheduling.weekly.cohorts import (
    BreakSlots,
    Cohort,
    cover_hours,
    exposure_open,
    list_breaks,
    list_cohorts,
    steady_breaks,
    steady_cover,
)

SLICE_MINUTES = 10.0  # a person's exposure may exceed the cohort's mean by about one slice


@dataclass(frozen=True, kw_only=True)
class Running:
    """A cohort still on shift when the week begins, and the exposure it can still take."""

    pool: int
    shift: str
    day: date
    spare: FloatArray


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What a week takes over from the one before it: shifts still running and open work.

    `presence` are the hours at work, `spare` the hours of exposure by pool and interval that
    people who started before the week still give (`running` by cohort); `worked` lists (pool index, local date, heads,
    paid hours) and `exposed` (pool index, local date, hours) for weekly and rolling limits;
    `crossing` (pool index, shift, weekday, heads) are the shifts that ran over the week's end: this
    week keeps at least as many, because the first hours of the next one need them; `ended` (pool
    index, start, end, heads) are its last shifts, whose people still rest, and `roles` (number of
    the cover, start, end, heads) those of them who are few in their pool to hold a role.
    """

    presence: FloatArray | None = None
    spare: FloatArray | None = None
    running: tuple[Running, ...] = ()
    worked: tuple[tuple[int, date, float, float], ...] = ()
    exposed: tuple[tuple[int, date, float], ...] = ()
    crossing: tuple[tuple[int, str, int, float], ...] = ()
    ended: tuple[tuple[int, pd.Timestamp, pd.Timestamp, float], ...] = ()
    roles: tuple[tuple[int, pd.Timestamp, pd.Timestamp, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class WorkProfile:
    """Work of one week by queue and interval, in hours, and when each hour is due.

    `terms[q]` is the number of last intervals whose work may still be open at an interval's end;
    `opening` lists (queue index, hours left, hours of work), overdue work with hours_left <= 0.
    `steady`: the week repeats, so that its open work at the end is that of its beginning.
    """

    work: FloatArray
    floors: FloatArray
    terms: IntArray
    late_share: FloatArray
    open_share: FloatArray
    opening: tuple[tuple[int, float, float], ...] = ()
    steady: bool = False

    def scaled(self, factor: float, floors: FloatArray) -> WorkProfile:
        """The same profile at another level (opening work stays as it is)."""
        return WorkProfile(
            work=self.work * factor,
            floors=floors,
            terms=self.terms,
            late_share=self.late_share,
            open_share=self.open_share,
            opening=self.opening,
            steady=self.steady,
        )


@dataclass(frozen=True, kw_only=True)
class TeamLimits:
    """Whole heads and hours that each pool can give: (pools, dates) a day, (pools,) a week.

    `overtime_hours` come on top of `week_hours` at a premium; one more shift needs at least the
    hours of the pool's `shortest_shift`.
    """

    day_heads: FloatArray
    week_shifts: FloatArray
    week_hours: FloatArray
    heads: FloatArray
    tier_share: FloatArray
    overtime_hours: FloatArray
    shortest_shift: FloatArray


@dataclass(frozen=True, kw_only=True)
class Week:
    """Everything that the rules of one week read."""

    operation: Operation
    grid: TimeGrid
    cohorts: tuple[Cohort, ...]
    cover: sparse.csr_array
    exposable: sparse.csr_array
    breaks: BreakSlots
    serves: BoolArray
    severity: FloatArray
    rest: FloatArray
    profile: WorkProfile
    limits: TeamLimits | None
    days: tuple[date, ...]
    wrap: bool
    carried: Carried = field(default_factory=Carried)
    swing_price: float = 0.0

    @property
    def pools(self) -> tuple[Pool, ...]:
        """Pools in order."""
        return self.operation.pools

    @property
    def cohort_pool(self) -> IntArray:
        """Pool index of each cohort."""
        return np.array([cohort.pool for cohort in self.cohorts], dtype=np.int64)

    @property
    def cohort_day(self) -> IntArray:
        """Index into `days` of each cohort's date."""
        place = {day: n for n, day in enumerate(self.days)}
        return np.array([place[cohort.day] for cohort in self.cohorts], dtype=np.int64)

    @property
    def paid_hours(self) -> FloatArray:
        """Paid hours of one person on each cohort."""
        return np.array([cohort.shift.paid_hours for cohort in self.cohorts])

    @property
    def exposes(self) -> FloatArray:
        """Exposure that an hour on a queue counts towards the cap of a pool, (pools, queues)."""
        names = self.operation.queue_names
        counted = [[self.cap(p).counts(name) for name in names] for p in range(len(self.pools))]
        return np.asarray(self.severity * np.array(counted, dtype=float))

    def cap(self, pool: int) -> ExposureCap:
        """The exposure cap of a pool."""
        return self.operation.cap_of(self.pools[pool])

    def present_share(self, pool: int) -> float:
        """Share of time on shift that is not lost to meetings and the like."""
        return float(1 - self.pools[pool].shrinkage.in_shift)


def build_week(
    operation: Operation,
    grid: TimeGrid,
    profile: WorkProfile,
    *,
    limits: bool = True,
    wrap: bool = True,
    carried: Carried | None = None,
) -> Week:
    """Lay out cohorts, breaks and exposure of one week."""
    cohorts = list_cohorts(operation, grid)
    days = tuple(sorted({cohort.day for cohort in cohorts}))
    cover = steady_cover(cohorts, operation, grid) if wrap else cover_hours(cohorts, grid)
    breaks = steady_breaks(cohorts, operation, grid) if wrap else list_breaks(cohorts, grid)
    severity = np.array([queue.severity for queue in operation.queues])
    serves = np.array(
        [[pool.serves(queue) for queue in operation.queues] for pool in operation.pools], dtype=bool
    )
    return Week(
        operation=operation,
        grid=grid,
        cohorts=cohorts,
        cover=cover,
        exposable=exposure_open(cohorts, cover, operation, grid),
        breaks=breaks,
        serves=serves,
        severity=severity,
        rest=rest_per_hour(operation),
        profile=profile,
        limits=team_limits(operation, days) if limits else None,
        days=days,
        wrap=wrap,
        carried=carried or Carried(),
    )


def rest_per_hour(operation: Operation) -> FloatArray:
    """Hours of exposure break and wellness that one hour on a queue costs, (pools, queues).

    Wellness time is due per weighted exposure hour, the break per unbroken exposed hour. If
    wellness serves as the break, the larger of the two is taken, else their sum: each once.
    """
    wellness = operation.wellness_minutes_per_exposure_hour / 60
    severity = np.array([queue.severity for queue in operation.queues])
    rows = []
    for pool in operation.pools:
        cap = operation.cap_of(pool)
        pause = cap.break_minutes / cap.minutes_in_row if cap.minutes_in_row else 0.0
        due, paused = wellness * severity, pause * (severity > 0)
        rows.append(np.maximum(due, paused) if operation.wellness_is_break else due + paused)
    return np.array(rows)


def team_limits(operation: Operation, days: Sequence[date]) -> TeamLimits:
    """Heads that can be present: today's heads x availability, whole, and never people on leave.

    Out-of-office loss is taken here once, as an average of the week: its shifts and hours are
    rounded down, a day is rounded up (7.7 present on average are 8 on some days, and one person
    is not nobody). Where people list days off, a day has at most the people who are not off.
    """
    pools = operation.pools
    day_heads = np.zeros((len(pools), len(days)))
    hours, shifts, tiers = np.zeros(len(pools)), np.zeros(len(pools)), np.ones(len(pools))
    for p, pool in enumerate(pools):
        people = [person for person in operation.people if person.pool == pool.name]
        available = float(pool.shrinkage.availability)
        average = np.ceil(pool.heads * available - 1e-9)
        off = [sum(day in person.time_off for person in people) for day in days]
        day_heads[p] = np.minimum(average, pool.heads - np.array(off))
        contract = [person.hours_per_week or pool.hours_per_week for person in people]
        total = sum(contract) if contract else pool.heads * pool.hours_per_week
        hours[p] = total * available
        shifts[p] = np.floor(pool.heads * available * pool.days_per_week + 1e-9)
        if people:
            tiers[p] = float(np.mean([operation.tier_share(person.tier) for person in people]))
    heads = np.array([pool.heads * float(pool.shrinkage.availability) for pool in pools])
    return TeamLimits(
        day_heads=day_heads,
        week_shifts=shifts,
        week_hours=hours,
        heads=heads,
        tier_share=tiers,
        overtime_hours=np.array([pool.overtime_hours_per_week for pool in pools]) * heads,
        shortest_shift=np.array([min(s.paid_hours for s in pool.shifts) for pool in pools]),
    )


def week_profile(
    staffing: Staffing,
    operation: Operation,
    *,
    first: int,
    periods: int,
    factor: float = 1.0,
    opening: tuple[tuple[int, float, float], ...] = (),
    steady: bool = False,
) -> WorkProfile:
    """The mean profile of the intervals first..first+periods-1 times `factor`, with deadlines."""
    names, hours = operation.queue_names, staffing.grid.hours
    last = first + periods
    work = np.zeros((len(names), periods))
    floors = np.zeros((len(names), periods))
    terms = np.full(len(names), periods, dtype=np.int64)
    late = np.zeros(len(names))
    for q, name in enumerate(names):
        if name not in staffing.queues:
            continue
        plan = staffing.plan_of(name)
        work[q] = staffing.work(name, periods=last)[:, first:].mean(axis=0) * factor
        if plan.treatment is Treatment.FLOOR:
            floors[q] = staffing.floors(name, factor=factor, periods=last)[first:]
        window = plan.window_hours - operation.queue(name).handling.mean_hours
        terms[q] = window_terms(window, hours, periods)
        late[q] = plan.late_share
    return WorkProfile(
        work=work,
        floors=floors,
        terms=terms,
        late_share=late,
        open_share=open_shares(operation, cut_grid(staffing.grid, first, periods)),
        opening=opening,
        steady=steady,
    )


def window_terms(window_hours: float, interval_hours: float, periods: int) -> int:
    """Last intervals whose work may be open at an interval's end: one less than fit the window.

    Work that arrives at the beginning of an interval waits longest; with one interval taken off
    the window its wait stays inside the target too (measured: without it a 1 h window lets
    waits reach 2 h).

    Examples
    --------
    >>> window_terms(24, 1.0, 168), window_terms(0.5, 1.0, 168), window_terms(float("inf"), 1.0, 168)
    (23, 0, 168)
    """
    if not np.isfinite(window_hours):
        return periods
    return int(np.clip(np.floor(window_hours / interval_hours + 1e-9) - 1, 0, periods))


def cut_grid(grid: TimeGrid, first: int, periods: int) -> TimeGrid:
    """Intervals first..first+periods-1 of a grid."""
    return TimeGrid(start=grid.starts[first], minutes=grid.minutes, periods=periods)


def open_shares(operation: Operation, grid: TimeGrid) -> FloatArray:
    """Share of each interval in which each queue may be worked."""
    always = np.ones(grid.periods)
    return np.array(
        [always if q.opening is None else q.opening.open_share(grid) for q in operation.queues]
    )
