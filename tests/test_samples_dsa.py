"""The DSA sample: real daily counts, real heads, stated sources."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from capacity.intake import read_data, read_operation

FOLDER = Path(__file__).resolve().parents[1] / "data" / "samples" / "dsa"


@pytest.fixture(scope="module")
def operation():
    return read_operation(FOLDER / "operation.toml")


@pytest.fixture(scope="module")
def volume(operation):
    return read_data(operation).volume(operation=operation)


def test_every_day_is_counted_once(volume):
    assert volume.is_daily
    assert volume.unit == "statement"
    assert volume.counts.shape == (1, 686)
    assert not np.isnan(volume.counts).any()
    assert (str(volume.daily_dates[0]), str(volume.daily_dates[-1])) == ("2023-09-25", "2025-08-10")


def test_heads_are_those_that_were_reported(operation):
    with (FOLDER / "moderators.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(row["source"] for row in rows)
    reported = {
        r["scope"]: int(r["moderators"])
        for r in rows
        if (r["service"], r["period"]) == ("X", "2025H2") and r["moderators"]
    }
    for pool in operation.pools:
        assert pool.heads == sum(reported[language] for language in pool.languages)


def test_the_dated_shifts_are_in_the_data_and_claim_no_effect(operation, volume):
    daily = pd.Series(
        volume.counts[0], index=pd.to_datetime([str(day) for day in volume.daily_dates])
    )
    for event in operation.events:
        assert event.effect is None
        start = pd.Timestamp(event.start)
        end = pd.Timestamp(event.end) if event.end else start + pd.Timedelta(days=13)
        before = daily[start - pd.Timedelta(days=8) : start - pd.Timedelta(days=2)].median()
        ratio = daily[start:end].median() / before
        assert ratio > 1.3 or ratio < 0.7, event.name


def test_assumptions_are_marked(operation):
    text = (FOLDER / "operation.toml").read_text(encoding="utf-8")
    assert text.count("convention") >= 8
    assert operation.queue("statements").automation_share > 0.999
