"""The heads that a goal asks for: one number a month and pool, read off the paths."""

from __future__ import annotations

import numpy as np

from capacity.domain.hiring import AtExpectedShortfall, AtPercentile


def goal_heads(required: np.ndarray, goal: AtPercentile | AtExpectedShortfall) -> np.ndarray:
    """Heads needed (not rounded) by month and pool for paths of shape (paths, months, pools).

    A percentile is the quantile over paths. The expected shortfall of (required - heads) over
    the worst paths equals that of required less heads (CVaR moves with constants: Rockafellar
    and Uryasev 2000), so it needs no variables in the program.

    Examples
    --------
    >>> paths = np.arange(1.0, 11.0).reshape(10, 1, 1)
    >>> float(goal_heads(paths, AtExpectedShortfall(tail=0.2, heads=0.5))[0, 0])
    9.0
    """
    if isinstance(goal, AtPercentile):
        return np.asarray(np.quantile(required, goal.level, axis=0))
    return expected_tail(required, goal.tail) - goal.heads


def expected_tail(values: np.ndarray, tail: float) -> np.ndarray:
    """Mean of the largest `tail` of the values along the first axis, the edge one in part.

    Examples
    --------
    >>> float(expected_tail(np.array([1.0, 2.0, 3.0, 10.0]), 0.375))
    7.666666666666667
    """
    ordered = -np.sort(-values, axis=0)
    amount = tail * len(values)
    weights = np.clip(amount - np.arange(len(values)), 0.0, 1.0)
    shape = (-1,) + (1,) * (values.ndim - 1)
    return np.asarray((ordered * weights.reshape(shape)).sum(axis=0) / amount)
