"""Goals side by side: what each percentile, or each expected shortfall, costs and leaves at risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from capacity.domain.curve import StaffingCurve
from capacity.domain.hiring import AtExpectedShortfall, AtPercentile, HiringPolicy
from capacity.domain.operation import Operation
from capacity.domain.staffing import Staffing
from capacity.headcount.planning_steps import plan_headcount

GOALS = (
    AtPercentile(level=0.5),
    AtPercentile(level=0.8),
    AtPercentile(level=0.9),
    AtPercentile(level=0.95),
    AtExpectedShortfall(tail=0.2),
    AtExpectedShortfall(tail=0.1),
)


def compare_goals(
    curve: StaffingCurve,
    staffing: Staffing,
    operation: Operation,
    *,
    goals: Sequence[AtPercentile | AtExpectedShortfall] = GOALS,
    policy: HiringPolicy = HiringPolicy(),  # noqa: B008 - frozen
    seed: int = 0,
) -> pd.DataFrame:
    """One row a goal over the same paths: the trade-off between cost and being short.

    Columns: goal, hires, peak_heads (largest eop), cost (of the horizon), short_head_months
    (shortage of the mean path), short_head_months_worst_10 (of the tenth of paths with most),
    risk_last_month (share of paths, with random attrition, short in some pool at the end).
    """
    rows = []
    for goal in goals:
        level = goal.level if isinstance(goal, AtPercentile) else 0.8
        plan = plan_headcount(
            curve, staffing, operation, percentile=level, seed=seed, policy=replace(policy, goal=goal)
        )  # fmt: skip
        pools = plan.frame[plan.frame["pool"] != "all"]
        have = (
            pools["productive"]
            + pools["overtime_heads"]
            + pools["vendor_heads"]
            + pools["lent_heads"]
        )
        heads = have.to_numpy(dtype=float).reshape(plan.months.periods, len(plan.pools))
        missing = np.maximum(0.0, plan.required_paths[:, :, :-1] - heads).sum(axis=(1, 2))
        total = plan.of("all")
        rows.append(
            {
                "goal": _words(goal),
                "hires": int(total["hires"].sum()),
                "peak_heads": int(total["eop"].max()),
                "cost": round(float(total["cost"].sum()), 2),
                "short_head_months": float(missing.mean()),
                "short_head_months_worst_10": float(
                    np.sort(missing)[-max(1, len(missing) // 10) :].mean()
                ),
                "risk_last_month": float(total["risk_short"].iloc[-1]),
            }
        )
    return pd.DataFrame(rows)


def _words(goal: AtPercentile | AtExpectedShortfall) -> str:
    if isinstance(goal, AtPercentile):
        return f"P{100 * goal.level:g}"
    return f"CVaR of the worst {100 * goal.tail:g} % <= {goal.heads:g} heads"
