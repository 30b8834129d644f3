"""plan_headcount: from the staffing curve to heads, hires, risk and money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from capacity.domain.curve import StaffingCurve
from capacity.domain.faults import require_positive, require_share
from capacity.domain.headcount import HeadcountPlan
from capacity.domain.hiring import (
    AtPercentile,
    CostBook,
    HiringPolicy,
    MonthlyAvailability,
    PlannedHire,
    PlannedReduction,
    PlannedTransfer,
)
from capacity.domain.operation import Operation
from capacity.domain.staffing import Staffing, Treatment
from capacity.headcount.case import PlanCase
from capacity.headcount.clock import PlanCalendar
from capacity.headcount.cohorts import run_flows
from capacity.headcount.deciding import Decided, decide
from capacity.headcount.exposure import (
    divide_work,
    exposed_hours,
    leaving_hazard,
    overtime_heads,
    serving,
    sharable,
)
from capacity.headcount.inputs import collect_inputs
from capacity.headcount.ledger import book_costs
from capacity.headcount.money import PriceList
from capacity.headcount.optimum import optimise
from capacity.headcount.problem import HiringProblem
from capacity.headcount.requirement import (
    check_curve,
    monthly_availability,
    required_paths,
    weekly_work,
)
from capacity.headcount.risk import short_share, simulate_heads
from capacity.headcount.staffgoal import goal_heads
from capacity.headcount.tables import hires_table, leaving_table, plan_frame, transfers_table
from capacity.headcount.words import (
    binding_limits,
    deadlines,
    delay_price,
    goal_words,
    plan_notes,
)


def plan_headcount(
    curve: StaffingCurve,
    staffing: Staffing,
    operation: Operation,
    *,
    percentile: float = 0.80,
    seed: int = 0,
    policy: HiringPolicy = HiringPolicy(),  # noqa: B008 - frozen
    book: CostBook = CostBook(),  # noqa: B008 - frozen
    planned_hires: Sequence[PlannedHire] = (),
    transfers: Sequence[PlannedTransfer] = (),
    reductions: Sequence[PlannedReduction] = (),
    availability: Sequence[MonthlyAvailability] = (),
    previous: HeadcountPlan | None = None,
    hiring: bool = True,
    backlog_weeks: float = 4.0,
    standard_hours_per_week: float = 40.0,
) -> HeadcountPlan:
    """How many heads are needed by pool and month, whom to hire when, at what cost and risk.

    Work per path and month goes through the curve to heads present, through availability to
    heads employed; `percentile` is the quantile over paths, rounded up once. Hires come from a
    program that covers the goal of `policy` in every pool and month at least cost.

    Parameters
    ----------
    percentile : the one hedge on the level of volume, 0..1; also the goal unless `policy.goal`.
    seed : of random attrition (the demand paths carry their own).
    policy : goal, levers and limits of hiring.
    book : grades, raises and dated exchange rates.
    planned_hires, transfers, reductions : what is decided already.
    availability : months whose leave differs from the pool's usual share.
    previous : last plan; with `policy.change_price` its starts are kept unless change pays.
    hiring : False shows what happens if nothing more is approved.
    backlog_weeks : weeks over which the opening backlog is worked off (convention).
    standard_hours_per_week : paid hours of one FTE (40, that is 2,080 a year).

    Raises
    ------
    DataError
        Inputs that name unknown pools or months, hires before their lead time, costs or rates
        that are missing: all faults in one message.
    """
    require_share(percentile, "percentile", low=1e-9)
    require_positive(standard_hours_per_week, "standard_hours_per_week")
    check_curve(curve, staffing, operation)
    case = prepare_case(
        curve, staffing, operation, percentile=percentile, policy=policy, book=book,
        backlog_weeks=backlog_weeks, planned=(planned_hires, transfers, reductions, availability),
    )  # fmt: skip
    problem = case.problem(policy, previous)
    if not hiring:
        problem = problem.without_levers()
    decided = decide(case, problem)
    return _finish(
        case, decided, problem, policy=policy, percentile=percentile, seed=seed,
        standard_hours=standard_hours_per_week,
    )  # fmt: skip


def prepare_case(
    curve: StaffingCurve,
    staffing: Staffing,
    operation: Operation,
    *,
    percentile: float,
    policy: HiringPolicy,
    book: CostBook,
    backlog_weeks: float,
    planned: tuple[
        Sequence[PlannedHire],
        Sequence[PlannedTransfer],
        Sequence[PlannedReduction],
        Sequence[MonthlyAvailability],
    ] = ((), (), (), ()),
) -> PlanCase:
    """Everything that is known before hiring is decided: need, people, prices."""
    calendar = PlanCalendar(months=staffing.months, as_of=staffing.as_of)
    hires, transfers, reductions, availability = planned
    known = collect_inputs(
        operation, calendar, hires=hires, transfers=transfers, reductions=reductions,
        availability=availability, policy=policy,
    )  # fmt: skip
    prices = PriceList(operation=operation, calendar=calendar, book=book)
    work = weekly_work(staffing, curve.queues, calendar, backlog_weeks=backlog_weeks)
    shares = monthly_availability(operation, calendar, known.availability)
    required = required_paths(curve, work, operation, shares)
    present = required[..., :-1].mean(axis=0) * shares.astype(float)
    hours = divide_work(work.mean(axis=0), present, operation, curve.queues)
    exposed, unexposed = exposed_hours(hours, operation, curve.queues)
    waits = [staffing.plan_of(queue).treatment is Treatment.WORK for queue in curve.queues]
    shares = sharable(hours, serving(operation, curve.queues), np.array(waits, dtype=float))
    hazard = leaving_hazard(policy.exposure_effect, exposed, present, operation)
    goal = policy.goal or AtPercentile(level=percentile)
    flows = run_flows(
        operation.pools, calendar, known.joins, moves=known.moves, exits=known.exits, hazard=hazard
    )
    return PlanCase(
        operation=operation, calendar=calendar, prices=prices, planned=known, required=required,
        need=goal_heads(required[..., :-1], goal), hazard=hazard, untouched=flows,
        unexposed=overtime_heads(unexposed, operation), shares=shares, curve_binding=curve.binding,
        curve_notes=curve.notes,
    )  # fmt: skip


def _finish(
    case: PlanCase,
    decided: Decided,
    problem: HiringProblem,
    *,
    policy: HiringPolicy,
    percentile: float,
    seed: int,
    standard_hours: float,
) -> HeadcountPlan:
    vendors = policy.vendors
    moves = decided.flows.moves
    ledger = book_costs(
        case.prices, decided.flows, moves, decided.use, lanes=policy.lanes, vendors=vendors
    )
    heads = simulate_heads(
        case.operation.pools, case.calendar, decided.flows, paths=len(case.required), seed=seed
    )
    risk = short_share(case.required[..., :-1], heads, decided.use.relief)
    total = np.quantile(case.required[..., -1:], percentile, axis=0)
    aim = np.concatenate([case.need, total], axis=1)
    frame = plan_frame(
        case.operation, case.calendar, decided.flows, required=case.required, aim=aim,
        productive=decided.productive, use=decided.use, ledger=ledger, risk=risk, percentile=percentile, standard_hours_per_week=standard_hours,
        vendor_pools=[vendor.pool for vendor in vendors],
    )  # fmt: skip
    binding, advice = _advise(case, problem, policy, percentile)
    return HeadcountPlan(
        frame=frame,
        months=case.calendar.months,
        pools=case.operation.pool_names,
        required_paths=case.required,
        percentile=percentile,
        currency=case.operation.currency,
        binding=tuple(dict.fromkeys([*case.curve_binding, *binding])),
        notes=plan_notes(case, policy),
        hires=hires_table(case.operation, case.calendar, case.planned.approved, decided.joins),
        ledger=ledger,
        leaving=leaving_table(case.operation, case.calendar, decided.flows),
        transfers=transfers_table(case.operation, case.calendar, moves),
        advice=advice,
        aim=aim,
        seed=seed,
        as_of=case.calendar.as_of,
    )


def _advise(
    case: PlanCase, problem: HiringProblem, policy: HiringPolicy, percentile: float
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(limits that bind hiring, sentences): deadlines first, then what binds, then waiting."""
    if not problem.limit.any() and not problem.must_cover.any():
        return (), ()
    alone = optimise(problem.without_levers())
    helped = replace(problem, base=problem.base + alone.lent)
    lines = deadlines(case, helped, goal_words(policy, percentile))
    if not lines:
        return (), ()
    names, why = binding_limits(case, problem, policy)
    return names, (*lines, *why, delay_price(case, problem, policy))
