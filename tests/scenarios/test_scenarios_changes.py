from dataclasses import replace
from datetime import date
from fractions import Fraction

import pandas as pd
import pytest

from capacity.domain import EventShape, ExposureCap, LossKind, OpeningHours, Person, Sibling, Target
from capacity.errors import DataError
from capacity.scenarios import Scenario, changes, combinations
from tests.oracles import front_toys as toys

AS_OF = pd.Timestamp("2026-03-02 03:00", tz="UTC")


def changed(*what, operation=None, as_of=AS_OF):
    return Scenario("x", *what).applied_to(operation or toys.operation(), as_of=as_of)


def test_a_volume_change_appends_a_dated_event_and_changes_nothing_else():
    base = toys.operation()
    after = changed(changes.Volume("urgent", by=0.3, start="2026-04-01"))
    assert [(e.queue, e.effect, e.start) for e in after.events] == [
        ("urgent", 0.3, date(2026, 4, 1))
    ]
    assert replace(after, events=()) == base


def test_a_volume_change_of_all_queues_has_one_event_for_each():
    after = changed(changes.Volume(by=0.1))
    assert [event.queue for event in after.events] == ["urgent", "user_report"]


def test_a_start_before_the_forecast_acts_from_its_first_day():
    after = changed(changes.Volume("urgent", by=0.3, start="2025-01-01"))
    assert after.events[0].start == date(2026, 3, 2)


def test_the_first_day_is_the_local_day_of_the_queue_when_that_is_later():
    queues = tuple(replace(queue, zone="Asia/Tokyo") for queue in toys.operation().queues)
    late = pd.Timestamp("2026-03-02 20:00", tz="UTC")
    after = changed(changes.Volume(by=0.3), operation=toys.operation(queues=queues), as_of=late)
    assert after.events[0].start == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        ({}, EventShape.STEP),
        ({"end": "2026-05-01"}, EventShape.PULSE),
        ({"end": "2026-05-01", "shape": EventShape.RAMP}, EventShape.RAMP),
    ],
)
def test_the_shape_follows_from_the_dates(given, shape):
    after = changed(changes.Volume("urgent", by=0.3, start="2026-04-01", **given))
    assert after.events[0].shape is shape


def test_handling_time_scales_or_is_set():
    assert (
        changed(changes.HandlingTime("urgent", by=0.5)).queue("urgent").handling.mean_minutes == 15
    )
    assert (
        changed(changes.HandlingTime("urgent", mean_minutes=8))
        .queue("urgent")
        .handling.mean_minutes
        == 8
    )


def test_automation_is_set_or_moved_by_points():
    assert (
        changed(changes.AutomationShare("urgent", to=0.4)).queue("urgent").automation_share == 0.4
    )
    twice = changed(*[changes.AutomationShare("urgent", by=0.2)] * 2)
    assert twice.queue("urgent").automation_share == pytest.approx(0.4)


def test_a_cap_for_all_reaches_pools_with_their_own_cap():
    own = replace(toys.operation().pools[0], exposure=ExposureCap.iwf())
    base = toys.operation(pools=(own, toys.operation().pools[1]))
    after = changed(changes.ExposureCap(hours_per_day=3), operation=base)
    assert [after.cap_of(pool).hours_per_day for pool in after.pools] == [3, 3]
    assert after.pools[0].exposure.latest_local_minute == 16 * 60


def test_a_cap_for_one_pool_leaves_the_others():
    after = changed(changes.ExposureCap("dublin_core", hours_per_day=3))
    assert [after.cap_of(pool).hours_per_day for pool in after.pools] == [3, 4]


def test_a_target_of_several_is_found_by_its_share():
    two = replace(
        toys.operation().queues[1],
        targets=(Target(share=0.5, within_hours=6), Target(share=0.95, within_hours=24)),
    )
    base = toys.operation(queues=(toys.operation().queues[0], two))
    after = changed(changes.Target("user_report", share=0.95, within_hours=12), operation=base)
    assert [t.within_hours for t in after.queue("user_report").targets] == [6, 12]
    with pytest.raises(DataError, match=r"2 targets .*Fix: give the share"):
        changed(changes.Target("user_report", share=0.9, within_hours=12), operation=base)


def test_the_only_target_changes_hours_and_keeps_its_share():
    after = changed(changes.Target("urgent", within_hours=2))
    assert (
        after.queue("urgent").targets[0].share,
        after.queue("urgent").targets[0].within_hours,
    ) == (0.95, 2)


def test_attrition_wage_and_freeze_change_every_pool_or_one():
    after = changed(changes.Attrition(by=-0.5), changes.Wage("austin_core", by=0.1))
    assert [pool.attrition.yearly(0) for pool in after.pools] == [0.15, 0.15]
    assert [pool.cost.annual_salary for pool in after.pools] == pytest.approx([50_000, 55_000])
    frozen = changed(changes.HiringFreeze(first="2026-11", last="2027-01"))
    assert frozen.pools[0].hiring.freeze_months == ("2026-11", "2026-12", "2027-01")


def test_shrinkage_is_exact_and_a_new_category_needs_its_kind():
    kind = LossKind.OUT_OF_OFFICE
    after = changed(changes.Shrinkage("leave", "17/260", kind=kind))
    assert after.pools[0].shrinkage.availability == 1 - Fraction(17, 260)
    again = changed(changes.Shrinkage("leave", "26/260"), operation=after)
    assert again.pools[0].shrinkage.availability == Fraction(9, 10)
    with pytest.raises(DataError, match="no category 'leave'"):
        changed(changes.Shrinkage("leave", "17/260"))


