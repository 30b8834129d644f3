"""The scenario inputs of an Amazon Connect capacity plan, as an operation and a hiring policy."""

from __future__ import annotations

from dataclasses import dataclass, replace

from capacity.domain.faults import FaultList, nearest
from capacity.domain.hiring import HiringPolicy
from capacity.domain.operation import Operation
from capacity.domain.pool import Attrition, AttritionBand
from capacity.domain.queue import Queue
from capacity.domain.target import MeasuredAt, Target

WORKING_DAYS = 250  # a year, in Amazon Connect's own example: 50 % a year is 0.2 % a day


@dataclass(frozen=True, kw_only=True)
class ServiceGoal:
    """A service level of Amazon Connect: a share of contacts started within some seconds."""

    queue: str
    percent: float
    seconds: float


@dataclass(frozen=True, kw_only=True)
class ConnectScenario:
    """What a user types into a capacity planning scenario there; percentages as there, 0..100.

    None leaves the operation's own value. Outsourced contacts are not read: declare a pool with
    vendor=true, so that they have skills, hours and a price.

    Source of the fields: Amazon Connect administrator guide, "Capacity planning".

    Examples
    --------
    >>> scenario = ConnectScenario(daily_attrition_percent=0.2, max_overtime_percent=10)
    >>> round(scenario.yearly_attrition, 3)
    0.5
    >>> scenario.policy().overtime_share
    0.1
    """

    max_occupancy_percent: float | None = None
    daily_attrition_percent: float | None = None
    fte_hours_per_week: float | None = None
    max_overtime_percent: float = 0.0
    goals: tuple[ServiceGoal, ...] = ()

    def __post_init__(self) -> None:
        faults = FaultList(title="The Amazon Connect scenario was refused")
        bounds = (
            ("max_occupancy_percent", self.max_occupancy_percent, 100.0),
            ("daily_attrition_percent", self.daily_attrition_percent, 100 / WORKING_DAYS),
            ("fte_hours_per_week", self.fte_hours_per_week, 168.0),
        )
        for name, value, most in bounds:
            if value is not None and not 0 <= value <= most:
                faults.add(name, f"is {value:g}", f"give a number from 0 to {most:g}")
        if not 0 <= self.max_overtime_percent <= 100:
            faults.add("max_overtime_percent", f"is {self.max_overtime_percent:g}", "give 0 to 100")
        for goal in self.goals:
            if not 0 < goal.percent < 100 or goal.seconds <= 0:
                faults.add(
                    f"goal of {goal.queue}",
                    f"is {goal.percent:g} % in {goal.seconds:g} s",
                    "give a percentage between 0 and 100 and seconds above 0",
                )
        faults.raise_any()

    @property
    def yearly_attrition(self) -> float | None:
        """Daily attrition times 250 working days, as Amazon Connect converts it."""
        daily = self.daily_attrition_percent
        return None if daily is None else min(0.999, daily / 100 * WORKING_DAYS)

    def applied_to(self, operation: Operation) -> Operation:
        """The operation with this occupancy cap, attrition, contract and these targets.

        One attrition rate for all tenures is what the other system knows; ours may differ by tenure.
        """
        faults = FaultList(title="The Amazon Connect scenario does not fit the operation")
        for goal in self.goals:
            if goal.queue not in operation.queue_names:
                names = operation.queue_names
                faults.add(
                    f"goal of {goal.queue}", "is an unknown queue", nearest(goal.queue, names)
                )
        faults.raise_any()
        pools = operation.pools
        if self.yearly_attrition is not None:
            band = AttritionBand(from_months=0, yearly=self.yearly_attrition)
            pools = tuple(replace(pool, attrition=Attrition(bands=(band,))) for pool in pools)
        if self.fte_hours_per_week is not None:
            hours = self.fte_hours_per_week
            pools = tuple(replace(pool, hours_per_week=hours) for pool in pools)
        queues = tuple(self._with_goal(queue) for queue in operation.queues)
        changed = replace(operation, pools=pools, queues=queues)
        if self.max_occupancy_percent is None:
            return changed
        return replace(changed, occupancy_cap=self.max_occupancy_percent / 100)

    def policy(self) -> HiringPolicy:
        """The hiring policy with this much overtime."""
        return HiringPolicy(overtime_share=self.max_overtime_percent / 100)

    def _with_goal(self, queue: Queue) -> Queue:
        targets = tuple(
            Target(
                share=goal.percent / 100,
                within_hours=goal.seconds / 3600,
                measured_at=MeasuredAt.STARTED,
            )
            for goal in self.goals
            if goal.queue == queue.name
        )
        return replace(queue, targets=targets) if targets else queue
