"""Kaplan-Meier by tenure, with late entry: arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm


@dataclass(frozen=True, kw_only=True)
class SurvivalCurve:
    """Steps of the estimate: one entry a distinct leaving tenure."""

    tenure: np.ndarray
    at_risk: np.ndarray
    leavers: np.ndarray
    survival: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def at(self, tenure: float) -> float:
        """Share still there at a tenure."""
        place = int(np.searchsorted(self.tenure, tenure, side="right")) - 1
        return 1.0 if place < 0 else float(self.survival[place])


def kaplan_meier(
    entry: np.ndarray, leave: np.ndarray, left: np.ndarray, *, confidence: float = 0.95
) -> SurvivalCurve:
    """Product-limit estimate (Kaplan and Meier 1958) with late entry.

    Parameters
    ----------
    entry : tenure at which a person came under observation (0 = from the start).
    leave : tenure at which observation ended.
    left : True if the person left then, False if observation merely stopped.
    confidence : of the pointwise interval, by Greenwood's variance on the log-log scale.

    Examples
    --------
    >>> curve = kaplan_meier(np.zeros(4), np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, False, True, False]))
    >>> curve.survival.tolist(), curve.at_risk.tolist()
    ([0.75, 0.375], [4, 2])
    """
    times = np.unique(leave[left])
    at_risk = np.array([np.sum((entry < t) & (leave >= t)) for t in times], dtype=np.int64)
    leavers = np.array([np.sum((leave == t) & left) for t in times], dtype=np.int64)
    survival = np.cumprod(1.0 - leavers / np.maximum(at_risk, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(leavers / (at_risk * (at_risk - leavers)))
        spread = norm.ppf(0.5 + confidence / 2) * np.sqrt(greenwood) / np.abs(np.log(survival))
        low = survival ** np.exp(spread)
        high = survival ** np.exp(-spread)
    # Once everybody at risk has left, the estimate is 0 and the interval is unknown above.
    gone = survival <= 0
    return SurvivalCurve(
        tenure=times,
        at_risk=at_risk,
        leavers=leavers,
        survival=survival,
        low=np.where(gone, 0.0, low),
        high=np.where(gone, np.nan, high),
    )


def never_falling(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The closest never-falling sequence (pool adjacent violators, weighted least squares).

    Examples
    --------
    >>> never_falling(np.array([1.0, 3.0, 2.0, 4.0]), np.ones(4)).tolist()
    [1.0, 2.5, 2.5, 4.0]
    """
    blocks: list[list[float]] = []
    for value, weight in zip(values, weights, strict=True):
        blocks.append([float(value), float(weight), 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            last, before = blocks.pop(), blocks.pop()
            total = before[1] + last[1]
            mean = (before[0] * before[1] + last[0] * last[1]) / total
            blocks.append([mean, total, before[2] + last[2]])
    return np.concatenate([np.full(int(count), mean) for mean, _, count in blocks])
