from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from capacity.domain import (
    Backlog,
    Break,
    Effort,
    ExposureCap,
    HandlingTime,
    Person,
    ShiftTemplate,
    Shrinkage,
    Site,
    Target,
    Tier,
    TierCap,
)
from capacity.errors import DataError
from capacity.queueing import staff
from capacity.scheduling import schedule
from tests.builders import toy_demand, toy_operation, toy_pool, toy_queue
from tests.oracles.scheduling import recount

QUICK = Effort.QUICK


def plan_of(operation, *, per_hour=10.0, effort=QUICK, weeks=1, demand_weeks=3, paths=20, **fields):
    demand = toy_demand(operation, per_hour=per_hour, weeks=demand_weeks, paths=paths, **fields)
    return schedule(staff(demand, operation), operation, effort=effort, weeks=weeks)


def enough(**fields):
    return toy_operation(pools=(toy_pool(heads=24),), **fields)


def test_a_team_with_room_covers_all_work_and_keeps_its_promise():
    plan = plan_of(enough(), per_hour=12.0)
    assert not plan.is_partial
    assert plan.weeks_kept >= 0.9
    assert plan.promises[0].is_kept
    assert recount(plan, enough()) == []


def test_a_team_too_small_gets_a_partial_plan_marked_by_queue_and_interval():
    operation = toy_operation(pools=(toy_pool(heads=3),))
    plan = plan_of(operation, per_hour=12.0)
    assert plan.is_partial
    assert set(plan.shortfall["kind"]) == {"late"}
    assert "PARTIAL PLAN: hash_match short by" in plan.summary()
    assert recount(plan, operation) == []


def test_a_cap_is_never_relaxed_to_cover_work():
    operation = toy_operation(
        pools=(toy_pool(heads=6),), exposure=ExposureCap(hours_per_day=1.0, hours_per_week=4.0)
    )
    plan = plan_of(operation, per_hour=12.0)
    assert plan.is_partial
    by_shift = plan.exposure.groupby(["shift", "date"])["hours"].sum()
    heads = plan.shifts.set_index(["shift", "date"])["heads"]
    assert (by_shift <= heads.reindex(by_shift.index) * 1.0 + 1e-6).all()


@pytest.mark.parametrize(
    "zone", ["Europe/Dublin", "America/Chicago", "Asia/Kolkata", "Asia/Manila"]
)
@pytest.mark.parametrize("start", ["2026-03-23", "2026-10-19", "2026-01-07"])
def test_every_rule_holds_in_weeks_with_a_change_of_clock(zone, start):
    operation = enough(zone=zone)
    plan = plan_of(operation, start=pd.Timestamp(start, tz="UTC"))
    assert recount(plan, operation) == []
    local = plan.shifts["start"].dt.tz_convert(zone)
    starts = {"day": 7, "late": 15, "night": 23}
    assert (local.dt.hour == plan.shifts["shift"].map(starts)).all()


def test_a_night_shift_works_its_elapsed_hours_when_the_clock_jumps():
    operation = enough(zone="Europe/Dublin")
    plan = plan_of(operation, start=pd.Timestamp("2026-03-23", tz="UTC"))
    nights = plan.shifts[plan.shifts["shift"] == "night"]
    assert ((nights["end"] - nights["start"]) == pd.Timedelta(hours=8)).all()


def test_people_for_the_hours_after_midnight_start_the_evening_before():
    """Demand only on day 1 from 00 to 06 and a night from 22 to 06: day 0 at 22:00."""
    night = ShiftTemplate(name="night", start_minute=22 * 60, length_minutes=480)
    operation = toy_operation(
        queues=(toy_queue(within_hours=2),), pools=(toy_pool(heads=20, shifts=(night,)),)
    )
    demand = toy_demand(operation, per_hour=10.0, weeks=2, paths=4, level_cv=0)
    counts = demand.source.fine_counts["hash_match"]
    counts[:, :] = 0
    counts[:, 0:6] = 20
    plan = schedule(staff(demand, operation), operation, effort=QUICK, weeks=1)
    first = plan.shifts.sort_values("start").iloc[0]
    assert first["start"] == demand.grid.start - pd.Timedelta(hours=2)
    assert str(first["date"]) == "2026-01-04"
    assert first["heads"] > 0


def test_an_interval_that_no_shift_covers_is_named_not_invented():
    day = ShiftTemplate(name="day", start_minute=8 * 60, length_minutes=480)
    operation = toy_operation(
        queues=(toy_queue(within_hours=4),), pools=(toy_pool(heads=24, shifts=(day,)),)
    )
    plan = plan_of(operation)
    assert plan.is_partial
    assert (plan.shifts["heads"] > 0).all()
    late = plan.shortfall[plan.shortfall["hours"] > 0.01]
    assert not late.empty
    assert set(late["queue"]) == {"hash_match"}


