"""The roster of persons by slices, and the report of its independent recount."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cached_property

import pandas as pd

from capacity.domain.display import frame_html, plural
from capacity.domain.grid import TimeGrid

LESS_THAN_A_SLICE = "less than one slice"
"""Why the crumb of a queue's work that fills no slice stays unassigned."""


class Activity(Enum):
    """What a person does in a slice."""

    WORK = "work"
    BREAK = "break"
    WELLNESS = "wellness"
    MEETING = "meeting"
    COUNSELLING = "counselling"
    IDLE = "idle"


@dataclass(frozen=True, kw_only=True)
class Roster:
    """Who works when, and on what: one row a slice of elapsed time.

    `frame` columns: person, pool, shift, date (local date on which the shift starts), start, end
    (UTC), activity (the text of `Activity`), queue ("" unless work). `unfilled`: shifts of the plan that nobody could take
    (pool, shift, date, start, end, heads, reason). `unassigned`: work of the plan left without a
    person (pool, queue, start, hours, reason). `missed`: counselling sessions that no shift of the
    person holds (person, start, minutes, reason).
    """

    grid: TimeGrid
    frame: pd.DataFrame
    unfilled: pd.DataFrame = field(default_factory=pd.DataFrame)
    unassigned: pd.DataFrame = field(default_factory=pd.DataFrame)
    accepted: bool = False
    seed: int = 0
    notes: tuple[str, ...] = ()
    missed: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def is_partial(self) -> bool:
        """Whether a planned head, an hour of work or a session found nobody."""
        homeless = len(self.unassigned) and (self.unassigned["reason"] != LESS_THAN_A_SLICE).any()
        return bool(len(self.unfilled) or len(self.missed) or homeless)

    @property
    def people(self) -> tuple[str, ...]:
        """Ids of the persons that work."""
        return tuple(sorted(self.frame["person"].unique()))

    def summary(self) -> str:
        """People, shifts and what could not be filled."""
        shifts = (
            len(self.frame[["person", "start", "date"]].drop_duplicates(["person", "date"]))
            if len(self.frame)
            else 0
        )
        state = "accepted by the check" if self.accepted else "NOT accepted by the check"
        head = "PARTIAL ROSTER: " if self.is_partial else ""
        unfilled = int(self.unfilled["heads"].sum()) if len(self.unfilled) else 0
        return "\n".join(
            [
                f"{head}{plural(len(self.people), 'person')} on {plural(shifts, 'shift')}, {state}; {unfilled} shifts unfilled",
                *self.notes,
            ]
        )

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="Roster", note=self.summary().splitlines()[0])


@dataclass(frozen=True, kw_only=True)
class FixedPart:
    """Duty dates of an earlier roster that a new one keeps: shifts, days off and every minute.

    Holds for the persons in the table of `roster`, or for `people` where it names some; dates
    from `first` (None: from the start) to `last`.
    """

    roster: Roster
    last: date
    first: date | None = None
    people: tuple[str, ...] = ()

    @cached_property
    def kept_people(self) -> frozenset[str]:
        """Persons whose days are kept."""
        return frozenset(self.people or self.roster.people)

    @property
    def frame(self) -> pd.DataFrame:
        """The rows to keep."""
        rows = self.roster.frame
        return rows[[self.holds(*pair) for pair in zip(rows["person"], rows["date"], strict=True)]]

    def holds(self, person: str, day: date) -> bool:
        """Whether the day of a person is fixed."""
        inside = day <= self.last and (self.first is None or day >= self.first)
        return inside and person in self.kept_people


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """What an independent recount found.

    `breaches` columns: rule, person, date, start, measured, limit, detail. `exposure` columns:
    person, pool, date, hours (severity-weighted), limit.
    """

    breaches: pd.DataFrame
    exposure: pd.DataFrame
    checked: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing was breached."""
        return bool(self.breaches.empty)

    @property
    def frame(self) -> pd.DataFrame:
        """The breaches."""
        return self.breaches

    def summary(self) -> str:
        """Rules recounted and breaches found."""
        if self.passed:
            return f"no breach of {len(self.checked)} rules: {', '.join(self.checked)}"
        counts = self.breaches["rule"].value_counts()
        return "BREACHES: " + ", ".join(f"{rule} {count}" for rule, count in counts.items())

    def _repr_html_(self) -> str:
        return frame_html(self.breaches, title="Check", note=self.summary())
