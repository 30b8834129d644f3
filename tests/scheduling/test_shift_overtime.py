"""Overtime and caps on named queues in the shift plan."""

import numpy as np
import pytest

from capacity.domain import Effort, ExposureCap, PoolCost
from capacity.queueing import staff
from capacity.scheduling import schedule
from tests.builders import toy_demand, toy_operation, toy_pool, toy_queue

WAGE = PoolCost(annual_salary=60_000, load_factor=1.3, overtime_factor=1.5)


def plan_of(operation, per_hour):
    demand = toy_demand(operation, per_hour=per_hour, weeks=3, paths=8, level_cv=0)
    one = dict.fromkeys(operation.queue_names, 1.0)
    return schedule(staff(demand, operation), operation, effort=Effort.QUICK, weeks=1, factors=one)


def team(*, overtime, severity=0.0, cap=None, heads=8):
    pool = toy_pool(heads=heads, overtime_hours_per_week=overtime, cost=WAGE)
    queue = toy_queue(severity=severity)
    return toy_operation(
        queues=(queue,), pools=(pool,), with_people=False, exposure=cap or ExposureCap.off()
    )


def inside(plan):
    return plan.shifts[plan.shifts["start"] >= plan.grid.start]


def test_overtime_covers_what_contracts_cannot():
    without, extra = plan_of(team(overtime=0.0), 21.0), plan_of(team(overtime=8.0), 21.0)
    assert without.is_partial
    assert extra.shortfall["hours"].sum() < without.shortfall["hours"].sum() - 5
    assert any("hours of overtime in core" in note for note in extra.notes)


def test_hours_stay_within_contracts_and_overtime():
    operation = team(overtime=5.0)
    plan = plan_of(operation, 40.0)
    heads = 8 * float(operation.pools[0].shrinkage.availability)
    rows = inside(plan)
    week = rows["start"].dt.isocalendar().week
    paid = (rows["heads"] * rows["paid_hours"]).groupby(week).sum()
    assert paid.max() <= heads * 45 + 1e-6
    assert paid.max() > heads * 40


def test_overtime_is_not_used_while_contracts_suffice():
    plan = plan_of(team(overtime=8.0), 10.0)
    assert not plan.is_partial
    assert not any("overtime" in note for note in plan.notes)


def test_overtime_holds_no_exposure():
    """With a daily cap that is used up, overtime on an exposing queue brings nothing."""
    cap = ExposureCap(hours_per_day=2.0, hours_per_week=None, minutes_in_row=None, break_minutes=0)
    regular = plan_of(team(overtime=0.0, severity=1.0, cap=cap), 30.0)
    extra = plan_of(team(overtime=10.0, severity=1.0, cap=cap), 30.0)
    assert extra.exposure["hours"].sum() <= regular.exposure["hours"].sum() * 1.005
    allowed = ExposureCap(
        hours_per_day=2.0,
        hours_per_week=None,
        minutes_in_row=None,
        break_minutes=0,
        in_overtime=True,
    )
    more = plan_of(team(overtime=10.0, severity=1.0, cap=allowed), 30.0)
    assert more.exposure["hours"].sum() > regular.exposure["hours"].sum() * 1.05


def test_a_cap_on_named_queues_leaves_the_others_free():
    queues = (toy_queue("severe", severity=1.0), toy_queue("mild", severity=0.5))
    pool = toy_pool(heads=20, skills=("severe", "mild"))
    caps = {
        "all": ExposureCap(hours_per_day=1.5, hours_per_week=None, minutes_in_row=None),
        "named": ExposureCap(
            hours_per_day=1.5, hours_per_week=None, minutes_in_row=None, queues=("severe",)
        ),
    }
    plans = {
        name: plan_of(
            toy_operation(queues=queues, pools=(pool,), with_people=False, exposure=cap), 20.0
        )
        for name, cap in caps.items()
    }
    assert plans["named"].shortfall["hours"].sum() < plans["all"].shortfall["hours"].sum() - 1
    assert set(plans["named"].exposure["queue"]) == {"severe"}
    rows = plans["named"].exposure.groupby(["pool", "shift", "date"])["hours"].sum()
    heads = plans["named"].shifts.groupby(["pool", "shift", "date"])["heads"].sum()
    assert (rows <= heads.reindex(rows.index) * 1.5 + 1e-6).all()


@pytest.mark.parametrize("overtime", [0.0, 6.0])
def test_the_dispatch_of_a_capped_pool_is_played(overtime):
    cap = ExposureCap(hours_per_day=4.0)
    plan = plan_of(team(overtime=overtime, severity=1.0, cap=cap, heads=16), 12.0)
    assert np.isfinite(plan.weeks_kept)
