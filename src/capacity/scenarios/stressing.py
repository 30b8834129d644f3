"""Stress: what happens to today's people when the world changes and nobody plans anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from capacity.domain.display import frame_html
from capacity.domain.operation import Operation
from capacity.domain.plan import Plan
from capacity.domain.simulation import Simulation
from capacity.execution import Progress, run_many
from capacity.planning import Memo
from capacity.planning.running import run_steps
from capacity.planning.steps import STEPS
from capacity.queueing import simulate
from capacity.scenarios.scenario import AS_IS, Scenario, check_names


@dataclass(frozen=True, kw_only=True)
class Stress:
    """One row a scenario and target in `frame`; `text` tells which queue breaks first."""

    frame: pd.DataFrame
    text: str

    def summary(self) -> str:
        """Scenario by scenario: what is kept, and which queue misses by most."""
        return self.text

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="Stress", note=self.text)


def stress(
    plan: Plan,
    scenarios: Sequence[Scenario],
    *,
    jobs: int | None = 1,
    progress: Progress | None = None,
) -> Stress:
    """Play each scenario against the people that `plan` has put on shift, planned for "as is".

    The demand of the scenario meets the roster (or shifts) of the plan: a spike, an outage that
    ends, slower work, shorter targets. Compare plans anew; stress does not.

    Columns of `frame`: scenario, queue, target, share, standard_error, room (share less the
    target), weeks_kept, oldest_hours, backlog_end. "as is" stands first.

    Raises
    ------
    DataError
        A name that stands twice, or a change that the operation refuses: nothing has run.
    """
    check_names(scenarios)
    changed = [s.applied_to(plan.operation, as_of=plan.volume.as_of) for s in scenarios]
    names = [AS_IS, *(scenario.name for scenario in scenarios)]
    tasks = [(plan, operation) for operation in (plan.operation, *changed)]
    played = run_many(_play, tasks, names=names, jobs=jobs, progress=progress)
    rows = [row for name, result in zip(names, played, strict=True) for row in _rows(name, result)]
    frame = pd.DataFrame(rows)
    return Stress(frame=frame, text=_words(names, frame, played))


def _play(task: tuple[Plan, Operation]) -> Simulation:
    plan, operation = task
    step = tuple(step for step in STEPS if step.name == "demand")
    done = run_steps(plan.volume, operation, plan.settings, memo=Memo.of(plan), steps=step)
    people: dict[str, Any] = (
        {"shifts": plan.shifts} if plan.roster is None else {"roster": plan.roster}
    )
    return simulate(done.results["demand"], operation, seed=plan.settings.seed, **people)


def _rows(name: str, result: Simulation) -> list[dict[str, object]]:
    return [
        {
            "scenario": name,
            "queue": p.queue,
            "target": str(p.target),
            "share": p.share,
            "standard_error": p.standard_error,
            "room": p.share - p.target.share,
            "weeks_kept": p.weeks_kept,
            "oldest_hours": p.oldest_hours,
            "backlog_end": p.backlog_end,
        }
        for p in result.promises
    ]


def _words(names: Sequence[str], frame: pd.DataFrame, played: Sequence[Simulation]) -> str:
    lines = []
    for name, result in zip(names, played, strict=True):
        mine = frame[frame["scenario"] == name]
        kept = 100 * float(np.mean(result.all_kept))
        missed = mine[mine["room"] < 0].sort_values("room")
        first = missed.iloc[0] if len(missed) else None
        state = (
            "every target is kept on average"
            if first is None
            else f"{first['queue']} misses by most: {100 * first['share']:.1f} % on time ({first['target']})"
        )
        lines.append(f"{name}: {state}; {kept:.0f} % of weeks keep every target")
    return "\n".join(lines)
