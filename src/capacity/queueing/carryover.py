"""One queue whose backlog carries over: cumulative curves, first come first served.

Work that arrives in short bins is served by whoever is there; what is left waits for the next bin,
through nights and weekends. With random work in many paths this is the binned reflected workload
(Monte Carlo); with one path of mean work it is the deterministic fluid. Waits of ten handling
times and more are right within half a point; for shorter ones see docs/queueing.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capacity.domain import HandlingTime
from capacity.errors import DataError
from capacity.queueing.player import Played, on_time_weight

Floats = NDArray[np.float64]

_BEGUN = 0.5  # of the work in hand; calibrated by simulation, see the notes of `carry_over`


@dataclass(frozen=True, kw_only=True)
class CarriedWork:
    """Curves of one queue: cases by (path, bin), work in hours by (path, bin + 1).

    `served` is work done, `started` work of cases that somebody has begun (the case in hand
    counts whole); `overrun` is the work done after people have left, on cases in hand, by bin.
    """

    cases: Floats
    arrived: Floats
    served: Floats
    started: Floats
    overrun: Floats
    interval_hours: float

    @property
    def backlog(self) -> Floats:
        """Open work in hours at the edges of the bins, (paths, bins + 1)."""
        return self.arrived - self.served


def carry_over(
    cases: Floats,
    work: Floats,
    people: Floats,
    *,
    handling: HandlingTime,
    interval_hours: float,
    opening_hours: float = 0.0,
) -> CarriedWork:
    """Serve arriving work with the people of each bin; what is left carries over.

    Parameters
    ----------
    cases, work : ndarray, shape (paths, bins)
        Cases that arrive and their hours of work.
    people : ndarray, shape (bins,)
        People at work, 0 when closed.
    handling : HandlingTime
        For the case in hand when people leave: from c0 to c1 the leavers still do
        m (1 + cv^2) / 2 x [(c0 - c1) - c1 ln(c0 / c1)] hours (derived; tested by simulation).
    interval_hours : float
        Length of a bin; 5 minutes resolve an hour's target.
    opening_hours : float
        Open work at the start.

    Notes
    -----
    V(t+1) = max(0, V(t) + work(t) - capacity(t)) (Lindley). O(paths x bins). A case starts before
    the work ahead of it is done: what people have in hand, m (1 + cv^2) / 2 hours each, is begun
    though not done. On the other side the fluid works at full speed to the last case. Counting
    half of the work in hand as begun balances the two on the standard cases (calibrated there).

    Examples
    --------
    >>> work = np.array([[4.0, 0.0, 0.0, 0.0]])
    >>> carried = carry_over(work, work, np.array([1.0, 0.0, 2.0, 2.0]),
    ...                      handling=HandlingTime(mean_minutes=1e-6, cv=0.0), interval_hours=1.0)
    >>> carried.backlog.round(6).tolist()
    [[0.0, 3.0, 3.0, 1.0, 0.0]]
    """
    paths, bins = work.shape
    if cases.shape != work.shape or people.shape != (bins,):
        raise DataError(
            f"carry_over: shapes disagree: cases {cases.shape}, work {work.shape} (paths, bins), "
            f"people {people.shape} (bins,)."
        )
    in_hand = _case_in_hand(people, handling)
    capacity = people * interval_hours + in_hand
    backlog = np.empty((paths, bins + 1))
    backlog[:, 0] = opening_hours
    overrun = np.zeros((paths, bins))
    level = backlog[:, 0].copy()
    for t in range(bins):
        level = level + work[:, t]
        overrun[:, t] = np.clip(level - people[t] * interval_hours, 0.0, in_hand[t])
        level = np.maximum(level - capacity[t], 0.0)
        backlog[:, t + 1] = level
    arrived = np.concatenate(
        [np.full((paths, 1), opening_hours), opening_hours + np.cumsum(work, axis=1)], axis=1
    )
    served = arrived - backlog
    in_hand_begun = _BEGUN * handling.mean_hours * (1.0 + handling.cv**2) / 2.0
    busy = np.concatenate([people[:1], people])  # whoever worked until the edge
    return CarriedWork(
        cases=cases,
        arrived=arrived,
        served=served,
        started=np.maximum.accumulate(np.minimum(arrived, served + busy * in_hand_begun), axis=1),
        overrun=overrun,
        interval_hours=interval_hours,
    )


def on_time_by_bin(
    carried: CarriedWork, *, within_hours: float, handling_hours: Floats | None = None
) -> Floats:
    """Share of the cases of each (path, bin) that is on time; started, or closed if handling given.

    `handling_hours` are equally likely handling times, see `handling_points`.
    """
    played = Played(
        arrived=carried.arrived[None],
        served=carried.started[None],
        touched=np.zeros((0, 0, 0)),
        interval_hours=carried.interval_hours,
    )
    return on_time_weight(
        played, 0, within_hours=within_hours, handling_hours=handling_hours, points=4
    )


def on_time_share(
    carried: CarriedWork,
    *,
    within_hours: float,
    handling_hours: Floats | None = None,
    first_bin: int = 0,
    last_bin: int | None = None,
) -> Floats:
    """On-time share of each path over the cases of bins first_bin..last_bin-1 (nan if none)."""
    share = on_time_by_bin(carried, within_hours=within_hours, handling_hours=handling_hours)
    chosen = slice(first_bin, last_bin)
    cases = carried.cases[:, chosen]
    total = cases.sum(axis=1)
    good = (cases * share[:, chosen]).sum(axis=1)
    return np.where(total > 0, good / np.where(total > 0, total, 1.0), np.nan)


def any_late(
    carried: CarriedWork, *, within_hours: float, first_bin: int = 0, last_bin: int | None = None
) -> float:
    """Probability that at least one case of the bins is started late."""
    share = on_time_by_bin(carried, within_hours=within_hours)
    chosen = slice(first_bin, last_bin)
    late = (carried.cases[:, chosen] > 0) & (share[:, chosen] < 1.0 - 1e-9)
    return float(late.any(axis=1).mean())


def wait_quantiles(
    carried: CarriedWork, shares: tuple[float, ...], *, first_bin: int = 0, last_bin: int
) -> Floats:
    """Waits until start, in hours, that a share of the cases does not exceed (infinite if open)."""
    waits, weights = [], []
    edges = np.arange(carried.served.shape[1]) * carried.interval_hours
    for arrived, served, cases in zip(carried.arrived, carried.served, carried.cases, strict=True):
        middle = 0.5 * (arrived[first_bin:last_bin] + arrived[first_bin + 1 : last_bin + 1])
        place = np.searchsorted(served, middle, side="left")
        inside = np.clip(place, 1, len(served) - 1)
        step = served[inside] - served[inside - 1]
        part = (middle - served[inside - 1]) / np.where(step > 0, step, 1.0)
        start = edges[inside - 1] + np.clip(part, 0.0, 1.0) * carried.interval_hours
        start = np.where(place >= len(served), np.inf, start)
        moment = edges[first_bin:last_bin] + 0.5 * carried.interval_hours
        waits.append(np.maximum(start - moment, 0.0))
        weights.append(cases[first_bin:last_bin])
    wait, weight = np.concatenate(waits), np.concatenate(weights)
    order = np.argsort(wait)
    reached = np.cumsum(weight[order]) / weight.sum()
    found = np.searchsorted(reached, np.asarray(shares) - 1e-12)
    return np.asarray(wait[order][np.minimum(found, len(wait) - 1)])


def oldest_age(carried: CarriedWork) -> Floats:
    """Age in hours of the oldest open work at the edges of the bins, (paths, bins + 1)."""
    edges = np.arange(carried.arrived.shape[1])
    result = np.zeros_like(carried.arrived)
    for row, (arrived, served) in enumerate(zip(carried.arrived, carried.served, strict=True)):
        # the bin in which the first unserved hour arrived
        born = np.searchsorted(arrived, served + 1e-9 * max(arrived[-1], 1.0), side="right") - 1
        open_now = arrived - served > 1e-9 * max(arrived[-1], 1.0)
        result[row] = np.where(open_now, (edges - born) * carried.interval_hours, 0.0)
    return result


def _case_in_hand(people: Floats, handling: HandlingTime) -> Floats:
    """Hours done after leaving, booked in the bin in which fewer people remain."""
    before = np.concatenate([people[:1], people[:-1]])
    drop = before > people
    stay = np.where(drop & (people > 0), people, 1.0)
    left = np.where(drop, before, 1.0)
    kept = np.where(people > 0, people * np.log(left / stay), 0.0)
    amount = handling.mean_hours * (1.0 + handling.cv**2) / 2.0 * (before - people - kept)
    return np.where(drop, amount, 0.0)
