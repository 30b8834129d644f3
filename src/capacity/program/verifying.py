"""Round the integers, then check every row and bound again: no solver is trusted."""

from __future__ import annotations

import numpy as np

from capacity.program.slots import FloatArray
from capacity.program.stacking import Program

ROUND_WITHIN = 1e-4
TOLERANCE = 1e-6


def round_integers(program: Program, values: FloatArray) -> FloatArray | None:
    """Values with exact integers, or None where one is further than 1e-4 from a whole number."""
    nearest = np.round(values)
    if (np.abs(values - nearest) > ROUND_WITHIN)[program.integer].any():
        return None
    return np.where(program.integer, nearest, values)


def worst_violation(program: Program, values: FloatArray) -> float:
    """The largest violation of a row or bound, relative to max(1, sum of |terms| of the row).

    Examples
    --------
    >>> from capacity.program.rule import require
    >>> from capacity.program.slots import declare
    >>> from capacity.program.stacking import stack
    >>> x = declare("x", 1, upper=2)
    >>> program = stack([x], [require("floor", {"x": np.ones((1, 1))}, lower=1)])
    >>> worst_violation(program, np.array([1.5])), worst_violation(program, np.array([0.0]))
    (0.0, 1.0)
    """
    activity = program.matrix @ values
    scale = np.maximum(1.0, abs(program.matrix) @ np.abs(values))
    rows = np.maximum(program.row_lower - activity, activity - program.row_upper) / scale
    columns = np.maximum(program.lower - values, values - program.upper) / np.maximum(
        1.0, np.abs(values)
    )
    return float(max(rows.max(initial=0.0), columns.max(initial=0.0), 0.0))


def lagrangian_bound(program: Program, row_dual: FloatArray) -> float:
    """A lower bound of the relaxed program from row duals, computed apart from the solver.

    For any y: min over the bounds of c'x + y'(activity - Ax) (weak duality). A reduced cost
    that points to an infinite bound by less than 1e-6 is taken as zero.
    """
    with np.errstate(invalid="ignore"):
        edge = np.where(row_dual > 0, program.row_lower, program.row_upper)
        rows = np.where(np.abs(row_dual) <= TOLERANCE * np.isinf(edge), 0.0, row_dual * edge)
        dual = np.where(np.abs(row_dual) <= TOLERANCE * np.isinf(edge), 0.0, row_dual)
        reduced = program.cost - program.matrix.T @ dual
        side = np.where(reduced > 0, program.lower, program.upper)
        columns = np.where(np.abs(reduced) <= TOLERANCE * np.isinf(side), 0.0, reduced * side)
    total = float(rows.sum() + columns.sum()) + program.offset
    return -np.inf if np.isnan(total) else total
