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
    is False where no exposure may lie (late hours, last minutes of the shift, overtime). `barred`
    marks queues that the person may not work on this duty (None: none of its queues), `given`
    the queue of each slice of a duty that is kept as it was (-1: no work; None: not kept).
    """

    person: int
    first: int
    last: int
    day: int
    open_slices: Bools
    exposable: Bools
    barred: Bools | None = None
    given: Ints | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class WeekShare:
    """A rotation share: queues it counts, slices each person may take of them in each week.

    `most` has shape (people, weeks); `at_least` is the share of the worked slices of the week.
    """

    counts: Bools
    most: Ints
    at_least: float


@dataclass(frozen=True, kw_only=True, eq=False)
class RotationTask:
    """All that the rotation of one pool needs.

    Parameters
    ----------
    slice_hours : length of a slice.
    heads : people wanted, queues x slices (fractions are carried).
    eligible : people x queues.
    severity, priority : one value a queue; priority 1 is the most urgent.
    capped : whether exposure on the queue counts against the caps.
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
    shares : rotation shares over the weeks of the duty days.
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
    capped: Bools | None = None
    shares: tuple[WeekShare, ...] = ()

    @property
    def cap_weight(self) -> Floats:
        """Severity of each queue as far as the caps count it."""
        return self.severity if self.capped is None else self.severity * self.capped

    def week_of(self, day: int) -> int:
        """Number of the calendar week of a duty day."""
        return (self.first_weekday + day) // 7


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
    weight: Floats
    seen: Floats
    worked: Ints
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
        weight=task.cap_weight,
        seen=np.zeros(people),
        worked=np.zeros((people, task.week_of(days) + 1, queues), dtype=np.int64),
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
    state.seen[person] = 0.0
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
        elif duty.given is not None:
            _repeat(task, state, result, person, now)
        elif duty.open_slices[now - duty.first]:
            present.append(person)
        else:
            state.pause[person] += 60 * task.slice_hours
    if present:
        who = np.array(present, dtype=np.int64)
        state.open_left[who] -= 1
        _assign(task, state, result, who, now)
    _end_duties(state, now)


def _repeat(task: RotationTask, state: _State, result: Rotation, person: int, now: int) -> None:
    """A slice of a kept duty: its work counts, its pauses count, nothing is chosen."""
    duty = state.duty[person]
    queue = -1 if duty is None or duty.given is None else int(duty.given[now - duty.first])
    if queue >= 0:
        result.queue[person, now] = queue
        _work(task, state, person, queue, now)
    else:
        state.pause[person] += 60 * task.slice_hours


def _end_duties(state: _State, now: int) -> None:
    for person, duty in enumerate(state.duty):
        if duty is not None and duty.last <= now + 1:
            state.duty[person] = None


def _assign(task: RotationTask, state: _State, result: Rotation, who: Ints, now: int) -> None:
    """Assignment problems for the people present until no job finds one more of them."""
    state.room = min(state.room, float(who.size)) + max(
        float(task.heads[:, now].sum()), task.share * who.size
    )
    left = who
    while left.size and state.room >= 1 - 1e-9 and (state.carry >= 1 - 1e-9).any():
        possible = _possible(task, state, left, now)
        jobs = _jobs(task, state, possible)
        if not jobs.size:
            break
        cost = np.where(possible, _costs(task, state, left), FORBIDDEN)[:, jobs]
        rows, columns = linear_sum_assignment(cost)
        found = cost[rows, columns] < FORBIDDEN / 2
        for row, column in zip(rows[found], columns[found], strict=True):
            result.queue[left[row], now] = jobs[column]
            _work(task, state, int(left[row]), int(jobs[column]), now)
        left = np.delete(left, rows[found])
        if found.all() or not found.any():
            break
    for person in left:
        _rest(task, state, result, int(person), now)


def _jobs(task: RotationTask, state: _State, possible: Bools) -> Ints:
    """Queue of each job: whole people who may work it, the most urgent first, within the room."""
    wanted = np.maximum(np.floor(state.carry + 1e-9), 0).astype(np.int64)
    jobs = np.repeat(np.arange(wanted.size), np.minimum(wanted, possible.sum(axis=0)))
    order = np.argsort(task.priority[jobs], kind="stable")
    return np.asarray(jobs[order][: int(state.room + 1e-9)])


