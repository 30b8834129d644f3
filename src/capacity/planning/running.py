"""Run the steps, reusing results whose every input is unchanged."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from capacity.domain.operation import Operation
from capacity.domain.plan import Plan, PlanSettings
from capacity.domain.volume import Volume
from capacity.execution import content_key
from capacity.planning.steps import STEPS, Step, content_read

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Memo:
    """Results by content key: equal keys mean equal bytes."""

    results: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan) -> Memo:
        """The results of a finished plan, under the keys of its own operation and settings."""
        keys = step_keys(plan.volume, plan.operation, plan.settings)
        return cls(results={key: getattr(plan, name) for name, key in keys.items()})


@dataclass(frozen=True, kw_only=True)
class Run:
    """All results by step name, the seconds that each took, and which were reused."""

    results: dict[str, Any]
    seconds: tuple[tuple[str, float], ...]
    reused: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Lent:
    """An earlier result that a step reads from another plan instead of from its own run."""

    step: str
    name: str
    value: Any
    key: str


def step_keys(
    volume: Volume,
    operation: Operation,
    settings: PlanSettings,
    steps: Sequence[Step] = STEPS,
    lent: Sequence[Lent] = (),
) -> dict[str, str]:
    """The content key of each step's result: seed, settings, inputs and operation as it is read."""
    keys = {"volume": content_key(volume)}
    for step in steps:
        inputs = keys | {item.name: item.key for item in lent if item.step == step.name}
        keys[step.name] = content_key(
            step.name,
            tuple(inputs[name] for name in step.inputs),
            tuple(getattr(settings, name) for name in step.settings),
            content_read(step, operation),
        )
    del keys["volume"]
    return keys


def run_steps(
    volume: Volume,
    operation: Operation,
    settings: PlanSettings,
    *,
    memo: Memo | None = None,
    progress: Progress | None = None,
    steps: Sequence[Step] = STEPS,
    lent: Sequence[Lent] = (),
) -> Run:
    """Every step in its order; one line of progress a step. What is new enters the memo."""
    keys = step_keys(volume, operation, settings, steps, lent) if memo is not None else {}
    results: dict[str, Any] = {"volume": volume}
    seconds: list[tuple[str, float]] = []
    reused: list[str] = []
    for step in steps:
        begun = time.perf_counter()
        if memo is not None and keys[step.name] in memo.results:
            results[step.name] = memo.results[keys[step.name]]
            reused.append(step.name)
        else:
            given = {item.name: item.value for item in lent if item.step == step.name}
            results[step.name] = step.verb(operation, settings, results | given)
            if memo is not None:
                memo.results[keys[step.name]] = results[step.name]
        seconds.append((step.name, time.perf_counter() - begun))
        if progress is not None:
            state = "reused" if step.name in reused else f"{seconds[-1][1]:.1f} s"
            progress(f"{step.name}: {state}")
    return Run(results=results, seconds=tuple(seconds), reused=tuple(reused))
