"""Simulation of shift plans, rosters and heads: promises, caps, losses, borrowing, agreement."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from capacity.domain import (
    Activity,
    Backlog,
    Dispatch,
    Effort,
    Escalation,
    ExposureCap,
    HandlingTime,
    Queue,
    Roster,
    ShiftPlan,
    Shrinkage,
    SolveStatus,
    Target,
)
from capacity.errors import DataError
from capacity.queueing import Engine, play, simulate
from capacity.queueing.examples import poisson_demand, two_queue_operation

DAY_SHAPE = tuple(1 + 0.5 * np.sin(2 * np.pi * (np.arange(24) - 9) / 24))


def queue(name, priority=1, *, within=24.0, minutes=6.0, **fields):
    return Queue(
        name=name, priority=priority, zone="UTC",
        handling=HandlingTime(mean_minutes=minutes, cv=1.0),
        targets=(Target(share=0.95, within_hours=within),), **fields,
    )  # fmt: skip


def free_operation(**fields):
    """No caps, no occupancy, no wellness: work is all there is."""
    base = two_queue_operation(normal=queue("normal", 2), urgent=queue("urgent", within=4.0))
    settings = {
        "occupancy_cap": 1.0, "exposure": ExposureCap.off(),
        "wellness_minutes_per_exposure_hour": 0.0,
    }  # fmt: skip
    return replace(base, **(settings | fields))


def heads_of(demand, count):
    level = np.broadcast_to(count, demand.grid.periods)
    return pd.DataFrame({"pool": "core", "start": demand.grid.starts, "heads": level})


def shifts_of(demand, heads, *, exposure=None, breaks=None, dispatch=Dispatch.EARLIEST_DUE):
    """Three shifts a day of the example pool with the given heads."""
    rows = []
    for day in range(demand.grid.periods * demand.grid.minutes // 1440):
        for number, count in enumerate(heads):
            start = demand.grid.start + pd.Timedelta(hours=24 * day + 8 * number)
            rows.append(
                {
                    "pool": "core", "shift": f"s{number}", "date": str(start.date()),
                    "start": start, "end": start + pd.Timedelta(hours=8), "heads": count,
                    "paid_hours": 8.0,
                }
            )  # fmt: skip
    names = ["pool", "shift", "date", "start"]
    return ShiftPlan(
        grid=demand.grid, shifts=pd.DataFrame(rows),
        breaks=pd.DataFrame(columns=[*names, "minutes", "heads"]) if breaks is None else breaks,
        flows=pd.DataFrame(columns=["pool", "queue", "start", "hours"]),
        exposure=pd.DataFrame(columns=[*names, "queue", "hours"]) if exposure is None else exposure,
        shortfall=pd.DataFrame(columns=["queue", "start", "hours", "kind"]),
        status=SolveStatus.FEASIBLE, objective=0.0, bound=0.0, effort=Effort.QUICK, factor=1.0,
        confidence=0.9, seed=0, dispatch=dispatch,
    )  # fmt: skip


def test_ample_people_keep_every_promise():
    operation = free_operation()
    demand = poisson_demand(operation, per_hour={"normal": 30.0, "urgent": 3.0}, paths=3)
    result = simulate(demand, operation, heads=heads_of(demand, 8))
    assert all(promise.share > 0.999 for promise in result.promises)
    assert result.all_kept.all()
    assert result.weekly_share.shape == (3 * 2, 2)


def test_same_seed_same_bytes_and_engines_agree():
    operation = free_operation()
    demand = poisson_demand(operation, per_hour={"normal": 27.0, "urgent": 3.0}, paths=2, weeks=1)
    plain = simulate(demand, operation, heads=heads_of(demand, 3), seed=3)
    again = simulate(demand, operation, heads=heads_of(demand, 3), seed=3)
    fast = simulate(demand, operation, heads=heads_of(demand, 3), seed=3, engine=Engine.COMPILED)
    assert plain.promises == again.promises == fast.promises
    assert plain.weekly_share.tobytes() == fast.weekly_share.tobytes()


def test_work_left_for_next_week_is_not_on_time():
    """Five percent too few people: with a window of a week every case could still be served."""
    operation = free_operation(
        queues=(queue("urgent", within=160.0), queue("normal", 2, within=160.0))
    )
    demand = poisson_demand(operation, per_hour={"normal": 105.0}, paths=4, weeks=1)
    enough = simulate(demand, operation, heads=heads_of(demand, 11)).promises[1]
    short = simulate(demand, operation, heads=heads_of(demand, 10)).promises[1]
    assert enough.share > 0.999
    assert short.share < 0.985
    assert play(demand, operation, heads=heads_of(demand, 10)).promises[1].share < 0.985


def test_a_known_backlog_delays_the_first_cases():
    operation = free_operation()
    late = Backlog(queues=("normal",) * 2500, age_hours=(20.0,) * 2500)
    calm = poisson_demand(operation, per_hour={"normal": 40.0}, paths=2, weeks=1)
    loaded = poisson_demand(operation, per_hour={"normal": 40.0}, paths=2, weeks=1, backlog=late)
    people = heads_of(calm, 5)
    assert simulate(calm, operation, heads=people).promises[1].share > 0.999
    assert simulate(loaded, operation, heads=people).promises[1].share < 0.95


def test_shifts_and_the_same_heads_agree():
    operation = free_operation()
    demand = poisson_demand(operation, per_hour={"normal": 40.0}, paths=3, weeks=1, shape=DAY_SHAPE)
    by_shift = simulate(demand, operation, shifts=shifts_of(demand, (3, 6, 5)))
    level = np.tile(np.repeat([3, 6, 5], 8), 7)
    by_heads = simulate(demand, operation, heads=heads_of(demand, level))
    assert by_shift.hours == by_heads.hours == 14 * 8 * 7
    assert_allclose(by_shift.promises[1].share, by_heads.promises[1].share, atol=0.01)


def test_exposure_never_exceeds_the_cap_of_the_day():
    operation = free_operation(exposure=ExposureCap(hours_per_day=2.0))
    demand = poisson_demand(operation, per_hour={"normal": 80.0}, paths=2, weeks=1)
    result = simulate(demand, operation, shifts=shifts_of(demand, (4, 4, 4)))
    touched = dict(result.exposure_hours)["core"]
    assert touched <= 12 * 7 * 2.0 + 1e-9
    assert touched > 0.9 * 12 * 7 * 2.0
    assert result.promises[1].share < 0.6


def test_occupancy_and_meetings_each_take_their_share_once():
    """Work done in a saturated week = people x (1 - meetings) x occupancy."""
    operation = free_operation(occupancy_cap=0.8)
    pool = replace(operation.pools[0], shrinkage=Shrinkage.of(in_shift={"meetings": "0.1"}))
    operation = replace(operation, pools=(pool,))
    demand = poisson_demand(operation, per_hour={"normal": 200.0}, paths=2, weeks=1)
    result = simulate(demand, operation, shifts=shifts_of(demand, (4, 4, 4)))
    assert_allclose(result.hours, 12 * 8 * 7 * 0.9)
    done = dict(result.exposure_hours)["core"] - result.overrun_hours
    assert_allclose(done, 12 * 8 * 7 * 0.9 * 0.8, rtol=0.02)


def test_planned_breaks_are_not_worked():
    operation = free_operation()
    demand = poisson_demand(operation, per_hour={"normal": 10.0}, paths=1, weeks=1)
    plan = shifts_of(demand, (2, 2, 2))
    breaks = plan.shifts.assign(
        start=plan.shifts["start"] + pd.Timedelta(hours=4), minutes=30, heads=2
    )[["pool", "shift", "date", "start", "minutes", "heads"]]
    result = simulate(demand, operation, shifts=replace(plan, breaks=breaks))
    assert_allclose(result.hours, 6 * 7 * 7.5)


def test_a_roster_is_played_by_its_own_slices():
    operation = free_operation()
    demand = poisson_demand(operation, per_hour={"normal": 15.0}, paths=2, weeks=1)
    rows = []
    for day in range(7):
        for person in range(9):
            start = demand.grid.start + pd.Timedelta(hours=24 * day + 8 * (person % 3))
            for first, last, activity in ((0, 4, "work"), (4, 4.5, "break"), (4.5, 8, "work")):
                rows.append(
                    {
                        "person": f"r{person:03d}", "pool": "core", "shift": "s",
                        "date": str(start.date()), "start": start + pd.Timedelta(hours=first),
                        "end": start + pd.Timedelta(hours=last), "activity": Activity(activity).value,
                        "queue": "normal" if activity == "work" else "",
                    }
                )  # fmt: skip
    result = simulate(demand, operation, roster=Roster(grid=demand.grid, frame=pd.DataFrame(rows)))
    assert_allclose(result.hours, 9 * 7 * 7.5)
    assert result.promises[1].share > 0.99
    assert result.people_exposed == 9
    mean, most = result.exposure_per_duty
    assert 0 < mean < most < 9


def test_fluid_player_and_event_kernel_agree():
    """Targets of 40 handling times and more, tight people: within two points."""
    operation = free_operation()
    for heads, level in (((4, 8, 7), 0.0), ((5, 9, 7), 0.1)):
        demand = poisson_demand(
            operation, per_hour={"normal": 45.0, "urgent": 15.0}, paths=12, shape=DAY_SHAPE,
            level_cv=level, weeks=1,
        )  # fmt: skip
        plan = shifts_of(demand, heads)
        events = simulate(demand, operation, shifts=plan, paths=12, engine=Engine.COMPILED)
        fluid = play(demand, operation, shifts=plan)
        for one, other in zip(events.promises, fluid.promises, strict=True):
            assert abs(one.share - other.share) < 0.02
        assert abs(events.hours - fluid.hours) < 1e-6


def test_double_review_and_qa_are_worked_and_close_later():
    plain = free_operation()
    double = free_operation(
        queues=(
            queue("urgent", within=4.0),
            queue("normal", 2, double_review_share=1.0, qa_share=0.5),
        )
    )
    demand = poisson_demand(plain, per_hour={"normal": 20.0}, paths=2, weeks=1)
    people = heads_of(demand, 9)
    work = [dict(simulate(demand, o, heads=people).exposure_hours)["core"] for o in (plain, double)]
    assert_allclose(work[1] / work[0], 2.5, rtol=0.03)


def test_escalated_cases_count_in_the_next_queue_with_their_clock():
    operation = free_operation(
        queues=(
            queue("urgent", within=4.0),
            queue("normal", 2, escalates_to=Escalation(to="urgent", share=0.5)),
        )
    )
    demand = poisson_demand(operation, per_hour={"normal": 30.0}, paths=2, weeks=1)
    # nobody works in the first twelve hours of a day
    level = np.tile(np.repeat([0, 12], 12), 7)
    result = simulate(demand, operation, heads=heads_of(demand, level))
    urgent, normal = result.promises
    assert normal.share > 0.99
    assert urgent.share < 0.8


def test_nobody_at_work_leaves_everything_late():
    operation = free_operation()
    demand = poisson_demand(operation, per_hour={"normal": 5.0}, paths=2, weeks=1)
    assert simulate(demand, operation, heads=heads_of(demand, 0)).promises[1].share == 0.0


@pytest.mark.parametrize(
    ("people", "message"),
    [
        ({}, "exactly one of shifts, roster and heads, got none"),
        ({"heads": pd.DataFrame({"pool": ["core"]})}, "columns .* are missing"),
    ],
)
def test_missing_people_are_refused(people, message):
    operation = free_operation()
    demand = poisson_demand(operation, per_hour={"normal": 5.0}, paths=1, weeks=1)
    with pytest.raises(DataError, match=message):
        simulate(demand, operation, **people)


def test_half_a_person_is_refused():
    operation = free_operation()
    demand = poisson_demand(operation, per_hour={"normal": 5.0}, paths=1, weeks=1)
    with pytest.raises(DataError, match="whole number"):
        simulate(demand, operation, heads=heads_of(demand, 1.5))


def test_strict_priority_starves_the_lower_queue_and_age_lifts_it():
    operation = free_operation()
    demand = poisson_demand(operation, per_hour={"normal": 30.0, "urgent": 18.0}, paths=2, weeks=1)
    level = np.tile(np.repeat([4, 6], 12), 7)

    def urgent_wait(**rule):
        result = simulate(demand, operation, heads=heads_of(demand, level), **rule)
        return result.turnaround.set_index("queue").loc["urgent", "p99_hours"]

    strict = urgent_wait(dispatch=Dispatch.PRIORITY)
    aged = urgent_wait(dispatch=Dispatch.PRIORITY, hours_per_priority=1.0)
    assert strict < aged


def test_an_hour_value_of_priority_without_priorities_is_refused():
    operation = free_operation()
    demand = poisson_demand(operation, per_hour={"normal": 5.0}, paths=1, weeks=1)
    with pytest.raises(DataError, match="hours_per_priority belongs to"):
        simulate(demand, operation, heads=heads_of(demand, 1), hours_per_priority=2.0)


def test_planned_shares_without_a_plan_are_refused():
    operation = free_operation()
    demand = poisson_demand(operation, per_hour={"normal": 5.0}, paths=1, weeks=1)
    with pytest.raises(DataError, match="needs shifts"):
        simulate(demand, operation, heads=heads_of(demand, 1), dispatch=Dispatch.FLOW_SHARES)
