"""Facts about the named-person engine: optimal on tiny problems, honest bounds, repeatable."""

from __future__ import annotations

import numpy as np
import pytest

from capacity.domain import SolveStatus
from capacity.errors import InfeasibleError
from capacity.scheduling.rostering import RosterProblem, SearchLimits, search_roster
from capacity.scheduling.rostering.lines import open_pool, price_lines
from capacity.scheduling.rostering.model import build_model
from capacity.scheduling.rostering.problem import BlockRule, Cover, RunRule, WindowRule
from tests.oracles.roster_search import least_cost

SEARCH = SearchLimits(moves=6, stall=4, proof_nodes=500, gap=0.0)


def tiny_problem(seed: int, *, people: int = 2, days: int = 5, shifts: int = 2) -> RosterProblem:
    """Random prices, cover, successions, windows, runs and weekends."""
    rng = np.random.default_rng(seed)
    limit = rng.integers(2, 5, people).astype(float)
    before = rng.integers(0, 2, (people, 2)).astype(float)
    forbidden = np.zeros((1, days, shifts, shifts), dtype=bool)
    forbidden[:, :, shifts - 1, 0] = True
    return RosterProblem(
        people=tuple(f"r{n}" for n in range(people)),
        shifts=tuple(f"s{n}" for n in range(shifts)),
        days=days,
        allowed=rng.random((people, days, shifts)) < 0.85,
        price=rng.integers(-3, 4, (people, days, shifts)).astype(float),
        constant=2.0,
        cover=tuple(
            Cover(
                cells=((day, shift),),
                need=int(rng.integers(0, 3)),
                short_price=5.0,
                extra_price=float(rng.choice([1.0, np.inf])),
            )
            for day in range(days)
            for shift in range(shifts)
        ),
        forbidden=forbidden,
        windows=(
            WindowRule(
                name="in 3 days", amount=np.ones(shifts), days=3, at_most=limit - 1, before=before
            ),
            WindowRule(
                name="severe",
                amount=np.arange(shifts, dtype=float),
                days=days,
                step=days,
                at_most=limit - 1,
                price=1.0,
            ),
        ),
        blocks=(
            BlockRule(
                name="ends",
                blocks=((0, 1), (3, 4)),
                at_most=rng.integers(1, 3, people).astype(float),
                window=2,
            ),
        ),
        runs=(
            RunRule(
                name="runs",
                shortest_work=rng.integers(1, 3, people),
                shortest_rest=rng.integers(1, 3, people),
                longest_work=rng.integers(2, 4, people),
                carried=np.zeros(people, dtype=np.int64),
                shifts=None if seed % 2 else (0,),
            ),
        ),
    )


@pytest.mark.parametrize("seed", range(30))
def test_the_engine_finds_the_optimum_of_tiny_problems(seed: int) -> None:
    problem = tiny_problem(seed)
    best = least_cost(problem)
    found = search_roster(problem, seed=seed, limits=SEARCH)
    assert found.objective == pytest.approx(best)
    assert found.status is SolveStatus.OPTIMAL
    assert found.bound <= best + 1e-6


@pytest.mark.parametrize("seed", range(8))
def test_lines_priced_at_any_duals_give_a_lower_bound(seed: int) -> None:
    problem = tiny_problem(seed)
    model = build_model(problem)
    pool = open_pool(problem, model)
    duals = np.random.default_rng(seed).uniform(-1, 5, len(problem.cover))
    bound, new = price_lines(pool, duals)
    assert bound <= least_cost(problem) + 1e-6
    assert new >= len(problem.people)


def test_moves_and_lines_alone_reach_the_same_optimum() -> None:
    problem = tiny_problem(4)
    limits = SearchLimits(moves=30, stall=30, proof_nodes=0, gap=0.0)
    assert search_roster(problem, limits=limits).objective == pytest.approx(least_cost(problem))


def test_same_seed_same_roster() -> None:
    problem = tiny_problem(2, people=4, days=9)
    first, second = (search_roster(problem, seed=5, limits=SEARCH) for _ in range(2))
    assert first.chosen.tobytes() == second.chosen.tobytes()
    assert first.objective == second.objective


def test_rules_that_contradict_each_other_are_refused_by_name() -> None:
    base = tiny_problem(1)
    impossible = WindowRule(
        name="at least", amount=np.ones(2), days=5, step=5, at_least=np.full(2, 6.0)
    )
    problem = RosterProblem(**{**base.__dict__, "windows": (impossible,)})
    with pytest.raises(InfeasibleError, match="r0, r1"):
        search_roster(problem, limits=SEARCH)


def test_a_run_carried_into_the_horizon_goes_on_to_its_length() -> None:
    problem = tiny_problem(0, people=1)
    run = RunRule(
        name="runs",
        shortest_work=np.array([3]),
        shortest_rest=np.array([2]),
        longest_work=np.array([4]),
        carried=np.array([1]),
    )
    free = {"windows": (), "blocks": (), "runs": (run,), "allowed": np.ones((1, 5, 2), dtype=bool)}
    price = np.full((1, 5, 2), 4.0)
    problem = RosterProblem(**{**problem.__dict__, **free, "price": price, "cover": ()})
    chosen = search_roster(problem, limits=SEARCH).chosen[0]
    assert (chosen[:2] >= 0).all()
    assert (chosen[2:] < 0).all()
