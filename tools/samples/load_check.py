"""Does the sample's load fit its people? The arithmetic first, then a flow of work to pools."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from capacity.domain import Operation, Pool

SHIFT_HOURS = 8.0


def weekly_work(operation: Operation, weekly: dict[str, float]) -> pd.DataFrame:
    """Human reviews, work hours and weighted exposure hours of a week, by queue."""
    human = {q.name: weekly[q.name] * (1 - q.automation_share) for q in operation.queues}
    reviews = {q.name: human[q.name] * q.reviews_per_case for q in operation.queues}
    for queue in operation.queues:
        if queue.escalates_to:
            target = operation.queue(queue.escalates_to.to)
            reviews[target.name] += (
                human[queue.name] * queue.escalates_to.share * target.reviews_per_case
            )
        if queue.qa_queue:
            reviews[queue.qa_queue] += human[queue.name] * queue.qa_share
    frame = pd.DataFrame({"reviews": reviews}).rename_axis("queue").reset_index()
    frame["work_hours"] = [reviews[q.name] * q.handling.mean_hours for q in operation.queues]
    frame["exposure_hours"] = frame["work_hours"] * [q.severity for q in operation.queues]
    return frame


def pool_hours(operation: Operation, pool: Pool) -> tuple[float, float]:
    """Work hours and exposure hours that a pool can give in a week, on average."""
    present = pool.heads * float(pool.shrinkage.availability)
    cap = operation.cap_of(pool).hours_per_day or SHIFT_HOURS
    breaks = pool.shifts[0].break_minutes / 60
    wellness = cap * operation.wellness_minutes_per_exposure_hour / 60
    on_queue = SHIFT_HOURS * (1 - float(pool.shrinkage.in_shift)) - breaks - wellness
    return (
        present * pool.days_per_week * on_queue * operation.occupancy_cap,
        present * pool.days_per_week * cap,
    )


def used_share(operation: Operation, work: pd.DataFrame) -> float:
    """The smallest share of every pool's hours at which all work can be placed (1 = just full)."""
    pools = operation.pools
    pairs = [
        (p, q)
        for p, pool in enumerate(pools)
        for q in map(operation.queue_names.index, operation.served_by(pool))
    ]
    cost = np.zeros(len(pairs) + 1)
    cost[-1] = 1.0
    placed = np.zeros((len(operation.queues), len(pairs) + 1))
    limits = np.zeros((2 * len(pools), len(pairs) + 1))
    for number, (pool, queue) in enumerate(pairs):
        placed[queue, number] = 1.0
        limits[2 * pool, number] = 1.0
        limits[2 * pool + 1, number] = operation.queues[queue].severity
    for pool, item in enumerate(pools):
        limits[2 * pool : 2 * pool + 2, -1] = -np.asarray(pool_hours(operation, item))
    solved = linprog(
        cost,
        A_ub=limits,
        b_ub=np.zeros(len(limits)),
        A_eq=placed,
        b_eq=work["work_hours"],
        method="highs",
    )
    return float(solved.fun)


def report(operation: Operation, weeks: pd.DataFrame) -> str:
    """The check in words. `weeks` has one row a week and one column a queue (all arrivals)."""
    mean = weekly_work(operation, dict(weeks.mean()))
    shares = [
        used_share(operation, weekly_work(operation, dict(row))) for _, row in weeks.iterrows()
    ]
    hours = np.asarray([pool_hours(operation, pool) for pool in operation.pools])
    lines = [
        mean.round(1).to_string(index=False),
        f"work {mean.work_hours.sum():,.0f} h a week = {mean.work_hours.sum() / 168:.1f} Erlang; people can give {hours[:, 0].sum():,.0f} h",
        f"exposure {mean.exposure_hours.sum():,.0f} h a week; the cap lets them take {hours[:, 1].sum():,.0f} h",
        f"share of capacity needed by skills: mean {np.mean(shares):.3f}, worst week {np.max(shares):.3f} (no margin, no rounding)",
    ]
    return "\n".join(lines)
