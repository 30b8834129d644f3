"""Minute-level rotation: which present person works which queue in each slice of time.

Arrays in, arrays out. The work of an interval becomes whole people for each slice by error
diffusion; in each slice an assignment problem gives the heaviest work to the least exposed
person. A pointer that walks round the team would break the caps by hours as soon as queues
carry different weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FORBIDDEN = 1e6
PRIORITY_STEP = 20.0
EXPOSURE_COST = 25.0
SWITCH_COST = 0.3
SCARCITY_COST = 0.2


@dataclass(frozen=True, kw_only=True, eq=False)
class DutySlots:
    """One duty: person, slices [first, last), duty day number, and the slices free for work.

    `open_slices` is False in breaks and where a slice lies partly outside the shift; `exposable`
    is False where no exposure may lie (late hours, last minutes of the shift).
    """

    person: int
    first: int
    last: int
    day: int
    open_slices: Bools
    exposable: Bools


@dataclass(frozen=True, kw_only=True, eq=False)
class RotationTask:
    """All that the rotation of one pool needs.

    Parameters
    ----------
    slice_hours : length of a slice.
    heads : people wanted, queues x slices (fractions are carried).
    eligible : people x queues.
    severity, priority : one value a queue; priority 1 is the most urgent.
    duties : in order of their first slice; duties of one person do not overlap.
    day_cap, week_cap : weighted hours of each person (inf: none).
    rolling : (days, weighted hours of each person).
    any_24_hours : whether `day_cap` also binds in any 24 elapsed hours.
    in_row_minutes, break_minutes : longest run of exposure, and the pause that ends it.
    max_days, recovery_days : exposed days in a row (None: no limit), rest after the longest run.
    wellness_per_hour : minutes of wellness due for each weighted hour.
    wellness_is_break : whether wellness serves as the pause.
    carried : weighted hours before the first day, people x days, latest last.
    first_weekday : weekday of day 0 (0 = Monday); weeks begin on Mondays.
    share : most work as a share of the people present when work is caught up.
    """

    slice_hours: float
    heads: Floats
    eligible: Bools
    severity: Floats
    priority: Ints
    duties: tuple[DutySlots, ...]
    day_cap: Floats
    week_cap: Floats
    rolling: tuple[tuple[int, Floats], ...]
    any_24_hours: bool
    in_row_minutes: float
    break_minutes: float
    max_days: int | None
    recovery_days: int
    wellness_per_hour: float
    wellness_is_break: bool
    carried: Floats
    first_weekday: int
    share: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Rotation:
    """Queue of each person and slice (-1: none), whether an idle slice is a pause, work left."""

    queue: Ints
    pause: Bools
    left_heads: Floats


@dataclass(kw_only=True, eq=False)
class _State:
    duty: list[DutySlots | None]
    day: Ints
    budget: Floats
    used: Floats
    run: Floats
    pause: Floats
    idle: Ints
    open_left: Ints
    last_queue: Ints
    by_day: Floats
    trail: Floats
    carry: Floats
    room: float = 0.0


def rotate(task: RotationTask) -> Rotation:
    """Give the wanted work to people slice by slice, within every exposure cap.

    Work that finds nobody is carried to later slices; what is still left at the end is
    returned in `left_heads` (people x slices for each queue).
    """
    people, queues = task.eligible.shape
    slices = task.heads.shape[1]
    days = 1 + max((duty.day for duty in task.duties), default=0)
    state = _State(
        duty=[None] * people,
        day=np.zeros(people, dtype=np.int64),
        budget=np.zeros(people),
        used=np.zeros(people),
        run=np.zeros(people),
        pause=np.full(people, np.inf),
        idle=np.zeros(people, dtype=np.int64),
        open_left=np.zeros(people, dtype=np.int64),
        last_queue=np.full(people, -1, dtype=np.int64),
        by_day=np.concatenate([task.carried, np.zeros((people, days))], axis=1),
        trail=np.zeros((people, slices + 1)),
        carry=np.zeros(queues),
    )
    result = Rotation(
        queue=np.full((people, slices), -1, dtype=np.int64),
        pause=np.zeros((people, slices), dtype=bool),
        left_heads=state.carry,
    )
    coming = sorted(task.duties, key=lambda duty: (-duty.first, -duty.person))
    for now in range(slices):
        while coming and coming[-1].first <= now:
            _begin_duty(task, state, coming.pop())
        _step(task, state, result, now)
    return result


def _begin_duty(task: RotationTask, state: _State, duty: DutySlots) -> None:
    person = duty.person
    state.duty[person], state.day[person] = duty, duty.day
    state.budget[person] = day_budget(task, state.by_day[person], person, duty.day)
    state.used[person], state.idle[person], state.last_queue[person] = 0.0, 0, -1
    state.open_left[person] = int(duty.open_slices.sum())


def day_budget(task: RotationTask, by_day: Floats, person: int, day: int) -> float:
    """Weighted hours that a person may still take on a duty day, from all caps over days."""
    past = task.carried.shape[1]
    before = by_day[: past + day]
    weekday = (task.first_weekday + day) % 7
    limits = [
        task.day_cap[person],
        task.week_cap[person] - before[max(past + day - weekday, 0) :].sum(),
    ]
    for span, hours in task.rolling:
        limits.append(hours[person] - before[max(past + day - span + 1, 0) :].sum())
    if task.max_days is not None and not _day_may_be_exposed(
        task.max_days, task.recovery_days, before > 0
    ):
        return 0.0
    return max(0.0, float(min(limits)))


def _day_may_be_exposed(most: int, recovery_days: int, exposed: Bools) -> bool:
    """Whether one more exposed day keeps the longest run and the recovery after it."""
    rest = 0
    while rest < exposed.size and not exposed[exposed.size - 1 - rest]:
        rest += 1
    run = 0
    while rest + run < exposed.size and exposed[exposed.size - 1 - rest - run]:
        run += 1
    return run < most or rest >= max(recovery_days, 1)


def _step(task: RotationTask, state: _State, result: Rotation, now: int) -> None:
    state.carry += task.heads[:, now]
    state.trail[:, now + 1] = state.trail[:, now]
    present: list[int] = []
    for person, duty in enumerate(state.duty):
        if duty is None:
            state.pause[person] += 60 * task.slice_hours
        elif duty.open_slices[now - duty.first]:
            present.append(person)
        else:
            state.pause[person] += 60 * task.slice_hours
    if present:
        who = np.array(present, dtype=np.int64)
        state.open_left[who] -= 1
        _assign(task, state, result, who, now)
    _end_duties(state, now)


def _end_duties(state: _State, now: int) -> None:
    for person, duty in enumerate(state.duty):
        if duty is not None and duty.last <= now + 1:
            state.duty[person] = None


def _assign(task: RotationTask, state: _State, result: Rotation, who: Ints, now: int) -> None:
    jobs = _jobs(task, state, who.size, now)
    worked = np.zeros(who.size, dtype=bool)
    if jobs.size:
        cost = _costs(task, state, who, jobs, now)
        rows, columns = linear_sum_assignment(cost)
        found = cost[rows, columns] < FORBIDDEN / 2
        for row, column in zip(rows[found], columns[found], strict=True):
            result.queue[who[row], now] = jobs[column]
            _work(task, state, int(who[row]), int(jobs[column]), now)
            worked[row] = True
    for person in who[~worked]:
        _rest(task, state, result, int(person), now)


def _jobs(task: RotationTask, state: _State, present: int, now: int) -> Ints:
    """Queue of each job of this slice: whole people, the most urgent first, within the share."""
    wanted = np.maximum(np.floor(state.carry + 1e-9), 0).astype(np.int64)
    state.room = min(state.room, float(present)) + max(
        float(task.heads[:, now].sum()), task.share * present
    )
    jobs = np.repeat(np.arange(wanted.size), np.minimum(wanted, present))
    order = np.argsort(task.priority[jobs], kind="stable")
    return np.asarray(jobs[order][: max(int(state.room + 1e-9), 0) if jobs.size else 0])


def _costs(task: RotationTask, state: _State, who: Ints, jobs: Ints, now: int) -> Floats:
    """Cost of each person on each job: heavy work to the least exposed, few switches."""
    hours = task.slice_hours
    weight = task.severity * hours
    ceiling = np.where(np.isfinite(task.day_cap), np.maximum(task.day_cap, 1e-9), 8.0)
    load = np.minimum(state.used[who] / ceiling[who], 10.0)
    budget = state.budget[who]
    if task.any_24_hours:
        first = max(now + 1 - round(24 / hours), 0)
        recent = state.trail[who, now] - state.trail[who, first]
        budget = np.minimum(budget, state.used[who] + task.day_cap[who] - recent)
    fits_day = state.used[who, None] + weight[None, :] <= budget[:, None] + 1e-9
    run = np.where(state.pause[who] >= max(task.break_minutes, 1e-9), 0.0, state.run[who])
    fits_run = run + 60 * hours <= task.in_row_minutes + 1e-9
    duties = [state.duty[person] for person in who]
    place = np.array([duty is not None and duty.exposable[now - duty.first] for duty in duties])
    owed = task.wellness_per_hour * (state.used[who, None] + weight[None, :]) / (60 * hours)
    rests = (state.idle + state.open_left)[who]
    possible = task.eligible[who] & (np.ceil(owed - 1e-9) <= rests[:, None])
    exposed = task.severity[None, :] > 0
    possible &= ~exposed | (fits_day & (fits_run & place)[:, None])
    cost = EXPOSURE_COST * task.severity[None, :] * load[:, None]
    cost += SWITCH_COST * (state.last_queue[who, None] != np.arange(task.severity.size)[None, :])
    cost += SCARCITY_COST * task.eligible[who].mean(axis=1)[:, None]
    cost += PRIORITY_STEP * task.priority[None, :]
    cost[~possible] = FORBIDDEN
    return np.asarray(cost[:, jobs])


def _work(task: RotationTask, state: _State, person: int, queue: int, now: int) -> None:
    state.carry[queue] -= 1.0
    state.room -= 1.0
    state.last_queue[person] = queue
    minutes = 60 * task.slice_hours
    if task.severity[queue] == 0:
        state.pause[person] += minutes
        return
    hours = task.severity[queue] * task.slice_hours
    fresh = state.pause[person] >= max(task.break_minutes, 1e-9)
    state.run[person] = minutes if fresh else state.run[person] + minutes
    state.pause[person] = 0.0
    state.used[person] += hours
    state.trail[person, now + 1] += hours
    state.by_day[person, task.carried.shape[1] + state.day[person]] += hours


def _rest(task: RotationTask, state: _State, result: Rotation, person: int, now: int) -> None:
    """An idle slice: wellness time, or the pause after exposure where wellness is none."""
    minutes = 60 * task.slice_hours
    owed = math.ceil(task.wellness_per_hour * state.used[person] / minutes - 1e-9)
    is_due = state.idle[person] + state.open_left[person] < owed
    paused = state.pause[person] >= task.break_minutes
    if task.wellness_is_break or is_due or paused:
        state.idle[person] += 1
        state.pause[person] += minutes if task.wellness_is_break else 0.0
        return
    result.pause[person, now] = True
    state.pause[person] += minutes
