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
    """Series ``row`` changed by ``ratio`` at column ``at``; ``score`` in robust standard errors."""

    row: int
    at: int
    ratio: float
    score: float


def find_shifts(values: Floats, rows: Ints, *, season: int) -> tuple[Shift, ...]:
    """Find the clearest recent shift of each series, if there is one.

    For every split of the last `LONGEST_AFTER` steps the medians of the season-adjusted logs
    before and after are compared; the last season must still be on the new side.
    """
    width = values.shape[1]
    if width < BEFORE + LEAST_AFTER + season:
        return ()
    found = []
    for row in rows:
        shift = _clearest(_adjusted_logs(values[row], season), season)
        if shift is not None:
            at, step, score = shift
            found.append(Shift(row=int(row), at=at, ratio=float(np.exp(step)), score=score))
    return tuple(found)


def bring_to_level(values: Floats, shifts: tuple[Shift, ...]) -> Floats:
    """Multiply what lies before each shift by its ratio, so that memory starts at the shift."""
    out = values.copy()
    for shift in shifts:
        out[shift.row, : shift.at] *= shift.ratio
    return out


def _adjusted_logs(series: Floats, season: int) -> Floats:
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
    width = len(logs)
    noise = 1.4826 * float(np.median(np.abs(np.diff(logs[-120:])))) / np.sqrt(2) + 0.01
    best: tuple[int, float, float] | None = None
    for after in range(LEAST_AFTER, min(LONGEST_AFTER, width - BEFORE) + 1):
        at = width - after
        new, old = np.median(logs[at:]), np.median(logs[at - BEFORE : at])
        step = float(new - old)
        error = AUTOCORRELATION * noise * np.sqrt(1 / after + 1 / BEFORE)
        score = abs(step) / error
        still = abs(np.median(logs[-season:]) - new) < abs(step) / 3
        if still and (best is None or score > best[2]):
            best = (at, step, float(score))
    if best is None or abs(best[1]) < np.log(LEAST_RATIO) or best[2] < LEAST_SCORE:
        return None
    return best
