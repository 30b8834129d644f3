"""How much exposure and how much unexposed work a pool has, from the mean work of the paths."""

from __future__ import annotations

import numpy as np

from capacity.domain.hiring import ExposureEffect
from capacity.domain.operation import Operation


def divide_work(
    work: np.ndarray, present: np.ndarray, operation: Operation, queues: tuple[str, ...]
) -> np.ndarray:
    """Weekly hours by month, queue and pool.

    `work` has shape (months, queues), `present` (months, pools). The work of a queue is divided
    over the pools that may serve it in proportion to their heads (convention).
    """
    weight = present[:, None, :] * serving(operation, queues)[None]
    total = weight.sum(axis=-1, keepdims=True)
    share = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
    return np.asarray(work[:, :, None] * share)


def serving(operation: Operation, queues: tuple[str, ...]) -> np.ndarray:
    """1 where a pool may serve a queue, shape (queues, pools)."""
    rows = [[queue in operation.served_by(pool) for pool in operation.pools] for queue in queues]
    return np.array(rows, dtype=float)


def exposed_hours(
    hours: np.ndarray, operation: Operation, queues: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Weekly (exposed and severity-weighted, unexposed) hours by month and pool."""
    severity = np.array([operation.queue(queue).severity for queue in queues])
    exposed = (hours * severity[None, :, None]).sum(axis=1)
    unexposed = (hours * (severity == 0)[None, :, None]).sum(axis=1)
    return exposed, unexposed


def sharable(hours: np.ndarray, serves: np.ndarray, deferrable: np.ndarray) -> np.ndarray:
    """Share of a pool's work that another pool could do: (months, lending pool, helped pool).

    Only deferrable queues count that both may serve; the last row along the lending axis is the
    share that any other pool could do.
    """
    pools = serves.shape[1]
    total = hours.sum(axis=1)
    shares = np.zeros((len(hours), pools + 1, pools))
    for b in range(pools):
        others = np.delete(np.arange(pools), b)
        for a in [*others, pools]:
            can = (
                serves[:, others].max(axis=1)
                if a == pools and len(others)
                else serves[:, min(a, pools - 1)]
            )
            part = (hours[:, :, b] * (can * deferrable)[None]).sum(axis=1)
            shares[:, a, b] = np.divide(
                part, total[:, b], out=np.zeros(len(hours)), where=total[:, b] > 0
            )
    return shares if pools > 1 else np.zeros_like(shares)


def leaving_hazard(
    effect: ExposureEffect | None, exposed: np.ndarray, present: np.ndarray, operation: Operation
) -> np.ndarray | None:
    """Factor on the leaving hazard by month and pool; None without an effect."""
    if effect is None:
        return None
    days = np.array([pool.days_per_week for pool in operation.pools], dtype=float)
    per_day = np.divide(exposed, present * days, out=np.zeros_like(exposed), where=present > 0)
    return np.asarray(1.0 + effect.per_hour * np.maximum(0.0, per_day - effect.reference_hours))


def overtime_heads(unexposed: np.ndarray, operation: Operation) -> np.ndarray:
    """Heads of overtime for which a pool has work: unexposed work only, unless its cap allows more."""
    hours = np.array([pool.hours_per_week for pool in operation.pools])
    free = np.array([operation.cap_of(pool).in_overtime for pool in operation.pools])
    return np.where(free[None, :], 1e4, unexposed / hours)
