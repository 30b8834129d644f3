"""Totals by local day: what the forecast fan and the actuals under it are drawn from."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from capacity.domain.grid import TimeGrid


def daily_totals(
    counts: np.ndarray, grid: TimeGrid, zone: str
) -> tuple[tuple[date, ...], np.ndarray]:
    """Sums over COMPLETE local days of counts with shape (..., periods).

    A day of 23 or 25 hours is complete with 23 or 25 hours of intervals; the cut first and last
    days are left out, because their totals would look like a fall. Returns the dates and an
    array of shape (..., days).

    Examples
    --------
    >>> grid = TimeGrid(start=pd.Timestamp("2026-01-05", tz="UTC"), minutes=60, periods=50)
    >>> days, totals = daily_totals(np.ones(50), grid, "UTC")
    >>> len(days), totals.tolist()
    (2, [24.0, 24.0])
    """
    if grid.minutes == 1440:
        return tuple(stamp.date() for stamp in grid.starts), counts
    local = np.asarray(grid.local(zone).date)
    days, first, size = np.unique(local, return_index=True, return_counts=True)
    whole = np.array(
        [n * grid.minutes == _minutes(day, zone) for day, n in zip(days, size, strict=True)],
        dtype=bool,
    )
    if not whole.any():
        return (), np.zeros((*counts.shape[:-1], 0))
    sums = np.add.reduceat(counts, first, axis=-1)
    return tuple(days[whole]), sums[..., whole]


def _minutes(day: date, zone: str) -> int:
    start = pd.Timestamp(day).tz_localize(ZoneInfo(zone))
    end = (pd.Timestamp(day) + pd.Timedelta(days=1)).tz_localize(ZoneInfo(zone))
    return int((end - start) / pd.Timedelta(minutes=1))
