"""What people can take on besides days and hours holds in the shift plan and in its roster."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from capacity.domain import Effort, ExposureCap, Operation, Person, ShiftTemplate
from capacity.queueing import staff
from capacity.scheduling import check, explain_shortfall, roster, schedule, staffing_curve
from tests.builders import MONDAY, toy_demand, toy_operation, toy_pool, toy_queue

EARLY = ShiftTemplate(name="early", start_minute=6 * 60, length_minutes=480)
LATE = ShiftTemplate(name="late", start_minute=15 * 60, length_minutes=480)
LONG = ShiftTemplate(name="long", start_minute=8 * 60, length_minutes=600)


def team(*, heads: int = 6, shifts=(EARLY, LATE), **fields: object) -> Operation:
    pool = toy_pool(heads=heads, shifts=shifts, shrinkage=toy_pool().shrinkage, **fields)
    return toy_operation(pools=(pool,))


def planned(operation: Operation, *, per_hour: float = 60.0, weeks: int = 1, **fields: object):
    staffing = staff(
        toy_demand(operation, per_hour=per_hour, weeks=weeks, paths=3, level_cv=0.0), operation
    )
    one = dict.fromkeys(operation.queue_names, 1.0)
    plan = schedule(staffing, operation, weeks=weeks, factors=one, **fields)
    return staffing, plan


def by_day(plan) -> pd.Series:
    table = plan.shifts.groupby("date")["heads"].sum()
    return table.groupby([day.weekday() for day in table.index]).max().reindex(range(7)).fillna(0)


def present(operation: Operation) -> float:
    pool = operation.pools[0]
    return np.ceil(pool.heads * float(pool.shrinkage.availability))


@pytest.mark.parametrize("weeks", [1, 2])
def test_shifts_and_the_rest_after_them_never_need_more_people_than_there_are(weeks):
    operation = team(min_rest_hours=11)
    plan = planned(operation, weeks=weeks, effort=Effort.FULL)[1]
    ends = plan.shifts["end"] + pd.Timedelta(hours=11)
    for start in plan.shifts["start"]:
        on = (plan.shifts["start"] <= start) & (ends > start)
        assert plan.shifts.loc[on, "heads"].sum() <= present(operation)
    assert plan.is_partial  # people are short, so that the limit is felt


def test_a_longer_rest_leaves_fewer_shifts():
    strict = planned(team(min_rest_hours=40))[1]
    free = planned(team(min_rest_hours=0))[1]
    assert strict.shortfall["hours"].sum() > free.shortfall["hours"].sum() + 1


def test_a_week_of_four_long_days_has_three_days_off_in_a_row():
    operation = team(heads=7, shifts=(LONG,), days_per_week=4, max_days_in_row=4, days_off_in_row=3)
    _, plan = planned(operation)
    given = roster(plan, operation)
    assert not len(given.unfilled)
    assert check(given, operation, plan).breaches.empty
    frame = given.frame.drop_duplicates(["person", "date"])
    for _, days in frame.groupby("person")["date"]:
        worked = {day.weekday() for day in days}
        assert len(worked) <= 4
        assert any(not worked & set(range(first, first + 3)) for first in range(5))


def test_declared_patterns_hold_and_free_days_stay_free():
    operation = team(day_patterns=((0, 1, 2, 3, 4), (1, 2, 3, 4, 5)))
    _, plan = planned(operation)
    days = by_day(plan)
    assert days[6] == 0
    assert days[0] + days[5] <= present(operation)
    given = roster(plan, operation)
    assert check(given, operation, plan).breaches.empty
    assert not len(given.unfilled)


def test_the_check_names_days_of_two_patterns():
    operation = team(day_patterns=((0, 1, 2, 3, 4), (2, 3, 4, 5, 6)))
    _, plan = planned(operation)
    given = roster(plan, operation)
    pools = (replace(operation.pools[0], day_patterns=((0, 1, 2, 3, 5), (2, 3, 5, 6, 1))),)
    found = check(given, replace(operation, pools=pools)).breaches
    assert "day patterns" in set(found["rule"])


def test_weekends_of_a_week_that_repeats_are_shared_over_four():
    operation = team(max_weekends_in_four=2)
    days = by_day(planned(operation)[1])
    assert days[[5, 6]].max() <= np.floor(6 * float(operation.pools[0].shrinkage.availability) / 2)
    assert by_day(planned(team(), per_hour=4.0)[1])[[5, 6]].min() > 0
    assert by_day(planned(team(max_weekends_in_four=0), per_hour=4.0)[1])[[5, 6]].max() == 0


def test_people_who_end_a_run_are_not_planned_on_its_next_day():
    operation = team()
    tired = tuple(Person(id=f"r{n}", pool="core", carried_days=5) for n in range(1, 5))
    fresh = tuple(Person(id=f"r{n}", pool="core") for n in range(5, 7))
    _, plan = planned(replace(operation, people=(*tired, *fresh)))
    first = plan.shifts.loc[plan.shifts["date"] == MONDAY.date(), "heads"].sum()
    assert first <= 2


def test_forbidden_sequences_are_not_planned_beyond_the_team():
    operation = team(forbidden_sequences=(("late", "late"),), days_per_week=5)
    _, plan = planned(operation)
    late = plan.shifts[plan.shifts["shift"] == "late"].groupby("date")["heads"].sum()
    for day, after in zip(late.index, late.index[1:], strict=False):
        if (after - day).days == 1:
            assert late[day] + late[after] <= present(operation)


def test_days_off_raise_the_curve():
    operation = team(heads=5)
    staffing = staff(toy_demand(operation, per_hour=20.0, weeks=1, paths=3), operation)
    apart = team(heads=5, day_patterns=((0, 1, 2, 3, 4), (2, 3, 4, 5, 6)))
    loose, tight = (
        staffing_curve(staffing, case, effort=Effort.QUICK).heads.max()
        for case in (operation, apart)
    )
    assert tight > 1.1 * loose


def test_an_explanation_adds_people_to_every_limit():
    operation = team(heads=3, days_off_in_row=2, max_weekends_in_four=2)
    staffing, plan = planned(operation, per_hour=40.0)
    found = explain_shortfall(plan, staffing, operation)
    assert any("closes it" in line for line in found.sentences)


def test_a_pool_of_one_person_is_not_nobody():
    operation = toy_operation(pools=(toy_pool(heads=1),))
    _, plan = planned(operation, effort=Effort.FULL)
    assert plan.frame["heads"].sum() == 4  # five shifts a week, there on 86 % of the days
    assert by_day(plan).max() == 1


def exposed(**cap: object):
    """Grave work that asks for more exposure than the team may take."""
    base = ExposureCap(hours_per_day=4.0, hours_per_week=None, minutes_in_row=None, break_minutes=0)
    operation = toy_operation(
        queues=(toy_queue(severity=1.0),),
        pools=(toy_pool(heads=6, shifts=(EARLY, LATE), min_rest_hours=6),),
        exposure=replace(base, **cap),
    )
    return operation, planned(operation, per_hour=60.0)[1]


def test_exposure_in_any_24_hours_stays_within_the_heads():
    def worst(plan):
        hours = plan.exposure.groupby("start")["hours"].sum().reindex(plan.grid.starts).fillna(0)
        day = np.concatenate([hours, hours[:24]])
        return max(day[first : first + 24].sum() for first in range(168))

    operation, strict = exposed(any_24_hours=True)
    most = 4.0 * np.ceil(6 * float(operation.pools[0].shrinkage.availability))
    assert worst(strict) <= most + 1e-6
    assert worst(exposed()[1]) > most + 1.0


def test_nobody_is_exposed_on_more_days_than_in_a_row_allows():
    operation, plan = exposed(max_consecutive_days=1)
    present = 6 * float(operation.pools[0].shrinkage.availability)
    by_day = plan.exposure.groupby("date")["hours"].sum()
    days = [by_day.get(MONDAY.date() + pd.Timedelta(days=n), 0.0) for n in range(7)]
    runs = [sum(days[n : n + 2]) for n in range(6)]
    assert max(runs) <= 4.0 * present + 1e-6
    free = exposed(max_consecutive_days=None)[1].exposure["hours"].sum()
    assert plan.exposure["hours"].sum() < 0.9 * free


def test_more_people_mend_a_week_under_a_cap_of_any_24_hours():
    operation, plan = exposed(any_24_hours=True)
    staffing = staff(
        toy_demand(operation, per_hour=60.0, weeks=1, paths=3, level_cv=0.0), operation
    )
    found = explain_shortfall(plan, staffing, operation)
    assert any("people present in core" in line and "closes it" in line for line in found.sentences)
