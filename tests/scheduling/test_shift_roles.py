"""A role that must be at hand is planned as a floor over all sites, rostered and recounted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from capacity.domain import Effort, OpeningHours, Operation, Person, RoleCover, ShiftPlan, Site
from capacity.errors import DataError
from capacity.queueing import staff
from capacity.scheduling import check, explain_shortfall, roster, schedule, staffing_curve
from tests.builders import toy_demand, toy_operation, toy_pool, toy_queue

SENIOR = RoleCover(name="senior on call", skill="senior")
WEEKDAYS = OpeningHours(zone="UTC", weekdays=(0, 1, 2, 3, 4), opens_minute=540, closes_minute=1020)


def team(*, cover=(SENIOR,), heads: int = 8, few: int | None = None, **fields: object) -> Operation:
    """Two sites; `few` people of the first pool and nobody of the second hold the role.

    With `few` None everybody of both pools does.
    """
    skills = ("hash_match", "senior")
    pools = (
        toy_pool("north", heads=heads, skills=skills, site="north", **fields),
        toy_pool("south", heads=heads, skills=skills if few is None else skills[:1], site="south"),
    )
    people = tuple(
        Person(
            id=f"r{n}",
            pool="north" if n <= heads else "south",
            skills=None if few is None or n <= few else ("hash_match",),
        )
        for n in range(1, 2 * heads + 1)
    )
    base = toy_operation(queues=(toy_queue(severity=0.0),), with_people=False)
    sites = (
        Site(name="north", zone="Europe/Dublin", currency="USD"),
        Site(name="south", zone="Asia/Manila", currency="USD"),
    )
    return replace(base, sites=sites, pools=pools, people=people, cover=cover)


def planned(operation: Operation, *, weeks: int = 1, effort: Effort = Effort.QUICK):
    demand = toy_demand(operation, per_hour=2.0, weeks=weeks, paths=3, level_cv=0.0)
    staffing = staff(demand, operation)
    one = dict.fromkeys(operation.queue_names, 1.0)
    return staffing, schedule(staffing, operation, weeks=weeks, factors=one, effort=effort)


def seniors(plan: ShiftPlan, pools: tuple[str, ...]) -> np.ndarray:
    return sum(plan.present(pool) for pool in pools)


@pytest.mark.parametrize("weeks", [1, 2])
def test_a_role_is_at_hand_around_the_clock_across_sites(weeks):
    effort = Effort.FULL if weeks > 1 else Effort.QUICK
    bare = planned(team(cover=()), weeks=weeks, effort=effort)[1]
    assert seniors(bare, ("north", "south")).min() == 0  # nobody is needed at night for the work
    operation = team()
    plan = planned(operation, weeks=weeks, effort=effort)[1]
    assert seniors(plan, ("north", "south")).min() >= 1
    assert not plan.is_partial
    given = roster(plan, operation)
    assert check(given, operation, plan).breaches.empty


def test_hours_are_kept_and_no_more_is_asked():
    legal = RoleCover(name="legal", skill="senior", heads=3, hours=WEEKDAYS)
    plan = planned(team(cover=(legal,)))[1]
    wanted = legal.wanted(plan.grid)
    present = seniors(plan, ("north", "south"))
    assert wanted.sum() == 3 * 40
    assert (present[wanted > 0] >= 3).all()
    assert present[wanted == 0].min() < 3


def test_few_holders_take_turns_and_the_roster_puts_them_there():
    operation = team(few=6)
    plan = planned(operation)[1]
    assert not plan.is_partial
    assert set(plan.roles["pool"]) == {"north"}
    holders = {person.id for person in operation.people if person.skills is None}
    given = roster(plan, operation)
    assert given.accepted
    frame = given.frame[given.frame["person"].isin(holders)].groupby(["person", "date"])
    spans = frame.agg(start=("start", "min"), end=("end", "max"))
    for start in plan.grid.starts:
        assert ((spans["start"] <= start) & (spans["end"] > start)).any()


def test_too_few_holders_leave_a_named_shortfall():
    operation = team(few=1)
    staffing, plan = planned(operation)
    assert plan.is_partial
    assert "senior on call short by" in plan.summary()
    short = plan.shortfall[plan.shortfall["kind"] == "role"]
    assert short["hours"].sum() >= 168 - 5 * 8 - 8
    given = roster(plan, operation)
    assert check(given, operation, plan).breaches.empty
    found = explain_shortfall(plan, staffing, operation)
    assert any("senior on call" in line for line in found.sentences)


def test_the_check_names_a_role_that_is_gone():
    operation = team()
    plan = planned(operation)[1]
    given = roster(plan, operation)
    night = given.frame["start"] < plan.grid.start + pd.Timedelta(hours=30)
    people = set(given.frame.loc[night, "person"])
    gone = replace(given, frame=given.frame[~given.frame["person"].isin(people)])
    found = check(gone, operation, plan).breaches
    assert "cover by role" in set(found["rule"])
    named = plan.grid.starts[:30]
    excuse = pd.DataFrame({"queue": SENIOR.name, "start": named, "hours": 1.0, "kind": "role"})
    shortfall = replace(plan, shortfall=excuse)
    left = check(gone, operation, shortfall).breaches
    starts = left.loc[left["rule"] == "cover by role", "start"]
    assert not set(starts) & set(named)


def test_a_role_raises_the_curve():
    bare = team(cover=())
    staffing = staff(toy_demand(bare, per_hour=2.0, weeks=1, paths=3), bare)
    many = team(cover=(replace(SENIOR, heads=3),))
    heads = [staffing_curve(staffing, case, effort=Effort.QUICK).heads for case in (bare, many)]
    assert heads[1].min() > heads[0].max()
    assert heads[1] == pytest.approx(3 * 168 / 40)  # three at once all week


@pytest.mark.parametrize(
    ("cover", "match"),
    [
        (RoleCover(name="boss", skill="boss"), "no pool has the skill 'boss'"),
        (RoleCover(name="hash_match", skill="senior"), "shares its name"),
        (RoleCover(name="many", skill="senior", heads=17), "asks for 17 people at once, 16 hold"),
    ],
)
def test_a_cover_that_cannot_be_meant_is_refused(cover, match):
    with pytest.raises(DataError, match=match):
        team(cover=(cover,))


def test_a_cover_needs_a_head():
    with pytest.raises(DataError, match="heads must be at least 1, got 0"):
        RoleCover(name="none", skill="senior", heads=0)
