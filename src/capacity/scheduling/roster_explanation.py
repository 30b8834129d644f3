"""Why a roster is partial: what is short, which rule keeps whom, the least that would mend it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from capacity.domain import FixedPart, Operation, Roster, ShiftPlan
from capacity.domain.display import plural
from capacity.scheduling.cap_prices import shift_cap
from capacity.scheduling.checking import check
from capacity.scheduling.explanation import Explanation
from capacity.scheduling.rostering.cohorts import Cohorts, as_date, read_cohorts
from capacity.scheduling.rostering.obstacles import Obstacles
from capacity.scheduling.rostering.plan_problem import plan_problem
from capacity.scheduling.rostering.problem import Ints
from capacity.scheduling.rostering.relaxing import people_needed, smallest_relaxation
from capacity.scheduling.rostering.rotation import rotate
from capacity.scheduling.rostering.slicing import choose_slice, pool_slices
from capacity.scheduling.rostering.work_gaps import GapFinder, WorkGap

GAPS = ["kind", "pool", "queue", "day", "part", "amount", "unit", "reason"]
REMEDIES = ["pool", "change", "amount", "unit", "still_short"]
MORE_HOURS = (("hours_per_day", (0.5, 1.0, 2.0)), ("hours_per_week", (2.0, 5.0, 10.0)))
CAP_NAMES = {"hours_per_day": "daily", "hours_per_week": "weekly"}


def explain_roster(
    roster: Roster,
    shifts: ShiftPlan,
    operation: Operation,
    *,
    relax_caps: bool = False,
    fixed: FixedPart | None = None,
    largest: int = 5,
) -> Explanation:
    """Say in words what a partial roster lacks, which rule keeps whom, and what would mend it.

    Shifts without a person: the rules that keep each person of the pool are counted, and the
    smallest set of rules is sought (fewest rules, then the least harmful) whose relaxing lets
    the present people fill as many heads as all rules together; each answer is a roster that was
    built, not an estimate. The people who would have to be added are packed into shifts under
    all rules. Work without a person: what kept the people on shift. Caps are never relaxed
    unless `relax_caps` asks what a longer one would bring; that is played through the rotation.

    Parameters
    ----------
    roster, shifts, operation : Roster, ShiftPlan, Operation
        The roster, the plan that it fills and the operation of both.
    relax_caps : bool
        Also price longer exposure caps, named last.
    fixed : FixedPart, optional
        That with which the roster was made.
    largest : int
        Gaps named one by one, at most; the rest is counted.

    Returns
    -------
    Explanation
        `frame`: one row a gap (kind shift, work or session). `remedies`: one row a change.

    Examples
    --------
    >>> from capacity.scheduling.examples import short_roster
    >>> given, plan, operation = short_roster()
    >>> for sentence in explain_roster(given, plan, operation).sentences:
    ...     print(sentence)
    Tuesday 2026-01-06 s0, pool core: 1 of 1 head short (1 person on time off)
    core: the smallest set to relax is 1 rule: on time off (1 head, 1 person); it fills 1 of 1 head
    core: or 1 more person on the contract of the pool fills every head
    """
    report = check(roster, operation, shifts, fixed=fixed)
    gaps: list[tuple[object, ...]] = []
    remedies: list[tuple[object, ...]] = []
    lines: list[str] = []
    for pool in operation.pools:
        cohorts = read_cohorts(shifts, operation, pool)
        chosen = _chosen(roster, cohorts)
        lines += _shift_lines(roster, cohorts, gaps, largest)
        if cohorts.people and len(_unfilled(roster, pool.name)):
            obstacles = _obstacles(shifts, operation, cohorts, fixed)
            lines += _mend_shifts(obstacles, chosen, remedies)
        elif len(_unfilled(roster, pool.name)):
            lines.append(f"{pool.name}: the pool lists no people")
    finder = GapFinder(roster=roster, operation=operation, report=report)
    found = list(finder.gaps())
    lines += _work_lines(found, gaps, largest)
    lines += _mend_work(found, operation, remedies)
    if relax_caps and found:
        lines += _longer_caps(roster, shifts, operation, found, fixed, remedies)
    lines += _session_lines(roster, gaps)
    return Explanation(
        frame=pd.DataFrame(gaps, columns=GAPS),
        remedies=pd.DataFrame(remedies, columns=REMEDIES),
        sentences=tuple(lines),
    )


def _chosen(roster: Roster, cohorts: Cohorts) -> Ints:
    """Shift of each person and day in the roster table, -1 for none."""
    chosen = np.full((len(cohorts.people), len(cohorts.dates)), -1, dtype=np.int64)
    people = {person.id: number for number, person in enumerate(cohorts.people)}
    rows = roster.frame[roster.frame["pool"] == cohorts.pool.name]
    for person, day, shift in zip(
        *(rows.drop_duplicates(["person", "date"])[name] for name in ("person", "date", "shift")),
        strict=True,
    ):
        place = (as_date(day) - cohorts.dates[0]).days
        chosen[people[person], place] = cohorts.names.index(shift)
    return chosen


def _obstacles(
    shifts: ShiftPlan, operation: Operation, cohorts: Cohorts, fixed: FixedPart | None
) -> Obstacles:
    problem = plan_problem(shifts, operation, cohorts, fixed=fixed)
    step = choose_slice(shifts, cohorts, operation.cap_of(cohorts.pool))
    return Obstacles(problem=problem, cohorts=cohorts, step=step)


def _unfilled(roster: Roster, pool: str) -> pd.DataFrame:
    rows = roster.unfilled
    return rows[rows["pool"] == pool] if len(rows) else rows


def _shift_lines(
    roster: Roster, cohorts: Cohorts, gaps: list[tuple[object, ...]], largest: int
) -> Iterator[str]:
    name = cohorts.pool.name
    rows = _unfilled(roster, name)
    if not len(rows):
        return
    rows = rows.sort_values(["heads", "start"], ascending=[False, True])
    for place, row in enumerate(rows.to_dict("records")):
        day, shift = as_date(row["date"]), str(row["shift"])
        planned = int(cohorts.heads[(day - cohorts.dates[0]).days, cohorts.names.index(shift)])
        gaps.append(("shift", name, "", day, shift, row["heads"], "heads", row["reason"]))
        if place < largest:
            yield (
                f"{day:%A} {day} {shift}, pool {name}: {row['heads']} of {plural(planned, 'head')} short "
                f"({_with_people(str(row['reason']))})"
            )
    if len(rows) > largest:
        rest = int(rows["heads"].iloc[largest:].sum())
        yield f"{name}: and {plural(len(rows) - largest, 'smaller gap')} of {plural(rest, 'head')}"


def _with_people(reason: str) -> str:
    """Put the noun after the first number of a reason such as `3 on time off; 1 at ...`."""
    count, _, rest = reason.partition(" ")
    return f"{count} {_people(int(count))} {rest}" if count.isdigit() else reason


def _mend_shifts(
    obstacles: Obstacles, chosen: Ints, remedies: list[tuple[object, ...]]
) -> Iterator[str]:
    name = obstacles.cohorts.pool.name
    relaxed = smallest_relaxation(obstacles, chosen)
    if relaxed is None:
        return
    total = relaxed.filled + relaxed.left
    if relaxed.rules:
        told = ", ".join(
            f"{rule} ({plural(heads, 'head')}, {people} {_people(people)})"
            for rule, heads, people in relaxed.uses
        )
        yield (
            f"{name}: the smallest set to relax is {plural(len(relaxed.rules), 'rule')}: {told}; "
            f"it fills {relaxed.filled} of {plural(total, 'head')}"
        )
        remedies.append(
            (name, f"relax: {', '.join(relaxed.rules)}", len(relaxed.rules), "rules", relaxed.left)
        )
    else:
        yield f"{name}: no rule, relaxed, fills any of {plural(total, 'head')}: too few people"
    count = people_needed(obstacles, chosen)
    if count is None:
        yield f"{name}: no number of new people fills every head: the rules forbid it to anybody"
    else:
        verb = "fills" if count == 1 else "fill"
        yield f"{name}: or {count} more {_people(count)} on the contract of the pool {verb} every head"
        remedies.append((name, "more people", count, "people", 0))


def _work_lines(
    found: list[WorkGap], gaps: list[tuple[object, ...]], largest: int
) -> Iterator[str]:
    for place, gap in enumerate(found):
        told = "; ".join(f"{count} {reason}" for reason, count in gap.reasons[:3])
        told = _with_people(told) if told else "nobody of the pool is on shift then"
        gaps.append(("work", gap.pool, gap.queue, gap.day, gap.part, gap.hours, "hours", told))
        if place < largest:
            yield (
                f"{gap.day:%A} {gap.day} {gap.part}, {gap.queue}, pool {gap.pool}: "
                f"{gap.hours:,.1f} h of work without a person ({told})"
            )
    if len(found) > largest:
        rest = sum(gap.hours for gap in found[largest:])
        yield f"and {plural(len(found) - largest, 'smaller gap')} of {rest:,.1f} h of work"


def _people(count: int) -> str:
    """Person or people."""
    return "person" if count == 1 else "people"


def _mend_work(
    found: list[WorkGap], operation: Operation, remedies: list[tuple[object, ...]]
) -> Iterator[str]:
    """What binds each queue, and how many more people a day at the cap would do its work."""
    keys = dict.fromkeys((gap.pool, gap.queue) for gap in found)
    for pool_name, queue in keys:
        mine = [gap for gap in found if (gap.pool, gap.queue) == (pool_name, queue)]
        counts: dict[str, int] = {}
        for gap in mine:
            for reason, count in gap.reasons:
                counts[reason] = counts.get(reason, 0) + count
        binding = max(counts, key=lambda reason: counts[reason]) if counts else ""
        days: dict[object, float] = {}
        for gap in mine:
            days[gap.day] = days.get(gap.day, 0.0) + gap.hours
        people = math.ceil(max(days.values()) / _hours_a_day(operation, pool_name, queue) - 1e-9)
        total = sum(days.values())
        why = f"most people on shift are {binding}" if counts else "the pool has no shift then"
        yield (
            f"{queue}, pool {pool_name}: {total:,.1f} h in all; {why}; about {people} more on shift "
            "on the worst day who may work it would close it"
        )
        remedies.append(
            (pool_name, f"more people on shift for {queue}", people, "people a day", 0.0)
        )


def _hours_a_day(operation: Operation, pool_name: str, queue: str) -> float:
    """Hours of a queue that one more person on shift can work in a day under the cap."""
    pool, severity = operation.pool(pool_name), operation.queue(queue).severity
    cap = operation.cap_of(pool)
    hours = operation.occupancy_cap * max(template.paid_hours for template in pool.shifts)
    if severity > 0 and cap.hours_per_day is not None and cap.counts(queue):
        hours = min(hours, cap.hours_per_day / severity)
    return hours


def _longer_caps(  # noqa: PLR0917 - what the roster was made of, and where to write
    roster: Roster,
    shifts: ShiftPlan,
    operation: Operation,
    found: list[WorkGap],
    fixed: FixedPart | None,
    remedies: list[tuple[object, ...]],
) -> Iterator[str]:
    """Longer caps, played through the rotation of the chosen shifts; only when asked for."""
    for name in dict.fromkeys(gap.pool for gap in found):
        cohorts = read_cohorts(shifts, operation, operation.pool(name))
        chosen = _chosen(roster, cohorts)
        short = sum(gap.hours for gap in found if gap.pool == name)
        for field, steps in MORE_HOURS:
            for hours in steps:
                changed = shift_cap(operation, field, hours)
                if changed is None:
                    break
                longer = replace(cohorts, pool=changed.pool(name))
                slices = pool_slices(shifts, changed, longer, chosen, fixed=fixed)
                left = rotate(slices.task).left_heads.sum() * slices.task.slice_hours
                left = max(float(left) - slices.task.slice_hours * len(slices.queues), 0.0)
                if left < 0.02 * short or (hours == steps[-1] and left < 0.98 * short):
                    what = f"{CAP_NAMES[field]} exposure cap longer by {hours:g} h"
                    yield f"{name}: asked for, last of all: a {what} leaves {left:.1f} of {short:.1f} h"
                    remedies.append((name, what, hours, "hours", left))
                    break


def _session_lines(roster: Roster, gaps: list[tuple[object, ...]]) -> Iterator[str]:
    for row in roster.missed.to_dict("records") if len(roster.missed) else ():
        day = row["start"].date()
        gaps.append(("session", "", "", day, "", row["minutes"], "minutes", row["reason"]))
        yield f"{day}, {row['person']}: counselling of {row['minutes']} min is missed ({row['reason']})"
