"""Breaches found by the independent check in rosters of random operations.

python -m benchmarks.scheduling.random_rosters --cases 2000
"""

from __future__ import annotations

import argparse
import time

from capacity.scheduling import check, roster
from tests.oracles.rosters import random_case


def main() -> None:
    """Print how many rosters were built and how many breaches the recount found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2_000)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    began, breached, shifts, unfilled, rows = time.perf_counter(), 0, 0, 0, 0
    for seed in range(options.first, options.first + options.cases):
        operation, plan = random_case(seed)
        given = roster(plan, operation, seed=seed)
        report = check(given, operation, plan)
        if not report.passed:
            breached += 1
            print(f"case {seed}: {report.summary()}")
        rows += len(given.frame)
        shifts += int(plan.shifts["heads"].sum())
        unfilled += int(given.unfilled["heads"].sum()) if len(given.unfilled) else 0
    print(
        f"{options.cases} rosters, {shifts:,} planned shifts ({unfilled:,} listed as unfilled), {rows:,} slices: "
        f"{breached} rosters with a breach; {time.perf_counter() - began:.0f} s"
    )


if __name__ == "__main__":
    main()
