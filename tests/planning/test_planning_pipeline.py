from dataclasses import fields, replace
from datetime import date

import pytest

from capacity.domain import (
    Attrition,
    AttritionBand,
    Event,
    EventKind,
    ExposureCap,
    HandlingTime,
    HiringTerms,
    PoolCost,
    Ramp,
)
from capacity.errors import DataError
from capacity.planning import Memo, plan, plan_volume
from capacity.planning.running import step_keys
from capacity.planning.steps import STEPS, content_read
from tests.oracles.front_pipeline import (
    SETTINGS,
    plan_key,
    small_operation,
    small_plan,
    small_volume,
)


def pools(**changes):
    return lambda operation: replace(
        operation, pools=tuple(replace(pool, **changes) for pool in operation.pools)
    )


def queues(**changes):
    return lambda operation: replace(
        operation, queues=tuple(replace(queue, **changes) for queue in operation.queues)
    )


EVENT = Event(name="x", kind=EventKind.OTHER, start=date(2026, 3, 18), effect=0.4)
ATTRITION = Attrition(bands=(AttritionBand(from_months=0, yearly=0.6),))
CHANGES = {
    "events": (lambda operation: replace(operation, events=(EVENT,)), "demand"),
    "handling": (queues(handling=HandlingTime(mean_minutes=7, cv=1.0)), "staffing"),
    "cap": (lambda operation: replace(operation, exposure=ExposureCap(hours_per_day=3)), "shifts"),
    "occupancy": (lambda operation: replace(operation, occupancy_cap=0.8), "shifts"),
    "attrition": (pools(attrition=ATTRITION), "headcount"),
    "hiring": (pools(hiring=HiringTerms(lead_weeks=2)), "headcount"),
    "ramp": (pools(ramp=Ramp(weekly=())), "headcount"),
    "cost": (pools(cost=PoolCost(annual_salary=70_000, load_factor=1.3)), "shifts"),
    "name": (lambda operation: replace(operation, name="other"), None),
}


def test_the_plan_has_one_result_for_each_step():
    made = small_plan()
    assert [name for name, _ in made.seconds] == [step.name for step in STEPS]
    assert made.roster is not None
    assert made.text == made.summary()
    assert "reviewers needed in" in made.text


def test_the_same_seed_gives_the_same_plan():
    operation = small_operation()
    again = plan_volume(small_volume(operation), operation, SETTINGS)
    assert plan_key(again) == plan_key(small_plan())


def test_another_seed_gives_another_plan():
    operation = small_operation()
    other = plan_volume(small_volume(operation), operation, replace(SETTINGS, seed=4))
    assert plan_key(other) != plan_key(small_plan())


@pytest.mark.parametrize("name", ["events", "handling", "cap", "attrition"])
def test_reusing_what_did_not_change_gives_the_same_plan_as_planning_afresh(name):
    base = small_plan()
    operation = CHANGES[name][0](base.operation)
    fresh = plan_volume(base.volume, operation, SETTINGS)
    reusing = plan_volume(base.volume, operation, SETTINGS, memo=Memo.of(base))
    assert plan_key(reusing) == plan_key(fresh)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_renews_the_first_step_that_reads_it_and_none_before(name):
    change, first = CHANGES[name]
    base = small_plan()
    before = step_keys(base.volume, base.operation, SETTINGS)
    after = step_keys(base.volume, change(base.operation), SETTINGS)
    changed = [step for step in before if before[step] != after[step]]
    assert (changed or [None])[0] == first


def test_attrition_alone_runs_only_the_headcount_again():
    base = small_plan()
    operation = CHANGES["attrition"][0](base.operation)
    made = plan_volume(base.volume, operation, SETTINGS, memo=Memo.of(base))
    assert set(made.reused) == {step.name for step in STEPS} - {"headcount"}


def test_every_field_that_a_step_ignores_exists():
    operation = small_operation()
    nouns = {
        "queues": operation.queues[0],
        "pools": operation.pools[0],
        "sites": operation.sites[0],
    }
    for step in STEPS:
        for name in step.ignores:
            group, _, field = name.partition(".")
            known = {item.name for item in fields(nouns[group] if field else operation)}
            assert (field or group) in known


def test_what_is_not_named_as_ignored_counts_as_read():
    step = next(step for step in STEPS if step.name == "demand")
    read = content_read(step, small_operation())
    assert "interval_minutes" in read
    assert set(read["queues"][0]) == {
        "name",
        "zone",
        "unit",
        "arrival_profile",
        "prior_per_day",
        "like",
    }


def test_an_operation_without_people_is_planned_without_a_roster():
    base = small_plan()
    operation = replace(base.operation, people=())
    made = plan_volume(base.volume, operation, SETTINGS)
    assert (made.roster, made.check) == (None, None)
    assert "no people are listed" in made.text


def test_nonsense_settings_are_refused_in_one_message():
    operation = small_operation()
    with pytest.raises(DataError) as caught:
        plan(small_volume(operation), operation, weeks=0, confidence=90, percentile=1.0, paths=0)
    message = str(caught.value)
    for part in ("weeks: is 0", "write 0.9", "percentile: is 1", "paths: is 0", "schedule_weeks"):
        assert part in message
