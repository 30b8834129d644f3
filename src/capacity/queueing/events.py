"""The event kernel: cases through people, event by event; one source, plain or compiled.

All randomness is drawn beforehand, so the kernel is a deterministic function of its arrays. In
plain Python the arrays come as lists (indexing a list is five times faster), compiled by numba as
arrays; both run the same lines and give the same result.

The loop is one long function on purpose: state handed to helpers in containers of containers would
not compile, and calls would double the time in plain Python.
"""
# ruff: noqa: PLR0912, PLR0915, PLR0917, PLR1730 - see above: one loop, flat arguments, no calls

from __future__ import annotations

from heapq import heappop, heappush, heapreplace
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

    def run(jobs: Any, people: Any, rules: Any, horizon: Any, outcome: Any) -> Any:
        """Play all events up to `horizon` hours; fills the containers of `outcome`."""
        queue_of, clock_of, hours_of = jobs.queue, jobs.clock, jobs.hours
        order, release, fresh = jobs.order, jobs.release, jobs.fresh
        follow, side, parent = jobs.follow, jobs.side, outcome.parent
        stint_on, stint_off, stint_person = people.stint_on, people.stint_off, people.stint_person
        kind_of, class_queues, queue_classes = people.kind, rules.class_queues, rules.queue_classes
        offset, severity, rest = rules.offset, rules.severity, rules.rest
        released, started, ended = outcome.released, outcome.started, outcome.ended
        worker, used = outcome.person, outcome.exposure
        n_people, n_queues, n_kinds = len(kind_of), len(offset), len(class_queues)
        n_order, n_stints, bins = len(order), len(stint_on), rules.bins
        by_plan = rules.rule == PLANNED_SHARES
        capped = False
        for who in range(n_people):
            capped = capped or people.cap[who] < INF or people.until[who] < INF
        # easy queues are always open and nobody's exposure limits them
        easy = [not capped or severity[queue] == 0.0 for queue in range(n_queues)]
        simple = not by_plan
        for queue in range(n_queues):
            for place in range(bins):
                easy[queue] = easy[queue] and rules.is_open[queue][place]
            simple = simple and easy[queue]
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
        # (hour, person who is free | -1 - job that ends); the sentinel stays
        events = [(INF, 0)]
        ready = [0]
        ready.pop()
        next_job, next_stint, next_bin, waiting, place = 0, 0, 0, 0, 0
        next_release = release[order[0]] if n_order > 0 else INF
        next_on = stint_on[0] if n_stints > 0 else INF
        next_tick = 0.0 if not simple else INF
        while True:
            now, what = events[0][0], 0
            if next_on < now:
                now, what = next_on, 1
            if next_release < now:
                now, what = next_release, 2
            if next_tick < now:
                now, what = next_tick, 3
            if now >= horizon:
                break
            if not simple:
                place = min(max(int(now / rules.interval_hours + 1e-9), 0), bins - 1)
            who, job, extra, is_event = -1, -1, -1, False
            if what == 0:
                code = events[0][1]
                if code >= 0:
                    if now < off_at[code] and free_at[code] <= now:
                        who, is_event = code, True
                    else:
                        heappop(events)
                        continue
                else:
                    heappop(events)
                    job, extra = follow[-1 - code], side[-1 - code]
                    if job < 0:
                        job, extra = extra, -1
            elif what == 2:
                job = order[next_job]
                next_job += 1
                next_release = release[order[next_job]] if next_job < n_order else INF
            elif what == 1:
                who = stint_person[next_stint]
                # a break that began late, because of the case in hand, ends as much later
                overrun = work_end[who] - off_at[who] if off_at[who] >= 0.0 else 0.0
                off_at[who] = stint_off[next_stint]
                next_stint += 1
                next_on = stint_on[next_stint] if next_stint < n_stints else INF
                if overrun > 0.0:
                    free_at[who] = max(free_at[who], now + overrun)
                    heappush(events, (free_at[who], who))
                if is_idle[who]:
                    idle[kind_of[who]].remove(who)
                    is_idle[who] = False
                if free_at[who] > now:
                    continue
            else:
                next_bin += 1
                next_tick = next_bin * rules.interval_hours if next_bin < bins else INF
                if waiting > 0:
                    for kind in range(n_kinds - 1, -1, -1):
                        for spot in range(len(idle[kind]) - 1, -1, -1):
                            other = idle[kind][spot]
                            is_idle[other] = False
                            if now < off_at[other]:
                                ready.append(other)
                        idle[kind].clear()
            while job >= 0:
                queue = queue_of[job]
                released[job] = now
                key = (now if fresh[job] else clock_of[job]) + offset[queue]
                heappush(heaps[queue], (key, job))
                if key < top[queue]:
                    top[queue] = key
                waiting += 1
                job, extra = extra, -1
                found = -1
                for kind in queue_classes[queue]:
                    if kind < 0 or found >= 0:
                        break
                    spot = 0
                    while spot < len(idle[kind]):
                        other = idle[kind][spot]
                        if now >= off_at[other]:
                            idle[kind].pop(spot)
                            is_idle[other] = False
                        elif easy[queue] or may_work(other, queue, now, place, people, rules, used):
                            idle[kind].pop(spot)
                            is_idle[other] = False
                            found = other
                            break
                        else:
                            spot += 1
                if found >= 0:
                    ready.append(found)
            while True:
                if who < 0:
                    if len(ready) == 0:
                        break
                    who = ready.pop()
                kind = kind_of[who]
                queue, best_key = -1, INF
                for other in class_queues[kind]:
                    if other < 0:
                        break
                    key = top[other]
                    if key == INF:
                        continue
                    if by_plan:
                        key = done[kind][other] - rules.planned[kind][other][place]
                    if (queue < 0 or key < best_key) and (
                        easy[other] or may_work(who, other, now, place, people, rules, used)
                    ):
                        queue, best_key = other, key
                if queue < 0:
                    idle[kind].append(who)
                    is_idle[who] = True
                    if is_event:
                        heappop(events)
                        is_event = False
                    who = -1
                    continue
                heap = heaps[queue]
                begun = heappop(heap)[1]
                top[queue] = heap[0][0] if len(heap) > 0 else INF
                waiting -= 1
                hours = hours_of[begun]
                end = now + hours
                started[begun] = now
                ended[begun] = end
                worker[begun] = who
                used[who] += severity[queue] * hours
                if by_plan:
                    done[kind][queue] += hours
                work_end[who] = end
                free = now + hours * (1.0 + rest[kind][queue])
                free_at[who] = free
                if is_event:
                    heapreplace(events, (free, who))
                    is_event = False
                else:
                    heappush(events, (free, who))
                if parent[begun]:
                    heappush(events, (end, -1 - begun))
                who = -1

    return decorate(run)


