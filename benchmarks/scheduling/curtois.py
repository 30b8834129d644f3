"""Solve one instance of the Curtois-Qu shift scheduling format with the roster engine.

    python -m benchmarks.scheduling.curtois FILE --seconds 600 --out roster.csv

Prints one JSON line (instance, objective, bound, gap, status, seconds) and writes the roster
(employee, day, shift). The file is only translated (curtois_format.py); rules and solver are
those of the library. The objective printed is recounted from the roster and the file. Wall and
processor seconds go to the error stream: where they differ much, the machine was shared.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import pandas as pd

from benchmarks.scheduling.curtois_format import read_instance, roster_problem
from benchmarks.scheduling.curtois_recount import recount
from capacity.errors import CapacityError
from capacity.scheduling.rostering import SearchLimits, search_roster


def main(arguments: list[str] | None = None) -> int:
    """Solve, recount, write and print; exit code 1 if the recount disagrees, 2 if it cannot be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2, help="processes, 1 or 2")
    parser.add_argument("--trail", action="store_true", help="also print every improvement")
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    if not options.file.is_file():
        parser.error(f"{options.file} is missing; instances: schedulingbenchmarks.org")
    limits = SearchLimits(
        wall_seconds=options.seconds, moves=10**9, stall=150, gap=0.0, workers=options.workers
    )
    try:
        instance = read_instance(options.file)
        problem = roster_problem(instance)
        found = search_roster(problem, seed=options.seed, limits=limits)
    except CapacityError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    rows = [
        (person, day, problem.shifts[shift])
        for person, line in zip(problem.people, found.chosen.tolist(), strict=True)
        for day, shift in enumerate(line)
        if shift >= 0
    ]
    table = pd.DataFrame(rows, columns=["employee", "day", "shift"])
    if options.out:
        table.to_csv(options.out, index=False)
    objective, broken = recount(instance, table)
    answer = {
        "instance": options.file.stem,
        "objective": objective,
        "bound": round(found.bound, 4),
        "gap": round(max(0.0, objective - found.bound) / max(abs(objective), 1e-9), 6),
        "status": found.status.value,
        "seconds": round(found.seconds, 1),
    }
    print(json.dumps(answer), flush=True)
    report_effort(time.perf_counter() - began, found.trail if options.trail else ())
    agrees = not broken and abs(objective - found.objective) < 1e-6
    if not agrees:
        print(f"RECOUNT DISAGREES: engine {found.objective}, rules {broken}", file=sys.stderr)
    return 0 if agrees else 1


def report_effort(wall: float, trail: tuple[tuple[float, float, str], ...]) -> None:
    """Wall and processor seconds, and the improvements asked for, on the error stream."""
    own, helpers = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    spent = own.ru_utime + own.ru_stime + helpers.ru_utime + helpers.ru_stime
    peak = own.ru_maxrss / 2**20
    print(f"wall {wall:.1f} s, processor {spent:.1f} s, peak {peak:.2f} GB", file=sys.stderr)
    for seconds, objective, step in trail:
        print(f"{seconds:9.1f} s  {objective:12.2f}  {step}", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
