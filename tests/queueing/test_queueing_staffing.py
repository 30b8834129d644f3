"""Staffing: treatment, network, ceilings, opening work, and the faults that are refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from capacity.domain import (
    Backlog,
    Escalation,
    HandlingTime,
    MeasuredAt,
    OpeningHours,
    Queue,
    Shrinkage,
    Target,
    Treatment,
)
from capacity.errors import DataError
from capacity.intake import read_operation
from capacity.queueing import service_level, staff
from capacity.queueing.examples import poisson_demand, two_queue_operation
from capacity.queueing.network import case_gains


def queue(name="normal", *, minutes=6.0, within=24.0, share=0.95, **fields):
    measured = fields.pop("measured_at", MeasuredAt.CLOSED)
    return Queue(
        name=name, priority=1, zone="UTC", handling=HandlingTime(mean_minutes=minutes, cv=1.0),
        targets=(Target(share=share, within_hours=within, measured_at=measured),), **fields,
    )  # fmt: skip


def staffing_of(**fields):
    operation = two_queue_operation(normal=queue(**fields))
    return staff(poisson_demand(operation, per_hour={"normal": 30.0, "urgent": 2.0}), operation)


def test_long_targets_are_work_and_short_ones_floors():
    assert staffing_of(within=24.0).plan_of("normal").treatment is Treatment.WORK
    assert staffing_of(within=0.5).plan_of("normal").treatment is Treatment.FLOOR


def test_a_queue_with_closed_hours_is_work_whatever_its_target():
    hours = OpeningHours(zone="UTC", opens_minute=480, closes_minute=960)
    plan = staffing_of(within=0.5, opening=hours).plan_of("normal")
    assert plan.treatment is Treatment.WORK
    assert "closed hours" in plan.reason


def test_started_floors_are_the_true_minimum():
    staffing = staffing_of(within=0.1, measured_at=MeasuredAt.STARTED)
    floors = staffing.floors("normal", periods=24)
    load = staffing.work("normal", periods=24).mean(axis=0)
    assert np.all(service_level(floors, load, within=1.0) >= 0.95)
    assert np.all(service_level(floors - 1, load, within=1.0) < 0.95)


def test_closed_floors_need_more_than_started_ones():
    """A case closed within half an hour was started earlier."""
    closed = staffing_of(within=0.5).floors("normal", periods=24)
    started = staffing_of(within=0.5, measured_at=MeasuredAt.STARTED).floors("normal", periods=24)
    assert np.all(closed >= started)
    assert closed.sum() > started.sum()


def test_work_counts_automation_reviews_and_escalations():
    """60 detected, half automated, 10 % more double, 20 % QA elsewhere, 10 % escalate."""
    operation = two_queue_operation(
        normal=queue(
            automation_share=0.5, double_review_share=0.1, qa_share=0.2, qa_queue="urgent",
            escalates_to=Escalation(to="urgent", share=0.1),
        ),
        urgent=queue("urgent", minutes=12.0),
    )  # fmt: skip
    demand = poisson_demand(operation, per_hour={"normal": 60.0, "urgent": 5.0})
    staffing = staff(demand, operation)
    detected = {name: demand.paths(name).astype(float) for name in ("normal", "urgent")}
    assert_allclose(staffing.work("normal"), detected["normal"] * 0.5 * 0.1 * 1.1)
    into = detected["urgent"] + detected["normal"] * 0.5 * (0.1 + 0.2)
    assert_allclose(staffing.cases("urgent"), into)
    assert_allclose(staffing.work("urgent"), into * 0.2)


def test_blocks_of_paths_join_to_the_whole():
    staffing = staffing_of()
    whole = staffing.work("urgent")
    parts = [staffing.source.work("urgent", k, k + 2, whole.shape[1]) for k in range(0, 8, 2)]
    assert_allclose(np.concatenate(parts), whole)


def test_a_loop_of_escalations_below_gain_one_is_solved_jointly():
    operation = two_queue_operation(
        normal=queue(escalates_to=Escalation(to="urgent", share=0.5)),
        urgent=queue("urgent", escalates_to=Escalation(to="normal", share=0.4)),
    )
    # normal = 1 + .4 urgent, urgent = .5 normal
    assert_allclose(case_gains(operation)[:, 1], [0.5 / 0.8, 1 / 0.8])


def test_a_loop_with_gain_one_is_refused_with_its_names():
    operation = two_queue_operation(
        normal=queue(escalates_to=Escalation(to="urgent", share=1.0)),
        urgent=queue("urgent", escalates_to=Escalation(to="normal", share=1.0)),
    )
    with pytest.raises(DataError, match=r"gain 1 .*urgent -> normal -> urgent"):
        case_gains(operation)


def test_an_unknown_escalation_queue_is_refused():
    with pytest.raises(DataError, match=r"unknown queue 'urgnt'.*did you mean 'urgent'"):
        two_queue_operation(normal=queue(escalates_to=Escalation(to="urgnt", share=0.1)))


def test_a_closed_target_above_its_ceiling_is_refused_with_the_ceiling():
    with pytest.raises(DataError, match=r"queue normal.*only 9.* of cases are handled that fast"):
        staffing_of(minutes=20.0, within=1.0, share=0.99)


def test_a_closed_target_shorter_than_handling_is_refused():
    with pytest.raises(DataError, match=r"queue normal.*shorter than the mean handling time"):
        staffing_of(minutes=60.0, within=0.5)


def test_zero_handling_time_and_closed_all_week_are_refused():
    with pytest.raises(DataError, match="mean_minutes must be a positive"):
        queue(minutes=0.0)
    with pytest.raises(DataError, match="closed all week"):
        OpeningHours(zone="UTC", weekdays=())


TOML = """
[operation]
name = "small"
zone = "UTC"
[[sites]]
name = "dublin"
zone = "UTC"
currency = "USD"
[[queues]]
name = "reports"
priority = 1
zone = "UTC"
handling = {handling}
escalates_to = {escalates}
opening = {opening}
targets = [{{ share = 0.95, within_hours = 24 }}]
[[pools]]
name = "core"
site = "dublin"
skills = ["reports"]
languages = ["en"]
heads = 3
shifts = [{{ name = "day", start = "09:00", hours = 8 }}]
cost = {{ annual_salary = 40000, load_factor = 1.3 }}
attrition = [{{ from_months = 0, yearly = 0.3 }}]
hiring = {{ lead_weeks = 8 }}
"""
FINE = {
    "handling": "{ mean_minutes = 6, cv = 1 }",
    "escalates": '{ to = "reports", share = 0.1 }',
    "opening": '{ zone = "UTC" }',
}


@pytest.mark.parametrize(
    ("part", "text", "message"),
    [
        (
            "handling",
            "{ mean_minutes = 0, cv = 1 }",
            "reports.*positive.*Fix: write the touch time",
        ),
        (
            "opening",
            '{ zone = "UTC", weekdays = [] }',
            "reports.*closed all week. Fix: name at least",
        ),
        (
            "escalates",
            '{ to = "rep", share = 0.1 }',
            "reports: unknown queue 'rep'. Fix: did you mean",
        ),
        (
            "escalates",
            '{ to = "reports", share = 1 }',
            "gain 1 .reports -> reports.*Fix: lower a share",
        ),
        (
            "handling",
            "{ mean_minutes = 1500, cv = 0 }",
            "reports.*shorter than the mean.*Fix: lengthen",
        ),
        (
            "handling",
            "{ mean_minutes = 600, cv = 2 }",
            "reports.*impossible at any.*Fix: promise at",
        ),
    ],
)
def test_each_fault_of_a_file_names_its_queue_and_the_fix(tmp_path, part, text, message):
    file = tmp_path / "operation.toml"
    file.write_text(TOML.format(**(FINE | {part: text})) + '[exposure]\npreset = "off"\n')
    with pytest.raises(DataError, match=message):
        read_and_staff(file)


def read_and_staff(file):
    operation = read_operation(file)
    return staff(poisson_demand(operation, per_hour={"reports": 1.0}), operation)


def test_a_queue_that_is_closed_on_every_day_of_the_demand_is_refused():
    days = tuple(pd.date_range("2026-01-01", periods=40).date)
    shut = replace(queue(), opening=OpeningHours(zone="UTC", closed_dates=days))
    operation = two_queue_operation(normal=shut)
    demand = poisson_demand(operation, per_hour={"normal": 1.0})
    with pytest.raises(DataError, match=r"queue normal: is closed on all 2 weeks.*Fix: open it"):
        staff(demand, operation)


def test_all_faults_come_in_one_message():
    operation = two_queue_operation(
        normal=queue(minutes=60.0, within=0.5), urgent=queue("urgent", minutes=20.0, within=1.0, share=0.99)
    )  # fmt: skip
    demand = poisson_demand(operation, per_hour={"normal": 1.0, "urgent": 1.0, "other": 1.0})
    with pytest.raises(DataError, match="3 faults"):
        staff(demand, operation)


def test_opening_work_keeps_its_age_and_what_it_will_escalate():
    operation = two_queue_operation()
    backlog = Backlog(queues=("normal", "normal"), age_hours=(30.0, 1.0))
    demand = poisson_demand(operation, per_hour={"normal": 5.0}, backlog=backlog)
    opening = staff(demand, operation).opening
    assert [row[1] for row in opening if row[0] == "normal"] == [-6.0, 23.0]
    assert_allclose([row[2] for row in opening if row[0] == "normal"], 0.1)
    assert_allclose([row[2] for row in opening if row[0] == "urgent"], 0.1 * 0.1)


def test_an_escalation_that_arrives_with_its_clock_run_out_is_noted():
    notes = staffing_of(escalates_to=Escalation(to="urgent", share=0.1)).notes
    assert any("clock" in note and "knowledge" in note for note in notes)


def test_floors_grow_with_the_factor():
    staffing = staffing_of(within=0.5)
    assert np.all(staffing.floors("normal", factor=1.3) >= staffing.floors("normal"))


def test_shrinkage_is_exact_on_thirty_thousand_cases():
    for percent in range(100):
        shrinkage = Shrinkage.of(out_of_office={"leave": percent / 100})
        for heads in range(1, 301):
            needed = shrinkage.heads_employed(heads)
            assert needed * (100 - percent) >= heads * 100 > (needed - 1) * (100 - percent)


def test_a_queue_without_a_series_is_noted():
    operation = two_queue_operation(normal=replace(queue(), escalates_to=None))
    staffing = staff(poisson_demand(operation, per_hour={"normal": 5.0}), operation)
    assert any("urgent" in note and "no series" in note for note in staffing.notes)
    assert float(staffing.work("urgent").sum()) == 0
