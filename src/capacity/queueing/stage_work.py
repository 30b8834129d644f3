"""The work that a stage meets: drawn hours by bin, and the open work from which it starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capacity.domain import Demand, Operation
from capacity.domain.seeds import stream
from capacity.queueing.crew import Capacity, capacity_by_bin
from capacity.queueing.driving import operation_on_path
from capacity.queueing.handling import draw_work
from capacity.queueing.network import case_gains
from capacity.queueing.settling import Settled, SteadyWeek, settle
from capacity.queueing.stage import Stage, first_weeks, path_counts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class WorkPaths:
    """Cases and hours of work by queue, path and bin, shape (queues, paths, bins); reusable."""

    cases: Floats
    work: Floats
    seed: int


def draw_stage_work(demand: Demand, stage: Stage, paths: int, seed: int) -> WorkPaths:
    """Cases through the network and random handling hours, on the bins of a stage."""
    count = min(paths, demand.n_paths)
    detected = np.stack(
        [path_counts(demand, stage, path, paths=count) for path in range(count)], axis=1
    )
    return _work_of(demand, stage.operation, detected, seed)


def draw_first_weeks(demand: Demand, stage: Stage, paths: int, seed: int) -> WorkPaths:
    """The same for the first week that counts alone."""
    names = stage.operation.queue_names
    detected = np.stack([first_weeks(demand, stage, name, 0, paths) for name in names])
    return _work_of(demand, stage.operation, detected, seed)


def _work_of(demand: Demand, operation: Operation, detected: Ints, seed: int) -> WorkPaths:
    if demand.drivers is None:
        cases = np.einsum("kj,jpt->kpt", case_gains(operation), detected)
    else:
        cases = _driven_cases(demand, operation, detected)
    work = np.empty_like(cases)
    for number, queue in enumerate(operation.queues):
        rng = stream(seed, "work", queue.name)
        work[number] = draw_work(cases[number] * queue.reviews_per_case, queue.handling, rng)
    return WorkPaths(cases=cases, work=work, seed=seed)


def _driven_cases(demand: Demand, operation: Operation, detected: Ints) -> Floats:
    """Cases in cases of the operation's own handling time, each path by its own drivers."""
    cases = np.empty(detected.shape)
    for path in range(detected.shape[1]):
        found = operation_on_path(operation, demand, path, detected.shape[2])
        cases[:, path] = case_gains(found) @ detected[:, path]
        for number, (now, then) in enumerate(zip(operation.queues, found.queues, strict=True)):
            cases[number, path] *= then.handling.mean_minutes / now.handling.mean_minutes
    return cases


def capacity_of(stage: Stage) -> Capacity:
    """Hours at work and exposure by class of people and bin."""
    return capacity_by_bin(
        list(stage.duties), stage.kinds, bins=stage.bins, interval_hours=stage.grid.hours
    )


def capacity_of_classes(stage: Stage, drawn: WorkPaths) -> Floats:
    """Hours of work that each class of people can do by bin, rest taken off at the mean mix."""
    skills = skills_of(stage)
    load = drawn.work.mean(axis=(1, 2)) + 1e-12
    rest = np.array(
        [
            np.average(own, weights=load * row + 1e-15)
            for own, row in zip(stage.rest, skills, strict=True)
        ]
    )
    return np.asarray(capacity_of(stage).hours / (1.0 + rest[:, None]))


def skills_of(stage: Stage) -> NDArray[np.bool_]:
    """Which class of people may work which queue, (classes, queues)."""
    return np.array([skills for _, skills in stage.classes], dtype=np.bool_)


def settle_stage(stage: Stage, week: WorkPaths) -> Settled:
    """Open work at the start of the warm-up, after as many weeks as it takes to settle.

    `week` is the work of the first week that counts (`draw_first_weeks`); its people are those
    of every week before. With a known backlog there is no warm-up.
    """
    if not stage.before:
        return Settled(weeks=0)
    per_week = stage.grid.intervals_per_week
    first = slice(stage.before * per_week, (stage.before + 1) * per_week)
    capacity = capacity_of(stage)
    gained, held = capacity.exposure, capacity.exposure_held
    return settle(
        SteadyWeek(
            work=week.work,
            capacity=capacity_of_classes(stage, week)[:, first],
            skills=skills_of(stage),
            window_hours=stage.windows,
            interval_hours=stage.grid.hours,
            is_open=stage.is_open[:, first],
            severity=np.array([queue.severity for queue in stage.operation.queues]),
            exposure=None if gained is None else gained[:, first],
            exposure_held=None if held is None else held[:, first],
        )
    )


def settled_cases(
    settled: Settled, operation: Operation, path: int, *, interval_hours: float, seed: int
) -> tuple[Ints, Floats]:
    """Queue and age in hours of the cases that are open when the warm-up of one path starts.

    The hours of each bin make as many mean cases, the rest of the division by chance.
    """
    if settled.open_before is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    rng = stream(seed, "open work", path)
    size = [queue.handling.mean_hours * queue.reviews_per_case for queue in operation.queues]
    mean = settled.open_before[:, path] / np.array(size)[:, None]
    cases = np.floor(mean + rng.random(mean.shape)).astype(np.int64)
    number, place = (axis.ravel() for axis in np.indices(cases.shape))
    queue, place = np.repeat(number, cases.ravel()), np.repeat(place, cases.ravel())
    age = (cases.shape[1] - place - rng.random(place.size)) * interval_hours
    return queue, age
