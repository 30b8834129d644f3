"""Siblings and special days, read from the operation file as from Python."""

from datetime import date
from pathlib import Path

import pytest

from capacity.domain import Sibling, SpecialDays
from capacity.errors import DataError
from capacity.intake import read_operation

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "samples" / "child_safety"


def read(tmp_path, more, *, queue=""):
    """The sample with more tables, and with more lines in its first queue."""
    text = (SAMPLE / "operation.toml").read_text(encoding="utf-8")
    for name in ("people.csv", "cases.csv.gz", "counts.csv.gz"):
        (tmp_path / name).write_bytes((SAMPLE / name).read_bytes())
    text = text.replace("[[queues]]\n", f"[[queues]]\n{queue}\n", 1)
    path = tmp_path / "operation.toml"
    path.write_text(text + more, encoding="utf-8")
    return read_operation(path)


def test_a_sibling_is_read(tmp_path):
    line = 'like = { queue = "user_report", share = 0.4, share_sd = 0.1 }'
    first = read(tmp_path, "", queue=line).queues[0]
    assert first.like == Sibling(queue="user_report", share=0.4, share_sd=0.1)


def test_special_days_are_read(tmp_path):
    tables = """
[[special_days]]
kind = "public holiday"
country = "IE"
days_after = 1

[[special_days]]
kind = "final"
days = [2026-07-19]
queues = ["user_report"]
"""
    assert read(tmp_path, tables).special_days == (
        SpecialDays(kind="public holiday", country="IE", days_after=1),
        SpecialDays(kind="final", days=(date(2026, 7, 19),), queues=("user_report",)),
    )


def test_wrong_tables_are_refused_in_one_message(tmp_path):
    tables = """
[[special_days]]
kind = "final"
dates = [2026-07-19]

[[special_days]]
days = [2026-07-19]
"""
    line = 'like = { queue = "user_report", share = -1 }'
    with pytest.raises(DataError) as caught:
        read(tmp_path, tables, queue=line)
    text = str(caught.value)
    assert "special_days.[1].dates: is an unknown key" in text
    assert "special_days.[2].kind: is missing" in text
    assert "like user_report: share must be a positive finite number" in text
