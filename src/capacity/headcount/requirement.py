"""Employed heads needed by path, month and pool: work, curve, availability. Never rounded here."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from capacity.domain.curve import StaffingCurve
from capacity.domain.operation import Operation
from capacity.domain.staffing import Staffing
from capacity.errors import DataError
from capacity.headcount.clock import HOURS_PER_WEEK, PlanCalendar


def weekly_work(
    staffing: Staffing,
    queues: Sequence[str],
    calendar: PlanCalendar,
    *,
    backlog_weeks: float = 4.0,
) -> np.ndarray:
    """Weekly-equivalent work hours, shape (paths, months, queues).

    A month's work is divided by its elapsed weeks, so that long months do not look busier. The
    work in the opening backlog is spread over the first `backlog_weeks` (convention: four).
    """
    if backlog_weeks <= 0:
        raise DataError(f"backlog_weeks must be positive, got {backlog_weeks}.")
    weeks = calendar.hours / HOURS_PER_WEEK
    work = np.stack([staffing.monthly_work(queue) for queue in queues], axis=-1)
    if work.shape[1] != calendar.periods or not np.isfinite(work).all() or (work < 0).any():
        raise DataError(
            f"monthly work must be finite, >= 0 and of {calendar.periods} months, got shape "
            f"{work.shape}. Fix: pass the staffing that belongs to this plan."
        )
    edges = np.concatenate([[0.0], np.cumsum(weeks)])
    share = np.diff(np.minimum(edges, backlog_weeks)) / backlog_weeks
    opening = np.zeros(len(queues))
    for queue, _, hours in staffing.opening:
        opening[list(queues).index(queue)] += hours
    return np.asarray((work + share[None, :, None] * opening) / weeks[None, :, None])


def required_paths(
    curve: StaffingCurve,
    work: np.ndarray,
    operation: Operation,
    availability: np.ndarray,
) -> np.ndarray:
    """Employed heads by path, month and pool; the last column is the sum over pools of each path.

    `work` has shape (paths, months, queues), `availability` (months, pools) of `Fraction`: heads
    present are multiplied by the denominator and divided by the numerator, so that a whole
    number stays whole. Shape of the result: (paths, months, pools + 1).
    """
    present = np.maximum(curve.by_pool(work), 0.0)
    order = [curve.pools.index(name) for name in operation.pool_names]
    top = np.array([[share.denominator for share in row] for row in availability], dtype=float)
    bottom = np.array([[share.numerator for share in row] for row in availability], dtype=float)
    employed = present[..., order] * top / bottom
    return np.concatenate([employed, employed.sum(axis=-1, keepdims=True)], axis=-1)


def check_curve(curve: StaffingCurve, staffing: Staffing, operation: Operation) -> None:
    """Refuse a curve of other queues or pools than the plan's."""
    if set(curve.queues) != set(staffing.queues) or set(curve.pools) != set(operation.pool_names):
        raise DataError(
            f"the curve knows queues {curve.queues} and pools {curve.pools}, the operation "
            f"{staffing.queues} and {operation.pool_names}. Fix: build the curve from this operation."
        )


def monthly_availability(
    operation: Operation, calendar: PlanCalendar, overrides: dict[tuple[str, str], Fraction]
) -> np.ndarray:
    """Availability as exact fractions, shape (months, pools): the pool's, or the month's own."""
    table = np.empty((calendar.periods, len(operation.pools)), dtype=object)
    for k, pool in enumerate(operation.pools):
        for m, label in enumerate(calendar.labels):
            table[m, k] = overrides.get((pool.name, label), pool.shrinkage.availability)
    return table


def read_quantiles(required: np.ndarray, level: float) -> np.ndarray:
    """Quantile over paths by month and pool, not rounded."""
    return np.asarray(np.quantile(required, level, axis=0))


def round_heads(heads: np.ndarray) -> np.ndarray:
    """Whole heads: rounded up once, with 1e-9 of tolerance against binary dust."""
    return np.asarray(np.ceil(heads - 1e-9)).astype(int)
