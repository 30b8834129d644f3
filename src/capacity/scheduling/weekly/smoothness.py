"""Smoothness at a price: heads on duty that differ from one day to the next."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from capacity.program import Rule, Slots, declare, require
from capacity.scheduling.weekly.rules import place
from capacity.scheduling.weekly.week import Week


def declare_swings(week: Week) -> Slots:
    """By pool and date: how many heads more or less than on the date before, at a price."""
    return declare("swings", len(week.pools) * len(week.days), cost=week.swing_price)


def measure_swings(week: Week) -> Rule:
    """A swing is at least the difference of heads between two dates, up and down.

    In a steady week the first date follows the last.
    """
    pools, days = len(week.pools), len(week.days)
    row = week.cohort_pool * days + week.cohort_day
    cells, columns = pools * days, np.arange(row.size)
    heads = place(row, columns, 1.0, (cells, row.size))
    before = np.arange(cells) - 1
    first = np.arange(0, cells, days)
    before[first] = first + days - 1
    # A date at the edge may hold only part of its shifts: it is compared with nobody.
    starts = np.bincount(row, minlength=cells)
    full = starts == starts.reshape(pools, days).max(axis=1).repeat(days)
    used = full & full[before]
    used[first] &= week.profile.steady
    rows = np.flatnonzero(used)
    step = heads[rows] - heads[before[rows]]
    both = sparse.csr_array(sparse.vstack([step, -step]))
    size = 2 * rows.size
    return require(
        "swings",
        {
            "swings": place(np.arange(size), np.tile(rows, 2), 1.0, (size, cells)),
            "shifts": both,
        },
        lower=0.0,
    )
