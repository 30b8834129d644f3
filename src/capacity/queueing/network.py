"""The network of queues: escalations and QA samples as flows between queues, solved jointly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from capacity.domain import Operation, Queue
from capacity.domain.faults import nearest
from capacity.errors import DataError

Floats = NDArray[np.float64]


def transfer_matrix(queues: tuple[Queue, ...]) -> Floats:
    """Cases that one reviewed case of the column's queue sends to the row's queue.

    Escalations move on with their clock; QA samples enter the QA queue as tasks of their own.
    """
    place = {queue.name: i for i, queue in enumerate(queues)}
    matrix = np.zeros((len(queues), len(queues)))
    for column, queue in enumerate(queues):
        if queue.escalates_to is not None:
            matrix[_place(place, queue, queue.escalates_to.to), column] += queue.escalates_to.share
        if queue.qa_queue is not None:
            matrix[_place(place, queue, queue.qa_queue), column] += queue.qa_share
    return matrix


def case_gains(operation: Operation) -> Floats:
    """Human-review cases in the row's queue per case detected in the column's queue.

    Solves c = (1 - automated) x volume + transfers c. Raises `DataError` where a loop of
    escalations sends back as many cases as it takes.

    Examples
    --------
    >>> from capacity.queueing.examples import two_queue_operation
    >>> case_gains(two_queue_operation()).round(3).tolist()
    [[1.0, 0.05], [0.0, 0.5]]
    """
    queues = operation.queues
    matrix = transfer_matrix(queues)
    radius = float(np.max(np.abs(np.linalg.eigvals(matrix)))) if len(queues) else 0.0
    if radius >= 1.0 - 1e-12:
        raise DataError(
            f"escalations and QA samples run in a loop with gain {radius:.3g} "
            f"({' -> '.join(_loop(queues, matrix))}): the work never ends. "
            "Fix: lower a share in the loop so that the gain is below 1."
        )
    human = np.array([1.0 - queue.automation_share for queue in queues])
    return np.asarray(
        np.linalg.solve(np.eye(len(queues)) - matrix, np.diag(human)), dtype=np.float64
    )


def _place(place: dict[str, int], queue: Queue, other: str) -> int:
    if other not in place:
        raise DataError(
            f"queue {queue.name}: sends cases to the unknown queue {other!r}: "
            f"{nearest(other, place)}"
        )
    return place[other]


def _loop(queues: tuple[Queue, ...], matrix: Floats) -> list[str]:
    """Names along one loop: from any queue that can come back to itself."""
    reach = np.linalg.matrix_power((matrix > 0) + np.eye(len(queues)), len(queues)) > 0
    for start in range(len(queues)):
        onward = [k for k in range(len(queues)) if matrix[k, start] > 0 and reach[start, k]]
        if onward:
            path, here = [start], onward[0]
            while here not in path:
                path.append(here)
                here = next(
                    k for k in range(len(queues)) if matrix[k, here] > 0 and reach[start, k]
                )
            return [queues[k].name for k in [*path, here]]
    return []
