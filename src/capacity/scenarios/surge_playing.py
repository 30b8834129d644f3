"""Play one surge with one option against the planned people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from capacity.domain.demand import Demand
from capacity.domain.grid import TimeGrid
from capacity.domain.operation import Operation
from capacity.domain.plan import Plan
from capacity.domain.shift_plan import ShiftPlan
from capacity.errors import UnstableQueueError
from capacity.planning import Memo
from capacity.planning.running import run_steps
from capacity.planning.steps import STEPS
from capacity.queueing import recover, staff
from capacity.scenarios.responses import SurgeTeam, day_of, whole_heads
from capacity.scenarios.surges import surge_start


@dataclass(frozen=True, kw_only=True)
class SurgeTask:
    """Demand of a surge, the people who meet it, the operation without the option."""

    demand: Demand
    team: SurgeTeam
    before: Operation
    paths: int
    seed: int


def surge_team(plan: Plan, operation: Operation, weeks: int) -> SurgeTeam:
    """The planned shifts, a quiet week and then less the people whom the surge takes away."""
    shifts = repeat_shifts(plan.shifts, weeks + 1)
    table, start = shifts.shifts, surge_start(plan)
    heads = table["heads"].to_numpy(dtype=float).copy()
    surging = np.array([day_of(value) >= start for value in table["date"]], dtype=bool)
    for pool in operation.pools:
        before = plan.operation.pool(pool.name).heads
        if before and pool.heads != before:
            mine = (table["pool"] == pool.name).to_numpy() & surging
            heads[mine] = whole_heads(heads[mine] * pool.heads / before)
    return SurgeTeam(
        operation=operation,
        shifts=replace(shifts, shifts=table.assign(heads=heads)),
        start=start,
    )


def repeat_shifts(shifts: ShiftPlan, weeks: int) -> ShiftPlan:
    """The first week of a shift plan, `weeks` times (shifts move by elapsed weeks)."""
    week = pd.Timedelta(weeks=1)
    per_week = shifts.grid.intervals_per_week
    end = shifts.grid.start + week

    def repeated(table: pd.DataFrame) -> pd.DataFrame:
        first = table[table["start"] < end]
        parts = []
        for number in range(weeks):
            moved = first.assign(start=first["start"] + number * week)
            if "end" in table:
                moved["end"] = first["end"] + number * week
            if "date" in table:
                moved["date"] = [
                    (pd.Timestamp(str(day)).date() + timedelta(weeks=number))
                    for day in first["date"]
                ]
            parts.append(moved)
        return pd.concat(parts, ignore_index=True) if len(first) else first

    names = ("shifts", "breaks", "flows", "exposure", "shortfall")
    tables = {name: repeated(getattr(shifts, name)) for name in names}
    grid = TimeGrid(start=shifts.grid.start, minutes=shifts.grid.minutes, periods=weeks * per_week)
    return replace(shifts, grid=grid, **tables)


def surge_demand(plan: Plan, operation: Operation) -> Demand:
    """The demand of the changed operation on the plan's paths."""
    steps = tuple(step for step in STEPS if step.name == "demand")
    done = run_steps(plan.volume, operation, plan.settings, memo=Memo.of(plan), steps=steps)
    demand: Demand = done.results["demand"]
    return demand


def play_surge(task: SurgeTask) -> dict[str, Any]:
    """Times by queue, exposure and money of one surge and option."""
    demand, team = task.demand, task.team
    figures: dict[str, Any] = {"status": "played", "queues": pd.DataFrame()}
    try:
        found = recover(
            demand, team.operation, shifts=team.shifts, paths=task.paths, seed=task.seed
        )
        figures["queues"] = _since_surge(found.frame)
    except UnstableQueueError as error:
        figures["status"] = f"never: {error}"
    grid = team.shifts.grid
    week = grid.intervals_per_week
    unseen = sum(
        (team.operation.queue(q.name).automation_share - q.automation_share)
        * float(demand.paths(q.name, periods=grid.periods)[:, week:].mean(axis=0).sum())
        for q in task.before.queues
        if team.operation.queue(q.name).automation_share != q.automation_share
    )
    return figures | {
        "cost": team.cost,
        "extra_hours": team.extra_hours,
        "cases_unseen": unseen,
        **_exposure(demand, team),
    }


def _since_surge(table: pd.DataFrame) -> pd.DataFrame:
    """Hours after the quiet week instead of hours after its beginning."""
    hours = [name for name in table if str(name).endswith(("_hours", "_hours_p50", "_hours_p90"))]
    return table.assign(**{str(name): np.maximum(table[name] - 168.0, 0.0) for name in hours})


def _exposure(demand: Demand, team: SurgeTeam) -> dict[str, float]:
    """Severity-weighted hours of the horizon's work over the person-days of exposed pools."""
    operation, staffing = team.operation, staff(demand, team.operation)
    grid = team.shifts.grid
    week = grid.intervals_per_week
    hours = sum(
        queue.severity
        * float(staffing.work(queue.name, periods=grid.periods)[:, week:].mean(axis=0).sum())
        for queue in operation.queues
        if queue.name in staffing.queues and queue.severity > 0
    )
    exposed = {
        pool.name
        for pool in operation.pools
        if any(queue.severity > 0 and pool.serves(queue) for queue in operation.queues)
    }
    table = team.shifts.shifts
    table = table[table["start"] >= grid.start + pd.Timedelta(weeks=1)]
    days = float(table.loc[table["pool"].isin(exposed), "heads"].sum())
    people = sum(pool.heads for pool in operation.pools if pool.name in exposed)
    taught = sum(
        operation.pool(pool.name.removesuffix(" trained")).heads
        for pool in operation.pools
        if pool.name.endswith(" trained") and pool.name.removesuffix(" trained") not in exposed
    )
    return {
        "exposure_per_person_day": hours / days if days else 0.0,
        "people_with_access": people + taught + team.new_people,
    }
