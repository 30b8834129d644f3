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
    load: Floats, meets: Meets, excess: Excess, max_occupancy: float
) -> NDArray[np.int64]:
    """The same by inverting the step function once: largest load per c, then a sorted search."""
    first = max(int(np.floor(load.min())), 0) + 1
    last = int(required_by_bisection(np.array([load.max()]), meets)[0])
    servers = np.arange(first, last + 1, dtype=np.float64)
    largest = np.minimum(_largest_loads(servers, excess), max_occupancy * servers)
    place = np.searchsorted(largest, load, side="left")
    # At a step, rounding decides: ask the target itself about loads that touch one.
    below, above = np.clip(place - 1, 0, None), np.clip(place, None, largest.size - 1)
    tolerance = 1e-11 * load
    touching = (np.abs(largest[below] - load) < tolerance) | (
        np.abs(largest[above] - load) < tolerance
    )
    result = np.minimum(place, largest.size - 1) + first
    if np.any(touching):
        result[touching] = required_by_bisection(load[touching], meets)
    return result.astype(np.int64)


def _largest_loads(servers: Floats, excess: Excess) -> Floats:
    """Root in (0, c) of excess(c, .), rising from below zero to above, by Illinois steps."""
    low, high = np.zeros_like(servers), servers.copy()
    f_low = np.full(servers.shape, -np.inf)
    f_high = excess(servers, servers * (1.0 - 1e-15))
    side = np.zeros(servers.shape)
    for _ in range(200):
        with np.errstate(invalid="ignore"):
            guess = (low * f_high - high * f_low) / (f_high - f_low)
        inside = np.isfinite(guess) & (guess > low) & (guess < high)
        guess = np.where(inside, guess, 0.5 * (low + high))
        value = excess(servers, guess)
        up = value > 0
        high, low = np.where(up, guess, high), np.where(up, low, guess)
        f_high = np.where(up, value, np.where(side == -1, 0.5 * f_high, f_high))
        f_low = np.where(up, np.where(side == 1, 0.5 * f_low, f_low), value)
        side = np.where(up, 1.0, -1.0)
        if np.all((high - low <= 4e-16 * high) | (value == 0)):
            break
    return 0.5 * (low + high)
