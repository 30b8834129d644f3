"""Read scenarios from a TOML file: the same changes as from Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from capacity.domain.event import Event, EventShape
from capacity.domain.faults import FaultList, nearest
from capacity.domain.opening import OpeningHours
from capacity.domain.pool import LossKind
from capacity.errors import DataError
from capacity.intake import values as v
from capacity.intake.files import read_toml
from capacity.intake.operations import EVENT
from capacity.intake.pool_tables import read_pool
from capacity.intake.queue_tables import OPENING, read_queue
from capacity.intake.tables import add_error, build, report_unknown
from capacity.intake.values import Convert
from capacity.scenarios import changes
from capacity.scenarios.scenario import Change, Scenario, check_names

Table = dict[str, Any]
Read = Callable[[Table, str, FaultList], Change | None]
KEYS = ("operation", "scenarios")


@dataclass(frozen=True, kw_only=True)
class ScenarioFile:
    """What a scenario file holds: the operation's file and the scenarios, in their order."""

    operation: Path
    scenarios: tuple[Scenario, ...] = field(default=())


def _plain(change: Callable[..., Change], **converters: Convert) -> Read:
    def read(table: Table, where: str, faults: FaultList) -> Change | None:
        return build(change, table, where, faults, converters)

    return read


def _event(table: Table, where: str, faults: FaultList) -> Change | None:
    found = build(Event, table, where, faults, EVENT)
    return None if found is None else changes.Event(found)


def _opening(table: Table, where: str, faults: FaultList) -> Change | None:
    rest = {key: value for key, value in table.items() if key != "queue"}
    queue = table.get("queue")
    if not isinstance(queue, str):
        faults.add(f"{where}.queue", "is missing", "name the queue")
        return None
    rename = {"opens": "opens_minute", "closes": "closes_minute"}
    opening = build(OpeningHours, rest, where, faults, OPENING, rename=rename) if rest else None
    return changes.OpeningHours(queue, opening) if opening or not rest else None


def _new_queue(table: Table, where: str, faults: FaultList) -> Change | None:
    pools = _texts(table, "pools", where, faults)
    queue = read_queue({k: x for k, x in table.items() if k != "pools"}, where, faults)
    return (
        None if queue is None else _guarded(where, faults, lambda: changes.NewQueue(queue, pools))
    )


def _add_pool(table: Table, where: str, faults: FaultList) -> Change | None:
    pool = read_pool(table, where, faults)
    return None if pool is None else changes.AddPool(pool)


def _texts(table: Table, key: str, where: str, faults: FaultList) -> tuple[str, ...]:
    try:
        return v.texts(table.get(key, []))
    except DataError as error:
        add_error(faults, f"{where}.{key}", error)
        return ()


def _guarded(where: str, faults: FaultList, make: Callable[[], Change]) -> Change | None:
    try:
        return make()
    except DataError as error:
        add_error(faults, where, error)
        return None


CHANGES: dict[str, Read] = {
    "AddPool": _add_pool,
    "Attrition": _plain(changes.Attrition, pool=v.text, by=v.number, yearly=v.number),
    "AutomationShare": _plain(changes.AutomationShare, queue=v.text, to=v.number, by=v.number),
    "CrossTrain": _plain(changes.CrossTrain, pool=v.text, skills=v.texts, languages=v.texts),
    "Event": _event,
    "ExposureCap": _plain(
        changes.ExposureCap,
        pool=v.text,
        hours_per_day=v.number,
        hours_per_week=v.number,
        minutes_in_row=v.integer,
        break_minutes=v.integer,
        latest_local_minute=v.integer,
        max_consecutive_days=v.integer,
        queues=v.texts,
    ),
    "HandlingTime": _plain(changes.HandlingTime, queue=v.text, by=v.number, mean_minutes=v.number),
    "HiringFreeze": _plain(changes.HiringFreeze, pool=v.text, first=v.text, last=v.text),
    "NewQueue": _new_queue,
    "OpeningHours": _opening,
    "Outage": _plain(changes.Outage, queue=v.text, start=v.day, end=v.day, share=v.number),
    "RemovePool": _plain(changes.RemovePool, pool=v.text),
    "Shrinkage": _plain(
        changes.Shrinkage, category=v.text, share=str, pool=v.text, kind=v.choice(LossKind)
    ),
    "Staffing": _plain(changes.Staffing, pool=v.text, by=v.integer, heads=v.integer),
    "Target": _plain(changes.Target, queue=v.text, within_hours=v.number, share=v.number),
    "Volume": _plain(
        changes.Volume,
        queue=v.text,
        by=v.number,
        start=v.day,
        end=v.day,
        shape=v.choice(EventShape),
        sd=v.number,
    ),
    "Wage": _plain(changes.Wage, pool=v.text, by=v.number),
}


def read_scenarios(path: str | Path) -> ScenarioFile:
    """The scenarios of a TOML file and the operation that they change.

    The file names its operation (`operation = "operation.toml"`, relative to its own folder)
    and lists `[[scenarios]]`, each with a `name` and `[[scenarios.changes]]`; a change names
    itself (`change = "Volume"`) and its arguments as in Python.

    Raises
    ------
    DataError
        One error that lists every fault of the file.
    """
    place = Path(path)
    document = read_toml(place)
    faults = FaultList(title=f"The scenario file {place.name} was refused")
    report_unknown(document, KEYS, "", faults)
    operation = document.get("operation")
    if not isinstance(operation, str):
        faults.add("operation", "names no file", 'write operation = "operation.toml"')
    found = [_scenario(item, k, faults) for k, item in enumerate(_list(document, faults), 1)]
    scenarios = tuple(item for item in found if item is not None)
    try:
        check_names(scenarios)
    except DataError as error:
        add_error(faults, "scenarios", error)
    faults.raise_any()
    return ScenarioFile(operation=place.parent / str(operation), scenarios=scenarios)


def _list(document: Table, faults: FaultList) -> list[Any]:
    items = document.get("scenarios", [])
    if not isinstance(items, list) or not items:
        faults.add("scenarios", "lists none", "add [[scenarios]] with a name and changes")
        return []
    return items


def _scenario(table: Any, number: int, faults: FaultList) -> Scenario | None:
    if not isinstance(table, dict):
        faults.add(f"scenarios[{number}]", f"is {table!r}, not a table", "write [[scenarios]]")
        return None
    name = table.get("name")
    where = f"scenarios.{name or f'[{number}]'}"
    report_unknown(table, ("name", "changes"), where, faults)
    if not isinstance(name, str) or not name.strip():
        faults.add(f"{where}.name", "is missing", 'write name = "3 h cap"')
        return None
    items = table.get("changes", [])
    if not isinstance(items, list) or not items:
        faults.add(f"{where}.changes", "lists none", "add [[scenarios.changes]]")
        return None
    found = [_change(item, f"{where}.changes[{k}]", faults) for k, item in enumerate(items, 1)]
    return Scenario(name, *(change for change in found if change is not None))


def _change(table: Any, where: str, faults: FaultList) -> Change | None:
    kind = table.get("change") if isinstance(table, dict) else None
    if kind not in CHANGES:
        faults.add(f"{where}.change", f"is {kind!r}", nearest(str(kind), CHANGES))
        return None
    rest = {key: value for key, value in table.items() if key != "change"}
    return CHANGES[kind](rest, where, faults)
