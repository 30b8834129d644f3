"""Small results built by hand: what a chart, a table or a summary is tried on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from capacity.domain import (
    Attrition,
    AttritionBand,
    Backlog,
    Break,
    CheckReport,
    Demand,
    Effort,
    ExposureCap,
    HandlingTime,
    HeadcountPlan,
    HiringTerms,
    MonthGrid,
    Operation,
    Plan,
    Plane,
    PlanSettings,
    Pool,
    PoolCost,
    Promise,
    Queue,
    QueuePlan,
    SeriesLabel,
    ShiftPlan,
    ShiftTemplate,
    Simulation,
    Site,
    SolveStatus,
    Staffing,
    StaffingCurve,
    Target,
    TimeGrid,
    Treatment,
    Volume,
)

START = pd.Timestamp("2026-03-02", tz="UTC")


def operation(**changes: object) -> Operation:
    """Two queues, two pools at two sites."""
    shifts = tuple(
        ShiftTemplate(
            name=name,
            start_minute=start * 60,
            length_minutes=480,
            breaks=(Break(minutes=30, earliest_minute=180, latest_minute=270),),
        )
        for name, start in (("early", 6), ("late", 14))
    )
    common = {
        "languages": ("en",),
        "shifts": shifts,
        "cost": PoolCost(annual_salary=50_000, load_factor=1.3),
        "attrition": Attrition(bands=(AttritionBand(from_months=0, yearly=0.3),)),
        "hiring": HiringTerms(lead_weeks=8),
    }
    fields: dict[str, object] = {
        "name": "toy",
        "zone": "Europe/Dublin",
        "sites": (
            Site(name="dublin", zone="Europe/Dublin", currency="USD"),
            Site(name="austin", zone="America/Chicago", currency="USD"),
        ),
        "queues": (
            Queue(name="urgent", priority=1, zone="UTC", handling=HandlingTime(mean_minutes=10, cv=1.0),
                  targets=(Target(share=0.95, within_hours=1),), skill="review"),
            Queue(name="user_report", priority=2, zone="UTC", handling=HandlingTime(mean_minutes=4, cv=1.0),
                  targets=(Target(share=0.9, within_hours=24),), skill="review", severity=0.5),
        ),
        "pools": (
            Pool(name="dublin_core", site="dublin", skills=("review",), heads=9, **common),
            Pool(name="austin_core", site="austin", skills=("review",), heads=6, **common),
        ),
        "exposure": ExposureCap(),
    }  # fmt: skip
    return Operation(**(fields | changes))


@dataclass(frozen=True)
class ToyPaths:
    """Poisson paths around a daily wave."""

    grid: TimeGrid
    months: MonthGrid
    rates: dict[str, float]

    def _mean(self, queue: str, periods: int) -> np.ndarray:
        hour = np.asarray(self.grid.head(periods).starts.hour)
        wave = 1 + 0.6 * np.sin((hour - 9) / 24 * 2 * np.pi)
        return self.rates[queue] * wave * self.grid.hours

    def fine(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        rows = []
        for path in range(first, last):
            rng = np.random.default_rng([path, len(queue)])
            level = rng.lognormal(0, 0.15) * (1 + 0.0002 * np.arange(periods) * rng.normal())
            rows.append(rng.poisson(np.maximum(0, level * self._mean(queue, periods))))
        return np.array(rows).reshape(last - first, periods)

    def monthly(self, queue: str, first: int, last: int) -> np.ndarray:
        rng = np.random.default_rng(len(queue))
        level = self.rates[queue] * 730 * rng.lognormal(0, 0.2, size=(last - first, 1))
        return np.round(level * np.linspace(1, 1.3, self.months.periods)).astype(int)


def volume() -> Volume:
    grid = TimeGrid(start=START - pd.Timedelta(days=70), minutes=60, periods=70 * 24)
    paths = ToyPaths(grid, months(), {"urgent": 6.0, "user_report": 60.0})
    counts = np.vstack([paths.fine(q, 3, 4, grid.periods) for q in ("urgent", "user_report")])
    return Volume(
        grid=grid,
        labels=(SeriesLabel(queue="urgent"), SeriesLabel(queue="user_report")),
        counts=counts.astype(float),
        as_of=START,
        backlog=Backlog(queues=("user_report",) * 3, age_hours=(1.0, 5.0, 30.0)),
    )


def months(periods: int = 12) -> MonthGrid:
    return MonthGrid(first=pd.Period("2026-03", freq="M"), periods=periods, zone="Europe/Dublin")


def demand(n_paths: int = 60, weeks: int = 6) -> Demand:
    grid = TimeGrid(start=START, minutes=60, periods=weeks * 168)
    source = ToyPaths(grid, months(), {"urgent": 6.0, "user_report": 60.0})
    return Demand(
        grid=grid, months=months(), queues=("urgent", "user_report"), n_paths=n_paths, seed=1,
        as_of=START, source=source, zones=(("urgent", "Europe/Dublin"),),
    )  # fmt: skip


@dataclass(frozen=True)
class ToyWork:
    paths: ToyPaths
    hours: dict[str, float]

    def cases(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        return self.paths.fine(queue, first, last, periods)

    def work(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        return self.cases(queue, first, last, periods) * self.hours[queue]

    def monthly_work(self, queue: str, first: int, last: int) -> np.ndarray:
        return self.paths.monthly(queue, first, last) * self.hours[queue]

    def floors(self, queue: str, factor: float, periods: int) -> np.ndarray:
        if queue != "urgent":
            return np.zeros(periods, dtype=int)
        hour = np.asarray(self.paths.grid.head(periods).starts.hour)
        return np.where((hour >= 8) & (hour < 20), 3, 2)


def staffing() -> Staffing:
    source = demand().source
    assert isinstance(source, ToyPaths)
    plans = (
        QueuePlan(queue="urgent", treatment=Treatment.FLOOR, target=Target(share=0.95, within_hours=1),
                  window_hours=1, late_share=0.05, hours_per_arrival=1 / 6, ceiling=0.99, reason="short target"),
        QueuePlan(queue="user_report", treatment=Treatment.WORK, target=Target(share=0.9, within_hours=24),
                  window_hours=24, late_share=0.1, hours_per_arrival=1 / 15, ceiling=1.0, reason="deferrable"),
    )  # fmt: skip
    return Staffing(
        grid=source.grid, months=months(), plans=plans, n_paths=60, seed=1, as_of=START,
        source=ToyWork(source, {"urgent": 1 / 6, "user_report": 1 / 15}),
    )  # fmt: skip


def shift_plan(short: bool = True) -> ShiftPlan:
    op = operation()
    grid = TimeGrid(start=START, minutes=60, periods=168)
    rows, breaks, exposed, flows = [], [], [], []
    for pool in op.pools:
        zone = op.zone_of(pool)
        for day in range(7):
            local = date(2026, 3, 2 + day)
            for shift in pool.shifts:
                start = pd.Timestamp(local).tz_localize(zone) + pd.Timedelta(
                    minutes=shift.start_minute
                )
                start = start.tz_convert("UTC")
                heads = (3 if shift.name == "early" else 2) if day < 5 else 1
                key = {"pool": pool.name, "shift": shift.name, "date": local}
                rows.append(
                    key
                    | {
                        "start": start,
                        "end": start + pd.Timedelta(hours=8),
                        "heads": heads,
                        "paid_hours": 7.5,
                    }
                )
                breaks.append(
                    key | {"start": start + pd.Timedelta(hours=4), "minutes": 30, "heads": heads}
                )
                for hour in range(8):
                    at = start + pd.Timedelta(hours=hour)
                    exposed.append(
                        key | {"queue": "user_report", "start": at, "hours": 0.45 * heads}
                    )
                    flows.append(
                        {
                            "pool": pool.name,
                            "queue": "user_report",
                            "start": at,
                            "hours": 0.75 * heads,
                        }
                    )
    gaps = [{"queue": "urgent", "start": START + pd.Timedelta(hours=h), "hours": 1.5, "kind": "floor"} for h in (26, 27, 28, 50)]  # fmt: skip
    columns = ["queue", "start", "hours", "kind"]
    return ShiftPlan(
        grid=grid, shifts=pd.DataFrame(rows), breaks=pd.DataFrame(breaks), flows=pd.DataFrame(flows),
        exposure=pd.DataFrame(exposed), shortfall=pd.DataFrame(gaps if short else [], columns=columns),
        status=SolveStatus.FEASIBLE, objective=100.0, bound=98.0, effort=Effort.QUICK, factor=1.05,
        confidence=0.9, seed=1, promises=promises(), weeks_kept=0.92, binding=("exposure a day: dublin_core",),
    )  # fmt: skip


def promises() -> tuple[Promise, ...]:
    return tuple(
        Promise(queue=q.name, target=q.targets[0], share=share, standard_error=0.004, weeks_kept=0.92,
                worst_hour=30, worst_hour_share=0.8, backlog_end=12.0, oldest_hours=20.0)
        for q, share in zip(operation().queues, (0.94, 0.97), strict=True)
    )  # fmt: skip


def check_report(people: int = 12, over: bool = False) -> CheckReport:
    rng = np.random.default_rng(5)
    rows = []
    for k in range(people):
        pool = "dublin_core" if k % 2 else "austin_core"
        for day in range(5):
            hours = min(4.0, max(0.0, rng.normal(3.2, 0.7)))
            if over and k < 6 and day == 0:
                hours = 4.4
            rows.append({"person": f"r{k:03d}", "pool": pool, "date": date(2026, 3, 2 + day), "hours": hours, "limit": 4.0})  # fmt: skip
    columns = ["rule", "person", "date", "start", "measured", "limit", "detail"]
    return CheckReport(breaches=pd.DataFrame(columns=columns), exposure=pd.DataFrame(rows), checked=("exposure a day", "rest"))  # fmt: skip


def headcount_plan(periods: int = 12) -> HeadcountPlan:
    rng = np.random.default_rng(2)
    pools = ("dublin_core", "austin_core")
    base = np.array([10.0, 7.0])
    level = rng.lognormal(0, 0.08, size=(200, 1, 1)) * np.linspace(1, 1.25, periods)[None, :, None]
    paths = base * level
    paths = np.concatenate([paths, paths.sum(axis=2, keepdims=True)], axis=2)
    rows = []
    for m, label in enumerate(months(periods).labels):
        for k, (pool, bop) in enumerate(zip((*pools, "all"), (9, 6, 15), strict=True)):
            hires = m // 2 * (2 if pool == "all" else 1)
            p50, p80 = (int(np.ceil(np.quantile(paths[:, m, k], p))) for p in (0.5, 0.8))
            eop = bop + hires
            rows.append({
                "month": label, "pool": pool, "bop": bop, "hires": int(m % 2 == 0), "transfers_in": 0, "attrition": 0,
                "transfers_out": 0, "eop": eop, "fte": float(eop), "required_p50": p50, "required_p80": p80,
                "gap": p80 - eop, "cost": eop * 65_000 / 12,
            })  # fmt: skip
    return HeadcountPlan(
        frame=pd.DataFrame(rows), months=months(periods), pools=pools, required_paths=paths,
        percentile=0.8, currency="USD", binding=("exposure a day",),
    )  # fmt: skip


def simulation() -> Simulation:
    shares = np.random.default_rng(3).uniform(0.9, 1.0, size=(60, 2))
    return Simulation(promises=promises(), weekly_share=shares, n_paths=60, seed=1, hours=168.0)


def curve() -> StaffingCurve:
    points = np.array([[100.0, 400.0], [150.0, 600.0]])
    planes = (Plane(constant=2.0, slopes=(0.03, 0.02)), Plane(constant=0.0, slopes=(0.035, 0.025)))
    heads = np.max(points @ np.array([p.slopes for p in planes]).T + [2.0, 0.0], axis=1)
    return StaffingCurve(
        queues=("urgent", "user_report"), pools=("dublin_core", "austin_core"), points=points,
        heads=heads, split=np.array([[0.6, 0.4], [0.6, 0.4]]), planes=planes, binding=("exposure a day",),
    )  # fmt: skip


def plan(**changes: object) -> Plan:
    fields: dict[str, object] = {
        "operation": operation(), "settings": PlanSettings(schedule_weeks=1, weeks=6, months=12, paths=60, seed=1),
        "volume": volume(), "demand": demand(), "staffing": staffing(), "shifts": shift_plan(), "roster": None,
        "check": check_report(), "simulation": simulation(), "curve": curve(), "headcount": headcount_plan(),
    }  # fmt: skip
    return Plan(**(fields | changes))
