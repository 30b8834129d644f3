"""The six mistakes that a newcomer makes: one clear error each, with the fix."""

import re

import pytest

from capacity.errors import DataError
from capacity.intake import read_cases, read_operation

GOOD = """
[operation]
name = "team"
zone = "UTC"
[[sites]]
name = "home"
zone = "UTC"
currency = "USD"
[[queues]]
name = "hash_match"
priority = 1
zone = "UTC"
handling = { mean_minutes = 6, cv = 1.0 }
[[targets]]
queue = "hash_match"
share = 0.95
within_hours = 24
[[pools]]
name = "core"
site = "home"
skills = ["hash_match"]
languages = ["en"]
heads = 4
shifts = [{ name = "day", start = "07:00", hours = 8 }]
cost = { annual_salary = 40000, load_factor = 1.3 }
attrition = [{ from_months = 0, yearly = 0.35 }]
hiring = { lead_weeks = 8 }
"""

MISTAKES = {
    "unknown queue in a target": (
        ('queue = "hash_match"\nshare', 'queue = "hash_mach"\nshare'),
        r"targets\[0\]\.queue: unknown queue 'hash_mach'.*did you mean 'hash_match'",
    ),
    "missing zone": (
        ('name = "home"\nzone = "UTC"', 'name = "home"'),
        r"zone.*missing.*Fix",
    ),
    "statute on 2258A": (
        (
            "within_hours = 24",
            'within_hours = 24\nbasis = "statute"\ncitation = "18 U.S.C. 2258A(a)"',
        ),
        r'names no hours.*basis = "internal"',
    ),
    "cap that cannot hold": (
        ("[[sites]]", "[exposure]\nhours_per_day = 0.05\n[[sites]]"),
        r"cannot hold: 0\.05 h a day is less than one case of hash_match.*raise hours_per_day",
    ),
    "cap off the grid": (
        ("[[sites]]", "[exposure]\nminutes_in_row = 47\n[[sites]]"),
        r"minutes_in_row is 47.*use 45, the nearest",
    ),
}


def test_targets_may_stand_in_a_table_of_their_own(tmp_path):
    path = tmp_path / "operation.toml"
    path.write_text(GOOD, encoding="utf-8")
    (target,) = read_operation(path).queue("hash_match").targets
    assert target.within_hours == 24


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_an_operation_is_one_error_with_its_fix(tmp_path, mistake):
    (old, new), message = MISTAKES[mistake]
    assert old in GOOD
    path = tmp_path / "operation.toml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_operation(path)
    assert re.search(message, str(caught.value), flags=re.S), str(caught.value)
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("qeue,arrived_at\na,2026-01-05T00:00:00Z\n", "did you mean"),
        ("queue,start,count\na,2026-01-05T00:00:00Z,-3\n", r"count.*negative|negative.*count|>= 0"),
    ],
    ids=["wrong column", "negative count"],
)
def test_a_mistake_in_a_case_file_is_one_error_with_its_fix(tmp_path, text, message):
    path = tmp_path / "cases.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_cases(path)
    assert re.search(message, str(caught.value), flags=re.S), str(caught.value)
    assert "Fix" in str(caught.value)
