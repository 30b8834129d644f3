"""Does the operation describe the cases? Differences are noted; neither side is changed."""

from __future__ import annotations

import pandas as pd

from capacity.domain.display import percent
from capacity.domain.operation import Operation
from capacity.intake.case_tables import CaseTables

# Conventions: what differs by less is noise or a matter of taste.
HANDLING_RATIO = 1.15
AUTOMATION_POINTS = 0.05
FEWEST_CASES = 100
RECENT = pd.Timedelta(weeks=8)
# Press figures of harmful practice, used as alarms only: 25 s a video at a vendor (allegation,
# ndtv.com 2021-12-24) and 9 minutes of wellness time a day (press report on Phoenix, 2019).
ALARM_SECONDS = 25.0
ALARM_WELLNESS_MINUTES = 9.0
# A handling time that is a total, not a mean, asks for many times the hours of the team.
ALARM_WORK_RATIO = 10.0


def plausibility_notes(
    cases: CaseTables,
    operation: Operation,
    handling: tuple[tuple[str, float], ...],
    moment: pd.Timestamp,
) -> tuple[str, ...]:
    """What a careful reader would ask about these cases and this operation."""
    return (
        *_handling_notes(cases, operation, dict(handling)),
        *_automation_notes(cases, operation, moment),
        *_work_notes(cases, operation, moment),
        *_wellness_notes(operation),
    )


def _handling_notes(cases: CaseTables, operation: Operation, seen: dict[str, float]) -> list[str]:
    notes = []
    sizes = cases.frame["queue"].value_counts() if cases.has_log else pd.Series(dtype=int)
    for queue in operation.queues:
        mean = queue.handling.mean_minutes
        if mean * 60 < ALARM_SECONDS:
            notes.append(
                f"{queue.name}: {mean * 60:.0f} s a case is below a figure alleged as harmful practice"
            )
        if queue.name not in seen or sizes.get(queue.name, 0) < FEWEST_CASES:
            continue
        ratio = seen[queue.name] / mean
        if not 1 / HANDLING_RATIO <= ratio <= HANDLING_RATIO:
            notes.append(
                f"{queue.name}: the log shows {seen[queue.name]:.2f} min a review, the operation says {mean:g}"
            )
    return notes


def _automation_notes(cases: CaseTables, operation: Operation, moment: pd.Timestamp) -> list[str]:
    weekly = cases.automation
    recent = weekly[(weekly["week"] >= moment - RECENT) & (weekly["week"] < moment)]
    notes = []
    for name, rows in recent.groupby("queue", sort=False):
        total = rows["count"].sum()
        said = operation.queue(str(name)).automation_share
        share = rows["automated"].sum() / total if total >= FEWEST_CASES else said
        if abs(share - said) > AUTOMATION_POINTS:
            notes.append(
                f"{name}: {percent(share)} were decided without a person in the last eight weeks, "
                f"the operation says {percent(said)}"
            )
    return notes


def _work_notes(cases: CaseTables, operation: Operation, moment: pd.Timestamp) -> list[str]:
    """Work of a recent week against the paid hours of all people."""
    begin = max(moment - RECENT, cases.start)
    weeks = (moment - begin) / pd.Timedelta(weeks=1)
    totals = cases.arrivals_between(begin, moment)
    work = sum(
        totals.get(queue.name, 0.0)
        / weeks
        * (1 - queue.automation_share)
        * queue.reviews_per_case
        * queue.handling.mean_hours
        for queue in operation.queues
    )
    paid = sum(pool.heads * pool.hours_per_week for pool in operation.pools)
    if work > ALARM_WORK_RATIO * max(paid, 1.0):
        return [
            f"work of {work:,.0f} h a week is {work / max(paid, 1.0):.0f} times the paid hours: "
            "is a handling time a total, or the unit of the counts another?"
        ]
    return []


def _wellness_notes(operation: Operation) -> list[str]:
    hours = operation.exposure.hours_per_day
    minutes = operation.wellness_minutes_per_exposure_hour * (hours if hours is not None else 8.0)
    if operation.wellness_is_break and minutes < ALARM_WELLNESS_MINUTES:
        return [
            f"{minutes:.0f} min of wellness time a day is below the 9 min that were criticised in public"
        ]
    return []
