"""Read the Curtois-Qu shift scheduling format and say it in the nouns of the roster engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.scheduling.curtois_faults import find_faults
from capacity.errors import DataError
from capacity.scheduling.rostering.problem import (
    BlockRule,
    Cover,
    RosterProblem,
    RunRule,
    WindowRule,
)

SECTIONS = (
    "HORIZON",
    "SHIFTS",
    "STAFF",
    "DAYS_OFF",
    "SHIFT_ON_REQUESTS",
    "SHIFT_OFF_REQUESTS",
    "COVER",
)
MOST_TOLD = 8


@dataclass(frozen=True, kw_only=True)
class Instance:
    """The sections of one file as rows of text fields."""

    days: int
    sections: dict[str, tuple[tuple[str, ...], ...]]

    @property
    def shifts(self) -> tuple[str, ...]:
        """Names of the shift types in the order of the file."""
        return tuple(row[0] for row in self.sections["SHIFTS"])

    @property
    def people(self) -> tuple[str, ...]:
        """Names of the employees in the order of the file."""
        return tuple(row[0] for row in self.sections["STAFF"])


def read_instance(path: Path) -> Instance:
    """Parse one file; comments start with #, fields are split by commas.

    Raises
    ------
    DataError
        A section is missing or unknown, or rows cannot be read; every fault is counted.
    """
    sections: dict[str, list[tuple[str, ...]]] = {}
    current = ""
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        text = line.split("#")[0].strip()
        if text.startswith("SECTION_"):
            current = text.removeprefix("SECTION_")
            sections[current] = []
        elif text:
            sections.setdefault(current, []).append(
                tuple(field.strip() for field in text.split(","))
            )
    missing = [name for name in SECTIONS if name not in sections]
    unknown = [name for name in sections if name not in SECTIONS]
    if missing or unknown:
        raise DataError(f"{path}: missing sections {missing}, unknown sections {unknown}.")
    faults = find_faults(sections)
    if faults:
        more = f" ... ({len(faults)} in all)" if len(faults) > MOST_TOLD else ""
        raise DataError(f"{path}: {'; '.join(faults[:MOST_TOLD])}{more}.")
    days = int(sections["HORIZON"][0][0])
    return Instance(days=days, sections={name: tuple(rows) for name, rows in sections.items()})


def roster_problem(instance: Instance) -> RosterProblem:
    """The instance as people, shifts, cover and rules.

    Read as in Curtois and Qu, "Computational results on new staff scheduling benchmark
    instances" (2014): the day before the horizon counts as a day off for the longest run; a
    run that touches an edge of the horizon may be part of a longer one for the shortest runs;
    a weekend is worked if its Saturday or Sunday is; day 0 is a Monday.
    """
    people = {name: index for index, name in enumerate(instance.people)}
    shifts = {name: index for index, name in enumerate(instance.shifts)}
    allowed = np.ones((len(people), instance.days, len(shifts)), dtype=bool)
    for row in instance.sections["DAYS_OFF"]:
        allowed[people[row[0]], [int(day) for day in row[1:] if day]] = False
    limits = _type_limits(instance, shifts)
    allowed &= (limits > 0)[:, None, :]
    price, constant = _requests(instance, people, shifts)
    return RosterProblem(
        people=instance.people,
        shifts=instance.shifts,
        days=instance.days,
        allowed=allowed,
        price=price,
        constant=constant,
        cover=_cover(instance, shifts),
        forbidden=_forbidden(instance, shifts),
        windows=_totals(instance, limits),
        blocks=(_weekends(instance),),
        runs=(_runs(instance),),
    )


def _numbers(instance: Instance, column: int) -> np.ndarray:
    return np.array([int(row[column]) for row in instance.sections["STAFF"]], dtype=np.int64)


def _type_limits(instance: Instance, shifts: dict[str, int]) -> np.ndarray:
    """Most shifts of each type, people x shifts; a type not named has no limit."""
    limits = np.full((len(instance.people), len(shifts)), np.inf)
    for person, row in enumerate(instance.sections["STAFF"]):
        for entry in row[1].split("|"):
            if entry:
                name, _, most = entry.partition("=")
                limits[person, shifts[name]] = float(most)
    return limits


def _requests(
    instance: Instance, people: dict[str, int], shifts: dict[str, int]
) -> tuple[np.ndarray, float]:
    """Prices of assignments and the constant: an ungranted wish costs its weight."""
    price = np.zeros((len(people), instance.days, len(shifts)))
    constant = 0.0
    for name, day, shift, weight in instance.sections["SHIFT_ON_REQUESTS"]:
        price[people[name], int(day), shifts[shift]] -= float(weight)
        constant += float(weight)
    for name, day, shift, weight in instance.sections["SHIFT_OFF_REQUESTS"]:
        price[people[name], int(day), shifts[shift]] += float(weight)
    return price, constant


def _cover(instance: Instance, shifts: dict[str, int]) -> tuple[Cover, ...]:
    return tuple(
        Cover(
            cells=((int(day), shifts[shift]),),
            need=int(need),
            short_price=float(under),
            extra_price=float(over),
            name=f"day {day} {shift}",
        )
        for day, shift, need, under, over in instance.sections["COVER"]
    )


def _forbidden(instance: Instance, shifts: dict[str, int]) -> np.ndarray:
    one = np.zeros((len(shifts), len(shifts)), dtype=bool)
    for row in instance.sections["SHIFTS"]:
        for follower in row[2].split("|") if len(row) > 2 else ():
            if follower.strip():
                one[shifts[row[0]], shifts[follower.strip()]] = True
    return np.broadcast_to(one, (1, instance.days, *one.shape)).copy()


def _totals(instance: Instance, limits: np.ndarray) -> tuple[WindowRule, ...]:
    """Total minutes and shifts of each type over the horizon, as windows as long as it."""
    length = np.array([float(row[1]) for row in instance.sections["SHIFTS"]])
    days = instance.days
    minutes = WindowRule(
        name="total minutes",
        amount=length,
        days=days,
        step=days,
        at_most=_numbers(instance, 2).astype(float),
        at_least=_numbers(instance, 3).astype(float),
    )
    types = tuple(
        WindowRule(
            name=f"most {name}",
            amount=np.eye(len(instance.shifts))[number],
            days=days,
            step=days,
            at_most=np.where(limits[:, number] < days, limits[:, number], np.nan),
        )
        for number, name in enumerate(instance.shifts)
    )
    return (minutes, *types)


def _weekends(instance: Instance) -> BlockRule:
    blocks = tuple(
        tuple(day for day in (week + 5, week + 6) if day < instance.days)
        for week in range(0, instance.days, 7)
        if week + 5 < instance.days
    )
    return BlockRule(
        name="weekends",
        blocks=blocks,
        at_most=_numbers(instance, 7).astype(float),
        window=len(blocks),
    )


def _runs(instance: Instance) -> RunRule:
    return RunRule(
        name="runs",
        longest_work=_numbers(instance, 4),
        shortest_work=_numbers(instance, 5),
        shortest_rest=_numbers(instance, 6),
        carried=np.zeros(len(instance.people), dtype=np.int64),
    )
