"""Recovery from a backlog, and the test that work fits the people over a whole cycle."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capacity.domain import Demand, Operation, Recovery, ShiftPlan
from capacity.errors import InfeasibleError, UnstableQueueError
from capacity.queueing.playing import play_stage
from capacity.queueing.staffing import opening_work, plan_queues
from capacity.queueing.stage import Stage, set_stage
from capacity.queueing.stage_work import WorkPaths, capacity_of_classes, draw_stage_work

Floats = NDArray[np.float64]

_MOST_QUEUES = 14  # subsets of more queues than this are not looked at one by one


def recover(
    demand: Demand,
    operation: Operation,
    *,
    shifts: ShiftPlan | None = None,
    heads: pd.DataFrame | None = None,
    extra_heads: int = 0,
    paths: int | None = None,
    seed: int = 0,
) -> Recovery:
    """When each queue is back within its target, and which one falls behind first.

    Parameters
    ----------
    demand : Demand
        Paths from `as_of`, with the open cases and their ages.
    operation : Operation
        Queues, skills, targets.
    shifts, heads
        Exactly one: the people, for at least one week; `heads` as for `simulate`.
    extra_heads : int
        People added to every pool in every interval in which it is staffed (needs `heads`).
    paths : int, optional
        Paths to play; default all.

    Raises
    ------
    UnstableQueueError
        The work of some queues exceeds what the people who hold their skills can do over the
        whole horizon: the backlog only grows. The message names them and the missing hours.

    Examples
    --------
    >>> from capacity.domain import Backlog
    >>> from capacity.queueing.examples import poisson_demand, two_queue_operation
    >>> operation = two_queue_operation()
    >>> backlog = Backlog(queues=("normal",) * 300, age_hours=(40.0,) * 300)
    >>> demand = poisson_demand(operation, per_hour={"normal": 20.0}, weeks=1, backlog=backlog)
    >>> heads = pd.DataFrame({"pool": "core", "start": demand.grid.starts, "heads": 3})
    >>> recover(demand, operation, heads=heads).first_breach
    'normal'
    """
    if extra_heads and heads is not None:
        heads = heads.assign(heads=heads["heads"] + extra_heads * (heads["heads"] > 0))
    stage = set_stage(demand, operation, shifts=shifts, heads=heads)
    drawn = draw_stage_work(demand, stage, paths or demand.n_paths, seed)
    _require_stable(stage, drawn)
    played = play_stage(demand, stage, drawn)
    first = stage.before * stage.grid.intervals_per_week
    last = first + stage.weeks * stage.grid.intervals_per_week
    opening = opening_work(demand, operation)
    rows = []
    for number, (queue, plan) in enumerate(
        zip(operation.queues, plan_queues(operation), strict=True)
    ):
        if plan.target is None:
            continue
        lag = plan.window_hours / stage.grid.hours
        arrived = played.arrived[number]
        old = [(left, hours) for name, left, hours in opening if name == queue.name]
        due = _delayed(arrived, lag) - arrived[:, :1] + _opening_due(old, arrived.shape[1], stage)
        overdue = np.maximum(due - played.served[number], 0.0)[:, first : last + 1]
        allowed = plan.late_share * (arrived - due)[:, first : last + 1]
        behind = overdue > allowed + 1e-6
        ages = demand.backlog.ages(queue.name)
        rows.append(
            {
                "queue": queue.name,
                "open_cases": len(ages),
                "overdue_cases": int((ages > plan.window_hours).sum()),
                **_times(behind, stage.grid.hours),
            }
        )
    return Recovery(
        frame=pd.DataFrame(rows),
        horizon_hours=stage.weeks * 168.0,
        n_paths=drawn.work.shape[1],
        extra_heads=extra_heads,
    )


def heads_to_recover(
    demand: Demand,
    operation: Operation,
    *,
    heads: pd.DataFrame,
    within_hours: float,
    most: int = 100,
    paths: int | None = None,
    seed: int = 0,
) -> Recovery:
    """The fewest extra people in every staffed interval that bring all queues back in time.

    "In time" means: on nine paths of ten each queue is back within its target after
    `within_hours`. Raises `InfeasibleError` when `most` extra people do not suffice.
    """

    def probe(extra: int) -> bool:
        try:
            result = recover(
                demand, operation, heads=heads, extra_heads=extra, paths=paths, seed=seed
            )
        except UnstableQueueError:
            return False
        return bool((result.frame["back_hours_p90"] <= within_hours).all())

    low, high = -1, 0
    while high <= most:
        if probe(high):
            break
        low, high = high, max(1, 2 * high)
    if high > most:
        raise InfeasibleError(
            f"{most} more people in every staffed interval do not bring all queues back within "
            f"{within_hours:g} h. Fix: allow more time, staff closed hours, or add skills."
        )
    while high - low > 1:
        middle = (low + high) // 2
        if probe(middle):
            high = middle
        else:
            low = middle
    return recover(demand, operation, heads=heads, extra_heads=high, paths=paths, seed=seed)


def _times(behind: NDArray[np.bool_], hours: float) -> dict[str, float]:
    """Shares and quantiles of the first and last time at which a queue is behind, over paths."""
    any_behind = behind.any(axis=1)
    first = np.where(any_behind, behind.argmax(axis=1) * hours, np.inf)
    size = behind.shape[1]
    last = size - behind[:, ::-1].argmax(axis=1)
    back = np.where(any_behind, last * hours, 0.0)
    back = np.where(behind[:, -1], np.inf, back)
    breaching = first[any_behind]
    return {
        "breach_share": float(any_behind.mean()),
        "breach_hours": float(np.median(breaching)) if len(breaching) else np.inf,
        "back_hours_p50": float(np.quantile(back, 0.5, method="higher")),
        "back_hours_p90": float(np.quantile(back, 0.9, method="higher")),
    }


def _opening_due(old: list[tuple[float, float]], edges: int, stage: Stage) -> Floats:
    """Opening work that is due by each edge of the bins."""
    hour = np.arange(edges) * stage.grid.hours
    due = np.zeros(edges)
    for left, hours in old:
        due += hours * (hour >= left)
    return due


def _delayed(arrived: Floats, lag: float) -> Floats:
    place = np.maximum(np.arange(arrived.shape[1]) - lag, 0.0)
    left = place.astype(np.int64)
    part = place - left
    right = np.minimum(left + 1, arrived.shape[1] - 1)
    return np.asarray(arrived[:, left] * (1 - part) + arrived[:, right] * part)


def _require_stable(stage: Stage, drawn: WorkPaths) -> None:
    """Every set of queues must find enough hours among the people who can serve any of them."""
    first = stage.before * stage.grid.intervals_per_week
    last = first + stage.weeks * stage.grid.intervals_per_week
    work = drawn.work[:, :, first:last].mean(axis=1).sum(axis=1)
    hours = capacity_of_classes(stage, drawn)[:, first:last].sum(axis=1)
    skills = np.array([skills for _, skills in stage.classes], dtype=np.bool_)
    names = stage.operation.queue_names
    busy = [number for number in range(len(names)) if work[number] > 0]
    sizes = range(1, len(busy) + 1) if len(busy) <= _MOST_QUEUES else (1, len(busy))
    for size in sizes:
        for group in combinations(busy, size):
            able = float(hours[skills[:, list(group)].any(axis=1)].sum())
            need = float(work[list(group)].sum())
            if need > able * (1 + 1e-9):
                listed = ", ".join(names[number] for number in group)
                raise UnstableQueueError(
                    f"queue {listed}: {need:,.1f} hours of work meet {able:,.1f} hours of people "
                    f"who hold the skills over {stage.weeks} week(s), so the backlog only grows. "
                    f"Fix: add {need - able:,.1f} hours or more, cross-train, or lower the work."
                )
