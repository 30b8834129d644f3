"""Time a sweep of scenarios: python -m benchmarks.scenarios.sweep [--each N] [--jobs 1 2] [--sample DIR]

Five kinds of scenario, N of each: volume, handling time, target or cap, opening hours, headcount
only. Prints the seconds of each run, the speed-up over one worker, what the memo saved against
runs without it, and whether all runs gave the same bytes.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import replace
from pathlib import Path

import capacity as cap
from capacity.domain import OpeningHours, Operation
from capacity.execution import content_key

SEED = 7


def scenarios(operation: Operation, each: int) -> list[cap.Scenario]:
    """N scenarios of each kind, spread over the queues and pools in turn."""
    queues, pools = operation.queues, operation.pools
    found = []
    for k in range(each):
        queue, pool = queues[k % len(queues)], pools[k % len(pools)]
        size = 0.05 * (1 + k % 10)
        late = OpeningHours(
            zone=queue.zone, opens_minute=0, closes_minute=1440 - 15 * 4 * (1 + k % 3)
        )
        cap_or_target = (
            cap.change.ExposureCap(hours_per_day=4 - 0.1 * (1 + k % 9))
            if k % 2
            else cap.change.Target(queue.name, within_hours=queue.targets[-1].within_hours * 0.9, share=queue.targets[-1].share)
        )  # fmt: skip
        found += [
            cap.Scenario(f"volume {k}", cap.change.Volume(queue.name, by=size)),
            cap.Scenario(f"handling {k}", cap.change.HandlingTime(queue.name, by=size)),
            cap.Scenario(f"target or cap {k}", cap_or_target),
            cap.Scenario(f"opening {k}", cap.change.OpeningHours(queue.name, late)),
            cap.Scenario(f"headcount {k}", cap.change.Attrition(pool.name, by=-size)),
        ]
    return found


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=1)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--sample", type=Path, default=Path("data/samples/child_safety"))
    parser.add_argument("--afresh", action="store_true", help="also run without the memo")
    options = parser.parse_args()
    operation = cap.read_operation(options.sample / "operation.toml")
    volume = cap.read_data(operation).volume(operation=operation)
    begun = time.perf_counter()
    base = cap.plan(volume, operation, seed=SEED, effort=cap.Effort.QUICK)
    print(
        f"base plan: {time.perf_counter() - begun:.1f} s; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    items = scenarios(operation, options.each)
    print(f"{len(items)} scenarios, effort quick, {base.settings.paths} paths, seed {SEED}")
    print(f"{'run':28}{'seconds':>10}{'a scenario':>12}{'x one worker':>14}   same bytes")
    first: tuple[float, str] | None = None
    runs = [(jobs, True) for jobs in options.jobs] + (
        [(options.jobs[-1], False)] if options.afresh else []
    )
    for jobs, reuse in runs:
        begun = time.perf_counter()
        result = cap.compare(base, items, jobs=jobs, reuse=reuse)
        seconds = time.perf_counter() - begun
        key = content_key(replace(result, reused=result.frame, text=""))
        first = first or (seconds, key)
        name = f"{jobs} workers{'' if reuse else ', without memo'}"
        print(
            f"{name:28}{seconds:>10.1f}{seconds / len(items):>12.1f}{first[0] / seconds:>14.2f}   {key == first[1]}",
            flush=True,
        )
        if reuse and jobs == options.jobs[0]:
            took = dict(base.seconds)
            saved = result.reused[result.reused["reused"]]["step"].map(took).sum()
            print(
                f"  steps reused: {int(result.reused['reused'].sum())} of {len(result.reused)}, {saved:.1f} s by the base plan's times"
            )


if __name__ == "__main__":
    main()
