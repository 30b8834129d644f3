"""Days of an earlier roster that are kept: narrowed choices, and contradictions in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from capacity.domain.roster import FixedPart
from capacity.errors import InfeasibleError
from capacity.scheduling.rostering.cohorts import Cohorts, as_date, instants
from capacity.scheduling.rostering.problem import Bools


def keep_fixed(allowed: Bools, cohorts: Cohorts, fixed: FixedPart) -> tuple[Bools, Bools]:
    """Cells narrowed to the fixed days, and the days that must be worked (people, days).

    Raises
    ------
    InfeasibleError
        A fixed shift is not planned any more, or more people are fixed on it than are planned.
    """
    allowed = allowed.copy()
    must_work = np.zeros(allowed.shape[:2], dtype=bool)
    kept = fixed_shifts(cohorts, fixed)
    faults: list[str] = []
    for number, person in enumerate(cohorts.people):
        for day, value in enumerate(cohorts.dates):
            if not fixed.holds(person.id, value):
                continue
            name = kept.get((person.id, value))
            allowed[number, day] &= [other == name for other in cohorts.names]
            must_work[number, day] = name is not None
    for (person_id, value), name in kept.items():
        if not _is_planned(cohorts, value, name):
            faults.append(f"{person_id} is fixed on {name} {value}, which the plan does not have")
    faults += _crowds(cohorts, kept)
    if faults:
        raise InfeasibleError(
            f"The fixed part contradicts the plan of pool {cohorts.pool.name}: "
            f"{'; '.join(faults[:5])}{' ...' if len(faults) > 5 else ''} ({len(faults)} in all). "
            "Fix: plan these shifts, or fix fewer days or people."
        )
    return allowed, must_work


def fixed_shifts(cohorts: Cohorts, fixed: FixedPart) -> dict[tuple[str, date], str]:
    """Name of the shift of each fixed duty of the pool's people inside the plan's dates."""
    people = {person.id for person in cohorts.people}
    known = set(cohorts.dates)
    rows = fixed.frame.drop_duplicates(["person", "date"])
    return {
        (str(person), as_date(day)): str(shift)
        for person, day, shift in zip(rows["person"], rows["date"], rows["shift"], strict=True)
        if person in people and as_date(day) in known
    }


@dataclass(frozen=True, kw_only=True)
class KeptRow:
    """One row of a kept duty; instants are nanoseconds UTC."""

    start: int
    end: int
    activity: str
    queue: str


def kept_rows(cohorts: Cohorts, fixed: FixedPart | None) -> dict[tuple[int, int], list[KeptRow]]:
    """The rows of each kept duty (person, day) of the pool, in order of time."""
    if fixed is None:
        return {}
    people = {person.id: number for number, person in enumerate(cohorts.people)}
    days = {value: day for day, value in enumerate(cohorts.dates)}
    frame = fixed.frame.sort_values("start", kind="stable")
    rows: dict[tuple[int, int], list[KeptRow]] = {}
    columns = (frame["person"], frame["date"], frame["activity"], frame["queue"])
    times = (instants(frame["start"]), instants(frame["end"]))
    for person, value, activity, queue, start, end in zip(*columns, *times, strict=True):
        if person in people and as_date(value) in days:
            rows.setdefault((people[person], days[as_date(value)]), []).append(
                KeptRow(start=int(start), end=int(end), activity=str(activity), queue=str(queue))
            )
    return rows


def _is_planned(cohorts: Cohorts, value: date, name: str) -> bool:
    if name not in cohorts.names:
        return False
    return bool(cohorts.exists[(value - cohorts.dates[0]).days, cohorts.names.index(name)])


def _crowds(cohorts: Cohorts, kept: dict[tuple[str, date], str]) -> list[str]:
    counts: dict[tuple[date, str], int] = {}
    for (_, value), name in kept.items():
        if _is_planned(cohorts, value, name):
            counts[value, name] = counts.get((value, name), 0) + 1
    return [
        f"{count} people are fixed on {name} {value}, the plan has {planned}"
        for (value, name), count in counts.items()
        if count
        > (
            planned := int(
                cohorts.heads[(value - cohorts.dates[0]).days, cohorts.names.index(name)]
            )
        )
    ]
