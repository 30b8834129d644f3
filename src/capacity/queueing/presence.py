"""Who is at work when: shift plans, rosters and tables of heads as stints of single people."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capacity.domain import (
    Activity,
    ExposureCap,
    Operation,
    Person,
    Pool,
    Roster,
    ShiftPlan,
    TimeGrid,
)
from capacity.domain.faults import nearest
from capacity.errors import DataError

Floats = NDArray[np.float64]
_WEEKS_PER_MONTH = 365.25 / 12 / 7
_AT_WORK = (Activity.WORK.value, Activity.IDLE.value)

Profile = tuple[tuple[float, ...], tuple[float, ...]]  # hours, cumulative exposure by then


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One person on one duty: stints [on, off) in hours from the grid's start, breaks taken out.

    `cap_hours` is the severity-weighted exposure that the duty may hold; `until` the hour after
    which no exposed case starts; `paced` the part of the cap that may be used up to each hour of
    `pace_hours` (empty: no pacing).
    """

    pool: int
    skills: tuple[bool, ...]
    stints: tuple[tuple[float, float], ...]
    cap_hours: float = np.inf
    until: float = np.inf
    pace_hours: tuple[float, ...] = ()
    paced: tuple[float, ...] = ()
    person: str | None = None
    speed: float = 1.0

    def moved(self, hours: float) -> Duty:
        """The same duty some hours later."""
        return Duty(
            pool=self.pool,
            skills=self.skills,
            stints=tuple((on + hours, off + hours) for on, off in self.stints),
            cap_hours=self.cap_hours,
            until=self.until + hours,
            pace_hours=tuple(hour + hours for hour in self.pace_hours),
            paced=self.paced,
            person=self.person,
            speed=self.speed,
        )


def duties_of_shifts(shifts: ShiftPlan, operation: Operation) -> list[Duty]:
    """One duty per head of each shift; breaks from the plan's table, in-shift losses staggered."""
    grid = shifts.grid
    breaks = _breaks_by_shift(shifts, grid)
    profiles = _exposure_profiles(shifts, grid)
    duties: list[Duty] = []
    for row in shifts.shifts.itertuples():
        pool = operation.pool(str(row.pool))
        heads = _whole(row.heads, f"shift {row.shift} of pool {pool.name} on {row.date}")
        if heads == 0:
            continue
        key = (str(row.pool), str(row.shift), str(row.date))
        on, off = _hours(row.start, grid), _hours(row.end, grid)
        shares = _deal_breaks(breaks.get(key, []), heads)
        for head in range(heads):
            stints = _without(on, off, shares[head])
            stints = _meeting_out(stints, float(pool.shrinkage.in_shift), (head + 0.5) / heads)
            duties.append(
                _duty(
                    operation,
                    pool,
                    stints,
                    span=(on, off),
                    grid=grid,
                    profile=profiles.get(key),
                )
            )
    return duties


def duties_of_roster(roster: Roster, operation: Operation) -> list[Duty]:
    """One duty per person and date; breaks and wellness are the roster's own slices.

    A person works at their own speed, below it while the pool's ramp says so.
    In-shift losses are taken off staggered, unless the roster holds meetings as slices.
    """
    meetings = bool((roster.frame["activity"] == Activity.MEETING.value).any())
    persons = {person.id: person for person in operation.people}
    severity = {queue.name: queue.severity for queue in operation.queues}
    duties: list[Duty] = []
    for own in _slices_by_duty(roster):
        pool = operation.pool(own.pool)
        stints = _merged([(on, off) for on, off, activity, _ in own.slices if activity in _AT_WORK])
        if not stints:
            continue
        planned: dict[float, float] = {}
        for on, off, _, queue in own.slices:
            if queue:
                planned[off] = planned.get(off, 0.0) + severity[queue] * (off - on)
        profile = (tuple(planned), tuple(np.cumsum(list(planned.values())).tolist()))
        if not meetings:
            turn = (len(duties) % 8 + 0.5) / 8
            stints = _meeting_out(stints, float(pool.shrinkage.in_shift), turn)
        person = persons.get(own.person)
        skills = None
        share, pace = 1.0, 1.0
        if person is not None:
            share = operation.tier_share(person.tier)
            pace = _pace_of(person, pool)
            skills = _person_skills(operation, pool, person.skills, person.languages)
        if pace == 0:  # still in training: no cases
            continue
        duties.append(
            _duty(
                operation,
                pool,
                stints,
                span=(own.slices[0][0], own.slices[-1][1]),
                grid=roster.grid,
                profile=profile,
                cap_share=share,
                skills=skills,
                person=own.person,
                speed=pace,
            )
        )
    return duties


