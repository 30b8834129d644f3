"""Shift plans that the scheduler itself makes for random operations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from capacity.domain import Effort, Operation, ShiftPlan
from capacity.queueing import staff
from capacity.scheduling import schedule
from tests.builders import toy_demand
from tests.oracles.rosters import STARTS, random_case


def random_scheduled(seed: int) -> tuple[Operation, ShiftPlan]:
    """A random operation by whole hours and its scheduled week, clock changes included."""
    operation, _ = random_case(seed)
    rng = np.random.default_rng([seed, 1])
    operation = replace(operation, interval_minutes=60)
    start = pd.Timestamp(str(rng.choice(STARTS)), tz="UTC")
    heads = sum(pool.heads for pool in operation.pools)
    hours = sum(queue.handling.mean_hours for queue in operation.queues)
    rate = rng.uniform(0.2, 0.8) * 0.2 * heads / hours
    demand = toy_demand(
        operation, per_hour=float(rate), weeks=1, paths=2, seed=seed, start=start, months=1
    )
    return operation, schedule(
        staff(demand, operation), operation, weeks=1, confidence=0.01, effort=Effort.QUICK, paths=2
    )
