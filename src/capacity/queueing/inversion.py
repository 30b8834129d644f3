"""Smallest number of servers that meets a monotone target, for many loads at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Meets = Callable[[Floats, Floats], NDArray[np.bool_]]
Excess = Callable[[Floats, Floats], Floats]


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
    load: Floats, meets: Meets, excess: Excess, *, spare: float, max_occupancy: float
) -> NDArray[np.int64]:
    """The same by inverting the step function once: largest load per c, then a look-up.

    A load of c - `spare` or less meets the target with c whatever the rest of the formula says.
    """
    first = max(int(np.floor(load.min())), 0) + 1
    last = int(required_by_bisection(np.array([load.max()]), meets)[0])
    servers = np.arange(first, last + 1, dtype=np.float64)
    largest = np.minimum(
        _largest_loads(servers, excess, np.maximum(servers - spare, 0.0)), max_occupancy * servers
    )
    result, unsure = _look_up(load, largest)
    result += first
    if unsure.size:
        # at a step, rounding decides: the target itself is asked
        result[unsure] = required_by_bisection(load[unsure], meets)
    return result


def _look_up(load: Floats, largest: Floats) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Number of steps below each load, and the loads that lie within rounding of a step.

    A fine table over equal cells answers all loads whose cell holds no step; the others are
    searched. Two passes over the loads instead of a search for each.
    """
    low, high = float(load.min()), float(load.max())
    cells = min(64 * largest.size, 1 << 20)
    if high <= low or load.size < cells:
        return _search(load, largest, np.arange(load.size))
    scale = cells / (high - low)
    edges = low + np.arange(cells + 2) / scale
    # one ulp may move a load to the next cell: steps count with a tolerance on both sides
    sure_below = np.searchsorted(largest * (1.0 + 1e-11), edges[:-1] * (1.0 - 1e-13))
    maybe_below = np.searchsorted(largest * (1.0 - 1e-11), edges[1:] * (1.0 + 1e-13))
    table = np.where(sure_below == maybe_below, sure_below, -1)
    scaled = np.subtract(load, low)
    np.multiply(scaled, scale, out=scaled)
    result = np.take(table, scaled.astype(np.int32))
    open_rows = np.flatnonzero(result < 0)
    found, unsure = _search(load[open_rows], largest, open_rows)
    result[open_rows] = found
    return result, unsure


def _search(
    load: Floats, largest: Floats, rows: NDArray[np.intp]
) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    place = np.searchsorted(largest, load, side="left")
    above = np.minimum(place, largest.size - 1)
    tolerance = 1e-11 * load
    touching = (np.abs(largest[np.maximum(place - 1, 0)] - load) < tolerance) | (
        np.abs(largest[above] - load) < tolerance
    )
    return above.astype(np.int64), rows[touching]


def _largest_loads(servers: Floats, excess: Excess, lowest: Floats) -> Floats:
    """Root in (lowest, c) of excess(c, .), which rises from below zero to above: Illinois steps.

    Exact to about 1e-13; whoever looks up a load that close to a step asks the target itself.
    """
    root = lowest.copy()
    f_low, f_high = excess(servers, lowest), excess(servers, servers * (1.0 - 1e-15))
    open_rows = np.flatnonzero(f_low < 0)
    c, low, high = servers[open_rows], lowest[open_rows], servers[open_rows]
    f_low, f_high = f_low[open_rows], f_high[open_rows]
    side, last = np.zeros(c.shape), low.copy()
    for _ in range(200):
        if c.size == 0:
            break
        with np.errstate(invalid="ignore"):
            guess = high - f_high * (high - low) / (f_high - f_low)
        finite = np.isfinite(guess) & np.isfinite(f_low)
        guess = np.where(finite, np.clip(guess, low, high), 0.5 * (low + high))
        at_edge = finite & ((guess == low) | (guess == high))
        value = excess(c, guess)
        up = value > 0
        high, low = np.where(up, guess, high), np.where(up, low, guess)
        f_high = np.where(up, value, np.where(side == -1, 0.5 * f_high, f_high))
        f_low = np.where(up, np.where(side == 1, 0.5 * f_low, f_low), value)
        side = np.where(up, 1.0, -1.0)
        root[open_rows] = guess
        going = ~at_edge & (np.abs(guess - last) > 1e-14 * c) & (high - low > 1e-14 * c)
        last = guess
        if not going.all():
            open_rows = open_rows[going]
            c, low, high, last = c[going], low[going], high[going], last[going]
            f_low, f_high, side = f_low[going], f_high[going], side[going]
    return root
