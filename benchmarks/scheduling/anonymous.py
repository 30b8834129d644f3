"""Anonymous shift programs at size: objective, proven gap, seconds (build included), memory.

    python -m benchmarks.scheduling.anonymous [--only templates|breaks|smooth_breaks|cohorts] [--seed 1]

`templates`: a week of 672 quarter-hours, 2,016 templates without breaks (a start every quarter of an
hour, three lengths), cover at a price. `breaks`: 8.5 h shifts that start every half hour, three
breaks in windows, on a need that jumps from quarter to quarter as counted work does;
`smooth_breaks`: the same on a smooth wave, stopped after 8 s. `cohorts`: 12 groups of people x 6 queues x 4 languages, hourly,
1,000 people under daily and weekly exposure caps. Demand is drawn from the seed.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from benchmarks.scheduling.teams import plain_pool, plain_queue, shifts_every
from capacity.domain import Break, Effort, ExposureCap, Operation, ShiftTemplate, Site, TimeGrid
from capacity.domain.seeds import stream
from capacity.program import Engine, Program, SolveOptions, declare, require, solve, stack
from capacity.scheduling.weekly.cohorts import cover_hours, list_breaks, list_cohorts
from capacity.scheduling.weekly.solving import build_program, solve_week
from capacity.scheduling.weekly.week import WorkProfile, build_week, open_shares, window_terms

START = pd.Timestamp("2026-01-05", tz="UTC")
SHORT, WAGE = 60.0, 10.0  # price of an uncovered reviewer-hour, wage of an hour
OPTIONS = SolveOptions(engine=Engine.DIRECT)
GRID = TimeGrid(start=START, minutes=15, periods=672)
PAUSES = (
    Break(minutes=15, earliest_minute=75, latest_minute=135, paid=True),
    Break(minutes=30, earliest_minute=210, latest_minute=270),
    Break(minutes=15, earliest_minute=345, latest_minute=405, paid=True),
)
Outcome = tuple[str, float, float, str]  # program, objective, bound, status


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one case printed."""

    case: str
    program: str
    objective: float
    bound: float
    gap: float
    status: str
    seconds: float
    cpu_seconds: float
    peak_gb: float


