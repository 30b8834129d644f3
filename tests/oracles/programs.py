"""Second roads for linear programs: scipy's own interface, brute force, random instances."""

from __future__ import annotations

import itertools

import numpy as np
from scipy import optimize

from capacity.program import Program, declare, require, stack


def solve_with_scipy(program: Program) -> tuple[str, float]:
    """Status and objective from scipy.optimize.milp."""
    constraints = (
        [optimize.LinearConstraint(program.matrix, program.row_lower, program.row_upper)]
        if program.matrix.shape[0]
        else []
    )
    answer = optimize.milp(
        program.cost,
        integrality=program.integer.astype(int),
        bounds=optimize.Bounds(program.lower, program.upper),
        constraints=constraints,
        options={"mip_rel_gap": 1e-9},
    )
    names = {0: "optimal", 2: "infeasible", 3: "unbounded", 4: "failed"}
    value = float(answer.fun) + program.offset if answer.fun is not None else np.nan
    return names[answer.status], value


def brute_force(program: Program) -> float:
    """Best objective over all whole points of a small box; inf if none is feasible."""
    ranges = [range(int(a), int(b) + 1) for a, b in zip(program.lower, program.upper, strict=True)]
    best = np.inf
    for point in itertools.product(*ranges):
        x = np.array(point, dtype=float)
        rows = program.matrix @ x
        if (rows >= program.row_lower - 1e-9).all() and (rows <= program.row_upper + 1e-9).all():
            best = min(best, float(program.cost @ x) + program.offset)
    return best


def random_program(seed: int, *, columns: int = 5, rows: int = 4, whole: bool = True) -> Program:
    """A small program with two-sided, one-sided, equal and priced rows."""
    rng = np.random.default_rng(seed)
    x = declare(
        "x",
        columns,
        lower=rng.integers(-2, 1, columns),
        upper=rng.integers(1, 4, columns),
        cost=rng.integers(-5, 8, columns),
        integer=whole,
    )
    mask = rng.random((rows, columns)) < 0.6
    matrix = np.where(mask, rng.integers(-3, 5, (rows, columns)), 0)
    middle = matrix @ rng.integers(0, 2, columns)
    lower = np.where(rng.random(rows) < 0.7, middle - rng.integers(0, 3, rows), -np.inf)
    upper = np.where(rng.random(rows) < 0.5, middle + rng.integers(0, 3, rows), np.inf)
    return stack(
        [x],
        [require("row", {"x": matrix}, lower=lower, upper=upper)],
        offset=float(rng.integers(-9, 9)),
    )