def _possible(task: RotationTask, state: _State, who: Ints, now: int) -> Bools:
    """Whether each person may work each queue in this slice (people x queues)."""
    hours = task.slice_hours
    budget = state.budget[who]
    if task.any_24_hours:
        first = max(now + 1 - round(24 / hours), 0)
        recent = state.trail[who, now] - state.trail[who, first]
        budget = np.minimum(budget, state.used[who] + task.day_cap[who] - recent)
    fits_day = state.used[who, None] + hours * state.weight[None, :] <= budget[:, None] + 1e-9
    run = np.where(state.pause[who] >= max(task.break_minutes, 1e-9), 0.0, state.run[who])
    fits_run = run + 60 * hours <= task.in_row_minutes + 1e-9
    duties = [state.duty[person] for person in who]
    place = np.array([duty is not None and duty.exposable[now - duty.first] for duty in duties])
    seen = state.seen[who, None] + hours * task.severity[None, :]
    owed = np.ceil(task.wellness_per_hour * seen / (60 * hours) - 1e-9)
    possible = task.eligible[who] & (owed <= (state.idle + state.open_left)[who][:, None])
    possible &= (state.weight[None, :] == 0) | (fits_day & (fits_run & place)[:, None])
    for row, duty in enumerate(duties):
        if duty is not None and duty.barred is not None:
            possible[row] &= ~duty.barred
    if task.shares:
        possible &= _keeps_shares(task, state, who)
    return np.asarray(possible)


def _costs(task: RotationTask, state: _State, who: Ints) -> Floats:
    """Cost of each person on each queue: heavy work to the least exposed, few switches."""
    ceiling = np.where(np.isfinite(task.day_cap), np.maximum(task.day_cap, 1e-9), 8.0)
    load = np.minimum(state.used[who] / ceiling[who], 10.0)
    switch = state.last_queue[who, None] != np.arange(task.severity.size)[None, :]
    cost = EXPOSURE_COST * state.weight[None, :] * load[:, None] + SWITCH_COST * switch
    cost += SCARCITY_COST * task.eligible[who].mean(axis=1)[:, None]
    return np.asarray(cost + PRIORITY_STEP * task.priority[None, :])


def _keeps_shares(task: RotationTask, state: _State, who: Ints) -> Bools:
    """Whether one more slice of each queue keeps every rotation share of the week so far."""
    week = np.array([task.week_of(int(day)) for day in state.day[who]])
    done = state.worked[who, week]
    keeps = np.ones((who.size, task.severity.size), dtype=bool)
    for share in task.shares:
        on = done[:, share.counts].sum(axis=1)
        after = np.where(share.counts[None, :], on[:, None] + 1, on[:, None])
        fits = ~share.counts[None, :] | (after <= share.most[who, week][:, None])
        light = after >= share.at_least * (done.sum(axis=1) + 1)[:, None] - 1e-9
        keeps &= fits & (light | share.counts[None, :])
    return keeps


def _work(task: RotationTask, state: _State, person: int, queue: int, now: int) -> None:
    state.carry[queue] -= 1.0
    state.room -= 1.0
    state.last_queue[person] = queue
    state.worked[person, task.week_of(int(state.day[person])), queue] += 1
    state.seen[person] += task.severity[queue] * task.slice_hours
    minutes = 60 * task.slice_hours
    if state.weight[queue] == 0:
        state.pause[person] += minutes
        return
    hours = state.weight[queue] * task.slice_hours
    fresh = state.pause[person] >= max(task.break_minutes, 1e-9)
    state.run[person] = minutes if fresh else state.run[person] + minutes
    state.pause[person] = 0.0
    state.used[person] += hours
    state.trail[person, now + 1] += hours
    state.by_day[person, task.carried.shape[1] + state.day[person]] += hours


def _rest(task: RotationTask, state: _State, result: Rotation, person: int, now: int) -> None:
    """An idle slice: wellness time, or the pause after exposure where wellness is none."""
    minutes = 60 * task.slice_hours
    owed = math.ceil(task.wellness_per_hour * state.seen[person] / minutes - 1e-9)
    is_due = state.idle[person] + state.open_left[person] < owed
    paused = state.pause[person] >= task.break_minutes
    if task.wellness_is_break or is_due or paused:
        state.idle[person] += 1
        state.pause[person] += minutes if task.wellness_is_break else 0.0
        return
    result.pause[person, now] = True
    state.pause[person] += minutes
