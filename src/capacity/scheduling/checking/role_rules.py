"""Recount of roles at hand: people on duty with the skill, interval by interval."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from capacity.domain.operation import Operation
from capacity.domain.role_cover import RoleCover
from capacity.domain.roster import Roster
from capacity.domain.shift_plan import ShiftPlan
from capacity.scheduling.checking.duties import Duty, nanoseconds
from capacity.scheduling.checking.findings import Breach


def role_breaches(
    duties: list[Duty], roster: Roster, operation: Operation, plan: ShiftPlan
) -> Iterator[Breach]:
    """Each role is at hand, unless the plan names the shortfall or a head of its pools is unfilled."""
    for cover in operation.cover:
        spans = [
            (duty.start, duty.end)
            for duty in duties
            if cover.skill
            in (duty.pool.skills if duty.person.skills is None else duty.person.skills)
        ]
        missing = cover.wanted(plan.grid) - _heads(spans, plan)
        excused = _named(plan, cover) + _heads(_unfilled(roster, operation, cover), plan)
        for time in np.flatnonzero(missing > excused + 1e-3):
            yield Breach(
                rule="cover by role",
                person="",
                start=nanoseconds(plan.grid.starts[time]),
                measured=float(cover.heads - missing[time]),
                limit=float(cover.heads),
                detail=f"{cover.name}: people with {cover.skill} on duty, wanted",
            )


def _heads(spans: list[tuple[int, int]], plan: ShiftPlan) -> np.ndarray:
    """People on duty by interval; who is there for a part of it counts by that part."""
    edges = np.array([nanoseconds(start) for start in [*plan.grid.starts, plan.grid.end]])
    total = np.zeros(plan.grid.periods)
    for start, end in spans:
        total += np.diff(np.clip(edges, start, end)) / np.diff(edges)
    return total


def _named(plan: ShiftPlan, cover: RoleCover) -> np.ndarray:
    """Heads short that the plan itself names."""
    rows = plan.shortfall
    if rows.empty:
        return np.zeros(plan.grid.periods)
    mine = rows[(rows["kind"] == "role") & (rows["queue"] == cover.name)]
    hours = pd.Series(mine["hours"].to_numpy(), index=pd.DatetimeIndex(mine["start"]))
    return np.asarray(hours.reindex(plan.grid.starts, fill_value=0.0) / plan.grid.hours)


def _unfilled(roster: Roster, operation: Operation, cover: RoleCover) -> list[tuple[int, int]]:
    """Listed heads that nobody took, in pools with the skill, one span a head."""
    skills = {pool.name: pool.skills for pool in operation.pools}
    return [
        (nanoseconds(row["start"]), nanoseconds(row["end"]))
        for row in roster.unfilled.to_dict("records")
        if cover.skill in skills.get(row["pool"], ())
        for _ in range(round(row["heads"]))
    ]
