"""Shifts of level: found at the end of a history, and the older days brought to the new level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.forecasting.panel import Floats, Ints

LEAST_AFTER = 8  # steps on the new level before a shift is believed; a pulse is over by then
LONGEST_AFTER = 56  # older shifts are inside every member's memory already
BEFORE = 28  # steps of the old level
LEAST_RATIO = 1.25  # smaller shifts are left to the members
LEAST_SCORE = 6.0  # robust standard errors between the two levels
AUTOCORRELATION = 2.0  # convention: neighbours are alike, so errors of means are twice as large


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Series ``row`` changed by ``ratio``, ``after`` steps before its end.

    ``score`` is the change in robust standard errors.
    """

    row: int
    after: int
    ratio: float
    score: float


def find_shifts(values: Floats, rows: Ints, *, season: int) -> tuple[Shift, ...]:
    """Find the clearest recent shift of each series, if there is one.

    The season-adjusted logs of the recent past are split into two levels; the step between
    them must stand out from the noise, and the last season must still be on the new side.
    """
    width = values.shape[1]
    if width < BEFORE + LEAST_AFTER + season:
        return ()
    found = []
    for row in rows:
        shift = _clearest(adjust_logs(values[row], season), season)
        if shift is not None:
            after, step, score = shift
            ratio = float(np.exp(step))
            found.append(Shift(row=int(row), after=after, ratio=ratio, score=score))
    return tuple(found)


def bring_to_level(values: Floats, shifts: tuple[Shift, ...]) -> Floats:
    """Multiply what lies before each shift by its ratio, so that memory starts at the shift."""
    out = values.copy()
    for shift in shifts:
        out[shift.row, : -shift.after] *= shift.ratio
    return out


def adjust_logs(series: Floats, season: int) -> Floats:
    """Logs of a series over its size, the usual place of each slot of the season taken off."""
    size = max(float(np.abs(series).mean()), 1e-12)
    logs = np.log(np.maximum(series / size, 0.0) + 0.01)
    span = min(len(logs) // season, 16) * season
    slots = np.median(
        (logs[-span:] - np.repeat(logs[-span:].reshape(-1, season).mean(axis=1), season)).reshape(
            -1, season
        ),
        axis=0,
    )
    place = (np.arange(len(logs)) - len(logs)) % season
    return np.asarray(logs - slots[place])


def _clearest(logs: Floats, season: int) -> tuple[int, float, float] | None:
    """The split of the recent past into two levels with the least absolute deviation."""
    window = logs[-(LONGEST_AFTER + BEFORE) :]
    splits = range(LEAST_AFTER, min(LONGEST_AFTER, len(window) - BEFORE) + 1)
    after = min(splits, key=lambda split: _deviation(window[-split:]) + _deviation(window[:-split]))
    new, old = float(np.median(window[-after:])), window[:-after][-BEFORE:]
    step = new - float(np.median(old))
    noise = 1.4826 * float(np.median(np.abs(np.diff(logs[-120:])))) / np.sqrt(2) + 0.01
    score = abs(step) / (AUTOCORRELATION * noise * np.sqrt(1 / after + 1 / BEFORE))
    stays = abs(float(np.median(window[-season:])) - new) < abs(step) / 3
    if not stays or abs(step) < np.log(LEAST_RATIO) or score < LEAST_SCORE:
        return None
    return after, step, float(score)


def _deviation(values: Floats) -> float:
    return float(np.abs(values - np.median(values)).sum())
