"""Recount of the roster against its shift plan: nothing added, nothing dropped."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from capacity.domain.roster import Activity, Roster
from capacity.domain.shift_plan import ShiftPlan
from capacity.scheduling.checking.duties import as_date
from capacity.scheduling.checking.findings import Breach

KEYS = ["pool", "shift", "day", "start"]


def plan_breaches(roster: Roster, plan: ShiftPlan) -> Iterator[Breach]:
    """Heads of every planned shift are filled or listed as unfilled; hours likewise by queue."""
    first = roster.frame.sort_values("start").drop_duplicates(["person", "date"])
    parts = [
        _keyed(plan.shifts, planned=plan.shifts["heads"] if len(plan.shifts) else 0.0),
        _keyed(first, given=1.0),
        _keyed(roster.unfilled, given=roster.unfilled["heads"] if len(roster.unfilled) else 0.0),
    ]
    table = pd.concat([part for part in parts if len(part)] or parts[:1])
    sums = table.groupby(KEYS)[["planned", "given"]].sum().reset_index()
    for row in sums[(sums["planned"] - sums["given"]).abs() > 1e-6].to_dict("records"):
        yield Breach(
            rule="cover of the plan",
            person="",
            date=row["day"],
            measured=float(row["given"]),
            limit=float(row["planned"]),
            detail=f"heads of {row['pool']} on {row['shift']}: filled and unfilled, planned",
        )
    yield from _work(roster, plan)


def _keyed(
    frame: pd.DataFrame, *, planned: pd.Series | float = 0.0, given: pd.Series | float = 0.0
) -> pd.DataFrame:
    if frame.empty:
        return pd.DataFrame(columns=[*KEYS, "planned", "given"])
    days = [as_date(day) for day in frame["date"]]
    table = frame[["pool", "shift", "start"]].assign(day=days, planned=planned, given=given)
    return table.astype({"planned": float, "given": float})


def _work(roster: Roster, plan: ShiftPlan) -> Iterator[Breach]:
    """Assigned plus unassigned hours of each queue are the hours of the plan."""
    planned = (
        plan.flows.groupby("queue")["hours"].sum() if len(plan.flows) else pd.Series(dtype=float)
    )
    work = roster.frame[roster.frame["activity"] == Activity.WORK.value]
    hours = (work["end"] - work["start"]) / pd.Timedelta(hours=1)
    given = hours.groupby(work["queue"]).sum()
    if len(roster.unassigned):
        given = given.add(roster.unassigned.groupby("queue")["hours"].sum(), fill_value=0.0)
    table = pd.concat([planned.rename("planned"), given.rename("given")], axis=1).fillna(0.0)
    for queue, row in table[(table["planned"] - table["given"]).abs() > 1e-3].iterrows():
        yield Breach(
            rule="work of the plan",
            person="",
            measured=float(row["given"]),
            limit=float(row["planned"]),
            detail=f"hours of {queue}: assigned and unassigned against planned",
        )
