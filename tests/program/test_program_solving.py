import importlib.metadata
from dataclasses import replace

import numpy as np
import pytest

from capacity.domain.effort import SolveStatus
from capacity.errors import DataError, SolverError
from capacity.program import (
    Engine,
    Method,
    Session,
    SolveOptions,
    declare,
    require,
    solve,
    solving,
    stack,
    worst_violation,
)
from capacity.program.solver import ModelArrays, RawOutcome, new_highs, read_back, translate
from capacity.program.solving import finish
from capacity.program.verifying import lagrangian_bound
from tests.oracles.programs import brute_force, random_program, solve_with_scipy

EXACT = SolveOptions(gap=0.0)
HAS_CBC = importlib.metadata.version("pulp").startswith("3")
cbc = pytest.mark.skipif(not HAS_CBC, reason="PuLP 4 brings no CBC")


def knapsack(size=40, seed=1):
    rng = np.random.default_rng(seed)
    weight = rng.integers(20, 60, (3, size)).astype(float)
    x = declare("x", size, upper=1, cost=-rng.integers(20, 60, size), integer=True)
    return stack([x], [require("room", {"x": weight}, upper=weight.sum(1) / 3)])


@pytest.mark.parametrize("seed", range(60))
def test_brute_force_scipy_and_highs_agree(seed):
    program = random_program(seed)
    best = brute_force(program)
    status, value = solve_with_scipy(program)
    for engine in (Engine.HIGHS, Engine.DIRECT):
        solution = solve(program, SolveOptions(gap=0.0, engine=engine))
        assert solution.status.value == status
        if np.isfinite(best):
            assert solution.objective == pytest.approx(best, abs=1e-6)
            assert value == pytest.approx(best, abs=1e-6)
            assert solution.bound <= best + 1e-6
            assert worst_violation(program, solution.values) <= 1e-6
            assert (solution.values == np.round(solution.values)).all()
        else:
            assert solution.status is SolveStatus.INFEASIBLE


@cbc
@pytest.mark.parametrize("seed", range(0, 60, 6))
def test_cbc_as_second_opinion_agrees(seed):
    program = random_program(seed)
    best = brute_force(program)
    solution = solve(program, SolveOptions(gap=0.0, engine=Engine.CBC))
    assert solution.status.has_solution == np.isfinite(best)
    if np.isfinite(best):
        assert solution.objective == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_the_translation_to_pulp_and_back_keeps_every_number(seed):
    program = random_program(seed, columns=7, rows=6)
    arrays = read_back(translate(program), 6)
    assert arrays.matrix.shape == (6, 7)
    inside = np.flatnonzero(
        (np.diff(program.matrix.indptr) > 0)
        & (np.isfinite(program.row_lower) | np.isfinite(program.row_upper))
    )
    assert (arrays.matrix.toarray()[inside] == program.matrix.toarray()[inside]).all()
    assert (arrays.row_lower[inside] == program.row_lower[inside]).all()
    assert (arrays.row_upper[inside] == program.row_upper[inside]).all()
    for name in ("cost", "lower", "upper", "integer"):
        assert (getattr(arrays, name) == getattr(program, name)).all()
    assert arrays.offset == program.offset


@pytest.mark.parametrize("seed", range(30))
def test_interior_point_without_crossover_gives_a_valid_bound(seed):
    program = random_program(seed, columns=8, rows=6, whole=False)
    exact = solve(program)
    inner = solve(program, SolveOptions(relaxed=True, method=Method.INTERIOR))
    if exact.status.has_solution:
        assert inner.bound <= exact.objective + 1e-6
        assert inner.bound == pytest.approx(exact.objective, abs=1e-4)


def test_the_lagrangian_bound_never_exceeds_the_optimum_for_any_dual():
    program = random_program(4, columns=8, rows=6, whole=False)
    best = solve(program).objective
    rng = np.random.default_rng(0)
    for _ in range(200):
        assert lagrangian_bound(program, rng.normal(size=6)) <= best + 1e-9


