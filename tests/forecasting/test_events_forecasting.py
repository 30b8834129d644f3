from datetime import date, timedelta

import numpy as np
import pytest

from capacity.domain.event import Event, EventKind, EventShape
from capacity.errors import DataError
from capacity.forecasting.events import clean_history, draw_factors
from capacity.forecasting.panel import align
from capacity.forecasting.panel_fit import fit_panel
from capacity.forecasting.shifts import bring_to_level, find_shifts
from capacity.forecasting.taming import tame

FIRST = 20_000  # days since 1970-01-01
WEEK = np.asarray([1.2, 1.2, 1.1, 1.1, 1.0, 0.7, 0.7])


def on(day):
    return date(1970, 1, 1) + timedelta(days=FIRST + day)


def stepped(at, ratio, days=140, seed=0):
    level = np.where(np.arange(days) < at, 200.0, 200.0 * ratio)
    return np.random.default_rng(seed).poisson(level * np.tile(WEEK, days // 7)).astype(float)


def event(**changes):
    settings = {"name": "e", "kind": EventKind.NEW_DETECTOR, "start": on(0)} | changes
    return Event(**settings)


def learn(totals, *events):
    return clean_history(totals, first_day=FIRST + len(totals), events=events)


def test_a_past_step_of_unknown_size_is_measured_and_taken_out():
    learnt = learn(stepped(100, 1.8), event(start=on(100)))
    assert learnt.totals[:98].mean() == pytest.approx(360.0, rel=0.05)
    assert learnt.totals[100:].mean() == pytest.approx(360.0, rel=0.03)
    assert "measured" in learnt.notes[0]


def test_a_young_step_leans_on_its_prior_and_says_how_sure_it_is():
    young = learn(stepped(138, 1.0), event(start=on(138), effect=0.5, effect_sd=0.02))
    assert young.totals[:130].mean() == pytest.approx(300.0, rel=0.05)
    old = learn(stepped(60, 1.8), event(start=on(60), effect=0.5, effect_sd=0.3))
    assert old.totals[:50].mean() == pytest.approx(360.0, rel=0.06)
    assert 0 < old.log_level_sd < 0.2


def test_a_past_pulse_is_left_out_of_the_memory():
    pulse = event(start=on(50), end=on(56), shape=EventShape.PULSE)
    learnt = learn(stepped(0, 1.0), pulse)
    assert np.flatnonzero(np.isnan(learnt.totals)).tolist() == list(range(50, 57))


def test_a_ramp_under_way_goes_on_from_where_it_stands():
    ramp = event(start=on(130), end=on(149), shape=EventShape.RAMP, effect=1.0)
    factors = draw_factors(
        (ramp,), 0.0, first_day=FIRST + 140, days=20, normals={"e": np.zeros(1)},
    )  # fmt: skip
    assert factors[0, 0] == pytest.approx((1 + 11 / 20) / (1 + 10 / 20))
    assert factors[0, -1] == pytest.approx(2 / 1.5)


def test_a_shift_is_found_where_it_happened_and_only_there():
    values = np.stack([stepped(120, 2.0), stepped(0, 1.0, seed=3), stepped(100, 0.5, seed=4)])
    shifts = find_shifts(values, np.arange(3), season=7)
    assert [shift.row for shift in shifts] == [0, 2]
    assert shifts[0].after == pytest.approx(20, abs=2)
    assert shifts[0].ratio == pytest.approx(2.0, rel=0.1)
    leveled = bring_to_level(values, shifts)
    assert leveled[0, :110].mean() == pytest.approx(leveled[0, 125:].mean(), rel=0.1)


def test_a_spike_of_a_week_is_no_shift():
    values = stepped(0, 1.0)
    values[126:133] *= 4
    assert find_shifts(values[None], np.arange(1), season=7) == ()


def test_a_found_shift_sets_the_level_of_the_forecast():
    fit = fit_panel([stepped(124, 2.0)], seasons=(7,), horizon=14, counts=True)
    assert fit.point.mean() == pytest.approx(400.0, rel=0.08)
    assert len(fit.shifts) == 1


def test_taming_pulls_in_a_lone_spike_and_leaves_the_season_alone():
    values = stepped(0, 1.0)
    values[100] *= 50
    tamed = tame(align([values], seasons=(7,), longest=500), np.zeros(1, dtype=bool)).values[0]
    assert tamed[100] < 1200
    changed = np.flatnonzero(tamed != values)
    assert changed.tolist() == [100]


def test_taming_never_uses_the_future():
    values = stepped(0, 1.0)
    values[60] *= 10
    later = np.append(values[:100], values[100:] * 7)
    none = np.zeros(1, dtype=bool)
    first = tame(align([values], seasons=(7,), longest=500), none).values[0, :100]
    other = tame(align([later], seasons=(7,), longest=500), none).values[0, :100]
    np.testing.assert_allclose(first / first.mean(), other / other.mean(), rtol=0.05)


def test_a_change_of_unit_that_cannot_be_measured_needs_its_size():
    young = {"start": on(3), "kind": EventKind.UNIT_BREAK}
    with pytest.raises(DataError, match="give effect"):
        learn(stepped(0, 1.0), event(**young))
    known = learn(stepped(0, 1.0), event(**young, effect=-0.5))
    assert known.totals[:3].mean() == pytest.approx(stepped(0, 1.0)[:3].mean() / 2)
