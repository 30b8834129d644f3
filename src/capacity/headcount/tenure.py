"""What tenure does: who leaves, who is productive, who needs a mentor. Numbers in and out."""

from __future__ import annotations

import numpy as np

from capacity.domain.pool import Attrition, Ramp
from capacity.headcount.clock import WEEKS_PER_MONTH

TENURED = 600.0  # months: tenure of people of whom none is known


def leave_shares(
    attrition: Attrition, start: float, edges: np.ndarray, *, hazard: np.ndarray | None = None
) -> np.ndarray:
    """Probability to leave in each month, for people present when it begins (or joining in it).

    Parameters
    ----------
    start : when they joined, in months since the plan's begin (negative: before it).
    edges : month edges, shape (months + 1,).
    hazard : multiplies the hazard by month (1 = as declared); p becomes 1 - (1 - p)^hazard.

    Examples
    --------
    >>> from capacity.domain.pool import AttritionBand
    >>> yearly = Attrition(bands=(AttritionBand(from_months=0, yearly=0.35),))
    >>> leave_shares(yearly, 0.5, np.array([0.0, 1.0, 2.0])).round(4).tolist()
    [0.0178, 0.0353]
    """
    lengths = np.maximum(0.0, edges[1:] - np.maximum(edges[:-1], start))
    bands = band_numbers(attrition, start, edges)
    monthly = np.array([attrition.monthly(item.from_months) for item in attrition.bands])[bands]
    power = lengths if hazard is None else lengths * hazard
    return np.asarray(1.0 - (1.0 - monthly) ** power)


def band_numbers(attrition: Attrition, start: float, edges: np.ndarray) -> np.ndarray:
    """Tenure band by month of people who joined at `start`: whole months served at its beginning.

    Examples
    --------
    >>> from capacity.domain.pool import AttritionBand
    >>> two = Attrition(bands=tuple(AttritionBand(from_months=m, yearly=0.2) for m in (0, 2)))
    >>> band_numbers(two, -1.0, np.array([0.0, 1.0, 2.0])).tolist()
    [0, 1]
    """
    ages = np.maximum(np.floor(np.maximum(edges[:-1], start) - start + 1e-9), 0)
    firsts = [item.from_months for item in attrition.bands]
    return np.asarray(np.searchsorted(firsts, ages, side="right") - 1)


def ramp_shares(ramp: Ramp, start: float, edges: np.ndarray) -> np.ndarray:
    """Share of a full reviewer by month: productivity averaged over the whole month.

    Examples
    --------
    >>> ramp_shares(Ramp(weekly=(0.0,)), 0.0, np.array([0.0, 1.0, 2.0])).round(4).tolist()
    [0.7692, 1.0]
    """
    weekly = np.asarray(ramp.weekly, dtype=float)
    return _average(weekly, start, edges, after=1.0)


def mentor_shares(
    ramp: Ramp, mentor_hours_per_week: float, hours_per_week: float, start: float, edges: np.ndarray
) -> np.ndarray:
    """Tenured heads bound by one newcomer in each month: mentor hours until full productivity.

    Examples
    --------
    >>> mentor_shares(Ramp(weekly=(0.0, 0.5)), 10, 40, 0.0, np.array([0.0, 1.0])).round(4).tolist()
    [0.1154]
    """
    weekly = np.full(len(ramp.weekly), mentor_hours_per_week / hours_per_week)
    return _average(weekly, start, edges, after=0.0)


def presence(start: float, edges: np.ndarray) -> np.ndarray:
    """Share of each month for which someone who joins at `start` is employed."""
    lengths = np.diff(edges)
    return np.asarray(np.clip(edges[1:] - np.maximum(edges[:-1], start), 0.0, lengths) / lengths)


def _average(weekly: np.ndarray, start: float, edges: np.ndarray, *, after: float) -> np.ndarray:
    """Integral of a weekly step function of tenure over each month, over the month's length."""
    steps = np.arange(len(weekly) + 1) / WEEKS_PER_MONTH
    area = np.concatenate([[0.0], np.cumsum(weekly) / WEEKS_PER_MONTH])

    def integral(age: np.ndarray) -> np.ndarray:
        inside = np.interp(age, steps, area)
        return np.asarray(inside + after * np.maximum(0.0, age - steps[-1]))

    ages = np.maximum(edges - start, 0.0)
    return np.asarray(np.diff(integral(ages)) / np.diff(edges))
