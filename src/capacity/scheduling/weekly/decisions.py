"""The decisions of a week: shifts, breaks, flows, backlog, late work, exposure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.program import Slots, declare
from capacity.program.slots import FloatArray, IntArray
from capacity.scheduling.weekly.role_rows import declare_roles
from capacity.scheduling.weekly.week import Week


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What the program pays, in the currency of the operation.

    Late work inside the allowed share costs twice the dearest hour of work, beyond it 20 times,
    work never done and floors not met 40 times, a role that is not at hand 60 times (convention: dear enough that no wage is saved by
    them, close enough that the solver's numbers stay sound). The most urgent queues cost most.
    """

    shift: FloatArray
    late: FloatArray
    beyond: FloatArray
    undone: FloatArray
    floor: FloatArray
    role: float


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Which decision stands where: index arrays of the sparse families."""

    flow_pool: IntArray
    flow_queue: IntArray
    flow_time: IntArray
    floor_pool: IntArray
    floor_queue: IntArray
    floor_time: IntArray
    exposed_cohort: IntArray
    exposed_time: IntArray
    exposed_hours: FloatArray


def price_week(week: Week) -> Prices:
    """Wages of each cohort and prices of what is late, undone or not covered."""
    operation = week.operation
    hourly = hourly_cost(week)
    dearest = float(hourly.max())
    priority = np.array([queue.priority for queue in operation.queues], dtype=float)
    urgency = 1.0 + 0.5 / priority
    return Prices(
        shift=hourly[week.cohort_pool] * week.paid_hours if week.cohorts else np.zeros(0),
        late=2.0 * dearest * urgency,
        beyond=20.0 * dearest * urgency,
        undone=40.0 * dearest * urgency,
        floor=40.0 * dearest * urgency * week.grid.hours,
        role=60.0 * dearest * week.grid.hours,
    )


def hourly_cost(week: Week) -> FloatArray:
    """Wage of an hour of each pool in the operation's currency."""
    rates = [week.operation.rate_of(pool) for pool in week.pools]
    wages = [pool.cost.hourly(pool.hours_per_week) for pool in week.pools]
    return np.asarray(np.array(wages) * np.array(rates))


def lay_out(week: Week) -> Layout:
    """List the flows, floor heads and exposures that can differ from zero."""
    staffed = _staffed(week)
    possible = (
        week.serves[:, :, None]
        & staffed[:, None, :]
        & (week.profile.open_share > 0)[None]
        & _has_work(week)[None, :, None]
    )
    flow = np.nonzero(possible)
    floor = np.nonzero(
        week.serves[:, :, None] & staffed[:, None, :] & (week.profile.floors > 0)[None]
    )
    coo = week.exposable.tocoo()
    pools = week.cohort_pool[coo.coords[0]] if len(week.cohorts) else np.zeros(0, dtype=np.int64)
    kept = np.isin(pools, np.flatnonzero(capped_pools(week)))
    return Layout(
        flow_pool=flow[0],
        flow_queue=flow[1],
        flow_time=flow[2],
        floor_pool=floor[0],
        floor_queue=floor[1],
        floor_time=floor[2],
        exposed_cohort=coo.coords[0][kept].astype(np.int64),
        exposed_time=coo.coords[1][kept].astype(np.int64),
        exposed_hours=coo.data[kept],
    )


def capped_pools(week: Week) -> np.ndarray:
    """Pools that work a queue with exposure and have some limit on it."""
    exposed = (week.serves & (week.exposes > 0) & _has_work(week)).any(axis=1)
    limited = []
    for p in range(len(week.pools)):
        cap = week.cap(p)
        tier = week.limits is not None and week.limits.tier_share[p] < 1
        limits = (cap.hours_per_day, cap.hours_per_week, cap.latest_local_minute)
        limited.append(tier or bool(cap.rolling or cap.free_last_minutes or any(limits)))
    return np.asarray(exposed & np.array(limited))


