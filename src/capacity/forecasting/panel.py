"""Many series side by side: right-aligned, gaps filled from the past, what was seen marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capacity.errors import DataError

Floats = NDArray[np.float64]
Reals = NDArray[np.floating[Any]]  # single or double precision
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

LEAST_WIDTH = 16  # shorter histories are padded on the left, so that lags exist
YEARS = (4, 12, 13, 26, 52, 53, 365, 366)  # quarters, months, four weeks, fortnights, weeks, days
LARGEST_COUNT = 1e12  # above this a double no longer holds a sum of counts exactly


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Series as the rows of one matrix, all ending at the last column.

    ``values`` (series, time) holds no nan: a gap holds the value one season before it, and the
    stretch before a series starts repeats its first season. ``observed`` marks what was seen;
    nothing else earns weight in a fit or a score.
    """

    values: Floats
    observed: Bools
    seasons: tuple[int, ...]

    @property
    def length(self) -> int:
        """Number of time steps (columns)."""
        return int(self.values.shape[1])

    @property
    def size(self) -> int:
        """Number of series (rows)."""
        return int(self.values.shape[0])

    def take(self, rows: slice) -> Panel:
        """Some of the series."""
        return Panel(values=self.values[rows], observed=self.observed[rows], seasons=self.seasons)

    @property
    def is_yearly(self) -> bool:
        """Whether the shortest season is a year of steps, or none is declared."""
        return not self.seasons or is_year(min(self.seasons))

    @property
    def cycle(self) -> int:
        """Longest season in steps, 1 where there is none."""
        return max(self.seasons, default=1)


def align(history: Sequence[Floats], *, seasons: tuple[int, ...], longest: int) -> Panel:
    """Right-align series of unequal length and fill what is missing, from the past only.

    Parameters
    ----------
    history : sequence of 1-D float arrays
        Oldest first; nan marks a missing value.
    seasons : tuple of int
        Season lengths in steps; those that no series covers twice are left out.
    longest : int
        Steps kept at most, counted from the end.
    """
    lengths = [min(len(series), longest) for series in history]
    width = max(max(lengths, default=0), LEAST_WIDTH)
    values = np.full((len(history), width), np.nan)
    for row, (series, length) in enumerate(zip(history, lengths, strict=True)):
        if length:
            values[row, width - length :] = series[len(series) - length :]
    observed = np.isfinite(values)
    kept = tuple(season for season in sorted(set(seasons)) if season > 1 and 2 * season <= width)
    return Panel(values=_fill(values, observed, kept), observed=observed, seasons=kept)


def is_year(season: int) -> bool:
    """Whether a season of so many steps is a year: trends then matter more than slots."""
    return season in YEARS


def check_history(history: Sequence[Floats], *, seasons: Sequence[int], horizon: int) -> None:
    """Refuse what cannot be forecast, all faults in one message."""
    faults = []
    if horizon < 1:
        faults.append(f"horizon must be at least 1 step, got {horizon}")
    faults += [f"season {season} must be at least 1 step" for season in seasons if season < 1]
    for row, series in enumerate(history):
        if series.ndim != 1:
            faults.append(f"series {row} has {series.ndim} dimensions, expected 1")
        elif np.isinf(series).any():
            faults.append(f"series {row} holds infinite values; use nan for missing")
        elif np.nanmax(np.abs(series), initial=0.0) > LARGEST_COUNT:
            faults.append(f"series {row} exceeds {LARGEST_COUNT:.0e} a step; change the unit")
    if faults:
        listed = "; ".join(faults[:5])
        raise DataError(f"{len(faults)} fault(s) in the history: {listed}.")


def _fill(values: Floats, observed: Bools, seasons: tuple[int, ...]) -> Floats:
    filled = values.copy()
    if observed.all():
        return filled
    width = values.shape[1]
    start = np.where(observed.any(axis=1), observed.argmax(axis=1), width)
    last = np.zeros(values.shape[0])
    for row in range(values.shape[0]):
        if start[row] < width:
            last[row] = values[row, start[row]]
    cycle = max(seasons, default=1)
    for at in np.flatnonzero(~observed.all(axis=0)):
        column = int(at)
        gap = ~observed[:, column] & (column >= start)
        if gap.any():
            season_ago = np.where(
                column - cycle >= start,
                filled[:, max(column - cycle, 0)],
                filled[:, max(column - 1, 0)],
            )
            filled[gap, column] = season_ago[gap]
    return _backcast(filled, start, cycle)


def _backcast(filled: Floats, start: Ints, cycle: int) -> Floats:
    width = filled.shape[1]
    for row in np.flatnonzero(start > 0):
        first = int(start[row])
        if first >= width:
            filled[row] = 0.0
            continue
        period = cycle if width - first >= cycle else 1
        back = np.arange(first)
        filled[row, :first] = filled[row, first + (back - first) % period]
    return filled
