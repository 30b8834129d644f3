"""The staffing curve against direct solves of weeks that it was not built from.

    python -m benchmarks.headcount curve FOLDER [weeks]

Random levels (0.75 to 1.45 of the mean for a quick curve, to 1.8 for a full one) and random mixes
(each queue times a log-normal factor of standard deviation 0.25) of the operation in FOLDER and of
two made ones; each week is solved directly and read off the curves. `held` solves the week again
with each pool held at no less than its share of the curve: what it needs beyond the fewest heads is
what a wrong division over pools costs. The last rows solve single demand paths, whose hours differ
from the mean week's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from capacity.domain import (
    Break,
    Effort,
    ExposureCap,
    HandlingTime,
    Operation,
    ShiftTemplate,
    Staffing,
    StaffingCurve,
    Target,
)
from capacity.queueing import staff
from capacity.scheduling import staffing_curve
from capacity.scheduling.curves import representative_week, scale_week
from capacity.scheduling.weekly.sizing import build_sizing, size_week
from capacity.scheduling.weekly.solving import WeekSolver
from capacity.scheduling.weekly.week import Week
from tests.builders import toy_demand, toy_operation, toy_pool, toy_queue

RANGE = {Effort.QUICK: (0.75, 1.45), Effort.FULL: (0.75, 1.8)}


def made_hotline() -> tuple[str, Staffing, Operation]:
    """Two languages with answers in minutes (floors), one deferrable queue; no exposure cap."""
    fast = {"handling": HandlingTime(mean_minutes=6, cv=1.0), "severity": 0.0, "priority": 1}
    soon = (Target(share=0.8, within_hours=0.2, measured_at="started"),)
    queues = (
        toy_queue("call_en", targets=soon, language="en", **fast),
        toy_queue("call_de", targets=soon, language="de", **fast),
        toy_queue("mail", within_hours=24, severity=0.0),
    )
    pools = (
        toy_pool("english", heads=30, skills=("call_en", "mail"), languages=("en",)),
        toy_pool("german", heads=20, skills=("call_de", "mail"), languages=("de", "en")),
    )
    operation = toy_operation(queues=queues, pools=pools, exposure=ExposureCap(hours_per_day=None))
    demand = toy_demand(
        operation, per_hour={"call_en": 60.0, "call_de": 25.0, "mail": 40.0}, paths=60
    )
    return "hotline", staff(demand, operation), operation


def made_daytime() -> tuple[str, Staffing, Operation]:
    """Office hours, three severities, weekly caps and breaks; three pools of nested skills."""
    queues = (
        toy_queue("severe", within_hours=20, severity=1.0),
        toy_queue(
            "mild", within_hours=48, severity=0.4, handling=HandlingTime(mean_minutes=4, cv=1)
        ),
        toy_queue("plain", within_hours=72, severity=0.0),
    )
    lunch = (Break(minutes=30, earliest_minute=180, latest_minute=300),)
    shifts = tuple(
        ShiftTemplate(name=name, start_minute=hour * 60, length_minutes=480, breaks=lunch)
        for name, hour in (("early", 6), ("mid", 9), ("late", 13))
    )
    pools = (
        toy_pool("all", heads=20, skills=("severe", "mild", "plain"), shifts=shifts),
        toy_pool("most", heads=20, skills=("mild", "plain"), shifts=shifts[:2]),
        toy_pool("few", heads=20, skills=("plain",), shifts=shifts[1:2]),
    )
    cap = ExposureCap(hours_per_day=4.0, hours_per_week=16.0, minutes_in_row=60, break_minutes=10)
    operation = toy_operation(queues=queues, pools=pools, exposure=cap)
    demand = toy_demand(operation, per_hour={"severe": 40.0, "mild": 60.0, "plain": 30.0}, paths=60)
    return "daytime", staff(demand, operation), operation


def read_sample(place: Path) -> tuple[str, Staffing, Operation]:
    """The operation of a folder with its own cases."""
    from capacity.forecasting import forecast  # noqa: PLC0415 - only here
    from capacity.intake import read_cases, read_operation  # noqa: PLC0415

    operation = read_operation(place / "operation.toml")
    cases = read_cases(operation.data.cases, history=operation.data.history)
    demand = forecast(cases.volume(), operation, weeks=4, months=3, paths=60, seed=7)
    return operation.name, staff(demand, operation), operation


def mixed_weeks(
    base: Week, staffing: Staffing, effort: Effort, count: int, seed: int
) -> Iterator[Week]:
    """Weeks of random level and mix."""
    rng = np.random.default_rng(seed)
    queues = len(base.operation.queues)
    for _ in range(count):
        yield scale_week(
            base, staffing, rng.uniform(*RANGE[effort]) * np.exp(rng.normal(0, 0.25, queues))
        )


def path_weeks(base: Week, staffing: Staffing, count: int) -> Iterator[Week]:
    """Weeks of single demand paths, hour by hour."""
    periods = base.profile.work.shape[1]
    names = base.operation.queue_names
    drawn = np.array([staffing.work(name, periods=periods) for name in names])
    mean = drawn.mean(axis=1).sum(axis=1)
    for path in range(min(count, drawn.shape[1])):
        work = drawn[:, path]
        factors = work.sum(axis=1) / np.where(mean > 0, mean, 1.0)
        week = scale_week(base, staffing, factors)
        yield replace(week, profile=replace(week.profile, work=work))


def held_heads(week: Week, floor: np.ndarray, solver: WeekSolver) -> float:
    """Fewest heads if no pool may have fewer than `floor`."""
    program, _ = build_sizing(week)
    lower = program.lower.copy()
    lower[program.columns["heads"]] = floor
    _, solution = solver.relax(replace(program, lower=lower))
    return float(solution.take("heads").sum())


def report(
    name: str, kind: str, curve: StaffingCurve, weeks: Iterator[Week], *, hold: bool = True
) -> None:
    """One line: how many weeks are within one head or 2 %, and the worst."""
    off, share, held, low, high = [], [], [], np.inf, 0.0
    solver, holder = WeekSolver(), WeekSolver()
    for week in weeks:
        work = week.profile.work.sum(axis=1)
        direct = size_week(week, solver=solver).total
        off.append(float(curve.total(work)) - direct)
        share.append(off[-1] / direct)
        low, high = min(low, direct), max(high, direct)
        if hold:
            need = held_heads(week, np.asarray(curve.by_pool(work)), holder)
            held.append((need - direct) / direct)
    good = sum(abs(a) <= 1 or abs(b) <= 0.02 for a, b in zip(off, share, strict=True))
    worst, relative = max(off, key=abs), max(share, key=abs)
    extra = f"{100 * np.mean(held):6.2f} {100 * max(held):6.2f}" if held else f"{'':13}"
    print(
        f"{name:13} {kind:12} {len(off):5d} {low:6.1f} {high:6.1f} {good:6d} {worst:+8.3f} "
        f"{100 * relative:+8.3f} {extra}"
    )


def curve(folder: str, weeks: int = 25) -> None:
    """The whole table."""
    place = Path(folder)
    if not (place / "operation.toml").exists():
        print(f"{place} has no operation.toml: nothing to measure")
        return
    began = time.perf_counter()
    print(f"{'operation':13} {'weeks':12} {'count':>5} {'heads from':>6} {'to':>2} {'within':>6} "
          f"{'heads':>8} {'%':>8} {'held mean %':>6} {'max %':>6}")  # fmt: skip
    for number, (name, staffing, operation) in enumerate(
        (read_sample(place), made_hotline(), made_daytime())
    ):
        base = representative_week(staffing, operation)
        for effort in (Effort.QUICK, Effort.FULL):
            drawn = staffing_curve(staffing, operation, effort=effort)
            mixes = mixed_weeks(base, staffing, effort, weeks, seed=200 + number)
            report(name, f"{effort.value} mixes", drawn, mixes)
            report(
                name,
                f"{effort.value} paths",
                drawn,
                path_weeks(base, staffing, max(1, weeks // 3)),
                hold=False,
            )
    print(f"{time.perf_counter() - began:.0f} s")
