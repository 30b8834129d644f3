"""Duties as arrays: people for the event kernel, capacity by pool and bin for the player."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capacity.queueing.events import People
from capacity.queueing.presence import Duty

Floats = NDArray[np.float64]

WEEK_HOURS = 168.0


def repeated(duties: list[Duty], *, weeks: int, before: int, after: int) -> list[Duty]:
    """The duties of `weeks` weeks with copies of the first week before and of the last after.

    All are moved later by `before` weeks, so that hours stay >= 0. A duty belongs to the week in
    which it starts. A plan that lists the duties that run into its first week has no copies of
    the first week's last duties beside them: those are the same people.
    """
    starts = [duty.stints[0][0] // WEEK_HOURS for duty in duties]
    first = before * WEEK_HOURS
    listed = any(week < 0 for week in starts)
    result = [duty.moved(first) for duty in duties]
    for duty, week in zip(duties, starts, strict=True):
        if week == 0:
            copies = [duty.moved(back * WEEK_HOURS) for back in range(before)]
            result += [copy for copy in copies if not (listed and _runs_past(copy, first))]
        if week == weeks - 1:
            result += [duty.moved((before + on) * WEEK_HOURS) for on in range(1, after + 1)]
    return result


def _runs_past(duty: Duty, hour: float) -> bool:
    return duty.stints[0][0] < hour < duty.stints[-1][1]


def skill_classes(
    duties: list[Duty], queues: int
) -> tuple[list[tuple[int, tuple[bool, ...]]], NDArray[np.int64]]:
    """Distinct (pool, skills), specialists first, and the class of each duty."""
    kinds = sorted({(duty.pool, duty.skills) for duty in duties}, key=lambda k: (sum(k[1]), k[0]))
    if not kinds:
        kinds = [(0, (False,) * queues)]
    place = {kind: i for i, kind in enumerate(kinds)}
    return kinds, np.array([place[duty.pool, duty.skills] for duty in duties], dtype=np.int64)


def people_arrays(duties: list[Duty], kinds: NDArray[np.int64], interval_hours: float) -> People:
    """Stints sorted by start, caps and pacing curves by bin."""
    stints = sorted(
        (on, off, person) for person, duty in enumerate(duties) for on, off in duty.stints
    )
    curves, first, offset, length = [], [], [], []
    used = 0
    for duty in duties:
        curve, start = _pace_by_bin(duty, interval_hours)
        curves.append(curve)
        first.append(start)
        offset.append(used)
        length.append(len(curve))
        used += len(curve)
    return People(
        stint_person=np.array([person for _, _, person in stints], dtype=np.int64),
        stint_on=np.array([on for on, _, _ in stints], dtype=np.float64),
        stint_off=np.array([off for _, off, _ in stints], dtype=np.float64),
        kind=kinds,
        cap=np.array([duty.cap_hours for duty in duties], dtype=np.float64),
        until=np.array([duty.until for duty in duties], dtype=np.float64),
        pace_first=np.array(first, dtype=np.int64),
        pace_offset=np.array(offset, dtype=np.int64),
        pace_length=np.array(length, dtype=np.int64),
        pace=np.concatenate([*curves, np.zeros(1)]),
        slowness=np.array([1.0 / duty.speed for duty in duties], dtype=np.float64),
    )


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """What pools can do by bin: `hours` at work, exposure gained and the most that may be held."""

    hours: Floats
    exposure: Floats | None
    exposure_held: Floats | None


def capacity_by_bin(
    duties: list[Duty], kinds: NDArray[np.int64], *, bins: int, interval_hours: float
) -> Capacity:
    """Hours at work and exposure by class and bin, shapes (classes, bins)."""
    classes = int(kinds.max(initial=0)) + 1
    edges = np.arange(bins + 1) * interval_hours
    hours = np.zeros((classes, bins))
    gained, held = np.zeros((classes, bins)), np.zeros((classes, bins))
    capped = any(np.isfinite(duty.cap_hours) for duty in duties)
    for duty, kind in zip(duties, kinds, strict=True):
        present = np.zeros(bins + 1)
        for on, off in duty.stints:
            present += np.clip(edges, on, off) - on
        hours[kind] += np.diff(present)
        if not capped:
            continue
        first = min(max(int(np.floor(duty.stints[0][0] / interval_hours + 1e-9)), 0), bins)
        last = min(int(np.ceil(duty.stints[-1][1] / interval_hours - 1e-9)), bins)
        if not np.isfinite(duty.cap_hours):
            gained[kind, first:last] += interval_hours
            held[kind, first:last] += edges[first + 1 : last + 1] - edges[first]
            continue
        curve, start = _pace_by_bin(duty, interval_hours)
        room = curve[: max(0, min(len(curve), last - start))]
        ran = max(0, -start)  # bins of a shift that began before the first bin
        place = slice(max(start, 0), max(start, 0) + max(0, len(room) - ran))
        gained[kind, place] += np.diff(room, prepend=0.0)[ran:]
        held[kind, place] += room[ran:]
    return Capacity(
        hours=hours,
        exposure=gained if capped else None,
        exposure_held=held if capped else None,
    )


def _pace_by_bin(duty: Duty, interval_hours: float) -> tuple[Floats, int]:
    """Exposure that may have been used by the END of each bin from the first of the duty."""
    first = int(np.floor(duty.stints[0][0] / interval_hours + 1e-9))
    if not duty.pace_hours:
        return np.zeros(0), first
    last = int(np.ceil(duty.stints[-1][1] / interval_hours - 1e-9))
    ends = (np.arange(first, max(last, first + 1)) + 1) * interval_hours
    knots = [duty.stints[0][0], *duty.pace_hours]
    return np.interp(ends, knots, [0.0, *duty.paced]), first
