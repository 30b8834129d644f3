"""A small synthetic operation with its demand, for examples in docstrings and for tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.domain import (
    Attrition,
    AttritionBand,
    Backlog,
    Demand,
    Escalation,
    HandlingTime,
    HiringTerms,
    MonthGrid,
    Operation,
    Pool,
    PoolCost,
    Queue,
    ShiftTemplate,
    Site,
    Target,
    TimeGrid,
)
from capacity.domain.seeds import stream


@dataclass(frozen=True, kw_only=True)
class PoissonPaths:
    """Poisson counts with a shared weekly level: `rates` per interval repeat over the horizon."""

    rates: tuple[tuple[str, tuple[float, ...]], ...]
    months: int
    seed: int
    level_cv: float = 0.0

    def fine(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        """Counts by path and interval."""
        rate = np.resize(np.asarray(dict(self.rates)[queue]), periods)
        rows = []
        for path in range(first, last):
            level = 1.0
            if self.level_cv > 0:
                shape = self.level_cv**-2
                level = float(stream(self.seed, "level", path).gamma(shape, 1.0 / shape))
            rows.append(stream(self.seed, queue, path).poisson(rate * level))
        return np.asarray(rows, dtype=np.int64).reshape(last - first, periods)

    def monthly(self, queue: str, first: int, last: int) -> np.ndarray:
        """Totals by path and month of 30 days."""
        rate = np.asarray(dict(self.rates)[queue])
        return np.full((last - first, self.months), int(rate.sum() * 720 / len(rate)))


def two_queue_operation(
    *, normal: Queue | None = None, urgent: Queue | None = None, shifts: int = 3
) -> Operation:
    """Two queues, one pool at one site: `normal` escalates 10 % of its cases to `urgent`."""
    eight = 24 * 60 // shifts
    templates = tuple(
        ShiftTemplate(name=f"s{i}", start_minute=i * eight, length_minutes=eight)
        for i in range(shifts)
    )
    pool = Pool(
        name="core",
        site="dublin",
        skills=("urgent", "normal"),
        languages=("en",),
        heads=6,
        shifts=templates,
        cost=PoolCost(annual_salary=40_000, load_factor=1.3),
        attrition=Attrition(bands=(AttritionBand(from_months=0, yearly=0.3),)),
        hiring=HiringTerms(lead_weeks=8),
    )
    queues = (
        urgent
        or Queue(
            name="urgent",
            priority=1,
            zone="UTC",
            handling=HandlingTime(mean_minutes=6, cv=1.0),
            targets=(Target(share=0.9, within_hours=8),),
        ),
        normal
        or Queue(
            name="normal",
            priority=2,
            zone="UTC",
            handling=HandlingTime(mean_minutes=6, cv=1.5),
            targets=(Target(share=0.95, within_hours=24),),
            automation_share=0.5,
            escalates_to=Escalation(to="urgent", share=0.1),
        ),
    )
    return Operation(
        name="example",
        zone="UTC",
        sites=(Site(name="dublin", zone="UTC", currency="EUR"),),
        queues=queues,
        pools=(pool,),
        currency="EUR",
    )


def poisson_demand(
    operation: Operation,
    *,
    per_hour: dict[str, float],
    weeks: int = 2,
    paths: int = 8,
    seed: int = 0,
    minutes: int = 60,
    shape: tuple[float, ...] = (1.0,) * 24,
    level_cv: float = 0.0,
    backlog: Backlog | None = None,
) -> Demand:
    """Poisson demand with an hourly day `shape` (24 weights of mean 1) from a Monday midnight."""
    start = pd.Timestamp("2026-01-05", tz="UTC")
    grid = TimeGrid(start=start, minutes=minutes, periods=weeks * 7 * 24 * 60 // minutes)
    day = np.repeat(np.asarray(shape), 60 // minutes) * minutes / 60
    rates = tuple((name, tuple(rate * day)) for name, rate in per_hour.items())
    months = MonthGrid(first=pd.Period("2026-01", freq="M"), periods=3)
    return Demand(
        grid=grid,
        months=months,
        queues=tuple(per_hour),
        n_paths=paths,
        seed=seed,
        as_of=start,
        source=PoissonPaths(rates=rates, months=3, seed=seed, level_cv=level_cv),
        backlog=backlog or Backlog(),
    )
