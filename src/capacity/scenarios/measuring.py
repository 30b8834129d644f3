"""What a comparison reads off a plan: one row of figures, and figures by path for pairing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from capacity.domain.plan import Plan
from capacity.domain.promise import Promise

ON_TIME = "on time: "


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The figures of one scenario.

    `row` is its line in the table. `paths` holds figures by path, on the same paths for every
    scenario, so that differences are paired. `required` are heads of all pools needed, shape
    (paths, months). `failure` says why there are none.
    """

    row: dict[str, Any]
    paths: dict[str, np.ndarray] = field(default_factory=dict)
    required: np.ndarray | None = None
    failure: str = ""


def measure(plan: Plan) -> Measured:
    """Heads, money, promises and exposure of a plan."""
    required = np.asarray(plan.headcount.required_paths[:, :, -1], dtype=float)
    return Measured(
        row={
            "status": "planned",
            **_heads(plan),
            **_promises(plan),
            **_exposure(plan),
            "binding": ", ".join(dict.fromkeys([*plan.curve.binding, *plan.shifts.binding])),
        },
        paths={
            "heads needed, mean of months": required.mean(axis=1),
            "heads needed, peak month": required.max(axis=1),
            **_on_time_by_path(plan),
        },
        required=required,
    )


def _heads(plan: Plan) -> dict[str, Any]:
    heads = plan.headcount
    needed, middle = heads.required(heads.percentile), heads.required(0.5)
    table = heads.of("all")
    today = sum(pool.heads for pool in plan.operation.pools)
    return {
        "heads_today": today,
        "heads_first_month": int(needed[0]),
        "peak_month": heads.months.labels[int(needed.argmax())],
        "peak_heads_p50": int(middle.max()),
        "peak_heads": int(needed.max()),
        "gap_today": int(needed[0]) - today,
        "hires": int(table["hires"].sum()),
        "cost": float(table["cost"].sum()),
        "currency": heads.currency,
    }


def _promises(plan: Plan) -> dict[str, Any]:
    """On-time share by queue: of several targets the one with the least room."""
    tightest: dict[str, Promise] = {}
    for promise in plan.simulation.promises:
        room = promise.share - promise.target.share
        known = tightest.get(promise.queue)
        if known is None or room < known.share - known.target.share:
            tightest[promise.queue] = promise
    shares = {f"on_time_{queue}": promise.share for queue, promise in tightest.items()}
    hours = {p.queue: p.worst_hour_share for p in plan.simulation.promises}
    worst = min(hours, key=lambda queue: hours[queue]) if hours else ""
    kept = float(plan.simulation.all_kept.mean())
    return {
        **shares,
        "worst_hour_queue": worst,
        "worst_hour_share": hours.get(worst, float("nan")),
        "oldest_hours": max(
            (p.oldest_hours for p in plan.simulation.promises), default=float("nan")
        ),
        "weeks_kept": kept,
        "risk_of_breach": 1 - kept,
        "uncovered_hours": _uncovered(plan),
    }


def _uncovered(plan: Plan) -> float:
    shortfall = plan.shifts.uncovered
    hours = float(shortfall["hours"].sum()) if len(shortfall) else 0.0
    if plan.roster is not None and len(plan.roster.unassigned):
        hours += float(plan.roster.unassigned["hours"].sum())
    return hours


def _exposure(plan: Plan) -> dict[str, Any]:
    """Exposure hours of an exposed person-day, and people with access to exposed queues."""
    if plan.check is not None:
        days = plan.check.exposure[plan.check.exposure["hours"] > 0]
        people = int(days["person"].nunique())
        mean = float(days["hours"].mean()) if len(days) else 0.0
        return {"exposure_hours_per_day": mean, "people_with_access": people}
    exposed = plan.shifts.exposure
    keys = ["pool", "shift", "date"]
    hours = exposed[exposed["hours"] > 0].groupby(keys)["hours"].sum()
    heads = plan.shifts.shifts.groupby(keys)["heads"].sum().reindex(hours.index)
    pools = set(hours.index.get_level_values("pool"))
    return {
        "exposure_hours_per_day": float(hours.sum() / heads.sum()) if heads.sum() > 0 else 0.0,
        "people_with_access": sum(p.heads for p in plan.operation.pools if p.name in pools),
    }


def _on_time_by_path(plan: Plan) -> dict[str, np.ndarray]:
    """By target: the name says what it measures, so that only equal targets are paired."""
    shares = plan.simulation.weekly_share
    return {
        f"{ON_TIME}{p.queue}, {p.target.measured_at.value} within {p.target.within_hours:g} h of {p.target.clock_from.value}": shares[
            :, k
        ]
        for k, p in enumerate(plan.simulation.promises)
    }
