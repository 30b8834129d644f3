"""Overtime: paid hours beyond the contracts, dearer, and without exposure unless a cap allows it."""

from __future__ import annotations

import numpy as np

from capacity.program import Rule, Slots, declare, require
from capacity.program.slots import IntArray
from capacity.scheduling.weekly import exposure_rules
from capacity.scheduling.weekly.decisions import Layout, capped_pools, hourly_cost
from capacity.scheduling.weekly.rules import calendar_weeks, place
from capacity.scheduling.weekly.week import TeamLimits, Week


def allows_overtime(week: Week) -> bool:
    """Whether today's team may work beyond its contracts."""
    return week.limits is not None and bool(week.limits.overtime_hours.any())


def declare_overtime(week: Week, limits: TeamLimits) -> Slots:
    """Overtime hours by pool and calendar week at the premium over the wage of the shift."""
    weeks = calendar_weeks(week)[0].size
    premium = np.array([pool.cost.overtime_factor - 1 for pool in week.pools]) * hourly_cost(week)
    return declare(
        "overtime",
        len(week.pools) * weeks,
        upper=np.repeat(limits.overtime_hours, weeks),
        cost=np.repeat(premium, weeks),
    )


def bar_exposure(week: Week, layout: Layout, limits: TeamLimits) -> Rule:
    """Only regular shifts may hold exposure: what all shifts could hold less that of overtime."""
    mondays, number = calendar_weeks(week)
    allowed = [not week.cap(p).in_overtime for p in range(len(week.pools))]
    pools = np.flatnonzero(capped_pools(week) & np.array(allowed))
    exposed, size = layout.exposed_cohort, pools.size * mondays.size
    most = np.zeros(len(week.cohorts))
    np.add.at(most, exposed, layout.exposed_hours)
    limit = np.array([exposure_rules.daily_limit(week, p) for p in range(len(week.pools))])
    most = np.minimum(most, limit[week.cohort_pool])
    rate = np.array([most[week.cohort_pool == p].max(initial=0) for p in pools])
    rate = rate / limits.shortest_shift[pools]

    def rows(cohort: IntArray) -> IntArray:
        pool = np.searchsorted(pools, week.cohort_pool[cohort])
        return np.asarray(pool * mondays.size + number[cohort])

    on = np.flatnonzero(np.isin(week.cohort_pool, pools))
    z = np.flatnonzero(np.isin(week.cohort_pool[exposed], pools))
    extra = (pools[:, None] * mondays.size + np.arange(mondays.size)).ravel()
    return require(
        "exposure in overtime",
        {
            "exposure": place(rows(exposed[z]), z, 1.0, (size, exposed.size)),
            "shifts": place(rows(on), on, -most[on], (size, len(week.cohorts))),
            "overtime": place(
                np.arange(size),
                extra,
                np.repeat(rate, mondays.size),
                (size, len(week.pools) * mondays.size),
            ),
        },
        upper=0.0,
    )
