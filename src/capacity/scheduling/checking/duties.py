"""The roster table read as slices and duties of each person, in elapsed UTC time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd

from capacity.domain.operation import Operation
from capacity.domain.person import Person
from capacity.domain.pool import Pool
from capacity.domain.roster import Activity

HOUR = 3_600_000_000_000  # nanoseconds
MINUTE = HOUR // 60
WORK = Activity.WORK.value


@dataclass(frozen=True, slots=True)
class Slice:
    """One row of the roster table; instants are nanoseconds since 1970 (UTC).

    `weight` is the severity as far as the cap of the person's pool counts the queue.
    """

    start: int
    end: int
    activity: str
    queue: str
    severity: float
    weight: float

    @property
    def hours(self) -> float:
        """Elapsed hours."""
        return (self.end - self.start) / HOUR

    @property
    def weighted_hours(self) -> float:
        """Severity-weighted exposure under the cap; not a number when the severity is unknown."""
        return self.weight * self.hours

    @property
    def is_exposed(self) -> bool:
        """Whether the slice counts against exposure caps (an unknown severity does)."""
        return self.weight != 0 and self.activity == WORK


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One person's shift: its slices in order of time, filed under the date on which it starts."""

    person: Person
    pool: Pool
    zone: str
    shift: str
    day: date
    slices: tuple[Slice, ...]

    @property
    def start(self) -> int:
        """First instant."""
        return self.slices[0].start

    @property
    def end(self) -> int:
        """Last instant."""
        return max(item.end for item in self.slices)

    @property
    def exposed(self) -> Iterator[Slice]:
        """The slices of exposure."""
        return (item for item in self.slices if item.is_exposed)

    @property
    def weighted_hours(self) -> float:
        """Severity-weighted hours of exposure."""
        return sum(item.weighted_hours for item in self.exposed)

    @property
    def all_exposure_hours(self) -> float:
        """Severity-weighted hours of every queue, whatever the cap counts."""
        return sum(item.severity * item.hours for item in self.slices)

    def minutes(self, *activities: Activity) -> float:
        """Elapsed minutes of some activities."""
        names = {activity.value for activity in activities}
        return sum(item.end - item.start for item in self.slices if item.activity in names) / MINUTE

    @property
    def paid_hours(self) -> float:
        """Elapsed hours less unpaid breaks; an unknown shift counts every hour as paid."""
        unpaid = sum(
            item.minutes
            for template in self.pool.shifts
            if template.name == self.shift
            for item in template.breaks
            if not item.paid
        )
        taken = min(float(unpaid), self.minutes(Activity.BREAK))
        return (self.end - self.start) / HOUR - taken / 60


def nanoseconds(moment: pd.Timestamp) -> int:
    """A UTC instant as whole nanoseconds since 1970."""
    return int(pd.Timestamp(moment).as_unit("ns").value)


def local_time(instant: int, zone: str) -> pd.Timestamp:
    """The instant on the wall clock of a zone."""
    return pd.Timestamp(instant, unit="ns", tz="UTC").tz_convert(ZoneInfo(zone))


def instant_of(day: date, minute: int, zone: str) -> int:
    """Nanoseconds UTC of a minute of a local day, on the wall clock (the first of two)."""
    wall = pd.Timestamp(day) + pd.Timedelta(minutes=minute)
    return nanoseconds(
        wall.tz_localize(ZoneInfo(zone), nonexistent="shift_forward", ambiguous=True)
    )


def as_date(value: object) -> date:
    """A calendar date from a date, a timestamp or ISO text."""
    return date.fromisoformat(str(value)[:10])


def read_duties(frame: pd.DataFrame, operation: Operation) -> dict[str, list[Duty]]:
    """Duties of each known person in order of time; the rows must be sound (see table_faults)."""
    people = {person.id: person for person in operation.people}
    severity = {queue.name: queue.severity for queue in operation.queues}
    caps = {person.id: operation.cap_of(operation.pool(person.pool)) for person in people.values()}
    grouped: dict[tuple[str, object], list[tuple[Slice, str]]] = {}
    starts = frame["start"].astype("datetime64[ns, UTC]").astype("int64").tolist()
    ends = frame["end"].astype("datetime64[ns, UTC]").astype("int64").tolist()
    columns = (frame[name].tolist() for name in ("person", "date", "shift", "activity", "queue"))
    for start, end, person, day, shift, activity, queue in zip(starts, ends, *columns, strict=True):
        value = severity.get(queue, float("nan")) if activity == WORK else 0.0
        # An unknown queue counts: its severity is not a number, and that is a breach.
        counted = queue not in severity or caps[person].counts(queue)
        item = Slice(start, end, activity, queue, value, value if counted else 0.0)
        grouped.setdefault((person, day), []).append((item, shift))
    duties: dict[str, list[Duty]] = {}
    for (name, day), rows in grouped.items():
        rows.sort(key=lambda row: (row[0].start, row[0].end))
        pool = operation.pool(people[name].pool)
        duties.setdefault(name, []).append(
            Duty(
                person=people[name],
                pool=pool,
                zone=operation.zone_of(pool),
                shift=rows[0][1],
                day=as_date(day),
                slices=tuple(item for item, _ in rows),
            )
        )
    for items in duties.values():
        items.sort(key=lambda duty: (duty.start, duty.end))
    return duties