@dataclass(frozen=True, kw_only=True)
class _Duty:
    """One person's slices of one duty: hour on, hour off, activity, queue."""

    person: str
    pool: str
    slices: list[tuple[float, float, str, str]]


def _slices_by_duty(roster: Roster) -> list[_Duty]:
    """The rows of a roster by person and date; hours are converted once, for all rows."""
    frame = roster.frame.sort_values(["person", "date", "start"], kind="stable")
    hour = pd.Timedelta(hours=1)
    columns = [
        frame["person"].astype(str),
        frame["date"].astype(str),
        frame["pool"].astype(str),
        (frame["start"] - roster.grid.start) / hour,
        (frame["end"] - roster.grid.start) / hour,
        frame["activity"].astype(str),
        frame["queue"].astype(str),
    ]
    duties: list[_Duty] = []
    last = None
    for person, day, pool, on, off, activity, queue in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        if (person, day) != last:
            last = (person, day)
            duties.append(_Duty(person=person, pool=pool, slices=[]))
        duties[-1].slices.append((on, off, activity, queue))
    return duties


def duties_of_heads(heads: pd.DataFrame, grid: TimeGrid, operation: Operation) -> list[Duty]:
    """Anonymous people from a table pool, start (UTC), heads: able to work in each interval.

    Breaks and losses are already off. Duties are unknown here, so exposure caps do not apply.
    """
    missing = sorted({"pool", "start", "heads"} - set(heads.columns))
    if missing:
        raise DataError(
            f"heads: columns {missing} are missing (found {sorted(map(str, heads.columns))}). "
            "Fix: give pool, start (UTC) and heads, one row an interval."
        )
    duties: list[Duty] = []
    for name, rows in heads.groupby("pool", sort=True):
        if str(name) not in operation.pool_names:
            raise DataError(
                f"heads: unknown pool {name!r}: {nearest(str(name), operation.pool_names)}"
            )
        pool = operation.pool(str(name))
        level = np.zeros(grid.periods, dtype=np.int64)
        place = grid.index_of(pd.DatetimeIndex(rows["start"]))
        for at, count in zip(place, rows["heads"], strict=True):
            if 0 <= at < grid.periods:
                level[at] = _whole(count, f"heads of pool {name}")
        skills = tuple(pool.serves(queue) for queue in operation.queues)
        number = operation.pool_names.index(pool.name)
        for head in range(int(level.max(initial=0))):
            inside = np.concatenate([[0], (level > head).astype(np.int64), [0]])
            edges = (np.flatnonzero(np.diff(inside)) * grid.hours).tolist()
            for on, off in zip(edges[::2], edges[1::2], strict=True):
                duties += [
                    Duty(pool=number, skills=skills, stints=(stint,))
                    for stint in _split_by_week(on, off)
                ]
    return duties


def _duty(
    operation: Operation,
    pool: Pool,
    stints: list[tuple[float, float]],
    *,
    span: tuple[float, float],
    grid: TimeGrid,
    profile: Profile | None,
    cap_share: float = 1.0,
    skills: tuple[bool, ...] | None = None,
    person: str | None = None,
    speed: float = 1.0,
) -> Duty:
    cap = operation.cap_of(pool)
    hours = np.inf if cap.hours_per_day is None else cap.hours_per_day * cap_share
    pace_hours, paced = _pace(stints, profile, hours)
    return Duty(
        pool=operation.pool_names.index(pool.name),
        skills=skills or tuple(pool.serves(queue) for queue in operation.queues),
        stints=tuple(stints),
        cap_hours=hours,
        until=_until(cap, operation.zone_of(pool), span, grid),
        pace_hours=pace_hours,
        paced=paced,
        person=person,
        speed=speed,
    )


