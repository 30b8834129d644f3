"""Slow obvious recounts of shift plans: loops over tables, no matrix of the model."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from fractions import Fraction

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from capacity.domain import Operation, ShiftPlan

HOUR = pd.Timedelta(hours=1)


def overlap_hours(start, end, low, high) -> float:
    """Hours that two spans of time share."""
    return max(0.0, (min(end, high) - max(start, low)) / HOUR)


def recount(plan: ShiftPlan, operation: Operation) -> list[str]:
    """Every hard rule of a shift plan counted again from its tables; returns the breaches."""
    faults = []
    faults += _heads(plan, operation)
    faults += _people(plan, operation)
    faults += _breaks(plan, operation)
    faults += _exposure(plan, operation)
    faults += _presence(plan, operation)
    faults += _skills(plan, operation)
    return faults


def _heads(plan, operation):
    faults = []
    for pool in operation.pools:
        rows = plan.shifts[plan.shifts["pool"] == pool.name]
        most = pool.heads * float(pool.shrinkage.availability)
        for day, group in rows.groupby("date"):
            off = sum(day in p.time_off for p in operation.people if p.pool == pool.name)
            if group["heads"].sum() > min(np.ceil(most - 1e-9), pool.heads - off):
                faults.append(f"{pool.name} {day}: {group['heads'].sum()} heads a day")
        weeks = defaultdict(lambda: [0, 0.0])
        for row in rows.itertuples():
            monday = row.date - timedelta(days=row.date.weekday())
            weeks[monday][0] += row.heads
            weeks[monday][1] += row.heads * row.paid_hours
        for monday, (count, hours) in weeks.items():
            extra = pool.overtime_hours_per_week * most
            more = extra / min(shift.paid_hours for shift in pool.shifts)
            if count > most * pool.days_per_week + more + 1e-9:
                faults.append(f"{pool.name} week {monday}: {count} shifts")
            contract = [
                p.hours_per_week or pool.hours_per_week
                for p in operation.people
                if p.pool == pool.name
            ]
            total = (sum(contract) if contract else pool.heads * pool.hours_per_week) * float(
                pool.shrinkage.availability
            )
            if hours > total + extra + 1e-6:
                faults.append(f"{pool.name} week {monday}: {hours} paid hours of {total}")
    return faults


def _people(plan, operation):
    """Rest, days in a row, days off and weekends, summed over the people of a pool."""
    faults = []
    for pool in operation.pools:
        rows = plan.shifts[plan.shifts["pool"] == pool.name]
        most = pool.heads * float(pool.shrinkage.availability)
        rest = pd.Timedelta(hours=pool.min_rest_hours)
        for start in rows["start"]:
            busy = rows[(rows["start"] <= start) & (start < rows["end"] + rest)]["heads"].sum()
            if busy > np.ceil(most - 1e-9):
                faults.append(f"{pool.name} {start}: {busy} heads on shift or in their rest")
        by_day = rows.groupby("date")["heads"].sum()
        span = pool.max_days_in_row
        for day in by_day.index:
            window = [by_day.get(day + timedelta(days=n), 0) for n in range(span + 1)]
            if sum(window) > np.ceil(span * most - 1e-9):
                faults.append(f"{pool.name} {day}: {sum(window)} shifts in {span + 1} days")
        weekends = defaultdict(int)
        for day, count in by_day.items():
            monday = day - timedelta(days=day.weekday())
            if day.weekday() >= 5:
                weekends[monday] = max(weekends[monday], count)
        if pool.max_weekends_in_four is not None:
            for monday in list(weekends):
                four = sum(weekends[monday + timedelta(weeks=n)] for n in range(4))
                if four > np.ceil(pool.max_weekends_in_four * most - 1e-9):
                    faults.append(f"{pool.name} {monday}: {four} heads in four weekends")
        if pool.week_patterns:
            faults += _outside_patterns(pool, by_day, np.ceil(most - 1e-9))
    return faults


def _outside_patterns(pool, by_day, heads):
    """Heads by day that no way of giving one pattern to each head can make."""
    faults = []
    mondays = {day - timedelta(days=day.weekday()) for day in by_day.index}
    for monday in mondays:
        week = np.array([by_day.get(monday + timedelta(days=n), 0) for n in range(7)])
        on = np.array([[float(d in pattern) for pattern in pool.week_patterns] for d in range(7)])
        found = linprog(np.ones(on.shape[1]), A_ub=-on, b_ub=-week)
        if found.status != 0 or found.fun > heads + 1e-6:
            faults.append(f"{pool.name} {monday}: {week.tolist()} fits no days off")
    return faults


def _breaks(plan, operation):
    faults = []
    for row in plan.shifts.itertuples():
        template = next(s for s in operation.pool(row.pool).shifts if s.name == row.shift)
        mine = plan.breaks[
            (plan.breaks["pool"] == row.pool)
            & (plan.breaks["shift"] == row.shift)
            & (plan.breaks["date"] == row.date)
        ]
        if mine["heads"].sum() != row.heads * len(template.breaks):
            faults.append(f"{row.pool} {row.shift} {row.date}: breaks {mine['heads'].sum()}")
        for pause in mine.itertuples():
            minute = (pause.start - row.start) / pd.Timedelta(minutes=1)
            fits = any(
                item.earliest_minute <= minute <= item.latest_minute
                and item.minutes == pause.minutes
                for item in template.breaks
            )
            if not fits:
                faults.append(f"{row.pool} {row.shift} {row.date}: break at minute {minute}")
        if (row.end - row.start) / pd.Timedelta(minutes=1) != template.length_minutes:
            faults.append(f"{row.pool} {row.shift} {row.date}: length")
    return faults


def _exposure(plan, operation):
    faults = []
    if plan.exposure.empty:
        return faults
    keys = ["pool", "shift", "date"]
    heads = plan.shifts.set_index(keys)
    for key, group in plan.exposure.groupby(keys):
        cap = operation.cap_of(operation.pool(key[0]))
        if key not in heads.index:
            faults.append(f"{key}: exposure without a shift")
            continue
        shift = heads.loc[[key]].iloc[0]
        if (
            cap.hours_per_day is not None
            and group["hours"].sum() > cap.hours_per_day * shift["heads"] + 1e-5
        ):
            faults.append(f"{key}: {group['hours'].sum()} h of exposure for {shift['heads']} heads")
        for start, hours in group.groupby("start")["hours"].sum().items():
            end = start + pd.Timedelta(minutes=plan.grid.minutes)
            at_work = overlap_hours(shift["start"], shift["end"], start, end) * shift["heads"]
            if hours > at_work + 1e-5:
                faults.append(f"{key} {start}: exposed {hours} h, at work {at_work} h")
            if hours > 1e-5 and cap.free_last_minutes:
                left = (shift["end"] - end) / pd.Timedelta(minutes=1)
                if left < cap.free_last_minutes - 1e-6:
                    faults.append(f"{key} {start}: exposed {left} min before the end")
            if hours > 1e-5 and cap.latest_local_minute is not None:
                zone = operation.zone_of(operation.pool(key[0]))
                local = end.tz_convert(zone)
                minutes = local.hour * 60 + local.minute + 1440 * (local.date() - key[2]).days
                if minutes > cap.latest_local_minute:
                    faults.append(f"{key} {start}: exposed until {local}")
    weight = plan.flows["queue"].map(_severities(operation)) * _counted(plan.flows, operation)
    total = (plan.flows["hours"] * weight).sum()
    given = (_counted(plan.exposure, operation) * plan.exposure["hours"]).sum()
    if abs(total - given) > 1e-3 * max(total, 1) and _all_capped(operation):
        faults.append(f"exposure {given} of {total} weighted hours")
    return faults


def _counted(frame, operation):
    """1 where the pool's cap counts the queue of a row, else 0."""
    marks = [
        float(operation.cap_of(operation.pool(pool)).counts(queue))
        for pool, queue in zip(frame["pool"], frame["queue"], strict=True)
    ]
    return np.array(marks)


