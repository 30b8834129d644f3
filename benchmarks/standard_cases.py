"""Hours of Erlang C per interval against `cap.schedule` on standard cases, each plan simulated.

    python -m benchmarks.standard_cases [--paths 100] [--certifying 40] [--only TEXT]

A day with peak to trough 3:1, lognormal handling cv 1.5, 95 % closed in time, three fixed shifts of
8 hours from 07, 15 and 23, occupancy 1, no caps. The baseline takes the fewest servers by hour that
keep the target by Erlang C (closed), then the cheapest shifts above them. Every plan of ours is
simulated case by case (extra `fast`) on two seeds of 40 fresh paths, from the steady state; `share`
is the mean weekly share on time.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from benchmarks.closed_loop import ArrayPaths, make_operation
from capacity.domain import (
    Demand,
    ExposureCap,
    HandlingTime,
    MonthGrid,
    Operation,
    Target,
    TimeGrid,
)
from capacity.domain.seeds import stream
from capacity.program import SolveOptions, declare, require, solve, stack
from capacity.queueing import Engine, simulate, staff
from capacity.queueing.floors import floor_servers
from capacity.scheduling import schedule
from capacity.scheduling.weekly.week import build_week, week_profile

START = pd.Timestamp("2026-01-05", tz="UTC")
WEEKS = 3


@dataclass(frozen=True)
class Case:
    name: str
    per_hour: float
    minutes: float
    classes: tuple[tuple[float, float], ...]  # (share of cases, hours)
    day_cv: float = 0.0


CASES = (
    Case("500/h x 4 min, 4 h", 500, 4, ((1.0, 4),)),
    Case("500/h x 4 min, 24 h", 500, 4, ((1.0, 24),)),
    Case("60/h x 6 min, 4 h", 60, 6, ((1.0, 4),)),
    Case("60/h x 6 min, 24 h", 60, 6, ((1.0, 24),)),
    Case("500/h x 4 min, 24 h, day cv .1", 500, 4, ((1.0, 24),), 0.1),
    Case("500/h x 4 min, 24 h, day cv .2", 500, 4, ((1.0, 24),), 0.2),
    Case("60/h x 6 min, 5 % 1 h, 25 % 4 h, 70 % 24 h", 60, 6, ((0.05, 1), (0.25, 4), (0.7, 24))),
)


def operation_of(case: Case, *, caps: bool = False) -> Operation:
    base = make_operation(24)
    queues = tuple(
        replace(
            base.queues[0],
            name=f"class{n}",
            zone="UTC",
            priority=n + 1,
            severity=1.0 if caps else 0.0,
            handling=HandlingTime(mean_minutes=case.minutes, cv=1.5),
            targets=(Target(share=0.95, within_hours=hours),),
        )
        for n, (_, hours) in enumerate(case.classes)
    )
    pool = replace(base.pools[0], skills=tuple(q.name for q in queues), heads=400)
    site = replace(base.sites[0], zone="UTC")
    operation = replace(base, zone="UTC", queues=queues, pools=(pool,), sites=(site,))
    if not caps:
        return operation
    return replace(
        operation,
        exposure=ExposureCap(),
        occupancy_cap=0.85,
        wellness_minutes_per_exposure_hour=10.0,
    )


def rates(case: Case) -> np.ndarray:
    """Cases an hour over a week: a sine with peak to trough 3:1 and the given mean."""
    hour = np.arange(168) % 24
    return case.per_hour * (1 + 0.5 * np.sin(2 * np.pi * (hour - 8) / 24))


def demand_of(case: Case, operation: Operation, paths: int, seed: int) -> Demand:
    rng = stream(seed, case.name)
    level = np.ones((paths, 7 * WEEKS))
    if case.day_cv:
        shape = case.day_cv**-2
        level = rng.gamma(shape, 1 / shape, level.shape)
    mean = np.tile(rates(case), WEEKS) * np.repeat(level, 24, axis=1)
    grid = TimeGrid(start=START, minutes=60, periods=168 * WEEKS)
    counts = {
        queue.name: rng.poisson(mean * share)
        for queue, (share, _) in zip(operation.queues, case.classes, strict=True)
    }
    return Demand(
        grid=grid,
        months=MonthGrid(first=pd.Period("2026-01", freq="M"), periods=1),
        queues=operation.queue_names,
        n_paths=paths,
        seed=seed,
        as_of=START,
        source=ByQueue(counts),
    )


@dataclass(frozen=True)
class ByQueue:
    counts: dict[str, np.ndarray]

    def fine(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        return ArrayPaths(self.counts[queue]).fine(queue, first, last, periods)

    def monthly(self, queue: str, first: int, last: int) -> np.ndarray:
        return self.counts[queue][first:last].sum(axis=1, keepdims=True)


def baseline(case: Case, operation: Operation, *, pooled: bool) -> float:
    """Hours of Erlang C by hour and the cheapest cover; every class alone, or pooled at the shortest."""
    groups = [(1.0, min(h for _, h in case.classes))] if pooled else list(case.classes)
    handling = operation.queues[0].handling
    hours = 0.0
    for share, within in groups:
        need = floor_servers(
            rates(case) * share * handling.mean_hours,
            target=Target(share=0.95, within_hours=within),
            handling=handling,
            hours_per_start=handling.mean_hours,
        )
        hours += cheapest_cover(need, operation)
    return hours


def cheapest_cover(need: np.ndarray, operation: Operation) -> float:
    demand = demand_of(CASES[0], replace_queue(operation), 1, 0)
    staffing = staff(demand, replace_queue(operation))
    profile = week_profile(staffing, replace_queue(operation), first=0, periods=168, steady=True)
    grid = TimeGrid(start=START, minutes=60, periods=168)
    cover = build_week(replace_queue(operation), grid, profile).cover
    shifts = declare("shifts", cover.shape[0], cost=8.0, integer=True)
    solution = solve(
        stack([shifts], [require("cover", {"shifts": cover.T}, lower=need)]),
        SolveOptions(gap=1e-3, nodes=500),
    )
    return solution.objective


def replace_queue(operation: Operation) -> Operation:
    return operation_of(CASES[0]) if len(operation.queues) > 1 else operation


def measure(case: Case, paths: int, certifying: int) -> dict[str, object]:
    operation = operation_of(case)
    began = time.time()
    plan = schedule(staff(demand_of(case, operation, paths, 1), operation), operation, weeks=1)
    seconds = time.time() - began
    hours = float(plan.present().sum())
    shares, errors = [], []
    for seed in (101, 202):
        played = simulate(
            demand_of(case, operation, certifying, seed),
            operation,
            shifts=plan,
            paths=certifying,
            engine=Engine.COMPILED,
        )
        least = min(played.promises, key=lambda promise: promise.share)
        shares.append(least.share)
        errors.append(least.standard_error)
    capped = operation_of(case, caps=True)
    with_caps = schedule(staff(demand_of(case, capped, paths, 1), capped), capped, weeks=1)
    alone = baseline(case, operation, pooled=False)
    return {
        "case": case.name,
        "ours h": hours,
        "Erlang C h": alone,
        "ratio": alone / hours,
        "pooled ratio": baseline(case, operation, pooled=True) / hours,
        "promised": min(p.share for p in plan.promises),
        "weeks kept": plan.weeks_kept,
        "share seed 1": shares[0],
        "share seed 2": shares[1],
        "se": max(errors),
        "gap %": 100 * plan.gap,
        "with caps h": float(with_caps.present().sum()),
        "seconds": seconds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--paths", type=int, default=100)
    parser.add_argument("--certifying", type=int, default=40, help="paths of each of two seeds")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    rows = [
        measure(case, options.paths, options.certifying)
        for case in CASES
        if options.only in case.name
    ]
    print(pd.DataFrame(rows).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
