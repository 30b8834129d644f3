"""Decisions as data: a family of columns, one entry a decision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from capacity.errors import DataError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Slots:
    """A family of decisions; build one with `declare`.

    All arrays have one entry a decision. `labels` (optional, one row a decision: pool, day,
    start ...) is for people and tables; the solver never reads it.
    """

    name: str
    lower: FloatArray
    upper: FloatArray
    cost: FloatArray
    integer: BoolArray
    labels: pd.DataFrame | None = None

    @property
    def size(self) -> int:
        """Number of decisions."""
        return int(self.cost.size)


def declare(
    name: str,
    size: int,
    *,
    lower: ArrayLike = 0.0,
    upper: ArrayLike = np.inf,
    cost: ArrayLike = 0.0,
    integer: ArrayLike = False,
    labels: pd.DataFrame | None = None,
) -> Slots:
    """Declare a family of `size` decisions; numbers are spread over the family.

    Examples
    --------
    >>> shifts = declare("shifts", 3, upper=5, cost=[8.0, 8.0, 6.0], integer=True)
    >>> shifts.upper.tolist(), bool(shifts.integer.all())
    ([5.0, 5.0, 5.0], True)
    """
    if labels is not None and len(labels) != size:
        raise DataError(f"slots {name}: {size} decisions but {len(labels)} labels.")
    low, high = spread(lower, size, f"{name}.lower"), spread(upper, size, f"{name}.upper")
    crossed = np.flatnonzero(low > high)
    if crossed.size:
        i = int(crossed[0])
        raise DataError(
            f"slots {name}: lower > upper at {crossed.size} decisions, first {i}: {low[i]} > {high[i]}."
        )
    costs = spread(cost, size, f"{name}.cost")
    if not np.isfinite(costs).all():
        raise DataError(f"slots {name}: costs must be finite.")
    whole = np.array(np.broadcast_to(np.asarray(integer, dtype=bool), (size,)))
    return Slots(name=name, lower=low, upper=high, cost=costs, integer=whole, labels=labels)


def spread(value: ArrayLike, size: int, what: str) -> FloatArray:
    """A vector of `size` floats from one number or `size` numbers; NaN is refused.

    Examples
    --------
    >>> spread(2, 3, "cost").tolist()
    [2.0, 2.0, 2.0]
    """
    array = np.asarray(value, dtype=np.float64)
    if array.ndim > 1 or (array.ndim == 1 and array.size != size):
        raise DataError(f"{what} needs one number or {size} numbers, got shape {array.shape}.")
    if np.isnan(array).any():
        raise DataError(f"{what} holds NaN: every bound, cost and price must be a number.")
    return np.array(np.broadcast_to(array, (size,)), dtype=np.float64)