def test_infeasible_carries_no_values():
    x = declare("x", 1, upper=1)
    solution = solve(stack([x], [require("floor", {"x": np.ones((1, 1))}, lower=2)]))
    assert solution.status is SolveStatus.INFEASIBLE
    with pytest.raises(SolverError, match="no solution to read: infeasible"):
        _ = solution.values
    with pytest.raises(SolverError):
        _ = solution.objective


@pytest.mark.parametrize("whole", [True, False])
def test_unbounded_is_told_from_infeasible(whole):
    x = declare("x", 2, cost=[-1, 0], integer=whole)
    free = solve(stack([x], [require("tie", {"x": np.array([[1.0, -1.0]])}, upper=0)]))
    assert free.status is SolveStatus.UNBOUNDED
    clash = [
        require("tie", {"x": np.array([[1.0, -1.0], [1.0, -1.0]])}, lower=[1, -9], upper=[9, 0])
    ]
    assert solve(stack([x], clash)).status is SolveStatus.INFEASIBLE


def test_a_limit_without_incumbent_is_failed_and_with_one_feasible():
    program = knapsack()
    stopped = solve(program, SolveOptions(gap=0.0, wall_seconds=0.0))
    assert stopped.status in (SolveStatus.FAILED, SolveStatus.FEASIBLE)
    assert stopped.wall_seconds == 0.0
    early = solve(program, SolveOptions(gap=0.0, improvements=1))
    assert early.status is SolveStatus.FEASIBLE
    assert early.stopped_by == "node or solution limit"
    assert early.gap > 1e-4
    assert early.bound <= solve(program, EXACT).objective + 1e-6


def test_blocks_share_the_clock_by_their_size(monkeypatch):
    """Three blocks, one as large as the two others together, within the time of one."""
    given: list[tuple[int, float]] = []
    solve_block = solving._solve_block

    def timed(program, options, start):
        given.append((program.cost.size, options.wall_seconds))
        return solve_block(program, options, start)

    monkeypatch.setattr(solving, "_solve_block", timed)
    x = declare("x", 8, cost=1.0, integer=True)
    blocks = np.repeat(np.eye(3), [2, 2, 4], axis=1)
    found = solve(
        stack([x], [require("floor", {"x": blocks}, lower=1)]), SolveOptions(wall_seconds=60.0)
    )
    assert found.wall_seconds == 60.0
    assert [size for size, _ in given] == [2, 2, 4]
    assert given[0][1] == pytest.approx(15.0, abs=1.0)
    assert given[-1][1] == pytest.approx(60.0, abs=1.0)


@cbc
def test_a_wall_clock_stop_of_cbc_is_never_called_optimal():
    program = knapsack(size=200)
    stopped = solve(program, SolveOptions(gap=0.0, wall_seconds=0.01, engine=Engine.CBC))
    assert stopped.status in (SolveStatus.FAILED, SolveStatus.FEASIBLE, SolveStatus.OPTIMAL)
    if stopped.status is SolveStatus.OPTIMAL:
        assert stopped.objective == pytest.approx(solve(program, EXACT).objective)


def test_a_loose_gap_is_reported_as_feasible_with_its_gap():
    solution = solve(knapsack(), SolveOptions(gap=0.5))
    if solution.gap > 1e-4:
        assert solution.status is SolveStatus.FEASIBLE
    assert solution.gap <= 0.5


def test_a_warm_start_is_used():
    program = knapsack(seed=2)
    best = solve(program, EXACT)
    warm = solve(program, SolveOptions(gap=0.0, nodes=0), start=best.values)
    assert warm.objective == pytest.approx(best.objective)


def test_a_start_of_the_wrong_size_is_refused():
    with pytest.raises(DataError, match="a start needs 40"):
        solve(knapsack(), start=np.zeros(3))


def test_an_unknown_option_is_an_error():
    highs = new_highs(SolveOptions())
    assert highs.setOptionValue("no_such_option", 1).name == "kError"


