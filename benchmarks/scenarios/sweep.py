"""Time a sweep: python -m benchmarks.scenarios.sweep [SAMPLE] [--each 50] [--every 5] [--runs ...]

Four classes of scenario, `--each` of each: volume; handling, target or cap; opening hours or
shifts; headcount only. Runs, in the order asked for:

- `full`: all of them on two workers;
- `serial`, `two`: every so-manieth (`--every`) on one and on two workers, for the speed-up;
- `afresh`: the same ones on two workers without the memo.

Prints seconds, the speed-up, what the memo reused, and whether runs gave the same bytes.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import capacity as cap
from benchmarks.scenarios.many import CLASSES, many_scenarios
from capacity.domain import Comparison, Plan
from capacity.execution import content_key
from capacity.scenarios import ResultStore

SEED = 7
JOBS = {"full": 2, "serial": 1, "two": 2, "afresh": 2}


def tell(line: str) -> None:
    """Progress goes to standard error."""
    print(line, file=sys.stderr, flush=True)


def key_of(result: Comparison) -> str:
    """A key of all figures; what was reused is told apart."""
    return content_key(replace(result, reused=result.frame, text=""))


def print_reused(base: Plan, result: Comparison) -> None:
    """By class and step the share of scenarios that took the step over."""
    table = result.reused.assign(kind=result.reused["scenario"].str.rsplit(n=1).str[0])
    shares = table.pivot_table(index="step", columns="kind", values="reused", sort=False)
    took = dict(base.seconds)
    print(f"{'share reused':14}{'base s':>8}" + "".join(f"{name:>18}" for name in CLASSES))
    for step, row in shares.iterrows():
        print(
            f"{step:14}{took[str(step)]:>8.1f}" + "".join(f"{row[name]:>18.2f}" for name in CLASSES)
        )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sample", type=Path, nargs="?", default=Path("data/samples/child_safety"))
    parser.add_argument("--each", type=int, default=50)
    parser.add_argument("--every", type=int, default=5)
    parser.add_argument(
        "--runs", nargs="+", choices=list(JOBS), default=["serial", "two", "afresh"]
    )
    parser.add_argument("--store", type=Path, help="keep the results of `full` in this folder")
    options = parser.parse_args()
    if not (options.sample / "operation.toml").exists():
        raise SystemExit(f"{options.sample} holds no operation.toml: name the folder of a sample.")
    operation = cap.read_operation(options.sample / "operation.toml")
    volume = cap.read_data(operation).volume(operation=operation)
    begun = time.perf_counter()
    base = cap.plan(volume, operation, seed=SEED, effort=cap.Effort.QUICK)
    print(
        f"base plan {time.perf_counter() - begun:.1f} s; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    every = many_scenarios(operation, options.each)
    print(
        f"{len(every)} scenarios of {len(CLASSES)} classes, effort quick, {base.settings.paths} paths, seed {SEED}"
    )
    print(
        f"{'run':10}{'workers':>8}{'scenarios':>11}{'seconds':>10}{'a scenario':>12}{'planned':>9}",
        flush=True,
    )
    seconds: dict[str, float] = {}
    found: dict[str, Comparison] = {}
    for name in options.runs:
        items = every if name == "full" else [
            s for k, s in enumerate(every) if k // len(CLASSES) % options.every == 0
        ]  # fmt: skip
        begun = time.perf_counter()
        keeps = options.store if name == "full" else None
        store = ResultStore.open(keeps) if keeps else None
        found[name] = cap.compare(
            base, items, jobs=JOBS[name], reuse=name != "afresh", store=store, progress=tell
        )
        seconds[name] = time.perf_counter() - begun
        planned = int((found[name].frame["status"] == "planned").sum()) - 1
        print(f"{name:10}{JOBS[name]:>8}{len(items):>11}{seconds[name]:>10.1f}{seconds[name] / len(items):>12.2f}{planned:>9}", flush=True)  # fmt: skip
        if name in ("full", "serial"):
            print_reused(base, found[name])
    print_ratios(seconds, found)


def print_ratios(seconds: dict[str, float], found: dict[str, Comparison]) -> None:
    """Speed-up of two workers, and what the memo saves, with whether the bytes agree."""
    for one, other, words in (
        ("serial", "two", "two workers are faster than one by"),
        ("afresh", "two", "the memo is faster than planning afresh by"),
    ):
        if one in seconds and other in seconds:
            same = key_of(found[one]) == key_of(found[other])
            print(f"{words} {seconds[one] / seconds[other]:.2f} x ({seconds[one] - seconds[other]:.1f} s); same bytes: {same}")  # fmt: skip


if __name__ == "__main__":
    main()
