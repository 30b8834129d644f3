"""Recount of dated things: counselling sessions, and days kept from an earlier roster."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from capacity.domain.operation import Operation
from capacity.domain.person import CounsellingSession
from capacity.domain.roster import Activity, FixedPart, Roster
from capacity.scheduling.checking.duties import as_date, nanoseconds
from capacity.scheduling.checking.findings import Breach

KEPT = ["person", "shift", "date", "start", "end", "activity", "queue"]


def session_breaches(roster: Roster, operation: Operation) -> Iterator[Breach]:
    """Every session in the horizon is in the table to the minute, or listed as missed.

    Time of counselling that no session asks for is a breach too.
    """
    rows = roster.frame[roster.frame["activity"] == Activity.COUNSELLING.value]
    given: dict[str, set[tuple[int, int]]] = {}
    for person, start, end in zip(rows["person"], rows["start"], rows["end"], strict=True):
        given.setdefault(str(person), set()).add((nanoseconds(start), nanoseconds(end)))
    missed = (
        set(zip(roster.missed["person"], roster.missed["start"], strict=True))
        if len(roster.missed)
        else set()
    )
    begin, end = roster.grid.start, roster.grid.end
    for person in operation.people:
        asked = {(nanoseconds(one.start), nanoseconds(one.end)) for one in person.counselling}
        for one in person.counselling:
            span = (nanoseconds(one.start), nanoseconds(one.end))
            kept = span in given.get(person.id, set())
            listed = (person.id, one.start) in missed
            if one.end > begin and one.start < end and kept == listed:
                yield _session(
                    person.id,
                    one,
                    "given and listed as missed" if kept else "neither given nor listed as missed",
                )
        for low, high in sorted(given.get(person.id, set()) - asked):
            found = CounsellingSession(start=pd.Timestamp(low, unit="ns", tz="UTC"), minutes=60)
            yield _session(
                person.id, found, f"{(high - low) / 60e9:g} min that no session asks for"
            )


def _session(person: str, one: CounsellingSession, detail: str) -> Breach:
    return Breach(
        rule="counselling",
        person=person,
        start=nanoseconds(one.start),
        measured=float("nan"),
        limit=0.0,
        detail=detail,
    )


def fixed_breaches(roster: Roster, fixed: FixedPart) -> Iterator[Breach]:
    """Rows of the fixed days are the same in both tables, row by row."""
    new = FixedPart(
        roster=roster,
        last=fixed.last,
        first=fixed.first,
        people=fixed.people or fixed.roster.people,
    )
    wanted, found = (set(_rows(part, roster)) for part in (fixed, new))
    for name, rows in (("lost", wanted - found), ("added", found - wanted)):
        for row in sorted(rows, key=str):
            yield Breach(
                rule="fixed part",
                person=str(row[0]),
                date=row[2],
                measured=float("nan"),
                limit=0.0,
                detail=f"{name}: {row[1]}, {row[5]} {row[6]}".rstrip(),
            )


def _rows(part: FixedPart, roster: Roster) -> Iterator[tuple[object, ...]]:
    """The rows of a fixed part that begin in the horizon of the roster."""
    frame = part.frame[KEPT]
    inside = (frame["start"] >= roster.grid.start) & (frame["start"] < roster.grid.end)
    for row in frame[inside].itertuples(index=False, name=None):
        yield (*row[:2], as_date(row[2]), nanoseconds(row[3]), nanoseconds(row[4]), *row[5:])
