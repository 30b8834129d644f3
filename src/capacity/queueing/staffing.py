"""From demand to staffing: which queue needs a floor, which may wait, and why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from capacity.domain import (
    ClockFrom,
    Demand,
    MeasuredAt,
    Operation,
    Queue,
    QueuePlan,
    Staffing,
    Target,
    Treatment,
)
from capacity.domain.display import duration
from capacity.domain.faults import FaultList, nearest
from capacity.queueing.handling import handling_quantiles, share_within
from capacity.queueing.network import case_gains, transfer_matrix
from capacity.queueing.work import NetworkWork

LONG_TARGET = 10.0  # handling times; from here on backlog may carry over (measured rule)
NO_TARGET_HOURS = 168.0  # convention: work without a target is done within a week


def staff(demand: Demand, operation: Operation) -> Staffing:
    """Which reviewers must be present when (floors), and which work may wait how long (work).

    Parameters
    ----------
    demand : Demand
        Joint sample paths by queue with the backlog at `as_of`.
    operation : Operation
        Queues with handling times, targets, shares and escalations.

    Returns
    -------
    Staffing
        Floors (true minimum by Erlang C, started or closed) for queues that are open all hours
        and whose target is shorter than 10 handling times; work with its window, late share and
        opening backlog for all others. Work = volume x (1 - automated) through the escalation
        network x handling time x (1 + double review + own QA). It carries no promise.

    Raises
    ------
    DataError
        All faults in one message: an unknown queue, a `closed` target above its ceiling
        P(handling <= target) or shorter than the mean handling time, a loop of escalations.

    Examples
    --------
    >>> from capacity.queueing.examples import poisson_demand, two_queue_operation
    >>> operation = two_queue_operation()
    >>> demand = poisson_demand(operation, per_hour={"normal": 60.0, "urgent": 5.0})
    >>> staffing = staff(demand, operation)
    >>> staffing.plan_of("normal").treatment.value, staffing.plan_of("normal").window_hours
    ('work', 24)
    >>> round(float(staffing.work("urgent").sum(axis=1).mean() / 336), 2)   # 5/h + 60/h x .5 x .1
    0.81
    """
    _check(demand, operation)
    gains = case_gains(operation)
    plans = plan_queues(operation)
    source = NetworkWork(
        demand=demand,
        operation=operation,
        gains=tuple(tuple(row) for row in gains.tolist()),
        plans=plans,
    )
    return Staffing(
        grid=demand.grid,
        months=demand.months,
        plans=plans,
        n_paths=demand.n_paths,
        seed=demand.seed,
        as_of=demand.as_of,
        source=source,
        backlog=demand.backlog,
        opening=opening_work(demand, operation),
        notes=(*demand.notes, *_notes(demand, operation, plans)),
    )


def binding_target(queue: Queue) -> Target | None:
    """The target that sets the deadline: the shortest among those that speak for most cases.

    A median (share at most one half) binds only where no higher share is promised.
    """
    strict = [target for target in queue.targets if target.share > 0.5]
    candidates = strict or list(queue.targets)
    return min(candidates, key=lambda target: time_left(queue, target)) if candidates else None


def always_open(queue: Queue) -> bool:
    """Whether the queue may be worked at every hour of every day."""
    hours = queue.opening
    return hours is None or (hours.hours_per_week >= 168.0 and not hours.closed_dates)


def plan_queues(operation: Operation) -> tuple[QueuePlan, ...]:
    """The plan of each queue, with what journeys ask of it.

    A target over the journey leaves the queues along the way less time than it names: in each of
    them the window is at most the target less what the handling in the queues still to come takes
    in nineteen cases of twenty.
    """
    plans = {queue.name: staff_queue(queue) for queue in operation.queues}
    for queue in operation.queues:
        for target in queue.targets:
            if not target.journey:
                continue
            way = _journey(operation, queue)
            ahead = [float(handling_quantiles(stop.handling, 0.95)) for stop in way]
            for number, stop in enumerate(way):
                left = time_left(queue, target) - sum(ahead[number + 1 :])
                plan = plans[stop.name]
                if left < plan.window_hours:
                    reason = (
                        f"{plan.reason}; {left:.3g} h, from the journey that starts in {queue.name}"
                    )
                    plans[stop.name] = replace(plan, window_hours=left, reason=reason)
    return tuple(plans[queue.name] for queue in operation.queues)


def time_left(queue: Queue, target: Target) -> float:
    """Hours that a target leaves from the arrival in its queue on."""
    if target.clock_from is ClockFrom.DETECTION:
        return target.within_hours - queue.detection_lag_hours
    return target.within_hours


def _journey(operation: Operation, queue: Queue) -> list[Queue]:
    """The queue and those to which its cases may escalate, each once."""
    way = [queue]
    while way[-1].escalates_to is not None:
        onward = operation.queue(way[-1].escalates_to.to)
        if onward in way:
            break
        way.append(onward)
    return way


def staff_queue(queue: Queue) -> QueuePlan:
    """Treatment, deadline and work per case of one queue, with the reason."""
    target = binding_target(queue)
    hours = queue.handling.mean_hours * queue.reviews_per_case
    treatment, reason = _treatment(queue, target)
    return QueuePlan(
        queue=queue.name,
        treatment=treatment,
        target=target,
        window_hours=time_left(queue, target) if target else NO_TARGET_HOURS,
        late_share=1.0 - target.share if target else 0.0,
        hours_per_arrival=hours,
        ceiling=_ceiling(queue, target) if target else 1.0,
        reason=reason,
    )


def _treatment(queue: Queue, target: Target | None) -> tuple[Treatment, str]:
    if target is None:
        return Treatment.WORK, "no target: its work is done within a week (convention)"
    hours = time_left(queue, target)
    ratio = hours / queue.handling.mean_hours
    goal = f"{hours:g} h is {ratio:.3g} handling times"
    if not always_open(queue):
        return Treatment.WORK, f"closed hours carry backlog over; {goal}"
    if ratio >= LONG_TARGET:
        return Treatment.WORK, f"{goal} (10 or more): the work may wait, backlog carries over"
    return (
        Treatment.FLOOR,
        f"{goal} (under 10) and open all hours: reviewers present by Erlang C, true minimum",
    )


def _ceiling(queue: Queue, target: Target) -> float:
    if target.measured_at is MeasuredAt.STARTED:
        return 1.0
    return share_within(queue.handling, time_left(queue, target))


def _check(demand: Demand, operation: Operation) -> None:
    faults = FaultList(title="Staffing was refused")
    names = operation.queue_names
    for name in demand.queues:
        if name not in names:
            faults.add(f"demand, queue {name}", "is not in the operation", nearest(name, names))
    for name in sorted(set(demand.backlog.queues) - set(names)):
        faults.add(f"backlog, queue {name}", "is not in the operation", nearest(name, names))
    for queue in operation.queues:
        if queue.opening is not None and not queue.opening.open_share(demand.grid).any():
            faults.add(
                f"queue {queue.name}",
                f"is closed on all {demand.grid.periods // demand.grid.intervals_per_week} weeks of "
                "the demand, so its work can never be done",
                "open it on some days, or take it out of the operation",
            )
        for target in queue.targets:
            _check_target(queue, target, faults)
            _check_journey(operation, queue, target, faults)
    faults.raise_any()


def _check_target(queue: Queue, target: Target, faults: FaultList) -> None:
    if target.measured_at is MeasuredAt.STARTED:
        return
    where = f"queue {queue.name}"
    if time_left(queue, target) < queue.handling.mean_hours:
        faults.add(
            where,
            f"the target {duration(target.within_hours)} (closed) is shorter than the mean handling "
            f"time {queue.handling.mean_hours:g} h",
            'lengthen the target, or measure_at = "started"',
        )
        return
    ceiling = _ceiling(queue, target)
    if target.share > ceiling:
        faults.add(
            where,
            f"{target.share:.1%} closed within {duration(target.within_hours)} is impossible at any "
            f"staffing: only {ceiling:.1%} of cases are handled that fast",
            f'promise at most {ceiling:.1%}, lengthen the target, or measured_at = "started"',
        )


def _check_journey(operation: Operation, queue: Queue, target: Target, faults: FaultList) -> None:
    if not target.journey or queue.escalates_to is None:
        return
    way = _journey(operation, queue)
    needed = sum(float(handling_quantiles(stop.handling, 0.95)) for stop in way)
    if time_left(queue, target) < needed:
        names = " -> ".join(stop.name for stop in way)
        faults.add(
            f"queue {queue.name}",
            f"the journey {names} takes {needed:.3g} h of handling in one case of twenty, its target "
            f"leaves {time_left(queue, target):g} h",
            "lengthen the target, or give each queue a target of its own",
        )


def opening_work(demand: Demand, operation: Operation) -> tuple[tuple[str, float, float], ...]:
    """(queue, hours left, work hours) of the open cases, and of what they will escalate."""
    plans = plan_queues(operation)
    onward = _onward(operation)
    rows: list[tuple[str, float, float]] = []
    for column, queue in enumerate(operation.queues):
        for age in demand.backlog.ages(queue.name):
            rows += [
                (plan.queue, plan.window_hours - float(age), share * plan.hours_per_arrival)
                for plan, share in zip(plans, onward[:, column], strict=True)
                if share > 0
            ]
    order = {name: i for i, name in enumerate(operation.queue_names)}
    return tuple(sorted(rows, key=lambda row: (order[row[0]], row[1])))


def _onward(operation: Operation) -> np.ndarray:
    """Cases in the row's queue per case now open in the column's queue (automation is behind it)."""
    size = len(operation.queues)
    return np.linalg.inv(np.eye(size) - transfer_matrix(operation.queues))


def _notes(demand: Demand, operation: Operation, plans: tuple[QueuePlan, ...]) -> tuple[str, ...]:
    notes = []
    gains = case_gains(operation)
    fed = {name for name in operation.queue_names if name in demand.queues}
    for k, queue in enumerate(operation.queues):
        if not any(gains[k, j] > 0 for j, q in enumerate(operation.queues) if q.name in fed):
            notes.append(f"queue {queue.name}: no series in the demand feeds it; its work is zero")
    windows = {plan.queue: plan.window_hours for plan in plans}
    for queue in operation.queues:
        onward = queue.escalates_to
        target = binding_target(operation.queue(onward.to)) if onward else None
        if onward is None or target is None or target.clock_from is ClockFrom.KNOWLEDGE:
            continue
        if windows[queue.name] >= target.within_hours:
            notes.append(
                f"queue {onward.to}: {onward.share:.1%} of {queue.name} escalates here with its clock "
                f"running from the first arrival, {queue.name} may take {windows[queue.name]:g} h and "
                f"{onward.to} promises {target.within_hours:g} h in all; "
                'clock_from = "knowledge" starts the clock at the review that escalates'
            )
    return tuple(notes)
