"""Reviewers needed present by interval for a short target: the true minimum, started or closed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from capacity.domain import HandlingTime, MeasuredAt, Target
from capacity.queueing.erlang import erlang_c, required_servers
from capacity.queueing.handling import handling_points
from capacity.queueing.inversion import required_by_bisection

Floats = NDArray[np.float64]

_POINTS = 64  # slices of the handling distribution; 256 change no floor of the tests


def closed_level(servers: Floats, load: Floats, *, within: float, handling: HandlingTime) -> Floats:
    """Share of cases CLOSED within a time: the Erlang C wait plus an independent handling time.

    `within` is in mean handling times. 0 where load >= servers.
    """
    slack = within - handling_points(handling, _POINTS) / handling.mean_hours
    slack = slack[slack >= 0][:, None]
    gap = np.maximum(servers - load, 0.0)
    level = np.sum(1.0 - erlang_c(servers, load) * np.exp(-gap * slack), axis=0) / _POINTS
    return np.where(load < servers, level, 0.0)


def floor_servers(
    load: Floats, *, target: Target, handling: HandlingTime, hours_per_start: float
) -> NDArray[np.int64]:
    """Fewest reviewers present that keep a short target in a stable interval of each load.

    `hours_per_start` is the mean work of one case, the unit of time of the load.
    """
    within = target.within_hours / hours_per_start
    if target.measured_at is MeasuredAt.STARTED:
        return required_servers(load, share=target.share, within=within)

    def meets(c: Floats, a: Floats) -> NDArray[np.bool_]:
        return closed_level(c, a, within=within, handling=handling) >= target.share

    result = np.zeros(load.shape, dtype=np.int64)
    busy = load > 0
    if np.any(busy):
        result[busy] = required_by_bisection(load[busy], meets)
    return result
