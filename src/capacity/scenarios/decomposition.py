"""Why heads changed from one plan to another, factor by factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from capacity.domain.demand import Demand, PathSource
from capacity.domain.operation import Operation
from capacity.domain.plan import Plan
from capacity.domain.waterfall import Waterfall
from capacity.errors import DataError
from capacity.execution import content_key
from capacity.headcount import plan_headcount
from capacity.queueing import staff
from capacity.scenarios.shapley import MOST_EXACT, shapley_exact, shapley_sampled
from capacity.scheduling import staffing_curve

VOLUME, MIX, OTHER = "volume", "mix", "everything else"
QUEUE_FACTORS = {
    "handling time": ("handling",),
    "automation": ("automation_share",),
    "double review and quality": ("double_review_share", "qa_share", "qa_queue"),
    "targets and opening hours": ("targets", "opening"),
}
POOL_FACTORS = {
    "shrinkage": ("shrinkage",),
    "attrition": ("attrition", "tenure_months"),
    "ramp and mentors": ("ramp", "hiring"),
    "shifts and contracts": ("shifts", "hours_per_week", "days_per_week", "min_rest_hours", "max_days_in_row"),
    "skills": ("skills", "languages"),
    "exposure cap": ("exposure",),
}  # fmt: skip
OPERATION_FACTORS = {
    "exposure cap": ("exposure", "tier_caps"),
    "wellness and occupancy": (
        "occupancy_cap",
        "wellness_minutes_per_exposure_hour",
        "wellness_is_break",
    ),
}
_FACTORS = (*QUEUE_FACTORS, *POOL_FACTORS, *OPERATION_FACTORS)


@dataclass(frozen=True, kw_only=True)
class ScaledPaths:
    """The paths of a source, all counts times one factor: its mix at another level."""

    source: PathSource
    factor: float

    def fine(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        """Counts of the source, scaled."""
        return self.factor * self.source.fine(queue, first, last, periods)

    def monthly(self, queue: str, first: int, last: int) -> np.ndarray:
        """Monthly totals of the source, scaled."""
        return self.factor * self.source.monthly(queue, first, last)


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Two plans, and the heads needed when some factors have changed already."""

    before: Plan
    after: Plan
    month: int
    memo: dict[str, float] = field(default_factory=dict)

    def heads(self, done: frozenset[str]) -> float:
        """Heads of all pools needed in the month at the percentile, before rounding."""
        operation, demand = self.operation(done), self.demand(done)
        key = content_key(operation, VOLUME in done, MIX in done)
        if key not in self.memo:
            staffing = staff(demand, operation)
            curve = staffing_curve(staffing, operation, effort=self.after.settings.effort)
            percentile = self.after.settings.percentile
            plan = plan_headcount(curve, staffing, operation, percentile=percentile, hiring=False)
            needed = plan.required_paths[:, self.month, -1]
            self.memo[key] = float(np.quantile(needed, percentile))
        return self.memo[key]

    def operation(self, done: frozenset[str]) -> Operation:
        """The operation before, with the fields of the changed factors as after."""
        old, new = self.before.operation, self.after.operation
        if OTHER in done:
            old, new = new, old
            done = frozenset(_FACTORS) - done
        top = _taken(new, OPERATION_FACTORS, done)
        queues = _merged(old.queues, new.queues, QUEUE_FACTORS, done)
        pools = _merged(old.pools, new.pools, POOL_FACTORS, done)
        return replace(old, queues=queues, pools=pools, **top)

    def demand(self, done: frozenset[str]) -> Demand:
        """The paths of one side's mix at one side's level (mean total of all queues)."""
        mix = self.after if MIX in done else self.before
        level = self.after if VOLUME in done else self.before
        if mix is level:
            return mix.demand
        factor = _level(level) / _level(mix)
        return replace(mix.demand, source=ScaledPaths(source=mix.demand.source, factor=factor))


