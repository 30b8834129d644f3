"""Compare scenarios with a plan: same cases, horizons, paths and seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from capacity.domain.comparison import Comparison
from capacity.domain.effort import Effort
from capacity.domain.plan import Plan
from capacity.execution import Shared, content_key, run_many
from capacity.planning.holding import BaseKeys
from capacity.planning.steps import STEPS
from capacity.scenarios.measuring import Measured, measure
from capacity.scenarios.pairing import COLUMNS, pair_with
from capacity.scenarios.scenario import AS_IS, Scenario, check_names
from capacity.scenarios.store import ResultStore
from capacity.scenarios.tasks import (
    Case,
    Task,
    case_key,
    chain_cases,
    read_case,
    reused_steps,
    run_task,
)
from capacity.scenarios.words import comparison_words


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

    With Effort.QUICK a new shift plan holds the margins of `plan` instead of searching its own,
    and where only arrivals change the staffing curve of `plan` is read at the new volumes.
    With Effort.FULL every scenario finds its own.

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
    base = BaseKeys.of(plan)
    cases = [read_case(base, operation) for operation in operations]
    sweep = Sweep(
        base=base,
        cases=tuple(cases),
        names=tuple(scenario.name for scenario in scenarios),
        reuse=reuse,
        store=store,
    )
    found = sweep.run(jobs=jobs, progress=progress)
    return assemble(plan, scenarios, found, sweep.reused(found))


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Cases to plan against one base, with the store that keeps what is finished."""

    base: BaseKeys
    cases: tuple[Case, ...]
    names: tuple[str, ...]
    reuse: bool
    store: ResultStore | None

    def run(self, *, jobs: int | None, progress: Callable[[str], None] | None) -> list[Measured]:
        """Results of all cases, those that the store holds taken from it."""
        keys = [case_key(self.base.plan, case) for case in self.cases] if self.store else []
        known = self._finished(keys)
        if known and progress is not None:
            progress(f"{len(known)} of {len(keys)} scenarios are finished already")
        todo = [k for k in range(len(self.cases)) if k not in known]
        chains = self._chains(todo)

        def keep(place: int, results: list[Measured]) -> None:
            for k, result in zip(chains[place], results, strict=True):
                if self.store is not None:
                    self.store.keep(keys[k], result)

        made = run_many(
            run_task,
            self._tasks(chains),
            names=[", ".join(self.names[k] for k in chain) for chain in chains],
            jobs=jobs,
            progress=progress,
            done=keep,
        )
        for chain, results in zip(chains, made, strict=True):
            known |= dict(zip(chain, results, strict=True))
        if self.store is not None:
            self.store.close(dict(zip(self.names, keys, strict=True)))
        return [known[k] for k in range(len(self.cases))]

    def reused(self, found: Sequence[Measured]) -> pd.DataFrame:
        """Which steps of each planned scenario were taken over; no trace of a resumed run."""
        taken = reused_steps(self.base, self.cases, self._chains(range(len(self.cases))))
        rows = [
            {"scenario": name, "step": step.name, "reused": self.reuse and step.name in taken[k]}
            for k, (name, item) in enumerate(zip(self.names, found, strict=True))
            if not item.failure
            for step in STEPS
        ]
        return pd.DataFrame(rows, columns=["scenario", "step", "reused"])

    def _finished(self, keys: Sequence[str]) -> dict[int, Measured]:
        if self.store is None:
            return {}
        found = {key: self.store.find(key) for key in dict.fromkeys(keys)}
        return {k: item for k, key in enumerate(keys) if (item := found[key]) is not None}

    def _chains(self, places: Sequence[int]) -> list[list[int]]:
        chains = chain_cases(self.base, [self.cases[k] for k in places], reuse=self.reuse)
        return [[places[k] for k in chain] for chain in chains]

    def _tasks(self, chains: Sequence[Sequence[int]]) -> list[Task]:
        plan = self.base.plan
        shared = Shared(plan, key=content_key(plan.volume, plan.settings, plan.operation))
        return [
            Task(
                base=shared,
                operations=tuple(self.cases[k].operation for k in chain),
                reuse=self.reuse,
            )
            for chain in chains
        ]


def assemble(
    plan: Plan, scenarios: Sequence[Scenario], found: Sequence[Measured], reused: pd.DataFrame
) -> Comparison:
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
        reused=reused,
        notes=notes,
        text=comparison_words(frame, paired, scenarios, notes, settings.percentile),
    )


def _notes(plan: Plan) -> tuple[str, ...]:
    if plan.settings.effort is Effort.QUICK:
        return (
            "effort QUICK in every row: shifts of one week, relaxed and rounded, with the margins of the plan",
        )
    return ()
