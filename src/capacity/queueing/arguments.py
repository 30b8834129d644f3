"""Checks of the numbers that the queueing formulas take; each fault is one sentence."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from capacity.errors import DataError

Floats = NDArray[np.float64]


def servers_and_load(servers: ArrayLike, load: ArrayLike) -> tuple[Floats, Floats]:
    """Servers and load as floats, broadcast against each other."""
    c, a = nonnegative("servers", servers), nonnegative("load", load)
    c, a = np.broadcast_arrays(c, a)
    return c, a


def nonnegative(name: str, value: ArrayLike) -> Floats:
    """Finite numbers of at least zero."""
    array = np.asarray(value, dtype=np.float64)
    if array.size == 0 or (array.min() >= 0 and array.max() < np.inf):  # nan fails both
        return array
    bad = ~((array >= 0) & np.isfinite(array))
    if np.any(bad):
        raise DataError(
            f"{name} must be finite and >= 0, got {array[bad].flat[0]} "
            f"({int(bad.sum())} of {array.size} values)."
        )
    return array


def strict_share(value: ArrayLike) -> Floats:
    """Fractions strictly between 0 and 1."""
    array = np.asarray(value, dtype=np.float64)
    bad = ~((array > 0) & (array < 1))
    if np.any(bad):
        raise DataError(
            f"share must lie strictly between 0 and 1, got {array[bad].flat[0]} "
            f"({int(bad.sum())} of {array.size} values)."
        )
    return array


def positive(name: str, value: ArrayLike) -> Floats:
    """Finite or infinite numbers above zero."""
    array = np.asarray(value, dtype=np.float64)
    bad = ~(array > 0)
    if np.any(bad):
        raise DataError(
            f"{name} must be > 0, got {array[bad].flat[0]} "
            f"({int(bad.sum())} of {array.size} values)."
        )
    return array
