"""Closed hours in counts: hours of the week at which a source never counts."""

from __future__ import annotations

import numpy as np

from capacity.domain.grid import TimeGrid
from capacity.errors import DataError

LEAST_WEEKS = 4  # an hour must have been silent so often before it counts as closed


def close_hours(counts: np.ndarray, grid: TimeGrid, zone: str) -> np.ndarray:
    """Counts (intervals) of a series in which hours without a single count are zero: they are closed.

    An hour of the local week at which the series was never counted is one at which nothing can
    arrive: zero. A gap at any other hour, such as a holiday on which the source was shut, says
    nothing of what an open hour brings: it stays missing.

    Raises
    ------
    DataError
        The counts are by the day, or cover less than 4 weeks.
    """
    if grid.minutes > 60:
        raise DataError(
            "gaps=Gap.CLOSED needs counts by interval: a day without a count has no hours. "
            "Fix: use Gap.ZERO or Gap.MISSING."
        )
    if grid.periods < LEAST_WEEKS * grid.intervals_per_week:
        raise DataError(
            f"gaps=Gap.CLOSED needs {LEAST_WEEKS} weeks of counts to tell which hours are closed. "
            "Fix: use Gap.ZERO or Gap.MISSING."
        )
    local = grid.local(zone)
    minute = local.day_of_week * 1440 + local.hour * 60 + local.minute
    slot = np.asarray(minute // grid.minutes, dtype=np.int64)
    seen = np.bincount(slot, np.isfinite(counts), grid.intervals_per_week)
    return np.where(np.isnan(counts) & (seen[slot] == 0), 0.0, counts)
