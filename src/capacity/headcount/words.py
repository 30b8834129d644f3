"""Sentences of a headcount plan: what binds, by when to approve, what waiting costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capacity.domain.hiring import HiringPolicy
from capacity.headcount.problem import HiringProblem

if TYPE_CHECKING:
    from capacity.headcount.planning_steps import Decided, PlanCase


def advise(
    case: PlanCase,
    decided: Decided,
    problem: HiringProblem | None,
    policy: HiringPolicy,
    percentile: float,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(what binds hiring, sentences of advice)."""
    return (), ()


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
            f"{case.calendar.months.labels[0]} counts from {day} on ({100 * first:.0f} % of the month)"
        )
    if case.planned.late_requisitions:
        notes.append(f"{case.planned.late_requisitions} approved heads start after the last month")
    if policy.exposure_effect is not None and case.hazard is not None:
        notes.append(
            f"attrition rises with exposure by up to {100 * (case.hazard.max() - 1):.0f} %"
        )
    return tuple(notes)
