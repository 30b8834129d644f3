"""Headcount and finance, measured.

    python -m benchmarks.headcount identity [plans]      the stock-flow identity in random plans
    python -m benchmarks.headcount solvers [programs]    the hiring program against scipy and CBC
    python -m benchmarks.headcount cents [plans]         sums of cents in every grouping
    python -m benchmarks.headcount quantile              P80 over more and more paths
    python -m benchmarks.headcount workbook [plans]      LibreOffice recalculates random workbooks
    python -m benchmarks.headcount sample FOLDER         18 months x 500 paths of an operation
    python -m benchmarks.headcount curve FOLDER [weeks]  the staffing curve against direct solves

FOLDER holds operation.toml and its case files. Nothing is asserted: tables are printed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from benchmarks.headcount_curve import curve
from capacity.domain import (
    Attrition,
    AttritionBand,
    CostBook,
    Effort,
    ExchangeRate,
    ExposureCap,
    HiringPolicy,
    HiringTerms,
    MonthGrid,
    MonthlyFiscalCalendar,
    Operation,
    PoolCost,
    Raise,
    Ramp,
    Site,
    TransferLane,
    VendorOffer,
    WeeklyFiscalCalendar,
    WeekPattern,
)
from capacity.headcount import plan_headcount
from capacity.headcount.clock import PlanCalendar
from capacity.headcount.cohorts import Exit, Join, Move, run_flows
from capacity.headcount.optimum import build_program, optimise
from capacity.program import Engine, SolveOptions
from capacity.reporting.finance_splits import to_fiscal
from capacity.reporting.workbook_file import to_workbook
from tests.builders import toy_operation, toy_pool, toy_queue
from tests.oracles.headcount import toy_case, toy_curve, toy_staffing, weekly_paths
from tests.oracles.workbooks import find_office, read_sheet, recalculate


def random_operation(rng: np.random.Generator, pools: int, *, seats: bool = True) -> Operation:
    """Pools of random size, tenure, attrition, ramp, terms and cost in two currencies."""
    made = []
    for index in range(pools):
        heads = int(rng.integers(0, 30))
        yearly = rng.uniform(0, 0.9, size=3)
        terms = HiringTerms(
            lead_weeks=int(rng.integers(0, 16)),
            max_hires_per_month=int(rng.integers(1, 9)) if seats else None,
            mentor_hours_per_week=float(rng.choice([0, 4, 8])),
        )
        cost = PoolCost(
            annual_salary=round(float(rng.uniform(2e4, 9e4)), 2),
            load_factor=round(float(rng.uniform(1.05, 1.6)), 3),
            hire_cost=round(float(rng.uniform(0, 6e3)), 2),
            training_cost=round(float(rng.uniform(0, 6e3)), 2),
        )
        bands = (0, 6, 24)
        made.append(
            toy_pool(
                f"pool {index}",
                heads=heads,
                site=("dublin", "austin")[index % 2],
                tenure_months=tuple(int(t) for t in rng.integers(0, 60, heads)),
                attrition=Attrition(
                    bands=tuple(
                        AttritionBand(from_months=b, yearly=float(y))
                        for b, y in zip(bands, yearly, strict=True)
                    )
                ),
                ramp=Ramp(
                    weekly=tuple(np.sort(rng.uniform(0, 1, int(rng.integers(0, 12)))).tolist())
                ),
                hiring=terms,
                cost=cost,
                hours_per_week=float(rng.choice([20, 32, 40])),
            )
        )
    sites = (
        Site(name="dublin", zone="Europe/Dublin", currency="EUR"),
        Site(name="austin", zone="America/Chicago", currency="USD"),
    )
    return toy_operation(
        pools=tuple(made), queues=(toy_queue(),), with_people=False, sites=sites, rates={"EUR": 1.0837},
        exposure=ExposureCap(in_overtime=True),
    )  # fmt: skip


def random_plan(rng: np.random.Generator, **kwargs: object):
    """A whole plan of a random operation, with its operation."""
    pools = int(rng.integers(1, 5))
    operation = random_operation(rng, pools)
    day = int(rng.integers(1, 29))
    work = weekly_paths(
        float(rng.uniform(50, 900)),
        paths=60,
        months=12,
        growth=float(rng.uniform(-0.02, 0.06)),
        seed=int(rng.integers(1e6)),
    )
    staffing = toy_staffing({"hash_match": work}, as_of=f"2026-01-{day:02d}T00:00:00+00:00")
    shares = rng.dirichlet(np.ones(pools))
    names = operation.pool_names
    lanes = (TransferLane(source=names[0], target=names[1], cost=400),) if pools > 1 else ()
    vendor = VendorOffer(
        name="v", pool=names[0], monthly_cost=round(float(rng.uniform(4e3, 1.5e4)), 2), max_heads=3
    )
    policy = HiringPolicy(
        lanes=lanes, vendors=(vendor,), overtime_share=float(rng.choice([0, 0.1]))
    )
    plan = plan_headcount(
        toy_curve(operation, split=tuple(shares)), staffing, operation, policy=policy, **kwargs
    )
    return plan, operation


def identity(plans: int = 10_000) -> None:
    """Random hires, transfers and reductions, played in whole heads."""
    rng = np.random.default_rng(60)
    cells = worst = carried = heads = 0
    began = time.perf_counter()
    for _ in range(plans):
        operation = random_operation(rng, int(rng.integers(1, 5)))
        months = int(rng.integers(1, 25))
        stamp = pd.Timestamp(2026, 1, int(rng.integers(1, 29)), tz="UTC")
        clock = PlanCalendar(
            months=MonthGrid(first=pd.Period("2026-01", freq="M"), periods=months), as_of=stamp
        )
        pools = len(operation.pools)
        joins = []
        for _ in range(int(rng.integers(0, 12))):
            month = int(rng.integers(0, months))
            place = float(clock.edges[month] + rng.uniform(0, 1) * clock.lengths[month])
            joins.append(
                Join(
                    month=month,
                    pool=int(rng.integers(0, pools)),
                    position=place,
                    heads=int(rng.integers(0, 9)),
                )
            )
        flows = run_flows(operation.pools, clock, joins)
        moves, exits = [], []
        for _ in range(3):
            month, pool = int(rng.integers(0, months)), int(rng.integers(0, pools))
            spare = int(flows.eop[:, pool].min()) // 6
            if spare and pools > 1:
                moves.append(Move(month=month, source=pool, target=(pool + 1) % pools, heads=spare))
            elif spare:
                exits.append(Exit(month=month, pool=pool, heads=spare))
        flows = run_flows(operation.pools, clock, joins, moves=moves, exits=exits)
        cells += flows.eop.size
        worst = max(worst, int(np.abs(flows.residual).max()))
        carried = max(carried, int(np.abs(flows.bop[1:] - flows.eop[:-1]).max(initial=0)))
        heads += int(flows.eop.sum())
        worst = max(
            worst,
            int(-flows.eop.min()),
            int(abs(flows.transfers_in.sum() - flows.transfers_out.sum())),
        )
    print(f"{plans:,} random plans, {cells:,} months x pools, {heads:,} head-months")
    print(
        f"largest residual of the identity: {worst} heads; of eop against the next bop: {carried} heads"
    )
    print(f"{time.perf_counter() - began:.1f} s")


def solvers(programs: int = 200) -> None:
    """Random hiring programs in HiGHS through PuLP, scipy.optimize.milp and CBC."""
    rng = np.random.default_rng(61)
    gaps = {"scipy": 0.0, "CBC": 0.0}
    began = time.perf_counter()
    for _ in range(programs):
        operation = random_operation(rng, 2)
        lanes = (TransferLane(source="pool 1", target="pool 0", training_weeks=1, cost=500),)
        vendor = VendorOffer(name="v", pool="pool 0", monthly_cost=9_000, max_heads=3)
        policy = HiringPolicy(
            lanes=lanes, vendors=(vendor,), class_minimum=int(rng.integers(1, 4)),
            overtime_share=float(rng.choice([0, 0.1])), change_price=float(rng.choice([0, 900])),
            budget=None if rng.random() < 0.5 else float(rng.uniform(1e5, 2e6)),
        )  # fmt: skip
        _, problem = toy_case(
            operation, weekly_paths(float(rng.uniform(80, 500)), months=8), policy
        )
        problem = replace(problem, must_cover=np.zeros_like(problem.must_cover))
        if problem.change_price:
            problem = replace(problem, previous=np.ones_like(problem.limit, dtype=float))
        mine = optimise(problem).objective
        program = build_program(problem)
        other = milp(
            program.cost,
            constraints=LinearConstraint(program.matrix, program.row_lower, program.row_upper),
            bounds=Bounds(program.lower, program.upper),
            integrality=program.integer.astype(int),
            options={"mip_rel_gap": 0.0},
        ).fun
        third = optimise(problem, SolveOptions(gap=1e-9, engine=Engine.CBC)).objective
        scale = max(1.0, abs(mine))
        gaps["scipy"] = max(gaps["scipy"], abs(mine - other) / scale)
        gaps["CBC"] = max(gaps["CBC"], abs(mine - third) / scale)
    print(f"{programs} random hiring programs: largest relative difference of the optimum")
    for name, gap in gaps.items():
        print(f"  against {name}: {gap:.1e}")
    print(f"{time.perf_counter() - began:.1f} s")


def cents(plans: int = 100) -> None:
    """Every grouping, currency and calendar adds up to the same cents."""
    rng = np.random.default_rng(62)
    calendars = [MonthlyFiscalCalendar(start_month=m) for m in (1, 2, 4, 7, 10)]
    calendars += [WeeklyFiscalCalendar(end_month=1, weekday=5, pattern=p) for p in WeekPattern]
    groups = [
        ["month"],
        ["pool"],
        ["site"],
        ["grade"],
        ["component"],
        ["currency"],
        ["month", "pool", "component"],
    ]
    off = sums = entries = 0
    for _ in range(plans):
        book = CostBook(
            raises=(Raise(pool="pool 0", month="2026-05", share=0.031),),
            rates=(ExchangeRate(currency="EUR", month="2026-07", rate=1.1003),),
        )
        plan, _ = random_plan(rng, book=book)
        ledger, total = plan.ledger, int(plan.ledger.cents.sum())
        entries += len(ledger)
        for keys in groups:
            off += int(ledger.groupby(keys).cents.sum().sum() != total)
            sums += 1
        for calendar in calendars:
            table = to_fiscal(
                ledger[["month", "pool", "currency", "cents", "cents_local"]],
                calendar,
                values=["cents", "cents_local"],
            )
            off += int(table.cents.sum() != total)
            local = table.groupby("currency").cents_local.sum()
            off += int(not local.equals(ledger.groupby("currency").cents_local.sum()))
            sums += 2
        frame = (plan.frame.cost * 100).round().astype(int)
        off += int(frame[plan.frame.pool == "all"].sum() != total) + int(
            frame[plan.frame.pool != "all"].sum() != total
        )
        sums += 2
    print(
        f"{plans} random plans, {entries:,} ledger entries, {sums:,} sums, {off} off by a cent or more"
    )


def quantile() -> None:
    """P80 heads as the number of paths doubles."""
    operation = toy_operation(pools=(toy_pool(heads=40),), queues=(toy_queue(),), with_people=False)
    print("paths  P80 heads by month (12 months)")
    for paths in (125, 250, 500, 1000, 2000, 4000, 8000):
        work = weekly_paths(900, paths=paths, growth=0.01, cv=0.12, seed=paths)
        plan = plan_headcount(
            toy_curve(operation), toy_staffing({"hash_match": work}), operation, hiring=False
        )
        print(f"{paths:5d}  {plan.required(0.8).tolist()}")


def workbook(plans: int = 10) -> None:
    """Random workbooks without cached values, computed by LibreOffice."""
    if find_office() is None:
        print("LibreOffice is not installed: nothing to compare with")
        return
    rng = np.random.default_rng(63)
    cells, worst, money, checks = 0, 0.0, 0.0, 0.0
    for number in range(plans):
        plan, operation = random_plan(rng)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            path = to_workbook(plan, folder / f"plan{number}.xlsx", operation=operation)
            done = recalculate(path, folder)
            rows = read_sheet(done, "Plan", 4)
            for record, row in zip(plan.frame.to_dict("records"), rows, strict=True):
                for column, value in record.items():
                    if isinstance(value, (int, float)) and pd.notna(value):
                        gap = abs(float(row[column]) - value)
                        worst, cells = max(worst, gap), cells + 1
                        money = max(money, gap) if column.startswith("cost") else money
            checks = max(
                checks, *(abs(float(row["value"])) for row in read_sheet(done, "Checks", 4))
            )
    print(f"{plans} random workbooks recalculated by LibreOffice, {cells:,} cells compared")
    print(f"largest difference: {worst:.1e}; in money: {money:.2f}; largest check: {checks:g}")


def sample(folder: str) -> None:
    """Curve and headcount of an operation with its cases, timed."""
    from capacity.forecasting import forecast  # noqa: PLC0415 - only here
    from capacity.intake import read_cases, read_operation  # noqa: PLC0415
    from capacity.queueing import staff  # noqa: PLC0415
    from capacity.scheduling import staffing_curve  # noqa: PLC0415

    place = Path(folder)
    if not (place / "operation.toml").exists():
        print(f"{place} has no operation.toml: nothing to measure")
        return
    start = time.perf_counter()
    operation = read_operation(place / "operation.toml")
    cases = read_cases(operation.data.cases, history=operation.data.history)
    staffing = staff(
        forecast(cases.volume(), operation, weeks=4, months=18, paths=500, seed=7), operation
    )
    print(f"18 months, 500 paths; read, forecast, staff {time.perf_counter() - start:.1f} s")
    for effort in (Effort.QUICK, Effort.FULL):
        began = time.perf_counter()
        curve = staffing_curve(staffing, operation, effort=effort)
        middle = time.perf_counter()
        plan = plan_headcount(curve, staffing, operation, seed=7)
        end = time.perf_counter()
        print(
            f"{effort.value}: curve {middle - began:.1f} s, headcount {end - middle:.1f} s, together {end - began:.1f} s"
        )
        print("  " + plan.summary().split("\n", maxsplit=1)[0])


COMMANDS = {f.__name__: f for f in (identity, solvers, cents, quantile, workbook, sample, curve)}


def main(arguments: list[str]) -> None:
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__)
        return
    name, *rest = arguments
    COMMANDS[name](*(int(text) if text.isdigit() else text for text in rest))


if __name__ == "__main__":
    main(sys.argv[1:])