def waterfall(
    before: Plan, after: Plan, *, month: str | None = None, orders: int = 16
) -> Waterfall:
    """How much each factor adds to the heads needed, from one plan to another.

    Heads are evaluated on the staffing curve, solved again for every combination of factors, so
    that what factors do together is split fairly (Shapley): by every subset of up to six changed
    factors, else by random orders with a standard error. A factor that did not change gets
    exactly 0 and is left out. "rounding" is what whole heads add.

    Parameters
    ----------
    before, after : Plan
        Same months, percentile and effort; the same queues and pools by name.
    month : str, optional
        Say "2026-09"; by default the peak month of `after`.
    orders : int
        Random orders (each both ways) when more than six factors changed.

    Raises
    ------
    DataError
        The plans cannot be compared: other months, percentile, effort, queues or pools.
    """
    _check(before, after)
    labels = after.headcount.months.labels
    percentile = after.settings.percentile
    if month is not None and month not in labels:
        raise DataError(f"month {month!r} is not in the plans: {labels[0]} to {labels[-1]}.")
    place = labels.index(month) if month else int(after.headcount.required(percentile).argmax())
    sides = Sides(before=before, after=after, month=place)
    factors = changed_factors(before, after)
    if len(factors) <= MOST_EXACT:
        shares = {k: (v, 0.0) for k, v in shapley_exact(sides.heads, factors).items()}
    else:
        shares = shapley_sampled(sides.heads, factors, orders=orders, seed=after.settings.seed)
    old, new = (int(side.headcount.required(percentile)[place]) for side in (before, after))
    rows = [(name, heads, error) for name, (heads, error) in shares.items()]
    rows.append(("rounding", (new - old) - sum(heads for _, heads, _ in rows), 0.0))
    return Waterfall(
        frame=pd.DataFrame(rows, columns=["factor", "heads", "standard_error"]),
        before=old,
        after=new,
        month=labels[place],
        percentile=percentile,
        evaluations=len(sides.memo),
    )


def changed_factors(before: Plan, after: Plan) -> list[str]:
    """Names of the factors in which two plans differ."""
    sides = Sides(before=before, after=after, month=0)
    none = content_key(sides.operation(frozenset()))
    names = [
        name
        for name in dict.fromkeys(_FACTORS)
        if content_key(sides.operation(frozenset({name}))) != none
    ]
    rest = replace(
        after.operation, name=before.operation.name, data=before.operation.data, people=()
    )
    everything = sides.operation(frozenset(names))
    if content_key(_planned(everything)) != content_key(_planned(rest)):
        names.append(OTHER)
    if _demand_key(before) != _demand_key(after):
        names = [VOLUME, MIX, *names]
    return names


def _planned(operation: Operation) -> Operation:
    # People and dated events are heads today and volume: both are told elsewhere.
    return replace(operation, people=(), events=(), name="", holidays=(), special_days=())


def _demand_key(plan: Plan) -> str:
    return content_key([plan.demand.monthly(name) for name in plan.demand.queues])


def _level(plan: Plan) -> float:
    return float(sum(plan.demand.monthly(name).mean(axis=0).sum() for name in plan.demand.queues))


def _taken(noun: Any, factors: dict[str, tuple[str, ...]], done: frozenset[str]) -> dict[str, Any]:
    return {
        name: getattr(noun, name)
        for factor, names in factors.items()
        if factor in done
        for name in names
    }


def _merged(
    old: Sequence[Any],
    new: Sequence[Any],
    factors: dict[str, tuple[str, ...]],
    done: frozenset[str],
) -> tuple[Any, ...]:
    others = {noun.name: noun for noun in new}
    return tuple(replace(noun, **_taken(others[noun.name], factors, done)) for noun in old)


def _check(before: Plan, after: Plan) -> None:
    pairs = {
        "months": (before.headcount.months, after.headcount.months),
        "percentile": (before.settings.percentile, after.settings.percentile),
        "effort": (before.settings.effort, after.settings.effort),
        "queues": (before.operation.queue_names, after.operation.queue_names),
        "pools": (before.operation.pool_names, after.operation.pool_names),
    }
    wrong = [f"{name} ({a} and {b})" for name, (a, b) in pairs.items() if a != b]
    if wrong:
        raise DataError(
            f"the plans cannot be decomposed, they differ in {'; '.join(wrong)}. Fix: plan both alike."
        )
