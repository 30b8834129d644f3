"""What many scenarios cost: python -m benchmarks.scenarios.cost [SAMPLE] [--each 1]

Measures on a sample the seconds and bytes of a forecast for each queue and the seconds of one
scenario of each class (effort QUICK, one process), then plays the list schedule of all tasks on
W workers: a task is the forecast of one operation, or one scenario of it, whose forecast must be
finished. `--forecast-seconds`, `--forecast-bytes` (a queue) and `--scenario-seconds` (one figure a
class) skip the measurement. Prints core-hours, wall hours, memory a worker and the idle share.
"""

from __future__ import annotations

import argparse
import heapq
import pickle
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import capacity as cap
from benchmarks.scenarios.many import CLASSES, many_scenarios

SEED = 7
WORKERS = (2, 16, 64, 256)
HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class Unit:
    """Measured costs of one operation: its queues, its forecast and its scenarios by class."""

    queues: int
    forecast_seconds: float
    forecast_bytes: float
    scenario_seconds: tuple[float, ...]
    worker_bytes: float


def list_schedule(seconds: Sequence[float], workers: int) -> float:
    """When the last task ends if each free worker takes the next of the list."""
    free = [0.0] * workers
    for task in seconds:
        heapq.heapreplace(free, free[0] + float(task))
    return max(free)


def measure(sample: Path, each: int) -> Unit:
    """Plan the sample once, and `each` scenarios of every class, one at a time."""
    operation = cap.read_operation(sample / "operation.toml")
    volume = cap.read_data(operation).volume(operation=operation)
    begun = time.process_time()
    found = cap.forecast(volume, operation, weeks=4, months=6, paths=50, seed=SEED)
    forecast = time.process_time() - begun
    size = len(pickle.dumps(found))
    base = cap.plan(volume, operation, weeks=4, months=6, paths=50, seed=SEED)
    seconds: dict[str, list[float]] = {name: [] for name in CLASSES}
    for scenario in many_scenarios(operation, each):
        begun = time.process_time()
        cap.compare(base, [scenario])
        seconds[scenario.name.rsplit(" ", 1)[0]].append(time.process_time() - begun)
    queues = len(operation.queues)
    return Unit(
        queues=queues,
        forecast_seconds=forecast / queues,
        forecast_bytes=size / queues,
        scenario_seconds=tuple(float(np.mean(seconds[name])) for name in CLASSES),
        worker_bytes=1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    )


def print_table(unit: Unit, *, queues: int, scenarios: int, a_task: int) -> None:
    """Costs on every number of workers; scenario tasks follow the forecasts of all operations."""
    operations = -(-queues // a_task)
    scale = a_task / unit.queues
    forecasts = np.full(operations, unit.forecast_seconds * a_task)
    kinds = np.arange(operations * scenarios) % len(unit.scenario_seconds)
    tasks = scale * np.asarray(unit.scenario_seconds)[kinds]
    tasks = np.sort(tasks)[::-1]
    work = float(forecasts.sum() + tasks.sum())
    print(
        f"{operations} operations of {a_task} queues x {scenarios} scenarios: {len(tasks):,} tasks"
    )
    print(f"forecasts {forecasts.sum() / HOUR:.1f} core-hours, scenarios {tasks.sum() / HOUR:.1f}; forecasts kept {unit.forecast_bytes * queues / 1e9:.2f} GB")  # fmt: skip
    print(
        f"{'workers':>8}{'core-hours':>12}{'wall hours':>12}{'GB a worker':>13}{'idle share':>12}"
    )
    for workers in WORKERS:
        wall = list_schedule(forecasts, workers) + list_schedule(tasks, workers)
        idle = max(0.0, 1.0 - work / (workers * wall))
        print(f"{workers:>8}{work / HOUR:>12.1f}{wall / HOUR:>12.2f}{unit.worker_bytes / 1e9:>13.2f}{idle:>12.5f}")  # fmt: skip


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sample", type=Path, nargs="?", default=Path("data/samples/child_safety"))
    parser.add_argument("--each", type=int, default=1)
    parser.add_argument("--queues", type=int, default=10_000)
    parser.add_argument("--scenarios", type=int, default=500)
    parser.add_argument("--queues-a-task", type=int, default=10)
    parser.add_argument("--forecast-seconds", type=float, help="of one queue; skips measuring")
    parser.add_argument("--forecast-bytes", type=float, default=0.0)
    parser.add_argument("--scenario-seconds", type=float, nargs=len(CLASSES), metavar="S")
    parser.add_argument("--worker-bytes", type=float, default=0.0)
    options = parser.parse_args()
    if (options.forecast_seconds is None) != (options.scenario_seconds is None):
        raise SystemExit("--forecast-seconds and --scenario-seconds go together: give both.")
    if options.forecast_seconds is not None:
        unit = Unit(
            queues=options.queues_a_task,
            forecast_seconds=options.forecast_seconds,
            forecast_bytes=options.forecast_bytes,
            scenario_seconds=tuple(options.scenario_seconds),
            worker_bytes=options.worker_bytes,
        )
    elif not (options.sample / "operation.toml").exists():
        raise SystemExit(f"{options.sample} holds no operation.toml: name the folder of a sample.")
    else:
        unit = measure(options.sample, options.each)
    kinds = ", ".join(f"{name} {s:.2f} s" for name, s in zip(CLASSES, unit.scenario_seconds, strict=True))  # fmt: skip
    print(f"a queue: forecast {unit.forecast_seconds:.3f} s, {unit.forecast_bytes / 1e3:.0f} kB")
    print(f"a scenario of {unit.queues} queues: {kinds}")
    print_table(
        unit, queues=options.queues, scenarios=options.scenarios, a_task=options.queues_a_task
    )


if __name__ == "__main__":
    main()
