"""A demand as tables that other forecasting code expects: Nixtla, Prophet, intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from capacity.domain.demand import Demand
from capacity.domain.faults import nearest
from capacity.domain.operation import Operation
from capacity.domain.volume import Volume
from capacity.errors import DataError
from capacity.reporting.interchange_hub import check_intervals, whole_volumes


def to_nixtla(result: Demand | Volume, *, levels: Sequence[int] = (80, 95)) -> pd.DataFrame:
    """Long frame as Nixtla's libraries use it; `ds` are UTC times without a zone.

    A demand gives unique_id, ds, capacity (mean) and capacity-lo-80, capacity-hi-80 ... from the
    quantiles over paths; a volume gives unique_id, ds, y (missing stays missing).
    """
    if isinstance(result, Volume):
        parts = [
            _long(queue, result.grid.starts, {"y": result.of(queue)}) for queue in result.queues
        ]
        return pd.concat(parts, ignore_index=True)
    if any(not 0 < level < 100 for level in levels):
        raise DataError(f"levels are percentages in (0, 100), got {tuple(levels)}.")
    parts = []
    for queue in result.queues:
        paths = result.paths(queue)
        columns = {"capacity": paths.mean(axis=0)}
        for level in levels:
            low, high = np.quantile(paths, [0.5 - level / 200, 0.5 + level / 200], axis=0)
            columns |= {f"capacity-lo-{level}": low, f"capacity-hi-{level}": high}
        parts.append(_long(queue, result.grid.starts, columns))
    return pd.concat(parts, ignore_index=True)


def to_prophet(
    demand: Demand, *, queue: str | None = None, interval_width: float = 0.8
) -> pd.DataFrame:
    """Frame as Prophet gives it: ds, yhat (mean), yhat_lower, yhat_upper; all queues added without `queue`.

    The band of all queues is taken on the sum of each path, because quantiles do not add up.
    """
    if not 0 < interval_width < 1:
        raise DataError(f"interval_width must be in (0, 1), got {interval_width}.")
    if queue is not None and queue not in demand.queues:
        raise DataError(f"unknown queue {queue!r}: {nearest(queue, demand.queues)}")
    names = demand.queues if queue is None else (queue,)
    paths = np.sum([demand.paths(name) for name in names], axis=0)
    low, high = np.quantile(paths, [0.5 - interval_width / 2, 0.5 + interval_width / 2], axis=0)
    starts = demand.grid.starts.tz_localize(None)
    return pd.DataFrame(
        {"ds": starts, "yhat": paths.mean(axis=0), "yhat_lower": low, "yhat_upper": high}
    )


def forecast_intervals(demand: Demand, operation: Operation, *, whole: bool = True) -> pd.DataFrame:
    """Intervals (INTERVAL_COLUMNS) of the mean forecast with each queue's handling time.

    `whole` rounds volumes so that running totals stay within half a case, and handling times to
    seconds, as most targets want.
    """
    parts = []
    for name in demand.queues:
        seconds = 60 * operation.queue(name).handling.mean_minutes
        part = {"queue": name, "start": demand.grid.starts, "minutes": demand.grid.minutes}
        parts.append(pd.DataFrame(part | {"volume": demand.mean(name), "aht_seconds": seconds}))
    table = check_intervals(pd.concat(parts, ignore_index=True), where="the forecast")
    return whole_volumes(table) if whole else table


def _long(queue: str, starts: pd.DatetimeIndex, columns: dict[str, np.ndarray]) -> pd.DataFrame:
    return pd.DataFrame({"unique_id": queue, "ds": starts.tz_localize(None), **columns})
