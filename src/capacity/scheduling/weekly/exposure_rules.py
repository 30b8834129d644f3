"""The rules of exposure in a week: caps by day and window, and whose exposure the work is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from capacity.program import Rule, require
from capacity.program.slots import FloatArray, IntArray
from capacity.scheduling.weekly.decisions import Layout, capped_pools
from capacity.scheduling.weekly.rules import place
from capacity.scheduling.weekly.week import SLICE_MINUTES, Week

ANY_DAY, RUNS = "exposure in 24 h", "exposed days in a row"


def bound_exposure(week: Week, layout: Layout) -> Rule:
    """A cohort is exposed only while at work: at most its minutes in a row between breaks."""
    pool = week.cohort_pool[layout.exposed_cohort]
    share = np.array([row_share(week, p) * week.present_share(p) for p in range(len(week.pools))])
    rows = np.arange(layout.exposed_cohort.size)
    shape = (rows.size, len(week.cohorts))
    pauses = sparse.diags_array(share[pool]) @ _break_cells(week, layout)
    return require(
        "exposed at work",
        {
            "exposure": place(rows, rows, 1.0, (rows.size, rows.size)),
            "shifts": place(
                rows, layout.exposed_cohort, -share[pool] * layout.exposed_hours, shape
            ),
            "breaks": pauses,
        },
        upper=0.0,
    )


def cap_days(week: Week, layout: Layout) -> Rule:
    """A duty day's exposure stays within the daily cap less one slice, for every cohort."""
    capped = np.array(
        [
            week.cap(p).hours_per_day is not None or _tier(week, p) < 1
            for p in range(len(week.pools))
        ]
    )
    mine = capped[week.cohort_pool[layout.exposed_cohort]]
    cohorts = np.unique(layout.exposed_cohort[mine])
    row = np.searchsorted(cohorts, layout.exposed_cohort[mine])
    shape = (cohorts.size, layout.exposed_cohort.size)
    limit = np.array([daily_limit(week, int(p)) for p in week.cohort_pool[cohorts]])
    rows = np.arange(cohorts.size)
    return require(
        "exposure a day",
        {
            "exposure": place(row, np.flatnonzero(mine), 1.0, shape),
            "shifts": place(rows, cohorts, -limit, (cohorts.size, len(week.cohorts))),
        },
        upper=0.0,
    )


def daily_limit(week: Week, pool: int) -> float:
    """Planned exposure hours a person and duty day: the cap less one slice, times the tier share."""
    hours = week.cap(pool).hours_per_day
    if hours is None:
        return 24.0 * _tier(week, pool)
    spare = 0.0 if divides_evenly(week, pool) else SLICE_MINUTES / 60
    return max(hours - spare, 0.5 * hours) * _tier(week, pool)


def divides_evenly(week: Week, pool: int) -> bool:
    """Whether exposure divides equally over people: one weight, and one cohort a day.

    Then everybody has the same shift without breaks and the same work, and round-robin gives
    each person an equal part; nobody needs room for a slice more.
    """
    item = week.pools[pool]
    weights = {float(s) for s in week.exposes[pool][week.serves[pool]] if s > 0}
    alike = all(
        person.skills is None for person in week.operation.people if person.pool == item.name
    )
    same = len(item.shifts) == 1 and not item.shifts[0].breaks
    return len(weights) <= 1 and same and alike and week.cap(pool).minutes_in_row is None


def cap_windows(week: Week, layout: Layout) -> Rule:
    """Exposure of a pool in a calendar week and in rolling windows stays within its people's caps."""
    return _cap_days(week, layout, "exposure a week", list_windows(week))


def cap_runs(week: Week, layout: Layout) -> Rule:
    """Exposure of a pool in a day more than may be exposed in a row stays within one day less."""
    return _cap_days(week, layout, RUNS, list_runs(week))


def _cap_days(
    week: Week, layout: Layout, name: str, windows: Sequence[tuple[int, int, int, float]]
) -> Rule:
    """Exposure in windows of days, what the week before took of them included."""
    rows: list[IntArray] = []
    upper: list[float] = []
    day = np.array([item.toordinal() for item in week.days])[week.cohort_day]
    for p, first, last, limit in windows:
        held = (week.cohort_pool == p) & (day >= first) & (day <= last)
        rows.append(np.flatnonzero(held[layout.exposed_cohort]))
        before = sum(
            h for q, d, h in week.carried.exposed if q == p and first <= d.toordinal() <= last
        )
        upper.append(max(limit - before, 0.0))
    row = np.repeat(np.arange(len(rows)), [item.size for item in rows])
    column = np.concatenate([*rows, np.zeros(0, dtype=np.int64)])
    part = place(row, column, 1.0, (len(upper), layout.exposed_cohort.size))
    return require(name, {"exposure": part}, upper=np.array(upper))


def cap_any_day(week: Week, layout: Layout) -> Rule:
    """Exposure of a pool in any 24 hours that begin with a shift stays within its heads' caps.

    The cap of persons summed over them: a relaxation, which only the roster makes exact.
    """
    pool = week.cohort_pool[layout.exposed_cohort]
    span = round(24 / week.grid.hours)
    windows = list_any_days(week)
    rows = []
    for p, first, _ in windows:
        since = layout.exposed_time - first
        since = since % week.grid.periods if week.wrap else since
        rows.append(np.flatnonzero((pool == p) & (since >= 0) & (since < span)))
    row = np.repeat(np.arange(len(rows)), [item.size for item in rows])
    column = np.concatenate([*rows, np.zeros(0, dtype=np.int64)])
    part = place(row, column, 1.0, (len(rows), layout.exposed_cohort.size))
    heads = np.zeros(len(week.pools)) if week.limits is None else np.ceil(week.limits.heads - 1e-9)
    upper = np.array([heads[p] * each for p, _, each in windows])
    return require(ANY_DAY, {"exposure": part}, upper=upper)


