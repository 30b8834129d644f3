"""Compare scenarios with a plan: same cases, horizons, paths and seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from capacity.domain.comparison import Comparison
from capacity.domain.effort import Effort
from capacity.domain.operation import Operation
from capacity.domain.plan import Plan
from capacity.errors import CapacityError
from capacity.execution import content_key, run_many
from capacity.planning import Memo, plan_volume
from capacity.planning.steps import STEPS
from capacity.scenarios.measuring import Measured, measure
from capacity.scenarios.pairing import COLUMNS, pair_with
from capacity.scenarios.scenario import AS_IS, Scenario, check_names
from capacity.scenarios.store import ResultStore
from capacity.scenarios.words import comparison_words


@dataclass(frozen=True, kw_only=True)
class Task:
    """What one worker needs: the finished plan, the changed operation, whether to reuse results."""

    base: Plan
    operation: Operation
    reuse: bool


def compare(
    plan: Plan,
    scenarios: Sequence[Scenario],
    *,
    jobs: int | None = 1,
    reuse: bool = True,
    store: ResultStore | None = None,
    progress: Callable[[str], None] | None = None,
) -> Comparison:
    """Plan every scenario on the paths of `plan` and put them side by side, "as is" first.

    Every change is checked before anything runs. Only steps whose inputs a change touches are
    run again; the others are taken from the plan (`reuse=False` runs all of them, with the same
    result). A scenario that no plan can serve has its reason in `status` and no figures.

    Parameters
    ----------
    plan : Plan
        The base; its effort, horizons, paths and seed hold for every scenario.
    scenarios : sequence of Scenario
        Names must differ; "as is" is implied.
    jobs : int or None
        Workers, as in `run_many`; the result does not depend on them.
    store : ResultStore, optional
        Finished scenarios are read from it, and each new one is kept as soon as it is finished:
        after an interrupt or a kill the same call goes on where it stopped.
    progress : callable, optional
        Receives one line for each finished scenario.

    Returns
    -------
    Comparison
        `frame` one row a scenario; `paired` differences to "as is" with 95 % intervals on
        common random numbers; `reused` the steps taken over.

    Raises
    ------
    DataError
        A scenario that stands twice, or a change that the operation refuses.
    """
    check_names(scenarios)
    operations = [s.applied_to(plan.operation, as_of=plan.volume.as_of) for s in scenarios]
    tasks = [Task(base=plan, operation=operation, reuse=reuse) for operation in operations]
    names = [scenario.name for scenario in scenarios]
    if store is None:
        found = run_many(run_task, tasks, names=names, jobs=jobs, progress=progress)
    else:
        found = _stored(tasks, names, store, jobs=jobs, progress=progress)
    return assemble(plan, scenarios, found)


def _stored(
    tasks: Sequence[Task],
    names: Sequence[str],
    store: ResultStore,
    *,
    jobs: int | None,
    progress: Callable[[str], None] | None,
) -> list[Measured]:
    """Results of all tasks, those that the store holds taken from it."""
    keys = [task_key(task) for task in tasks]
    known = {key: result for key in set(keys) if (result := store.find(key)) is not None}
    todo = [k for k, key in enumerate(keys) if key not in known]
    if known and progress is not None:
        progress(f"{len(tasks) - len(todo)} of {len(tasks)} scenarios are finished already")

    def keep(place: int, result: Measured) -> None:
        store.keep(keys[todo[place]], result)

    fresh = run_many(
        run_task,
        [tasks[k] for k in todo],
        names=[names[k] for k in todo],
        jobs=jobs,
        progress=progress,
        done=keep,
    )
    known |= {keys[k]: result for k, result in zip(todo, fresh, strict=True)}
    store.close(dict(zip(names, keys, strict=True)))
    return [known[key] for key in keys]


def task_key(task: Task) -> str:
    """The content key of a scenario: cases, settings, resulting operation, and what it may reuse."""
    base = task.base
    return content_key(
        "scenario", base.volume, base.settings, base.operation, task.operation, task.reuse
    )


def run_task(task: Task) -> Measured:
    """Plan one scenario and measure it; a plan that cannot be made is measured as such."""
    memo = Memo.of(task.base) if task.reuse else None
    try:
        made = plan_volume(task.base.volume, task.operation, task.base.settings, memo=memo)
    except CapacityError as error:
        return Measured(row={"status": f"no plan: {error}"}, failure=str(error))
    return measure(made)


def assemble(plan: Plan, scenarios: Sequence[Scenario], found: Sequence[Measured]) -> Comparison:
    """The comparison of finished scenarios, in their given order."""
    base = measure(plan)
    settings = plan.settings
    names = [scenario.name for scenario in scenarios]
    frame = pd.DataFrame(
        [
            {"scenario": name, **item.row}
            for name, item in zip([AS_IS, *names], [base, *found], strict=True)
        ]
    )
    tables = [
        pair_with(base, item, scenario=name, percentile=settings.percentile, seed=settings.seed)
        for name, item in zip(names, found, strict=True)
        if not item.failure
    ]
    paired = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(COLUMNS))
    notes = _notes(plan)
    return Comparison(
        frame=frame,
        paired=paired,
        effort=settings.effort,
        seed=settings.seed,
        reused=_reused(names, found),
        notes=notes,
        text=comparison_words(frame, paired, scenarios, notes, settings.percentile),
    )


def _reused(names: Sequence[str], found: Sequence[Measured]) -> pd.DataFrame:
    rows = [
        {"scenario": name, "step": step.name, "reused": step.name in item.reused}
        for name, item in zip(names, found, strict=True)
        if not item.failure
        for step in STEPS
    ]
    return pd.DataFrame(rows, columns=["scenario", "step", "reused"])


def _notes(plan: Plan) -> tuple[str, ...]:
    if plan.settings.effort is Effort.QUICK:
        return ("effort QUICK in every row: shifts of one week, relaxed and rounded",)
    return ()
