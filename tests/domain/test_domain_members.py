"""Text in the place of an Enum is refused: it would be ignored without a word."""

from datetime import date

import numpy as np
import pytest

from capacity import explain_shortfall, read_cases, schedule, simulate
from capacity.domain import (
    Effort,
    Event,
    EventKind,
    HandlingTime,
    Loss,
    MeasuredAt,
    Person,
    PlanSettings,
    Target,
    Tier,
    TierCap,
)
from capacity.domain.drivers import DriverHistory
from capacity.domain.fiscal import WeeklyFiscalCalendar
from capacity.errors import DataError
from capacity.queueing import staff
from capacity.scheduling import staffing_curve
from tests.builders import toy_demand, toy_operation

NOUNS = {
    "MeasuredAt.STARTED": lambda: Target(share=0.9, within_hours=1, measured_at="started"),
    "ClockFrom.KNOWLEDGE": lambda: Target(share=0.9, within_hours=1, clock_from="knowledge"),
    "TargetPeriod.DAY": lambda: Target(share=0.9, within_hours=1, per="day"),
    "Basis.STATUTE": lambda: Target(share=0.9, within_hours=1, basis="statute"),
    "HandlingShape.GAMMA": lambda: HandlingTime(mean_minutes=6, cv=1, shape="gamma"),
    "Tier.RETURNING": lambda: Person(id="r1", pool="core", tier="returning"),
    "Tier.NEW": lambda: TierCap(tier="NEW", share=0.5),
    "Effort.FULL": lambda: PlanSettings(effort="full"),
    "EventShape.STEP": lambda: Event(
        name="law", kind=EventKind.POLICY_CHANGE, start=date(2026, 1, 1), shape="step"
    ),
    "DriverKind.AUTOMATION_SHARE": lambda: DriverHistory(
        queue="a", kind="automation_share", last_day=date(2026, 1, 1), values=np.ones(3)
    ),
    "LossKind.IN_SHIFT": lambda: Loss(name="meetings", share=0.05, kind="in_shift"),
    "WeekPattern": lambda: WeeklyFiscalCalendar(end_month=1, weekday=5, pattern="445"),
    "Gap.MISSING": lambda: read_cases("cases.csv", gaps="missing"),
    "OnBad.SET_ASIDE": lambda: read_cases("cases.csv", on_bad="set_aside"),
    "Duplicate.SUM": lambda: read_cases("cases.csv", on_duplicate="sum"),
}


@pytest.mark.parametrize("fix", NOUNS)
def test_text_for_a_member_is_refused_with_the_member_to_write(fix):
    with pytest.raises(DataError, match=f"must be a member of.*Fix: .*{fix}"):
        NOUNS[fix]()


def test_what_is_no_value_either_lists_all_members():
    with pytest.raises(DataError, match=r"Fix: Tier\.NEW or .*Tier\.OPTED_OUT"):
        TierCap(tier="veteran", share=0.5)


def test_a_member_is_taken():
    soon = Target(share=0.9, within_hours=1, measured_at=MeasuredAt.STARTED)
    assert "started" in str(soon)
    assert TierCap(tier=Tier.NEW, share=0.5).tier is Tier.NEW


def test_engine_and_what_to_relax_as_text_are_refused():
    operation = toy_operation()
    demand = toy_demand(operation)
    staffing = staff(demand, operation)
    plan = schedule(staffing, operation, effort=Effort.QUICK, weeks=1)
    with pytest.raises(DataError, match=r"Fix: Engine\.COMPILED"):
        simulate(demand, operation, shifts=plan, engine="compiled")
    with pytest.raises(DataError, match=r"Fix: Relax\.CAPS"):
        explain_shortfall(plan, staffing, operation, relax=("caps",))


def test_effort_as_text_is_refused_by_the_verbs():
    operation = toy_operation()
    staffing = staff(toy_demand(operation), operation)
    for verb in (schedule, staffing_curve):
        with pytest.raises(DataError, match=r"Fix: Effort\.QUICK"):
            verb(staffing, operation, effort="quick")
