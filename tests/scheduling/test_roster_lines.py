"""Facts about lines of single persons: networks of states against the exact solver."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from capacity.errors import InfeasibleError
from capacity.scheduling.rostering import RosterProblem, SearchLimits, search_roster
from capacity.scheduling.rostering import lines as line_module
from capacity.scheduling.rostering.automaton import build_automaton, cheapest_lines
from capacity.scheduling.rostering.line_moves import complete_roster
from capacity.scheduling.rostering.lines import (
    has_networks,
    make_loose,
    open_pool,
    price_lines,
)
from capacity.scheduling.rostering.loose_lines import fit_line
from capacity.scheduling.rostering.model import build_model
from capacity.scheduling.rostering.problem import BlockRule, Cover, RunRule, WindowRule
from capacity.scheduling.rostering.state import Search
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


def assert_same_price(problem: RosterProblem, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shortest paths and the exact solver, asked for each person's best line, agree."""
    model = build_model(problem)
    duals = np.random.default_rng(seed).uniform(-1, 30, len(problem.cover))
    pool = open_pool(problem, model)
    assert has_networks(pool)
    bound, _ = price_lines(pool, duals)
    monkeypatch.setattr(line_module, "_network", lambda _pool, _person: None)
    exact, _ = price_lines(open_pool(problem, model), duals)
    assert bound == pytest.approx(exact, abs=1e-4)


@pytest.mark.parametrize("seed", range(6))
def test_networks_price_lines_as_the_exact_solver_does(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_same_price(long_problem(seed), seed, monkeypatch)


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


def window_problem(seed: int) -> RosterProblem:
    """Rolling windows and weeks with history, upper and lower limits, cut by both edges."""
    problem = long_problem(seed, people=4, days=12)
    rng = np.random.default_rng(seed)
    people = len(problem.people)
    kinds = np.array([1.0, 1.0, 0.0])
    windows = (
        WindowRule(
            name="5 in 7",
            amount=np.ones(3),
            days=7,
            at_most=np.array([5.0, 6.0, np.nan, 5.0]),
            before=rng.integers(0, 2, (people, int(rng.integers(1, 8)))).astype(float),
        ),
        WindowRule(name="light in 3", amount=kinds, days=3, at_least=np.full(people, 1.0)),
        WindowRule(
            name="weeks",
            amount=np.array([480.0, 480.0, 600.0]),
            days=7,
            step=7,
            first=int(rng.integers(0, 7)),
            at_most=np.full(people, 2400.0),
            at_least=np.full(people, 960.0),
            before=480.0 * rng.integers(0, 2, (people, 6)),
        ),
        WindowRule(name="edge", amount=kinds, days=30, at_most=np.full(people, 7.0)),
    )
    return replace(
        problem,
        windows=windows,
        runs=(),
        blocks=(),
        allowed=np.ones_like(problem.allowed),
    )


@pytest.mark.parametrize("seed", range(8))
def test_networks_keep_windows_as_rows_do(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_same_price(window_problem(seed), seed, monkeypatch)


def test_states_with_the_same_future_are_one() -> None:
    problem = replace(long_problem(0), windows=(), blocks=(), runs=())
    window = WindowRule(name="5 in 7", amount=np.ones(3), days=7, at_most=np.full(5, 5.0))
    network = build_automaton(replace(problem, windows=(window,)), 0)
    assert network is not None
    assert network.stages[-1].start.size == 2  # free to go on with any shift, or not
    assert max(stage.start.size for stage in network.stages) < 3 * 2**6


def test_priced_rules_have_no_network() -> None:
    problem = long_problem(0)
    priced = replace(problem.windows[0], price=1.0)
    assert build_automaton(replace(problem, windows=(priced,)), 0) is None


def test_without_a_roster_nothing_is_proven() -> None:
    problem = long_problem(0)
    model = build_model(problem)
    size = model.program.cost.size
    search = Search(
        model=model,
        limits=SearchLimits(),
        values=np.zeros(size),
        objective=np.inf,
        bound=-np.inf,
        step=1.0,
        began=0.0,
        lean=np.ones(size, dtype=bool),
        reduced=np.zeros(size),
        floor=0.0,
    )
    assert not search.is_proven
    assert search.hopeful.all()


def test_steered_lines_are_near_the_relaxation() -> None:
    problem = replace(long_problem(5, people=12), runs=())
    limits = SearchLimits(moves=0, proof_nodes=0, gap=0.0)
    found = search_roster(problem, limits=limits)
    first = next(objective for _, objective, step in found.trail if step == "steered lines")
    assert first <= found.bound + 0.25 * abs(found.bound) + 60


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


@pytest.mark.parametrize("seed", range(4))
def test_lines_without_counters_keep_every_rule(seed: int) -> None:
    problem = replace(long_problem(seed), cover=())
    model = build_model(problem)
    pool = open_pool(problem, model)
    assert make_loose(pool)
    rng = np.random.default_rng(seed)
    found = []
    for person, network in pool.loose.items():
        cost = rng.uniform(-20.0, 10.0, (problem.days, 1 + len(problem.shifts)))
        cost[:, 1:][~problem.allowed[person]] = np.inf
        line, price = fit_line(network, cost, None, rng)
        assert price.shape == (len(network.limits),)
        found.append(np.full(problem.days, -1) if line is None else line)
        if line is not None:
            alone = replace(
                problem,
                people=problem.people[person : person + 1],
                allowed=problem.allowed[person : person + 1],
                price=problem.price[person : person + 1],
                windows=tuple(_only(rule, person) for rule in problem.windows),
                blocks=tuple(
                    replace(rule, at_most=rule.at_most[person : person + 1])
                    for rule in problem.blocks
                ),
                runs=tuple(
                    replace(
                        rule,
                        shortest_work=rule.shortest_work[person : person + 1],
                        shortest_rest=rule.shortest_rest[person : person + 1],
                        longest_work=rule.longest_work[person : person + 1],
                        carried=rule.carried[person : person + 1],
                    )
                    for rule in problem.runs
                ),
            )
            assert complete_roster(build_model(alone), line[None, :]) is not None
    assert sum((line >= 0).any() for line in found) >= 3


def _only(rule: WindowRule, person: int) -> WindowRule:
    sides = {
        name: None if side is None else side[person : person + 1]
        for name, side in (("at_most", rule.at_most), ("at_least", rule.at_least))
    }
    return replace(rule, at_most=sides["at_most"], at_least=sides["at_least"])


def test_where_networks_are_too_large_a_roster_is_still_found() -> None:
    problem = long_problem(3, people=6)
    limits = SearchLimits(moves=0, proof_nodes=0, wall_seconds=1e-3)
    found = search_roster(problem, limits=limits)
    assert found.trail[0][2] == "loose lines"
    assert np.isfinite(found.objective)
