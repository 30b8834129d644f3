"""The event kernel: cases through people, event by event; one source, plain or compiled.

All randomness is drawn beforehand, so the kernel is a deterministic function of its arrays. In
plain Python the arrays come as lists (indexing a list is five times faster), compiled by numba as
arrays; both run the same lines and give the same result.

The loop is one long function on purpose: state handed to helpers in containers of containers would
not compile, and calls would double the time in plain Python.
"""
# ruff: noqa: PLR0912, PLR0915, PLR0917 - see above: one loop, flat arguments

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any, NamedTuple

import numpy as np

INF = float("inf")
EARLIEST_KEY, PLANNED_SHARES = 0, 1


class Jobs(NamedTuple):
    """Reviews to be done, one entry each.

    `order` lists the jobs that arrive by themselves by `release` (hours); the others (release
    infinite) are set free when their parent is done: `follow` (second review, escalation) and
    `side` (QA task), -1 for none. `clock` starts the due date; `fresh` jobs start it at release.
    """

    order: Any
    queue: Any
    release: Any
    clock: Any
    hours: Any
    follow: Any
    side: Any
    fresh: Any


class People(NamedTuple):
    """People and the stints that they work, stints sorted by `stint_on` (hours).

    `kind` is the skill class; `cap` the exposure hours of the duty; `until` the hour after which
    no exposed case starts; `pace` (from `pace_offset`, `pace_length` values from bin `pace_first`)
    the exposure that may have been used by the end of each bin of the duty.
    """

    stint_person: Any
    stint_on: Any
    stint_off: Any
    kind: Any
    cap: Any
    until: Any
    pace_first: Any
    pace_offset: Any
    pace_length: Any
    pace: Any


class Rules(NamedTuple):
    """How cases are dispatched.

    `offset` is added to a job's clock to give its key (window = earliest due date; a large step
    by priority = priority; anything between = priority that rises with age). `rest` is the time
    after a case per hour of the case, by class and queue (occupancy, exposure breaks). `planned` holds cumulative hours by
    class, queue and bin for the rule PLANNED_SHARES.
    """

    class_queues: Any
    queue_classes: Any
    offset: Any
    severity: Any
    mean_hours: Any
    paced: Any
    rest: Any
    is_open: Any
    planned: Any
    interval_hours: float
    bins: int
    rule: int


class Played(NamedTuple):
    """Per job: hour released, started, ended (infinite where it did not happen), and by whom."""

    released: Any
    started: Any
    ended: Any
    person: Any
    exposure: Any