def list_any_days(week: Week) -> list[tuple[int, int, float]]:
    """(pool, first interval, hours a head) of the windows of 24 hours that a daily cap covers."""
    found = []
    for p in range(len(week.pools)):
        cap = week.cap(p)
        if not cap.any_24_hours or cap.hours_per_day is None or week.limits is None:
            continue
        starts = {item.start for item in week.cohorts if item.pool == p}
        hours = [(start - week.grid.start).total_seconds() / 3600 for start in sorted(starts)]
        firsts = np.unique(np.floor(np.array(hours) / week.grid.hours).astype(np.int64))
        found += [(p, int(first), cap.hours_per_day * _tier(week, p)) for first in firsts]
    return found


def share_exposure(week: Week, layout: Layout) -> Rule:
    """All severity-weighted work of a pool and interval is somebody's exposure.

    A pool none of whose shifts may be exposed (all late in the day, say) takes no such work.
    """
    periods = week.grid.periods
    pools = np.flatnonzero(capped_pools(week))
    row = (
        np.searchsorted(pools, week.cohort_pool[layout.exposed_cohort]) * periods
        + layout.exposed_time
    )
    exposes = week.exposes[layout.flow_pool, layout.flow_queue]
    mine = np.isin(layout.flow_pool, pools) & (exposes > 0)
    flow_row = np.searchsorted(pools, layout.flow_pool[mine]) * periods + layout.flow_time[mine]
    height = pools.size * periods
    weight = exposes[mine]
    upper = np.zeros((pools.size, periods))
    if week.carried.spare is not None:
        upper += week.carried.spare[pools]
    return require(
        "exposure shared",
        {
            "flow": place(flow_row, np.flatnonzero(mine), weight, (height, layout.flow_pool.size)),
            "exposure": place(row, np.arange(row.size), -1.0, (height, row.size)),
        },
        upper=upper.ravel(),
    )


def _break_cells(week: Week, layout: Layout) -> sparse.csr_array:
    """Hours of break inside each (cohort, interval) of the exposure family."""
    pause = week.breaks.hours.tocoo()
    periods = week.grid.periods
    keys = layout.exposed_cohort * periods + layout.exposed_time
    order = np.argsort(keys)
    wanted = week.breaks.cohort[pause.coords[0]] * periods + pause.coords[1]
    spot = np.minimum(np.searchsorted(keys[order], wanted), max(keys.size - 1, 0))
    found = keys[order][spot] == wanted if keys.size else np.zeros(wanted.size, dtype=bool)
    return place(
        order[spot[found]] if keys.size else np.zeros(0, dtype=np.int64),
        pause.coords[0][found],
        pause.data[found],
        (keys.size, week.breaks.cohort.size),
    )


def row_share(week: Week, pool: int) -> float:
    """Largest share of an hour that may be exposed: minutes in a row, then a break."""
    cap = week.cap(pool)
    if cap.minutes_in_row is None:
        return 1.0
    return cap.minutes_in_row / (cap.minutes_in_row + cap.break_minutes)


def _tier(week: Week, pool: int) -> float:
    return 1.0 if week.limits is None else float(week.limits.tier_share[pool])


def list_runs(week: Week) -> list[tuple[int, int, int, float]]:
    """(pool, first day, last day, hours) of the windows one day longer than exposed days in a row.

    Each head is free of exposure on one of their days: a sum over heads, so a relaxation.
    """
    if week.limits is None:
        return []
    found = []
    for p in np.unique(week.cohort_pool):
        cap, heads = week.cap(int(p)), week.limits.heads[p] * _tier(week, int(p))
        run = cap.max_consecutive_days
        if run is None or cap.hours_per_day is None:
            continue
        each = run * cap.hours_per_day
        if cap.hours_per_week is not None and cap.hours_per_week <= each:
            continue  # the weekly cap says as much, and these rows would make the program slow
        days = [item.toordinal() for item in week.days]
        found += [(int(p), day - run, day, each * heads) for day in days]
    return found


def window_room(week: Week, used: FloatArray) -> FloatArray:
    """Exposure hours by pool that every window of days of the week still has room for."""
    days = np.array([item.toordinal() for item in week.days])
    room = np.full(len(week.pools), np.inf)
    for p, first, last, limit in list_windows(week):
        inside = (days[week.cohort_day] >= first) & (days[week.cohort_day] <= last)
        mine = inside & (week.cohort_pool == p)
        before = sum(
            h for q, d, h in week.carried.exposed if q == p and first <= d.toordinal() <= last
        )
        room[p] = min(room[p], limit - before - used[mine].sum())
    return np.asarray(np.maximum(room, 0.0))


def list_windows(week: Week) -> Sequence[tuple[int, int, int, float]]:
    """(pool, first day, last day, hours) of every window of days that holds a day of the week."""
    days = np.array([item.toordinal() for item in week.days])
    if week.limits is None or not days.size:
        return []
    rows = []
    # A week that wraps is one calendar week, its shift on the last Monday that of the first too.
    mondays = days[:1] if week.wrap else np.unique(days - (days - 1) % 7)
    span = int(days.max() - days.min()) if week.wrap else 6
    for p in np.unique(week.cohort_pool):
        cap, heads = week.cap(int(p)), week.limits.heads[p] * _tier(week, int(p))
        if cap.hours_per_week is not None:
            limit = cap.hours_per_week * heads
            rows += [(int(p), int(m), int(m) + span, limit) for m in mondays]
        for rolling in cap.rolling:
            rows += [
                (int(p), int(d) - rolling.days + 1, int(d), rolling.hours * heads) for d in days
            ]
    return rows
