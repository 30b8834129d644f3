"""A solved week as the tidy tables of a shift plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from capacity.domain.shift_plan import ROLE_COLUMNS
from capacity.program.slots import FloatArray, IntArray
from capacity.scheduling.weekly.cohorts import Cohort, runs_in, week_before
from capacity.scheduling.weekly.role_rows import list_role_slots
from capacity.scheduling.weekly.rules import overdue_work
from capacity.scheduling.weekly.solving import SolvedWeek
from capacity.scheduling.weekly.week import Week

SMALL = 1e-6
PART = 0.05  # of a head that a role may miss on a shift
SHIFT_COLUMNS = ("pool", "shift", "date", "start", "end", "heads", "paid_hours")
BREAK_COLUMNS = ("pool", "shift", "date", "start", "minutes", "heads")
FLOW_COLUMNS = ("pool", "queue", "start", "hours")
EXPOSURE_COLUMNS = ("pool", "shift", "date", "queue", "start", "hours")
SHORTFALL_COLUMNS = ("queue", "start", "hours", "kind")


def shift_table(solved: SolvedWeek, *, before: bool = False) -> pd.DataFrame:
    """Heads by cohort.

    `before` adds the shifts that a steady week finds running at its start: those of its own end,
    one week earlier.
    """
    week = solved.week
    rows: list[tuple[object, ...]] = []
    for c in np.flatnonzero(solved.shifts > 0):
        cohort = week.cohorts[c]
        rows += [
            (
                week.pools[item.pool].name,
                item.shift.name,
                item.day,
                item.start,
                item.end,
                int(solved.shifts[c]),
                item.shift.paid_hours,
            )
            for item in _instances(cohort, week, before=before)
        ]
    table = pd.DataFrame(rows, columns=list(SHIFT_COLUMNS))
    return table.sort_values(["pool", "start", "shift"], ignore_index=True)


def break_table(solved: SolvedWeek, *, before: bool = False) -> pd.DataFrame:
    """Heads by break position."""
    week = solved.week
    rows = []
    for b in np.flatnonzero(solved.breaks > 0):
        cohort = week.cohorts[week.breaks.cohort[b]]
        item = cohort.shift.breaks[week.breaks.number[b]]
        after = pd.Timedelta(minutes=int(week.breaks.minute[b]))
        for one in _instances(cohort, week, before=before):
            names = (week.pools[one.pool].name, one.shift.name, one.day)
            rows.append((*names, one.start + after, item.minutes, int(solved.breaks[b])))
    table = pd.DataFrame(rows, columns=list(BREAK_COLUMNS))
    return table.sort_values(["pool", "start", "shift"], ignore_index=True)


def _instances(cohort: Cohort, week: Week, *, before: bool) -> list[Cohort]:
    """The shift itself and, for a steady first week, the one a week earlier that runs into it."""
    earlier = week_before(cohort, week.operation)
    runs = before and bool(runs_in([earlier], week.grid)[0])
    return [cohort, earlier] if runs else [cohort]


def flow_table(solved: SolvedWeek) -> pd.DataFrame:
    """Work assigned by pool, queue and interval."""
    week, layout, flow = solved.week, solved.layout, solved.values["flow"]
    kept = np.flatnonzero(flow > SMALL)
    pools = np.array([pool.name for pool in week.pools], dtype=object)
    queues = np.array(week.operation.queue_names, dtype=object)
    table = pd.DataFrame(
        {
            "pool": pools[layout.flow_pool[kept]],
            "queue": queues[layout.flow_queue[kept]],
            "start": week.grid.starts[layout.flow_time[kept]],
            "hours": flow[kept],
        }
    )
    return table.sort_values(["pool", "start", "queue"], ignore_index=True)


def exposure_table(solved: SolvedWeek) -> pd.DataFrame:
    """Severity-weighted hours by cohort, queue and interval: each cohort takes the pool's mix."""
    week, layout = solved.week, solved.layout
    shape = (len(week.pools), len(week.severity), week.grid.periods)
    weighted = np.zeros(shape)
    place = (layout.flow_pool, layout.flow_queue, layout.flow_time)
    exposes = week.exposes
    weighted[place] = solved.values["flow"] * exposes[layout.flow_pool, layout.flow_queue]
    total = weighted.sum(axis=1)
    pool = week.cohort_pool[layout.exposed_cohort]
    amount = _exposure_used(solved, total, pool)
    parts = []
    for q in np.flatnonzero(exposes.any(axis=0)):
        whole = total[pool, layout.exposed_time]
        share = weighted[pool, q, layout.exposed_time] / np.where(whole > SMALL, whole, 1.0)
        hours = amount * share
        kept = np.flatnonzero(hours > SMALL)
        cohorts = [week.cohorts[c] for c in layout.exposed_cohort[kept]]
        starts = week.grid.starts[layout.exposed_time[kept]]
        dates = [_date_at(cohort, start) for cohort, start in zip(cohorts, starts, strict=True)]
        parts.append(
            pd.DataFrame(
                {
                    "pool": [week.pools[cohort.pool].name for cohort in cohorts],
                    "shift": [cohort.shift.name for cohort in cohorts],
                    "date": dates,
                    "queue": week.operation.queue_names[q],
                    "start": starts,
                    "hours": hours[kept],
                }
            )
        )
    parts += _running_exposure(solved, weighted, total, amount)
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=list(EXPOSURE_COLUMNS))
    return pd.concat(filled).sort_values(["pool", "start", "shift", "queue"], ignore_index=True)


