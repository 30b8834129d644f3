"""plan_headcount: requirement, percentile, identity, risk, refusals."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from capacity.domain import (
    AtExpectedShortfall,
    Attrition,
    AttritionBand,
    ExposureEffect,
    HiringPolicy,
    HiringTerms,
    MonthlyAvailability,
    PlannedHire,
    PlannedReduction,
    PlannedTransfer,
    Ramp,
    Shrinkage,
)
from capacity.errors import DataError
from capacity.headcount import plan_headcount
from tests.builders import toy_operation, toy_pool, toy_queue
from tests.oracles.headcount import (
    exact_employed,
    toy_curve,
    toy_staffing,
    two_pools,
    weekly_paths,
)

STEADY = Attrition(bands=(AttritionBand(from_months=0, yearly=0.0),))


def one_pool(**fields):
    fields = {"heads": 12, "attrition": STEADY, "ramp": Ramp(weekly=())} | fields
    return toy_operation(pools=(toy_pool(**fields),), queues=(toy_queue(),), with_people=False)


def plan_of(operation, weekly, *, hours_per_head=20.0, as_of="2026-01-01T00:00:00+00:00", **kwargs):
    staffing = toy_staffing({"hash_match": weekly}, as_of=as_of)
    split = tuple([1 / len(operation.pools)] * len(operation.pools))
    return plan_headcount(
        toy_curve(operation, hours_per_head, split), staffing, operation, **kwargs
    )


def test_required_heads_are_exact_and_rounded_up_once():
    operation = one_pool()
    for work in (100.0, 199.9, 200.0, 230.0, 260.0, 446.0):
        plan = plan_of(operation, np.full((3, 2), work))
        assert plan.required(0.5, "core").tolist() == [exact_employed(work / 20, 223, 260)] * 2


@pytest.mark.parametrize(
    ("present", "share", "employed"), [(21, "0.3", 30), (7, "0.3", 10), (54, "0.1", 60)]
)
def test_shrinkage_has_no_binary_dust(present, share, employed):
    operation = one_pool(shrinkage=Shrinkage.of(out_of_office={"leave": share}))
    plan = plan_of(operation, np.full((3, 2), float(present)), hours_per_head=1.0)
    assert plan.required(0.8).tolist() == [employed] * 2


def test_p80_is_the_quantile_over_paths_and_more_paths_do_not_move_it():
    operation = one_pool(heads=30)
    few, many = (
        plan_of(operation, weekly_paths(400, paths=n, cv=0.15, seed=n)) for n in (2000, 4000)
    )
    work = weekly_paths(400, paths=2000, cv=0.15, seed=2000)[:, 0]
    assert few.required(0.8)[0] == np.ceil(np.quantile(work / 20 * 260 / 223, 0.8))
    assert np.abs(few.required(0.8) - many.required(0.8)).max() <= 1


def test_the_percentile_is_applied_once_on_totals():
    plan = plan_of(two_pools(), weekly_paths(260, cv=0.3))
    total = plan.required_paths[:, :, :-1].sum(axis=-1)
    assert np.allclose(total, plan.required_paths[:, :, -1])
    assert (plan.required(0.8) == np.ceil(np.quantile(total, 0.8, axis=0) - 1e-9)).all()


def test_identity_and_totals_hold_in_the_table():
    plan = plan_of(two_pools(), weekly_paths(260, growth=0.03), as_of="2026-01-12T00:00:00+00:00")
    frame = plan.frame
    gained = frame.bop + frame.hires + frame.transfers_in - frame.attrition - frame.transfers_out
    assert (gained == frame.eop).all()
    pools = frame[frame.pool != "all"].groupby("month")[["bop", "eop", "hires", "attrition"]].sum()
    total = frame[frame.pool == "all"].set_index("month")[["bop", "eop", "hires", "attrition"]]
    assert (pools == total).all().all()


def test_hires_close_every_gap_that_they_can_reach():
    plan = plan_of(two_pools(), weekly_paths(260, growth=0.03))
    frame = plan.frame[plan.frame.pool != "all"]
    reachable = frame.month >= "2026-05"  # eight weeks of lead, then the ramp
    assert (frame[reachable].gap <= 0).all()
    assert (frame[~reachable].hires.groupby(frame.pool).sum() > 0).all()


def test_nobody_starts_before_the_lead_time_or_in_a_freeze():
    terms = HiringTerms(lead_weeks=8, freeze_months=("2026-04",), max_hires_per_month=3)
    plan = plan_of(one_pool(heads=6, hiring=terms), weekly_paths(260))
    starts = plan.of("core").set_index("month").hires
    assert starts[:"2026-02"].sum() == 0
    assert starts["2026-04"] == 0
    assert starts.max() <= 3
    assert plan.hires.approve_by.min() >= date(2026, 1, 1)


def test_nothing_is_hired_when_enough_people_are_there():
    plan = plan_of(one_pool(heads=40), weekly_paths(260))
    assert plan.of().hires.sum() == 0
    assert (plan.of().gap < 0).all()


def test_without_hiring_the_gap_shows_what_attrition_costs():
    operation = one_pool(
        heads=16, attrition=Attrition(bands=(AttritionBand(from_months=0, yearly=0.5),))
    )
    plan = plan_of(operation, weekly_paths(260, cv=0), hiring=False)
    assert plan.of().hires.sum() == 0
    assert plan.of().gap.iloc[-1] == plan.required(0.8)[-1] - plan.of().eop.iloc[-1] > 0


def test_requisitions_join_on_their_date_and_are_paid_from_it():
    operation = one_pool(heads=0, open_requisitions=((date(2026, 4, 16), 2),))
    plan = plan_of(operation, weekly_paths(1.0, months=6), hiring=False)
    core = plan.of("core").set_index("month")
    assert core.eop.tolist() == [0, 0, 0, 2, 2, 2]
    month = 60_000 * 1.3 / 12
    assert core.cost["2026-04"] == pytest.approx(2 * month / 2, abs=0.01)
    assert core.cost["2026-05"] == pytest.approx(2 * month, abs=0.01)


def test_availability_of_a_month_replaces_the_usual_share():
    august = MonthlyAvailability(pool="core", month="2026-02", availability="0.5")
    plan = plan_of(one_pool(), np.full((3, 3), 100.0), availability=[august])
    assert plan.required(0.5, "core").tolist() == [6, 10, 6]


def test_the_first_month_counts_from_as_of():
    plan = plan_of(one_pool(), np.full((3, 2), 230.0), as_of="2026-01-21T00:00:00+00:00")
    assert plan.required(0.5).tolist() == [14, 14]
    assert any("2026-01 counts from 2026-01-21" in note for note in plan.notes)


def test_the_opening_backlog_is_worked_off_in_four_weeks():
    staffing = toy_staffing(
        {"hash_match": np.full((3, 3), 200.0)}, opening=(("hash_match", -2.0, 400.0),)
    )
    operation = one_pool()
    heads = plan_headcount(toy_curve(operation), staffing, operation).required_paths[0, :, 0]
    base = 10 * 260 / 223
    assert heads[1:] == pytest.approx([base, base])
    assert (heads[0] / base - 1) * 200 * 31 / 7 == pytest.approx(400)


def test_risk_is_the_share_of_paths_short_of_people():
    plan = plan_of(one_pool(heads=14), weekly_paths(240, cv=0.2, paths=500), hiring=False)
    work = weekly_paths(240, cv=0.2, paths=500)
    share = (work / 20 * 260 / 223 > 14).mean(axis=0)
    assert plan.of("core").risk_short.to_numpy() == pytest.approx(share)


def test_random_attrition_raises_the_risk():
    leaving = Attrition(bands=(AttritionBand(from_months=0, yearly=0.6),))
    calm, risky = (
        plan_of(one_pool(heads=16, attrition=a), weekly_paths(240, cv=0.1), hiring=False)
        for a in (STEADY, leaving)
    )
    assert risky.of().risk_short.iloc[-1] > calm.of().risk_short.iloc[-1]


def test_expected_shortfall_asks_for_more_than_its_percentile():
    weekly = weekly_paths(260, cv=0.2)
    tail = HiringPolicy(goal=AtExpectedShortfall(tail=0.2))
    usual, safe = plan_of(two_pools(), weekly), plan_of(two_pools(), weekly, policy=tail)
    assert safe.of().hires.sum() > usual.of().hires.sum()
    assert (usual.required(0.8) == safe.required(0.8)).all()


def test_attrition_rises_with_exposure():
    effect = HiringPolicy(exposure_effect=ExposureEffect(per_hour=0.5, reference_hours=2.0))
    leaving = Attrition(bands=(AttritionBand(from_months=0, yearly=0.3),))
    operation = one_pool(heads=60, attrition=leaving)
    usual = plan_of(operation, np.full((3, 12), 400.0), hiring=False)
    harder = plan_of(operation, np.full((3, 12), 400.0), hiring=False, policy=effect)
    # 20 hours a week over 5 days: 4 h a day, two above the reference, so twice the hazard.
    factor = np.log(harder.of().eop.iloc[-1] / 60) / np.log(usual.of().eop.iloc[-1] / 60)
    assert factor == pytest.approx(2.0, abs=0.1)


def test_same_seed_same_table():
    first, second = (plan_of(two_pools(), weekly_paths(260), seed=5) for _ in range(2))
    assert first.frame.equals(second.frame)
    assert first.ledger.equals(second.ledger)


def test_all_faults_come_in_one_message():
    with pytest.raises(DataError) as caught:
        plan_of(
            one_pool(),
            weekly_paths(260),
            planned_hires=[PlannedHire(pool="core", start=date(2026, 1, 15), heads=2)],
            transfers=[PlannedTransfer(source="core", target="cora", month="2026-03", heads=1)],
            reductions=[PlannedReduction(pool="core", month="2031-01", heads=1)],
        )
    text = str(caught.value)
    assert "before the lead time of 8 weeks" in text
    assert "did you mean 'core'" in text
    assert "month '2031-01' is not in the plan" in text


def test_a_start_in_the_past_is_refused():
    with pytest.raises(DataError, match="before the plan begins"):
        plan_of(one_pool(open_requisitions=((date(2025, 12, 1), 2),)), weekly_paths(260))


def test_a_curve_of_another_operation_is_refused():
    staffing = toy_staffing({"hash_match": weekly_paths(260)})
    with pytest.raises(DataError, match="build the curve from this operation"):
        plan_headcount(toy_curve(two_pools()), staffing, one_pool())


@pytest.mark.parametrize("share", [1.2, 35])
def test_attrition_over_one_hundred_percent_is_refused(share):
    with pytest.raises(DataError, match=r"yearly attrition must be a fraction in \[0, 1\)"):
        AttritionBand(from_months=0, yearly=share)


def test_a_ramp_above_one_is_refused():
    with pytest.raises(DataError, match=r"ramp shares must lie in \[0, 1\]"):
        Ramp(weekly=(0.5, 1.2))


def test_a_percentile_written_in_percent_is_refused():
    with pytest.raises(DataError, match=r"Did you mean 0.8\?"):
        plan_of(one_pool(), weekly_paths(260), percentile=80)


def test_the_summary_tells_each_month_in_words():
    text = plan_of(two_pools(), weekly_paths(260, growth=0.03)).summary()
    first = text.splitlines()[0]
    for words in ("heads at P50", "at P80", "at month end", "short by", "hires", "USD", "risk"):
        assert words in first
    assert "binding: the daily exposure cap on hash_match" in text
    assert "any of the 2 pools is short; of a pool alone it is at most" in text


def test_the_cap_and_the_leave_need_two_and_a_third_times_the_heads():
    operation = one_pool()
    work = np.full((3, 12), 8_000.0)
    capped = plan_of(operation, work, hours_per_head=4 * 5.0)
    paid = plan_of(one_pool(shrinkage=Shrinkage()), work, hours_per_head=2080 / 52)
    ratio = capped.required(0.8)[0] / paid.required(0.8)[0]
    assert ratio == pytest.approx(2080 / (223 * 4), rel=0.01)
    assert ratio == pytest.approx(2.33, rel=0.01)


def test_enough_in_all_is_not_called_covered_while_a_pool_is_short():
    operation = two_pools()
    staffing = toy_staffing({"hash_match": weekly_paths(220)})
    plan = plan_headcount(
        toy_curve(operation, split=(0.95, 0.05)), staffing, operation, hiring=False
    )
    first = plan.summary().splitlines()[0]
    rows = plan.frame[plan.frame["month"] == plan.months.labels[0]].set_index("pool")["gap"]
    assert rows["all"] <= 0 < rows.iloc[0], rows.to_dict()
    assert f"enough in all, but not where needed: short are {rows.index[0]} by" in first
