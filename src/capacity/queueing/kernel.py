"""The loop that plays cases through people, event by event; one source, plain or compiled.

One long function on purpose: state handed to helpers in containers of containers would not
compile, and calls would double the time in plain Python.
"""
# ruff: noqa: PLR0912, PLR0915, PLR1730 - see above: one loop, no calls

from __future__ import annotations

from heapq import heappop, heappush, heapreplace
from typing import Any

INF = float("inf")


def play_events(cases: Any, people: Any, rules: Any, horizon: Any, outcome: Any) -> None:
    """Play all events up to `horizon` hours; fills `outcome` (released: of followers alone).

    At one moment: opening hours and pacing change, then people get free, then stints begin, then
    cases arrive.
    """
    order, arrivals, queue_of, key_of = cases.order, cases.arrivals, cases.queue, cases.key
    fresh, hours_of, dose_of = cases.fresh, cases.hours, cases.dose
    follow, side, parent = cases.follow, cases.side, cases.parent
    stint_on, stint_off, stint_person = people.stint_on, people.stint_off, people.stint_person
    kind_of, cap_of, until_of = people.kind, people.cap, people.until
    slowness = people.slowness
    pace, pace_first = people.pace, people.pace_first
    pace_offset, pace_length = people.pace_offset, people.pace_length
    class_queues, queue_classes = rules.class_queues, rules.queue_classes
    offset, need, factor, paced = rules.offset, rules.need, rules.factor, rules.paced
    is_open, planned, easy, by_plan = rules.is_open, rules.planned, rules.easy, rules.by_plan
    released, started, worker = outcome.released, outcome.started, outcome.server
    n_people, n_queues, n_kinds = len(kind_of), len(offset), len(class_queues)
    n_stints, bins = len(stint_on), rules.bins

    def below_cap(person: int, now_bin: int) -> Any:
        """How far the pace of a bin lies below the cap; asked once a person and bin."""
        if pace_length[person] == 0 or cap_of[person] == INF:
            return 0.0
        step = min(max(now_bin - pace_first[person], 0), pace_length[person] - 1)
        return max(cap_of[person] - pace[pace_offset[person] + step], 0.0)

    free_at = [-1.0 for _ in range(n_people)]
    off_at = [-1.0 for _ in range(n_people)]
    work_end = [-1.0 for _ in range(n_people)]
    is_idle = [False for _ in range(n_people)]
    # room for exposure of each person, and how far the pace of bin `gap_bin` lies below the cap
    room = [cap_of[who] + 1e-9 for who in range(n_people)]
    gap = [0.0 for _ in range(n_people)]
    gap_bin = [-1 for _ in range(n_people)]
    top = [INF for _ in range(n_queues)]
    done = [[0.0 for _ in range(n_queues)] for _ in range(n_kinds)]
    # idle people of a kind were asked for a queue in vain when `epoch` had this value
    asked = [[-1 for _ in range(n_queues)] for _ in range(n_kinds)]
    epoch = [0 for _ in range(n_kinds)]
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
    next_job, next_stint, next_bin, waiting, place, n_idle = 0, 0, 0, 0, 0, 0
    next_release = arrivals[0]
    next_on = stint_on[0] if n_stints > 0 else INF
    next_tick = INF if rules.simple else 0.0
    next_other = min(next_on, next_tick)
    while True:
        now = events[0][0]
        who, begun, job, extra, is_event = -1, -1, -1, -1, False
        if next_release < now and next_release < next_other:
            now = next_release
            if now >= horizon:
                break
            job = order[next_job]
            next_job += 1
            next_release = arrivals[next_job]
        elif now < next_tick and now <= next_on:
            if now >= horizon:
                break
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
                if extra >= 0:
                    released[extra] = now
                released[job] = now
        elif next_on < next_tick:
            now = next_on
            if now >= horizon:
                break
            who = stint_person[next_stint]
            # a break that began late, because of the case in hand, ends as much later
            overrun = work_end[who] - off_at[who] if off_at[who] >= 0.0 else 0.0
            off_at[who] = stint_off[next_stint]
            next_stint += 1
            next_on = stint_on[next_stint] if next_stint < n_stints else INF
            next_other = min(next_on, next_tick)
            if overrun > 0.0:
                free_at[who] = max(free_at[who], now + overrun)
                heappush(events, (free_at[who], who))
            if is_idle[who]:
                idle[kind_of[who]].remove(who)
                is_idle[who] = False
                n_idle -= 1
            if free_at[who] > now:
                continue
        else:
            now = next_tick
            if now >= horizon:
                break
            place = next_bin
            next_bin += 1
            next_tick = next_bin * rules.interval_hours if next_bin < bins else INF
            next_other = min(next_on, next_tick)
            for kind in range(n_kinds - 1, -1, -1):
                epoch[kind] += 1
                wanted = False
                for queue in class_queues[kind]:
                    if queue < 0:
                        break
                    if top[queue] < INF and is_open[queue][place]:
                        wanted = True
                        break
                if wanted:
                    for spot in range(len(idle[kind]) - 1, -1, -1):
                        other = idle[kind][spot]
                        is_idle[other] = False
                        n_idle -= 1
                        if now < off_at[other]:
                            ready.append(other)
                    idle[kind].clear()
            if len(ready) == 0:
                continue
            who = ready.pop()
        while job >= 0:
            queue = queue_of[job]
            found = -1
            if n_idle > 0:
                calm = easy[queue]
                if calm or is_open[queue][place]:
                    for kind in queue_classes[queue]:
                        if kind < 0:
                            break
                        if asked[kind][queue] == epoch[kind]:
                            continue
                        line = idle[kind]
                        spot = 0
                        while spot < len(line):
                            other = line[spot]
                            if now >= off_at[other]:
                                line.pop(spot)
                                is_idle[other] = False
                                n_idle -= 1
                                continue
                            if calm or need[queue] == 0.0:
                                found = other
                                break
                            limit = room[other]
                            if paced[queue]:
                                if gap_bin[other] != place:
                                    gap_bin[other] = place
                                    gap[other] = below_cap(other, place)
                                limit -= gap[other]
                            if need[queue] <= limit and now < until_of[other]:
                                found = other
                                break
                            spot += 1
                        if found >= 0:
                            line.pop(spot)
                            is_idle[found] = False
                            n_idle -= 1
                            break
                        asked[kind][queue] = epoch[kind]
            if found >= 0 and extra < 0 and len(ready) == 0:
                # whoever is idle has no other case to take
                who, begun = found, job
                break
            key = now + offset[queue] if fresh[job] else key_of[job]
            heappush(heaps[queue], (key, job))
            if key < top[queue]:
                top[queue] = key
            waiting += 1
            job, extra = extra, -1
            if found >= 0:
                ready.append(found)
        if who < 0:
            if len(ready) == 0:
                continue
            who = ready.pop()
        while True:
            kind = kind_of[who]
            if begun < 0:
                queue, best_key = -1, INF
                if waiting > 0:
                    if gap_bin[who] != place:
                        gap_bin[who] = place
                        gap[who] = below_cap(who, place)
                    left = room[who]
                    left_paced = left - gap[who]
                    for other in class_queues[kind]:
                        if other < 0:
                            break
                        key = top[other]
                        if key == INF:
                            continue
                        if by_plan:
                            key = done[kind][other] - planned[kind][other][place]
                        if queue >= 0 and key >= best_key:
                            continue
                        if not easy[other]:
                            if not is_open[other][place]:
                                continue
                            if need[other] > 0.0:
                                limit = left_paced if paced[other] else left
                                if need[other] > limit or now >= until_of[who]:
                                    continue
                        queue, best_key = other, key
                if queue < 0:
                    idle[kind].append(who)
                    is_idle[who] = True
                    n_idle += 1
                    epoch[kind] += 1
                    if is_event:
                        heappop(events)
                        is_event = False
                    if len(ready) == 0:
                        break
                    who = ready.pop()
                    continue
                heap = heaps[queue]
                begun = heappop(heap)[1]
                top[queue] = heap[0][0] if len(heap) > 0 else INF
                waiting -= 1
            else:
                queue = queue_of[begun]
            hours = hours_of[begun] * slowness[who]
            started[begun] = now
            worker[begun] = who
            room[who] -= dose_of[begun] * slowness[who]
            if by_plan:
                done[kind][queue] += hours
            work_end[who] = now + hours
            free = now + hours * factor[kind][queue]
            free_at[who] = free
            if is_event:
                heapreplace(events, (free, who))
                is_event = False
            else:
                heappush(events, (free, who))
            if parent[begun]:
                heappush(events, (work_end[who], -1 - begun))
            if len(ready) == 0:
                break
            who, begun = ready.pop(), -1
