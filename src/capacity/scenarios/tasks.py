"""What one worker does: changed operations that share steps, planned one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from capacity.domain.operation import Operation
from capacity.domain.plan import Plan
from capacity.errors import CapacityError
from capacity.execution import Shared, content_key
from capacity.planning import Memo, plan_volume
from capacity.planning.holding import BaseKeys
from capacity.planning.running import step_keys
from capacity.planning.steps import STEPS
from capacity.scenarios.measuring import Measured, measure

SHARED = "shifts"
"""Scenarios with the same result of this step, the longest, go to one worker."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A changed operation and the content key of each step of its plan."""

    operation: Operation
    keys: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Task:
    """The finished plan, operations whose plans share steps, and whether to reuse results."""

    base: Shared[Plan]
    operations: tuple[Operation, ...]
    reuse: bool


def read_case(base: BaseKeys, operation: Operation) -> Case:
    """A changed operation with the keys that its steps will have."""
    plan, holding = base.plan, base.holding(operation)
    keys = step_keys(plan.volume, operation, holding.settings, lent=holding.lent)
    return Case(operation=operation, keys=keys)


def chain_cases(base: BaseKeys, cases: Sequence[Case], *, reuse: bool) -> list[list[int]]:
    """Positions of the cases of each task, the tasks that should take longest first.

    Cases that need the same new shift plan stand in one task. Long tasks first leaves short
    ones to fill the end, when workers run out of work.
    """
    took = dict(base.plan.seconds)
    chains: dict[str, list[int]] = {}
    for place, case in enumerate(cases):
        own = not reuse or case.keys[SHARED] == base.keys[SHARED]
        chains.setdefault(f"{place}" if own else case.keys[SHARED], []).append(place)
    done = set(base.keys.values()) if reuse else set()

    def seconds(places: list[int]) -> float:
        new = {cases[k].keys[step.name]: step.name for k in places for step in STEPS}
        return sum(took.get(name, 0.0) for key, name in new.items() if key not in done)

    return sorted(chains.values(), key=lambda places: (-seconds(places), places[0]))


def reused_steps(
    base: BaseKeys, cases: Sequence[Case], chains: Sequence[Sequence[int]]
) -> dict[int, set[str]]:
    """By case the steps whose result is that of the base plan or of an earlier case of its task."""
    found: dict[int, set[str]] = {}
    for chain in chains:
        known = set(base.keys.values())
        for place in chain:
            keys = cases[place].keys
            found[place] = {name for name, key in keys.items() if key in known}
            known |= set(keys.values())
    return found


def case_key(base: Plan, case: Case) -> str:
    """The content key of a scenario: cases, settings, base and resulting operation."""
    return content_key("scenario", base.volume, base.settings, base.operation, case.operation)


def run_task(task: Task) -> list[Measured]:
    """Plan each operation and measure it; a plan that cannot be made is measured as such."""
    base = BaseKeys.of(task.base.value)
    memo = Memo.of(base.plan) if task.reuse else None
    return [_measured(base, operation, memo) for operation in task.operations]


def _measured(base: BaseKeys, operation: Operation, memo: Memo | None) -> Measured:
    holding = base.holding(operation)
    try:
        made = plan_volume(
            base.plan.volume, operation, holding.settings, memo=memo, lent=holding.lent
        )
    except CapacityError as error:
        return Measured(row={"status": f"no plan: {error}"}, failure=str(error))
    return measure(made)
