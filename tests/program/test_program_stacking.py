import numpy as np
import pytest
from scipy import sparse

from capacity.errors import DataError
from capacity.program import declare, find_components, require, restrict, solve, stack
from tests.oracles.programs import random_program, solve_with_scipy


def test_families_and_rules_keep_their_places():
    a, b = declare("a", 2, cost=1), declare("b", 3, cost=[2, 3, 4])
    rule = require("sum", {"a": np.ones((2, 2)), "b": np.ones((2, 3))}, lower=1)
    program = stack([a, b], [rule])
    assert program.columns == {"a": slice(0, 2), "b": slice(2, 5)}
    assert program.cost.tolist() == [1, 1, 2, 3, 4]
    assert program.matrix.toarray().tolist() == [[1] * 5] * 2


def test_a_priced_rule_owns_slack_on_each_finite_side():
    rule = require("band", {"x": np.ones((2, 1))}, lower=[1, -np.inf], upper=[2, 3], price=[10, 20])
    program = stack([declare("x", 1)], [rule])
    assert program.columns["short:band"] == slice(1, 2)
    assert program.columns["over:band"] == slice(2, 4)
    assert program.cost[1:].tolist() == [10, 10, 20]


def test_broken_measures_the_row_without_its_slack():
    rule = require("floor", {"x": np.ones((1, 1))}, lower=5, price=1.0)
    solution = solve(stack([declare("x", 1, upper=2, cost=-1)], [rule]))
    assert solution.broken("floor").tolist() == [-3.0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: declare("x", 2, cost=[1, 2, 3]), "x.cost needs one number or 2"),
        (lambda: declare("x", 1, lower=2, upper=1), "lower > upper"),
        (lambda: declare("x", 1, cost=np.inf), "costs must be finite"),
        (lambda: declare("x", 1, upper=np.nan), "NaN"),
        (lambda: require("r", {"x": np.ones((1, 1))}, lower=2, upper=1), "lower 2.0 > upper 1.0"),
        (lambda: require("r", {"x": np.full((1, 1), np.nan)}), "must be finite"),
        (lambda: require("r", {"x": np.ones((1, 1))}, price=-1), "prices must be"),
        (
            lambda: stack([declare("x", 1)], [require("r", {"y": np.ones((1, 1))})]),
            "unknown slots 'y'",
        ),
        (
            lambda: stack([declare("x", 2)], [require("r", {"x": np.ones((1, 1))})]),
            "x has 2 decisions",
        ),
        (lambda: stack([declare("x", 2), declare("x", 1)], []), "twice: x"),
    ],
)
def test_a_faulty_program_is_refused_where_it_is_written(make, message):
    with pytest.raises(DataError, match=message):
        make()


def test_components_are_found_and_solved_apart_to_the_same_value():
    left, right = random_program(3), random_program(5)
    joint = sparse.block_diag([left.matrix, right.matrix], format="csr")
    whole = stack(
        [
            declare("l", 5, lower=left.lower, upper=left.upper, cost=left.cost, integer=True),
            declare("r", 5, lower=right.lower, upper=right.upper, cost=right.cost, integer=True),
        ],
        [
            require(
                "rows",
                {"l": joint[:, :5], "r": joint[:, 5:]},
                lower=np.r_[left.row_lower, right.row_lower],
                upper=np.r_[left.row_upper, right.row_upper],
            )
        ],
    )
    assert find_components(whole.matrix)[0] >= 2
    apart, together = solve(whole), solve(whole, apart=False)
    assert apart.status is together.status
    assert apart.objective == pytest.approx(together.objective)


@pytest.mark.parametrize("seed", range(20))
def test_a_restricted_program_equals_the_full_one_with_fixed_columns(seed):
    program = random_program(seed)
    full = solve(program)
    assert full.status.has_solution
    free = np.array([True, False, True, True, False])
    smaller, places = restrict(program, free, full.values)
    part = solve(smaller)
    assert part.objective == pytest.approx(full.objective)
    assert places.tolist() == [0, 2, 3]


def test_an_offset_counts_in_objective_and_bound():
    x = declare("x", 2, cost=[1, 2], integer=True)
    rule = require("floor", {"x": np.ones((1, 2))}, lower=3)
    solution = solve(stack([x], [rule], offset=1000.0))
    assert solution.objective == 1003.0
    assert solution.bound == pytest.approx(1003.0)
    assert solve_with_scipy(solution.program) == ("optimal", pytest.approx(1003.0))