def _pace(
    stints: list[tuple[float, float]],
    profile: Profile | None,
    cap_hours: float,
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The day's cap spread over the duty as planned, or evenly over the hours at work.

    Without it, everybody would use up the cap in the first hours and leave the queue together.
    """
    if not np.isfinite(cap_hours) or not stints:
        return (), ()
    if profile is not None and profile[1] and profile[1][-1] > 0:
        hours, used = profile
        return hours, tuple(cap_hours * value / used[-1] for value in used)
    ends, worked, total = [], [], 0.0
    for on, off in stints:
        ends += [on, off]
        worked += [total, total + off - on]
        total += off - on
    return tuple(ends), tuple(cap_hours * value / total for value in worked)


def _until(cap: ExposureCap, zone: str, span: tuple[float, float], grid: TimeGrid) -> float:
    until = span[1] - cap.free_last_minutes / 60 if cap.free_last_minutes else np.inf
    if cap.latest_local_minute is None:
        return until
    local = (grid.start + pd.Timedelta(hours=span[0])).tz_convert(zone)
    midnight = local.tz_localize(None).normalize()
    latest = midnight + pd.Timedelta(minutes=cap.latest_local_minute)
    limit = latest.tz_localize(zone, ambiguous=False, nonexistent="shift_forward")
    return min(until, _hours(limit.tz_convert("UTC"), grid))


def _pace_of(person: Person, pool: Pool) -> float:
    """The person's speed times the productivity of the pool's ramp at the person's tenure."""
    if person.tenure_months is None:
        return person.speed
    return person.speed * pool.ramp.productivity(round(person.tenure_months * _WEEKS_PER_MONTH))


def _person_skills(
    operation: Operation,
    pool: Pool,
    skills: tuple[str, ...] | None,
    languages: tuple[str, ...] | None,
) -> tuple[bool, ...]:
    return tuple(
        pool.serves(queue)
        and (skills is None or queue.needed_skill in skills)
        and (languages is None or queue.language is None or queue.language in languages)
        for queue in operation.queues
    )


def _breaks_by_shift(
    shifts: ShiftPlan, grid: TimeGrid
) -> dict[tuple[str, str, str], list[tuple[float, float, int]]]:
    found: dict[tuple[str, str, str], list[tuple[float, float, int]]] = {}
    for row in shifts.breaks.itertuples():
        start = _hours(row.start, grid)
        key = (str(row.pool), str(row.shift), str(row.date))
        found.setdefault(key, []).append((start, start + row.minutes / 60, round(row.heads)))
    return found


def _exposure_profiles(shifts: ShiftPlan, grid: TimeGrid) -> dict[tuple[str, str, str], Profile]:
    """Cumulative planned exposure of each cohort by the end of its intervals."""
    if shifts.exposure.empty:
        return {}
    table = shifts.exposure.groupby(["pool", "shift", "date", "start"], sort=True)["hours"].sum()
    profiles = {}
    for key, part in table.groupby(level=[0, 1, 2]):
        ends = [_hours(start, grid) + grid.hours for start in part.index.get_level_values(3)]
        name = (str(key[0]), str(key[1]), str(key[2]))
        profiles[name] = (tuple(ends), tuple(part.cumsum().tolist()))
    return profiles


def _deal_breaks(
    breaks: list[tuple[float, float, int]], heads: int
) -> list[list[tuple[float, float]]]:
    """Break positions dealt to heads in turn, so that each head gets its share of them."""
    dealt: list[list[tuple[float, float]]] = [[] for _ in range(heads)]
    turn = 0
    for start, end, count in sorted(breaks):
        for _ in range(min(count, heads)):
            dealt[turn % heads].append((start, end))
            turn += 1
    return dealt


def _without(on: float, off: float, breaks: list[tuple[float, float]]) -> list[tuple[float, float]]:
    stints, start = [], on
    for begin, end in sorted(breaks):
        if begin > start:
            stints.append((start, min(begin, off)))
        start = max(start, end)
    if start < off:
        stints.append((start, off))
    return stints


def _meeting_out(
    stints: list[tuple[float, float]], share: float, place: float
) -> list[tuple[float, float]]:
    """Take a block of `share` of the working time out, at `place` (0..1) of what remains."""
    total = sum(off - on for on, off in stints)
    length = share * total
    if length <= 0:
        return stints
    first = place * (total - length)
    result, worked = [], 0.0
    for on, off in stints:
        left, right = worked, worked + off - on
        before = min(right, first) - left
        if before > 1e-9:
            result.append((on, on + before))
        after = right - max(left, first + length)
        if after > 1e-9:
            result.append((off - after, off))
        worked = right
    return result


def _split_by_week(on: float, off: float) -> list[tuple[float, float]]:
    edges = [on, *(168.0 * week for week in range(int(on // 168) + 1, int(off // 168) + 1)), off]
    return [(a, b) for a, b in pairwise(edges) if b > a]


def _merged(stints: list[tuple[float, float]]) -> list[tuple[float, float]]:
    result: list[tuple[float, float]] = []
    for on, off in sorted(stints):
        if result and on <= result[-1][1] + 1e-9:
            result[-1] = (result[-1][0], max(off, result[-1][1]))
        else:
            result.append((on, off))
    return result


def _hours(moment: pd.Timestamp, grid: TimeGrid) -> float:
    return float((moment - grid.start) / pd.Timedelta(hours=1))


def _whole(value: float, where: str) -> int:
    count = round(float(value))
    if abs(count - value) > 1e-6 or count < 0:
        raise DataError(f"{where}: heads must be a whole number >= 0, got {value}.")
    return count
