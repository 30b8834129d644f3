"""The capacity plan as Amazon Connect lays it out, and more: percentiles, hires, risk, money."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.domain.headcount import HeadcountPlan
from capacity.domain.operation import Operation
from capacity.domain.plan import Plan

CAPACITY_COLUMNS = (
    "month", "pool", "forecast_volume", "forecast_aht_seconds", "required_fte_without_shrinkage",
    "forecast_occupancy_percent", "required_fte_with_shrinkage", "available_fte", "gap_fte", "gap_percent",
    "required_ot_percent", "required_vto_percent",
)  # fmt: skip
OURS = (
    "required_p50",
    "required_p80",
    "required_p95",
    "hires",
    "attrition",
    "eop",
    "risk_short",
    "cost",
)


def capacity_plan_table(plan: Plan, *, standard_hours_per_week: float = 40.0) -> pd.DataFrame:
    """One row a month and pool ("all" last) with the columns of Amazon Connect's capacity plan.

    Required FTE are at the plan's percentile over paths; without shrinkage = heads present, with
    shrinkage = heads employed. Available FTE are productive heads (ramp and mentors counted),
    overtime and vendors included; gap = required - available (positive = short), overtime and
    voluntary time off are the gap as a percentage of the available. Volume, handling time and
    occupancy stand in the row of all pools: a queue belongs to no pool. Then our own columns.
    """
    heads, operation = plan.headcount, plan.operation
    hours = np.array([pool.hours_per_week for pool in operation.pools]) / standard_hours_per_week
    leave = np.array([float(pool.shrinkage.availability) for pool in operation.pools])
    employed = heads.required_paths[:, :, :-1] * hours
    with_leave = _with_total(employed, heads.percentile)
    without = _with_total(employed * leave, heads.percentile)
    frame = heads.frame[
        ["month", "pool", "productive", "overtime_heads", "vendor_heads", "lent_heads", *OURS]
    ].copy()
    have = (
        frame["productive"] + frame["overtime_heads"] + frame["vendor_heads"] + frame["lent_heads"]
    )
    shape = (heads.months.periods, len(heads.pools) + 1)
    available = have.to_numpy(dtype=float).reshape(shape)[:, :-1] * hours
    frame["available_fte"] = np.concatenate(
        [available, available.sum(1, keepdims=True)], axis=1
    ).ravel()
    frame["required_fte_with_shrinkage"] = with_leave.ravel()
    frame["required_fte_without_shrinkage"] = without.ravel()
    frame["gap_fte"] = frame["required_fte_with_shrinkage"] - frame["available_fte"]
    percent = 100 * frame["gap_fte"] / frame["available_fte"].where(frame["available_fte"] > 0)
    frame["gap_percent"] = percent
    frame["required_ot_percent"] = percent.clip(lower=0)
    frame["required_vto_percent"] = -percent.clip(upper=0)
    forecast = _forecast(plan, heads, operation, without[:, -1] * standard_hours_per_week)
    return frame.merge(forecast, on=["month", "pool"], how="left", validate="one_to_one")[
        [*CAPACITY_COLUMNS, *OURS]
    ]


def _with_total(values: np.ndarray, level: float) -> np.ndarray:
    """Quantiles over paths by month and pool, and of the sum over pools of each path."""
    total = values.sum(axis=-1, keepdims=True)
    return np.asarray(np.quantile(np.concatenate([values, total], axis=-1), level, axis=0))


def _forecast(
    plan: Plan, heads: HeadcountPlan, operation: Operation, present_hours: np.ndarray
) -> pd.DataFrame:
    """Mean volume, its handling time, and work as a share of the hours present, by month."""
    volume = np.zeros(heads.months.periods)
    seconds = np.zeros(heads.months.periods)
    work = np.zeros(heads.months.periods)
    for queue in plan.demand.queues:
        cases = plan.demand.monthly(queue).mean(axis=0)
        volume += cases
        seconds += cases * 60 * operation.queue(queue).handling.mean_minutes
    for queue in plan.staffing.queues:
        work += plan.staffing.monthly_work(queue).mean(axis=0)
    weeks = heads.months.hours.copy() / 168
    if heads.as_of is not None:
        weeks[0] = (heads.months.edges[1] - max(heads.as_of, heads.months.edges[0])) / pd.Timedelta(
            weeks=1
        )
    return pd.DataFrame(
        {
            "month": heads.months.labels,
            "pool": "all",
            "forecast_volume": volume,
            "forecast_aht_seconds": seconds / np.where(volume > 0, volume, np.nan),
            "forecast_occupancy_percent": 100 * work / weeks / present_hours,
        }
    )
