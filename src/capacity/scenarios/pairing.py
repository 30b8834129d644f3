"""Paired differences on common random numbers, with intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from capacity.domain.seeds import stream
from capacity.scenarios.measuring import ON_TIME, Measured

Z_95 = 1.959963984540054
RESAMPLES = 400
MOST_NUMBERS = 2_000_000  # held at once in resamples
COLUMNS = ("scenario", "measure", "unit", "difference", "low", "high", "standard_error", "paths")


def paired_mean(difference: np.ndarray) -> tuple[float, float, float, float, int]:
    """Mean of paired differences, its 95 % interval, standard error and number of pairs.

    Paths without a value (no case arrived) are left out in pairs.

    Examples
    --------
    >>> mean, low, high, error, count = paired_mean(np.array([1.0, 1.0, 2.0, 2.0]))
    >>> mean, count, round(error, 4)
    (1.5, 4, 0.2887)
    """
    known = difference[~np.isnan(difference)]
    if not len(known):
        return (float("nan"),) * 4 + (0,)
    mean = float(known.mean())
    error = float(known.std(ddof=1) / np.sqrt(len(known))) if len(known) > 1 else float("nan")
    return mean, mean - Z_95 * error, mean + Z_95 * error, error, len(known)


def peak_difference(
    base: np.ndarray, other: np.ndarray, *, percentile: float, seed: int, name: str
) -> tuple[float, float, float, float]:
    """Difference of the peak month's heads at a percentile, before rounding, with its interval.

    Paths are drawn with replacement, the same ones for both sides (paired bootstrap, percentile
    interval): the paths are common, so most of their noise cancels. Arrays (paths, months).
    """
    generator = stream(seed, "bootstrap", name)
    draws = generator.integers(0, len(base), size=(RESAMPLES, len(base)))

    def peaks(heads: np.ndarray, rows: np.ndarray) -> np.ndarray:
        # One sort of (months, resamples, paths) instead of a quantile for each resample.
        return np.asarray(np.quantile(heads.T[:, rows], percentile, axis=-1).max(axis=0))

    def gain(rows: np.ndarray) -> np.ndarray:
        gained: np.ndarray = peaks(other, rows) - peaks(base, rows)
        return gained

    pieces = np.array_split(draws, max(1, draws.size * base.shape[1] // MOST_NUMBERS))
    spread = np.concatenate([gain(rows) for rows in pieces])
    value = float(gain(np.arange(len(base))[None])[0])
    low, high = np.quantile(spread, [0.025, 0.975])
    return value, float(low), float(high), float(spread.std(ddof=1))


def pair_with(
    base: Measured, other: Measured, *, scenario: str, percentile: float, seed: int
) -> pd.DataFrame:
    """All paired differences of a scenario to "as is" (COLUMNS)."""
    rows: list[Sequence[object]] = []
    if base.required is not None and other.required is not None:
        paths = min(len(base.required), len(other.required))
        if base.required.shape[1] == other.required.shape[1]:
            value, low, high, error = peak_difference(
                base.required[:paths],
                other.required[:paths],
                percentile=percentile,
                seed=seed,
                name=scenario,
            )
            label = f"heads needed at P{100 * percentile:g}, peak month"
            rows.append((scenario, label, "heads", value, low, high, error, paths))
    for measure, values in base.paths.items():
        if measure in other.paths:
            count = min(len(values), len(other.paths[measure]))
            mean, low, high, error, pairs = paired_mean(
                other.paths[measure][:count] - values[:count]
            )
            unit = "share" if measure.startswith(ON_TIME) else "heads"
            rows.append((scenario, measure, unit, mean, low, high, error, pairs))
    return pd.DataFrame(rows, columns=list(COLUMNS))
