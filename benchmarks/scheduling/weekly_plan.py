"""Size, proven gap and time of the weekly shift plan, and of the factor search on it.

    python -m benchmarks.scheduling.weekly_plan [--minutes 60 30] [--search] [--only TEXT]

`sample` is the child-safety sample's operation with Poisson demand at the level of its history's
last four weeks; `team` a generated operation of 8 queues, 5 pools and 140 people at 16 Erlang. The
gap is to the relaxation, whose value is recomputed from its duals. Times are processor seconds on
one thread, model building included.
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.scheduling.teams import generated_team
from benchmarks.standard_cases import ByQueue
from capacity.domain import Demand, Effort, MonthGrid, Operation, TimeGrid
from capacity.domain.seeds import stream
from capacity.intake import read_operation
from capacity.queueing import staff
from capacity.scheduling import schedule
from capacity.scheduling.weekly.solving import build_program, solve_week
from capacity.scheduling.weekly.week import build_week, cut_grid, week_profile

SAMPLE = Path("data/samples/child_safety")
START = pd.Timestamp("2026-01-05", tz="UTC")


def sample(minutes: int) -> tuple[Operation, dict[str, float]]:
    operation = replace(read_operation(SAMPLE / "operation.toml"), interval_minutes=minutes)
    counts = pd.read_csv(SAMPLE / "counts.csv.gz", keep_default_na=False, parse_dates=["start"])
    last = counts[counts["start"] > counts["start"].max() - pd.Timedelta(days=28)]
    rate = last.groupby("queue")["count"].sum() / (28 * 24)
    return operation, {name: float(rate.get(name, 0.01)) for name in operation.queue_names}


def demand_of(operation: Operation, per_hour: dict[str, float], paths: int) -> Demand:
    grid = TimeGrid(
        start=START,
        minutes=operation.interval_minutes,
        periods=2 * 168 * 60 // operation.interval_minutes,
    )
    hour = np.arange(grid.periods) * grid.hours % 24
    shape = 1 + 0.4 * np.sin(2 * np.pi * (hour - 9) / 24)
    level = stream(1, "week").gamma(100, 0.01, paths)[:, None]  # cv .10, common to all queues
    counts = {
        name: stream(1, name).poisson(rate * grid.hours * shape * level)
        for name, rate in per_hour.items()
    }
    return Demand(
        grid=grid,
        months=MonthGrid(first=pd.Period("2026-01", freq="M"), periods=1),
        queues=operation.queue_names,
        n_paths=paths,
        seed=1,
        as_of=START,
        source=ByQueue(counts),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=int, nargs="+", default=[60, 30])
    parser.add_argument(
        "--search", action="store_true", help="the factor search with 200 paths too"
    )
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    rows = []
    for name, make in (("sample", sample), ("team", generated_team)):
        for minutes in options.minutes if options.only in name else ():
            operation, per_hour = make(minutes)
            staffing = staff(demand_of(operation, per_hour, 200), operation)
            rows.append(
                measure(f"{name} {minutes} min", staffing, operation, search=options.search)
            )
    print(pd.DataFrame(rows).round(3).to_string(index=False))


def measure(name: str, staffing, operation: Operation, *, search: bool) -> dict[str, object]:
    periods = staffing.grid.intervals_per_week
    profile = week_profile(staffing, operation, first=0, periods=periods, steady=True)
    began = time.process_time()
    week = build_week(operation, cut_grid(staffing.grid, 0, periods), profile)
    program, _, _ = build_program(week, relaxed=False)
    solved = solve_week(week, effort=Effort.FULL)
    seconds = time.process_time() - began
    row: dict[str, object] = {
        "case": name,
        "program": program.size_text,
        "work h": profile.work.sum(),
        "shifts": solved.shifts.sum(),
        "short h": solved.short_hours,
        "gap %": 100 * (solved.objective - solved.bound) / solved.objective,
        "one shift %": 100 * solved.wage / max(solved.shifts.sum(), 1) / solved.objective,
        "cpu s": seconds,
        "GB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }
    if search:
        began = time.process_time()
        plan = schedule(staffing, operation, weeks=1, paths=200)
        row |= {
            "search cpu s": time.process_time() - began,
            "kept": plan.weeks_kept,
            "factor": plan.factor,
        }
        print("\n".join([name, *map(str, plan.promises), *plan.notes]))
    return row


if __name__ == "__main__":
    main()
