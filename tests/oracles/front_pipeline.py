"""A small operation with its history, planned in a second or two: for tests of the whole pipe."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from capacity.domain import Operation, Plan, PlanSettings, SeriesLabel, TimeGrid, Volume
from capacity.execution import content_key
from capacity.planning import plan_volume
from tests.builders import toy_operation, toy_pool, toy_queue

START = pd.Timestamp("2026-01-05", tz="UTC")
SETTINGS = PlanSettings(schedule_weeks=1, weeks=2, months=3, paths=10, seed=3)


def small_operation() -> Operation:
    """Two queues, two pools, listed people."""
    queues = (toy_queue("hash_match"), toy_queue("appeal", within_hours=72, severity=0.5))
    pools = (
        toy_pool("core", heads=9, skills=("hash_match", "appeal")),
        toy_pool("side", heads=4, skills=("appeal",)),
    )
    return toy_operation(queues=queues, pools=pools)


def small_volume(operation: Operation) -> Volume:
    """Ten weeks of hourly counts."""
    grid = TimeGrid(start=START, minutes=60, periods=70 * 24)
    rng = np.random.default_rng(8)
    hour = np.asarray(grid.starts.hour)
    wave = 1 + 0.5 * np.sin((hour - 9) / 24 * 2 * np.pi)
    rates = {"hash_match": 6.0, "appeal": 1.0}
    counts = np.vstack([rng.poisson(rates[name] * wave) for name in operation.queue_names])
    return Volume(
        grid=grid,
        labels=tuple(SeriesLabel(queue=name) for name in operation.queue_names),
        counts=counts.astype(float),
        as_of=grid.end,
        zones=tuple((queue.name, queue.zone) for queue in operation.queues),
    )


@cache
def small_plan() -> Plan:
    """The plan of the small operation."""
    operation = small_operation()
    return plan_volume(small_volume(operation), operation, SETTINGS)


def plan_key(plan: Plan) -> str:
    """A key of every number in a plan; running times are left out."""
    return content_key(
        [plan.demand.paths(name) for name in plan.demand.queues],
        plan.staffing.frame,
        replace(plan.shifts, seconds=0.0),
        plan.roster.frame if plan.roster else None,
        plan.check,
        plan.simulation,
        plan.curve,
        plan.headcount,
        plan.text,
    )