def build_kernel(decorate: Any) -> Any:
    """The kernel with `decorate` applied to each function: identity, or numba's njit."""

    def may_work(
        person: Any, queue: Any, now: Any, place: Any, people: Any, rules: Any, used: Any
    ) -> Any:
        """Whether the queue is open and the person's exposure allows one more case."""
        if not rules.is_open[queue][place]:
            return False
        weight = rules.severity[queue]
        if weight == 0.0 or people.cap[person] == INF:
            return weight == 0.0 or now < people.until[person]
        if now >= people.until[person]:
            return False
        limit = people.cap[person]
        if rules.paced[queue] and people.pace_length[person] > 0:
            step = place - people.pace_first[person]
            step = min(max(step, 0), people.pace_length[person] - 1)
            limit = min(limit, people.pace[people.pace_offset[person] + step])
        return used[person] + weight * rules.mean_hours[queue] <= limit + 1e-9

    may_work = decorate(may_work)

    def choose(
        person: Any, now: Any, place: Any, people: Any, rules: Any, used: Any, top: Any, done: Any
    ) -> Any:
        """Queue that a free person takes next, or -1."""
        kind = people.kind[person]
        best, best_key = -1, INF
        for queue in rules.class_queues[kind]:
            if queue < 0:
                break
            key = top[queue]
            if key == INF:
                continue
            if rules.rule == 1:
                key = done[kind][queue] - rules.planned[kind][queue][place]
            if (best < 0 or key < best_key) and may_work(
                person, queue, now, place, people, rules, used
            ):
                best, best_key = queue, key
        return best

    choose = decorate(choose)

    def run(jobs: Any, people: Any, rules: Any, horizon: Any) -> Any:
        """Play all events up to `horizon` hours."""
        n_jobs, n_people, n_queues = len(jobs.queue), len(people.kind), len(rules.offset)
        n_kinds = len(rules.class_queues)
        released = [INF for _ in range(n_jobs)]
        started = [INF for _ in range(n_jobs)]
        ended = [INF for _ in range(n_jobs)]
        worker = [-1 for _ in range(n_jobs)]
        used = [0.0 for _ in range(n_people)]
        free_at = [-1.0 for _ in range(n_people)]
        off_at = [-1.0 for _ in range(n_people)]
        work_end = [-1.0 for _ in range(n_people)]
        is_idle = [False for _ in range(n_people)]
        top = [INF for _ in range(n_queues)]
        done = [[0.0 for _ in range(n_queues)] for _ in range(n_kinds)]
        heaps = [[(0.0, 0)] for _ in range(n_queues)]
        idle = [[0] for _ in range(n_kinds)]
        for queue in range(n_queues):
            heaps[queue].pop()
        for kind in range(n_kinds):
            idle[kind].pop()
        events = [(INF, 3, 0)]  # (hour, 0 = job ends | 1 = person free, id); the sentinel stays
        ready = [0]
        ready.pop()
        fresh_jobs = [0]
        fresh_jobs.pop()
        next_job, next_stint, next_bin, waiting = 0, 0, 0, 0
        n_order, n_stints = len(jobs.order), len(people.stint_on)
        while True:
            now, what = events[0][0], 0
            if next_stint < n_stints and people.stint_on[next_stint] < now:
                now, what = people.stint_on[next_stint], 1
            if next_job < n_order and jobs.release[jobs.order[next_job]] < now:
                now, what = jobs.release[jobs.order[next_job]], 2
            if next_bin < rules.bins and next_bin * rules.interval_hours < now:
                now, what = next_bin * rules.interval_hours, 3
            if now >= horizon:
                break
            place = min(max(int(now / rules.interval_hours + 1e-9), 0), rules.bins - 1)
            if what == 0:
                _, event, who = heappop(events)
                if event == 1:
                    if now < off_at[who] and free_at[who] <= now:
                        ready.append(who)
                else:
                    if jobs.follow[who] >= 0:
                        fresh_jobs.append(jobs.follow[who])
                    if jobs.side[who] >= 0:
                        fresh_jobs.append(jobs.side[who])
            elif what == 1:
                who = people.stint_person[next_stint]
                # a break that began late, because of the case in hand, ends as much later
                overrun = work_end[who] - off_at[who] if off_at[who] >= 0.0 else 0.0
                off_at[who] = people.stint_off[next_stint]
                next_stint += 1
                if overrun > 0.0:
                    free_at[who] = max(free_at[who], now + overrun)
                    heappush(events, (free_at[who], 1, who))
                if is_idle[who]:
                    idle[people.kind[who]].remove(who)
                    is_idle[who] = False
                if free_at[who] <= now:
                    ready.append(who)
            elif what == 2:
                fresh_jobs.append(jobs.order[next_job])
                next_job += 1
            else:
                next_bin += 1
                if waiting > 0:
                    for kind in range(n_kinds):
                        for who in idle[kind]:
                            is_idle[who] = False
                            if now < off_at[who]:
                                ready.append(who)
                        idle[kind].clear()
            for job in fresh_jobs:
                queue = jobs.queue[job]
                released[job] = now
                clock = now if jobs.fresh[job] else jobs.clock[job]
                heappush(heaps[queue], (clock + rules.offset[queue], job))
                top[queue] = heaps[queue][0][0]
                waiting += 1
                found = False
                for kind in rules.queue_classes[queue]:
                    if kind < 0 or found:
                        break
                    spot = 0
                    while spot < len(idle[kind]):
                        who = idle[kind][spot]
                        if now >= off_at[who]:
                            idle[kind].pop(spot)
                            is_idle[who] = False
                            continue
                        if may_work(who, queue, now, place, people, rules, used):
                            idle[kind].pop(spot)
                            is_idle[who] = False
                            ready.append(who)
                            found = True
                            break
                        spot += 1
            fresh_jobs.clear()
            for who in ready:
                queue = choose(who, now, place, people, rules, used, top, done)
                if queue < 0:
                    idle[people.kind[who]].append(who)
                    is_idle[who] = True
                    continue
                _, job = heappop(heaps[queue])
                top[queue] = heaps[queue][0][0] if len(heaps[queue]) > 0 else INF
                waiting -= 1
                hours = jobs.hours[job]
                started[job] = now
                ended[job] = now + hours
                worker[job] = who
                used[who] += rules.severity[queue] * hours
                done[people.kind[who]][queue] += hours
                work_end[who] = ended[job]
                free_at[who] = now + hours * (1.0 + rules.rest[people.kind[who]][queue])
                heappush(events, (free_at[who], 1, who))
                if jobs.follow[job] >= 0 or jobs.side[job] >= 0:
                    heappush(events, (ended[job], 0, job))
            ready.clear()
        return (
            np.array(released),
            np.array(started),
            np.array(ended),
            np.array(worker),
            np.array(used),
        )

    return decorate(run)


def _undecorated(function: Any) -> Any:
    return function


_plain_kernel = build_kernel(_undecorated)


def as_lists(value: Any) -> Any:
    """A tuple of arrays as a tuple of lists, for the plain kernel."""
    return type(value)(*(item.tolist() if hasattr(item, "tolist") else item for item in value))


def run_plain(jobs: Jobs, people: People, rules: Rules, horizon: float) -> Played:
    """Run the kernel in plain Python."""
    return Played(*_plain_kernel(as_lists(jobs), as_lists(people), as_lists(rules), horizon))
