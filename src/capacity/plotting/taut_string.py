"""The flattest curve of work between what has arrived and what is due."""

from __future__ import annotations

import numpy as np

_COPIES = 7


def flattest_rate(lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Work done in each interval along the shortest path in the tube lower <= S <= upper.

    `lower` and `upper` are cumulative curves of shape (periods + 1,) with lower <= upper; the
    path runs from upper[0] to lower[-1]. The shortest path (taut string) has the smallest peak
    rate and the smallest sum of squares of all feasible curves. Time O(periods^2) at worst.

    Examples
    --------
    >>> flattest_rate(np.array([0.0, 0, 0, 4]), np.array([0.0, 4, 4, 4]))
    array([1.33333333, 1.33333333, 1.33333333])
    """
    last = len(lower) - 1
    knots = [(0, float(upper[0]))]
    while knots[-1][0] < last:
        knots.append(_next_knot(knots[-1], lower, upper, last))
    x, y = zip(*knots, strict=True)
    return np.diff(np.interp(np.arange(last + 1), x, y))


def _next_knot(
    start: tuple[int, float], lower: np.ndarray, upper: np.ndarray, last: int
) -> tuple[int, float]:
    # Pull straight until the tightest line over a lower point crosses one under an upper point.
    at, height = start
    steep, flat = -np.inf, np.inf
    steep_at = flat_at = at + 1
    for j in range(at + 1, last + 1):
        need = (lower[j] - height) / (j - at)
        room = ((upper[j] if j < last else lower[j]) - height) / (j - at)
        if need > flat:
            return flat_at, height + flat * (flat_at - at)
        if room < steep:
            return steep_at, height + steep * (steep_at - at)
        if need >= steep:
            steep, steep_at = need, j
        if room <= flat:
            flat, flat_at = room, j
    return last, float(lower[last])


def weekly_flattest(work: np.ndarray, window: int) -> np.ndarray:
    """The flattest weekly profile of work that may wait `window` intervals, in a steady week.

    `work` has shape (intervals of the week,); the week repeats, and its middle copy is returned.

    Examples
    --------
    >>> weekly_flattest(np.array([6.0, 0, 0, 0, 0, 0]), 3).round(2)
    array([2., 2., 2., 0., 0., 0.])
    """
    size = len(work)
    if window <= 1:
        return work.copy()
    if window > size:
        return np.full(size, work.mean())
    arrived = np.concatenate([[0.0], np.cumsum(np.tile(work, _COPIES))])
    due = np.concatenate([np.zeros(window - 1), arrived])[: len(arrived)]
    lower, upper = due[size:], arrived[size:]
    middle = (_COPIES // 2) * size
    start = _height(lower, upper, (lower[0] + upper[0]) / 2, work.sum() * (_COPIES - 1), middle)
    # Once more over one week, from the height at which a repeated week begins: no work is lost.
    week = slice(middle, middle + size + 1)
    return _pinned(lower[week], upper[week], start, start + work.sum())


def _height(lower: np.ndarray, upper: np.ndarray, start: float, growth: float, place: int) -> float:
    return start + float(_pinned(lower, upper, start, start + growth)[:place].sum())


def _pinned(lower: np.ndarray, upper: np.ndarray, start: float, end: float) -> np.ndarray:
    low, high = lower.copy(), upper.copy()
    low[0] = high[0] = start
    low[-1] = high[-1] = end
    return flattest_rate(low, high)
