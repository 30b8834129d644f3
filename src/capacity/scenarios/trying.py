"""Sensitivity of heads and money: tornado, price list, grids and break-even."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.domain.headcount import HeadcountPlan
from capacity.domain.operation import Operation
from capacity.domain.plan import Plan
from capacity.domain.pool import LossKind
from capacity.domain.sensitivity import Sensitivity
from capacity.errors import DataError
from capacity.execution import Progress, run_many
from capacity.planning import Memo
from capacity.planning.holding import BaseKeys
from capacity.planning.running import run_steps
from capacity.planning.steps import STEPS
from capacity.queueing import simulate
from capacity.scenarios import changes
from capacity.scenarios.scenario import Change, Scenario, words_of

HEADS_STEPS = tuple(
    step for step in STEPS if step.name in ("demand", "staffing", "curve", "headcount")
)
COLUMNS = ("assumption", "change", "heads", "cost", "elasticity")


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """One assumption and the changes of it that are tried; `relative` is each change's size.

    Without sizes (None) no elasticity is told.
    """

    name: str
    changes: tuple[Change, ...]
    relative: tuple[float | None, ...] = ()


def sensitivity(
    plan: Plan,
    assumptions: Sequence[Assumption],
    *,
    jobs: int | None = 1,
    progress: Progress | None = None,
) -> Sensitivity:
    """What each change of each assumption adds to heads at the peak and to cost.

    Only demand, staffing, curve and headcount are planned again: shifts and promises are not.
    Heads are those of all pools at the plan's percentile, before rounding, in the peak month.

    Raises
    ------
    DataError
        An assumption without changes, or a change that the operation refuses; nothing has run.
    """
    empty = [item.name for item in assumptions if not item.changes]
    if empty or not assumptions:
        raise DataError(
            f"assumption {empty[0] if empty else '(none given)'}: has no change to try."
        )
    pairs = [(item, k, change) for item in assumptions for k, change in enumerate(item.changes)]
    names = [f"{item.name}: {words_of(change)}" for item, _, change in pairs]
    operations = [
        _changed(plan, name, change) for name, (_, _, change) in zip(names, pairs, strict=True)
    ]
    tasks = [(plan, operation) for operation in operations]
    found = run_many(_heads_of, tasks, names=names, jobs=jobs, progress=progress)
    base = (_peak(plan.headcount), _cost(plan.headcount))
    rows = []
    for (item, k, change), (heads, cost) in zip(pairs, found, strict=True):
        size = item.relative[k] if k < len(item.relative) else None
        elastic = (heads / base[0] - 1) / size if size and base[0] > 0 else float("nan")
        rows.append((item.name, words_of(change), heads - base[0], cost - base[1], elastic))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    reach = table.groupby("assumption")["heads"].transform(lambda heads: heads.abs().max())
    order = np.lexsort((np.arange(len(table)), table["assumption"], -reach))
    return Sensitivity(
        frame=table.iloc[order].reset_index(drop=True),
        base_heads=base[0],
        base_cost=base[1],
        currency=plan.headcount.currency,
        percentile=plan.settings.percentile,
        notes=(f"effort {plan.settings.effort.value}, paths and seed of the plan",),
    )


def price_list(
    plan: Plan, *, jobs: int | None = 1, progress: Progress | None = None
) -> Sensitivity:
    """What one unit of each assumption is worth: an hour of cap, a point of shrinkage, and so on.

    Half an hour less and more of the daily cap, a point of absence, ten percent of volume and of
    handling time, an hour off the shortest target of every queue that has two hours or more.
    """
    return sensitivity(plan, unit_changes(plan.operation), jobs=jobs, progress=progress)


def unit_changes(operation: Operation) -> tuple[Assumption, ...]:
    """The assumptions of a price list, as far as the operation has them."""
    found = [
        Assumption(
            name="volume",
            changes=(changes.Volume(by=-0.1), changes.Volume(by=0.1)),
            relative=(-0.1, 0.1),
        ),
        Assumption(
            name="handling time",
            changes=(changes.HandlingTime(by=-0.1), changes.HandlingTime(by=0.1)),
            relative=(-0.1, 0.1),
        ),
        Assumption(
            name="absence",
            changes=(changes.Shrinkage("one more point", "0.01", kind=LossKind.OUT_OF_OFFICE),),
        ),
    ]
    cap = operation.exposure.hours_per_day
    if cap is not None and cap > 0.5:
        moves = tuple(changes.ExposureCap(hours_per_day=cap + step) for step in (-0.5, 0.5))
        sizes = (-0.5 / cap, 0.5 / cap)
        found.append(Assumption(name="exposure cap", changes=moves, relative=sizes))
    for queue in operation.queues:
        tightest = min(queue.targets, key=lambda target: -target.share, default=None)
        if tightest is not None and tightest.within_hours >= 2:
            shorter = changes.Target(
                queue.name, within_hours=tightest.within_hours - 1, share=tightest.share
            )
            found.append(Assumption(name=f"target of {queue.name}", changes=(shorter,)))
    return tuple(found)


def heads_grid(
    plan: Plan,
    rows: Mapping[str, Change],
    columns: Mapping[str, Change] | None = None,
    *,
    jobs: int | None = 1,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Heads at the peak (before rounding) for every combination of changes: one- or two-way."""
    across: Mapping[str, Change] = columns or {"heads": _same}
    cells = [(a, b) for a in rows for b in across]
    tasks = [
        (plan, Scenario(f"{a}, {b}", rows[a], across[b]).applied_to(plan.operation, as_of=plan.volume.as_of))
        for a, b in cells
    ]  # fmt: skip
    found = run_many(
        _heads_of, tasks, names=[f"{a}, {b}" for a, b in cells], jobs=jobs, progress=progress
    )
    table = pd.DataFrame([(a, b, heads) for (a, b), (heads, _) in zip(cells, found, strict=True)], columns=["row", "column", "heads"])  # fmt: skip
    return table.pivot_table(index="row", columns="column", values="heads").loc[list(rows), list(across)]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TeamSuffices:
    """Whether today's heads cover the first month's requirement at the plan's percentile."""

    def __call__(self, plan: Plan, operation: Operation) -> bool:
        """Plan the heads of the changed operation and compare with today's."""
        made = _headcount_of(plan, operation)
        need = float(np.quantile(made.required_paths[:, 0, -1], made.percentile))
        return need <= sum(pool.heads for pool in operation.pools) + 1e-9