def listed():
    people = tuple(
        Person(id=f"r{k:03d}", pool=pool.name)
        for pool, first in zip(toys.operation().pools, (0, 100), strict=True)
        for k in range(first, first + pool.heads)
    )
    return toys.operation(people=people)


def test_people_leave_with_the_heads():
    after = changed(changes.Staffing("austin_core", by=-2), operation=listed())
    assert after.pool("austin_core").heads == 4
    assert sum(person.pool == "austin_core" for person in after.people) == 4
    with pytest.raises(DataError, match="8 people are asked for, 6 are listed"):
        changed(changes.Staffing("austin_core", by=2), operation=listed())
    assert changed(changes.Staffing("austin_core", by=2)).pool("austin_core").heads == 8


def test_a_pool_closes_with_its_people_and_another_opens():
    after = changed(changes.RemovePool("austin_core"), operation=listed())
    assert after.pool_names == ("dublin_core",)
    assert {person.pool for person in after.people} == {"dublin_core"}
    new = replace(toys.operation().pools[0], name="vendor")
    assert changed(changes.AddPool(new)).pool_names[-1] == "vendor"


def test_cross_training_reaches_listed_people():
    people = tuple(replace(p, skills=("review",)) for p in listed().people)
    after = changed(
        changes.CrossTrain("dublin_core", skills=["appeal"]),
        operation=replace(listed(), people=people),
    )
    assert after.pools[0].skills == ("review", "appeal")
    assert all(p.skills == ("review", "appeal") for p in after.people if p.pool == "dublin_core")


def test_a_new_queue_brings_its_volume_and_its_skill():
    queue = replace(toys.operation().queues[0], name="appeal", skill=None, prior_per_day=20.0)
    after = changed(changes.NewQueue(queue, ("austin_core",)))
    assert after.served_by(after.pool("austin_core"))[-1] == "appeal"
    with pytest.raises(DataError, match="prior_per_day"):
        changes.NewQueue(replace(queue, prior_per_day=None), ("austin_core",))


def test_a_new_queue_may_be_like_another():
    first = toys.operation().queues[0]
    like = Sibling(queue=first.name, share=0.4)
    change = changes.NewQueue(replace(first, name="young", skill=None, like=like), ("austin_core",))
    assert str(change) == f"new queue young, 40% of {first.name}"
    assert changed(change).queue("young").like == like


def test_opening_hours_replace_or_lift_the_old_ones():
    hours = OpeningHours(zone="UTC", opens_minute=540, closes_minute=1020)
    after = changed(changes.OpeningHours("urgent", hours))
    assert after.queue("urgent").opening == hours
    assert (
        changed(changes.OpeningHours("urgent", None), operation=after).queue("urgent").opening
        is None
    )


def test_an_outage_is_a_pulse_that_ends():
    event = changed(changes.Outage("urgent", "2026-04-01", "2026-04-02")).events[0]
    assert (event.shape, event.effect, event.end) == (EventShape.PULSE, -1.0, date(2026, 4, 2))


def test_any_function_of_an_operation_is_a_change():
    def strict(operation):
        return replace(operation, occupancy_cap=0.7)

    scenario = Scenario("strict", strict)
    assert scenario.applied_to(toys.operation()).occupancy_cap == 0.7
    assert str(scenario) == "strict: strict"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: changed(changes.Volume("urgnt", by=0.1, start="2026-04-01")), "did you mean 'urgent'"),
        (lambda: changed(changes.Attrition("dublin", by=0.1)), "did you mean 'dublin_core'"),
        (lambda: changes.Volume(by=0.1, start="2026-04-02", end="2026-04-01"), "end 2026-04-01 is before start"),
        (lambda: changed(changes.Volume(by=0.1, start="2025-04-01", end="2025-05-01")), "before the plan begins"),
        (lambda: changes.Volume(by=-1.5), "by must be >= -1"),
        (lambda: changes.Volume(by=0.1, start="1 April"), "not an ISO date"),
        (lambda: changed(changes.Volume(by=0.1), as_of=None), "has no start"),
        (lambda: changes.HandlingTime("urgent"), "exactly one of by or mean_minutes; none"),
        (lambda: changes.HandlingTime("urgent", by=0.1, mean_minutes=3), "by and mean_minutes were given"),
        (changes.ExposureCap, "at least one of"),
        (lambda: changes.Target("urgent"), "give within_hours, share or both"),
        (lambda: changes.HiringFreeze(first="2026-05", last="2026-04"), "before first"),
        (lambda: changed(changes.Target("urgent", share=95)), "Did you mean 0.95"),
        (lambda: changed(changes.AutomationShare("urgent", by=1.2)), "automation_share must be a fraction"),
        (lambda: changed(lambda operation: None), "returned NoneType"),
        (lambda: Scenario("x", 3), "is no change"),
        (lambda: changed(changes.RemovePool("austin_core"), changes.RemovePool("dublin_core")), "x: "),
    ],
)  # fmt: skip
def test_a_wrong_change_is_refused_with_the_fix(make, message):
    with pytest.raises(DataError, match=message):
        make()


def test_combinations_cross_every_list():
    many = combinations(
        [Scenario("a", changes.Volume(by=0.1)), Scenario("b", changes.Volume(by=0.2))],
        [Scenario("c", changes.Wage(by=0.1)), Scenario("d", changes.Wage(by=0.2))],
    )
    assert [scenario.name for scenario in many] == ["a + c", "a + d", "b + c", "b + d"]
    assert all(len(scenario.changes) == 2 for scenario in many)
