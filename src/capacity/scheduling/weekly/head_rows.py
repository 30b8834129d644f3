"""What people can take on besides days and hours, as rows over shifts.

Each row says: the heads on some shifts are at most what one head can give, times the heads. The
rows are sums over exchangeable people of rules that hold for one person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import sparse

from capacity.domain import Pool, day_ranks
from capacity.program.slots import FloatArray, IntArray
from capacity.scheduling.weekly.cohorts import runs_in, week_before
from capacity.scheduling.weekly.week import Week

REST, IN_A_ROW, DAYS_OFF, WEEKENDS = "rest", "days in a row", "days off", "weekends"
SEQUENCES = "forbidden sequences"
WEEK_DAYS = 7
SMALL = 1e-9


@dataclass(frozen=True, kw_only=True)
class HeadRows:
    """Rows of one rule: matrix @ shifts <= give x heads of the pool - taken.

    `give` is what one head gives to a row, `taken` what shifts before the week already took.
    """

    name: str
    matrix: sparse.csr_array
    pool: IntArray
    give: FloatArray
    taken: FloatArray

    def upper(self, heads: FloatArray) -> FloatArray:
        """Right-hand sides, in whole shifts, for so many heads by pool on average.

        They are rounded up, as the team may be fuller on these days than on average; a share of a
        head cannot be, so that it is rounded down.
        """
        exact = self.give * heads[self.pool]
        whole = self.give == np.floor(self.give)
        most = np.where(whole, np.ceil(exact - SMALL), np.floor(exact + SMALL))
        return np.asarray(np.maximum(most - self.taken, 0.0))


Line = tuple[int, Sequence[int], float, float]  # pool, cohorts, give, taken


def list_head_rows(week: Week) -> tuple[HeadRows, ...]:
    """Rest, forbidden sequences, days in a row, days off and weekends, where a pool has the rule."""
    days = DayCounts(week)
    found = {
        REST: list(_rest_lines(week)),
        SEQUENCES: list(_sequence_lines(week)),
        IN_A_ROW: list(_run_lines(week, days)),
        DAYS_OFF: list(_pattern_lines(week, days)),
        WEEKENDS: list(_weekend_lines(week, days)),
    }
    return tuple(_as_rows(name, lines, len(week.cohorts)) for name, lines in found.items() if lines)


def _as_rows(name: str, lines: list[Line], width: int) -> HeadRows:
    row = np.repeat(np.arange(len(lines)), [len(line[1]) for line in lines])
    column = np.concatenate([np.asarray(line[1], dtype=np.int64) for line in lines])
    matrix = sparse.csr_array((np.ones(row.size), (row, column)), shape=(len(lines), width))
    return HeadRows(
        name=name,
        matrix=matrix,
        pool=np.array([line[0] for line in lines], dtype=np.int64),
        give=np.array([line[2] for line in lines]),
        taken=np.array([line[3] for line in lines]),
    )


class DayCounts:
    """Cohorts and carried heads by pool and day; the days of a week that repeats are a cycle.

    A day is an ordinal date, or, where the week wraps, the day of the week: the shift on the
    last Monday then stands for the one a week earlier too.
    """

    def __init__(self, week: Week) -> None:
        self.wrap = week.wrap
        ordinals = [cohort.day.toordinal() for cohort in week.cohorts]
        self.days = [(n - 1) % WEEK_DAYS if week.wrap else n for n in ordinals]
        self._cohorts: dict[tuple[int, int], list[int]] = {}
        for c, (cohort, day) in enumerate(zip(week.cohorts, self.days, strict=True)):
            self._cohorts.setdefault((cohort.pool, day), []).append(c)
        self._worked: dict[tuple[int, int], float] = {}
        for pool, date_worked, heads, _ in week.carried.worked:
            key = (pool, date_worked.toordinal())
            self._worked[key] = self._worked.get(key, 0.0) + heads

    def of(self, pool: int) -> list[int]:
        """Days on which a pool has shifts, in order."""
        return sorted(day for item, day in self._cohorts if item == pool)

    def sum(self, pool: int, days: Sequence[int], give: float) -> Line:
        """All shifts of a pool on some days, against what a head gives on them."""
        own = [c for day in days for c in self._cohorts.get((pool, day), ())]
        taken = sum(self._worked.get((pool, day), 0.0) for day in days)
        return pool, own, give, 0.0 if self.wrap else taken

    def mondays(self, pool: int) -> list[int]:
        """First days of the calendar weeks that hold a shift."""
        return [0] if self.wrap else sorted({day - (day - 1) % 7 for day in self.of(pool)})


def _rest_lines(week: Week) -> Iterator[Line]:
    """At any instant a head is on at most one shift or in the rest after it.

    Shifts with their rest are intervals of time, and intervals that overlap nowhere more than n
    times can be worked by n people: rows at the starts of shifts are all that rest asks for.
    """
    zero = week.grid.start
    for p, pool in enumerate(week.pools):
        own = [(c, item) for c, item in enumerate(week.cohorts) if item.pool == p]
        spans = [(c, item.start, item.end) for c, item in own]
        if week.wrap:
            before = [(c, week_before(item, week.operation)) for c, item in own]
            spans += [(c, item.start, item.end) for c, item in before]
        rest = pd.Timedelta(hours=pool.min_rest_hours)
        starts = np.array([(start - zero).total_seconds() for _, start, _ in spans])
        frees = np.array([(end + rest - zero).total_seconds() for _, _, end in spans])
        cohort = np.array([c for c, _, _ in spans], dtype=np.int64)
        ended = [
            ((start - zero).total_seconds(), (end + rest - zero).total_seconds(), heads)
            for q, start, end, heads in week.carried.ended
            if q == p
        ]
        points = np.unique(starts[: len(own)])
        for point, after in pairwise([*points, np.inf]):
            on = (starts <= point) & (frees > point)
            if np.isfinite(after) and not ((frees > point) & (frees <= after) & on).any():
                continue  # the next start holds everybody of this one
            members = cohort[on]
            taken = sum(heads for start, free, heads in ended if start <= point < free)
            if taken or len({week.cohorts[c].day for c in members}) > 1:
                yield p, np.unique(members).tolist(), 1.0, float(taken)


def _sequence_lines(week: Week) -> Iterator[Line]:
    """A pair of shifts that must not follow each other: no head works both."""
    place = {(item.pool, item.shift.name, item.day): c for c, item in enumerate(week.cohorts)}
    for p, pool in enumerate(week.pools):
        rest = pd.Timedelta(hours=pool.min_rest_hours)
        for first, second in pool.forbidden_sequences:
            for (q, name, day), c in place.items():
                other = place.get((p, second, date.fromordinal(day.toordinal() + 1)))
                if q != p or name != first or other is None:
                    continue
                if week.cohorts[other].start >= week.cohorts[c].end + rest:
                    yield p, [c, other], 1.0, 0.0


def _run_lines(week: Week, days: DayCounts) -> Iterator[Line]:
    """A head works at most `max_days_in_row` of any one day more; so do people already in a run."""
    for p, pool in enumerate(week.pools):
        most, own = pool.max_days_in_row, days.of(p)
        if not own or most + 1 > WEEK_DAYS:
            continue
        if days.wrap:
            if len(own) == WEEK_DAYS:
                for first in range(WEEK_DAYS):
                    window = [(first + n) % WEEK_DAYS for n in range(most + 1)]
                    yield days.sum(p, window, float(most))
            yield from _carried_runs(week, pool, p)
            continue
        for first in range(own[0] - most, own[-1] - most + 1):
            yield days.sum(p, range(first, first + most + 1), float(most))


def _carried_runs(week: Week, pool: Pool, p: int) -> Iterator[Line]:
    """People who end a run soon are off at least once in the first days."""
    people = [person.carried_days for person in week.operation.people if person.pool == pool.name]
    own = [c for c, item in enumerate(week.cohorts) if item.pool == p]
    first = min(week.cohorts[c].day.toordinal() for c in own)
    listed = [(c, week.cohorts[c].day.toordinal()) for c in own]
    earlier = [week_before(week.cohorts[c], week.operation) for c in own]
    runs = runs_in(earlier, week.grid) > 0
    listed += [
        (c, item.day.toordinal()) for c, item, on in zip(own, earlier, runs, strict=True) if on
    ]
    present = pool.heads * float(pool.shrinkage.availability)
    for span in range(1, pool.max_days_in_row + 1):
        full = sum(days >= pool.max_days_in_row + 1 - span for days in people)
        taken = np.ceil(span * present - SMALL) - (span * pool.heads - full)
        if full and taken > 0:
            yield p, [c for c, day in listed if first <= day < first + span], float(span), taken


def _pattern_lines(week: Week, days: DayCounts) -> Iterator[Line]:
    """Days on which a head may work together, in a calendar week, are those of one pattern."""
    for p, pool in enumerate(week.pools):
        if not pool.week_patterns or not days.of(p):
            continue
        for monday in days.mondays(p):
            for chosen, rank in day_ranks(pool.week_patterns):
                yield days.sum(p, [monday + day for day in chosen], float(rank))


def _weekend_lines(week: Week, days: DayCounts) -> Iterator[Line]:
    """Of four weekends in a row a head works at most so many; a week that repeats, that share."""
    for p, pool in enumerate(week.pools):
        most = pool.max_weekends_in_four
        if most is None or most == 4:
            continue
        for monday in days.mondays(p) if days.of(p) else ():
            for day in (monday + 5, monday + 6):
                if days.wrap:
                    yield days.sum(p, [day], most / 4)
                else:
                    yield days.sum(p, [day - 7 * n for n in range(4)], float(most))
