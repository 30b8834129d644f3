"""The rules of the event simulation told slowly: every moment looks at everybody and every case."""

# ruff: noqa: PLR0912 - one list of rules
import numpy as np

INF = float("inf")


def play_slowly(jobs, people, rules, horizon):
    """Hours started and person of each job; earliest key first, no planned shares."""
    size, crew = len(jobs.queue), len(people.kind)
    started, worker = np.full(size, INF), np.full(size, -1)
    free_at, work_end, off_at, used = (np.full(crew, value) for value in (-1.0, -1.0, -1.0, 0.0))
    idle, waiting = [], []  # people in the order in which they became idle; (key, job)
    frees, ends = [], []  # (hour, person), (hour, job)
    place = 0
    arrivals = [(jobs.release[job], job) for job in jobs.order]
    stints = list(zip(people.stint_on, people.stint_off, people.stint_person, strict=True))
    ticks = [k * rules.interval_hours for k in range(rules.bins)]

    def allowed(who, queue, now):
        if queue not in rules.class_queues[people.kind[who]] or not rules.is_open[queue][place]:
            return False
        weight = rules.severity[queue]
        if weight == 0:
            return True
        limit = people.cap[who]
        if rules.paced[queue] and people.pace_length[who] and limit < INF:
            step = np.clip(place - people.pace_first[who], 0, people.pace_length[who] - 1)
            limit = min(limit, people.pace[people.pace_offset[who] + step])
        room = limit - used[who] + 1e-9
        return now < people.until[who] and weight * rules.mean_hours[queue] <= room

    def begin(who, now):
        """The person takes the first case that is allowed, or becomes idle."""
        able = [(key, job) for key, job in waiting if allowed(who, jobs.queue[job], now)]
        if not able:
            idle.append(who)
            return
        key, job = min(able)
        waiting.remove((key, job))
        queue = jobs.queue[job]
        started[job], worker[job] = now, who
        used[who] += rules.severity[queue] * jobs.hours[job]
        work_end[who] = now + jobs.hours[job]
        free_at[who] = now + jobs.hours[job] * (1.0 + rules.rest[people.kind[who]][queue])
        frees.append((free_at[who], who))
        if jobs.follow[job] >= 0 or jobs.side[job] >= 0:
            ends.append((work_end[who], job))

    def arrive(job, now):
        clock = now if jobs.fresh[job] else jobs.clock[job]
        waiting.append((clock + rules.offset[jobs.queue[job]], job))
        line = [who for who in idle if now < off_at[who] and allowed(who, jobs.queue[job], now)]
        if line:  # specialists first
            order = list(rules.queue_classes[jobs.queue[job]])
            who = min(line, key=lambda one: (order.index(people.kind[one]), line.index(one)))
            idle.remove(who)
            begin(who, now)

    while True:
        sources = (ticks[:1], sorted(ends)[:1], sorted(frees)[:1], stints[:1], arrivals[:1])
        hours = [(part[0] if number == 0 else part[0][0]) if part else INF
                 for number, part in enumerate(sources)]  # fmt: skip
        now = min(hours)
        if now >= horizon:
            return started, worker
        kind = hours.index(now)
        if kind == 0:
            place = rules.bins - len(ticks)
            ticks.pop(0)
            line, idle = [who for who in idle if now < off_at[who]], []
            for who in sorted(line, key=lambda one: people.kind[one]):
                begin(who, now)
        elif kind == 2:
            who = min(frees)[1]
            frees.remove(min(frees))
            if now < off_at[who] and free_at[who] <= now and who not in idle:
                begin(who, now)
        elif kind == 1:
            job = min(ends)[1]
            ends.remove(min(ends))
            for child in (jobs.follow[job], jobs.side[job]):
                if child >= 0:
                    arrive(child, now)
        elif kind == 3:
            on, off, who = stints.pop(0)
            late = work_end[who] - off_at[who] if off_at[who] >= 0 else 0.0
            off_at[who] = off
            if late > 0:
                free_at[who] = max(free_at[who], on + late)
                frees.append((free_at[who], who))
            if who in idle:
                idle.remove(who)
            if free_at[who] <= now:
                begin(who, now)
        else:
            arrive(arrivals.pop(0)[1], now)
