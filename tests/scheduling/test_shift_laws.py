"""Laws of the shift program over random operations, at proven optimality.

They hold for the program's own optimum: wages plus the prices of what is late, undone or not
covered, at a fixed margin. A rounded or branched plan within a gap need not obey them.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.domain import ExposureCap, Operation, PoolCost, TimeGrid
from capacity.program import SolveOptions, solve
from capacity.scheduling.weekly.solving import build_program
from capacity.scheduling.weekly.week import WorkProfile, build_week
from tests.builders import MONDAY, three_shifts, toy_operation, toy_pool, toy_queue

PERIODS = 48
GRID = TimeGrid(start=MONDAY, minutes=60, periods=PERIODS)
EXACT = SolveOptions(gap=0.0, nodes=None)
TOLERANCE = 1e-6
few = settings(max_examples=6, deadline=None)


@dataclass(frozen=True, kw_only=True)
class Toy:
    """Two days of two queues and two pools, with every kind of rule in play."""

    operation: Operation
    profile: WorkProfile


def toy(seed: int) -> Toy:
    rng = np.random.default_rng(seed)
    names = ("grave", "mild")
    queues = tuple(toy_queue(n, severity=s, priority=p) for n, s, p in zip(names, (1.0, 0.4), (1, 3), strict=True))  # fmt: skip
    shifts = three_shifts(lunch=bool(rng.integers(2)))
    pools = (
        toy_pool("core", heads=int(rng.integers(3, 8)), skills=names, shifts=shifts),
        toy_pool("side", heads=int(rng.integers(2, 5)), skills=names[:1], shifts=shifts[:2], cost=PoolCost(annual_salary=45_000, load_factor=1.2)),
    )  # fmt: skip
    cap = ExposureCap(hours_per_day=float(rng.choice([2.0, 3.0, 4.0])))
    operation = toy_operation(queues=queues, pools=pools, with_people=False, exposure=cap)
    floors = np.zeros((2, PERIODS))
    floors[0, 8:20] = rng.integers(0, 2)
    profile = WorkProfile(
        work=rng.gamma(1.0, [[0.7], [0.4]], size=(2, PERIODS)),
        floors=floors,
        terms=rng.integers(2, 12, size=2),
        late_share=np.array([0.05, 0.1]),
        open_share=np.ones((2, PERIODS)),
        steady=bool(rng.integers(2)),
    )
    return Toy(operation=operation, profile=profile)


def optimum(case: Toy) -> float:
    week = build_week(case.operation, GRID, case.profile, wrap=case.profile.steady)
    found = solve(build_program(week, relaxed=False)[0], EXACT)
    assert found.objective - found.bound <= TOLERANCE * max(1.0, found.objective)
    return found.objective


def at_least(one: float, other: float) -> bool:
    return one >= other - TOLERANCE * max(1.0, abs(other))


seeds = st.integers(0, 10_000)


@few
@given(seed=seeds, factor=st.floats(1.0, 2.5))
def test_more_volume_at_a_fixed_margin_never_lowers_the_optimum(seed, factor):
    case = toy(seed)
    more = replace(case, profile=case.profile.scaled(factor, np.ceil(case.profile.floors * factor)))
    assert at_least(optimum(more), optimum(case))


@few
@given(seed=seeds, share=st.floats(0.3, 1.0))
def test_a_tighter_cap_never_lowers_the_optimum(seed, share):
    case = toy(seed)
    cap = case.operation.exposure
    tight = replace(cap, hours_per_day=cap.hours_per_day * share)
    assert at_least(optimum(replace(case, operation=replace(case.operation, exposure=tight))), optimum(case))  # fmt: skip


@few
@given(seed=seeds, more=st.integers(0, 12))
def test_a_longer_window_never_raises_the_optimum(seed, more):
    case = toy(seed)
    longer = replace(case.profile, terms=case.profile.terms + more)
    assert at_least(optimum(case), optimum(replace(case, profile=longer)))


@few
@given(seed=seeds)
def test_other_names_and_another_order_change_nothing(seed):
    case = toy(seed)
    assert optimum(turned(renamed(case))) == pytest.approx(optimum(case), rel=TOLERANCE)


def renamed(case: Toy) -> Toy:
    new = {"grave": "zz", "mild": "aa", "core": "z1", "side": "a1"}
    queues = tuple(replace(q, name=new[q.name], skill=new[q.name]) for q in case.operation.queues)
    pools = tuple(replace(p, name=new[p.name], skills=tuple(new[s] for s in p.skills)) for p in case.operation.pools)  # fmt: skip
    return replace(case, operation=replace(case.operation, queues=queues, pools=pools))


def turned(case: Toy) -> Toy:
    back = partial(np.flip, axis=0)
    profile, operation = case.profile, case.operation
    turned_pools = tuple(replace(p, shifts=p.shifts[::-1]) for p in operation.pools[::-1])
    return Toy(
        operation=replace(operation, queues=operation.queues[::-1], pools=turned_pools),
        profile=replace(
            profile,
            work=back(profile.work),
            floors=back(profile.floors),
            terms=back(profile.terms),
            late_share=back(profile.late_share),
            open_share=back(profile.open_share),
        ),
    )


def test_the_laws_can_fail_without_their_condition():
    """A margin that is searched anew is another program: less work may then cost more."""
    case = toy(1)
    more = replace(case, profile=case.profile.scaled(1.2, case.profile.floors))
    slack = replace(more, profile=replace(more.profile, terms=more.profile.terms + 12))
    assert optimum(case) < optimum(more)
    assert optimum(slack) < optimum(more)
