"""What the plan of a changed operation takes from its base plan although it could be made anew."""

from __future__ import annotations

from dataclasses import dataclass, replace

from capacity.domain.effort import Effort
from capacity.domain.operation import Operation
from capacity.domain.plan import Plan, PlanSettings
from capacity.execution import content_key
from capacity.planning.running import Lent, step_keys
from capacity.planning.steps import STEPS, content_read

CURVE = next(step for step in STEPS if step.name == "curve")


@dataclass(frozen=True, kw_only=True)
class Holding:
    """The settings and lent results under which a changed operation is planned."""

    settings: PlanSettings
    lent: tuple[Lent, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BaseKeys:
    """A base plan with the content keys of its steps, made once for many changed operations."""

    plan: Plan
    keys: dict[str, str]

    @classmethod
    def of(cls, plan: Plan) -> BaseKeys:
        """The keys of a plan under its own operation and settings."""
        return cls(plan=plan, keys=step_keys(plan.volume, plan.operation, plan.settings))

    def holding(self, operation: Operation) -> Holding:
        """What a quick plan of a changed operation holds; a full plan holds nothing.

        The margins of the base plan, unless its very shift plan can be taken; and its staffing
        curve, if only arrivals changed: the curve gives heads for any volume and mix. Both make
        differences between plans sharper, because the search for a margin has noise of its own.
        """
        plan = self.plan
        if plan.settings.effort is not Effort.QUICK:
            return Holding(settings=plan.settings)
        lent: tuple[Lent, ...] = ()
        same = content_key(content_read(CURVE, operation)) == content_key(
            content_read(CURVE, plan.operation)
        )
        if same:
            lent = (
                Lent(step="curve", name="staffing", value=plan.staffing, key=self.keys["staffing"]),
            )
        upstream = STEPS[: [step.name for step in STEPS].index("shifts") + 1]
        mine = step_keys(plan.volume, operation, plan.settings, upstream)
        if mine["shifts"] == self.keys["shifts"]:
            return Holding(settings=plan.settings, lent=lent)
        known = dict(plan.shifts.factors)
        factors = tuple(
            (name, known.get(name, plan.shifts.factor)) for name in operation.queue_names
        )
        return Holding(settings=replace(plan.settings, factors=factors), lent=lent)
