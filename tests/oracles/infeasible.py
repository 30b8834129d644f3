"""Rosters that cannot be complete, one for each kind of reason, at any number of people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from capacity.domain import (
    CounsellingSession,
    ExposureCap,
    FixedPart,
    Operation,
    Person,
    Roster,
    ShiftPlan,
    ShiftTemplate,
    Tier,
)
from capacity.scheduling.rostering import roster
from tests.builders import toy_operation, toy_pool, toy_queue
from tests.oracles.small_rosters import MORNING, plan, small

EVENING = ShiftTemplate(name="evening", start_minute=14 * 60, length_minutes=480)
Case = tuple[ShiftPlan, Operation]


@dataclass(frozen=True, kw_only=True)
class Fixture:
    """A plan that cannot be filled, and words that its explanation must hold."""

    name: str
    build: Callable[[int], Case]
    words: tuple[str, ...]


def _people(count: int, **fields: object) -> tuple[Person, ...]:
    return tuple(Person(id=f"r{n:03d}", pool="core", **fields) for n in range(1, count + 1))  # type: ignore[arg-type]


def _team(count: int, person: dict[str, object] | None = None, **fields: object) -> Operation:
    return small(heads=count, people=_people(count, **(person or {})), **fields)


def _mornings(operation: Operation, heads: int, days: int, *, hours: float = 0.0) -> ShiftPlan:
    return plan(operation, {(day, "morning"): heads for day in range(days)}, hours=hours)


def no_language(count: int) -> Case:
    """Work in a language that nobody of the pool speaks."""
    pool = toy_pool(heads=count, shifts=(MORNING, EVENING), languages=("en", "de"))
    queue = toy_queue("hash_match", language="de")
    base = toy_operation(queues=(queue,), pools=(pool,))
    operation = replace(base, people=_people(count, languages=("en",)))
    return _mornings(operation, count, 1, hours=0.3), operation


def all_on_leave(count: int) -> Case:
    """Everybody is off on the second day."""
    operation = _team(count, {"time_off": (date(2026, 1, 6),)})
    return _mornings(operation, count, 3), operation


def daily_cap(count: int) -> Case:
    """Four hours of severe work a head under a cap of one."""
    operation = replace(_team(count), exposure=ExposureCap(hours_per_day=1.0))
    return _mornings(operation, count, 2, hours=0.5), operation


def weekly_cap(count: int) -> Case:
    """Four hours a day for five days under a weekly cap of eight."""
    operation = replace(_team(count), exposure=ExposureCap(hours_per_week=8.0))
    return _mornings(operation, count, 5, hours=0.4), operation


def rest(count: int) -> Case:
    """Everybody is wanted on an evening and on the morning after it."""
    operation = _team(count, shifts=(MORNING, EVENING))
    return plan(operation, {(0, "evening"): count, (1, "morning"): count}), operation


def sequence(count: int) -> Case:
    """The same, kept apart by a forbidden sequence instead of rest."""
    pair = (("evening", "morning"),)
    operation = _team(count, shifts=(MORNING, EVENING), min_rest_hours=0, forbidden_sequences=pair)
    return plan(operation, {(0, "evening"): count, (1, "morning"): count}), operation


def weekends(count: int) -> Case:
    """Two weekends in a row where one in four is allowed."""
    operation = _team(count, max_weekends_in_four=1)
    return plan(operation, {(5, "morning"): count, (12, "morning"): count}, days=14), operation


def contract(count: int) -> Case:
    """Five shifts of eight hours for contracts of twenty."""
    operation = _team(count, {"hours_per_week": 20.0})
    return _mornings(operation, count, 5), operation


def days_a_week(count: int) -> Case:
    """Four shifts for people who work three days a week."""
    operation = _team(count, days_per_week=3)
    return _mornings(operation, count, 4), operation


def days_in_row(count: int) -> Case:
    """Four days in a row where three are allowed."""
    operation = _team(count, max_days_in_row=3)
    return _mornings(operation, count, 4), operation


def opted_out(count: int) -> Case:
    """Severe work for a team that has opted out of it."""
    operation = _team(count, {"tier": Tier.OPTED_OUT})
    return _mornings(operation, count, 1, hours=0.3), operation


def late_hours(count: int) -> Case:
    """Severe work in evening shifts, with exposure until 16:00."""
    cap = ExposureCap(latest_local_minute=960)
    operation = replace(_team(count, shifts=(MORNING, EVENING)), exposure=cap)
    return plan(operation, {(0, "evening"): count}, hours=0.4), operation


def off_site(count: int) -> Case:
    """A queue worked on site only, on a day on which everybody is at home."""
    pool = toy_pool(heads=count, shifts=(MORNING, EVENING))
    queue = toy_queue("hash_match", on_site_only=True)
    base = toy_operation(queues=(queue,), pools=(pool,))
    operation = replace(base, people=_people(count, office_days=(2,)))
    return _mornings(operation, count, 1, hours=0.3), operation


def session(count: int) -> Case:
    """Counselling at an hour at which no shift is planned."""
    late = CounsellingSession(start=pd.Timestamp("2026-01-05 20:00", tz="UTC"))
    operation = _team(count, {"counselling": (late,)})
    return _mornings(operation, count, 1), operation


def too_few(count: int) -> Case:
    """A quarter more heads than people."""
    operation = _team(count)
    return _mornings(operation, count + count // 4 + 1, 1), operation


def rest_and_leave(count: int) -> Case:
    """Half the team is on leave, the other half cannot rest: two rules at once."""
    half = count // 2
    away = _people(half, time_off=(date(2026, 1, 5), date(2026, 1, 6)))
    operation = small(
        heads=count, people=(*away, *_people(count)[half:]), shifts=(MORNING, EVENING)
    )
    return plan(operation, {(0, "evening"): count, (1, "morning"): count}), operation


FIXTURES = (
    Fixture(name="language nobody speaks", build=no_language, words=("without the language de",)),
    Fixture(name="all on leave", build=all_on_leave, words=("on time off", "smallest set")),
    Fixture(name="daily cap", build=daily_cap, words=("at the daily exposure cap of 1 h",)),
    Fixture(name="weekly cap", build=weekly_cap, words=("at the weekly exposure cap of 8 h",)),
    Fixture(name="rest", build=rest, words=("without the rest before or after", "smallest set")),
    Fixture(name="forbidden sequence", build=sequence, words=("may not follow", "smallest set")),
    Fixture(name="weekends", build=weekends, words=("weekends in four", "smallest set")),
    Fixture(name="contract hours", build=contract, words=("contract hours", "smallest set")),
    Fixture(name="days a week", build=days_a_week, words=("days of the week", "smallest set")),
    Fixture(name="days in a row", build=days_in_row, words=("days in a row", "smallest set")),
    Fixture(name="opted out", build=opted_out, words=("takes no exposure",)),
    Fixture(name="late hours", build=late_hours, words=("latest local time of exposure (16:00)",)),
    Fixture(name="home days", build=off_site, words=("not at the site that day",)),
    Fixture(name="session", build=session, words=("counselling of 60 min is missed",)),
    Fixture(
        name="too few people",
        build=too_few,
        words=("everybody of the pool works it", "no rule, relaxed"),
    ),
    Fixture(name="rest and leave", build=rest_and_leave, words=("2 rules", "on time off")),
)


def contradictory_part(count: int) -> tuple[ShiftPlan, Operation, FixedPart]:
    """A fixed part whose people are on leave now."""
    operation = _team(count)
    wanted = _mornings(operation, count, 2)
    earlier: Roster = roster(wanted, operation)
    away = tuple(replace(person, time_off=(date(2026, 1, 6),)) for person in operation.people)
    return wanted, replace(operation, people=away), FixedPart(roster=earlier, last=date(2026, 1, 6))
