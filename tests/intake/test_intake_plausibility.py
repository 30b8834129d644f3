"""Doubts about cases and operation are noted, and a sound pair raises none."""

from dataclasses import replace

import pandas as pd
import pytest

from capacity.domain import HandlingTime
from capacity.intake import read_cases, read_data, read_operation

FIRST = pd.Timestamp("2026-01-05", tz="UTC")


@pytest.fixture(scope="module")
def operation():
    return read_operation("data/samples/child_safety/operation.toml")


def log(size=200, *, queue="hash_match", seconds=150, automated=0.75):
    moments = FIRST + pd.to_timedelta(range(size), unit="h")
    machine = [int(number % 100 < 100 * automated) for number in range(size)]
    handle = [None if flag else seconds for flag in machine]
    return pd.DataFrame(
        {"queue": queue, "arrived_at": moments, "automated": machine, "handle_seconds": handle}
    )


def changed(operation, name, **fields):
    queues = tuple(replace(q, **fields) if q.name == name else q for q in operation.queues)
    return replace(operation, queues=queues)


@pytest.mark.parametrize("name", ["child_safety", "dsa"])
def test_the_samples_raise_no_doubt(name):
    operation = read_operation(f"data/samples/{name}/operation.toml")
    notes = read_data(operation).volume(operation=operation).notes
    assert [note for note in notes if "no open cases" not in note] == []


def test_a_handling_time_that_the_log_contradicts_is_noted(operation):
    notes = read_cases(log(seconds=300)).volume(operation=operation).notes
    assert any("the log shows 5.00 min a review, the operation says 2.5" in note for note in notes)
    assert not any(
        "hash_match" in note
        for note in read_cases(log()).volume(operation=operation).notes
        if "open" not in note
    )


def test_an_automation_share_that_the_data_contradict_is_noted(operation):
    notes = read_cases(log(automated=0.5)).volume(operation=operation).notes
    assert any("hash_match: 5" in note and "the operation says 75 %" in note for note in notes)


def test_few_cases_raise_no_doubt(operation):
    notes = read_cases(log(60, seconds=300, automated=0.2)).volume(operation=operation).notes
    assert not any("the operation says" in note for note in notes)


def test_a_total_given_as_a_mean_is_noted(operation):
    large = changed(
        operation,
        "hash_match",
        handling=HandlingTime(mean_minutes=60_000, cv=1),
        automation_share=0,
        severity=0,  # an exposed case that long breaks every cap and is refused at once
    )
    notes = read_cases(log()).volume(operation=large).notes
    assert any("is a handling time a total" in note for note in notes)


def test_harmful_figures_are_alarms(operation):
    fast = changed(operation, "hash_match", handling=HandlingTime(mean_minutes=0.3, cv=1))
    fast = replace(fast, wellness_minutes_per_exposure_hour=2)
    notes = read_cases(log(seconds=18)).volume(operation=fast).notes
    assert any("18 s a case is below a figure alleged as harmful" in note for note in notes)
    assert any("8 min of wellness time a day" in note for note in notes)


def test_the_automation_share_is_a_series_by_week():
    table = read_cases(log(400, automated=0.25)).automation
    assert table["count"].sum() == 400
    assert table["week"].dt.day_of_week.eq(0).all()
    assert (table["automated"] / table["count"]).tolist() == table["share"].tolist()
    counts = read_data(read_operation("data/samples/child_safety/operation.toml")).automation
    classifier = counts[counts["queue"] == "classifier_hit"].sort_values("week")["share"]
    assert classifier.tail(8).mean() > classifier.head(8).mean() + 0.05
