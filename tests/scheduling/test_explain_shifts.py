import numpy as np
import pytest

from capacity.domain import Effort, ExposureCap
from capacity.queueing import staff
from capacity.scheduling import Relax, explain_shortfall, price_caps, schedule
from capacity.scheduling.cap_prices import shift_cap
from tests.builders import toy_demand, toy_operation, toy_pool, toy_queue


def made(heads, *, per_hour=12.0, **fields):
    operation = toy_operation(pools=(toy_pool(heads=heads),), **fields)
    staffing = staff(toy_demand(operation, per_hour=per_hour, paths=10), operation)
    return schedule(staffing, operation, effort=Effort.QUICK, weeks=1), staffing, operation


def test_a_full_plan_needs_no_explanation():
    plan, staffing, operation = made(24)
    explanation = explain_shortfall(plan, staffing, operation)
    assert explanation.sentences == ()
    assert explanation.summary() == "nothing is short"


def test_a_gap_is_named_by_day_part_and_queue_with_its_hours():
    plan, staffing, operation = made(8)
    explanation = explain_shortfall(plan, staffing, operation)
    assert explanation.frame["hours"].sum() == pytest.approx(plan.shortfall["hours"].sum())
    assert "hash_match: short" in explanation.sentences[0]


def test_a_remedy_closes_the_gap_when_it_is_really_made():
    plan, staffing, operation = made(8)
    explanation = explain_shortfall(plan, staffing, operation)
    people = explanation.remedies.query("change == 'more people in core'").iloc[0]
    assert people["hours_still_short"] <= 0.02 * plan.shortfall["hours"].sum()
    # heads of the remedy are present; the employed heads that give them:
    employed = int(np.ceil(people["amount"] * 260 / 223))
    bigger, _, _ = made(8 + employed + 1)
    assert bigger.shortfall["hours"].sum() < 0.05 * plan.shortfall["hours"].sum()


def test_a_longer_cap_is_offered_but_never_taken():
    plan, staffing, operation = made(
        9, exposure=ExposureCap(hours_per_day=2.0, hours_per_week=None)
    )
    explanation = explain_shortfall(plan, staffing, operation)
    assert any("longer daily exposure cap" in name for name in explanation.remedies["change"])
    used = plan.exposure.groupby(["shift", "date"])["hours"].sum()
    heads = plan.shifts.set_index(["shift", "date"])["heads"]
    assert (used <= 2.0 * heads.reindex(used.index) + 1e-6).all()


def test_the_price_of_a_cap_is_that_of_a_fresh_curve():
    """Work under a binding daily cap: heads are inversely proportional to the cap less a slice."""
    operation = toy_operation(exposure=ExposureCap(hours_per_day=3.0, hours_per_week=None))
    staffing = staff(toy_demand(operation, paths=10), operation)
    table = price_caps(staffing, operation).set_index("change_hours")
    base = table.loc[0.5, "heads"] - table.loc[0.5, "heads_change"]
    assert table.loc[-0.5, "heads"] / base == pytest.approx((3 - 1 / 6) / (2.5 - 1 / 6), rel=0.02)
    assert table.loc[0.5, "cost_change_a_year"] < 0 < table.loc[-0.5, "cost_change_a_year"]


def test_a_cap_that_is_not_there_has_no_price():
    operation = toy_operation(exposure=ExposureCap.off(), queues=(toy_queue(severity=0.0),))
    staffing = staff(toy_demand(operation, paths=5), operation)
    assert price_caps(staffing, operation).empty
    assert shift_cap(operation, "hours_per_day", 1.0) is None


def test_the_smallest_set_spans_pools_that_no_single_one_can_replace():
    queues = (toy_queue("a", severity=0.0), toy_queue("b", severity=0.0))
    pools = (
        toy_pool("one", heads=6, skills=("a",)),
        toy_pool("two", heads=6, skills=("b",)),
    )
    operation = toy_operation(queues=queues, pools=pools, with_people=False)
    staffing = staff(toy_demand(operation, per_hour=14.0, paths=8, level_cv=0), operation)
    plan = schedule(staffing, operation, effort=Effort.QUICK, weeks=1)
    found = explain_shortfall(plan, staffing, operation)
    assert (found.remedies["hours_still_short"] > 1).all()
    assert set(found.smallest_set["where"]) == {"one", "two"}
    assert "closes it" in found.sentences[-1]
    assert any(name.startswith("heads present") for name in found.binding) or any(
        name.startswith("contract hours") for name in found.binding
    )


def test_overtime_is_taken_before_people_and_caps_only_if_asked():
    cap = ExposureCap(hours_per_day=2.0, hours_per_week=None)
    plan, staffing, operation = made(9, per_hour=10.0, exposure=cap)
    both = explain_shortfall(plan, staffing, operation, relax=(Relax.OVERTIME, Relax.HEADS))
    assert "people present" in set(both.smallest_set["change"])
    assert not any("cap" in change for change in both.smallest_set["change"])
    caps = explain_shortfall(plan, staffing, operation, relax=(Relax.CAPS,))
    assert set(caps.smallest_set["change"]) == {"exposure hours above the daily cap"}


def test_what_binds_is_found_by_leaving_it_out():
    cap = ExposureCap(hours_per_day=1.5, hours_per_week=None)
    plan, staffing, operation = made(9, exposure=cap)
    names = explain_shortfall(plan, staffing, operation).binding
    assert names[0] in {
        "daily exposure cap (core)",
        "heads present (core)",
        "contract hours (core)",
    }
    assert any(name.startswith("daily exposure cap") for name in names)
