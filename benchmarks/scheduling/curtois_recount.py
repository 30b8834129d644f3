"""Penalty and broken rules of a roster, counted from the text of the instance alone."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from benchmarks.scheduling.curtois_format import Instance


def recount(instance: Instance, table: pd.DataFrame) -> tuple[float, list[str]]:
    """Total penalty, and every hard rule that the roster breaks; shares no code with the model."""
    works = {
        (str(row["employee"]), int(row["day"])): str(row["shift"])
        for row in table.to_dict("records")
    }
    broken = [] if len(works) == len(table) else ["two shifts on a day"]
    lengths = {row[0]: int(row[1]) for row in instance.sections["SHIFTS"]}
    after = {
        row[0]: set(filter(None, row[2].split("|"))) if len(row) > 2 else set()
        for row in instance.sections["SHIFTS"]
    }
    free = {row[0]: {int(d) for d in row[1:] if d} for row in instance.sections["DAYS_OFF"]}
    for row in instance.sections["STAFF"]:
        line = [works.get((row[0], day), "") for day in range(instance.days)]
        broken += [f"{row[0]}: {fault}" for fault in _faults(row, line, lengths, after)]
        broken += [f"{row[0]}: day off {d}" for d in free.get(row[0], ()) if line[d]]
    return _penalty(instance, works), broken


def _faults(
    row: tuple[str, ...], line: list[str], lengths: dict[str, int], after: dict[str, set[str]]
) -> list[str]:
    most, least, long, short, rest, weekends = (int(field) for field in row[2:8])
    minutes = sum(lengths[shift] for shift in line if shift)
    faults = [] if least <= minutes <= most else [f"{minutes} minutes"]
    for entry in filter(None, row[1].split("|")):
        name, _, limit = entry.partition("=")
        if line.count(name) > int(limit):
            faults.append(f"{line.count(name)} shifts of {name}")
    faults += [f"{b} after {a}" for a, b in pairwise(line) if a and b in after[a]]
    for worked, first, last in _runs(line):
        inside = first > 0 and last < len(line) - 1
        length = last - first + 1
        if worked and length > long:
            faults.append(f"{length} days in a row from {first}")
        if inside and length < (short if worked else rest):
            faults.append(f"run of {length} from {first}")
    busy = sum(any(line[d] for d in (s, s + 1) if d < len(line)) for s in range(5, len(line), 7))
    return faults + ([f"{busy} weekends"] if busy > weekends else [])


def _runs(line: list[str]) -> list[tuple[bool, int, int]]:
    runs, first = [], 0
    for day in range(1, len(line) + 1):
        if day == len(line) or bool(line[day]) != bool(line[first]):
            runs.append((bool(line[first]), first, day - 1))
            first = day
    return runs


def _penalty(instance: Instance, works: dict[tuple[str, int], str]) -> float:
    total = 0.0
    for name, day, shift, weight in instance.sections["SHIFT_ON_REQUESTS"]:
        total += float(weight) * (works.get((name, int(day))) != shift)
    for name, day, shift, weight in instance.sections["SHIFT_OFF_REQUESTS"]:
        total += float(weight) * (works.get((name, int(day))) == shift)
    for day, shift, need, under, over in instance.sections["COVER"]:
        heads = sum(works.get((name, int(day))) == shift for name in instance.people)
        total += float(under) * max(int(need) - heads, 0) + float(over) * max(heads - int(need), 0)
    return total