def test_two_sites_in_different_zones_share_a_queue():
    pools = (toy_pool("a", heads=16), toy_pool("b", heads=16, site="away"))
    operation = toy_operation(
        pools=pools,
        sites=(
            Site(name="home", zone="Europe/Dublin", currency="USD"),
            Site(name="away", zone="Asia/Manila", currency="USD"),
        ),
    )
    plan = plan_of(operation, per_hour=20.0)
    assert recount(plan, operation) == []
    assert not plan.is_partial
    local = plan.shifts[plan.shifts["pool"] == "b"]["start"].dt.tz_convert("Asia/Manila")
    assert set(local.dt.hour) <= {7, 15, 23}


def test_a_fixed_team_is_split_by_skill():
    queues = (toy_queue("a"), toy_queue("b"))
    pools = (
        toy_pool("one", heads=16, skills=("a",)),
        toy_pool("two", heads=16, skills=("b",)),
    )
    operation = toy_operation(queues=queues, pools=pools)
    plan = plan_of(operation)
    assert recount(plan, operation) == []
    assert set(map(tuple, plan.flows[["pool", "queue"]].drop_duplicates().to_numpy())) == {
        ("one", "a"),
        ("two", "b"),
    }


@pytest.mark.parametrize(
    "cap",
    [
        ExposureCap.iwf(),
        ExposureCap(free_last_minutes=60),
        ExposureCap(minutes_in_row=20, break_minutes=20),
        ExposureCap.off(),
        ExposureCap(hours_per_day=None, hours_per_week=12.0),
    ],
)
def test_each_kind_of_cap_holds(cap):
    operation = enough(exposure=cap)
    assert recount(plan_of(operation), operation) == []


def test_a_weekly_cap_limits_the_pool():
    operation = enough(exposure=ExposureCap(hours_per_week=2.0))
    plan = plan_of(operation, per_hour=20.0)
    heads = 24 * 223 / 260
    assert plan.exposure["hours"].sum() <= 2.0 * heads + 1e-6


def test_a_tier_that_opted_out_lowers_what_the_pool_may_take():
    base = toy_operation(
        pools=(toy_pool(heads=10),), tier_caps=(TierCap(tier=Tier.OPTED_OUT, share=0.0),)
    )
    half = tuple(
        replace(person, tier=Tier.OPTED_OUT) if n % 2 else person
        for n, person in enumerate(base.people)
    )
    plan = plan_of(replace(base, people=half), per_hour=30.0)
    full = plan_of(base, per_hour=30.0)
    assert plan.exposure["hours"].sum() == pytest.approx(full.exposure["hours"].sum() / 2, rel=0.02)


def test_people_on_leave_are_not_planned():
    base = toy_operation(pools=(toy_pool(heads=12),))
    days = tuple(pd.date_range("2026-01-05", "2026-01-07").date)
    away = tuple(replace(p, time_off=days) if n < 9 else p for n, p in enumerate(base.people))
    plan = plan_of(replace(base, people=away), per_hour=30.0)
    by_day = plan.shifts.groupby("date")["heads"].sum()
    assert all(by_day.get(day, 0) <= 3 for day in days)


def test_part_time_contracts_lower_the_hours_of_the_week():
    base = toy_operation(pools=(toy_pool(heads=12),))
    part = tuple(Person(id=p.id, pool=p.pool, hours_per_week=20.0) for p in base.people)
    plan = plan_of(replace(base, people=part), per_hour=30.0)
    inside = plan.shifts[plan.shifts["start"] >= plan.grid.start]
    hours = (inside["heads"] * inside["paid_hours"]).sum()
    assert hours <= 12 * 20 * 223 / 260 + 1e-6


def test_several_breaks_are_all_given_inside_their_windows():
    breaks = (
        Break(minutes=15, earliest_minute=60, latest_minute=150, paid=True),
        Break(minutes=30, earliest_minute=180, latest_minute=300),
        Break(minutes=15, earliest_minute=330, latest_minute=420, paid=True),
    )
    shift = ShiftTemplate(name="day", start_minute=420, length_minutes=510, breaks=breaks)
    late = ShiftTemplate(name="late", start_minute=900, length_minutes=510, breaks=breaks)
    operation = toy_operation(
        pools=(toy_pool(heads=24, shifts=(shift, late)),), interval_minutes=30
    )
    plan = plan_of(operation)
    assert recount(plan, operation) == []
    assert plan.breaks["heads"].sum() == 3 * plan.shifts["heads"].sum()


