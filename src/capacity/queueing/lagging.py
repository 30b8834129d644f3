"""Offered load that lags behind arrivals when handling takes long (Mt/G/infinity)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from capacity.domain import HandlingTime
from capacity.queueing.handling import handling_points

Floats = NDArray[np.float64]

_POINTS = 400


def offered_load(per_hour: Floats, handling: HandlingTime, *, interval_hours: float) -> Floats:
    """Mean number of cases in service at the middle of each interval, were nobody to wait.

    m(t) = integral of rate(t - u) P(S > u) du (Eick, Massey and Whitt 1993), exact for rates that
    are constant within intervals, up to the handling distribution's 400 slices; before the first
    interval the first day (or the first interval, if there is less) is taken to have gone before.
    The "modified offered load" for floors with handling times of half an hour and more; for shorter
    ones it equals rate x mean within the accuracy of the formulas.

    Examples
    --------
    >>> rate = np.full(30, 4.0)
    >>> offered_load(rate, HandlingTime(mean_minutes=45, cv=1.0), interval_hours=1.0)[20].round(6)
    np.float64(3.0)
    """
    day = max(1, round(24 / interval_hours))
    lead = per_hour[:day] if len(per_hour) >= day else per_hour[:1]
    times = handling_points(handling, _POINTS)
    # the quantile midpoints miss a little of the mean of a heavy tail
    times = times * (handling.mean_hours / times.mean())
    repeats = int(np.ceil((times.max() / interval_hours + 2) / len(lead)))
    repeats = min(repeats, 14 * day // len(lead) + 1)
    padded = np.concatenate([np.tile(lead, repeats), per_hour])
    # m(t) = E[arrivals in (t - S, t)]: differences of the cumulative arrivals
    edges = np.arange(len(padded) + 1) * interval_hours
    arrived = np.concatenate([[0.0], np.cumsum(padded) * interval_hours])
    middle = edges[-len(per_hour) - 1 : -1] + 0.5 * interval_hours
    past = np.interp(np.subtract.outer(middle, times), edges, arrived)
    return np.asarray(np.interp(middle, edges, arrived) - past.mean(axis=1))
