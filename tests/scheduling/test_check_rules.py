"""Facts about the independent recount: every broken rule is named, a sound roster passes."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from capacity.domain import (
    Break,
    ExposureCap,
    Operation,
    Person,
    RollingCap,
    Roster,
    ShiftTemplate,
    Tier,
    TimeGrid,
)
from capacity.errors import DataError
from capacity.scheduling import checking
from capacity.scheduling.checking import check
from tests.builders import toy_operation, toy_pool, toy_queue

MONDAY = pd.Timestamp("2026-01-05", tz="UTC")
LUNCH = Break(minutes=30, earliest_minute=180, latest_minute=300)
DAY = ShiftTemplate(name="day", start_minute=8 * 60, length_minutes=480, breaks=(LUNCH,))
NIGHT = ShiftTemplate(name="night", start_minute=22 * 60, length_minutes=480, breaks=(LUNCH,))


def operation(
    *, cap: ExposureCap | None = None, person: Person | None = None, **fields: object
) -> Operation:
    """Two people in one pool with a day and a night shift and three queues."""
    queues = (
        toy_queue("hash_match"),
        toy_queue("german", language="de", skill="hash_match"),
        toy_queue("office", on_site_only=True, skill="hash_match", severity=0.0),
        toy_queue("hotline", skill="hotline"),
    )
    pool = toy_pool(
        heads=2, shifts=(DAY, NIGHT), skills=("hash_match", "hotline"), languages=("en", "de")
    )
    people = (
        person or Person(id="r001", pool="core", skills=("hash_match",), languages=("en",)),
        Person(id="r002", pool="core"),
    )
    base = toy_operation(queues=queues, pools=(pool,), with_people=False)
    return replace(base, people=people, exposure=cap or ExposureCap(), **fields)  # type: ignore[arg-type]


def duty(
    day: int,
    parts: list[tuple[int, str, str]],
    *,
    person: str = "r001",
    shift: str = "day",
    start_hour: int = 8,
) -> list[dict[str, object]]:
    """Rows of one duty from (minutes, activity, queue)."""
    now = MONDAY + pd.Timedelta(days=day, hours=start_hour)
    rows = []
    for minutes, activity, queue in parts:
        end = now + pd.Timedelta(minutes=minutes)
        rows.append(
            {
                "person": person,
                "pool": "core",
                "shift": shift,
                "date": (MONDAY + pd.Timedelta(days=day)).date(),
                "start": now,
                "end": end,
                "activity": activity,
                "queue": queue,
            }
        )
        now = end
    return rows


def shift_parts(exposed_hours: int = 3, queue: str = "hash_match") -> list[tuple[int, str, str]]:
    """Eight hours: runs of 50 minutes with 10 of wellness, lunch after four hours, then idle."""
    run = [(50, "work", queue), (10, "wellness", "")]
    early, late = min(exposed_hours, 4), max(exposed_hours - 4, 0)
    parts = run * early + ([(60 * (4 - early), "idle", "")] if early < 4 else [])
    parts.append((30, "break", ""))
    parts += run * late
    return [*parts, (210 - 60 * late, "idle", "")]


def roster(rows: list[dict[str, object]]) -> Roster:
    """A roster of four weeks that holds these rows."""
    grid = TimeGrid(start=MONDAY, minutes=60, periods=4 * 168)
    return Roster(grid=grid, frame=pd.DataFrame(rows))


def rules_broken(rows: list[dict[str, object]], **fields: object) -> set[str]:
    """Names of the rules that the recount reports."""
    return set(check(roster(rows), operation(**fields)).breaches["rule"])  # type: ignore[arg-type]


def test_a_sound_roster_has_no_breach_and_its_exposure_is_recounted() -> None:
    report = check(roster(duty(0, shift_parts(3))), operation())
    assert report.passed, report.summary()
    assert report.exposure["hours"].tolist() == [pytest.approx(2.5)]


def test_names_that_nobody_knows_are_breaches() -> None:
    rows = duty(0, shift_parts(1, "nonsense")) + duty(0, shift_parts(1), person="r999")
    assert {"unknown queue", "unknown person"} <= rules_broken(rows)


def test_exposure_that_is_not_finite_is_a_breach() -> None:
    rows = duty(0, shift_parts(1))
    rows[0] |= {"end": pd.NaT}
    assert "not a finite time" in rules_broken(rows)
    rows = duty(0, shift_parts(1, "nonsense"))
    assert "exposure a day" in rules_broken(rows)


def test_more_than_the_cap_on_a_day_is_a_breach() -> None:
    parts = [(50, "work", "hash_match"), (10, "wellness", "")] * 4 + [(30, "break", "")]
    parts += [(50, "work", "hash_match"), (10, "wellness", "")] * 3 + [(30, "idle", "")]
    assert rules_broken(duty(0, parts)) == {"exposure a day"}


def test_any_24_hours_sees_an_evening_and_the_next_morning() -> None:
    cap = ExposureCap(any_24_hours=True, minutes_in_row=None)
    late = [(240, "idle", ""), (30, "break", ""), (180, "work", "hash_match"), (30, "wellness", "")]
    early = [
        (180, "work", "hash_match"),
        (30, "wellness", ""),
        (30, "break", ""),
        (240, "idle", ""),
    ]
    rows = duty(0, late, start_hour=8) + duty(1, early)
    assert "exposure in 24 h" in rules_broken(rows, cap=cap)
    assert "exposure in 24 h" not in rules_broken(rows, cap=replace(cap, any_24_hours=False))


def test_week_rolling_window_and_carried_history_are_recounted() -> None:
    rows = [row for day in range(5) for row in duty(day, shift_parts(4))]
    assert rules_broken(rows) == set()
    assert rules_broken(rows, cap=ExposureCap(hours_per_week=16)) == {"exposure a week"}
    rolling = ExposureCap(rolling=(RollingCap(days=7, hours=18),))
    assert rules_broken(rows, cap=rolling) == set()
    carried = Person(id="r001", pool="core", carried_exposure=(2.0,))
    assert "exposure in 7 days" in rules_broken(rows, cap=rolling, person=carried)


def test_history_above_a_limit_is_no_breach_of_a_roster_that_adds_nothing() -> None:
    carried = Person(id="r001", pool="core", carried_exposure=(4.0, 4.0))
    rolling = ExposureCap(rolling=(RollingCap(days=7, hours=6),))
    assert rules_broken(duty(0, shift_parts(0)), cap=rolling, person=carried) == set()


def test_exposed_days_in_a_row_and_recovery_count_history() -> None:
    carried = Person(id="r001", pool="core", carried_exposure=(1.0, 1.0, 1.0))
    cap = ExposureCap(max_consecutive_days=3)
    assert rules_broken(duty(0, shift_parts(1)), cap=cap, person=carried) == {
        "exposed days in a row"
    }
    cap = ExposureCap(max_consecutive_days=3, recovery_days=2)
    assert rules_broken(duty(1, shift_parts(1)), cap=cap, person=carried) == {"recovery days"}
    assert rules_broken(duty(2, shift_parts(1)), cap=cap, person=carried) == set()


def test_minutes_in_a_row_need_a_pause_of_the_right_kind() -> None:
    parts = [
        (60, "work", "hash_match"),
        (10, "wellness", ""),
        (170, "idle", ""),
        (30, "break", ""),
        (210, "idle", ""),
    ]
    assert rules_broken(duty(0, parts)) == {"minutes in a row"}
    split = [
        (40, "work", "hash_match"),
        (5, "idle", ""),
        (20, "work", "hash_match"),
        (175, "wellness", ""),
        (30, "break", ""),
        (210, "idle", ""),
    ]
    assert rules_broken(duty(0, split)) == {"minutes in a row"}
    fine = shift_parts(2)
    assert rules_broken(duty(0, fine), wellness_is_break=False) == {"minutes in a row"}


def test_late_hours_and_the_end_of_the_shift_can_be_kept_free() -> None:
    parts = [
        (240, "idle", ""),
        (30, "break", ""),
        (160, "wellness", ""),
        (50, "work", "hash_match"),
    ]
    assert rules_broken(duty(0, parts)) == set()
    assert rules_broken(duty(0, parts), cap=ExposureCap(latest_local_minute=960)) == set()
    assert rules_broken(duty(0, parts), cap=ExposureCap(latest_local_minute=950)) == {
        "latest local time"
    }
    assert rules_broken(duty(0, parts), cap=ExposureCap(free_last_minutes=10)) == {
        "last minutes of the shift"
    }


def test_wellness_is_due_for_exposure() -> None:
    parts = [(50, "work", "hash_match"), (190, "idle", ""), (30, "break", ""), (210, "idle", "")]
    assert rules_broken(duty(0, parts)) == {"wellness"}


def test_opted_out_people_take_no_exposure_even_without_caps() -> None:
    person = Person(id="r001", pool="core", tier=Tier.OPTED_OUT)
    rows = duty(0, shift_parts(1))
    assert "exposure a day" in rules_broken(rows, cap=ExposureCap.off(), person=person)


def test_skills_languages_and_places_are_recounted() -> None:
    assert rules_broken(duty(0, shift_parts(1, "hotline"))) == {"skill"}
    assert rules_broken(duty(0, shift_parts(1, "german"))) == {"language"}
    assert rules_broken(duty(0, shift_parts(1, "german"), person="r002")) == set()
    rows = duty(0, shift_parts(1, "office"))
    base = operation()
    away = replace(base.pools[0], on_site=False)
    near = replace(base.pools[0], name="near", heads=0)
    base = replace(base, pools=(away, near))
    assert set(check(roster(rows), base).breaches["rule"]) == {"on site"}


def test_overlaps_holes_and_wrong_dates_are_breaches() -> None:
    twice = duty(0, shift_parts(0))
    twice[1] |= {"start": twice[1]["start"] - pd.Timedelta(minutes=10)}
    assert "overlap" in rules_broken(twice)
    hole = duty(0, shift_parts(0))
    hole[1] |= {"start": hole[1]["start"] + pd.Timedelta(minutes=10)}
    assert "hole in shift" in rules_broken(hole)
    wrong = [row | {"date": date(2026, 1, 6)} for row in duty(0, shift_parts(0))]
    assert "duty date" in rules_broken(wrong)


def test_rest_is_elapsed_time_and_counts_the_shift_before_the_horizon() -> None:
    rows = duty(0, shift_parts(0), shift="night", start_hour=22) + duty(1, shift_parts(0))
    assert "rest" in rules_broken(rows)
    tired = Person(id="r001", pool="core", last_shift_end=MONDAY - pd.Timedelta(hours=1))
    assert rules_broken(duty(0, shift_parts(0)), person=tired) == {"rest"}


def test_days_hours_and_time_off_are_recounted() -> None:
    six = [row for day in range(6) for row in duty(day, shift_parts(0))]
    assert rules_broken(six) == {"days in a row", "days a week", "contract hours"}
    part_time = Person(id="r001", pool="core", hours_per_week=16)
    assert rules_broken(six[: 3 * len(shift_parts(0))], person=part_time) == {"contract hours"}
    on_leave = Person(id="r001", pool="core", time_off=(date(2026, 1, 6),))
    eve = duty(0, shift_parts(0), shift="night", start_hour=22)
    assert rules_broken(eve, person=on_leave) == {"time off"}
    carried = Person(id="r001", pool="core", carried_days=5)
    assert rules_broken(duty(0, shift_parts(0)), person=carried) == {"days in a row"}


def test_exposure_in_overtime_is_named() -> None:
    part_time = Person(id="r001", pool="core", hours_per_week=7.5)
    rows = duty(0, shift_parts(0)) + duty(1, shift_parts(1))
    assert "exposure in overtime" in rules_broken(rows, person=part_time)


def test_a_break_is_given_whole_and_in_its_window() -> None:
    none = [(480, "idle", "")]
    early = [(60, "idle", ""), (30, "break", ""), (390, "idle", "")]
    short = [(200, "idle", ""), (20, "break", ""), (260, "idle", "")]
    assert rules_broken(duty(0, none)) == {"break"}
    assert rules_broken(duty(0, early)) == {"break"}
    assert rules_broken(duty(0, short)) == {"break"}


def test_a_shift_that_the_pool_does_not_have_is_named() -> None:
    assert "unknown shift" in rules_broken(duty(0, shift_parts(0), shift="dawn"))


def test_a_table_without_its_columns_or_zone_is_refused() -> None:
    with pytest.raises(DataError, match="lacks the columns"):
        check(Roster(grid=roster([]).grid, frame=pd.DataFrame({"person": []})), operation())
    naive = pd.DataFrame(duty(0, shift_parts(0)))
    naive["start"] = naive["start"].dt.tz_localize(None)
    with pytest.raises(DataError, match="UTC"):
        check(Roster(grid=roster([]).grid, frame=naive), operation())


def test_the_check_shares_no_code_with_what_builds_rosters() -> None:
    folder = Path(checking.__file__).parent
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("capacity"):
                assert node.module is not None
                assert node.module.startswith(
                    ("capacity.domain", "capacity.errors", "capacity.scheduling.checking")
                )
