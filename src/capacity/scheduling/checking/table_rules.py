"""Recount of the table itself: columns, known names, sound times, one thing at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pandas as pd

from capacity.domain.operation import Operation
from capacity.domain.roster import Activity
from capacity.errors import DataError
from capacity.scheduling.checking.duties import HOUR, MINUTE, Duty, local_time
from capacity.scheduling.checking.findings import Breach, duty_breach

ROSTER_COLUMNS = ("person", "pool", "shift", "date", "start", "end", "activity", "queue")


def require_columns(frame: pd.DataFrame) -> None:
    """Refuse a table that cannot be read at all.

    Raises
    ------
    DataError
        Columns are missing, or times carry no zone.
    """
    missing = [name for name in ROSTER_COLUMNS if name not in frame.columns]
    if missing:
        raise DataError(
            f"The roster table lacks the columns {missing}; found {list(frame.columns)}."
        )
    for name in ("start", "end"):
        if len(frame) and not isinstance(frame[name].dtype, pd.DatetimeTZDtype):
            raise DataError(
                f"roster column {name} must hold UTC instants, got {frame[name].dtype}."
            )


def unsound_rows(frame: pd.DataFrame, operation: Operation) -> tuple[pd.Series, list[Breach]]:
    """Which rows cannot be recounted, and why; each is a breach, none is skipped in silence."""
    pools = {person.id: person.pool for person in operation.people}
    activities = {activity.value for activity in Activity}
    works = frame["activity"] == Activity.WORK.value
    times = frame["start"].isna() | frame["end"].isna() | ~(frame["start"] < frame["end"])
    dates = pd.to_datetime(frame["date"].astype(str), errors="coerce", format="ISO8601").isna()
    tests = (
        ("unknown person", ~frame["person"].isin(list(pools)), True),
        ("unknown activity", ~frame["activity"].isin(list(activities)), True),
        ("not a finite time", times, True),
        ("not a date", dates, True),
        (
            "wrong pool",
            frame["person"].isin(list(pools)) & (frame["person"].map(pools) != frame["pool"]),
            False,
        ),
        ("unknown queue", works & ~frame["queue"].isin(list(operation.queue_names)), False),
        ("queue without work", ~works & (frame["queue"] != ""), False),
    )
    unsound = pd.Series(False, index=frame.index)
    breaches: list[Breach] = []
    for rule, found, unreadable in tests:
        if unreadable:
            unsound |= found
        breaches += [_row_breach(rule, row) for row in frame[found].to_dict("records")]
    return unsound, breaches


def _row_breach(rule: str, row: dict[str, object]) -> Breach:
    detail = ", ".join(f"{name} {row[name]}" for name in ("pool", "shift", "activity", "queue"))
    return Breach(
        rule=rule,
        person=str(row["person"]),
        date=row["date"],
        measured=float("nan"),
        limit=0.0,
        detail=detail,
    )


def shape_breaches(duties: list[Duty]) -> Iterator[Breach]:
    """Overlaps, holes inside a shift, and duty dates that are not the local date of the start."""
    for duty in duties:
        for before, after in pairwise(duty.slices):
            if after.start < before.end:
                yield duty_breach(
                    "overlap", duty, (before.end - after.start) / MINUTE, 0.0, "minutes twice"
                )
            if after.start > before.end:
                yield duty_breach(
                    "hole in shift", duty, (after.start - before.end) / MINUTE, 0.0, "minutes"
                )
        local = local_time(duty.start, duty.zone).date()
        if local != duty.day:
            yield duty_breach(
                "duty date", duty, float((duty.day - local).days), 0.0, f"starts on {local}"
            )
        if duty.end - duty.start > 24 * HOUR:
            yield duty_breach("shift length", duty, (duty.end - duty.start) / HOUR, 24.0, "hours")
    for first, second in pairwise(duties):
        if second.start < first.end:
            twice = (first.end - second.start) / MINUTE
            yield duty_breach("overlap", second, twice, 0.0, "minutes of two shifts")


def skill_breaches(duties: list[Duty], operation: Operation) -> Iterator[Breach]:
    """Work on a queue whose skill, language or site the person lacks."""
    needs = {queue.name: queue for queue in operation.queues}
    for duty in duties:
        skills = duty.pool.skills if duty.person.skills is None else duty.person.skills
        languages = duty.pool.languages if duty.person.languages is None else duty.person.languages
        for name in sorted(
            {item.queue for item in duty.slices if item.activity == Activity.WORK.value}
        ):
            if name not in needs:
                continue
            queue = needs[name]
            if queue.needed_skill not in skills:
                yield duty_breach("skill", duty, 0.0, 1.0, f"{name} needs {queue.needed_skill}")
            if queue.language is not None and queue.language not in languages:
                yield duty_breach("language", duty, 0.0, 1.0, f"{name} needs {queue.language}")
            at_site = duty.pool.on_site and duty.person.is_at_site(duty.day)
            if queue.on_site_only and not at_site:
                yield duty_breach("on site", duty, 0.0, 1.0, f"{name} is worked on site only")
