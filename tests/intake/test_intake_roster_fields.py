"""Facts about reading what rosters need: rotation, sequences, sessions, office days."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from capacity.domain import CounsellingSession, OpeningHours, RoleCover, RotationShare
from capacity.errors import DataError
from capacity.intake import read_operation

TOML = """
[operation]
name = "toy"
zone = "UTC"

[exposure]
hours_per_day = 3
queues = ["severe"]

[[rotation]]
queues = ["severe"]
at_most = 0.6

[[sites]]
name = "home"
zone = "UTC"
currency = "USD"

[[queues]]
name = "severe"
priority = 1
zone = "UTC"
handling = { mean_minutes = 5, cv = 1 }
targets = [{ share = 0.9, within_hours = 24 }]

[[pools]]
name = "core"
site = "home"
skills = ["severe"]
languages = ["en"]
heads = 1
overtime_hours_per_week = 4
max_weekends_in_four = 2
forbidden_sequences = [["night", "day"]]
day_patterns = [["mon", "tue", "wed", "thu", "fri"], ["wed", "thu", "fri", "sat", "sun"]]
cost = { annual_salary = 60000, load_factor = 1.3 }
attrition = [{ from_months = 0, yearly = 0.3 }]
hiring = { lead_weeks = 8 }
shifts = [
  { name = "day", start = "07:00", hours = 8 },
  { name = "night", start = "23:00", hours = 8 },
]

[[cover]]
name = "on call"
skill = "severe"
hours = { zone = "UTC", weekdays = ["mon"], opens = "08:00", closes = "12:00" }

[people]
file = "people.csv"
"""
PEOPLE = (
    "id,pool,office_days,counselling\nr001,core,mon wed,2026-01-14T10:00Z/60 2026-02-11T10:00Z/30\n"
)


def write(folder: Path, toml: str = TOML, people: str = PEOPLE) -> Path:
    """The operation file beside its people."""
    (folder / "people.csv").write_text(people)
    path = folder / "operation.toml"
    path.write_text(toml)
    return path


def test_fields_of_rosters_are_read_from_files(tmp_path: Path) -> None:
    operation = read_operation(write(tmp_path))
    assert operation.exposure.queues == ("severe",)
    assert operation.rotation == (RotationShare(queues=("severe",), at_most=0.6),)
    hours = OpeningHours(zone="UTC", weekdays=(0,), opens_minute=480, closes_minute=720)
    assert operation.cover == (RoleCover(name="on call", skill="severe", hours=hours),)
    pool, person = operation.pools[0], operation.people[0]
    assert pool.overtime_hours_per_week == 4
    assert pool.max_weekends_in_four == 2
    assert pool.forbidden_sequences == (("night", "day"),)
    assert pool.day_patterns == ((0, 1, 2, 3, 4), (2, 3, 4, 5, 6))
    assert person.office_days == (0, 2)
    assert person.counselling == (
        CounsellingSession(start=pd.Timestamp("2026-01-14T10:00Z"), minutes=60),
        CounsellingSession(start=pd.Timestamp("2026-02-11T10:00Z"), minutes=30),
    )


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ('[["night", "day"]]', '["night", "day"]', "not a list of pairs"),
        ('[["mon", "tue", "wed", "thu", "fri"], ', '["mon", ', "not a list of patterns"),
        ('name = "on call"', 'nome = "on call"', "unknown key"),
        ('opens = "08:00"', 'opens = "13:00"', "opening hours need 0 <= opens < closes"),
        ('skill = "severe"', 'skill = "legal"', "no pool has the skill 'legal'"),
        ('"sat", "sun"]]', '"sat", "funday"]]', "unknown weekday 'funday'"),
        ('[["night", "day"]]', '[["night", "dawn"]]', "unknown shifts"),
        ('queues = ["severe"]\nat_most', 'queues = ["sever"]\nat_most', "unknown queue 'sever'"),
        ("at_most = 0.6", "at_most = 60", "at_most"),
        ("max_weekends_in_four = 2", "max_weekends_in_four = 9", "max_weekends_in_four"),
        ("overtime_hours_per_week = 4", "overtime_hours_per_week = -1", "overtime"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, match: str
) -> None:
    assert old in TOML
    with pytest.raises(DataError, match=match):
        read_operation(write(tmp_path, TOML.replace(old, new)))


@pytest.mark.parametrize(
    ("cell", "match"),
    [
        ("2026-01-14T10:00/60", "offset"),
        ("2026-01-14T10:00Z", "no length"),
        ("2026-01-14T10:00Z/7", "grid of 5 minutes"),
    ],
)
def test_sessions_that_are_unclear_are_refused(tmp_path: Path, cell: str, match: str) -> None:
    people = f"id,pool,counselling\nr001,core,{cell}\n"
    with pytest.raises(DataError, match=match):
        read_operation(write(tmp_path, people=people))