def test_the_same_program_twice_gives_the_same_bytes():
    program = knapsack(seed=3)
    first, second = solve(program), solve(program)
    assert first.values.tobytes() == second.values.tobytes()


def test_an_answer_that_breaks_a_row_is_failed():
    program = random_program(1, whole=False)
    lie = RawOutcome(
        status=SolveStatus.OPTIMAL,
        values=program.upper.copy(),
        bound=-np.inf,
        stopped_by="finished",
    )
    if worst_violation(program, program.upper) > 1e-6:
        assert finish(program, SolveOptions(relaxed=True), lie).status is SolveStatus.FAILED


def test_a_row_without_entries_is_checked_not_dropped():
    x = declare("x", 2, cost=1)
    empty = require("empty", {"x": np.array([[0.0, 0.0], [1.0, 1.0]])}, lower=[1, 1])
    assert solve(stack([x], [empty])).status is SolveStatus.INFEASIBLE


def test_columns_without_rows_sit_at_their_cheap_bound():
    x = declare("x", 3, lower=[-1, -2.5, 0], upper=[4, 3.5, 2], cost=[1, -1, 0], integer=[0, 1, 0])
    solution = solve(stack([x], []))
    assert solution.values.tolist() == [-1, 3, 0]
    assert solve(stack([declare("y", 1, cost=-1)], [])).status is SolveStatus.UNBOUNDED


def test_a_session_repeats_a_fresh_solve_for_every_change():
    program = random_program(8, columns=6, rows=5, whole=False)
    session = Session(program)
    rng = np.random.default_rng(1)
    for _ in range(20):
        upper = program.upper + rng.random(6)
        again = session.solve(upper=upper)
        fresh = solve(replace(program, upper=upper))
        assert again.status is fresh.status
        if fresh.status.has_solution:
            assert again.objective == pytest.approx(fresh.objective, abs=1e-6)


def test_direct_arrays_are_those_of_the_program():
    program = random_program(2)
    assert ModelArrays.of(program).matrix is program.matrix


def test_a_kept_basis_leads_to_the_same_optimum():
    """From the kept basis after columns were fixed, and by the primal simplex after loosening."""
    x = declare("x", 3, cost=[1.0, 2.0, 3.0], upper=10.0)
    cover = require("cover", {"x": np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])}, lower=[4.0, 6.0])
    program = stack([x], [cover])
    session = Session(program)
    first = session.solve().objective
    session.keep_basis()
    fixed = np.array([0.0, 0.0, 6.0])
    assert session.solve(lower=fixed, upper=np.array([10.0, 0.0, 6.0])).objective == 22.0
    session.restore_basis()
    assert session.solve(lower=program.lower, upper=program.upper).objective == first == 12.0
    looser = session.solve(row_lower=np.array([-np.inf, 6.0]), loosened=True)
    assert (
        looser.objective
        == solve(
            stack([x], [require("cover", {"x": np.array([[0.0, 1.0, 1.0]])}, lower=6.0)])
        ).objective
    )


def test_a_session_does_not_see_later_writes_into_a_vector():
    program = stack(
        [declare("x", 1, upper=9, cost=-1)], [require("room", {"x": np.ones((1, 1))}, upper=8)]
    )
    session, upper = Session(program), np.array([5.0])
    assert session.solve(upper=upper).objective == -5
    upper[0] = 3.0
    assert session.solve(upper=upper).objective == -3


def test_duals_of_components_come_back_in_the_order_of_the_rows():
    x = declare("x", 3, cost=[1.0, 2.0, 5.0], upper=10)
    rows = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    rule = require("floor", {"x": rows}, lower=[1, 2, 0, 3])
    solution = solve(stack([x], [rule]), SolveOptions(relaxed=True))
    assert solution.row_dual is not None
    assert solution.row_dual.tolist() == pytest.approx([5.0, 1.0, 0.0, 2.0])
