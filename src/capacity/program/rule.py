"""A rule as data: rows over families of decisions, hard or at a price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import sparse

from capacity.errors import DataError
from capacity.program.slots import FloatArray, spread


@dataclass(frozen=True, kw_only=True)
class Rule:
    """lower <= sum over families of (matrix @ decisions) <= upper; build one with `require`.

    `price` None: the rule is hard. Otherwise breaking row i by one unit costs `price[i]`, and
    the solution tells by how much each row is broken (`Solution.broken`).
    """

    name: str
    matrix: Mapping[str, sparse.csr_array]
    lower: FloatArray
    upper: FloatArray
    price: FloatArray | None = None
    labels: pd.DataFrame | None = None

    @property
    def size(self) -> int:
        """Number of rows."""
        return int(self.lower.size)


def require(
    name: str,
    matrix: Mapping[str, sparse.sparray | sparse.spmatrix | np.ndarray],
    *,
    lower: ArrayLike = -np.inf,
    upper: ArrayLike = np.inf,
    price: ArrayLike | None = None,
    labels: pd.DataFrame | None = None,
) -> Rule:
    """Require lower <= matrix @ decisions <= upper, row by row.

    `matrix` maps the name of each family to its part (rows x decisions of that family).

    Examples
    --------
    >>> cover = require("cover", {"shifts": np.ones((1, 3))}, lower=4, price=100.0)
    >>> cover.size, cover.upper.tolist()
    (1, [inf])
    """
    parts = {family: sparse.csr_array(part, dtype=np.float64) for family, part in matrix.items()}
    sizes = {part.shape[0] for part in parts.values()}
    if len(sizes) != 1:
        raise DataError(f"rule {name}: its parts must have the same number of rows, got {sizes}.")
    rows = sizes.pop()
    for family, part in parts.items():
        if not np.isfinite(part.data).all():
            raise DataError(f"rule {name}: coefficients of {family} must be finite.")
    if labels is not None and len(labels) != rows:
        raise DataError(f"rule {name}: {rows} rows but {len(labels)} labels.")
    low, high = spread(lower, rows, f"{name}.lower"), spread(upper, rows, f"{name}.upper")
    if (low > high).any():
        i = int(np.flatnonzero(low > high)[0])
        raise DataError(f"rule {name}: lower {low[i]} > upper {high[i]} in row {i}.")
    prices = None if price is None else spread(price, rows, f"{name}.price")
    if prices is not None and not (np.isfinite(prices) & (prices >= 0)).all():
        raise DataError(f"rule {name}: prices must be finite and >= 0.")
    return Rule(name=name, matrix=parts, lower=low, upper=high, price=prices, labels=labels)
