"""The steps of a plan as data: what each is called, what it needs and what it never reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from capacity.domain.effort import Effort
from capacity.domain.operation import Operation
from capacity.domain.plan import PlanSettings
from capacity.forecasting import forecast
from capacity.headcount import plan_headcount
from capacity.queueing import simulate, staff
from capacity.scheduling import check, roster, schedule, staffing_curve
from capacity.scheduling.rostering import SearchLimits

Results = Mapping[str, Any]
Verb = Callable[[Operation, PlanSettings, Results], Any]

QUICK_ROSTER = SearchLimits(
    gap=0.02, proof_nodes=0, moves=12, stall=6, move_nodes=10, line_rounds=0
)
"""A built roster and a few moves: on the child-safety sample it leaves as much open as the long search."""

MONEY = frozenset({"currency", "rates", "pools.cost", "sites.currency"})
FLOWS = frozenset(
    {
        "pools.attrition",
        "pools.hiring",
        "pools.ramp",
        "pools.tenure_months",
        "pools.open_requisitions",
    }
)
LABELS = frozenset({"name", "data"})
PEOPLE = frozenset(
    {
        "sites",
        "pools",
        "people",
        "exposure",
        "tier_caps",
        "rotation",
        "cover",
        "occupancy_cap",
        "wellness_minutes_per_exposure_hour",
        "wellness_is_break",
        "currency",
        "rates",
    }
)
ARRIVALS = frozenset(
    {
        "events",
        "holidays",
        "special_days",
        "queues.arrival_profile",
        "queues.prior_per_day",
        "queues.like",
    }
)
REVIEW = frozenset(
    f"queues.{name}"
    for name in (
        "priority",
        "batch_mean",
        "detection_lag_hours",
        "targets",
        "handling",
        "severity",
        "automation_share",
        "double_review_share",
        "qa_share",
        "qa_queue",
        "escalates_to",
        "opening",
        "skill",
        "language",
        "on_site_only",
    )
)
QUICK_PATHS = 20
"""Weeks played case by case for the promise of a quick plan; its standard error says how sure."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: `verb` makes its result from the operation, the settings and earlier results.

    `inputs` names the earlier results that it reads and `settings` the settings. `ignores` names
    the fields of the operation that it NEVER reads ("people", "pools.cost"): whatever is not
    named counts as read, so that a new field can make a result too fresh but never stale.
    """

    name: str
    verb: Verb
    inputs: tuple[str, ...]
    settings: tuple[str, ...] = ()
    ignores: frozenset[str] = frozenset()


def _demand(operation: Operation, settings: PlanSettings, done: Results) -> Any:
    return forecast(
        done["volume"],
        operation,
        weeks=settings.weeks,
        months=settings.months,
        paths=settings.paths,
        seed=settings.seed,
    )


def _staffing(operation: Operation, settings: PlanSettings, done: Results) -> Any:
    return staff(done["demand"], operation)


def _shifts(operation: Operation, settings: PlanSettings, done: Results) -> Any:
    return schedule(
        done["staffing"],
        operation,
        weeks=1 if settings.effort is Effort.QUICK else settings.schedule_weeks,
        confidence=settings.confidence,
        effort=settings.effort,
        factors=dict(settings.factors) or None,
        seed=settings.seed,
    )


def _roster(operation: Operation, settings: PlanSettings, done: Results) -> Any:
    if not operation.people:
        return None
    limits = QUICK_ROSTER if settings.effort is Effort.QUICK else None
    return roster(done["shifts"], operation, seed=settings.seed, limits=limits)


def _check(operation: Operation, settings: PlanSettings, done: Results) -> Any:
    return check(done["roster"], operation, done["shifts"]) if done["roster"] else None


def _simulation(operation: Operation, settings: PlanSettings, done: Results) -> Any:
    # The promise of a plan is that of its people: the roster where there is one.
    known = "shifts" if done["roster"] is None else "roster"
    people = {known: done[known]}
    paths = QUICK_PATHS if settings.effort is Effort.QUICK else None
    return simulate(done["demand"], operation, **people, paths=paths, seed=settings.seed)


def _curve(operation: Operation, settings: PlanSettings, done: Results) -> Any:
    return staffing_curve(done["staffing"], operation, effort=settings.effort)


def _headcount(operation: Operation, settings: PlanSettings, done: Results) -> Any:
    return plan_headcount(
        done["curve"],
        done["staffing"],
        operation,
        percentile=settings.percentile,
        seed=settings.seed,
    )


STEPS = (
    Step(
        name="demand",
        verb=_demand,
        inputs=("volume",),
        settings=("weeks", "months", "paths", "seed"),
        ignores=LABELS | PEOPLE | REVIEW,
    ),
    Step(name="staffing", verb=_staffing, inputs=("demand",), ignores=LABELS | PEOPLE | ARRIVALS),
    Step(
        name="shifts",
        verb=_shifts,
        inputs=("staffing",),
        settings=("schedule_weeks", "confidence", "effort", "factors", "seed"),
        ignores=LABELS | FLOWS | ARRIVALS,
    ),
    Step(
        name="roster",
        verb=_roster,
        inputs=("shifts",),
        settings=("effort", "seed"),
        ignores=LABELS | FLOWS | MONEY | ARRIVALS,
    ),
    Step(
        name="check",
        verb=_check,
        inputs=("roster", "shifts"),
        ignores=LABELS | FLOWS | MONEY | ARRIVALS,
    ),
    Step(
        name="simulation",
        verb=_simulation,
        inputs=("demand", "shifts", "roster"),
        settings=("effort", "seed"),
        ignores=LABELS | FLOWS | MONEY | ARRIVALS,
    ),
    Step(
        name="curve",
        verb=_curve,
        inputs=("staffing",),
        settings=("effort",),
        ignores=LABELS | FLOWS | ARRIVALS | {"people"},
    ),
    Step(
        name="headcount",
        verb=_headcount,
        inputs=("curve", "staffing"),
        settings=("percentile", "seed"),
        ignores=LABELS | ARRIVALS | {"people"},
    ),
)


def content_read(step: Step, operation: Operation) -> dict[str, Any]:
    """What a step may read of an operation: everything but the fields that it ignores."""
    content: dict[str, Any] = {}
    for item in fields(operation):
        value = getattr(operation, item.name)
        hidden = {
            name.partition(".")[2] for name in step.ignores if name.startswith(f"{item.name}.")
        }
        if item.name in step.ignores:
            continue
        content[item.name] = tuple(_without(noun, hidden) for noun in value) if hidden else value
    return content


def _without(noun: Any, hidden: set[str]) -> dict[str, Any]:
    return {f.name: getattr(noun, f.name) for f in fields(noun) if f.name not in hidden}
