"""Random attrition: the same plan with people who leave by chance, path by path."""

from __future__ import annotations

import numpy as np

from capacity.domain.pool import Pool
from capacity.domain.seeds import stream
from capacity.headcount.clock import PlanCalendar
from capacity.headcount.cohorts import Cohort, Flows
from capacity.headcount.levers import net_shares


def simulate_heads(
    pools: tuple[Pool, ...], calendar: PlanCalendar, flows: Flows, *, paths: int, seed: int
) -> np.ndarray:
    """Productive heads under binomial attrition, shape (paths, months, pools).

    Joins and moves are those of the plan; each person leaves independently with the probability
    of the cohort. The stream of a cohort is named by its pool and number.
    """
    heads = np.zeros((paths, calendar.periods, len(pools)))
    for number, cohort in enumerate(flows.cohorts):
        pool = pools[cohort.pool]
        rng = stream(seed, "attrition", pool.name, number)
        stay = _survivors(cohort, rng, paths)
        shares = net_shares(pool, cohort.start, calendar.edges)
        if cohort.moved >= 0:
            month = cohort.moved
            shares[month] -= min(1.0, cohort.training_months / float(calendar.lengths[month]))
        heads[:, :, cohort.pool] += stay * shares
    return heads


def short_share(required: np.ndarray, heads: np.ndarray, relief: np.ndarray) -> np.ndarray:
    """Share of paths short of heads by month and pool; last column: short in any pool.

    `required` has shape (paths, months, pools), like `heads`; `relief` (months, pools).
    """
    short = required > heads + relief[None] + 1e-9
    anywhere = short.any(axis=-1, keepdims=True)
    return np.asarray(np.concatenate([short, anywhere], axis=-1).mean(axis=0))


def _survivors(cohort: Cohort, rng: np.random.Generator, paths: int) -> np.ndarray:
    """Heads of a cohort at each month end, shape (paths, months)."""
    months = len(cohort.eop)
    counts = np.zeros((paths, months), dtype=np.int64)
    current = np.zeros(paths, dtype=np.int64)
    stock = 0
    for month in range(months):
        planned = int(cohort.eop[month] + cohort.leavers[month])
        # A join adds to the stock; a planned move or reduction takes the same heads on every path.
        current = np.maximum(0, current + planned - stock)
        current -= rng.binomial(current, cohort.shares[month])
        counts[:, month] = current
        stock = int(cohort.eop[month])
    return counts
