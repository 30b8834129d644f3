"""Tiny weeks: the program's optimum is the best of every choice of heads, counted by hand."""

import numpy as np
import pytest

from capacity.domain import ExposureCap, PoolCost, ShiftTemplate, TimeGrid
from capacity.program import Engine, SolveOptions, solve
from capacity.scheduling.weekly.solving import build_program
from capacity.scheduling.weekly.week import WorkProfile, build_week
from tests.builders import MONDAY, toy_operation, toy_pool, toy_queue
from tests.oracles.tiny_weeks import cheapest

GRID = TimeGrid(start=MONDAY, minutes=60, periods=24)
THIRDS = tuple(
    ShiftTemplate(name=name, start_minute=60 * hour, length_minutes=480)
    for name, hour in (("night", 0), ("day", 8), ("late", 16))
)


def tiny(seed: int):
    """One day, two queues, a pool for both and a pool for one."""
    rng = np.random.default_rng(seed)
    names = ("grave", "mild")
    severity = (1.0, float(rng.choice([0.0, 0.4])))
    queues = tuple(
        toy_queue(name, severity=severity[q], priority=1 + 2 * q) for q, name in enumerate(names)
    )
    side = PoolCost(annual_salary=float(rng.choice([40_000, 70_000])), load_factor=1.2)
    pools = (
        toy_pool("core", heads=3, skills=names, shifts=THIRDS),
        toy_pool("side", heads=1, skills=names[:1], shifts=THIRDS[:2], cost=side),
    )
    cap = ExposureCap(hours_per_day=float(rng.choice([1.5, 3.0, 4.0])))
    operation = toy_operation(queues=queues, pools=pools, with_people=False, exposure=cap)
    floors = np.zeros((2, 24))
    floors[0, 8:14] = rng.integers(0, 3)
    profile = WorkProfile(
        work=rng.gamma(1.0, [[0.2], [0.15]], size=(2, 24)),
        floors=floors,
        terms=rng.integers(0, 9, size=2),
        late_share=np.array([0.05, 0.2]),
        open_share=np.ones((2, 24)),
    )
    return operation, profile


@pytest.mark.parametrize("seed", range(6))
def test_whole_shifts_of_a_tiny_week_are_the_best_of_all(seed):
    operation, profile = tiny(seed)
    week = build_week(operation, GRID, profile, wrap=False)
    options = SolveOptions(gap=0.0, nodes=None, engine=Engine.DIRECT)
    found = solve(build_program(week, relaxed=False)[0], options)
    assert found.objective == pytest.approx(cheapest(operation, profile), rel=1e-7)
