"""What one week hands to the next: running shifts, open work, exposure already taken."""

from __future__ import annotations

import numpy as np

from capacity.domain import Staffing, TimeGrid
from capacity.program.slots import FloatArray
from capacity.scheduling.weekly import exposure_rules
from capacity.scheduling.weekly.cohorts import cover_hours, list_breaks
from capacity.scheduling.weekly.solving import SolvedWeek
from capacity.scheduling.weekly.week import Carried, Week


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
    exposed = [
        (int(week.cohort_pool[c]), week.cohorts[c].day, float(used[c]))
        for c in np.flatnonzero(used)
    ]
    presence, spare = _after_end(solved, used)
    carried = Carried(
        presence=presence,
        spare=spare,
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
    )
    return carried, _open_work(solved, staffing)


def exposure_by_cohort(solved: SolvedWeek) -> FloatArray:
    """Planned exposure hours of each cohort."""
    used = np.zeros(len(solved.week.cohorts))
    np.add.at(used, solved.layout.exposed_cohort, solved.values["exposure"])
    return used


def _after_end(solved: SolvedWeek, used: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Hours at work and spare exposure by pool and interval of the week that follows."""
    week = solved.week
    shape = (len(week.pools), week.grid.periods)
    presence, spare = np.zeros(shape), np.zeros(shape)
    later = _next_grid(week)
    cover = cover_hours(week.cohorts, later)
    pauses = list_breaks(week.cohorts, later)
    for c in np.flatnonzero((solved.shifts > 0) & (np.diff(cover.indptr) > 0)):
        p = int(week.cohort_pool[c])
        hours = np.asarray(cover[[c]].toarray())[0] * solved.shifts[c]
        mine = week.breaks.cohort == c
        hours = np.maximum(hours - pauses.hours[mine].T @ solved.breaks[mine], 0.0)
        presence[p] += hours
        left = max(0.0, solved.shifts[c] * exposure_rules.daily_limit(week, p) - used[c])
        total = hours.sum()
        if total > 0:
            spare[p] += hours * min(left / total, exposure_rules.row_share(week, p))
    return presence, spare


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