def declare_week(week: Week, layout: Layout, prices: Prices, *, relaxed: bool) -> list[Slots]:
    """All decisions of the week with bounds and costs.

    shifts x, breaks b, flow y, floor heads f, open work B, late work set aside, served late,
    open late work L, undone u, exposure z; the letters are those of docs/scheduling.md.
    """
    queues, periods = week.profile.work.shape
    cells = queues * periods
    top = np.full(len(week.cohorts), np.inf)
    if week.limits is not None and len(week.cohorts):
        top = week.limits.day_heads[week.cohort_pool, week.cohort_day]
    spread = np.repeat
    late_end = np.full((queues, periods), np.inf)
    if not week.profile.steady:
        late_end[:, -1] = 0.0
    return [
        declare(
            "shifts",
            top.size,
            lower=np.minimum(_crossing(week), top),
            upper=top,
            cost=prices.shift,
            integer=not relaxed,
        ),
        declare("breaks", week.breaks.cohort.size),
        declare("flow", layout.flow_pool.size),
        declare("floor_heads", layout.floor_pool.size),
        declare("open", cells, upper=open_limits(week).ravel()),
        declare("late", cells, cost=spread(prices.late, periods)),
        declare("served_late", cells),
        declare("open_late", cells, upper=late_end.ravel()),
        declare("undone", cells, cost=spread(prices.undone, periods)),
        declare("exposure", layout.exposed_cohort.size),
        *declare_roles(week, relaxed=relaxed),
    ]


def open_limits(week: Week) -> FloatArray:
    """Most work that may be open at the end of each interval: a deadline is a bound.

    Work of the last `terms` intervals, and opening work that is not yet due. Unless the week is
    steady, it also ends without borrowing: open work at the end is at most what was open at the
    start, or what arrived after the last moment at which the queue could be worked.
    """
    profile, hours = week.profile, week.grid.hours
    queues, periods = profile.work.shape
    limits = np.array(
        [
            window_sums(profile.work[q], int(profile.terms[q]), wrap=profile.steady)
            for q in range(queues)
        ]
    )
    if profile.steady:
        return limits
    ends = (np.arange(periods) + 1) * hours
    for queue, left, work in profile.opening:
        if left > 0:
            limits[queue, ends < left + 1e-9] += work
    start = np.zeros(queues)
    for queue, _, work in profile.opening:
        start[queue] += work
    limits[:, -1] = np.minimum(
        limits[:, -1], np.maximum(start, unworkable_tail(profile.work, profile.open_share))
    )
    return limits


def unworkable_tail(work: FloatArray, open_share: FloatArray) -> FloatArray:
    """Work by queue that arrives after its last open interval.

    Examples
    --------
    >>> unworkable_tail(np.array([[1.0, 2.0, 4.0]]), np.array([[1.0, 0.0, 0.0]])).tolist()
    [6.0]
    """
    result = np.zeros(len(work))
    for q in range(len(work)):
        opened = np.flatnonzero(open_share[q] > 0)
        result[q] = work[q, opened[-1] + 1 :].sum() if opened.size else work[q].sum()
    return result


def window_sums(series: FloatArray, terms: int, *, wrap: bool) -> FloatArray:
    """Sum of the last `terms` entries up to each one; with `wrap` the series is a cycle.

    Examples
    --------
    >>> window_sums(np.array([1.0, 2.0, 4.0]), 2, wrap=False).tolist()
    [1.0, 3.0, 6.0]
    >>> window_sums(np.array([1.0, 2.0, 4.0]), 2, wrap=True).tolist()
    [5.0, 3.0, 6.0]
    """
    size = series.size
    lead = series if wrap else np.zeros(size)
    total = np.concatenate([[0.0], np.cumsum(np.concatenate([lead, series]))])
    ends = np.arange(size) + size + 1
    return np.asarray(total[ends] - total[np.maximum(ends - terms, 0)])


def _crossing(week: Week) -> FloatArray:
    """Heads that a shift over the week's end keeps from the week before."""
    known = {(pool, name, day): heads for pool, name, day, heads in week.carried.crossing}
    least = np.zeros(len(week.cohorts))
    for c, cohort in enumerate(week.cohorts):
        if cohort.end > week.grid.end:
            least[c] = known.get((cohort.pool, cohort.shift.name, cohort.day.weekday()), 0.0)
    return least


def _staffed(week: Week) -> np.ndarray:
    """Whether some cohort (or someone carried over) of a pool can be present in an interval."""
    staffed = np.zeros((len(week.pools), week.grid.periods), dtype=bool)
    coo = week.cover.tocoo()
    if len(week.cohorts):
        staffed[week.cohort_pool[coo.coords[0]], coo.coords[1]] = True
    if week.carried.presence is not None:
        staffed |= week.carried.presence > 0
    return staffed


def _has_work(week: Week) -> np.ndarray:
    opening = np.zeros(len(week.severity), dtype=bool)
    opening[[queue for queue, _, _ in week.profile.opening]] = True
    return np.asarray((week.profile.work.sum(axis=1) > 0) | opening)
