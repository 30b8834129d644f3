"""Take the sting out of lone spikes before members learn from them."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from capacity.forecasting.panel import Bools, Floats, Panel

WINDOW = 15  # trailing steps of the reference median: a shift of level is believed after half
MEMORY = 4  # windows over which the usual deviation from the reference is measured
DEVIATIONS = 5.0  # robust standard deviations beyond which a value is pulled in
LEAST_FACTOR = 2.0  # a value within this factor of the reference is never touched
SLOT_CYCLES = 4  # cycles from which a slot's usual place in the season is taken
OFFSET = 0.01  # of a series' mean, so that zeros have a logarithm
LONGEST_SEASON = 12  # longer seasons move the reference too much within a cycle


def tame(panel: Panel, exempt: Bools) -> Panel:
    """Pull values far outside their own recent past to its edge, using the past alone.

    A spike of a week must not set the level of the weeks after it, while a shift that lasts
    moves the reference itself. Scores and trajectories keep the values as they were.

    Parameters
    ----------
    panel : Panel
    exempt : array (series,)
        Series left as they are (sparse or signed).
    """
    season = min(panel.seasons, default=LONGEST_SEASON + 1)
    rows = np.flatnonzero(~exempt)
    least = WINDOW + (SLOT_CYCLES + 1) * season
    if panel.is_yearly or season > LONGEST_SEASON or panel.length <= least or not len(rows):
        return panel
    values = panel.values.copy()
    values[rows] = _pull_in(values[rows], season)
    return Panel(values=values, observed=panel.observed, seasons=panel.seasons)


def _pull_in(values: Floats, season: int) -> Floats:
    size = np.maximum(np.abs(values).mean(axis=1, keepdims=True), 1e-12)
    logs = np.log(np.maximum(values / size, 0.0) + OFFSET)
    trailing = np.median(sliding_window_view(logs, WINDOW, axis=1), axis=2)[:, :-1]
    start = WINDOW + SLOT_CYCLES * season
    above = logs[:, WINDOW:] - trailing
    past = [
        above[:, n * season : above.shape[1] - (SLOT_CYCLES - n) * season]
        for n in range(SLOT_CYCLES)
    ]
    expected = trailing[:, start - WINDOW :] + np.median(past, axis=0)
    apart = logs[:, start:] - expected
    limit = np.maximum(np.log(LEAST_FACTOR), DEVIATIONS * 1.4826 * _usual(np.abs(apart)))
    bounded = np.clip(apart, -limit, limit)
    pulled = np.maximum((np.exp(expected + bounded) - OFFSET) * size, 0.0)
    out = values.copy()
    out[:, start:] = np.where(bounded == apart, values[:, start:], pulled)
    return out


def _usual(apart: Floats) -> Floats:
    """Running median of past deviations, the last step's own left out."""
    span = min(MEMORY * WINDOW, apart.shape[1])
    middle = np.median(sliding_window_view(apart, span, axis=1), axis=2)
    first = np.repeat(middle[:, :1], span, axis=1)
    return np.concatenate([first, middle[:, :-1]], axis=1)
