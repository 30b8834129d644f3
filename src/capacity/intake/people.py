"""Read people.csv: one pseudonymous reviewer a row."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from capacity.domain.faults import FaultList
from capacity.domain.grid import as_utc
from capacity.domain.person import CounsellingSession, Person, Tier
from capacity.domain.pool import Pool
from capacity.errors import DataError
from capacity.intake import values as v
from capacity.intake.dictionary import columns_of
from capacity.intake.numbers import PLAIN
from capacity.intake.tables import add_error, report_unknown


def read_people(path: Path, faults: FaultList) -> tuple[Person, ...]:
    """The people of a CSV file; every fault is recorded with its line.

    Lists inside a cell are separated by blanks. An empty cell means the default.
    """
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines(), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        faults.add(path.name, f"cannot be read ({error})", "give a UTF-8 CSV file beside the TOML")
        return ()
    if len(rows) < 2:
        faults.add(path.name, "has no rows", "write a header and one line a person")
        return ()
    header = [name.strip().casefold() for name in rows[0]]
    before = len(faults.faults)
    report_unknown(dict.fromkeys(header), columns_of("people"), path.name, faults)
    for name in ("id", "pool"):
        if name not in header:
            faults.add(f"{path.name}, column {name}", "is missing", f"add a column {name}")
    if len(header) != len(set(header)):
        faults.add(path.name, "a column appears twice in the header", "keep one")
    if len(faults.faults) > before:
        return ()
    found = []
    for line, row in enumerate(rows[1:], 2):
        if not row:
            continue
        person = _person(header, row, f"{path.name} line {line}", faults)
        found.append(person or _stand_in(header, row, line))
    return tuple(person for person in found if person is not None)


def _stand_in(header: list[str], row: list[str], line: int) -> Person | None:
    """A person in place of a refused line, so that the pool's heads still agree."""
    pool = dict(zip(header, row, strict=False)).get("pool", "").strip()
    return Person(id=f"x{line}", pool=pool) if pool else None


def _person(header: list[str], row: list[str], where: str, faults: FaultList) -> Person | None:
    if len(row) != len(header):
        faults.add(where, f"has {len(row)} fields, the header {len(header)}", "mend the line")
        return None
    values: dict[str, object] = {}
    clean = True
    for name, cell in zip(header, row, strict=True):
        if not cell.strip():
            continue
        try:
            values[name] = CELLS[name](cell.strip())
        except (DataError, ValueError) as error:
            add_error(faults, f"{where}, column {name}", DataError(str(error)))
            clean = False
    for name in ("id", "pool"):
        if name not in values and clean:
            faults.add(f"{where}, column {name}", "is empty", f"write the {name}")
            clean = False
    if not clean:
        return None
    try:
        return Person(**values)  # type: ignore[arg-type]
    except DataError as error:
        add_error(faults, where, error)
        return None


def _words(cell: str) -> tuple[str, ...]:
    return v.texts(cell.split())


def _hours(cell: str) -> tuple[float, ...]:
    return tuple(_number(item) for item in cell.split())


def _number(cell: str) -> float:
    if not PLAIN.fullmatch(cell):
        raise DataError(f"{cell!r} is not a plain number. Fix: write digits, say 2.5")
    return v.number(float(cell))


def _whole(cell: str) -> int:
    if not cell.isascii() or not cell.isdecimal():
        raise DataError(f"{cell!r} is not a whole number >= 0. Fix: write it plainly, say 4")
    return int(cell)


def _dates(cell: str) -> tuple[date, ...]:
    return tuple(v.day(item) for item in cell.split())


def _instant(cell: str) -> pd.Timestamp:
    return as_utc(cell, "last_shift_end")


def _office_days(cell: str) -> tuple[int, ...]:
    return v.weekdays(cell.split())


def _sessions(cell: str) -> tuple[CounsellingSession, ...]:
    """Sessions written `2026-01-14T10:00Z/60`: instant and minutes."""
    found = []
    for item in cell.split():
        start, mark, minutes = item.partition("/")
        if not mark:
            raise DataError(f"{item!r} has no length. Fix: write 2026-01-14T10:00Z/60")
        found.append(
            CounsellingSession(start=as_utc(start, "counselling"), minutes=_whole(minutes))
        )
    return tuple(found)


CELLS: dict[str, Callable[[str], object]] = {
    "id": v.text,
    "pool": v.text,
    "skills": _words,
    "languages": _words,
    "tier": v.choice(Tier),
    "hours_per_week": _number,
    "tenure_months": _whole,
    "speed": _number,
    "time_off": _dates,
    "carried_exposure": _hours,
    "carried_days": _whole,
    "carried_nights": _whole,
    "carried_weekends": _whole,
    "last_shift_end": _instant,
    "office_days": _office_days,
    "counselling": _sessions,
}


def with_tenure(pools: tuple[Pool, ...], people: tuple[Person, ...]) -> tuple[Pool, ...]:
    """Pools that state no tenure take that of their people, where it is known of every one."""
    filled = []
    for pool in pools:
        known = [person.tenure_months for person in people if person.pool == pool.name]
        months = tuple(sorted(month for month in known if month is not None))
        complete = len(months) == len(known) == pool.heads
        use = complete and not pool.tenure_months
        filled.append(replace(pool, tenure_months=months) if use else pool)
    return tuple(filled)
