"""Sentences of a headcount plan: what binds, by when to approve, what waiting costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from capacity.domain.display import plural
from capacity.domain.hiring import AtPercentile, HiringPolicy
from capacity.headcount.case import PlanCase
from capacity.headcount.clock import PlanCalendar
from capacity.headcount.optimum import Measure, measure
from capacity.headcount.problem import HiringLimit, HiringProblem, start_limits


def binding_limits(
    case: PlanCase, problem: HiringProblem, policy: HiringPolicy
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Limits whose removal changes the answer of the relaxed program: (names, sentences)."""
    usual = measure(problem)
    names, lines = [], []
    for limit in HiringLimit:
        free = _lifted(case, problem, policy, limit)
        if free is None:
            continue
        changed = measure(free)
        words = _difference(usual, changed, case.operation.currency)
        if words:
            names.append(limit.value)
            lines.append(f"{limit.value} binds: without it {words}")
    return tuple(names), tuple(lines)


def delay_price(case: PlanCase, problem: HiringProblem, policy: HiringPolicy) -> str:
    """What it costs to approve everything one month later, in heads and money (relaxed program)."""
    limit = start_limits(case.operation, case.calendar, policy, delay_months=1)
    later = replace(problem, limit=limit)
    words = _difference(measure(problem), measure(later), case.operation.currency)
    return f"a month of delay of all approvals: {words or 'changes nothing'}"


def deadlines(case: PlanCase, problem: HiringProblem, goal: str) -> list[str]:
    """By pool: by when to approve so that the first reachable month is covered."""
    gap = np.maximum(0.0, case.need - problem.base)
    lines = []
    for k, pool in enumerate(case.operation.pools):
        short = np.flatnonzero(gap[:, k] > 1e-9)
        if not short.size:
            continue
        allowed = np.flatnonzero(problem.limit[k] > 0)
        if not allowed.size:
            lines.append(
                f"{pool.name}: short from {case.calendar.labels[short[0]]} on and nobody may start"
            )
            continue
        lines += _pool_deadline(case, problem, k, goal=goal, short=short, allowed=allowed)
    return lines


def plan_notes(case: PlanCase, policy: HiringPolicy) -> tuple[str, ...]:
    """What the reader must know about the input."""
    notes = list(case.curve_notes)
    unknown = [p.name for p in case.operation.pools if p.heads and not p.tenure_months]
    if unknown:
        notes.append(f"tenure unknown, people counted as tenured: {', '.join(unknown)}")
    first = float(case.calendar.lengths[0])
    if first < 1 - 1e-9:
        day = case.calendar.decision_day
        notes.append(
            f"{case.calendar.labels[0]} counts from {day} on ({100 * first:.0f} % of the month)"
        )
    if case.planned.late_requisitions:
        notes.append(f"{case.planned.late_requisitions} approved heads start after the last month")
    if policy.exposure_effect is not None and case.hazard is not None:
        rise = 100 * (float(case.hazard.max()) - 1)
        notes.append(f"attrition rises with exposure by up to {rise:.0f} %")
    return tuple(notes)


def goal_words(policy: HiringPolicy, percentile: float) -> str:
    """The goal as people say it: P80, or the worst 10 % of futures."""
    goal = policy.goal or AtPercentile(level=percentile)
    if isinstance(goal, AtPercentile):
        return f"P{100 * goal.level:g}"
    return f"the mean of the worst {100 * goal.tail:g} % of futures"


def _pool_deadline(
    case: PlanCase,
    problem: HiringProblem,
    k: int,
    *,
    goal: str,
    short: np.ndarray,
    allowed: np.ndarray,
) -> list[str]:
    calendar, pool = case.calendar, case.operation.pools[k]
    lines = []
    ready = _full_month(problem, k, int(allowed[0]))
    missed = short[short < ready]
    if missed.size:
        first = calendar.first_day(int(allowed[0]))
        full = calendar.labels[ready] if ready < calendar.periods else "after the plan"
        lines.append(
            f"{pool.name}: short from {calendar.labels[missed[0]]} on; an approval today starts on "
            f"{_day(first)} at the earliest and is fully productive from {full}"
        )
    reachable = short[problem.gain[k][allowed][:, short].max(axis=0) >= 0.5]
    if reachable.size:
        month = int(reachable[0])
        missing = float((case.need - problem.base)[month, k])
        given = problem.gain[k, allowed, month]
        heads = int(np.ceil(missing / given.max() - 1e-9))
        start = int(allowed[np.flatnonzero(heads * given >= missing - 1e-9)[-1]])
        day = calendar.approve_by(calendar.first_day(start), pool.hiring.lead_weeks)
        lines.append(
            f"{pool.name}: approve {plural(heads, 'hire')} by {_day(day)} to be covered in "
            f"{_month(calendar, month)} at {goal}"
        )
    return lines


def _full_month(problem: HiringProblem, k: int, start: int) -> int:
    """First month in which people who join in `start` count in full (months, if never)."""
    shares = problem.gain[k, start] / np.maximum(problem.stay[k, start], 1e-12)
    full = np.flatnonzero(shares >= 1 - 1e-9)
    return int(full[0]) if full.size else problem.need.shape[0]


def _lifted(
    case: PlanCase, problem: HiringProblem, policy: HiringPolicy, limit: HiringLimit
) -> HiringProblem | None:
    """The problem without one limit; None where the limit does not exist."""
    if limit is HiringLimit.BUDGET:
        return replace(problem, budget=None) if problem.budget is not None else None
    if limit is HiringLimit.CLASS:
        return replace(problem, class_minimum=1) if problem.class_minimum > 1 else None
    starts = start_limits(case.operation, case.calendar, policy, lifted=limit)
    return None if (starts == problem.limit).all() else replace(problem, limit=starts)


def _difference(before: Measure, after: Measure, currency: str) -> str:
    parts = []
    short, cost = after.short - before.short, after.cost - before.cost
    if abs(short) > 0.05:
        parts.append(f"{abs(short):.1f} head-months {'more' if short > 0 else 'less'} are short")
    if abs(cost) > max(1.0, 1e-6 * abs(before.cost)):
        parts.append(f"hiring costs {currency} {abs(cost):,.0f} {'more' if cost > 0 else 'less'}")
    return " and ".join(parts)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _month(calendar: PlanCalendar, month: int) -> str:
    return f"{calendar.first_day(month):%B %Y}"
