"""Cohorts: people of one pool who start the same shift on the same local date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from scipy import sparse

from capacity.domain import Operation, ShiftTemplate, TimeGrid
from capacity.program.slots import FloatArray, IntArray


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """A possible shift: pool index, template, local date and UTC instants of start and end."""

    pool: int
    shift: ShiftTemplate
    day: date
    start: pd.Timestamp
    end: pd.Timestamp


@dataclass(frozen=True, kw_only=True)
class BreakSlots:
    """Break positions: cohort, number of the break in the template, start in the shift, hours.

    Arrays have one entry a position; `hours` (positions x intervals) is the time it takes.
    """

    cohort: IntArray
    number: IntArray
    minute: IntArray
    hours: sparse.csr_array


def list_cohorts(operation: Operation, grid: TimeGrid) -> tuple[Cohort, ...]:
    """Every shift that starts inside the grid, by pool and start.

    A shift starts at the wall clock of its site; where spring skips that time it starts when the
    clock has moved on, where autumn repeats it, at the first of the two. Its length is elapsed.
    """
    cohorts: list[Cohort] = []
    for index, pool in enumerate(operation.pools):
        zone = operation.zone_of(pool)
        first = grid.start.tz_convert(ZoneInfo(zone)).date()
        days = (grid.end - grid.start).days + 2
        found = [
            Cohort(pool=index, shift=shift, day=day, start=start, end=start + length(shift))
            for day in (first + timedelta(days=n) for n in range(days))
            for shift in pool.shifts
            if day.weekday() in shift.weekdays
            and grid.start <= (start := shift_start(day, shift, zone)) < grid.end
        ]
        cohorts += sorted(found, key=lambda item: (item.start, item.end, item.shift.name))
    return tuple(cohorts)


def shift_start(day: date, shift: ShiftTemplate, zone: str) -> pd.Timestamp:
    """UTC start of a shift on a local date.

    Examples
    --------
    >>> from datetime import date
    >>> early = ShiftTemplate(name="early", start_minute=90, length_minutes=480)
    >>> shift_start(date(2026, 3, 29), early, "Europe/Dublin")     # 01:30 does not exist that day
    Timestamp('2026-03-29 01:00:00+0000', tz='UTC')
    """
    wall = pd.Timestamp(day) + pd.Timedelta(minutes=shift.start_minute)
    local = wall.tz_localize(ZoneInfo(zone), ambiguous=True, nonexistent="shift_forward")
    return local.tz_convert("UTC")


def length(shift: ShiftTemplate) -> pd.Timedelta:
    """Elapsed length of a shift."""
    return pd.Timedelta(minutes=shift.length_minutes)


def week_before(cohort: Cohort, operation: Operation) -> Cohort:
    """The same shift one week earlier, on the wall clock of its site."""
    zone = operation.zone_of(operation.pools[cohort.pool])
    day = cohort.day - timedelta(days=7)
    start = shift_start(day, cohort.shift, zone)
    return replace(cohort, day=day, start=start, end=start + length(cohort.shift))


def cover_hours(cohorts: Sequence[Cohort], grid: TimeGrid) -> sparse.csr_array:
    """Hours of each interval of the grid that a cohort is on shift, cohorts x intervals."""
    spans = [(_minutes(item.start, grid), item.shift.length_minutes) for item in cohorts]
    return spread_minutes(spans, grid)


def steady_cover(
    cohorts: Sequence[Cohort], operation: Operation, grid: TimeGrid
) -> sparse.csr_array:
    """As `cover_hours`, and the same shifts one week earlier: a week that repeats itself."""
    before = [week_before(cohort, operation) for cohort in cohorts]
    earlier = runs_in(before, grid)[:, None] * cover_hours(before, grid)
    return sparse.csr_array(cover_hours(cohorts, grid) + earlier)


def runs_in(before: Sequence[Cohort], grid: TimeGrid) -> FloatArray:
    """1 for a shift of the week before that runs into the grid.

    In a week with a change of clocks the instance of a week earlier may begin inside the grid: it
    is then a shift of the grid itself and does not count twice.
    """
    return np.array([float(item.start < grid.start < item.end) for item in before])


def list_breaks(cohorts: Sequence[Cohort], grid: TimeGrid) -> BreakSlots:
    """Positions of every break at steps of the grid inside its window (Aykin's implicit breaks)."""
    rows: list[tuple[int, int, int]] = []
    spans: list[tuple[float, float]] = []
    for c, cohort in enumerate(cohorts):
        start = _minutes(cohort.start, grid)
        for k, item in enumerate(cohort.shift.breaks):
            steps = range(item.earliest_minute, item.latest_minute + 1, grid.minutes)
            for minute in steps:
                rows.append((c, k, minute))
                spans.append((start + minute, item.minutes))
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    hours = spread_minutes(spans, grid)
    return BreakSlots(cohort=table[:, 0], number=table[:, 1], minute=table[:, 2], hours=hours)


def steady_breaks(cohorts: Sequence[Cohort], operation: Operation, grid: TimeGrid) -> BreakSlots:
    """As `list_breaks`, and the same breaks one week earlier."""
    now = list_breaks(cohorts, grid)
    earlier = [week_before(cohort, operation) for cohort in cohorts]
    weight = runs_in(earlier, grid)[now.cohort] if len(now.cohort) else np.zeros(0)
    before = weight[:, None] * list_breaks(earlier, grid).hours
    return replace(now, hours=sparse.csr_array(now.hours + before))


def spread_minutes(spans: Sequence[tuple[float, float]], grid: TimeGrid) -> sparse.csr_array:
    """Hours that each span (start minute in the grid, length in minutes) lays on each interval."""
    rows, columns, data = [], [], []
    for i, (start, minutes) in enumerate(spans):
        first = int(start // grid.minutes)
        last = int(-((-(start + minutes)) // grid.minutes))
        edges = np.arange(first, last + 1) * float(grid.minutes)
        edges = np.clip(edges, start, start + minutes)
        place = np.arange(first, last)
        inside = (place >= 0) & (place < grid.periods)
        rows.append(np.full(int(inside.sum()), i))
        columns.append(place[inside])
        data.append((np.diff(edges) / 60)[inside])
    if not rows:
        return sparse.csr_array((0, grid.periods))
    matrix = sparse.csr_array(
        (np.concatenate(data), (np.concatenate(rows), np.concatenate(columns))),
        shape=(len(spans), grid.periods),
    )
    matrix.eliminate_zeros()
    return matrix


def exposure_open(
    cohorts: Sequence[Cohort], cover: sparse.csr_array, operation: Operation, grid: TimeGrid
) -> sparse.csr_array:
    """Hours of `cover` in which a cohort may be exposed: not late in the day or in the shift."""
    coo = cover.tocoo()
    rows, columns = coo.coords
    allowed = np.ones(coo.nnz, dtype=bool)
    limits = [_last_minutes(cohort, operation) for cohort in cohorts]
    for c, limit in enumerate(limits):
        if limit is None:
            continue
        mine = rows == c
        begin = _minutes(cohorts[c].start, grid)
        earlier = _minutes(week_before(cohorts[c], operation).start, grid)
        ends = (columns[mine] + 1.0) * grid.minutes
        since = np.where(ends <= begin, ends - earlier, ends - begin)
        allowed[mine] = since <= limit + 1e-9
    kept = (rows[allowed], columns[allowed])
    return sparse.csr_array((coo.data[allowed], kept), shape=cover.shape)


def _last_minutes(cohort: Cohort, operation: Operation) -> float | None:
    """Minutes of the shift after which exposure is forbidden; None: never."""
    pool = operation.pools[cohort.pool]
    cap = operation.cap_of(pool)
    limits = []
    if cap.free_last_minutes:
        limits.append(float(cohort.shift.length_minutes - cap.free_last_minutes))
    if cap.latest_local_minute is not None:
        zone = ZoneInfo(operation.zone_of(pool))
        latest = pd.Timestamp(cohort.day) + pd.Timedelta(minutes=cap.latest_local_minute)
        stop = latest.tz_localize(zone, ambiguous=False, nonexistent="shift_forward")
        limits.append((stop.tz_convert("UTC") - cohort.start) / pd.Timedelta(minutes=1))
    return min(limits) if limits else None


def _minutes(moment: pd.Timestamp, grid: TimeGrid) -> float:
    return float((moment - grid.start) / pd.Timedelta(minutes=1))
