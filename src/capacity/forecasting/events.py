"""Dated events: those of the past cleaned from memory, those ahead put into the paths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.domain.event import Event, EventKind, EventShape
from capacity.errors import DataError
from capacity.forecasting.local_days import day_number
from capacity.forecasting.panel import Floats
from capacity.forecasting.shifts import adjust_logs

WEEK = 7
WINDOW = 28  # days on either side from which the size of a past step is measured
LEAST_HISTORY = 21  # days before a step without which its size cannot be measured
AUTOCORRELATION = 2.0  # convention: neighbouring days are alike, variances of means double
UNKNOWN = "too few days to measure it, and no prior"


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """History at today's level, and what is still to come.

    ``totals`` are the days with past events taken out; ``log_level_sd`` is how uncertain the
    level is because a step is young.
    """

    totals: Floats
    log_level_sd: float = 0.0
    notes: tuple[str, ...] = ()


def clean_history(totals: Floats, *, first_day: int, events: tuple[Event, ...]) -> Learnt:
    """Bring past days to the present: steps rescaled, pulses left out of the memory.

    The size of a past step joins its prior (``effect``, ``effect_sd``) with what was measured
    on either side, each by its precision; without a prior it is measured alone.

    Parameters
    ----------
    totals : array (days,)
        Standard day totals of one queue; the day after the last is ``first_day``.
    first_day : int
        First day ahead, in days since 1970-01-01.
    """
    out, notes, variance = totals.copy(), [], 0.0
    start = first_day - len(totals)
    for event in sorted(events, key=lambda item: item.start, reverse=True):
        begin = day_number(event.start) - start
        if begin >= len(out):
            continue
        length = _length(event)
        if event.shape is EventShape.PULSE:
            out[max(begin, 0) : max(begin + length, 0)] = np.nan
            notes.append(f"{event.name}: {length} day(s) from {event.start} left out of the memory")
        elif begin > 0 and begin + length <= len(out):
            ratio, sd, how = _size(out, event, begin, length)
            if event.kind is EventKind.UNIT_BREAK and how == UNKNOWN:
                raise DataError(
                    f"event {event.name}: the unit changed on {event.start}, but {how}. "
                    "Fix: give effect, the new count over the old one less 1."
                )
            out[:begin] *= ratio
            out[begin : begin + length - 1] *= ratio ** (1 - _share(length - 1, length))
            variance += sd**2
            notes.append(f"{event.name}: days before {event.start} count x{ratio:.2f} ({how})")
    return Learnt(totals=out, log_level_sd=float(np.sqrt(variance)), notes=tuple(notes))


def draw_factors(
    events: tuple[Event, ...],
    log_level_sd: float,
    *,
    first_day: int,
    days: int,
    normals: dict[str, Floats],
) -> Floats:
    """Factors on the day levels ahead, (1, days) or (paths, days).

    ``normals`` holds a standard normal for each path by event name (and "level"): the same for
    all queues, so that an event that hits several hits them together.
    """
    factors = np.ones((1, days))
    if log_level_sd > 0:
        shift = log_level_sd * normals["level"][:, None]
        factors = factors * np.exp(shift - log_level_sd**2 / 2)
    for event in events:
        begin = day_number(event.start) - first_day
        course = _course(event, begin, days)
        if event.effect is None or not course.any():
            continue
        effect = np.maximum(event.effect + event.effect_sd * normals[event.name], -1.0)
        now = _course(event, begin + 1, 1)[0] if begin < 0 else 0.0
        base = 1.0 if event.shape is EventShape.PULSE else 1 + event.effect * now
        factors = factors * (1 + effect[:, None] * course) / max(base, 1e-9)
    return factors


def _length(event: Event) -> int:
    return 1 if event.end is None else (event.end - event.start).days + 1


def _share(steps: int, length: int) -> Floats:
    """Share of a ramp reached on each of its days."""
    return (np.arange(steps) + 1) / length


def _course(event: Event, begin: int, days: int) -> Floats:
    """Share of the effect in force on each day ahead; a finished step is in the history."""
    day = np.arange(days)
    length = _length(event)
    if event.shape is EventShape.PULSE:
        return ((day >= begin) & (day < begin + length)).astype(np.float64)
    if event.shape is EventShape.RAMP:
        reached = np.clip((day - begin + 1) / length, 0.0, 1.0)
        return reached if begin + length > 0 else np.zeros(days)
    return (day >= begin).astype(np.float64) if begin >= 0 else np.zeros(days)


def _size(totals: Floats, event: Event, begin: int, length: int) -> tuple[float, float, str]:
    """Ratio of after to before, its log sd, and how it was found."""
    prior_known = event.effect is not None and event.effect > -1
    prior = float(np.log1p(event.effect)) if prior_known and event.effect is not None else 0.0
    prior_sd = event.effect_sd / (1 + (event.effect or 0.0)) if prior_known else np.inf
    measured, error = _measure(totals, begin, begin + length - 1)
    if prior_known and (prior_sd == 0 or not np.isfinite(error)):
        return float(np.exp(prior)), float(prior_sd), "its prior alone"
    if not np.isfinite(error):
        return 1.0, 0.0, UNKNOWN
    weight = 0.0 if not prior_known else error**2 / (error**2 + prior_sd**2)
    mean = weight * prior + (1 - weight) * measured
    sd = error if not prior_known else np.sqrt(1 / (1 / error**2 + 1 / prior_sd**2))
    how = "measured" if not prior_known else "prior and measurement"
    return float(np.exp(mean)), float(sd), how


def _measure(totals: Floats, begin: int, settled: int) -> tuple[float, float]:
    after = totals[settled : settled + WINDOW]
    if begin < LEAST_HISTORY or not np.isfinite(after).any():
        return 0.0, float("inf")
    known = np.where(np.isfinite(totals), totals, np.nanmedian(totals))
    logs = adjust_logs(known[: settled + WINDOW], WEEK)
    old, new = logs[max(begin - WINDOW, 0) : begin], logs[settled:]
    noise = 1.4826 * float(np.median(np.abs(np.diff(logs)))) / np.sqrt(2) + 0.01
    error = noise * np.sqrt(AUTOCORRELATION * (1 / len(old) + 1 / len(new)))
    return float(np.median(new) - np.median(old)), float(error)