def _all_capped(operation):
    return all(operation.cap_of(pool).hours_per_day is not None for pool in operation.pools)


def _severities(operation):
    return {queue.name: queue.severity for queue in operation.queues}


def _presence(plan, operation):
    """Work over the occupancy cap plus exposure rest fits into the time at work."""
    faults = []
    step = plan.grid.minutes * 60 * 10**9
    for pool in operation.pools:
        cap = operation.cap_of(pool)
        mine = plan.shifts[plan.shifts["pool"] == pool.name]
        away = plan.breaks[plan.breaks["pool"] == pool.name]
        spans = list(zip(_ns(mine["start"]), _ns(mine["end"]), mine["heads"], strict=True))
        starts = _ns(away["start"])
        ends = [a + int(m) * 60 * 10**9 for a, m in zip(starts, away["minutes"], strict=True)]
        spans += list(zip(starts, ends, -away["heads"], strict=True))
        needed: dict[int, float] = defaultdict(float)
        rows = plan.flows[plan.flows["pool"] == pool.name]
        for start, queue, work in zip(
            _ns(rows["start"]), rows["queue"], rows["hours"], strict=True
        ):
            severity = operation.queue(queue).severity
            wellness = operation.wellness_minutes_per_exposure_hour / 60 * severity
            pause = cap.break_minutes / cap.minutes_in_row if cap.minutes_in_row else 0.0
            pause = pause if severity > 0 and cap.counts(queue) else 0.0
            rest = max(wellness, pause) if operation.wellness_is_break else wellness + pause
            needed[start] += work * (1 / operation.occupancy_cap + rest)
        for start, need in needed.items():
            inside = [max(0, min(b, start + step) - max(a, start)) * heads for a, b, heads in spans]
            hours = sum(inside) / 3600e9 * float(1 - pool.shrinkage.in_shift)
            if need > hours + 1e-4:
                faults.append(f"{pool.name} {start}: needs {need:.4f} h, has {hours:.4f} h")
    return faults


def _ns(moments):
    """Instants as whole nanoseconds."""
    return [int(pd.Timestamp(moment).as_unit("ns").value) for moment in moments]


def _skills(plan, operation):
    return [
        f"{row.pool} works {row.queue}"
        for row in plan.flows.itertuples()
        if not operation.pool(row.pool).serves(operation.queue(row.queue))
    ]


def on_time_share(arrivals, served, terms) -> float:
    """Share of a first-in first-out queue's work that is served within `terms` further intervals."""
    waiting: list[list[float]] = []
    good = total = 0.0
    for t, (come, room) in enumerate(zip(arrivals, served, strict=True)):
        waiting.append([t, come])
        total += come
        while room > 1e-12 and waiting:
            take = min(room, waiting[0][1])
            if t - waiting[0][0] <= terms:
                good += take
            waiting[0][1] -= take
            room -= take
            if waiting[0][1] <= 1e-12:
                waiting.pop(0)
    return good / total


def heads_for(present: int, availability: Fraction) -> int:
    """Employed heads for heads present, by counting up."""
    employed = 0
    while employed * availability < present:
        employed += 1
    return employed
