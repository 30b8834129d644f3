"""Facts about calendars of rosters: the instants survive, clocks that change included."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, date

import pandas as pd
import pytest

from capacity.domain import Activity, Break, CounsellingSession, Operation, Roster, ShiftTemplate
from capacity.errors import DataError, MissingExtraError
from capacity.reporting.calendar_files import calendar_of, write_calendars
from capacity.scheduling.rostering import roster
from tests.oracles.small_rosters import plan, small

LUNCH = Break(minutes=30, earliest_minute=120, latest_minute=240)
NIGHT = ShiftTemplate(name="night", start_minute=22 * 60, length_minutes=480, breaks=(LUNCH,))
EARLY = ShiftTemplate(name="early", start_minute=90, length_minutes=60)


def nights(start: str, zone: str, *, shift: ShiftTemplate = NIGHT) -> tuple[Roster, Operation]:
    """Nights of one person over a week that begins on a Monday."""
    operation = small(shifts=(shift, replace(shift, name="other")), zone=zone, min_rest_hours=8)
    first = pd.Timestamp(start, tz=zone).tz_convert("UTC")
    wanted = {(day, shift.name): 1 for day in (0, 4, 5, 6)}
    return roster(plan(operation, wanted, start=first, days=8, hours=0.2), operation), operation


def events(data: bytes) -> dict[str, tuple[pd.Timestamp, pd.Timestamp]]:
    """Start and end of each event as UTC instants, by id."""
    icalendar = pytest.importorskip("icalendar", reason="the extra ical is not installed")
    found = icalendar.Calendar.from_ical(data).walk("VEVENT")
    times = {str(e["uid"]): (e["dtstart"].dt, e["dtend"].dt) for e in found}
    return {
        uid: (pd.Timestamp(a.astimezone(UTC)), pd.Timestamp(b.astimezone(UTC)))
        for uid, (a, b) in times.items()
    }


def duties(given: Roster, person: str) -> dict[str, tuple[pd.Timestamp, pd.Timestamp]]:
    """What the calendar should hold."""
    rows = given.frame[given.frame["person"] == person]
    return {
        f"{person}-{day}@reviewer-capacity": (part["start"].min(), part["end"].max())
        for day, part in rows.groupby("date")
    }


@pytest.mark.parametrize(
    ("start", "zone"),
    [
        ("2026-03-23", "Europe/Dublin"),
        ("2026-10-19", "Europe/Dublin"),
        ("2026-03-02", "America/Chicago"),
        ("2026-10-26", "America/Chicago"),
        ("2026-03-30", "Australia/Lord_Howe"),
        ("2026-06-01", "Asia/Manila"),
    ],
)
def test_every_instant_survives_a_change_of_clocks(start: str, zone: str) -> None:
    given, operation = nights(start, zone)
    data = calendar_of(given, operation, "r001")
    assert len(duties(given, "r001")) == 4
    assert events(data) == duties(given, "r001")
    assert b"BEGIN:VTIMEZONE" in data
    assert f"DTSTART;TZID={zone}:".encode() in data


def test_the_second_of_two_equal_hours_is_written_in_utc() -> None:
    given, operation = nights("2026-10-19", "Europe/Dublin", shift=EARLY)
    data = calendar_of(given, operation, "r001")
    assert events(data) == duties(given, "r001")
    # 25 October: 01:30 summer time, one hour later it is 01:30 again.
    assert b"DTSTART;TZID=Europe/Dublin:20261025T013000" in data
    assert b"DTEND:20261025T013000Z" in data


def test_a_calendar_tells_nothing_about_cases() -> None:
    given, operation = nights("2026-03-23", "Europe/Dublin")
    data = calendar_of(given, operation, "r001")
    assert (given.frame["activity"] == Activity.WORK.value).any()
    assert b"hash_match" not in data
    assert b"exposure" not in data.lower()
    assert b"Breaks: " in data


def test_the_same_roster_gives_the_same_bytes_and_a_change_keeps_the_ids() -> None:
    given, operation = nights("2026-03-23", "Europe/Dublin")
    first = calendar_of(given, operation, "r001")
    assert first == calendar_of(given, operation, "r001")
    later = replace(given, frame=given.frame.assign(shift="other"))
    assert set(events(calendar_of(later, operation, "r001"))) == set(events(first))


def test_sessions_are_private_events() -> None:
    session = CounsellingSession(start=pd.Timestamp("2026-01-05 08:00", tz="UTC"))
    operation = small()
    people = (replace(operation.people[0], counselling=(session,)),)
    operation = replace(operation, people=people)
    given = roster(plan(operation, {(0, "morning"): 1}), operation)
    data = calendar_of(given, operation, "r001")
    found = events(data)["r001-2026-01-05-session-1@reviewer-capacity"]
    assert found == (session.start, session.end)
    assert b"CLASS:PRIVATE" in data
    assert b"ounselling" not in data


def test_one_file_a_person_is_written(tmp_path) -> None:
    operation = small(heads=2)
    given = roster(plan(operation, {(0, "morning"): 2}), operation)
    pytest.importorskip("icalendar", reason="the extra ical is not installed")
    paths = write_calendars(given, operation, tmp_path)
    assert [path.name for path in paths] == ["r001.ics", "r002.ics"]
    assert set(given.frame["date"]) == {date(2026, 1, 5)}
    with pytest.raises(DataError, match="no shift on this roster"):
        write_calendars(given, operation, tmp_path, people=("r009",))


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    given, operation = nights("2026-06-01", "UTC")
    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(MissingExtraError, match=r"reviewer-capacity\[ical\]"):
        calendar_of(given, operation, "r001")
