"""Play the demand paths through the people of a plan, case by case, and read the promise off."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capacity.domain import (
    Demand,
    Dispatch,
    Operation,
    Roster,
    ShiftPlan,
    Simulation,
    TimeGrid,
)
from capacity.domain.faults import require_member
from capacity.errors import DataError
from capacity.queueing.cases import draw_arrivals, draw_jobs, with_backlog
from capacity.queueing.compiled import run_compiled
from capacity.queueing.crew import people_arrays
from capacity.queueing.driving import operation_on_path
from capacity.queueing.events import (
    EARLIEST_KEY,
    PLANNED_SHARES,
    Jobs,
    People,
    Played,
    Rules,
    run_plain,
)
from capacity.queueing.measuring import Span
from capacity.queueing.settling import Settled
from capacity.queueing.stage import Stage, path_counts, set_stage, with_dispatch
from capacity.queueing.stage_work import draw_first_weeks, settle_stage, settled_cases
from capacity.queueing.tallying import Tally

Floats = NDArray[np.float64]
Kernel = Callable[[Jobs, People, Rules, float], Played]

_REVIEWS_AT_MOST = 1_125_000  # default size of a run: some seconds in plain Python
_PRIORITY_STEP = 1e6  # hours between two priorities: no age ever makes up for it


class Engine(Enum):
    """PLAIN: Python alone. COMPILED: the same source by numba (extra `fast`), same results."""

    PLAIN = "plain"
    COMPILED = "compiled"


def simulate(
    demand: Demand,
    operation: Operation,
    *,
    shifts: ShiftPlan | None = None,
    roster: Roster | None = None,
    heads: pd.DataFrame | None = None,
    paths: int | None = None,
    seed: int = 0,
    engine: Engine = Engine.PLAIN,
    dispatch: Dispatch | None = None,
    hours_per_priority: float | None = None,
) -> Simulation:
    """Which share of cases is on time when these people work these demand paths, case by case.

    Parameters
    ----------
    demand : Demand
        Joint sample paths; they and the people must cover at least one whole week.
    operation : Operation
        Queues, skills, caps; the occupancy cap becomes rest after each case.
    shifts, roster, heads
        Exactly one. `heads` is a table pool, start (UTC), heads of people able to work in each
        interval of the demand's grid; it knows no duties, hence no exposure caps.
    paths : int, optional
        Demand paths to play; default as many as keep the run near 1.1 million reviews, at least 20.
    seed : int
        Draws of arrival times, handling times and routes; the paths have their own seed.
    engine : Engine
        Plain Python or numba; the results are the same.
    dispatch : Dispatch, optional
        Rule by which a free reviewer takes the next case; default that of the shift plan, else
        earliest due date.
    hours_per_priority : float, optional
        With Dispatch.PRIORITY: one level of priority is worth so many hours of age, so that
        priority rises with waiting; default strict priority.

    Returns
    -------
    Simulation
        A promise for every target (on-time share with standard error over paths, worst arrival
        hour, backlog and oldest case at the end) and the share of each whole week.

    Notes
    -----
    Non-preemptive; earliest due date within skills unless the plan ships another rule; a case in
    hand when a stint ends is finished; an escalated case keeps its clock, except for targets with
    the clock from knowledge, which starts at the review that escalates; a person whose exposure
    is used up leaves the exposed queues. The cap of the day is paced over the duty as planned (or
    evenly), save for queues staffed by floors. Without a backlog at `as_of` the first weeks of
    other paths are played before, until the open work has settled (13 at most, the last of them
    case by case). After the last week its people go on, so that late arrivals can be served, but
    a backlog larger than at the start counts as late: no borrowing from the next week. From the
    steady state a bad week may leave more than it found; there the mean over the paths counts.

    Examples
    --------
    >>> from capacity.queueing.examples import poisson_demand, two_queue_operation
    >>> operation = two_queue_operation()
    >>> demand = poisson_demand(operation, per_hour={"normal": 20.0, "urgent": 2.0}, weeks=1)
    >>> heads = pd.DataFrame({"pool": "core", "start": demand.grid.starts, "heads": 3})
    >>> result = simulate(demand, operation, heads=heads, paths=2)
    >>> [promise.is_kept for promise in result.promises]
    [True, True]
    """
    require_member(engine, Engine, "simulate: engine")
    stage = set_stage(demand, operation, shifts=shifts, roster=roster, heads=heads)
    if dispatch is not None:
        require_member(dispatch, Dispatch, "simulate: dispatch")
        stage = with_dispatch(stage, dispatch, shifts)
    count = min(demand.n_paths, paths or _default_paths(demand, stage))
    kernel: Kernel = run_plain if engine is Engine.PLAIN else run_compiled
    people = people_arrays(list(stage.duties), stage.kinds, stage.grid.hours)
    rules = rules_of(stage, hours_per_priority=hours_per_priority)
    goals = [(queue.name, target) for queue in operation.queues for target in queue.targets]
    settled = Settled(weeks=0)
    if stage.before:
        settled = settle_stage(stage, draw_first_weeks(demand, stage, count, seed))
    tally = Tally(stage=stage, goals=goals, spans=spans_of(stage), settled=settled.weeks)
    for path in range(count):
        counts = path_counts(demand, stage, path, paths=count)
        found = operation_on_path(operation, demand, path, counts.shape[1])
        arrivals = draw_arrivals(
            counts, found, interval_hours=stage.grid.hours, seed=seed, path=path
        )
        arrivals = with_backlog(arrivals, *_backlog(demand, operation))
        opened = settled_cases(settled, found, path, interval_hours=stage.grid.hours, seed=seed)
        arrivals = with_backlog(arrivals, *opened)
        jobs, visits = draw_jobs(arrivals, found, seed=seed, path=path)
        tally.add(visits, kernel(jobs, people, rules, stage.end))
    return tally.simulation(count, seed, demand)


def rules_of(stage: Stage, *, hours_per_priority: float | None = None) -> Rules:
    """Dispatch rule, rest and opening hours as arrays."""
    if hours_per_priority is not None and stage.dispatch is not Dispatch.PRIORITY:
        raise DataError(
            f"hours_per_priority belongs to Dispatch.PRIORITY, the rule is {stage.dispatch}."
        )
    step = _PRIORITY_STEP if hours_per_priority is None else hours_per_priority
    operation = stage.operation
    queues = operation.queues
    if stage.dispatch is Dispatch.PRIORITY:
        offset = np.array([step * queue.priority for queue in queues])
    else:
        offset = stage.windows
    skills = np.array([skills for _, skills in stage.classes], dtype=np.bool_)
    return Rules(
        class_queues=_padded(skills),
        queue_classes=_padded(skills.T),
        offset=offset,
        severity=np.array([queue.severity for queue in queues]),
        mean_hours=np.array([queue.handling.mean_hours for queue in queues]),
        paced=stage.paced,
        rest=stage.rest,
        is_open=stage.is_open,
        planned=stage.planned,
        interval_hours=stage.grid.hours,
        bins=stage.bins,
        rule=PLANNED_SHARES if stage.dispatch is Dispatch.FLOW_SHARES else EARLIEST_KEY,
    )


def _padded(table: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Positions of the true entries of each row, then -1."""
    width = max(1, int(table.sum(axis=1).max(initial=0)))
    result = np.full((len(table), width), -1, dtype=np.int64)
    for row, values in enumerate(table):
        found = np.flatnonzero(values)
        result[row, : len(found)] = found
    return result


