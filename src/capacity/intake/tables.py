"""Turn one table of a settings file into one noun; every fault is collected, none raised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

from capacity.domain.faults import Fault, FaultList, nearest
from capacity.errors import DataError
from capacity.intake.values import Convert

Noun = TypeVar("Noun")


def build(
    noun: Callable[..., Noun],
    table: Any,
    where: str,
    faults: FaultList,
    converters: Mapping[str, Convert],
    *,
    rename: Mapping[str, str] | None = None,
) -> Noun | None:
    """The noun that a table describes, or None after its faults were recorded.

    `converters` names every key that the table may hold; `rename` maps a key to the field that
    it fills. A field without a default whose key is not in the table is missing.
    """
    before = len(faults.faults)
    if not isinstance(table, dict):
        faults.add(where, f"is {table!r}, not a table", f"write it as a [{where}] table")
        return None
    report_unknown(table, converters, where, faults)
    values = convert_keys(table, converters, where, faults)
    needed = required(noun)
    for key in converters:
        if (rename or {}).get(key, key) in needed and key not in table:
            faults.add(f"{where}.{key}", "is missing", f"add {key} to {where}")
    if len(faults.faults) > before:
        return None
    try:
        return noun(**{(rename or {}).get(key, key): value for key, value in values.items()})
    except DataError as error:
        add_error(faults, where, error)
        return None


def report_unknown(
    table: Mapping[str, Any], known: Iterable[str], where: str, faults: FaultList
) -> None:
    """Record one fault for each key that the table must not hold."""
    allowed = list(known)
    for key in table:
        if key not in allowed:
            faults.add(
                f"{where}.{key}" if where else key, "is an unknown key", nearest(key, allowed)
            )


def convert_keys(
    table: Mapping[str, Any], converters: Mapping[str, Convert], where: str, faults: FaultList
) -> dict[str, Any]:
    """Values of the known keys; a value that cannot be read is recorded and left out."""
    values = {}
    for key, convert in converters.items():
        if key not in table:
            continue
        try:
            values[key] = convert(table[key])
        except DataError as error:
            add_error(faults, f"{where}.{key}", error)
    return values


def required(noun: Callable[..., object]) -> list[str]:
    """Names of the fields of a dataclass that have no default."""
    found: Iterable[Field[Any]] = fields(noun)  # type: ignore[arg-type]
    return [
        item.name
        for item in found
        if item.init and item.default is MISSING and item.default_factory is MISSING
    ]


def add_error(faults: FaultList, where: str, error: DataError) -> None:
    """Record an error of a noun under the place where the file says it."""
    known = [item for item in error.faults if isinstance(item, Fault)]
    if known:
        faults.faults.extend(known)
        return
    what, mark, fix = str(error).rpartition(" Fix: ")
    if not mark:
        what, mark, fix = str(error).rpartition(" Did you mean ")
        fix = f"write {fix.rstrip('?')}" if mark else "correct this value"
    faults.add(where, (what or str(error)).rstrip("."), fix.rstrip("."))
