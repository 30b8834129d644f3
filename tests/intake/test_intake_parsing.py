"""Cells round trip: what is written by another program is read back as the same value."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.errors import DataError
from capacity.intake.broken import BrokenRows
from capacity.intake.instants import read_instants
from capacity.intake.keys import near_duplicates, read_keys
from capacity.intake.numbers import read_flags, read_numbers
from capacity.intake.policy import DateStyle, RepeatedHour, TextFormat

MANY = settings(max_examples=80, deadline=None)
PLAIN = TextFormat()


def series(*cells):
    return pd.Series(list(cells), dtype=object)


def broken(*cells):
    return BrokenRows(size=len(cells))


@MANY
@given(st.floats(min_value=-1e15, max_value=1e15, allow_nan=False))
def test_every_float_is_read_back_exactly(number):
    rows = broken(1)
    assert read_numbers(series(repr(number)), "x", PLAIN, rows)[0] == number
    assert not rows.found


@MANY
@given(st.integers(0, 10**12))
def test_grouped_digits_are_read_with_their_declared_mark(number):
    german = TextFormat(sep=";", decimal=",", thousands=".")
    rows = broken(1)
    text = f"{number:,}".replace(",", ".") + ",25"
    assert read_numbers(series(text), "x", german, rows)[0] == pytest.approx(
        number + 0.25, abs=1e-3
    )
    assert not rows.found


@MANY
@given(
    st.datetimes(dt.datetime(1990, 1, 2), dt.datetime(2100, 12, 30)),
    st.sampled_from(["UTC", "Asia/Kolkata", "America/Chicago", "Pacific/Apia"]),
)
def test_every_instant_with_an_offset_is_read_back_exactly(naive, zone):
    moment = naive.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    text = moment.astimezone(ZoneInfo(zone)).isoformat()
    if text.count(":") > 3:  # offsets with seconds belong to the years before standard time
        return
    rows = broken(1)
    assert read_instants(series(text), "x", PLAIN, rows)[0] == pd.Timestamp(moment)
    assert not rows.found


@MANY
@given(
    st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2030, 1, 1)),
    st.sampled_from(["Europe/Dublin", "America/Chicago", "Australia/Lord_Howe"]),
    st.sampled_from([RepeatedHour.FIRST, RepeatedHour.SECOND]),
)
def test_wall_clock_times_follow_the_zone(naive, zone, which):
    fold = 0 if which is RepeatedHour.FIRST else 1
    expected = naive.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(dt.UTC)
    exists = expected.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == naive
    rows = broken(1)
    style = TextFormat(tz=zone, repeated_hour=which)
    found = read_instants(series(naive.isoformat()), "x", style, rows)[0]
    if exists:
        assert found == pd.Timestamp(expected)
        assert not rows.found
    else:
        assert [item.rule for item in rows.found] == [f"x exists in {zone}"]


@MANY
@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_any_text_is_a_label_or_is_refused_but_never_changes_meaning(text):
    rows = broken(1)
    found = read_keys(series(text), "queue", [], rows, required=True)[0]
    if not rows.found:
        again = read_keys(series(found), "queue", [], broken(1), required=True)[0]
        assert again == found


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1", True), ("0", False), ("", False), (True, True), (1.0, True), ("False", False)],
)
def test_flags_are_read(cell, value):
    rows = broken(1)
    assert read_flags(series(cell), "automated", rows).tolist() == [value]
    assert not rows.found


@pytest.mark.parametrize("cell", ["yes", "2", "-1", "x"])
def test_other_flags_are_broken_rows(cell):
    rows = broken(1)
    read_flags(series(cell), "automated", rows)
    assert rows.rows.tolist() == [True]


def test_excel_knows_a_29_february_1900_and_two_systems():
    for style, serial in ((DateStyle.EXCEL_1900, "36526"), (DateStyle.EXCEL_1904, "35064")):
        found = read_instants(series(serial), "x", TextFormat(dates=style, tz="UTC"), broken(1))
        assert found[0] == pd.Timestamp("2000-01-01", tz="UTC")


def test_a_column_in_which_nothing_can_be_read_names_every_row():
    rows = broken(1, 2, 3)
    read_instants(series("a", "b", "c"), "x", PLAIN, rows)
    assert rows.rows.all()


def test_near_duplicates_ignore_case_blanks_and_punctuation():
    assert near_duplicates(["user_report", "User Report", "user-report ", "appeal"]) == [
        ("User Report", "user-report ", "user_report")
    ]


@pytest.mark.parametrize(
    "style", [{"sep": ",,"}, {"decimal": ";"}, {"sep": ",", "decimal": ","}, {"thousands": "."}]
)
def test_a_format_that_contradicts_itself_is_refused(style):
    with pytest.raises(DataError):
        TextFormat(**style)


def test_numbers_of_an_empty_cell_are_unknown():
    assert np.isnan(read_numbers(series("", None, np.nan), "x", PLAIN, broken(1, 2, 3))).all()
