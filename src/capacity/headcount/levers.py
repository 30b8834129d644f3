"""What a hiring program decided, in whole heads where people are meant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.domain.pool import Pool
from capacity.headcount.clock import PlanCalendar
from capacity.headcount.cohorts import Flows
from capacity.headcount.tenure import mentor_shares, ramp_shares


@dataclass(frozen=True, kw_only=True)
class LeverUse:
    """Relief besides employed heads: overtime (months, pools), vendor heads (months, offers).

    `lent` (months, pools) is help from other pools less help given; `relief` the sum of all by
    month and pool, in fully productive heads.
    """

    overtime: np.ndarray
    vendors: np.ndarray
    lent: np.ndarray
    relief: np.ndarray


def productive_heads(pools: tuple[Pool, ...], calendar: PlanCalendar, flows: Flows) -> np.ndarray:
    """Heads at month end weighted by ramp, less the mentors of newcomers, by month and pool.

    Counting the heads at month end (not the average) is deliberate: whoever leaves during the
    month is not counted on.
    """
    table = np.zeros(flows.eop.shape)
    for cohort in flows.cohorts:
        pool = pools[cohort.pool]
        table[:, cohort.pool] += cohort.eop * net_shares(pool, cohort.start, calendar.edges)
        if cohort.moved >= 0:
            lost = min(1.0, cohort.training_months / float(calendar.lengths[cohort.moved]))
            table[cohort.moved, cohort.pool] -= lost * cohort.eop[cohort.moved]
    return table


def net_shares(pool: Pool, start: float, edges: np.ndarray) -> np.ndarray:
    """Productive share of one head by month, less the mentor time that it takes."""
    hours = pool.hiring.mentor_hours_per_week
    mentors = mentor_shares(pool.ramp, hours, pool.hours_per_week, start, edges)
    return np.asarray(ramp_shares(pool.ramp, start, edges) - mentors)