def _undecorated(function: Any) -> Any:
    return function


_plain_kernel = build_kernel(_undecorated)


class Outcome(NamedTuple):
    """Containers that the kernel fills, and which jobs are parents."""

    parent: Any
    released: Any
    started: Any
    ended: Any
    person: Any
    exposure: Any


def empty_outcome(jobs: Jobs, people: People) -> Outcome:
    """Nothing has happened yet."""
    size = len(jobs.queue)
    return Outcome(
        parent=(np.asarray(jobs.follow) >= 0) | (np.asarray(jobs.side) >= 0),
        released=np.full(size, INF),
        started=np.full(size, INF),
        ended=np.full(size, INF),
        person=np.full(size, -1, dtype=np.int64),
        exposure=np.zeros(len(people.kind)),
    )


def _as_lists(value: Any) -> Any:
    """A tuple of arrays as a tuple of lists, for the plain kernel."""
    return type(value)(*(item.tolist() if hasattr(item, "tolist") else item for item in value))


def run_plain(jobs: Jobs, people: People, rules: Rules, horizon: float) -> Played:
    """Run the kernel in plain Python."""
    outcome = _as_lists(empty_outcome(jobs, people))
    _plain_kernel(_as_lists(jobs), _as_lists(people), _as_lists(rules), horizon, outcome)
    return Played(*(np.array(values) for values in outcome[1:]))
