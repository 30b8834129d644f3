"""Whole shifts and breaks from relaxed ones by error diffusion, within the hard head limits."""

from __future__ import annotations

import numpy as np

from capacity.program.slots import FloatArray
from capacity.scheduling.weekly.week import Week

EPS = 1e-6


def round_shifts(relaxed: FloatArray, week: Week) -> FloatArray:
    """Whole heads by cohort: the running sum of each pool never falls behind the relaxed one.

    Cohorts of a pool are taken in order of their start; each is rounded so that the sum so far is
    the relaxed sum rounded up, which puts a missing head early rather than late. Daily and weekly
    head limits are respected; what they refuse is passed on.

    """
    whole = np.zeros(relaxed.size)
    if week.limits is None:
        top_day = np.full((len(week.pools), len(week.days)), np.inf)
    else:
        top_day = week.limits.day_heads.copy()
    budget = _WeekBudget(week)
    starts = np.array([cohort.start.value for cohort in week.cohorts])
    for pool in range(len(week.pools)):
        members = np.flatnonzero(week.cohort_pool == pool)
        owed = 0.0
        for c in members[np.argsort(starts[members], kind="stable")]:
            owed += relaxed[c]
            wanted = max(0.0, np.ceil(owed - EPS))
            day = week.cohort_day[c]
            # A cohort that the relaxed plan leaves empty stays empty: its hour may need nobody.
            allowed = min(wanted, top_day[pool, day], np.ceil(relaxed[c] - EPS), budget.room(c))
            whole[c] = max(0.0, np.floor(allowed + EPS))
            owed -= whole[c]
            top_day[pool, day] -= whole[c]
            budget.use(c, whole[c])
    return whole


class _WeekBudget:
    """Shifts and paid hours left by pool and calendar week."""

    def __init__(self, week: Week) -> None:
        self.week = week
        mondays = np.array([day.toordinal() - day.weekday() for day in week.days])
        self.number = np.unique(mondays, return_inverse=True)[1]
        shape = (len(week.pools), int(self.number.max(initial=-1)) + 1)
        self.shifts = np.full(shape, np.inf)
        self.hours = np.full(shape, np.inf)
        if week.limits is not None:
            self.shifts[:] = week.limits.week_shifts[:, None]
            self.hours[:] = week.limits.week_hours[:, None]

    def _cell(self, cohort: int) -> tuple[int, int]:
        return int(self.week.cohort_pool[cohort]), int(self.number[self.week.cohort_day[cohort]])

    def room(self, cohort: int) -> float:
        cell = self._cell(cohort)
        return float(min(self.shifts[cell], self.hours[cell] / self.week.paid_hours[cohort]))

    def use(self, cohort: int, heads: float) -> None:
        cell = self._cell(cohort)
        self.shifts[cell] -= heads
        self.hours[cell] -= heads * self.week.paid_hours[cohort]


def round_breaks(relaxed: FloatArray, week: Week, shifts: FloatArray) -> FloatArray:
    """Whole heads at each break position; each cohort and break adds up to its heads."""
    whole = np.zeros(relaxed.size)
    keys = week.breaks.cohort * (1 + week.breaks.number.max(initial=0)) + week.breaks.number
    for key in np.unique(keys):
        places = np.flatnonzero(keys == key)
        heads = shifts[week.breaks.cohort[places[0]]]
        share = relaxed[places]
        total = share.sum()
        share = share * heads / total if total > EPS else np.full(places.size, heads / places.size)
        running = np.round(np.cumsum(share) + EPS)
        running[-1] = heads
        whole[places] = np.diff(np.minimum(running, heads), prepend=0.0)
    return whole
