"""Facts about single rules of rosters: the builder keeps each, and the recount sees it broken."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from capacity.domain import (
    CounsellingSession,
    ExposureCap,
    FixedPart,
    Operation,
    Person,
    Roster,
    RotationShare,
    ShiftTemplate,
    Tier,
    TierCap,
)
from capacity.errors import DataError, InfeasibleError
from capacity.scheduling.checking import check
from capacity.scheduling.rostering import roster
from tests.builders import toy_operation, toy_pool, toy_queue
from tests.oracles.small_rosters import MONDAY, MORNING, plan, shifts_of, small

EVENING = ShiftTemplate(name="evening", start_minute=14 * 60, length_minutes=480)
SEVERE, LIGHT = toy_queue("hash_match"), toy_queue("spam", severity=0.0, skill="hash_match")


def rules(given: Roster, operation: Operation, **fields: object) -> set[str]:
    """Rules that the recount of a roster under an operation with other fields names."""
    return set(check(given, replace(operation, **fields)).breaches["rule"])  # type: ignore[arg-type]


def on_pool(operation: Operation, **fields: object) -> Operation:
    """The operation with other fields of its only pool."""
    return replace(operation, pools=(replace(operation.pools[0], **fields),))  # type: ignore[arg-type]


def hours_of(given: Roster, queue: str) -> pd.Series:
    """Hours on a queue by person."""
    rows = given.frame[given.frame["queue"] == queue]
    return ((rows["end"] - rows["start"]) / pd.Timedelta(hours=1)).groupby(rows["person"]).sum()


def two_queues(heads: int = 1, **fields: object) -> Operation:
    """One severe and one light queue that everybody may work."""
    pool = toy_pool(heads=heads, shifts=(MORNING, EVENING))
    return toy_operation(queues=(SEVERE, LIGHT), pools=(pool,), **fields)


def with_light_work(operation: Operation, hours: float = 0.4, light: float = 0.4) -> object:
    """Five mornings of one head with severe and light work in every hour."""
    base = plan(operation, {(day, "morning"): 1 for day in range(5)}, hours=hours)
    more = base.flows.assign(queue="spam", hours=light)
    return replace(base, flows=pd.concat([base.flows, more], ignore_index=True))


# Forbidden sequences


def test_a_forbidden_sequence_forbids_only_that_pair() -> None:
    base = small(shifts=(MORNING, EVENING), min_rest_hours=0)
    strict = on_pool(base, forbidden_sequences=(("evening", "morning"),))
    turn = plan(base, {(0, "evening"): 1, (1, "morning"): 1})
    assert roster(turn, base).unfilled.empty
    given = roster(turn, strict)
    assert given.unfilled["reason"].tolist() == [
        "1 on a shift that this one may not follow or precede"
    ]
    assert given.accepted
    for pair in (("morning", "evening"), ("evening", "evening"), ("morning", "morning")):
        wanted = dict.fromkeys(enumerate(pair), 1)
        assert roster(plan(base, wanted), strict).unfilled.empty, pair
    assert roster(plan(base, {(0, "evening"): 1, (2, "morning"): 1}), strict).unfilled.empty
    assert rules(roster(turn, base), strict) == {"forbidden sequence"}


def test_two_forbidden_followers_leave_the_first_shift_possible() -> None:
    late = ShiftTemplate(name="late", start_minute=16 * 60, length_minutes=480)
    pairs = (("late", "morning"), ("late", "evening"))
    operation = small(shifts=(MORNING, EVENING, late), min_rest_hours=0, forbidden_sequences=pairs)
    wanted = plan(operation, {(0, "late"): 1, (1, "late"): 1, (3, "morning"): 1})
    assert roster(wanted, operation).unfilled.empty


def test_sequences_of_unknown_shifts_are_refused() -> None:
    with pytest.raises(DataError, match="unknown shifts \\['dawn'\\]"):
        toy_pool(forbidden_sequences=(("dawn", "day"),))


# Weekends


def test_weekends_in_four_are_limited_and_carried_ones_count() -> None:
    people = (Person(id="r001", pool="core", carried_weekends=1), Person(id="r002", pool="core"))
    base = small(heads=2, people=people)
    wanted = {(7 * week + 5, "morning"): 1 for week in range(4)}
    strict = on_pool(base, max_weekends_in_four=1)
    given = roster(plan(base, wanted, days=28), strict)
    assert given.accepted
    worked = {(who, (day - date(2026, 1, 5)).days // 7) for who, day, _ in shifts_of(given)}
    assert len([week for who, week in worked if who == "r002"]) == 1
    assert {week for who, week in worked if who == "r001"} <= {3}
    assert "at the weekends in four" in given.unfilled["reason"].iloc[0]
    assert rules(roster(plan(base, wanted, days=28), base), strict) == {"weekends"}


# Counselling


def sessions(*starts: str, minutes: int = 60) -> tuple[CounsellingSession, ...]:
    """Sessions at these instants."""
    return tuple(
        CounsellingSession(start=pd.Timestamp(start, tz="UTC"), minutes=minutes) for start in starts
    )


def test_a_session_brings_its_person_on_shift_and_is_kept_to_the_minute() -> None:
    people = (
        Person(id="r001", pool="core"),
        Person(id="r002", pool="core", counselling=sessions("2026-01-05 08:10")),
    )
    operation = small(heads=2, people=people)
    given = roster(plan(operation, {(0, "morning"): 1}, hours=0.5), operation)
    assert shifts_of(given) == [("r002", date(2026, 1, 5), "morning")]
    rows = given.frame[given.frame["activity"] == "counselling"]
    assert rows[["start", "end"]].values.tolist() == [
        [pd.Timestamp("2026-01-05 08:10", tz="UTC"), pd.Timestamp("2026-01-05 09:10", tz="UTC")]
    ]
    assert given.accepted
    assert given.missed.empty
    moved = tuple(replace(one, counselling=()) for one in people)
    assert rules(given, operation, people=moved) == {"counselling"}
    later = replace(people[1], counselling=sessions("2026-01-05 09:10"))
    assert rules(given, operation, people=(people[0], later)) == {"counselling"}


def test_a_session_that_no_shift_holds_is_listed_with_the_reason() -> None:
    person = Person(
        id="r001", pool="core", counselling=sessions("2026-01-05 13:30", "2026-01-06 20:00")
    )
    operation = small(people=(person,))
    given = roster(plan(operation, {(0, "morning"): 1, (1, "morning"): 1}), operation)
    assert given.accepted
    assert given.is_partial
    assert (
        given.missed[["person", "minutes", "reason"]].values.tolist()
        == [["r001", 60, "no planned shift holds it"]] * 2
    )
    # A shift that would cut a session in two is not given at all.
    assert shifts_of(given) == [("r001", date(2026, 1, 6), "morning")]


def test_sessions_are_refused_off_the_grid_without_zone_or_twice() -> None:
    with pytest.raises(DataError, match="grid of 5 minutes"):
        sessions("2026-01-05 08:07")
    with pytest.raises(DataError, match="no offset"):
        CounsellingSession(start=pd.Timestamp("2026-01-05 08:00"))
    with pytest.raises(DataError, match="begins before the session"):
        Person(id="r1", pool="core", counselling=sessions("2026-01-05 08:00", "2026-01-05 08:30"))


# Rotation shares


def test_at_most_a_share_of_the_shift_goes_to_severe_queues() -> None:
    strict = two_queues(rotation=(RotationShare(queues=("hash_match",), at_most=0.2),))
    loose = two_queues()
    wanted = with_light_work(loose)
    given = roster(wanted, strict)  # type: ignore[arg-type]
    assert given.accepted
    assert hours_of(given, "hash_match")["r001"] == pytest.approx(0.2 * 40)
    free = roster(wanted, loose)  # type: ignore[arg-type]
    assert hours_of(free, "hash_match")["r001"] > 0.2 * 40
    assert rules(free, strict) == {"rotation share"}


def test_at_least_a_share_of_the_work_is_light() -> None:
    strict = two_queues(rotation=(RotationShare(queues=("spam",), at_least=0.5),))
    wanted = with_light_work(two_queues(), hours=0.45, light=0.2)
    given = roster(wanted, strict)  # type: ignore[arg-type]
    assert given.accepted
    severe, light = hours_of(given, "hash_match")["r001"], hours_of(given, "spam")["r001"]
    assert light >= severe > 0
    assert rules(roster(wanted, two_queues()), strict) == {"rotation share"}  # type: ignore[arg-type]


def test_a_rotation_share_of_an_unknown_queue_is_refused() -> None:
    with pytest.raises(DataError, match="rotation"):
        two_queues(rotation=(RotationShare(queues=("hash_mach",)),))
    with pytest.raises(DataError, match="above at_most"):
        RotationShare(queues=("spam",), at_most=0.2, at_least=0.5)


# Office days


def test_queues_worked_on_site_need_people_who_are_there_that_day() -> None:
    people = (
        Person(id="r001", pool="core", office_days=(1, 3)),
        Person(id="r002", pool="core", office_days=(0,)),
    )
    queue = toy_queue("hash_match", on_site_only=True)
    pool = toy_pool(heads=2, shifts=(MORNING, EVENING))
    operation = replace(toy_operation(queues=(queue,), pools=(pool,)), people=people)
    wanted = plan(operation, {(day, "morning"): 1 for day in range(4)}, hours=0.3)
    given = roster(wanted, operation)
    assert given.accepted
    work = given.frame[given.frame["activity"] == "work"]
    pairs = set(zip(work["person"], [day.weekday() for day in work["date"]], strict=True))
    assert pairs == {("r001", 1), ("r001", 3), ("r002", 0)}
    home = tuple(replace(one, office_days=()) for one in people)
    assert rules(given, operation, people=home) == {"on site"}


def test_office_days_in_a_pool_off_site_are_refused() -> None:
    person = Person(id="r001", pool="core", office_days=(0,))
    with pytest.raises(DataError, match="not on site"):
        small(people=(person,), on_site=False)


# Overtime


def test_overtime_fills_heads_without_exposure_beyond_the_contract() -> None:
    base = small(hours_per_week=36.0, days_per_week=6, max_days_in_row=6)
    longer = on_pool(base, overtime_hours_per_week=8.0)
    wanted = plan(base, {(day, "morning"): 1 for day in range(6)}, hours=0.3)
    assert len(shifts_of(roster(wanted, base))) == 4
    given = roster(wanted, longer)
    assert len(shifts_of(given)) == 5
    assert given.accepted
    last = given.frame[given.frame["date"] == max(given.frame["date"])]
    worked = last[last["activity"] == "work"]["end"].max()
    assert worked <= last["end"].max() - pd.Timedelta(hours=4)
    assert rules(given, base) == {"contract hours"}
    allowed = replace(longer, exposure=ExposureCap(in_overtime=True))
    free = roster(wanted, allowed)
    assert rules(free, longer) == {"exposure in overtime"}


# Caps on named queues


def test_a_cap_on_named_queues_leaves_the_others_free() -> None:
    other = toy_queue("spam", skill="hash_match")
    cap = ExposureCap(hours_per_day=1.0, queues=("hash_match",), minutes_in_row=None)
    pool = toy_pool(heads=1, shifts=(MORNING, EVENING))
    operation = toy_operation(queues=(SEVERE, other), pools=(pool,), exposure=cap)
    given = roster(with_light_work(operation), operation)  # type: ignore[arg-type]
    assert given.accepted
    assert hours_of(given, "hash_match")["r001"] == pytest.approx(5.0)
    assert hours_of(given, "spam")["r001"] > 10
    every = replace(cap, queues=())
    assert rules(given, operation, exposure=every) == {"exposure a day", "exposure a week"}
    both = replace(operation, tier_caps=(TierCap(tier=Tier.STANDARD, share=0.0),))
    assert "opted out" in rules(given, both)


def test_a_cap_on_an_unknown_queue_is_refused() -> None:
    with pytest.raises(DataError, match="unknown queue 'hash'"):
        toy_operation(exposure=ExposureCap(queues=("hash",)))


# Fixed parts


def test_a_fixed_part_is_kept_to_the_minute_and_the_rest_is_free() -> None:
    operation = small(heads=3)
    wanted = plan(operation, {(day, "morning"): 2 for day in range(7)}, hours=0.3)
    first = roster(wanted, operation, seed=1)
    fixed = FixedPart(roster=first, last=date(2026, 1, 7))
    away = replace(operation.people[0], time_off=(date(2026, 1, 9),))
    changed = replace(operation, people=(away, *operation.people[1:]))
    second = roster(wanted, changed, seed=2, fixed=fixed)
    assert second.accepted
    kept = [
        frame[frame["date"] <= fixed.last].to_csv(index=False)
        for frame in (first.frame, second.frame)
    ]
    assert kept[0] == kept[1]
    assert ("r001", date(2026, 1, 9), "morning") not in shifts_of(second)
    assert check(second, changed, wanted, fixed=fixed).passed
    other = FixedPart(roster=first, last=date(2026, 1, 10))
    broken = check(second, changed, wanted, fixed=other)
    assert set(broken.breaches["rule"]) == {"fixed part"}


def test_a_fixed_part_that_contradicts_a_rule_is_refused_in_words() -> None:
    operation = small()
    wanted = plan(operation, {(0, "morning"): 1, (1, "morning"): 1})
    fixed = FixedPart(roster=roster(wanted, operation), last=date(2026, 1, 6))
    away = replace(operation.people[0], time_off=(date(2026, 1, 6),))
    with pytest.raises(InfeasibleError, match="r001 on morning 2026-01-06 is on time off"):
        roster(wanted, replace(operation, people=(away,)), fixed=fixed)
    with pytest.raises(InfeasibleError, match="rest before or after"):
        roster(wanted, on_pool(operation, min_rest_hours=17.0), fixed=fixed)
    with pytest.raises(InfeasibleError, match="which the plan does not have"):
        roster(plan(operation, {(0, "morning"): 1}), operation, fixed=fixed)


# Fairness over successive rosters


def test_nights_even_out_over_successive_rosters() -> None:
    operation = small(heads=4)
    counts = dict.fromkeys((person.id for person in operation.people), 0)
    weekends = dict(counts)
    for week in range(4):
        start = MONDAY + pd.Timedelta(weeks=week)
        wanted = {(day, "night"): 1 for day in range(7)}
        given = roster(plan(operation, wanted, start=start), operation, seed=week)
        assert given.unfilled.empty
        for who, day, _ in shifts_of(given):
            counts[who] += 1
            weekends[who] += day.weekday() >= 5
        last = {
            person.id: given.frame.loc[given.frame["person"] == person.id, "end"].max()
            for person in operation.people
        }
        people = tuple(
            replace(
                person,
                carried_nights=counts[person.id],
                carried_weekends=weekends[person.id] // 2,
                last_shift_end=None if pd.isna(last[person.id]) else last[person.id],
            )
            for person in operation.people
        )
        operation = replace(operation, people=people)
    assert sum(counts.values()) == 28
    assert max(counts.values()) - min(counts.values()) <= 1
    assert max(weekends.values()) - min(weekends.values()) <= 2  # days: one weekend


def test_exposure_goes_to_those_who_carry_less() -> None:
    people = (
        Person(id="r001", pool="core", carried_exposure=(4.0, 4.0, 4.0)),
        Person(id="r002", pool="core"),
    )
    operation = small(heads=2, people=people)
    base = plan(operation, {(day, "morning"): 1 for day in range(3)}, hours=0.4)
    exposure = base.shifts[["pool", "shift", "date", "start"]].assign(queue="hash_match", hours=3.0)
    given = roster(replace(base, exposure=exposure), operation)
    assert {who for who, _, _ in shifts_of(given)} == {"r002"}
    assert timedelta(0) < (given.frame["end"] - given.frame["start"]).min()
