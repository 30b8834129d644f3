import builtins
import sys
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from capacity.domain import SpecialDays
from capacity.domain.grid import TimeGrid
from capacity.domain.volume import SeriesLabel, Volume
from capacity.errors import DataError, MissingExtraError
from capacity.forecasting import forecast
from capacity.forecasting.special_days import Occasion, list_occasions, public_holidays
from capacity.forecasting.special_effects import even_out, learn_effects
from tests.builders import toy_operation, toy_pool, toy_queue

DAYS = 364
FIRST = 20_454  # 2026-01-01
HOLIDAYS = tuple(range(20, DAYS, 45))
WEEK = np.tile([1.2, 1.2, 1.1, 1.1, 1.0, 0.7, 0.7], 52)


def counts(mean, ratio, days=HOLIDAYS, seed=0, spread=0.05):
    generator = np.random.default_rng(seed)
    rate = mean * WEEK * np.exp(generator.normal(0, spread, DAYS))
    rate[list(days)] *= ratio
    return generator.poisson(rate).astype(float)


def learn(totals, kinds):
    """Effects of queues whose days (places in the past) have the given kinds."""
    occasions = [Occasion(day=FIRST - DAYS + d, kind=k, group="g") for d, k in kinds]
    return learn_effects(
        totals, dict.fromkeys(totals, FIRST), dict.fromkeys(totals, tuple(occasions))
    )


def test_many_cases_speak_for_themselves():
    kinds = [(day, "holiday") for day in HOLIDAYS]
    effect = learn({"a": counts(500, 0.4)}, kinds)["a"][0]
    assert effect.ratio == pytest.approx(0.4, abs=0.04)
    assert effect.days == 8
    assert effect.cases == pytest.approx(0.4 * effect.expected, rel=0.08)


def test_few_cases_are_shrunk_to_what_other_queues_show():
    """Four days of three cases, of which two came: no proof of a fall to a sixth."""
    small = counts(3, 1.0, seed=5, spread=0)
    small[list(HOLIDAYS[:4])] = [0, 1, 0, 1]
    kinds = [(day, "holiday") for day in HOLIDAYS[:4]]
    alone = learn({"small": small}, kinds)["small"][0]
    beside = learn({"small": small, "big": counts(500, 1.0, seed=2)}, kinds)["small"][0]
    assert 0.4 < alone.ratio < 0.75
    assert alone.ratio < beside.ratio < 0.9
    assert alone.cv > 0.2


def test_each_kind_has_its_own_effect_and_an_unseen_one_that_of_the_others():
    totals = counts(500, 0.4)
    totals[[31, 201]] = counts(500, 1.5, days=(31, 201))[[31, 201]]
    kinds = [*((day, "quiet") for day in HOLIDAYS), (31, "loud"), (201, "loud")]
    effects = {item.kind: item for item in learn({"a": totals}, [*kinds, (DAYS + 9, "new")])["a"]}
    assert effects["quiet"].ratio == pytest.approx(0.42, abs=0.06)
    assert effects["loud"].ratio == pytest.approx(1.4, abs=0.15)
    assert effects["new"].days == 0
    assert effects["quiet"].ratio < effects["new"].ratio < 1
    assert effects["new"].cv > effects["quiet"].cv


def test_ordinary_noise_makes_days_less_telling():
    kinds = [(day, "holiday") for day in HOLIDAYS[:2]]
    calm = learn({"a": counts(500, 0.4, spread=0.02)}, kinds)["a"][0]
    rough = learn({"a": counts(500, 0.4, spread=0.5)}, kinds)["a"][0]
    assert calm.ratio < rough.ratio < 1


def test_a_history_too_short_teaches_nothing():
    effect = learn({"a": counts(500, 0.4)[:14]}, [(DAYS - 5, "holiday")])["a"][0]
    assert (effect.days, effect.ratio) == (0, 1.0)


def test_past_special_days_are_evened_or_left_out():
    occasions = (Occasion(day=FIRST - 7, kind="holiday", group="g"),)
    for ratio, left in ((0.8, 400.0), (0.3, np.nan)):
        effect = learn({"a": counts(500, 1.0)}, [(1, "holiday")])["a"][0]
        out = even_out(np.full(14, 320.0), FIRST - 14, occasions, [replace(effect, ratio=ratio)])
        np.testing.assert_equal(out[7], left)
        assert (np.delete(out, 7) == 320).all()


