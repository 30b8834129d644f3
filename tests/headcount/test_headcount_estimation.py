"""Attrition and ramp from HR tables."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from capacity.errors import DataError
from capacity.headcount import estimate_attrition, estimate_ramp
from capacity.headcount.survival import kaplan_meier, never_falling


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=2, max_size=40))
def test_the_estimate_equals_an_independent_one(rows):
    time, left = np.array([r[0] for r in rows], float), np.array([r[1] for r in rows])
    if not left.any():
        return
    mine = kaplan_meier(np.zeros(len(rows)), time, left)
    other = SurvfuncRight(time, left.astype(int))
    assert mine.survival == pytest.approx(other.surv_prob)
    assert mine.at_risk.tolist() == list(other.n_risk)
    assert mine.leavers.tolist() == list(other.n_events)


def test_late_entry_equals_an_independent_estimate():
    rng = np.random.default_rng(4)
    entry = rng.uniform(0, 10, 200)
    leave = entry + rng.exponential(12, 200)
    left = rng.random(200) < 0.7
    mine = kaplan_meier(entry, leave, left)
    other = SurvfuncRight(leave, left.astype(int), entry=entry)
    assert mine.survival == pytest.approx(other.surv_prob)


def test_greenwood_matches_the_textbook_on_the_log_log_scale():
    mine = kaplan_meier(np.zeros(10), np.arange(1.0, 11.0), np.ones(10, bool))
    # S = .9, variance of log S = 1 / (10 x 9), interval .9 ** exp(+-1.96 sqrt(1/90) / |log .9|)
    spread = 1.959964 * np.sqrt(1 / 90) / abs(np.log(0.9))
    assert mine.low[0] == pytest.approx(0.9 ** np.exp(spread), rel=1e-6)
    assert mine.high[0] == pytest.approx(0.9 ** np.exp(-spread), rel=1e-6)


def staff(n=4000, yearly=(0.5, 0.2), seed=1):
    """Starts over six years; the yearly rate changes after twelve months of tenure."""
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 2190, n), unit="D")
    hazard = -np.log(1 - np.array(yearly)) / 365.25
    draw = rng.exponential(size=n)
    early = draw / hazard[0]
    days = np.where(early <= 365.25, early, 365.25 + (draw - hazard[0] * 365.25) / hazard[1])
    end = (start + pd.to_timedelta(days.round(), unit="D")).to_series(index=range(n))
    end = end.where(end <= pd.Timestamp("2026-01-01"))
    return pd.DataFrame(
        {"id": [f"r{i:05d}" for i in range(n)], "pool": "core", "start": start, "end": end}
    )


def test_known_rates_are_recovered():
    estimate = estimate_attrition(staff(), as_of=date(2026, 1, 1), bands=(0, 12))
    assert [band.yearly for band in estimate.attrition.bands] == pytest.approx([0.5, 0.2], abs=0.03)
    assert "from 0 months of tenure: 5" in estimate.summary()


def test_a_table_that_forgot_old_leavers_needs_its_first_day():
    """People who left before the table began are missing: tenure then looks too safe."""
    table = staff()
    known = table[table.end.isna() | (table.end >= "2025-01-01")]
    naive = estimate_attrition(known, as_of=date(2026, 1, 1), bands=(0, 12))
    fair = estimate_attrition(
        known, as_of=date(2026, 1, 1), bands=(0, 12), observed_from=date(2025, 1, 1)
    )
    assert naive.attrition.bands[0].yearly < 0.35
    assert [band.yearly for band in fair.attrition.bands] == pytest.approx([0.5, 0.2], abs=0.06)


def test_nobody_seen_beyond_a_band_is_said():
    table = pd.DataFrame(
        {"id": ["r1", "r2"], "pool": "a", "start": "2025-11-01", "end": [None, "2025-12-01"]}
    )
    estimate = estimate_attrition(table, as_of=date(2026, 1, 1))
    assert "nobody was seen beyond 24 months" in estimate.summary()


def test_all_faults_of_an_hr_table_come_in_one_message():
    table = pd.DataFrame(
        {
            "id": ["Jane Doe", "r1", "r1", "r2"],
            "pool": "a",
            "start": ["2025-01-01", "soon", "2030-01-01", "2025-06-01"],
            "end": [None, None, None, "2025-05-01"],
        }
    )
    with pytest.raises(DataError) as caught:
        estimate_attrition(table, as_of=date(2026, 1, 1))
    text = str(caught.value)
    for words in (
        "never a name",
        "a person twice",
        "holds no dates",
        "lies after 2026-01-01",
        "lies before the start",
    ):
        assert words in text


def test_columns_that_are_not_needed_are_refused():
    with pytest.raises(DataError, match="'name', which is not needed"):
        estimate_attrition(staff(5).assign(name="x"), as_of=date(2026, 1, 1))


def test_a_ramp_is_recovered_and_never_falls():
    rng = np.random.default_rng(2)
    true = [0.1, 0.3, 0.55, 0.8, 0.95]
    rows = [
        (f"r{i}", week, 10 * (true[week] if week < 5 else 1.0) * rng.gamma(50, 1 / 50))
        for i in range(200)
        for week in range(30)
    ]
    estimate = estimate_ramp(
        pd.DataFrame(rows, columns=["id", "week", "rate"]), tenured_after_weeks=10
    )
    weekly = list(estimate.ramp.weekly)
    assert weekly[:5] == pytest.approx(true, abs=0.03)
    assert weekly == sorted(weekly)
    assert min(weekly[5:], default=1.0) >= 0.97


def test_small_groups_are_refused():
    table = pd.DataFrame([("r1", w, 1.0) for w in range(40)], columns=["id", "week", "rate"])
    with pytest.raises(DataError, match="1 tenured people"):
        estimate_ramp(table)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 10), min_size=1, max_size=15))
def test_the_never_falling_fit_is_never_falling_and_keeps_the_mean(values):
    fitted = never_falling(np.array(values), np.ones(len(values)))
    assert (np.diff(fitted) >= -1e-12).all()
    assert fitted.mean() == pytest.approx(np.mean(values), abs=1e-9)