@dataclass(frozen=True, kw_only=True)
class PromiseKept:
    """Whether the people planned today (not planned anew) keep every target of a queue."""

    queue: str

    def __call__(self, plan: Plan, operation: Operation) -> bool:
        """Play the changed demand against the plan's own roster or shifts."""
        operation.queue(self.queue)
        demand_step = tuple(step for step in STEPS if step.name == "demand")
        memo = Memo.of(plan)
        done = run_steps(plan.volume, operation, plan.settings, memo=memo, steps=demand_step)
        people = {"roster": plan.roster} if plan.roster is not None else {"shifts": plan.shifts}
        seed = plan.settings.seed
        played = simulate(done.results["demand"], operation, seed=seed, **people)
        return all(item.is_kept for item in played.promises if item.queue == self.queue)


@dataclass(frozen=True, kw_only=True)
class BreakEven:
    """Between which values the answer turns: it holds at `holds_at` and fails at `fails_at`."""

    holds_at: float
    fails_at: float
    evaluations: int

    def summary(self) -> str:
        """The bracket in words."""
        return f"holds at {self.holds_at:g}, fails at {self.fails_at:g} ({self.evaluations} plans)"


def break_even(
    plan: Plan,
    change: Callable[[float], Change],
    *,
    holds_at: float,
    fails_at: float,
    condition: Callable[[Plan, Operation], bool],
    within: float,
    progress: Progress | None = None,
) -> BreakEven:
    """Where a condition turns from holding to failing, by bisection to a bracket of `within`.

    "At what volume does the urgent target fail?" is `change=lambda by: Volume("urgent", by=by)`
    with `PromiseKept(queue="urgent")`; "what cap can today's team hold?" is
    `change=lambda h: ExposureCap(hours_per_day=h)` with `TeamSuffices()`. The condition is taken
    to turn once between the ends.

    Raises
    ------
    DataError
        The condition does not hold at `holds_at`, or does not fail at `fails_at`.
    """
    if within <= 0:
        raise DataError(f"within must be positive, got {within!r}.")
    count = 0

    def ask(value: float) -> bool:
        nonlocal count
        count += 1
        answer = condition(plan, _changed(plan, f"{value:g}", change(value)))
        if progress is not None:
            progress(f"{value:g}: {'holds' if answer else 'fails'}")
        return answer

    if not ask(holds_at):
        raise DataError(
            f"the condition does not hold at {holds_at:g}. Fix: start from a value where it does."
        )
    if ask(fails_at):
        raise DataError(
            f"the condition still holds at {fails_at:g}. Fix: give a value where it fails."
        )
    good, bad = holds_at, fails_at
    while abs(bad - good) > within:
        middle = (good + bad) / 2
        good, bad = (middle, bad) if ask(middle) else (good, middle)
    return BreakEven(holds_at=good, fails_at=bad, evaluations=count)


def _same(operation: Operation) -> Operation:
    return operation


def _changed(plan: Plan, name: str, change: Change) -> Operation:
    return Scenario(name, change).applied_to(plan.operation, as_of=plan.volume.as_of)


def _headcount_of(plan: Plan, operation: Operation) -> HeadcountPlan:
    holding = BaseKeys.of(plan).holding(operation)
    run = run_steps(
        plan.volume,
        operation,
        holding.settings,
        memo=Memo.of(plan),
        steps=HEADS_STEPS,
        lent=holding.lent,
    )
    made: HeadcountPlan = run.results["headcount"]
    return made


def _heads_of(task: tuple[Plan, Operation]) -> tuple[float, float]:
    made = _headcount_of(*task)
    return _peak(made), _cost(made)


def _peak(heads: HeadcountPlan) -> float:
    return float(np.quantile(heads.required_paths[:, :, -1], heads.percentile, axis=0).max())


def _cost(heads: HeadcountPlan) -> float:
    return float(heads.of("all")["cost"].sum())
