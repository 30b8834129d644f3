"""Thousands of queues: joint hourly paths drawn queue by queue, never held at once."""

from __future__ import annotations

import resource
import time

import numpy as np
import pandas as pd

from capacity.domain.grid import TimeGrid
from capacity.domain.volume import SeriesLabel, Volume
from capacity.forecasting import forecast

from .table import Row

QUEUES, DRAWN, WEEKS, PATHS = 5_000, 60, 26, 500


def make_volume(queues: int, *, weeks: int = WEEKS, seed: int = 0) -> Volume:
    """Hourly counts: means log-uniform from .02 to 50 an hour, a day and a week, shared days."""
    grid = TimeGrid(start=pd.Timestamp("2025-01-06", tz="UTC"), minutes=60, periods=weeks * 168)
    generator = np.random.default_rng(seed)
    hour = np.arange(grid.periods)
    shape = (1 + 0.6 * np.sin(2 * np.pi * (hour % 24 - 8) / 24)) * np.where(
        hour // 24 % 7 < 5, 1.15, 0.6
    )
    common = np.repeat(np.exp(generator.normal(0, 0.1, weeks * 7)), 24)
    mean = np.exp(generator.uniform(np.log(0.02), np.log(50), queues))
    counts = np.empty((queues, grid.periods))
    for row in range(queues):
        counts[row] = generator.poisson(mean[row] * shape * common)
    labels = tuple(SeriesLabel(queue=f"q{row:04d}") for row in range(queues))
    return Volume(grid=grid, labels=labels, counts=counts, as_of=grid.end)


def run_many(queues: int = QUEUES, drawn: int = DRAWN) -> list[Row]:
    """Fit all queues, draw an even sample of them one by one, and read the peak of memory.

    Processor time, not time on the clock: the row is about memory, and machines are shared.
    """
    volume = make_volume(queues)
    before = _peak_gb()
    started = time.process_time()
    demand = forecast(volume, weeks=WEEKS, months=6, paths=PATHS, seed=1)
    fitted = time.process_time() - started
    after = _peak_gb()
    total = np.zeros((PATHS, demand.grid.periods), dtype=np.int64)
    started = time.process_time()
    chosen = demand.queues[:: max(1, queues // drawn)]
    for queue in chosen:
        total += demand.paths(queue)
    each = (time.process_time() - started) / len(chosen)
    cube = queues * PATHS * demand.grid.periods * 8 / 1e9
    return [
        Row(
            claim=f"{queues:,} queues x {WEEKS} weeks hourly x {PATHS} paths, drawn queue by queue",
            must="never held at once",
            aim="",
            measured=(
                f"fit {fitted:.0f} s of processor time ({1e3 * fitted / queues:.1f} ms a queue), paths "
                f"{1e3 * each:.0f} ms a queue ({len(chosen)} drawn); peak memory {before:.1f} GB with the "
                f"history alone, {after:.1f} GB after the fit, {_peak_gb():.1f} GB after drawing; "
                f"all paths at once would take {cube:,.0f} GB"
            ),
            met=_peak_gb() < cube / 4,
        )
    ]


def _peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
