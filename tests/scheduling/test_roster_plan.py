"""Facts about giving a shift plan to persons, and defects of other systems that do not occur."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from capacity.domain import (
    ExposureCap,
    Person,
    ShiftTemplate,
    Tier,
    TierCap,
)
from capacity.domain.person import ShiftRequest
from capacity.errors import DataError
from capacity.scheduling.checking import check
from capacity.scheduling.rostering import roster
from tests.builders import toy_operation, toy_pool, toy_queue
from tests.oracles.small_rosters import MONDAY, MORNING, NIGHT, plan, shifts_of, small


def test_night_after_night_is_legal_where_only_night_to_morning_is_too_close() -> None:
    operation = small()
    given = roster(plan(operation, {(0, "night"): 1, (1, "night"): 1}), operation)
    assert [shift for _, _, shift in shifts_of(given)] == ["night", "night"]
    assert given.unfilled.empty
    close = roster(plan(operation, {(0, "night"): 1, (1, "morning"): 1}), operation)
    assert close.unfilled["heads"].sum() == 1
    assert "rest" in close.unfilled["reason"].iloc[0]


def test_nobody_works_fourteen_days_in_fourteen() -> None:
    operation = small(heads=2)
    wanted = {(day, "morning"): 2 for day in range(14)}
    given = roster(plan(operation, wanted, days=14), operation)
    counts = given.frame.groupby("person")["date"].nunique()
    assert counts.max() <= 10
    assert given.unfilled["heads"].sum() == 28 - counts.sum()


def test_a_night_belongs_to_the_day_on_which_it_starts() -> None:
    operation = small()
    given = roster(plan(operation, {(0, "night"): 1}, hours=0.3), operation)
    assert set(given.frame["date"]) == {date(2026, 1, 5)}
    assert given.frame["start"].min() == MONDAY + pd.Timedelta(hours=22)
    assert given.frame["end"].max() == MONDAY + pd.Timedelta(hours=30)
    assert check(given, operation).exposure["date"].tolist() == [date(2026, 1, 5)]


def test_a_shift_that_nobody_can_take_is_listed_with_the_reason() -> None:
    people = (Person(id="r001", pool="core", time_off=(date(2026, 1, 6),)),)
    operation = small(people=people)
    given = roster(plan(operation, {(0, "morning"): 1, (1, "morning"): 1}), operation)
    assert shifts_of(given) == [("r001", date(2026, 1, 5), "morning")]
    assert given.unfilled[["date", "heads", "reason"]].values.tolist() == [
        [date(2026, 1, 6), 1, "1 on time off"]
    ]
    assert given.accepted


def test_a_night_that_runs_into_time_off_is_not_given() -> None:
    people = (Person(id="r001", pool="core", time_off=(date(2026, 1, 6),)),)
    operation = small(people=people)
    assert len(roster(plan(operation, {(0, "night"): 1}), operation).unfilled) == 1


@pytest.mark.parametrize(
    ("start", "fits"), [("2026-03-23", False), ("2026-10-19", True), ("2026-06-01", True)]
)
def test_rest_over_a_change_of_clocks_is_elapsed_time(start: str, fits: bool) -> None:
    late = ShiftTemplate(name="late", start_minute=15 * 60, length_minutes=480)
    early = ShiftTemplate(name="early", start_minute=10 * 60, length_minutes=480)
    operation = small(
        shifts=(late, early), zone="Europe/Dublin", days_per_week=7, max_days_in_row=7
    )
    first = pd.Timestamp(start, tz="Europe/Dublin").tz_convert("UTC")
    given = roster(
        plan(operation, {(5, "late"): 1, (6, "early"): 1}, start=first, days=8), operation
    )
    assert given.unfilled.empty == fits


def test_a_wish_is_granted_where_another_person_can_work() -> None:
    wish = ShiftRequest(day=date(2026, 1, 5), wanted=False)
    people = (Person(id="r001", pool="core", requests=(wish,)), Person(id="r002", pool="core"))
    operation = small(heads=2, people=people)
    given = roster(plan(operation, {(0, "morning"): 1}), operation)
    assert shifts_of(given) == [("r002", date(2026, 1, 5), "morning")]


def test_nights_go_to_those_who_had_fewer() -> None:
    people = (Person(id="r001", pool="core", carried_nights=6), Person(id="r002", pool="core"))
    operation = small(heads=2, people=people)
    wanted = {(day, "night"): 1 for day in range(3)}
    given = roster(plan(operation, wanted), operation)
    assert {person for person, _, _ in shifts_of(given)} == {"r002"}


def test_queues_in_a_language_bring_in_those_who_speak_it() -> None:
    people = tuple(
        Person(id=f"r{n:03d}", pool="core", languages=("de",) if n == 3 else ("en",))
        for n in (1, 2, 3)
    )
    queue = toy_queue("hash_match", language="de")
    operation = replace(
        toy_operation(
            queues=(queue,),
            pools=(toy_pool(heads=3, shifts=(MORNING, NIGHT), languages=("en", "de")),),
        ),
        people=people,
    )
    given = roster(plan(operation, {(0, "morning"): 1}, hours=0.4), operation)
    assert shifts_of(given)[0][0] == "r003"
    assert given.unassigned["hours"].sum() < 1 / 6


def test_opted_out_people_get_no_exposure() -> None:
    people = (Person(id="r001", pool="core", tier=Tier.OPTED_OUT), Person(id="r002", pool="core"))
    operation = replace(
        small(heads=2, people=people), tier_caps=(TierCap(tier=Tier.OPTED_OUT, share=0.0),)
    )
    given = roster(plan(operation, {(0, "morning"): 2}, hours=0.2), operation)
    assert set(given.frame.loc[given.frame["activity"] == "work", "person"]) == {"r002"}


def test_work_beyond_the_caps_is_listed_as_unassigned() -> None:
    operation = replace(small(), exposure=ExposureCap(hours_per_day=1.0))
    given = roster(plan(operation, {(0, "morning"): 1}, hours=0.5), operation)
    assert given.accepted
    worked = given.frame[given.frame["activity"] == "work"]
    assert ((worked["end"] - worked["start"]).sum() / pd.Timedelta(hours=1)) == pytest.approx(1.0)
    assert given.unassigned["hours"].sum() == pytest.approx(3.0)


def test_stable_weeks_keep_one_kind_of_shift_where_they_can() -> None:
    operation = small(heads=2, min_rest_hours=0.5)
    wanted = {(day, name): 1 for day in range(5) for name in ("morning", "night")}
    given = roster(plan(operation, wanted), operation, stable_weeks=True)
    kinds = given.frame.groupby("person")["shift"].nunique()
    assert kinds.tolist() == [1, 1]


def test_planned_breaks_are_taken_when_the_plan_says() -> None:
    operation = toy_operation(pools=(toy_pool(heads=2),))
    base = plan(operation, {(0, "day"): 2})
    noon = MONDAY + pd.Timedelta(hours=11)
    breaks = pd.DataFrame(
        {
            "pool": ["core"],
            "shift": ["day"],
            "date": [date(2026, 1, 5)],
            "start": [noon],
            "minutes": [30],
            "heads": [2],
        }
    )
    given = roster(replace(base, breaks=breaks), operation)
    assert set(given.frame.loc[given.frame["activity"] == "break", "start"]) == {noon}


def test_an_operation_without_people_is_refused_with_the_fix() -> None:
    operation = toy_operation(with_people=False)
    with pytest.raises(DataError, match="lists no people"):
        roster(plan(toy_operation(), {(0, "day"): 1}), operation)


def test_heads_that_are_not_whole_are_refused() -> None:
    operation = small()
    broken = plan(operation, {(0, "morning"): 1})
    broken.shifts["heads"] = np.array([0.5])
    with pytest.raises(DataError, match="whole"):
        roster(broken, operation)