def main() -> None:
    """Run the chosen cases, each one JSON line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=list(CASES))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for case in [options.only] if options.only else CASES:
        print(json.dumps(timed(case, CASES[case], options.seed).__dict__), flush=True)


def timed(case: str, run: Callable[[int], Outcome], seed: int) -> Row:
    """Run one case with wall and processor time, model building included."""
    wall, cpu = time.perf_counter(), time.process_time()
    program, objective, bound, status = run(seed)
    return Row(
        case=case,
        program=program,
        objective=round(objective, 3),
        bound=round(bound, 3),
        gap=round((objective - bound) / max(abs(objective), 1e-9), 6),
        status=status,
        seconds=round(time.perf_counter() - wall, 2),
        cpu_seconds=round(time.process_time() - cpu, 2),
        peak_gb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 3),
    )


def templates(seed: int) -> Outcome:
    """Set covering with 2,016 explicit templates: a start every quarter of an hour, 8 to 10 h."""
    return _cover(shifts_every(15, (), (8, 9, 10)), wave(seed, GRID))


def breaks(seed: int) -> Outcome:
    """Three breaks, implicit (Aykin), on a need that jumps from quarter to quarter of an hour."""
    return _cover(shifts_every(30, PAUSES), jumps(seed, GRID))


def smooth_breaks(seed: int) -> Outcome:
    """The same breaks on a smooth need: symmetric, and far harder to prove."""
    options = replace(OPTIONS, wall_seconds=8.0)
    return _cover(shifts_every(30, PAUSES), wave(seed, GRID), options)


def _cover(
    shifts: tuple[ShiftTemplate, ...], need: np.ndarray, options: SolveOptions = OPTIONS
) -> Outcome:
    program = cover_program(_one_pool(shifts), GRID, need)
    found = solve(program, options)
    return program.size_text, found.objective, found.bound, found.status.value


def wave(seed: int, grid: TimeGrid) -> np.ndarray:
    """Reviewers wanted by interval: a smooth daily wave, weaker at weekends, a level by day."""
    hour = np.arange(grid.periods) * grid.hours
    level = 18 + 10 * np.sin(2 * np.pi * (hour % 24 - 9) / 24)
    day = (hour // 24).astype(int)
    return np.round(
        level * np.where(day % 7 >= 5, 0.6, 1.0) * stream(seed, "wave").gamma(400, 1 / 400, 7)[day]
    )


def jumps(seed: int, grid: TimeGrid) -> np.ndarray:
    """The same wave without a level by day; every quarter of an hour jumps apart, cv one half."""
    hour = np.arange(grid.periods) * grid.hours
    level = 18 + 10 * np.sin(2 * np.pi * (hour % 24 - 9) / 24)
    noise = stream(seed, "jumps").gamma(4.0, 0.25, grid.periods)
    return np.asarray(np.round(level * np.where(hour // 24 % 7 >= 5, 0.6, 1.0) * noise))


def cover_program(operation: Operation, grid: TimeGrid, need: np.ndarray) -> Program:
    """Whole shifts and implicit breaks that cover `need` heads by interval, at a price if not."""
    cohorts = list_cohorts(operation, grid)
    off = list_breaks(cohorts, grid)
    keys, row, count = np.unique(
        np.stack([off.cohort, off.number], axis=1), axis=0, return_inverse=True, return_counts=True
    )
    row = row.ravel()
    free = count[row] > 1  # a break with one position is part of its shift
    fixed = sparse.csr_array(
        (np.ones((~free).sum()), (off.cohort[~free], np.flatnonzero(~free))),
        shape=(len(cohorts), row.size),
    )
    on = cover_hours(cohorts, grid) - fixed @ off.hours
    spots = np.flatnonzero(free)
    used, line = np.unique(row[free], return_inverse=True)
    chosen = sparse.csr_array(
        (np.ones(spots.size), (line, np.arange(spots.size))), shape=(used.size, spots.size)
    )
    taken = sparse.csr_array(
        (np.ones(used.size), (np.arange(used.size), keys[used, 0])), shape=(used.size, len(cohorts))
    )
    paid = np.array([item.shift.paid_hours for item in cohorts])
    cover = {"shifts": on.T / grid.hours, "breaks": -off.hours[spots].T / grid.hours}
    return stack(
        [
            declare("shifts", len(cohorts), cost=WAGE * paid, integer=True),
            declare("breaks", spots.size, integer=True),
        ],
        [
            require("cover", cover, lower=need, price=SHORT * grid.hours),
            require("breaks", {"breaks": chosen, "shifts": -taken}, lower=0, upper=0),
        ],
    )


def cohorts(seed: int) -> Outcome:
    """Languages share nobody, so that each is a week of its own; caps are those of persons."""
    objective = bound = 0.0
    sizes, statuses = [], set()
    for language in range(4):
        operation = _language(language)
        grid = TimeGrid(start=START, minutes=60, periods=168)
        week = build_week(operation, grid, _profile(operation, grid, seed + 10 * language))
        sizes.append(build_program(week, relaxed=False)[0].size_text)
        found = solve_week(week, effort=Effort.FULL, seed=seed)
        objective, bound = objective + found.objective, bound + found.bound
        statuses.add(found.status.value)
    return f"4 x ({sizes[0]})", objective, bound, "/".join(sorted(statuses))


def _language(number: int) -> Operation:
    """Three groups of about 83 people who share six queues."""
    names = tuple(f"q{q}" for q in range(6))
    severity = (1.0, 1.0, 0.7, 0.5, 0.3, 0.0)
    windows = (4.0, 8.0, 24.0, 24.0, 24.0, 72.0)
    queues = tuple(
        plain_queue(name, priority=q + 1, severity=severity[q], within_hours=windows[q])
        for q, name in enumerate(names)
    )
    skills = (names, names[:4], names[2:])
    pools = tuple(
        plain_pool(
            f"l{number}g{g}", skills[g], 83 + (g == 0), shifts_every(240), pay=40_000 + 2_000 * g
        )
        for g in range(3)
    )
    return Operation(
        name=f"language {number}",
        zone="UTC",
        sites=(Site(name="a", zone="UTC", currency="USD"),),
        queues=queues,
        pools=pools,
        interval_minutes=60,
        exposure=ExposureCap(hours_per_day=4.0, hours_per_week=18.0),
    )


def _profile(operation: Operation, grid: TimeGrid, seed: int) -> WorkProfile:
    """About 30 Erlang over six queues, by interval."""
    rng = stream(seed, "work")
    hour = np.arange(grid.periods) % 24
    shape = 1 + 0.4 * np.sin(2 * np.pi * (hour - 9 - rng.integers(0, 6)) / 24)
    shares = np.array([0.1, 0.2, 0.25, 0.2, 0.15, 0.1])
    work = 30.0 * shares[:, None] * shape * rng.gamma(50, 0.02, (6, grid.periods))
    windows = [queue.targets[0].within_hours for queue in operation.queues]
    return WorkProfile(
        work=work,
        floors=np.zeros_like(work),
        terms=np.array([window_terms(hours, grid.hours, grid.periods) for hours in windows]),
        late_share=np.full(6, 0.05),
        open_share=open_shares(operation, grid),
        steady=True,
    )


def _one_pool(shifts: tuple[ShiftTemplate, ...]) -> Operation:
    return Operation(
        name="cover",
        zone="UTC",
        sites=(Site(name="a", zone="UTC", currency="USD"),),
        queues=(plain_queue("all", share=0.8, within_hours=1.0),),
        pools=(plain_pool("people", ("all",), 200, shifts),),
        interval_minutes=15,
    )


CASES: dict[str, Callable[[int], Outcome]] = {
    "templates": templates,
    "breaks": breaks,
    "smooth_breaks": smooth_breaks,
    "cohorts": cohorts,
}

if __name__ == "__main__":
    main()
