"""Hours of work that found nobody: by queue, day and part of the day, with what kept people."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import pandas as pd

from capacity.domain.operation import Operation
from capacity.domain.person import Person
from capacity.domain.roster import LESS_THAN_A_SLICE, CheckReport, Roster
from capacity.scheduling.rostering.cohorts import as_date, instants

PARTS = ((6, "night"), (12, "morning"), (18, "afternoon"), (24, "evening"))
SLICE_HOURS = 0.25
BUSY = "at other work, on a break or owed wellness time"


@dataclass(frozen=True, kw_only=True)
class WorkGap:
    """Work of a queue on a local day and part of it that nobody did, and why.

    `reasons` counts the people on shift in the pool then by what kept them, the largest first.
    """

    pool: str
    queue: str
    day: date
    part: str
    hours: float
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class GapFinder:
    """Reads the gaps of a roster from its table and the recount of its exposure."""

    roster: Roster
    operation: Operation
    report: CheckReport

    @cached_property
    def _hours(self) -> dict[tuple[str, date], float]:
        table = self.report.exposure
        keys = zip(table["person"], map(as_date, table["date"]), strict=True)
        return dict(zip(keys, table["hours"].astype(float), strict=True))

    @cached_property
    def _people(self) -> dict[str, Person]:
        return {person.id: person for person in self.operation.people}

    def gaps(self) -> Iterator[WorkGap]:
        """The gaps, the largest first; crumbs of less than a slice are left out."""
        rows = self.roster.unassigned
        if not len(rows):
            return
        rows = rows[rows["reason"] != LESS_THAN_A_SLICE]
        zones = {pool.name: self.operation.zone_of(pool) for pool in self.operation.pools}
        local = [start.tz_convert(zones[pool]) for pool, start in zip(rows["pool"], rows["start"], strict=True)]  # fmt: skip
        table = rows.assign(
            day=[moment.date() for moment in local],
            part=[next(name for top, name in PARTS if moment.hour < top) for moment in local],
            last=rows["start"],
        )
        keys = ["pool", "queue", "day", "part"]
        sums = table.groupby(keys, as_index=False, sort=False).agg(
            hours=("hours", "sum"), start=("start", "min"), last=("last", "max")
        )
        step = pd.Timedelta(minutes=self.roster.grid.minutes)
        order = sums.sort_values(["hours", *keys], ascending=[False, True, True, True, True])
        for row in order.to_dict("records"):
            yield WorkGap(
                pool=row["pool"],
                queue=row["queue"],
                day=row["day"],
                part=row["part"],
                hours=float(row["hours"]),
                reasons=self._reasons(
                    row["pool"], row["queue"], (row["start"], row["last"] + step)
                ),
            )

    @cached_property
    def _duties(self) -> pd.DataFrame:
        keys = ["person", "pool", "date"]
        return self.roster.frame.groupby(keys, as_index=False).agg(
            start=("start", "min"), end=("end", "max")
        )

    def _reasons(
        self, pool: str, queue: str, span: tuple[pd.Timestamp, pd.Timestamp]
    ) -> tuple[tuple[str, int], ...]:
        duties = self._duties
        begin, end = instants(duties["start"]), instants(duties["end"])
        low, high = (int(moment.as_unit("ns").value) for moment in span)
        there = (duties["pool"] == pool).to_numpy() & (begin < high) & (end > low)
        counts = Counter(
            self._why(self._people[row.person], queue, as_date(row.date), span[0])
            for row in duties[there].itertuples()
        )
        return tuple(counts.most_common())

    def _why(self, person: Person, queue: str, day: date, moment: pd.Timestamp) -> str:
        """The first thing that keeps a person on shift from a queue."""
        return next(self._reasons_of(person, queue, day, moment), BUSY)

    def _reasons_of(
        self, person: Person, queue: str, day: date, moment: pd.Timestamp
    ) -> Iterator[str]:
        operation = self.operation
        wanted, pool = operation.queue(queue), operation.pool(person.pool)
        skills = pool.skills if person.skills is None else person.skills
        languages = pool.languages if person.languages is None else person.languages
        if wanted.needed_skill not in skills:
            yield f"without the skill {wanted.needed_skill}"
        if wanted.language is not None and wanted.language not in languages:
            yield f"without the language {wanted.language}"
        if wanted.on_site_only and not (pool.on_site and person.is_at_site(day)):
            yield "not at the site that day"
        share, cap = operation.tier_share(person.tier), operation.cap_of(pool)
        if wanted.is_exposed and share == 0:
            yield f"of tier {person.tier.value}, which takes no exposure"
        if not wanted.is_exposed or not cap.counts(queue):
            return
        local = moment.tz_convert(operation.zone_of(pool))
        late = cap.latest_local_minute
        if late is not None and (local.date() > day or local.hour * 60 + local.minute >= late):
            yield f"past the latest local time of exposure ({late // 60:02d}:{late % 60:02d})"
        yield from self._used_up(person, day, share, wanted.severity)

    def _used_up(self, person: Person, day: date, share: float, severity: float) -> Iterator[str]:
        """Caps over days that leave less than a slice."""
        cap = self.operation.cap_of(self.operation.pool(person.pool))
        monday = day - timedelta(days=day.weekday())
        spans = [(cap.hours_per_day, day, 1, "at the daily exposure cap of {:g} h")]
        spans.append((cap.hours_per_week, monday, 7, "at the weekly exposure cap of {:g} h"))
        for rolling in cap.rolling:
            first = day - timedelta(days=rolling.days - 1)
            name = f"at the exposure cap of {{:g}} h in {rolling.days} days"
            spans.append((rolling.hours, first, rolling.days, name))
        for hours, first, days, name in spans:
            limit = math.inf if hours is None else share * hours - SLICE_HOURS * severity
            if self._taken(person, first, days) > limit + 1e-9:
                yield name.format(share * (hours or 0.0))
        most = cap.max_consecutive_days
        if most is None or self._taken(person, day, 1):
            return
        if self._taken(person, day - timedelta(days=most), most) > 0:
            yield f"at the {most} exposed days in a row or in recovery"

    def _taken(self, person: Person, first: date, days: int) -> float:
        return sum(self._exposed(person, first + timedelta(days=n)) for n in range(days))

    def _exposed(self, person: Person, day: date) -> float:
        """Weighted hours of a person on a duty date, history included."""
        if (person.id, day) in self._hours:
            return self._hours[person.id, day]
        back = (self._first_day - day).days
        carried = person.carried_exposure
        return carried[-back] if 0 < back <= len(carried) else 0.0

    @cached_property
    def _first_day(self) -> date:
        first: date = self.roster.grid.start.date()
        return min([first, *map(as_date, self.roster.frame["date"])])