def test_each_loss_is_taken_once():
    """Work 1/occupancy + rest, then meetings, then breaks: hours follow by hand."""
    queue = toy_queue(severity=0.0, handling=HandlingTime(mean_minutes=6, cv=0.0))
    operation = toy_operation(
        queues=(queue,),
        pools=(toy_pool(heads=60, shrinkage=Shrinkage.of(in_shift={"meetings": "0.10"})),),
        occupancy_cap=0.8,
    )
    demand = toy_demand(operation, per_hour=50.0, paths=4, level_cv=0)
    staffing = staff(demand, operation)
    plan = schedule(staffing, operation, effort=QUICK, weeks=1)
    work = staffing.work("hash_match", periods=168).mean(axis=0).sum() * plan.factor
    at_least = work / 0.8 / 0.9 / 7.5  # shifts of 8 h with half an hour of lunch
    inside = plan.shifts[plan.shifts["start"] >= plan.grid.start]["heads"].sum()
    assert at_least <= inside <= at_least + 2


def test_opening_backlog_that_is_not_due_is_served_and_overdue_work_is_reported():
    operation = enough()
    ages = tuple(np.linspace(0, 20, 60)) + (40.0,) * 30
    backlog = Backlog(queues=("hash_match",) * 90, age_hours=ages)
    plan = plan_of(operation, backlog=backlog)
    assert plan.shortfall["hours"].sum() == pytest.approx(30 * 0.1)
    assert set(plan.shortfall["kind"]) == {"overdue"}
    assert not plan.is_partial
    assert any("hash_match: 3.0 hours of work are overdue" in note for note in plan.notes)
    assert recount(plan, operation) == []


def test_the_same_seed_gives_the_same_bytes():
    operation = enough()
    first, second = plan_of(operation), plan_of(operation)
    assert first.shifts.to_csv() == second.shifts.to_csv()
    assert first.flows.to_csv() == second.flows.to_csv()


def test_full_effort_plans_every_week_and_its_gap_is_proven():
    operation = enough()
    plan = plan_of(operation, effort=Effort.FULL, weeks=2, demand_weeks=3)
    assert plan.grid.periods == 336
    assert plan.bound <= plan.objective + 1e-6
    assert plan.gap < 0.02
    assert recount(plan, operation) == []
    assert plan.weeks_kept >= 0.9


def test_full_effort_names_what_binds_and_where():
    operation = toy_operation(
        pools=(toy_pool(heads=10),), exposure=ExposureCap(hours_per_day=1.0, hours_per_week=None)
    )
    plan = plan_of(operation, per_hour=12.0, effort=Effort.FULL, weeks=1)
    assert any(name.startswith("daily exposure cap (core)") for name in plan.binding)
    assert f"binding: {plan.binding[0]}" in plan.summary()


def test_quick_says_that_it_is_quick():
    plan = plan_of(enough(), weeks=1)
    assert plan.effort is QUICK
    assert any("quick plan: week 1 of" in note for note in plan.notes)


def test_a_target_that_the_team_cannot_keep_is_contradicted_in_words():
    operation = toy_operation(pools=(toy_pool(heads=4),))
    plan = plan_of(operation, per_hour=12.0)
    assert plan.weeks_kept < 0.9
    assert any("not 90%" in note for note in plan.notes)
    assert any("contradicts the target" in note for note in plan.notes)


def test_nonsense_arguments_are_refused():
    operation = enough()
    staffing = staff(toy_demand(operation), operation)
    with pytest.raises(DataError, match="weeks must be at least 1"):
        schedule(staffing, operation, weeks=0)
    with pytest.raises(DataError, match="confidence"):
        schedule(staffing, operation, confidence=90)
    with pytest.raises(DataError, match="by 60 minutes"):
        schedule(staffing, replace(operation, interval_minutes=30))


def test_short_targets_get_their_floor_in_every_interval():
    queue = toy_queue(
        within_hours=0.5, targets=(Target(share=0.8, within_hours=0.5),), severity=0.0
    )
    operation = toy_operation(queues=(queue,), pools=(toy_pool(heads=60),))
    demand = toy_demand(operation, per_hour=10.0, paths=10)
    staffing = staff(demand, operation)
    plan = schedule(staffing, operation, effort=QUICK, weeks=1)
    floors = staffing.floors("hash_match", periods=168)
    assert floors.max() > 0
    assert not plan.is_partial
    assert (plan.present() >= floors - 1e-9).all()


def test_overdue_backlog_does_not_stop_the_search_for_a_margin():
    """Work that was overdue before the week is reported, and the margin is raised all the same."""
    operation = enough()
    backlog = Backlog(queues=("hash_match",) * 60, age_hours=(40.0,) * 60)
    plan = plan_of(operation, per_hour=12.0, backlog=backlog, level_cv=0.1)
    assert not plan.is_partial
    assert plan.weeks_kept >= 0.9
    assert not any("cannot cover" in note for note in plan.notes)