def _running_exposure(
    solved: SolvedWeek, weighted: FloatArray, total: FloatArray, amount: FloatArray
) -> list[pd.DataFrame]:
    """What the cohorts of this week leave is taken by those still on shift when it begins."""
    week, layout = solved.week, solved.layout
    if week.carried.spare is None:
        return []
    left = total.copy()
    np.subtract.at(left, (week.cohort_pool[layout.exposed_cohort], layout.exposed_time), amount)
    scale = np.where(total > SMALL, left, 0.0) / np.where(total > SMALL, total, 1.0)
    parts = []
    capped = set(week.cohort_pool[layout.exposed_cohort].tolist())
    for item in (one for one in week.carried.running if one.pool in capped):
        given = week.carried.spare[item.pool]
        share = item.spare / np.where(given > SMALL, given, 1.0) * scale[item.pool]
        hours = weighted[item.pool] * share
        queue, time = np.nonzero(hours > SMALL)
        parts.append(
            pd.DataFrame(
                {
                    "pool": week.pools[item.pool].name,
                    "shift": item.shift,
                    "date": item.day,
                    "queue": np.array(week.operation.queue_names, dtype=object)[queue],
                    "start": week.grid.starts[time],
                    "hours": hours[queue, time],
                }
            )
        )
    return parts


def _exposure_used(solved: SolvedWeek, total: FloatArray, pool: IntArray) -> FloatArray:
    """Exposure of each cohort and interval, scaled down where the program left more than is used."""
    layout, amount = solved.layout, solved.values["exposure"]
    offered = np.zeros_like(total)
    np.add.at(offered, (pool, layout.exposed_time), amount)
    ratio = np.minimum(total / np.where(offered > SMALL, offered, 1.0), 1.0)
    return np.asarray(amount * ratio[pool, layout.exposed_time])


def _date_at(cohort: Cohort, moment: pd.Timestamp) -> date:
    """Date of the cohort, or of the one a week before where a steady week wraps around."""
    wrapped = moment < cohort.start.floor("h")
    return cohort.day - timedelta(days=7 if wrapped else 0)


def role_table(solved: SolvedWeek, *, before: bool = False) -> pd.DataFrame:
    """Heads of each role by shift, in pools where only some people hold it (parts rounded up)."""
    week, slots = solved.week, list_role_slots(solved.week)
    heads = np.ceil(solved.values.get("role_heads", np.zeros(0)) - PART)
    rows = [
        (week.operation.cover[k].name, week.pools[one.pool].name, one.shift.name, one.day, int(n))
        for k, c, n in zip(slots.cover, slots.cohort, heads, strict=True)
        if n > 0
        for one in _instances(week.cohorts[c], week, before=before)
    ]
    return pd.DataFrame(rows, columns=list(ROLE_COLUMNS))


def shortfall_table(solved: SolvedWeek) -> pd.DataFrame:
    """What the plan cannot cover: floors and roles (head hours), work late beyond its share.

    Opening work that was overdue before the week began is listed apart.
    """
    week = solved.week
    queues = week.operation.queue_names
    covers = tuple(cover.name for cover in week.operation.cover)
    parts = [
        _cells(week, queues, solved.floor_gap * week.grid.hours, "floor"),
        _cells(week, queues, solved.late_work, "late"),
        _cells(week, queues, overdue_work(week), "overdue"),
        _cells(week, covers, solved.role_gap * week.grid.hours, "role"),
    ]
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=list(SHORTFALL_COLUMNS))
    return pd.concat(filled).sort_values(["start", "queue", "kind"], ignore_index=True)


def _cells(week: Week, names: Sequence[str], hours: FloatArray, kind: str) -> pd.DataFrame:
    row, time = np.nonzero(hours > 1e-4)
    return pd.DataFrame(
        {
            "queue": np.array(names, dtype=object)[row],
            "start": week.grid.starts[time],
            "hours": hours[row, time],
            "kind": kind,
        }
    )
