"""What is wrong with a file of the Curtois-Qu format, row by row."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

Rows = Sequence[tuple[str, ...]]
WIDTHS = {
    "SHIFTS": (2, 3),
    "STAFF": (8, 8),
    "DAYS_OFF": (1, 10_000),
    "SHIFT_ON_REQUESTS": (4, 4),
    "SHIFT_OFF_REQUESTS": (4, 4),
    "COVER": (5, 5),
}


def find_faults(sections: Mapping[str, Rows]) -> list[str]:
    """Every fault of the rows, each with its section and the row as it stands."""
    horizon = sections["HORIZON"]
    if len(horizon) != 1 or len(horizon[0]) != 1 or not _is_count(horizon[0][0]):
        return [f"HORIZON {list(horizon)}: one whole number of days is expected"]
    days = int(horizon[0][0])
    faults = [
        f"{name} {','.join(row)}: {len(row)} fields, expected {low if low == high else f'{low} or more'}"
        for name, (low, high) in WIDTHS.items()
        for row in sections[name]
        if not low <= len(row) <= high
    ]
    if faults or not days:
        return faults or ["HORIZON 0: at least one day is expected"]
    shifts = [row[0] for row in sections["SHIFTS"]]
    people = [row[0] for row in sections["STAFF"]]
    for name, given in (("SHIFTS", shifts), ("STAFF", people)):
        twice = sorted({one for one in given if given.count(one) > 1})
        if twice or not given:
            faults.append(f"{name}: {f'named twice: {twice}' if twice else 'no row'}")
    known = _Known(days=days, shifts=frozenset(shifts), people=frozenset(people))
    checks: dict[str, Callable[[tuple[str, ...], _Known], Iterator[str]]] = {
        "SHIFTS": _shift_faults,
        "STAFF": _staff_faults,
        "DAYS_OFF": _day_off_faults,
        "SHIFT_ON_REQUESTS": _request_faults,
        "SHIFT_OFF_REQUESTS": _request_faults,
        "COVER": _cover_faults,
    }
    for name, check in checks.items():
        for row in sections[name]:
            faults += [f"{name} {','.join(row)[:60]}: {fault}" for fault in check(row, known)]
    return faults


class _Known:
    """What rows may name."""

    def __init__(self, *, days: int, shifts: frozenset[str], people: frozenset[str]) -> None:
        self.days, self.shifts, self.people = days, shifts, people

    def day(self, text: str) -> Iterator[str]:
        if not _is_count(text) or int(text) >= self.days:
            yield f"day {text!r} is not one of 0..{self.days - 1}"

    def shift(self, text: str) -> Iterator[str]:
        if text not in self.shifts:
            yield f"unknown shift {text!r}"

    def person(self, text: str) -> Iterator[str]:
        if text not in self.people:
            yield f"unknown employee {text!r}"


def _shift_faults(row: tuple[str, ...], known: _Known) -> Iterator[str]:
    if not _is_count(row[1]) or not int(row[1]):
        yield f"length {row[1]!r} is not a number of minutes"
    for follower in row[2].split("|") if len(row) > 2 else ():
        if follower.strip():
            yield from known.shift(follower.strip())


def _staff_faults(row: tuple[str, ...], known: _Known) -> Iterator[str]:
    for entry in row[1].split("|"):
        name, _, most = entry.partition("=")
        if entry:
            yield from known.shift(name)
            if not _is_count(most):
                yield f"limit {entry!r} is not a whole number"
    for text in row[2:]:
        if not _is_count(text):
            yield f"{text!r} is not a whole number"


def _day_off_faults(row: tuple[str, ...], known: _Known) -> Iterator[str]:
    yield from known.person(row[0])
    for text in row[1:]:
        if text:
            yield from known.day(text)


def _request_faults(row: tuple[str, ...], known: _Known) -> Iterator[str]:
    yield from known.person(row[0])
    yield from known.day(row[1])
    yield from known.shift(row[2])
    if not _is_number(row[3]):
        yield f"weight {row[3]!r} is not a number"


def _cover_faults(row: tuple[str, ...], known: _Known) -> Iterator[str]:
    yield from known.day(row[0])
    yield from known.shift(row[1])
    if not _is_count(row[2]):
        yield f"requirement {row[2]!r} is not a whole number"
    for text in row[3:]:
        if not _is_number(text) or float(text) < 0:
            yield f"weight {text!r} is not a number of at least 0"


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_number(text: str) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return math.isfinite(value)
