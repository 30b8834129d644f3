"""Drivers of work on the paths of a demand: automation, escalation and handling time that move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from capacity.domain import Demand, DriverKind, Operation, Queue

Floats = NDArray[np.float64]
Factors = Callable[[str, DriverKind], Floats | None]

_GENERATIONS = 60  # a chain of escalations longer than this carries nothing that counts
_NOTHING = 1e-9  # cases an interval below which a chain has ended


def flow_cases(
    operation: Operation, detected: dict[str, Floats], factors: Factors
) -> dict[str, Floats]:
    """Human-review cases by queue, in cases of the handling time that the operation states.

    As `case_gains`, with shares that differ by path and interval: c = (1 - automated) x volume
    + transfers c, summed generation by generation.

    Parameters
    ----------
    detected : dict of arrays (paths, steps)
        Cases that arrive in each queue.
    factors : callable
        Of queue and kind: factors (paths, steps) against the operation's value, or None.
    """
    queues = {queue.name: queue for queue in operation.queues}
    wave = {name: cases * _human(queues[name], factors) for name, cases in detected.items()}
    total = {name: cases.copy() for name, cases in wave.items()}
    for _ in range(_GENERATIONS):
        onward: dict[str, Floats] = {}
        for name, cases in wave.items():
            for other, share in _transfers(queues[name], factors):
                onward[other] = onward.get(other, 0.0) + share * cases
        if not onward or max(float(cases.max(initial=0.0)) for cases in onward.values()) < _NOTHING:
            break
        for name, cases in onward.items():
            total[name] = total[name] + cases if name in total else cases
        wave = onward
    return {
        name: _weighed(cases, factors(name, DriverKind.HANDLING_MINUTES))
        for name, cases in total.items()
    }


def operation_on_path(operation: Operation, demand: Demand, path: int, periods: int) -> Operation:
    """The operation as one path finds it on average over the first ``periods`` intervals."""
    drivers = demand.drivers
    if drivers is None:
        return operation

    def mean(queue: str, kind: DriverKind) -> float:
        if not drivers.has(queue, kind):
            return 1.0
        return float(drivers.factors(queue, kind, path, path + 1, periods).mean())

    return replace(operation, queues=tuple(_moved(queue, mean) for queue in operation.queues))


def _moved(queue: Queue, mean: Callable[[str, DriverKind], float]) -> Queue:
    scale = mean(queue.name, DriverKind.HANDLING_MINUTES)
    human = min(1.0, (1 - queue.automation_share) * mean(queue.name, DriverKind.AUTOMATION_SHARE))
    onward = queue.escalates_to
    if onward is not None:
        share = min(1.0, onward.share * mean(queue.name, DriverKind.ESCALATION_SHARE))
        onward = replace(onward, share=share)
    handling = replace(
        queue.handling,
        mean_minutes=queue.handling.mean_minutes * scale,
        minutes=tuple(value * scale for value in queue.handling.minutes),
    )
    return replace(queue, handling=handling, automation_share=1 - human, escalates_to=onward)


def _human(queue: Queue, factors: Factors) -> Floats | float:
    """Share of the cases that people review."""
    share = 1.0 - queue.automation_share
    factor = factors(queue.name, DriverKind.AUTOMATION_SHARE)
    return share if factor is None else np.minimum(share * factor, 1.0)


def _transfers(queue: Queue, factors: Factors) -> list[tuple[str, Floats | float]]:
    """Queues that a reviewed case goes on to, and how often."""
    found: list[tuple[str, Floats | float]] = []
    if queue.escalates_to is not None:
        share = queue.escalates_to.share
        factor = factors(queue.name, DriverKind.ESCALATION_SHARE)
        moved = share if factor is None else np.minimum(share * factor, 1.0)
        found.append((queue.escalates_to.to, moved))
    if queue.qa_queue is not None:
        found.append((queue.qa_queue, queue.qa_share))
    return found


def _weighed(cases: Floats, factor: Floats | None) -> Floats:
    return cases if factor is None else np.asarray(cases * factor)
