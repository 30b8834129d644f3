"""One duty as slices: where work may lie, where exposure may, and what is kept as it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.domain.operation import Operation
from capacity.domain.roster import Activity
from capacity.scheduling.rostering.cohorts import MINUTE_NS, Cohorts, contract_hours
from capacity.scheduling.rostering.duty_breaks import Span
from capacity.scheduling.rostering.fixing import KeptRow
from capacity.scheduling.rostering.problem import Bools, Ints
from capacity.scheduling.rostering.rotation import DutySlots
from capacity.scheduling.rostering.sessions import held_sessions


@dataclass(frozen=True, kw_only=True, eq=False)
class SliceGrid:
    """Slices of equal length from `origin` (nanoseconds UTC)."""

    origin: int
    minutes: int
    count: int

    def place(self, instant: int) -> float:
        """Number of the slice, with a fraction inside it."""
        return (instant - self.origin) / (self.minutes * MINUTE_NS)


@dataclass(frozen=True, kw_only=True, eq=False)
class DutyBuilder:
    """Builds the slices of duties; `chosen` are the shifts of people x days."""

    grid: SliceGrid
    operation: Operation
    cohorts: Cohorts
    chosen: Ints
    queues: tuple[str, ...]

    def build(
        self, cell: tuple[int, int, int], breaks: list[Span], kept: list[KeptRow] | None
    ) -> DutySlots:
        """The slices of one duty (person, day, shift)."""
        person, day, shift = cell
        begin, end = int(self.cohorts.start[day, shift]), int(self.cohorts.end[day, shift])
        first, last = round(self.grid.place(begin)), round(self.grid.place(end))
        open_slices = np.ones(last - first, dtype=bool)
        for low, high in [*breaks, *held_sessions(self.cohorts, *cell)]:
            open_slices[low // self.grid.minutes : -(-high // self.grid.minutes)] = False
        given = None
        if kept is not None:
            open_slices, given = self._kept(kept, first, last)
        return DutySlots(
            person=person,
            first=first,
            last=last,
            day=day,
            open_slices=open_slices,
            exposable=self._exposable(cell, first, last),
            barred=self._barred(person, day),
            given=given,
        )

    def _kept(self, rows: list[KeptRow], first: int, last: int) -> tuple[Bools, Ints]:
        """Open slices and queues of a duty that is copied."""
        open_slices = np.ones(last - first, dtype=bool)
        given = np.full(last - first, -1, dtype=np.int64)
        away = (Activity.BREAK.value, Activity.COUNSELLING.value)
        for row in rows:
            low, high = (round(self.grid.place(t)) - first for t in (row.start, row.end))
            open_slices[low:high] = row.activity not in away
            if row.activity == Activity.WORK.value:
                given[low:high] = self.queues.index(row.queue)
        return open_slices, given

    def _barred(self, person: int, day: int) -> Bools | None:
        """Queues worked on site only, on a day on which the person is not there."""
        if self.cohorts.people[person].is_at_site(self.cohorts.dates[day]):
            return None
        return np.array([self.operation.queue(q).on_site_only for q in self.queues], dtype=bool)

    def _exposable(self, cell: tuple[int, int, int], first: int, last: int) -> Bools:
        """Neither late in the day, nor in the last minutes of the shift, nor in overtime."""
        cap = self.operation.cap_of(self.cohorts.pool)
        exposable = np.ones(last - first, dtype=bool)
        free = float(cap.free_last_minutes)
        if not cap.in_overtime:
            free = max(free, self._overtime_minutes(cell))
        if free > 0:
            slots = int(np.ceil(free / self.grid.minutes - 1e-9))
            exposable[max(last - first - slots, 0) :] = False
        if cap.latest_local_minute is not None:
            exposable &= self._early_enough(first, last, cell[1], cap.latest_local_minute)
        return exposable

    def _overtime_minutes(self, cell: tuple[int, int, int]) -> float:
        """Paid minutes of the duty beyond the contract of its calendar week."""
        person, day, _ = cell
        if not self.cohorts.pool.overtime_hours_per_week:
            return 0.0
        monday = max(day - self.cohorts.dates[day].weekday(), 0)
        line = self.chosen[person]
        paid = [
            int(self.cohorts.paid_minutes[d, line[d]])
            for d in range(monday, day + 1)
            if line[d] >= 0
        ]
        return min(sum(paid) - 60 * float(contract_hours(self.cohorts)[person]), float(paid[-1]))

    def _early_enough(self, first: int, last: int, day: int, latest: int) -> Bools:
        """Slices that end by the latest minute of the duty date on the local wall clock."""
        wall = pd.Timestamp(self.cohorts.dates[day]) + pd.Timedelta(minutes=latest)
        local = wall.tz_localize(self.cohorts.zone, nonexistent="shift_forward", ambiguous=True)
        until = self.grid.place(local.tz_convert("UTC").as_unit("ns").value)
        return np.asarray(np.arange(first + 1, last + 1) <= until + 1e-9)
