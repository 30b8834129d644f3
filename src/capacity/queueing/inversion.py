"""Smallest number of servers that meets a monotone target, for many loads at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Meets = Callable[[Floats, Floats], NDArray[np.bool_]]
Excess = Callable[[Floats, Floats], tuple[Floats, Floats]]  # value and slope in the load

_TOUCHING = 1e-11  # relative distance to a step below which rounding could decide
_PIECE = 1 << 15  # loads looked up at a time


def required_by_bisection(load: Floats, meets: Meets) -> NDArray[np.int64]:
    """Smallest integer c with meets(c, load), by doubling and bisection over each distinct load."""
    distinct, where = np.unique(load, return_inverse=True)
    low = np.floor(distinct)  # fails: the queue is unstable at c <= load
    step = np.ones_like(low)
    high = low + step
    failing = ~meets(high, distinct)
    while np.any(failing):
        low = np.where(failing, high, low)
        step = np.where(failing, 2.0 * step, step)
        high = np.where(failing, high + step, high)
        failing[failing] = ~meets(high[failing], distinct[failing])
    while np.any(high - low > 1):
        middle = np.floor(0.5 * (low + high))
        good = meets(middle, distinct)
        high = np.where(good, middle, high)
        low = np.where(good, low, middle)
    return high.astype(np.int64)[where]


def required_by_table(
    load: Floats,
    meets: Meets,
    excess: Excess,
    *,
    span: tuple[float, float],
    spare: float,
    max_occupancy: float,
) -> NDArray[np.int64]:
    """The same by inverting the step function once: largest load per c, then a look-up.

    `span` is the least and the greatest load. A load of c - `spare` or less meets the target with
    c whatever the rest of the formula says.
    """
    low, high = span
    first = max(int(np.floor(low)), 0) + 1
    if spare <= 4.0 * np.sqrt(high) + 8.0:
        last = int(np.ceil(max(high + spare, high / max_occupancy))) + 1
    else:
        last = int(required_by_bisection(np.array([high]), meets)[0])
    servers = np.arange(first, last + 1, dtype=np.float64)
    largest = np.minimum(
        _largest_loads(servers, excess, np.maximum(servers - spare, 0.0)), max_occupancy * servers
    )
    result, unsure = _look_up(load, largest, span)
    result += first
    if unsure.size:
        # at a step, rounding decides: the target itself is asked
        result[unsure] = required_by_bisection(load[unsure], meets)
    return result


def _look_up(
    load: Floats, largest: Floats, span: tuple[float, float]
) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Number of steps below each load, and the loads that lie within rounding of a step.

    A table over equal cells between the least and the greatest load answers all loads whose cell
    holds no step; the others are searched. It is read piece by piece, so that a piece and the
    table stay in the cache.
    """
    low, high = span
    cells = min(64 * largest.size, 1 << 20)
    if high <= low or load.size < cells:
        return _search(load, largest, np.arange(load.size))
    scale = cells / (high - low)
    edges = low + np.arange(cells + 2) / scale
    # one ulp may move a load to the next cell: steps count with a tolerance on both sides
    sure_below = np.searchsorted(largest * (1.0 + _TOUCHING), edges[:-1] * (1.0 - 1e-13))
    maybe_below = np.searchsorted(largest * (1.0 - _TOUCHING), edges[1:] * (1.0 + 1e-13))
    table = np.where(sure_below == maybe_below, sure_below, -1)
    result = np.empty(load.size, dtype=np.int64)
    scaled, cell = np.empty(_PIECE), np.empty(_PIECE, dtype=np.int64)
    open_parts = [np.zeros(0, dtype=np.intp)]
    for start in range(0, load.size, _PIECE):
        part, piece = load[start : start + _PIECE], result[start : start + _PIECE]
        size = part.size
        np.subtract(part, low, out=scaled[:size])
        np.multiply(scaled[:size], scale, out=cell[:size], casting="unsafe")
        # cells are in range by construction; clip only spares numpy's check and its copy
        np.take(table, cell[:size], out=piece, mode="clip")
        if piece.min() < 0:
            open_parts.append(np.flatnonzero(piece < 0) + start)
    open_rows = np.concatenate(open_parts)
    found, unsure = _search(load[open_rows], largest, open_rows)
    result[open_rows] = found
    return result, unsure


def _search(
    load: Floats, largest: Floats, rows: NDArray[np.intp]
) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    place = np.searchsorted(largest, load, side="left")
    above = np.minimum(place, largest.size - 1)
    tolerance = _TOUCHING * load
    touching = (np.abs(largest[np.maximum(place - 1, 0)] - load) < tolerance) | (
        np.abs(largest[above] - load) < tolerance
    )
    return above.astype(np.int64), rows[touching]


def _largest_loads(servers: Floats, excess: Excess, lowest: Floats) -> Floats:
    """Root in (lowest, c) of excess(c, .), which rises from below zero to above: Newton's steps.

    Far more exact than `_TOUCHING`; whoever looks up a load that close to a step asks the target
    itself. A step that leaves the bracket is replaced by halving it.
    """
    low, high = lowest.copy(), servers.copy()
    root = np.where(lowest > 0, lowest, 0.5 * servers)
    for _ in range(200):
        value, slope = excess(servers, root)
        low, high = np.where(value <= 0, root, low), np.where(value > 0, root, high)
        with np.errstate(invalid="ignore", divide="ignore"):
            guess = root - value / slope
        inside = (guess >= low) & (guess <= high) & (guess < servers)
        guess = np.where(inside, guess, 0.5 * (low + high))
        moved = np.abs(guess - root) > 1e-13 * servers
        root = guess
        if not moved.any():
            break
    return root
