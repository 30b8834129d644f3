"""Facts about lines of single persons: networks of states against the exact solver."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from capacity.errors import InfeasibleError
from capacity.scheduling.rostering import RosterProblem, SearchLimits, search_roster
from capacity.scheduling.rostering import lines as line_module
from capacity.scheduling.rostering.automaton import build_automaton, cheapest_lines
from capacity.scheduling.rostering.lines import has_networks, open_pool, price_lines
from capacity.scheduling.rostering.model import build_model
from capacity.scheduling.rostering.problem import BlockRule, Cover, RunRule, WindowRule
from tests.oracles.roster_search import least_cost


def long_problem(seed: int, *, people: int = 5, days: int = 14, shifts: int = 3) -> RosterProblem:
    """Runs, totals of minutes and of one kind of shift, weekends, successions, carried runs."""
    rng = np.random.default_rng(seed)
    forbidden = np.zeros((1, days, shifts, shifts), dtype=bool)
    forbidden[:, :, 2, 0] = forbidden[:, :, 2, 1] = True
    return RosterProblem(
        people=tuple(f"r{n}" for n in range(people)),
        shifts=tuple(f"s{n}" for n in range(shifts)),
        days=days,
        allowed=rng.random((people, days, shifts)) < 0.9,
        price=rng.integers(-2, 3, (people, days, shifts)).astype(float),
        cover=tuple(
            Cover(cells=((day, s),), need=int(rng.integers(0, 3)), short_price=30.0, extra_price=1)
            for day in range(days)
            for s in range(shifts)
        ),
        forbidden=forbidden,
        windows=(
            WindowRule(
                name="minutes",
                amount=np.array([480.0, 480.0, 600.0]),
                days=days,
                step=days,
                at_most=np.full(people, 4300.0),
                at_least=np.full(people, 2800.0),
            ),
            WindowRule(
                name="most s2",
                amount=np.eye(shifts)[2],
                days=days,
                step=days,
                at_most=np.full(people, 2.0),
            ),
        ),
        blocks=(
            BlockRule(
                name="weekends", blocks=((5, 6), (12, 13)), at_most=np.ones(people), window=2
            ),
        ),
        runs=(
            RunRule(
                name="runs",
                shortest_work=np.full(people, 2),
                shortest_rest=rng.integers(1, 3, people),
                longest_work=np.full(people, 4),
                carried=rng.integers(-2, 4, people),
            ),
        ),
    )


@pytest.mark.parametrize("seed", range(6))
def test_networks_price_lines_as_the_exact_solver_does(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = long_problem(seed)
    model = build_model(problem)
    duals = np.random.default_rng(seed).uniform(-1, 30, len(problem.cover))
    pool = open_pool(problem, model)
    assert has_networks(pool)
    bound, _ = price_lines(pool, duals)
    monkeypatch.setattr(line_module, "_network", lambda _pool, _person: None)
    exact, _ = price_lines(open_pool(problem, model), duals)
    assert bound == pytest.approx(exact, abs=1e-4)


def test_a_limit_that_lines_break_is_tracked_from_then_on() -> None:
    problem = long_problem(1)
    model = build_model(problem)
    night = np.array([30.0 * ("s2" in row.name or row.cells[0][1] == 2) for row in problem.cover])
    pool = open_pool(problem, model)
    price_lines(pool, night)
    assert any("most s2" in names for names in pool.counted)
    assert all((line.shifts == 2).sum() <= 2 for line in pool.lines)


def test_a_line_of_least_cost_is_the_first_of_its_list() -> None:
    problem = long_problem(3)
    network = build_automaton(problem, 0)
    assert network is not None
    cost = np.random.default_rng(0).uniform(0, 9, (problem.days, 4))
    least, lines = cheapest_lines(network, cost, 3)
    costs = [sum(cost[day, shift + 1] for day, shift in enumerate(line)) for line in lines]
    assert costs[0] == pytest.approx(least)
    assert costs == sorted(costs)


def test_rolling_windows_and_priced_rules_have_no_network() -> None:
    problem = long_problem(0)
    window = WindowRule(name="5 in 7", amount=np.ones(3), days=7, at_most=np.full(5, 5.0))
    assert build_automaton(replace(problem, windows=(window,)), 0) is None
    priced = replace(problem.windows[0], price=1.0)
    assert build_automaton(replace(problem, windows=(priced,)), 0) is None


def test_a_person_whose_days_off_leave_no_line_is_named() -> None:
    problem = long_problem(0)
    allowed = problem.allowed.copy()
    allowed[3, :12] = False
    limits = SearchLimits(moves=1, proof_nodes=0)
    with pytest.raises(InfeasibleError, match="r3"):
        search_roster(replace(problem, allowed=allowed), limits=limits)


def test_trades_of_lines_alone_reach_the_optimum() -> None:
    problem = long_problem(2, people=2, days=5, shifts=3)
    problem = replace(problem, windows=problem.windows[1:], blocks=())
    limits = SearchLimits(moves=40, stall=40, proof_nodes=0, gap=0.0)
    found = search_roster(problem, limits=limits)
    assert found.objective == pytest.approx(least_cost(problem))


def test_the_same_seed_trades_the_same_lines() -> None:
    problem = long_problem(4)
    limits = SearchLimits(moves=12, stall=12, proof_nodes=0, gap=0.0)
    first, second = (search_roster(problem, seed=3, limits=limits) for _ in range(2))
    assert first.chosen.tobytes() == second.chosen.tobytes()
