"""What one week hands to the next: running shifts, open work, exposure already taken."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.domain import Staffing, TimeGrid
from capacity.program.slots import FloatArray
from capacity.scheduling.weekly import exposure_rules
from capacity.scheduling.weekly.cohorts import cover_hours, list_breaks
from capacity.scheduling.weekly.role_rows import list_role_slots
from capacity.scheduling.weekly.solving import SolvedWeek
from capacity.scheduling.weekly.week import Carried, Running, Week


def carry_over(
    solved: SolvedWeek, staffing: Staffing
) -> tuple[Carried, tuple[tuple[int, float, float], ...]]:
    """The state at the end of a week, and its open work by hours left."""
    week = solved.week
    used = exposure_by_cohort(solved)
    worked = [
        (
            int(week.cohort_pool[c]),
            week.cohorts[c].day,
            float(heads),
            float(heads * week.paid_hours[c]),
        )
        for c, heads in enumerate(solved.shifts)
        if heads > 0
    ]
    presence, running = _after_end(solved, used)
    # What a running shift may still take counts as taken: the limits of the next days stay hard.
    later = {(item.pool, item.shift, item.day): float(item.spare.sum()) for item in running}
    keys = [(cohort.pool, cohort.shift.name, cohort.day) for cohort in week.cohorts]
    taken = used + np.array([later.get(key, 0.0) for key in keys])
    exposed = [
        (int(week.cohort_pool[c]), week.cohorts[c].day, float(taken[c]))
        for c in np.flatnonzero(taken)
    ]
    spare = np.zeros(presence.shape)
    for item in running:
        spare[item.pool] += item.spare
    carried = Carried(
        presence=presence,
        spare=spare,
        running=running,
        worked=(*week.carried.worked, *worked),
        exposed=(*week.carried.exposed, *exposed),
        crossing=tuple(
            (
                int(week.cohort_pool[c]),
                week.cohorts[c].shift.name,
                week.cohorts[c].day.weekday(),
                float(heads),
            )
            for c, heads in enumerate(solved.shifts)
            if heads > 0 and week.cohorts[c].end > week.grid.end
        ),
        ended=tuple(
            (cohort.pool, cohort.start, cohort.end, float(heads))
            for cohort, heads in zip(week.cohorts, solved.shifts, strict=True)
            if heads > 0
            and cohort.end + pd.Timedelta(hours=week.pools[cohort.pool].min_rest_hours)
            > week.grid.end
        ),
        roles=_running_roles(solved),
    )
    return carried, _open_work(solved, staffing)


def _running_roles(
    solved: SolvedWeek,
) -> tuple[tuple[int, pd.Timestamp, pd.Timestamp, float], ...]:
    week, slots = solved.week, list_role_slots(solved.week)
    given = solved.values.get("role_heads", np.zeros(0))
    return tuple(
        (int(k), week.cohorts[c].start, week.cohorts[c].end, float(heads))
        for k, c, heads in zip(slots.cover, slots.cohort, given, strict=True)
        if heads > 0 and week.cohorts[c].end > week.grid.end
    )


def exposure_by_cohort(solved: SolvedWeek) -> FloatArray:
    """Planned exposure hours of each cohort."""
    used = np.zeros(len(solved.week.cohorts))
    np.add.at(used, solved.layout.exposed_cohort, solved.values["exposure"])
    return used


def _after_end(solved: SolvedWeek, used: FloatArray) -> tuple[FloatArray, tuple[Running, ...]]:
    """Hours at work by pool and interval of the week that follows, and who gives them."""
    week = solved.week
    presence = np.zeros((len(week.pools), week.grid.periods))
    later = _next_grid(week)
    cover = cover_hours(week.cohorts, later)
    pauses = list_breaks(week.cohorts, later)
    room = exposure_rules.window_room(week, used)
    running = []
    for c in np.flatnonzero((solved.shifts > 0) & (np.diff(cover.indptr) > 0)):
        p = int(week.cohort_pool[c])
        hours = np.asarray(cover[[c]].toarray())[0] * solved.shifts[c]
        mine = week.breaks.cohort == c
        hours = np.maximum(hours - pauses.hours[mine].T @ solved.breaks[mine], 0.0)
        presence[p] += hours
        left = solved.shifts[c] * exposure_rules.daily_limit(week, p) - used[c]
        left = max(0.0, min(left, room[p]))
        spare = hours * min(left / max(hours.sum(), 1e-9), exposure_rules.row_share(week, p))
        room[p] -= spare.sum()
        cohort = week.cohorts[c]
        running.append(Running(pool=p, shift=cohort.shift.name, day=cohort.day, spare=spare))
    return presence, tuple(running)


def _next_grid(week: Week) -> TimeGrid:
    return TimeGrid(start=week.grid.end, minutes=week.grid.minutes, periods=week.grid.periods)


def _open_work(solved: SolvedWeek, staffing: Staffing) -> tuple[tuple[int, float, float], ...]:
    """Open work at the end is the youngest work (earliest due first): its hours left by age."""
    week = solved.week
    open_end = solved.values["open"].reshape(week.profile.work.shape)[:, -1]
    rows: list[tuple[int, float, float]] = []
    for q, name in enumerate(week.operation.queue_names):
        if name not in staffing.queues or open_end[q] <= 1e-9:
            continue
        window = min(staffing.plan_of(name).window_hours, 24.0 * 365)
        left = float(open_end[q])
        for t in range(week.grid.periods - 1, -1, -1):
            part = min(left, float(week.profile.work[q, t]))
            age = (week.grid.periods - t) * week.grid.hours
            if part > 0:
                rows.append((q, window - age, part))
            left -= part
            if left <= 1e-9:
                break
    return tuple(rows)
