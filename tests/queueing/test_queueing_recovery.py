"""Recovery from a backlog: hand-computed times, the first breach, and unstable work."""

from dataclasses import replace

import pandas as pd
import pytest

from capacity.domain import Backlog, Escalation, ExposureCap, HandlingTime, Queue, Target
from capacity.errors import InfeasibleError, UnstableQueueError
from capacity.queueing import heads_to_recover, recover
from capacity.queueing.examples import poisson_demand, two_queue_operation


def queue(name, within, **fields):
    return Queue(
        name=name, priority=1, zone="UTC", handling=HandlingTime(mean_minutes=6, cv=0.0),
        targets=(Target(share=0.95, within_hours=within),), **fields,
    )  # fmt: skip


def free_operation(**fields):
    base = two_queue_operation(urgent=queue("urgent", 8.0), normal=queue("normal", 24.0, **fields))
    return replace(
        base, occupancy_cap=1.0, exposure=ExposureCap.off(), wellness_minutes_per_exposure_hour=0.0
    )


def demand_of(operation, *, open_cases, age=30.0, per_hour=20.0):
    backlog = Backlog(queues=("normal",) * open_cases, age_hours=(age,) * open_cases)
    return poisson_demand(
        operation, per_hour={"normal": per_hour, "urgent": 2.0}, weeks=1, paths=6, backlog=backlog
    )


def heads_of(demand, count):
    return pd.DataFrame({"pool": "core", "start": demand.grid.starts, "heads": count})


def test_overdue_backlog_clears_at_the_rate_of_the_spare_people():
    """400 hours overdue at the start, 8 people on 2.2 Erlang of work: earliest due date first,
    so all 8 work it off in 50 hours; what came meanwhile is served before it is a day old."""
    operation = free_operation()
    demand = demand_of(operation, open_cases=4000)
    row = recover(demand, operation, heads=heads_of(demand, 8)).frame.set_index("queue")
    assert row.loc["normal", "overdue_cases"] == 4000
    assert 48 <= row.loc["normal", "back_hours_p50"] <= 110
    assert row.loc["normal", "breach_hours"] == 0


def test_without_a_backlog_nobody_breaches():
    operation = free_operation()
    demand = demand_of(operation, open_cases=10, age=0.5)
    result = recover(demand, operation, heads=heads_of(demand, 6))
    assert result.first_breach is None
    assert (result.frame["back_hours_p90"] == 0).all()


def test_more_people_recover_sooner_and_the_fewest_are_found():
    operation = free_operation()
    demand = demand_of(operation, open_cases=3000)
    people = heads_of(demand, 3)
    found = heads_to_recover(demand, operation, heads=people, within_hours=60.0)
    assert found.extra_heads > 0
    assert (found.frame["back_hours_p90"] <= 60).all()
    fewer = recover(demand, operation, heads=people, extra_heads=found.extra_heads - 1)
    assert (fewer.frame["back_hours_p90"] > 60).any()


def test_a_backlog_too_large_for_any_help_is_said_so():
    operation = free_operation()
    demand = demand_of(operation, open_cases=3000)
    with pytest.raises(InfeasibleError, match=r"2 more people .* do not bring all queues back"):
        heads_to_recover(demand, operation, heads=heads_of(demand, 3), within_hours=1.0, most=2)


def test_work_above_capacity_over_the_cycle_names_the_queue_and_the_hours():
    operation = free_operation(escalates_to=Escalation(to="urgent", share=0.1))
    demand = demand_of(operation, open_cases=1, per_hour=50.0)
    with pytest.raises(UnstableQueueError, match=r"queue .*normal: .* hours of work meet 504.0"):
        recover(demand, operation, heads=heads_of(demand, 3))
