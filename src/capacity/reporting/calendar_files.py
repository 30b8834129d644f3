"""iCalendar files of a roster: one a person, with the rules of its zone and no case information."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pandas as pd

from capacity.domain.operation import Operation
from capacity.domain.roster import Activity, Roster
from capacity.errors import DataError, MissingExtraError
from capacity.intake.atomic import write_atomically

if TYPE_CHECKING:
    from icalendar import Calendar

DOMAIN = "reviewer-capacity"
SESSION = "Paid session"


def write_calendars(
    roster: Roster, operation: Operation, folder: Path | str, *, people: tuple[str, ...] = ()
) -> tuple[Path, ...]:
    """Write `r001.ics`, `r002.ics`, ... into a folder; returns their paths.

    Each file holds the person's shifts with their breaks, and dated sessions as private events.
    Times are on the wall clock of the site with a VTIMEZONE of its rules; an hour that the clocks
    repeat is written in UTC where it is the second one. The id of an event depends on person and
    date alone: a later version of the roster replaces it in the calendar. There is no queue, no
    case and no exposure in it, and the same roster gives the same bytes.

    Parameters
    ----------
    roster : Roster
        Shifts of persons.
    operation : Operation
        Where their sites and zones are.
    folder : Path or str
        An existing folder.
    people : tuple of str
        Whose calendars; empty means everybody on the roster.

    Raises
    ------
    DataError
        A person is not on the roster.
    MissingExtraError
        icalendar is not installed.
    """
    names = people or roster.people
    return tuple(
        write_atomically(Path(folder) / f"{name}.ics", calendar_of(roster, operation, name))
        for name in names
    )


def calendar_of(roster: Roster, operation: Operation, person: str) -> bytes:
    """The iCalendar file of one person (see `write_calendars`)."""
    try:
        import icalendar  # noqa: PLC0415 -- an extra, needed here alone
    except ImportError:
        raise MissingExtraError(
            "iCalendar files need icalendar. Fix: pip install 'reviewer-capacity[ical]'."
        ) from None
    if person not in roster.people:
        raise DataError(
            f"{person!r} has no shift on this roster of {len(roster.people)} people. Fix: name one "
            "of roster.people, or leave people empty for all."
        )
    rows = roster.frame[roster.frame["person"] == person].sort_values("start")
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//{DOMAIN}//roster//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", person)
    stamp = roster.grid.start.to_pydatetime()
    for day, duty in rows.groupby("date", sort=True):
        zone = ZoneInfo(operation.zone_of(operation.pool(str(duty["pool"].iloc[0]))))
        begin, end = duty["start"].min(), duty["end"].max()
        _add_event(
            calendar,
            {
                "uid": f"{person}-{day}@{DOMAIN}",
                "dtstamp": stamp,
                "dtstart": _wall_clock(begin, zone),
                "dtend": _wall_clock(end, zone),
                "summary": f"Shift {duty['shift'].iloc[0]}",
                "description": _breaks(duty, zone),
            },
        )
        sessions = duty[duty["activity"] == Activity.COUNSELLING.value]
        for place, row in enumerate(sessions.to_dict("records"), 1):
            _add_event(
                calendar,
                {
                    "uid": f"{person}-{day}-session-{place}@{DOMAIN}",
                    "dtstamp": stamp,
                    "dtstart": _wall_clock(row["start"], zone),
                    "dtend": _wall_clock(row["end"], zone),
                    "summary": SESSION,
                    "class": "PRIVATE",
                },
            )
    years = rows["start"].min().year - 1, rows["end"].max().year + 2
    calendar.add_missing_timezones(first_date=date(years[0], 1, 1), last_date=date(years[1], 1, 1))
    return bytes(calendar.to_ical())


def _add_event(calendar: Calendar, fields: dict[str, object]) -> None:
    import icalendar  # noqa: PLC0415 -- an extra, needed here alone

    event = icalendar.Event()
    for name, value in fields.items():
        if value:
            event.add(name, value)
    calendar.add_component(event)


def _wall_clock(moment: pd.Timestamp, zone: ZoneInfo) -> object:
    """Local time of an instant; UTC for the second of two equal wall-clock times.

    A local time that occurs twice means the first one (RFC 5545, 3.3.5).
    """
    local = moment.tz_convert(zone).to_pydatetime()
    return moment.tz_convert("UTC").to_pydatetime() if local.fold else local


def _breaks(duty: pd.DataFrame, zone: ZoneInfo) -> str:
    """Breaks of a shift as local times, equal neighbours joined by the roster already."""
    rows = duty[duty["activity"] == Activity.BREAK.value]
    spans = [
        f"{start.tz_convert(zone):%H:%M}-{end.tz_convert(zone):%H:%M}"
        for start, end in zip(rows["start"], rows["end"], strict=True)
    ]
    return f"Breaks: {', '.join(spans)}" if spans else ""
