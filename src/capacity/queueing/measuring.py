"""What one played path says about the targets: shares by week, worst hour, backlog, ages."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capacity.domain import ClockFrom, MeasuredAt, Target, TargetPeriod
from capacity.queueing.crew import WEEK_HOURS
from capacity.queueing.settling import error_of_mean

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

HOURS_OF_WEEK = 168


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Visits of one queue on one path, in hours: clock, released, started, closed (inf = never).

    `lag` is the time from detection to the clock's start at arrival.
    """

    clock: Floats
    released: Floats
    started: Floats
    closed: Floats
    is_open: Bools
    lag: Floats | float = 0.0


@dataclass(frozen=True, kw_only=True)
class Span:
    """The weeks that count, in hours, and the local hour of the week of each bin from `first`.

    `shut_from` is the hour from which the queue stays closed up to the end of the weeks.
    """

    first: float
    weeks: int
    interval_hours: float
    hour_of_week: Ints
    shut_from: float = math.inf

    @property
    def last(self) -> float:
        """Hour at which the weeks end."""
        return self.first + self.weeks * WEEK_HOURS


@dataclass(frozen=True, kw_only=True)
class Score:
    """One target on one path: cases and cases on time by week and by hour of the week.

    `growth` is open cases at the end less those at the start, unseen samples left out.
    """

    cases: Floats
    on_time: Floats
    share: Floats
    hour_cases: Floats
    hour_on_time: Floats
    backlog_end: float
    oldest_hours: float
    growth: float


def score_target(seen: Seen, target: Target, span: Span, *, charge: bool = True) -> Score:
    """On-time counts of the cases that arrive in the counted weeks.

    Work may not be borrowed from the next week: where more cases are open at the end than at the
    start, beyond twice the standard deviation of the difference, the excess counts as late, unless
    `charge` is off.
    """
    start = _clock(seen, target)
    stop = seen.started if target.measured_at is MeasuredAt.STARTED else seen.closed
    counted = (start >= span.first) & (start < span.last) & ~seen.is_open
    on_time = counted & (stop <= start + _time_left(seen, target) + 1e-9)
    open_end = (start < span.last) & (seen.closed > span.last)
    left, held = _open_cases(open_end, seen, start, span)
    if charge:
        _mark_borrowed(on_time, left, excess_of(float(left.sum()), held), start)
    rows = np.flatnonzero(counted)
    week = ((start[rows] - span.first) // WEEK_HOURS).astype(np.int64)
    cases = np.bincount(week, minlength=span.weeks).astype(np.float64)
    good = _count(week, on_time[rows], span.weeks)
    place = ((start[rows] - span.first) / span.interval_hours).astype(np.int64)
    hour = span.hour_of_week[np.minimum(place, len(span.hour_of_week) - 1)]
    hours = np.bincount(hour, minlength=HOURS_OF_WEEK).astype(np.float64)
    hours_good = _count(hour, on_time[rows], HOURS_OF_WEEK)
    ages = span.last - start[open_end]
    return Score(
        cases=cases,
        on_time=good,
        share=_share(target.per, cases, good, (start[rows] - span.first, on_time[rows])),
        hour_cases=hours,
        hour_on_time=hours_good,
        backlog_end=float(open_end.sum()),
        oldest_hours=float(ages.max(initial=0.0)),
        growth=float(left.sum()) - held,
    )


def excess_of(left: Floats | float, held: Floats | float) -> Floats:
    """Open cases beyond those of the start, by more than chance alone makes them differ."""
    return np.asarray(left - held - 2.0 * np.sqrt(np.maximum(left, 0.0) + held))


def leaves_more(growth: Floats) -> bool:
    """Whether paths that start in steady state leave more open work than they found.

    A plan that is large enough leaves more in a bad week and less in a good one: only the mean
    tells, by two standard errors. A single path cannot tell, and counts as growing.
    """
    return len(growth) < 2 or bool(growth.mean() > 2 * error_of_mean(growth))


def _clock(seen: Seen, target: Target) -> Floats:
    """When the clock of each visit starts; QA tasks and knowledge clocks start at release."""
    if target.clock_from is ClockFrom.KNOWLEDGE:
        return seen.released
    return np.where(np.isnan(seen.clock), seen.released, seen.clock)


def _time_left(seen: Seen, target: Target) -> Floats | float:
    """Hours from the start of the clock to the due date; detection was before the arrival."""
    if target.clock_from is ClockFrom.DETECTION:
        return target.within_hours - seen.lag
    return target.within_hours


def _open_cases(open_end: Bools, seen: Seen, start: Floats, span: Span) -> tuple[Bools, float]:
    """Which cases are left open at the end, and how many were open at the start."""
    # Quality samples are not in a case log: those drawn since the queue last closed have no
    # counterpart at the start, and nobody could have worked them yet.
    unborn = np.isnan(seen.clock) & (seen.released >= span.shut_from)
    held = np.sum((start < span.first + 1e-9) & (seen.closed > span.first))
    return open_end & ~unborn, float(held)


def _mark_borrowed(on_time: Bools, left: Bools, excess: Floats, start: Floats) -> None:
    """The newest of the cases left behind are late, as many as the excess."""
    if excess < 1:
        return
    kept = np.flatnonzero(left & on_time)
    late = kept[np.argsort(start[kept])[::-1]][: int(excess)]
    on_time[late] = False


def _share(per: TargetPeriod, cases: Floats, good: Floats, rows: tuple[Floats, Bools]) -> Floats:
    """On-time share of each week: over the week, its worst day, or its worst hour of the day."""
    if per is TargetPeriod.WEEK:
        return _ratio(good, cases)
    hour, on_time = rows
    week = (hour // WEEK_HOURS).astype(np.int64)
    if per is TargetPeriod.DAY:
        part, parts = (hour % WEEK_HOURS // 24).astype(np.int64), 7
    else:
        part, parts = (hour % 24).astype(np.int64), 24
    cell = week * parts + part
    size = len(cases) * parts
    count = np.bincount(cell, minlength=size).astype(np.float64)
    kept = _count(cell, on_time, size)
    share = _ratio(kept, count).reshape(len(cases), parts)
    empty = np.isnan(share).all(axis=1)
    worst = np.where(np.isnan(share), np.inf, share).min(axis=1)
    return np.where(empty, np.nan, worst)


def _count(place: Ints, chosen: Bools, size: int) -> Floats:
    return np.bincount(place[chosen], minlength=size).astype(np.float64)


def _ratio(top: Floats, bottom: Floats) -> Floats:
    return np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), np.nan)
