"""The steady state before a week: how many weeks lead to it, and the open work they leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capacity.queueing.player import play_weeks

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LONGEST = 13  # weeks: after a quarter any plan has been made anew (convention)
CLOSE_HOURS = 0.1  # waiting that a longer warm-up may still add, on average (convention)
_KEPT_WEEKS = 2  # open work older than this is taken to be this old


@dataclass(frozen=True, kw_only=True)
class SteadyWeek:
    """One week as `play_weeks` takes it, which the paths repeat in turn.

    `work` has shape (queues, paths, bins); the other fields are those of `play_weeks`.
    """

    work: Floats
    capacity: Floats
    skills: Bools
    window_hours: Floats
    interval_hours: float
    is_open: Bools | None = None
    severity: Floats | None = None
    exposure: Floats | None = None
    exposure_held: Floats | None = None


@dataclass(frozen=True, kw_only=True)
class Settled:
    """The state from which the last week of warm-up starts, and how many weeks there are in all.

    `open_before` (queues, paths, 2 weeks of bins) are hours of open work by the bin in which it
    arrived, as `play_weeks` takes them; None where the last week starts empty.
    """

    weeks: int
    open_before: Floats | None = None


def settle(week: SteadyWeek) -> Settled:
    """Open work one week before the week that counts, once it has stopped growing.

    The week of path p is preceded by those of the paths p - 1, p - 2, ... (in a ring). The last
    week before it is left to the caller, who plays it in their own model; this function plays the
    earlier ones.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> week = SteadyWeek(work=rng.gamma(1.0, 1.0, (1, 50, 7)), capacity=np.full((1, 7), 1.02),
    ...                   skills=np.ones((1, 1), bool), window_hours=np.array([7.0]), interval_hours=24.0)
    >>> settled = settle(week)
    >>> settled.weeks > 1, settled.open_before.shape
    (True, (1, 50, 14))
    """
    weeks = weeks_to_settle(*load_of(week), hours=week.interval_hours * week.work.shape[2])
    found = None
    for back in range(weeks, 1, -1):
        played = play_weeks(
            np.roll(week.work, back, axis=1),
            week.capacity,
            week.skills,
            window_hours=week.window_hours,
            interval_hours=week.interval_hours,
            open_before=found,
            is_open=week.is_open,
            severity=week.severity,
            exposure=week.exposure,
            exposure_held=week.exposure_held,
        )
        found = played.open_by_arrival(_KEPT_WEEKS * week.work.shape[2])
    return Settled(weeks=weeks, open_before=found)


def load_of(week: SteadyWeek) -> tuple[Floats, Floats]:
    """Work (sets, paths, bins) and hours (sets, bins) of every set of queues that may run short."""
    pools, queues = bottlenecks(week.skills)
    bins = week.work.shape[2]
    is_open = np.ones((week.work.shape[0], bins)) if week.is_open is None else week.is_open
    hours = np.empty((len(pools), bins))
    for number, (mine, theirs) in enumerate(zip(pools, queues, strict=True)):
        able = (week.skills & theirs).astype(float) @ is_open > 0
        hours[number] = (week.capacity * able)[mine].sum(axis=0)
    return np.tensordot(queues.astype(float), week.work, axes=1), hours


def bottlenecks(skills: Bools) -> tuple[Bools, Bools]:
    """Sets of pools (sets, pools), and of the queues that only they can serve (sets, queues).

    One set for the pools of each queue, and one of all pools.

    Examples
    --------
    >>> pools, queues = bottlenecks(np.array([[True, False], [True, True]]))
    >>> pools.tolist(), queues.tolist()
    ([[False, True], [True, True]], [[False, True], [True, True]])
    """
    pools = np.unique(np.vstack([skills.T, np.ones(len(skills), dtype=bool)]), axis=0)
    pools = pools[pools.any(axis=1)]
    served = skills.any(axis=0)
    queues = np.array([served & ~skills[~mine].any(axis=0) for mine in pools])
    return pools, queues.reshape(len(pools), -1)


def weeks_to_settle(work: Floats, capacity: Floats, *, hours: float = 168.0) -> int:
    """Weeks of warm-up, 1 to 13, after which the open work at a week's start grows no more.

    Each set of queues is one fluid: a week turns the open work b into max(b + s, s - min S), with
    S the running sum of work less capacity and s its end. Starting empty, the weeks of the paths
    follow one another until at most .1 hours of waiting are missing on average.

    Where work exceeds capacity (by two standard errors over the paths) there is no steady state:
    the answer is 1, and what is left to the next week tells that the plan is too small.

    Parameters
    ----------
    work : ndarray, shape (sets, paths, bins)
        Hours of work that arrive in each bin of a week.
    capacity : ndarray, shape (sets, bins)
        Hours of work that can be done.
    hours : float
        Length of the week.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> work = rng.gamma(25.0, 4.0, (1, 200, 7))                # 700 hours a week, cv .2 a day
    >>> [weeks_to_settle(work, np.full((1, 7), day)) for day in (90.0, 103.0, 130.0)]
    [1, 11, 1]
    """
    running = (work - capacity[:, None, :]).cumsum(axis=2)
    net = running[:, :, -1]
    least = net - np.minimum(running.min(axis=2), net)
    if (net.mean(axis=1) > 2 * error_of_mean(net) + 1e-9).any():
        return 1
    starts = [np.zeros(net.shape)]
    for _ in range(LONGEST):
        starts.append(np.roll(np.maximum(starts[-1] + net, least), 1, axis=1))
    close = CLOSE_HOURS * work.sum(axis=2).mean(axis=1) / hours
    mean = np.array(starts).mean(axis=2)
    missing = (mean[-1] - mean > close).any(axis=1)
    return max(1, int(np.flatnonzero(~missing)[0]))


def error_of_mean(values: Floats, reach: int = 0) -> Floats:
    """Standard error of the mean over the last axis, whose entries lie in a ring.

    Entries start from those up to `reach` before them, so that neighbours depend on each other:
    Bartlett's weights (Newey and West 1987) over twice the reach, at which the error agrees with
    the spread of independent sets of paths (decision 28). Without reach all are independent. Zero
    for a single entry.

    Examples
    --------
    >>> error_of_mean(np.array([1.0, 2.0, 3.0, 4.0])).round(3).item()
    0.645
    """
    count = values.shape[-1]
    if count < 2:
        return np.zeros(values.shape[:-1])
    centred = values - values.mean(axis=-1, keepdims=True)
    own = (centred**2).sum(axis=-1) / (count - 1)
    total = own
    width = 2 * reach
    for lag in range(1, min(width, count - 1) + 1):
        weight = 2 * (1 - lag / (width + 1))
        total = total + weight * (centred * np.roll(centred, lag, axis=-1)).mean(axis=-1)
    # Dependence by chance negative must not make the answer surer than independence would.
    return np.asarray(np.sqrt(np.maximum(total, own) / count))