def _backlog(demand: Demand, operation: Operation) -> tuple[NDArray[np.int64], Floats]:
    place = {name: i for i, name in enumerate(operation.queue_names)}
    names = np.array([place[name] for name in demand.backlog.queues], dtype=np.int64)
    return names, np.asarray(demand.backlog.age_hours, dtype=np.float64)


def _default_paths(demand: Demand, stage: Stage) -> int:
    human = np.array([1.0 - queue.automation_share for queue in stage.operation.queues])
    reviews = float(human @ path_counts(demand, stage, 0, paths=1).sum(axis=1))
    return max(20, int(_REVIEWS_AT_MOST / max(reviews, 1.0)))


def spans_of(stage: Stage) -> list[Span]:
    """The counted weeks by queue, with the local hour of the week of each bin."""
    spans = []
    periods = stage.weeks * stage.grid.intervals_per_week
    grid = TimeGrid(start=stage.grid.start, minutes=stage.grid.minutes, periods=periods)
    for number, queue in enumerate(stage.operation.queues):
        local = grid.local(queue.zone)
        last = int(stage.last_hour / stage.grid.hours)
        worked = np.flatnonzero(stage.is_open[number, :last])
        hour = np.asarray(local.day_of_week) * 24 + np.asarray(local.hour)
        spans.append(
            Span(
                first=stage.first_hour,
                weeks=stage.weeks,
                interval_hours=stage.grid.hours,
                hour_of_week=hour.astype(np.int64),
                shut_from=(float(worked[-1]) + 1.0) * stage.grid.hours if len(worked) else 0.0,
            )
        )
    return spans
