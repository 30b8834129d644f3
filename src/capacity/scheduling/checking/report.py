"""Recount a roster from its table alone and report every breach."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd

from capacity.domain.operation import Operation
from capacity.domain.roster import CheckReport, FixedPart, Roster
from capacity.domain.shift_plan import ShiftPlan
from capacity.scheduling.checking.duties import Duty, as_date, read_duties
from capacity.scheduling.checking.event_rules import fixed_breaches, session_breaches
from capacity.scheduling.checking.exposure_rules import (
    ExposureLimits,
    exposure_breaches,
    hours_by_day,
)
from capacity.scheduling.checking.findings import Breach, breach_frame
from capacity.scheduling.checking.plan_rules import plan_breaches
from capacity.scheduling.checking.role_rules import role_breaches
from capacity.scheduling.checking.rotation_rules import rotation_breaches
from capacity.scheduling.checking.table_rules import (
    require_columns,
    shape_breaches,
    skill_breaches,
    unsound_rows,
)
from capacity.scheduling.checking.work_rules import work_breaches

RULES = (
    "known names",
    "finite times",
    "overlaps",
    "whole shifts",
    "skills and languages",
    "exposure a day",
    "exposure in 24 h",
    "exposure a week",
    "rolling exposure",
    "exposed days in a row",
    "recovery days",
    "minutes in a row",
    "latest local time",
    "last minutes of the shift",
    "wellness",
    "exposure in overtime",
    "rest",
    "days in a row",
    "days a week",
    "day patterns",
    "contract hours",
    "time off",
    "breaks",
    "weekends",
    "forbidden sequences",
    "opted out",
    "rotation shares",
    "counselling",
)


def check(
    roster: Roster,
    operation: Operation,
    shifts: ShiftPlan | None = None,
    *,
    fixed: FixedPart | None = None,
) -> CheckReport:
    """Recount every rule from the roster table alone, in elapsed UTC time.

    Shares no code with what builds rosters: it reads the table and the operation, nothing else.
    A measure that is not a finite number is a breach, and so is a row that cannot be read. With
    `shifts` it also recounts that every planned head and hour is in the roster or listed as
    unfilled or unassigned, and that roles are at hand but where the plan names a shortfall.

    Parameters
    ----------
    roster : Roster
        The table to recount; its `accepted` mark is ignored.
    operation : Operation
        People, pools, queues and caps.
    shifts : ShiftPlan, optional
        The plan that the roster claims to fill.
    fixed : FixedPart, optional
        Days of an earlier roster that must be in this one row by row.

    Returns
    -------
    CheckReport
        All breaches, and the weighted exposure hours of each person and duty day.

    Raises
    ------
    DataError
        The table lacks columns or its times carry no zone.
    """
    frame = roster.frame
    require_columns(frame)
    unsound, breaches = unsound_rows(frame, operation)
    exposure: list[dict[str, object]] = []
    first_days = _first_days(frame[~unsound], roster, operation)
    by_person = read_duties(frame[~unsound], operation)
    for duties in by_person.values():
        found, rows = _person(duties, operation, first_days[duties[0].pool.name])
        breaches += found
        exposure += rows
    breaches += session_breaches(roster, operation)
    checked: tuple[str, ...] = RULES
    if shifts is not None:
        breaches += plan_breaches(roster, shifts)
        everybody = [duty for duties in by_person.values() for duty in duties]
        breaches += role_breaches(everybody, roster, operation, shifts)
        checked = (*checked, "cover of the plan", "cover by role")
    if fixed is not None:
        breaches += fixed_breaches(roster, fixed)
        checked = (*checked, "fixed part")
    table = pd.DataFrame(exposure, columns=["person", "pool", "date", "hours", "limit"])
    return CheckReport(breaches=breach_frame(breaches), exposure=table, checked=checked)


def _first_days(frame: pd.DataFrame, roster: Roster, operation: Operation) -> dict[str, date]:
    """First local date of each pool: history lies before it.

    A steady first week begins with the shifts that run into it, which start a day earlier.
    """
    pools = {person.id: person.pool for person in operation.people}
    listed = [*zip(frame["person"].map(pools), frame["date"], strict=True)]
    if len(roster.unfilled):
        listed += zip(roster.unfilled["pool"], roster.unfilled["date"], strict=True)
    first = {
        pool.name: roster.grid.start.tz_convert(ZoneInfo(operation.zone_of(pool))).date()
        for pool in operation.pools
    }
    for name, day in set(listed):
        first[name] = min(first.get(name, as_date(day)), as_date(day))
    return first


def _person(
    duties: list[Duty], operation: Operation, first_day: date
) -> tuple[list[Breach], list[dict[str, object]]]:
    person, pool = duties[0].person, duties[0].pool
    limits = ExposureLimits(
        cap=operation.cap_of(pool),
        share=operation.tier_share(person.tier),
        first_day=first_day,
        wellness_minutes_per_hour=operation.wellness_minutes_per_exposure_hour,
        wellness_is_break=operation.wellness_is_break,
        contract_hours=person.hours_per_week or pool.hours_per_week,
    )
    breaches = [
        *shape_breaches(duties),
        *skill_breaches(duties, operation),
        *work_breaches(duties, limits.first_day),
        *exposure_breaches(duties, limits),
        *rotation_breaches(duties, operation.rotation),
    ]
    daily = limits.hours(limits.cap.hours_per_day)
    days = hours_by_day(duties, limits)
    rows: list[dict[str, object]] = [
        {"person": person.id, "pool": pool.name, "date": day, "hours": days[day], "limit": daily}
        for day in sorted({duty.day for duty in duties})
    ]
    return breaches, rows
