"""Small valid nouns for tests: toy operations and demand held in plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.domain import (
    Attrition,
    AttritionBand,
    Backlog,
    Break,
    Demand,
    ExposureCap,
    HandlingTime,
    HiringTerms,
    MonthGrid,
    Operation,
    Person,
    Pool,
    PoolCost,
    Queue,
    ShiftTemplate,
    Shrinkage,
    Site,
    Target,
    TimeGrid,
)

MONDAY = pd.Timestamp("2026-01-05", tz="UTC")


def toy_queue(name: str = "hash_match", *, within_hours: float = 24, **fields: object) -> Queue:
    """A queue in UTC: 6 minutes a case, cv 1, 95 % closed within 24 h."""
    base: dict[str, object] = {
        "priority": 2,
        "zone": "UTC",
        "handling": HandlingTime(mean_minutes=6, cv=1.0),
        "targets": (Target(share=0.95, within_hours=within_hours),),
    }
    return Queue(name=name, **(base | fields))  # type: ignore[arg-type]


def three_shifts(*, lunch: bool = True) -> tuple[ShiftTemplate, ...]:
    """Three fixed shifts of 8 hours (07-15, 15-23, 23-07), half an hour of unpaid lunch each."""
    meal = (Break(minutes=30, earliest_minute=180, latest_minute=300),) if lunch else ()
    names = (("day", 7), ("late", 15), ("night", 23))
    return tuple(
        ShiftTemplate(name=name, start_minute=hour * 60, length_minutes=480, breaks=meal)
        for name, hour in names
    )


def toy_pool(name: str = "core", *, heads: int = 12, **fields: object) -> Pool:
    """A pool at site `home`: three shifts, 40 h, 5 % meetings, the leave of 223/260."""
    base: dict[str, object] = {
        "site": "home",
        "skills": ("hash_match",),
        "languages": ("en",),
        "shifts": three_shifts(),
        "cost": PoolCost(annual_salary=60_000, load_factor=1.3),
        "attrition": Attrition(bands=(AttritionBand(from_months=0, yearly=0.35),)),
        "hiring": HiringTerms(lead_weeks=8),
        "shrinkage": Shrinkage.of(in_shift={"meetings": "0.05"}, out_of_office={"leave": "37/260"}),
    }
    return Pool(name=name, heads=heads, **(base | fields))  # type: ignore[arg-type]


def toy_operation(
    *,
    queues: tuple[Queue, ...] | None = None,
    pools: tuple[Pool, ...] | None = None,
    with_people: bool = True,
    zone: str = "UTC",
    **fields: object,
) -> Operation:
    """One site, one queue and one pool unless said otherwise; people r001, r002, ... by pool."""
    pools = pools or (toy_pool(),)
    owners = [pool.name for pool in pools for _ in range(pool.heads)] if with_people else []
    people = tuple(Person(id=f"r{i:03d}", pool=pool) for i, pool in enumerate(owners, 1))
    base: dict[str, object] = {
        "name": "toy",
        "zone": "UTC",
        "sites": (Site(name="home", zone=zone, currency="USD"),),
        "people": people,
        "exposure": ExposureCap(),
    }
    return Operation(queues=queues or (toy_queue(),), pools=pools, **(base | fields))  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class ArrayPaths:
    """A path source held in memory."""

    fine_counts: dict[str, np.ndarray]
    monthly_counts: dict[str, np.ndarray]

    def fine(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        return self.fine_counts[queue][first:last, :periods]

    def monthly(self, queue: str, first: int, last: int) -> np.ndarray:
        return self.monthly_counts[queue][first:last]


def toy_demand(
    operation: Operation,
    *,
    per_hour: float | dict[str, float] = 10.0,
    weeks: int = 2,
    months: int = 3,
    paths: int = 20,
    seed: int = 1,
    level_cv: float = 0.1,
    start: pd.Timestamp = MONDAY,
    backlog: Backlog | None = None,
) -> Demand:
    """Poisson paths around a 3:1 day with a gamma level per path, joint over queues."""
    rng = np.random.default_rng(seed)
    minutes = operation.interval_minutes
    grid = TimeGrid(start=start, minutes=minutes, periods=weeks * 7 * 24 * 60 // minutes)
    hour = (np.arange(grid.periods) * minutes / 60) % 24
    shape = 1 + 0.5 * np.sin(2 * np.pi * (hour - 9) / 24)
    level = np.ones(paths) if level_cv == 0 else rng.gamma(1 / level_cv**2, level_cv**2, size=paths)
    month_grid = MonthGrid(first=pd.Period(start.tz_localize(None), freq="M"), periods=months)
    fine, monthly = {}, {}
    for queue in operation.queue_names:
        rate = per_hour[queue] if isinstance(per_hour, dict) else per_hour
        fine[queue] = rng.poisson(rate * minutes / 60 * level[:, None] * shape)
        monthly[queue] = rng.poisson(rate * level[:, None] * month_grid.hours)
    return Demand(
        grid=grid,
        months=month_grid,
        queues=operation.queue_names,
        n_paths=paths,
        seed=seed,
        as_of=start,
        source=ArrayPaths(fine_counts=fine, monthly_counts=monthly),
        backlog=backlog or Backlog(),
        zones=tuple((queue.name, queue.zone) for queue in operation.queues),
    )
