"""Toy headcount inputs, and the slow obvious road to each headcount number."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.domain import (
    CostBook,
    MonthGrid,
    Operation,
    Plane,
    Pool,
    QueuePlan,
    Staffing,
    StaffingCurve,
    TimeGrid,
    Treatment,
)
from capacity.headcount.planning_steps import prepare_case
from tests.builders import toy_operation, toy_pool, toy_queue


@dataclass(frozen=True, kw_only=True)
class MonthlyWork:
    """A work source that knows months only."""

    hours: dict[str, np.ndarray]

    def monthly_work(self, queue: str, first: int, last: int) -> np.ndarray:
        return self.hours[queue][first:last]

    def cases(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        raise NotImplementedError

    def work(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        raise NotImplementedError

    def floors(self, queue: str, factor: float, periods: int) -> np.ndarray:
        raise NotImplementedError


def toy_staffing(
    weekly_hours: dict[str, np.ndarray],
    *,
    as_of: str = "2026-01-01T00:00:00+00:00",
    opening: tuple[tuple[str, float, float], ...] = (),
) -> Staffing:
    """Staffing whose weekly-equivalent work is exactly `weekly_hours` (paths, months) by queue."""
    moment = pd.Timestamp(as_of)
    periods = next(iter(weekly_hours.values())).shape[1]
    months = MonthGrid(first=pd.Period(moment.tz_localize(None), freq="M"), periods=periods)
    hours = months.hours.copy()
    hours[0] = (months.edges[1] - moment) / pd.Timedelta(hours=1)
    plans = tuple(
        QueuePlan(
            queue=queue, treatment=Treatment.WORK, target=None, window_hours=24.0, late_share=0.05,
            hours_per_arrival=0.1, ceiling=1.0, reason="toy",
        )
        for queue in weekly_hours
    )  # fmt: skip
    return Staffing(
        grid=TimeGrid(start=moment, minutes=60, periods=168),
        months=months,
        plans=plans,
        n_paths=next(iter(weekly_hours.values())).shape[0],
        seed=1,
        as_of=moment,
        source=MonthlyWork(hours={q: w * hours / 168.0 for q, w in weekly_hours.items()}),
        opening=opening,
    )


def toy_curve(
    operation: Operation, hours_per_head: float = 20.0, split: tuple[float, ...] | None = None
) -> StaffingCurve:
    """Heads present = weekly work / hours_per_head, split over pools by constant shares."""
    queues, pools = operation.queue_names, operation.pool_names
    shares = np.array(split or [1 / len(pools)] * len(pools))
    points = np.array([[0.0] * len(queues), [1e5] * len(queues)])
    return StaffingCurve(
        queues=queues,
        pools=pools,
        points=points,
        heads=points.sum(axis=1) / hours_per_head,
        split=np.array([shares, shares]),
        planes=(Plane(constant=0.0, slopes=(1 / hours_per_head,) * len(queues)),),
        binding=("the daily exposure cap on hash_match",),
    )


def weekly_paths(
    level: float,
    *,
    paths: int = 200,
    months: int = 12,
    growth: float = 0.0,
    cv: float = 0.1,
    seed: int = 3,
) -> np.ndarray:
    """Gamma levels by path times a straight line of growth."""
    rng = np.random.default_rng(seed)
    factor = rng.gamma(1 / cv**2, cv**2, size=(paths, 1)) if cv else np.ones((paths, 1))
    return level * factor * (1 + growth * np.arange(months))


def two_pools(**fields: object) -> Operation:
    """Two pools that both serve one queue."""
    pools: tuple[Pool, ...] = (
        toy_pool("east", heads=10, tenure_months=(1, 1, 3, 8, 8, 14, 20, 30, 40, 60)),
        toy_pool("west", heads=6),
    )
    return toy_operation(pools=pools, queues=(toy_queue(),), with_people=False, **fields)


def exact_employed(heads_present: float, numerator: int, denominator: int) -> int:
    """Smallest whole number whose availability reaches the heads present, by counting up."""
    count = 0
    while count * numerator < heads_present * denominator - 1e-9:
        count += 1
    return count


def slow_ramp(ramp: object, start: float, edges: np.ndarray) -> np.ndarray:
    """Mean productivity of a month by sampling it finely."""
    shares = []
    for low, high in itertools.pairwise(edges):
        moments = np.linspace(low, high, 20_001)[:-1] + (high - low) / 40_000
        ages = moments - start
        weeks = np.floor(np.maximum(ages, 0) * 52 / 12).astype(int)
        known = np.array([ramp.productivity(week) for week in range(weeks.max() + 1)])  # type: ignore[attr-defined]
        shares.append(float(np.where(ages >= 0, known[weeks], 0.0).mean()))
    return np.array(shares)


def slow_leavers(flows: object, pool: Pool, edges: np.ndarray) -> np.ndarray:
    """Expected leavers of each month given the whole heads at its beginning, cohort by cohort."""
    months = len(edges) - 1
    expected = np.zeros(months)
    for cohort in flows.cohorts:  # type: ignore[attr-defined]
        for month in range(months):
            stock = cohort.eop[month] + cohort.leavers[month]
            age = int(np.floor(max(edges[month], cohort.start) - cohort.start + 1e-9))
            length = edges[month + 1] - max(edges[month], cohort.start)
            expected[month] += stock * (1 - (1 - pool.attrition.monthly(age)) ** length)
    return expected


def toy_case(operation: Operation, weekly: np.ndarray, policy: object) -> tuple[object, object]:
    """The case and the hiring problem behind a toy plan."""
    staffing = toy_staffing({"hash_match": weekly})
    split = tuple([1 / len(operation.pools)] * len(operation.pools))
    case = prepare_case(
        toy_curve(operation, split=split), staffing, operation, percentile=0.8, policy=policy,
        book=CostBook(), backlog_weeks=4.0,
    )  # fmt: skip
    return case, case.problem(policy)


def brute_force_hiring(problem: object) -> float:
    """Least cost over every table of starts (one pool; no lanes, vendors or overtime)."""
    months, pools = problem.need.shape  # type: ignore[attr-defined]
    assert pools == 1
    best = np.inf
    choices = [range(int(problem.limit[0, s]) + 1) for s in range(months)]  # type: ignore[attr-defined]
    for starts in itertools.product(*choices):
        if any(0 < count < problem.class_minimum for count in starts):  # type: ignore[attr-defined]
            continue
        cost = sum(n * c for n, c in zip(starts, problem.hire_cost[0], strict=True))  # type: ignore[attr-defined]
        if problem.budget is not None and cost > problem.budget + 1e-6:  # type: ignore[attr-defined]
            continue
        total = cost
        for t in range(months):
            heads = problem.base[t, 0] + sum(
                starts[s] * problem.gain[0, s, t] for s in range(months)
            )  # type: ignore[attr-defined]
            short = max(0.0, problem.need[t, 0] - heads - 1e-9)  # type: ignore[attr-defined]
            if short > 1e-9 and problem.must_cover[t, 0]:  # type: ignore[attr-defined]
                total = np.inf
            total += short * problem.shortage_price  # type: ignore[attr-defined]
        best = min(best, total)
    return float(best)