def on(day):
    return date(1970, 1, 1) + timedelta(days=day)


def operation(*tables, queues=("a", "b"), **fields):
    return toy_operation(
        queues=tuple(toy_queue(name) for name in queues),
        pools=(toy_pool(skills=queues),), special_days=tables, with_people=False, **fields,
    )  # fmt: skip


def test_days_around_and_queues_are_those_of_the_table():
    table = SpecialDays(kind="final", days=(on(FIRST),), queues=("a",), days_before=1, days_after=2)
    other = SpecialDays(kind="strike", days=(on(FIRST + 1),))
    where = operation(table, other)
    found = list_occasions(where, "a", first=FIRST - 9, last=FIRST + 9)
    assert [(item.day - FIRST, item.kind) for item in found] == [
        (-1, "final, 1 day before"),
        (0, "final"),
        (1, "strike"),
        (2, "final, 2 days after"),
    ]
    assert [item.kind for item in list_occasions(where, "b", first=FIRST, last=FIRST + 9)] == [
        "strike"
    ]


def test_public_holidays_come_from_the_holidays_package():
    pytest.importorskip("holidays", reason="the extra holidays is not installed")
    days = dict(public_holidays("IE", None, (2026,)))
    assert days[date(2026, 3, 17)] == "Saint Patrick's Day"
    bavaria = {day for day, _ in public_holidays("DE", "BY", (2026,))}
    berlin = {day for day, _ in public_holidays("DE", "BE", (2026,))}
    assert date(2026, 1, 6) in bavaria - berlin
    table = SpecialDays(kind="public holiday", country="IE")
    found = list_occasions(operation(table), "a", first=FIRST, last=FIRST + 90)
    assert "public holiday: Saint Patrick's Day" in [item.kind for item in found]


def test_an_unknown_country_or_part_of_it_is_refused():
    pytest.importorskip("holidays", reason="the extra holidays is not installed")
    with pytest.raises(DataError, match="unknown country 'EI'"):
        public_holidays("EI", None, (2026,))
    with pytest.raises(DataError, match="unknown subdivision 'XX' of DE"):
        public_holidays("DE", "XX", (2026,))


def test_a_missing_extra_names_the_line_that_installs_it(monkeypatch):
    real = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "holidays":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "holidays", raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingExtraError, match=r'pip install "reviewer-capacity\[holidays\]"'):
        public_holidays("IE", None, (2026,))


def test_a_table_that_contradicts_itself_is_refused_with_every_fault():
    with pytest.raises(DataError, match=r"(?s)3 faults.*exactly one.*no country.*0 to 7"):
        SpecialDays(kind="x", subdivision="BY", days_after=9)
    with pytest.raises(DataError, match=r"special days 'x': unknown queue 'c'"):
        operation(SpecialDays(kind="x", days=(on(FIRST),), queues=("c",)))


def test_a_holiday_ahead_lowers_its_day_alone_and_the_note_shows_the_evidence():
    grid = TimeGrid(start=pd.Timestamp("2025-01-02", tz="UTC"), minutes=1440, periods=DAYS)
    volume = Volume(
        grid=grid, labels=(SeriesLabel(queue="a"),), counts=counts(500, 0.4)[None], as_of=grid.end
    )
    past = tuple(on(FIRST - DAYS + day) for day in HOLIDAYS)
    table = SpecialDays(kind="bank holiday", days=(*past, on(FIRST + 5)))
    where = operation(table, queues=("a",))
    plain = forecast(volume, operation(queues=("a",)), weeks=2, months=1, paths=200, seed=1)
    demand = forecast(volume, where, weeks=2, months=1, paths=200, seed=1)
    by_day = [item.mean("a").reshape(14, 24).sum(axis=1) for item in (demand, plain)]
    ratio = by_day[0] / by_day[1]
    assert ratio[5] == pytest.approx(0.41, abs=0.06)
    assert np.delete(ratio, 5) == pytest.approx(np.ones(13), abs=0.06)
    assert any("a: bank holiday: 8 past day(s) with" in note for note in demand.notes)
