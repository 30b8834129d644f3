"""Slow and obvious answers to queueing questions, written apart from the library."""

from __future__ import annotations

import mpmath as mp
import numpy as np


def erlang_b_recursion(servers: int, load: float) -> mp.mpf:
    """B(k) = a B(k-1) / (k + a B(k-1)) at 50 digits."""
    with mp.workdps(50):
        a, inverse = mp.mpf(load), mp.mpf(1)
        for k in range(1, servers + 1):
            inverse = 1 + k / a * inverse
        return 1 / inverse


def erlang_c_exact(servers: int, load: float) -> mp.mpf:
    """C = c B / (c - a (1 - B)) at 50 digits."""
    with mp.workdps(50):
        blocked = erlang_b_recursion(servers, load)
        return servers * blocked / (servers - mp.mpf(load) * (1 - blocked))


def required_by_counting(load: float, share: float, within: float) -> int:
    """Smallest c that meets the target, counted upward from floor(load) + 1 in plain floats."""
    c = int(load) + 1
    while True:
        blocked = 1.0
        for k in range(1, c + 1):
            blocked = load * blocked / (k + load * blocked)
        waiting = c * blocked / (c - load * (1 - blocked))
        if 1 - waiting * np.exp(-(c - load) * within) >= share:
            return c
        c += 1


def erlang_a_by_chain(
    servers: int, load: float, within: float, patience: float, waiting_room: int = 600
) -> dict[str, float]:
    """M/M/c+M from its birth-death chain; the wait of a tagged case by its own absorbing chain."""
    weight = np.zeros(servers + waiting_room + 1)
    weight[0] = 1.0
    for n in range(1, len(weight)):
        weight[n] = weight[n - 1] * load / (min(n, servers) + max(n - servers, 0) / patience)
    weight /= weight.sum()
    # state j: j cases ahead of the tagged one; absorbed into service from 0, or it gives up
    ahead = np.arange(waiting_room)
    onward = servers + ahead / patience
    rate = onward + 1.0 / patience
    top = rate.max()
    state, served, time = weight[servers : servers + waiting_room].copy(), 0.0, top * within
    log_weight, total = -time, 0.0
    served_by_then = 0.0
    for step in range(int(time + 12 * np.sqrt(time) + 60)):
        served_by_then += np.exp(log_weight) * served
        total += np.exp(log_weight)
        served += state[0] * onward[0] / top
        moved = np.zeros_like(state)
        moved[:-1] += state[1:] * onward[1:] / top
        moved += state * (1.0 - rate / top)
        state = moved
        log_weight += np.log(time) - np.log(step + 1) if time > 0 else -np.inf
    return {
        "served_within": float(weight[:servers].sum() + served_by_then / total),
        "wait": float(weight[servers:].sum()),
        "abandon": float((weight[servers:] * np.arange(waiting_room + 1) / patience).sum() / load),
    }


def fifo_by_hand(
    arrivals: list[float], hours: list[float], stints: list[list[tuple[float, float]]]
) -> list[float]:
    """Start of each case, first come first served, by people with stints; no rest, no caps.

    A person may start while a stint lasts and finishes the case in hand after it; the break that
    follows keeps its length.
    """
    busy_until = [-1.0] * len(stints)
    last_start = [-1.0] * len(stints)

    def next_start(who: int, moment: float) -> tuple[float, float]:
        """When the person could start, and since when it has been idle."""
        previous_off = float("inf")
        for on, off in stints[who]:
            overran = last_start[who] < previous_off < busy_until[who]
            begin = on + (busy_until[who] - previous_off if overran else 0.0)
            if max(begin, moment) < off:
                return max(begin, moment), max(begin, busy_until[who])
            previous_off = off
        return float("inf"), float("inf")

    starts = []
    for arrival, length in zip(arrivals, hours, strict=True):
        moments = [
            (*next_start(who, max(arrival, busy_until[who])), who) for who in range(len(stints))
        ]
        start, _, who = min(moments)
        starts.append(start)
        last_start[who], busy_until[who] = start, start + length
    return starts


def play_by_hand(
    work: np.ndarray, capacity: np.ndarray, skills: np.ndarray, windows: list[int]
) -> np.ndarray:
    """Served by queue and bin on one path: parcels in a list, taken by due bin, pools in order."""
    queues, bins = work.shape
    served = np.zeros((queues, bins))
    parcels: list[list[float]] = []  # due bin, queue, hours
    order = np.argsort(skills.sum(axis=1), kind="stable")
    for t in range(bins):
        parcels += [[t + windows[q], q, work[q, t]] for q in range(queues) if work[q, t] > 0]
        for pool in order:
            room = capacity[pool, t]
            mine = [p for p in parcels if skills[pool, int(p[1])] and p[2] > 0]
            for due in sorted({p[0] for p in mine}):
                same = [p for p in mine if p[0] == due]
                total = sum(p[2] for p in same)
                part = min(1.0, room / total) if total > 0 else 0.0
                for parcel in same:
                    served[int(parcel[1]), t] += part * parcel[2]
                    parcel[2] -= part * parcel[2]
                room -= part * total
                if room <= 1e-15:
                    break
    return served
