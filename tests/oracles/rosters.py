"""Random operations with shift plans, and slow obvious recounts of rosters."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from capacity.domain import (
    Break,
    CounsellingSession,
    Effort,
    ExposureCap,
    HandlingTime,
    Operation,
    Person,
    Pool,
    Queue,
    RollingCap,
    RotationShare,
    ShiftPlan,
    ShiftTemplate,
    Shrinkage,
    Site,
    SolveStatus,
    Target,
    Tier,
    TierCap,
    TimeGrid,
)
from capacity.domain.person import ShiftRequest
from tests.builders import toy_pool

# Weeks that begin before a change of clocks in one of the zones, and ordinary ones.
STARTS = ("2026-01-05", "2026-03-02", "2026-03-23", "2026-10-19", "2026-10-26", "2026-06-01")
ZONES = ("UTC", "Europe/Dublin", "America/Chicago", "Asia/Manila", "Australia/Lord_Howe")


def random_case(seed: int) -> tuple[Operation, ShiftPlan]:
    """An operation with people and a plan for it; about half of the plans ask for too much."""
    rng = np.random.default_rng(seed)
    sites = tuple(
        Site(name=f"site{n}", zone=str(zone), currency="USD")
        for n, zone in enumerate(rng.choice(ZONES, size=2, replace=False))
    )
    queues = tuple(_queue(rng, n) for n in range(int(rng.integers(1, 5))))
    pools = tuple(_pool(rng, n, queues, sites[n % 2].name) for n in range(int(rng.integers(1, 3))))
    queues = tuple(q for q in queues if any(pool.serves(q) for pool in pools))
    start = pd.Timestamp(str(rng.choice(STARTS)), tz="UTC")
    start += pd.Timedelta(hours=int(rng.choice([0, 0, 6, 13])))
    days = int(rng.choice([3, 7, 7, 9]))
    operation = Operation(
        name="random",
        zone="UTC",
        sites=sites,
        queues=queues,
        pools=pools,
        people=tuple(_people(rng, pools, start)),
        interval_minutes=int(rng.choice([30, 60])),
        exposure=_cap(rng),
        tier_caps=(TierCap(tier=Tier.OPTED_OUT, share=0.0), TierCap(tier=Tier.NEW, share=0.5)),
        wellness_minutes_per_exposure_hour=float(rng.choice([0, 10, 10, 20])),
        wellness_is_break=bool(rng.random() < 0.7),
        rotation=_rotation(rng, queues),
    )
    return operation, _plan(rng, operation, start, days)


def _rotation(rng: np.random.Generator, queues: tuple[Queue, ...]) -> tuple[RotationShare, ...]:
    if rng.random() < 0.7:
        return ()
    names = tuple(queue.name for queue in queues if rng.random() < 0.5) or (queues[0].name,)
    if rng.random() < 0.5:
        return (RotationShare(queues=names, at_most=float(rng.choice([0.2, 0.5]))),)
    return (RotationShare(queues=names, at_least=float(rng.choice([0.2, 0.5]))),)


def _queue(rng: np.random.Generator, number: int) -> Queue:
    return Queue(
        name=f"q{number}",
        priority=int(rng.integers(1, 4)),
        zone="UTC",
        handling=HandlingTime(mean_minutes=5, cv=1.0),
        targets=(Target(share=0.9, within_hours=24),),
        severity=float(rng.choice([0.0, 0.3, 0.5, 1.0, 1.0])),
        language=str(rng.choice(["en", "de"])) if number and rng.random() < 0.3 else None,
        on_site_only=bool(number and rng.random() < 0.1),
    )


def _pool(rng: np.random.Generator, number: int, queues: tuple[Queue, ...], site: str) -> Pool:
    starts = rng.choice([0, 6, 7, 9, 14, 15, 22, 23], size=int(rng.integers(1, 4)), replace=False)
    shifts = tuple(
        ShiftTemplate(
            name=f"s{hour}",
            start_minute=60 * int(hour),
            length_minutes=int(rng.choice([360, 480, 480, 600])),
            breaks=_breaks(rng),
        )
        for hour in starts
    )
    heads = int(rng.integers(1, 7))
    return toy_pool(
        f"pool{number}",
        heads=heads,
        days_off_in_row=2 if heads % 3 == 0 else 1,
        site=site,
        shifts=shifts,
        skills=tuple(queue.name for queue in queues),
        languages=("en", "de") if rng.random() < 0.7 else ("en",),
        min_rest_hours=float(rng.choice([9, 11, 11, 12, 24])),
        max_days_in_row=int(rng.choice([3, 5, 5, 6])),
        days_per_week=min(int(rng.choice([4, 5, 5, 6])), 5 if heads % 3 == 0 else 6),
        hours_per_week=float(rng.choice([24, 37.5, 40])),
        shrinkage=Shrinkage.of(in_shift={"meetings": "0.05"}),
        on_site=bool(rng.random() < 0.8),
        max_weekends_in_four=int(rng.integers(0, 4)) if rng.random() < 0.3 else None,
        forbidden_sequences=_sequences(rng, shifts),
        overtime_hours_per_week=float(rng.choice([4.0, 10.0])) if rng.random() < 0.2 else 0.0,
    )


def _sequences(
    rng: np.random.Generator, shifts: tuple[ShiftTemplate, ...]
) -> tuple[tuple[str, str], ...]:
    if rng.random() < 0.7:
        return ()
    return ((str(rng.choice([s.name for s in shifts])), str(rng.choice([s.name for s in shifts]))),)


def _breaks(rng: np.random.Generator) -> tuple[Break, ...]:
    kinds = (
        (),
        (Break(minutes=30, earliest_minute=120, latest_minute=240),),
        (
            Break(minutes=15, earliest_minute=60, latest_minute=120, paid=True),
            Break(minutes=30, earliest_minute=150, latest_minute=240),
        ),
    )
    return kinds[int(rng.integers(len(kinds)))]


def _people(rng: np.random.Generator, pools: tuple[Pool, ...], start: pd.Timestamp) -> list[Person]:
    people = []
    for pool in pools:
        for _ in range(pool.heads):
            day = start.date() + timedelta(days=int(rng.integers(0, 10)))
            tiers = [Tier.STANDARD] * 5 + [Tier.NEW, Tier.OPTED_OUT]
            people.append(
                Person(
                    id=f"r{len(people) + 1:03d}",
                    pool=pool.name,
                    skills=tuple(s for s in pool.skills if rng.random() < 0.8) or None,
                    languages=("en",) if rng.random() < 0.3 else None,
                    tier=tiers[int(rng.integers(len(tiers)))],
                    hours_per_week=float(rng.choice([16, 30])) if rng.random() < 0.2 else None,
                    time_off=(day,) if rng.random() < 0.3 else (),
                    requests=(ShiftRequest(day=day, wanted=bool(rng.random() < 0.5)),),
                    carried_exposure=tuple(
                        float(x) for x in np.round(rng.uniform(0, 4, int(rng.integers(0, 7))), 2)
                    ),
                    carried_days=int(rng.integers(0, 5)),
                    carried_weekends=int(rng.integers(0, 4)),
                    office_days=_office_days(rng) if pool.on_site else None,
                    counselling=_sessions(rng, start),
                    last_shift_end=start - pd.Timedelta(hours=int(rng.integers(0, 20)))
                    if rng.random() < 0.5
                    else None,
                )
            )
    return people


def _office_days(rng: np.random.Generator) -> tuple[int, ...] | None:
    if rng.random() < 0.6:
        return None
    return tuple(day for day in range(7) if rng.random() < 0.5)


def _sessions(rng: np.random.Generator, start: pd.Timestamp) -> tuple[CounsellingSession, ...]:
    if rng.random() < 0.7:
        return ()
    first = start + pd.Timedelta(minutes=30 * int(rng.integers(-10, 7 * 48)))
    return (CounsellingSession(start=first, minutes=int(rng.choice([30, 60]))),)


def _cap(rng: np.random.Generator) -> ExposureCap:
    if rng.random() < 0.1:
        return ExposureCap.off()
    return ExposureCap(
        hours_per_day=float(rng.choice([2.0, 3.5, 4.0])) if rng.random() < 0.9 else None,
        any_24_hours=bool(rng.random() < 0.4),
        hours_per_week=float(rng.choice([8.0, 15.0, 20.0])) if rng.random() < 0.8 else None,
        rolling=(
            RollingCap(days=int(rng.choice([2, 7, 28])), hours=float(rng.choice([6.0, 18.0]))),
        )
        if rng.random() < 0.5
        else (),
        minutes_in_row=int(rng.choice([30, 50, 60, 120])) if rng.random() < 0.8 else None,
        break_minutes=int(rng.choice([10, 15, 30])),
        latest_local_minute=int(rng.choice([960, 1200])) if rng.random() < 0.3 else None,
        free_last_minutes=int(rng.choice([0, 0, 30, 60])),
        max_consecutive_days=int(rng.choice([2, 3, 5])) if rng.random() < 0.7 else None,
        recovery_days=int(rng.choice([0, 1, 2])),
        queues=("q0",) if rng.random() < 0.15 else (),
    )


def _plan(
    rng: np.random.Generator, operation: Operation, start: pd.Timestamp, days: int
) -> ShiftPlan:
    minutes = operation.interval_minutes
    grid = TimeGrid(start=start, minutes=minutes, periods=days * 24 * 60 // minutes)
    shifts: list[dict[str, object]] = []
    flows: list[dict[str, object]] = []
    load = rng.uniform(0.2, 0.9)
    for pool in operation.pools:
        rows = list(_planned(rng, operation, pool, grid))
        shifts += rows
        queues = operation.served_by(pool)
        for begin in grid.starts:
            stop = begin + pd.Timedelta(minutes=minutes)
            heads = sum(int(r["heads"]) for r in rows if r["start"] <= begin and r["end"] >= stop)
            parts = rng.dirichlet(np.ones(len(queues))) if queues else []
            flows += [
                {
                    "pool": pool.name,
                    "queue": queue,
                    "start": begin,
                    "hours": float(heads * load * part * minutes / 60),
                }
                for queue, part in zip(queues, parts, strict=True)
                if heads
            ]
    return plan_of(grid, shifts, flows)


def _planned(
    rng: np.random.Generator, operation: Operation, pool: Pool, grid: TimeGrid
) -> list[dict[str, object]]:
    rows = []
    zone = ZoneInfo(operation.zone_of(pool))
    first = grid.start.tz_convert(zone).date()
    for offset in range((grid.end - grid.start).days + 1):
        day = first + timedelta(days=offset)
        for template in pool.shifts:
            heads = int(rng.integers(0, max(pool.heads // 2, 1) + 1))
            row = shift_row(operation, pool, template, day, heads)
            if heads and row["start"] >= grid.start and row["end"] <= grid.end:
                rows.append(row)
    return rows


def shift_row(
    operation: Operation, pool: Pool, template: ShiftTemplate, day: date, heads: int
) -> dict[str, object]:
    """One row of a plan's table of shifts; a start in a hole of the clock moves forward."""
    wall = pd.Timestamp(day) + pd.Timedelta(minutes=template.start_minute)
    start = wall.tz_localize(
        ZoneInfo(operation.zone_of(pool)), nonexistent="shift_forward", ambiguous=True
    ).tz_convert("UTC")
    return {
        "pool": pool.name,
        "shift": template.name,
        "date": day,
        "start": start,
        "end": start + pd.Timedelta(minutes=template.length_minutes),
        "heads": heads,
        "paid_hours": template.paid_hours,
    }


def plan_of(
    grid: TimeGrid, shifts: list[dict[str, object]], flows: list[dict[str, object]]
) -> ShiftPlan:
    """A shift plan that holds these rows and promises nothing."""
    empty = pd.DataFrame(columns=["queue", "start", "hours", "kind"])
    return ShiftPlan(
        grid=grid,
        shifts=pd.DataFrame(
            shifts, columns=["pool", "shift", "date", "start", "end", "heads", "paid_hours"]
        ),
        breaks=pd.DataFrame(columns=["pool", "shift", "date", "start", "minutes", "heads"]),
        flows=pd.DataFrame(flows, columns=["pool", "queue", "start", "hours"]),
        exposure=pd.DataFrame(columns=["pool", "shift", "date", "queue", "start", "hours"]),
        shortfall=empty,
        status=SolveStatus.FEASIBLE,
        objective=0.0,
        bound=0.0,
        effort=Effort.QUICK,
        factor=1.0,
        confidence=0.9,
        seed=0,
    )
