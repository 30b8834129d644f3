"""The hiring program against brute force, a second solver, and common sense."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from capacity.domain import (
    Attrition,
    AttritionBand,
    ExposureCap,
    HiringPolicy,
    HiringTerms,
    PlannedHire,
    PoolCost,
    Ramp,
    TransferLane,
    VendorOffer,
)
from capacity.headcount import compare_goals, plan_headcount
from capacity.headcount.optimum import build_program, expected_heads, measure, optimise
from capacity.program import Engine, SolveOptions
from tests.builders import toy_operation, toy_pool, toy_queue
from tests.oracles.headcount import (
    brute_force_hiring,
    toy_case,
    toy_curve,
    toy_staffing,
    weekly_paths,
)

CALM = Attrition(bands=(AttritionBand(from_months=0, yearly=0.2),))


def operation(*heads: int, **fields):
    fields = {
        "attrition": CALM,
        "ramp": Ramp(weekly=(0.0, 0.5)),
        "hiring": HiringTerms(lead_weeks=4, max_hires_per_month=3),
    } | fields
    pools = tuple(toy_pool(f"p{i}", heads=h, **fields) for i, h in enumerate(heads))
    return toy_operation(pools=pools, queues=(toy_queue(),), with_people=False)


@pytest.mark.parametrize("seed", range(12))
def test_the_program_equals_brute_force(seed):
    rng = np.random.default_rng(seed)
    minimum = int(rng.integers(1, 3))
    policy = HiringPolicy(
        class_minimum=minimum,
        shortage_price=float(rng.choice([3_000, 30_000, 300_000])),
        budget=None if seed % 3 else 120_000.0,
    )
    _case, problem = toy_case(
        operation(int(rng.integers(2, 5))),
        weekly_paths(rng.uniform(40, 130), months=4, growth=0.15),
        policy,
    )
    best = brute_force_hiring(problem)
    assert optimise(problem).objective == pytest.approx(best, rel=1e-7)


def test_the_hard_program_equals_brute_force():
    _case, problem = toy_case(operation(3), weekly_paths(60, months=5, growth=0.2), HiringPolicy())
    assert problem.must_cover.any()
    assert optimise(problem).objective == pytest.approx(brute_force_hiring(problem), rel=1e-7)


@pytest.mark.parametrize("seed", range(200))
def test_a_second_solver_finds_the_same_optimum(seed):
    rng = np.random.default_rng(100 + seed)
    policy = HiringPolicy(
        class_minimum=int(rng.integers(1, 4)),
        overtime_share=float(rng.choice([0.0, 0.1])),
        vendors=(
            VendorOffer(
                name="v", pool="p0", monthly_cost=float(rng.uniform(4e3, 2e4)), max_heads=3
            ),
        ),
        lanes=(TransferLane(source="p1", target="p0", training_weeks=1, cost=500.0),),
        budget=None if seed % 2 else float(rng.uniform(1e5, 1e6)),
        change_price=float(rng.choice([0.0, 900.0])),
    )
    team = operation(
        int(rng.integers(2, 9)), int(rng.integers(2, 9)), exposure=ExposureCap(in_overtime=True)
    )
    _case, problem = toy_case(
        team, weekly_paths(rng.uniform(80, 300), months=8, growth=0.05), policy
    )
    if problem.change_price:
        problem = replace(problem, previous=np.ones_like(problem.limit, dtype=float))
    program = build_program(problem, hard=False)
    mine = optimise(
        replace(
            problem,
            must_cover=np.zeros_like(problem.must_cover),
            shortage_price=problem.shortage_price,
        )
    )
    plain = build_program(replace(problem, must_cover=np.zeros_like(problem.must_cover)))
    other = milp(
        plain.cost,
        constraints=LinearConstraint(plain.matrix, plain.row_lower, plain.row_upper),
        bounds=Bounds(plain.lower, plain.upper),
        integrality=plain.integer.astype(int),
        options={"mip_rel_gap": 0.0},
    )
    assert program.cost.size == plain.cost.size
    assert mine.objective == pytest.approx(other.fun, rel=1e-6)
    third = optimise(
        replace(problem, must_cover=np.zeros_like(problem.must_cover)),
        SolveOptions(gap=1e-9, engine=Engine.CBC),
    )
    assert mine.objective == pytest.approx(third.objective, rel=1e-6)


def test_the_relaxed_program_is_a_lower_bound():
    _case, problem = toy_case(operation(3), weekly_paths(80, months=8, growth=0.1), HiringPolicy())
    relaxed, whole = measure(problem), optimise(problem)
    assert relaxed.cost <= whole.objective + 1e-6


def test_the_answer_covers_what_must_be_covered():
    _case, problem = toy_case(
        operation(3, 4), weekly_paths(140, months=12, growth=0.03), HiringPolicy()
    )
    optimum = optimise(problem)
    assert (expected_heads(problem, optimum) >= problem.need - 1e-6)[problem.must_cover].all()


def plan(policy, *, team=None, share=False, level=160.0, growth=0.0, **kwargs):
    team = team or operation(4, 9)
    policy = replace(policy, share_pools=share)
    staffing = toy_staffing({"hash_match": weekly_paths(level, growth=growth, cv=0.05)})
    return plan_headcount(
        toy_curve(team, split=(0.5, 0.5)), staffing, team, policy=policy, **kwargs
    )


def test_a_vendor_bridges_the_lead_time():
    offer = VendorOffer(name="bridge", pool="p0", monthly_cost=9_000, max_heads=5)
    alone, helped = plan(HiringPolicy()), plan(HiringPolicy(vendors=(offer,)))
    assert alone.of("p0").gap.iloc[0] > 0 >= helped.of("p0").gap.iloc[0]
    assert helped.of("p0").vendor_heads.iloc[0] > 0
    paid = helped.ledger[helped.ledger.component == "vendor"]
    assert paid.cents.sum() == 900_000 * int(helped.of("p0").vendor_heads.sum())


def test_transfers_move_idle_people_and_keep_the_identity():
    helped = plan(HiringPolicy(lanes=(TransferLane(source="p1", target="p0"),)))
    assert helped.of("p0").transfers_in.sum() > 0
    assert helped.of("p0").transfers_in.sum() == helped.of("p1").transfers_out.sum()
    assert len(helped.transfers) > 0
    frame = helped.frame
    gained = frame.bop + frame.hires + frame.transfers_in - frame.attrition - frame.transfers_out
    assert (gained == frame.eop).all()


def test_overtime_carries_no_exposure():
    policy = HiringPolicy(overtime_share=0.2)
    assert plan(policy).of().overtime_heads.sum() == 0
    free = operation(4, 9, exposure=ExposureCap(in_overtime=True))
    assert plan(policy, team=free).of().overtime_heads.sum() > 0
    calm = toy_operation(
        pools=operation(4, 9).pools, queues=(toy_queue(severity=0.0),), with_people=False
    )
    assert plan(policy, team=calm).of().overtime_heads.sum() > 0


def test_a_budget_that_is_too_small_leaves_a_gap_and_says_so():
    short = plan(HiringPolicy(budget=30_000.0))
    assert short.of("p0").gap.iloc[-1] > 0
    assert "hiring budget" in short.binding


def test_a_class_below_its_minimum_is_not_run():
    starts = plan(HiringPolicy(class_minimum=3)).frame
    hired = starts[(starts.pool != "all") & (starts.hires > 0)].hires
    assert (hired >= 3).all()


def test_replanning_keeps_the_earlier_starts_when_change_has_a_price():
    first = plan(HiringPolicy(), growth=0.02)
    moved = plan(HiringPolicy(), growth=0.021, previous=first)
    kept = plan(HiringPolicy(change_price=1e5), growth=0.021, previous=first)

    def changes(later):
        return int((later.of("p0").hires - first.of("p0").hires).abs().sum())

    assert changes(kept) <= changes(moved)


def test_waiting_and_deadlines_are_told_in_words():
    advice = "\n".join(plan(HiringPolicy(), growth=0.05).advice)
    assert "p0: approve" in advice
    assert "to be covered in" in advice
    assert "at P80" in advice
    assert "a month of delay of all approvals:" in advice
    assert "hiring lead time binds" in advice


def test_the_deadline_is_a_promise():
    """Approving by the named day covers the named month; a month later does not."""
    team = operation(6, attrition=Attrition(bands=(AttritionBand(from_months=0, yearly=0.0),)))
    staffing = toy_staffing({"hash_match": weekly_paths(82, growth=0.06, cv=0.05)})
    curve = toy_curve(team)
    sentence = plan_headcount(curve, staffing, team).advice[0]
    told = re.fullmatch(r"p0: approve (\d) hires? by (.*) to be covered in (.*) at P80", sentence)
    assert told is not None, sentence
    approve, month = (
        pd.Timestamp(told[2]).date(),
        str(pd.Period(pd.Timestamp(told[3]), freq="M")),
    )

    def gap(start):
        hire = PlannedHire(pool="p0", start=start, heads=int(told[1]))
        table = plan_headcount(curve, staffing, team, planned_hires=[hire], hiring=False).of("p0")
        return int(table.set_index("month").gap[month])

    start = approve + timedelta(weeks=4)
    assert gap(start) <= 0
    later = (pd.Timestamp(start) + pd.offsets.MonthBegin(1)).date()
    assert gap(later) > 0


def test_the_cheaper_pool_price_is_in_the_plan():
    dear = operation(4, 9, cost=PoolCost(annual_salary=90_000, load_factor=1.3, hire_cost=5_000))
    assert plan(HiringPolicy(), team=dear).of().cost.sum() > plan(HiringPolicy()).of().cost.sum()


def test_a_stricter_goal_costs_more_and_is_short_less():
    team = operation(4, 9)
    staffing = toy_staffing({"hash_match": weekly_paths(180, growth=0.02, cv=0.15)})
    table = compare_goals(toy_curve(team, split=(0.5, 0.5)), staffing, team).set_index("goal")
    assert table.cost.loc[["P50", "P80", "P90", "P95"]].is_monotonic_increasing
    assert table.short_head_months.loc[["P50", "P80", "P90", "P95"]].is_monotonic_decreasing
    worst = [goal for goal in table.index if goal.startswith("CVaR")]
    assert table.cost[worst[0]] <= table.cost[worst[1]]


def test_pools_that_may_help_each_other_hire_less():
    """One pool has people to spare who hold the other's skills: deferrable work goes to them."""
    apart, together = (plan(HiringPolicy(), share=share) for share in (False, True))
    assert together.of().hires.sum() < apart.of().hires.sum()
    assert together.of("p0").gap.iloc[0] <= 0 < apart.of("p0").gap.iloc[0]
    lent = together.frame[together.frame.pool != "all"].groupby("month").lent_heads.sum()
    assert lent.abs().max() < 1e-5
    assert (apart.frame.lent_heads == 0).all()
