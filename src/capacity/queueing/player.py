"""Play demand paths through given people, all paths at once, bin by bin (numpy; no events).

Work is a fluid inside each bin: earliest due date within skills, using only what has arrived.
It is exact for waits of many handling times and blind to waits below one; the event kernel is the
judge, this player is fast enough to be asked a hundred times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capacity.errors import DataError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Played:
    """Cumulative curves of work in hours, index 0 = before the first bin.

    `arrived` and `served` have shape (queues, paths, bins + 1) and count the opening work, whose
    own curve up to the start is `opening`. `touched` is work done by pool: shape (pools, paths,
    bins).
    """

    arrived: Floats
    served: Floats
    touched: Floats
    interval_hours: float
    opening: Floats | None = None

    @property
    def backlog(self) -> Floats:
        """Open work in hours at the start of each bin and at the end, (queues, paths, bins + 1)."""
        return self.arrived - self.served

    def open_by_arrival(self, bins: int) -> Floats:
        """Open work at the end by the bin of its arrival, the last `bins`; the first holds all older."""
        curve = self.arrived
        if self.opening is not None:
            curve = np.concatenate([self.opening[:, :, :-1], curve], axis=2)
        left = np.maximum(curve - self.served[:, :, -1:], 0.0)
        by_bin = np.diff(left, axis=2, prepend=0.0)
        older = max(by_bin.shape[2] - bins, 0)
        by_bin[:, :, older] += by_bin[:, :, :older].sum(axis=2)
        kept = by_bin[:, :, older:]
        return np.pad(kept, ((0, 0), (0, 0), (bins - kept.shape[2], 0)))


def play_weeks(
    work: Floats,
    capacity: Floats,
    skills: Bools,
    *,
    window_hours: Floats,
    interval_hours: float,
    opening: tuple[tuple[int, float, float], ...] = (),
    open_before: Floats | None = None,
    is_open: Bools | None = None,
    severity: Floats | None = None,
    exposure: Floats | None = None,
    exposure_held: Floats | None = None,
) -> Played:
    """Serve arriving work by earliest due date within skills, in every path at once.

    Parameters
    ----------
    work : ndarray, shape (queues, paths, bins)
        Hours of work that arrive in each bin.
    capacity : ndarray, shape (pools, bins) or (pools, paths, bins)
        Hours of work that a pool can do in each bin: people at work x interval x occupancy.
    skills : ndarray of bool, shape (pools, queues)
        Whether a pool may work a queue.
    window_hours : ndarray, shape (queues,)
        Hours from arrival to due date, which orders the work.
    interval_hours : float
        Length of a bin.
    opening : tuple of (queue index, hours left to the due date, work hours)
        Open work at the start, the same in every path.
    open_before : ndarray, shape (queues, paths, bins before), optional
        Open work at the start by path and by the bin before it in which it arrived, added to
        `opening`.
    is_open : ndarray of bool, shape (queues, bins), optional
        Whether a queue may be worked in a bin; default always.
    severity : ndarray, shape (queues,) or (pools, queues), optional
        Exposure per hour of work, the same or different by pool.
    exposure : ndarray, shape (pools, bins), optional
        Severity-weighted hours that a pool gains in each bin; none means no cap.
    exposure_held : ndarray, shape (pools, bins), optional
        Most unspent exposure that the people present may hold; what exceeds it lapses.

    Notes
    -----
    Pools serve in order of the number of their queues (specialists first). Time and memory:
    O(bins x pools x queues x paths x log bins).

    Examples
    --------
    >>> work = np.array([[[2.0, 0.0, 0.0]]])
    >>> played = play_weeks(work, np.ones((1, 3)), np.ones((1, 1), bool),
    ...                     window_hours=np.array([2.0]), interval_hours=1.0)
    >>> played.backlog[0, 0].tolist()
    [0.0, 1.0, 0.0, 0.0]
    """
    queues, paths, bins = work.shape
    _check_shapes(work, capacity, skills, window_hours)
    window = np.rint(window_hours / interval_hours).astype(np.int64)
    past, before = _opening_bins(opening, queues, window, interval_hours, open_before)
    arrived = np.concatenate([np.broadcast_to(past, (queues, paths, before)), work], axis=2).cumsum(
        axis=2
    )
    # position p of the curve holds everything that arrived up to the end of bin p - before
    curve = np.concatenate([np.zeros((queues, paths, 1)), arrived], axis=2)
    per_path = np.broadcast_to(
        capacity if capacity.ndim == 3 else capacity[:, None, :], (len(skills), paths, bins)
    )
    state = _State(
        curve=np.ascontiguousarray(curve.transpose(1, 0, 2)),
        served=np.zeros((paths, queues)),
        window=window,
        before=before,
    )
    order = np.argsort(skills.sum(axis=1), kind="stable")
    weights = np.zeros((len(skills), queues))
    if severity is not None:
        weights += severity
    spare = np.zeros((len(skills), paths))
    served = np.zeros((queues, paths, bins + 1))
    touched = np.zeros((len(skills), paths, bins))
    for t in range(bins):
        for k in order:
            allowed = skills[k] if is_open is None else skills[k] & is_open[:, t]
            room = per_path[k, :, t]
            if not allowed.any() or not room.any():
                continue
            if exposure is None:
                taken = _take(state, t, allowed, room)
            else:
                held = np.inf if exposure_held is None else exposure_held[k, t]
                spare[k] = np.minimum(spare[k] + exposure[k, t], held)
                taken = _take_capped(state, t, allowed, room, _Budget(spare[k], weights[k]))
                spare[k] = np.maximum(spare[k] - taken @ weights[k], 0.0)
            np.add(state.served, taken, out=state.served)
            touched[k, :, t] = taken.sum(axis=1)
        served[:, :, t + 1] = state.served.T
    return Played(
        arrived=curve[:, :, before:],
        served=served,
        touched=touched,
        interval_hours=interval_hours,
        opening=curve[:, :, : before + 1],
    )


def on_time_weight(
    played: Played,
    queue: int,
    *,
    within_hours: float,
    handling_hours: Floats | None = None,
    points: int = 4,
) -> Floats:
    """Share of the work of each bin that is on time, shape (paths, bins).

    Started within the time, or, where `handling_hours` (equally likely handling times) is given,
    closed within it. Work due after the last bin counts as on time only if it is served by then.
    """
    arrived, served = played.arrived[queue], played.served[queue]
    paths, bins = arrived.shape[0], arrived.shape[1] - 1
    waits = within_hours - (np.zeros(1) if handling_hours is None else handling_hours)
    result = np.zeros((paths, bins))
    lanes = np.arange(paths)[:, None]
    inside = (np.arange(points) + 0.5) / points
    added = np.diff(arrived, axis=1)
    tolerance = 1e-9 * np.maximum(arrived[:, -1:], 1.0)
    for wait in waits[waits >= 0]:
        for x in inside:
            level = arrived[:, :-1] + x * added
            moment = np.minimum(np.arange(bins) + x + wait / played.interval_hours, bins)
            left = np.minimum(moment.astype(np.int64), bins - 1)
            part = moment - left
            by_then = served[lanes, left] * (1 - part) + served[lanes, left + 1] * part
            result += by_then >= level - tolerance
    return result / (len(waits) * points)


@dataclass(frozen=True)
class _State:
    """Curves by (path, queue, position) and work served so far by (path, queue)."""

    curve: Floats
    served: Floats
    window: NDArray[np.int64]
    before: int


@dataclass(frozen=True)
class _Budget:
    """Exposure left by path, and exposure per hour of work by queue."""

    left: Floats
    weights: Floats


def _take(state: _State, t: int, allowed: Bools, room: Floats) -> Floats:
    """Work by (path, queue) that fits in `room`, earliest due date first."""
    now = state.before + t + 1
    queues = np.flatnonzero(allowed)
    served = state.served[:, queues]
    result = np.zeros_like(state.served)
    waiting = np.maximum(state.curve[:, queues, now] - served, 0.0)
    total = waiting.sum(axis=1)
    easy = total <= room
    result[:, queues] = waiting
    if easy.all():
        return result
    hard = np.flatnonzero(~easy)
    cell = np.ix_(hard, queues)
    result[cell] = _threshold(state, cell, now, room[hard])
    return result


def _threshold(state: _State, cell: tuple[NDArray[np.intp], ...], now: int, room: Floats) -> Floats:
    """Fill `room` by due date: whole due bins below a threshold, a share of the marginal one."""
    lanes, columns = cell
    served, window = state.served[cell], state.window[columns]

    # One flat index a lookup: this function is most of the time of a played week.
    length = state.curve.shape[2]
    flat, first = state.curve.reshape(-1), (lanes * state.curve.shape[1] + columns) * length

    def due_by(threshold: NDArray[np.int64]) -> Floats:
        position = np.minimum(np.maximum(threshold[:, None] - window, 0), now)
        return np.asarray(np.maximum(flat.take(first + position) - served, 0.0))

    low = np.zeros(len(room), dtype=np.int64)  # nothing is due by position 0
    high = np.full(len(room), now + int(window.max()))  # everything is
    while (high - low > 1).any():
        middle = (low + high) // 2
        fits = due_by(middle).sum(axis=1) <= room
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    whole = due_by(low)
    marginal = due_by(high) - whole
    size = marginal.sum(axis=1)
    share = np.clip((room - whole.sum(axis=1)) / np.where(size > 0, size, 1.0), 0.0, 1.0)
    return np.asarray(whole + marginal * share[:, None])


def _take_capped(state: _State, t: int, allowed: Bools, room: Floats, budget: _Budget) -> Floats:
    """As `_take`, with exposed work limited to the exposure that is left."""
    taken = _take(state, t, allowed, room)
    over = taken @ budget.weights > budget.left + 1e-12
    if not over.any():
        return taken
    exposed = allowed & (budget.weights > 0)
    # A mean severity turns exposure into hours; equal severities make it exact.
    sums = taken[:, exposed].sum(axis=1)
    mean = (taken @ budget.weights) / np.where(sums > 0, sums, 1.0)
    hours = np.where(over, budget.left / np.where(mean > 0, mean, 1.0), room)
    limited = _take(state, t, exposed, np.minimum(room, hours))
    excess = limited @ budget.weights
    scale = np.minimum(1.0, budget.left / np.where(excess > 0, excess, 1.0))
    limited = limited * scale[:, None]
    calm = allowed & (budget.weights == 0)
    if calm.any():
        limited = limited + _take(state, t, calm, room - limited.sum(axis=1))
    return np.where(over[:, None], limited, taken)


def _opening_bins(
    opening: tuple[tuple[int, float, float], ...],
    queues: int,
    window: NDArray[np.int64],
    interval_hours: float,
    open_before: Floats | None,
) -> tuple[Floats, int]:
    """Open work (queues, 1 or paths, bins before the start), its arrival told from its due date."""
    rows = [
        (queue, int(window[queue] - np.floor(left / interval_hours)), hours)
        for queue, left, hours in opening
    ]
    known = np.zeros((queues, 1, 1)) if open_before is None else open_before
    before = max([known.shape[2], *(back for _, back, _ in rows)])
    past = np.pad(known, ((0, 0), (0, 0), (before - known.shape[2], 0)))
    for queue, back, hours in rows:
        past[queue, :, before - max(back, 1)] += hours
    return past, before


def _check_shapes(work: Floats, capacity: Floats, skills: Bools, window: Floats) -> None:
    queues, paths, bins = work.shape
    good = (
        skills.shape[1:] == (queues,)
        and window.shape == (queues,)
        and capacity.shape in {(len(skills), bins), (len(skills), paths, bins)}
    )
    if not good:
        raise DataError(
            f"play_weeks: shapes disagree: work {work.shape} (queues, paths, bins), capacity "
            f"{capacity.shape} (pools, bins) or (pools, paths, bins), skills {skills.shape} "
            f"(pools, queues), window_hours {window.shape} (queues,)."
        )
