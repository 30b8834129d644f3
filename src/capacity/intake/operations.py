"""Read an operation from its TOML file: one noun, or one error that lists every fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from capacity.domain.event import Event, EventKind, EventShape
from capacity.domain.exposure import RotationShare
from capacity.domain.faults import Fault, FaultList, nearest
from capacity.domain.handling import HandlingTime
from capacity.domain.operation import DataFiles, Operation, TierCap
from capacity.domain.person import Person, Tier
from capacity.domain.pool import Attrition, AttritionBand, HiringTerms, Pool, PoolCost, Site
from capacity.domain.queue import Queue
from capacity.domain.role_cover import RoleCover
from capacity.domain.shift import ShiftTemplate
from capacity.domain.special_days import SpecialDays
from capacity.errors import DataError
from capacity.intake import values as v
from capacity.intake.files import local_path, read_toml
from capacity.intake.people import read_people, with_tenure
from capacity.intake.policy import OnBad
from capacity.intake.pool_tables import read_exposure, read_pool
from capacity.intake.queue_tables import read_opening, read_queue, spread_targets
from capacity.intake.tables import add_error, build, convert_keys, report_unknown
from capacity.intake.values import Convert

SETTINGS: dict[str, Convert] = {
    "name": v.text,
    "zone": v.zone,
    "interval_minutes": v.integer,
    "currency": v.text,
    "occupancy_cap": v.number,
    "wellness_minutes_per_exposure_hour": v.number,
    "wellness_is_break": v.flag,
    "holidays": v.days,
}
SITE: dict[str, Convert] = {"name": v.text, "zone": v.zone, "currency": v.text}
COVER: dict[str, Convert] = {"name": v.text, "skill": v.text, "heads": v.integer}
ROTATION: dict[str, Convert] = {"queues": v.texts, "at_most": v.number, "at_least": v.number}
TIER: dict[str, Convert] = {"tier": v.choice(Tier), "share": v.number}
EVENT: dict[str, Convert] = {
    "name": v.text,
    "kind": v.choice(EventKind),
    "start": v.day,
    "end": v.day,
    "queue": v.text,
    "shape": v.choice(EventShape),
    "effect": v.number,
    "effect_sd": v.number,
    "source": v.text,
}
SPECIAL: dict[str, Convert] = {
    "kind": v.text,
    "days": v.days,
    "country": v.text,
    "subdivision": v.text,
    "queues": v.texts,
    "days_before": v.integer,
    "days_after": v.integer,
}
DATA: dict[str, Convert] = {
    "cases": v.text,
    "history": v.text,
    "on_bad": lambda value: v.choice(OnBad)(value).value,
}
PEOPLE: dict[str, Convert] = {"file": v.text}
TABLES = (
    "operation",
    "rates",
    "exposure",
    "tiers",
    "rotation",
    "cover",
    "sites",
    "queues",
    "targets",
    "pools",
    "events",
    "special_days",
    "data",
    "people",
)


def read_operation(path: str | Path) -> Operation:
    """The operation that a TOML file describes.

    Files named in `[data]` and `[people]` are relative to the folder of the TOML file.

    Raises
    ------
    DataError
        One error that lists every fault of the file: its table path, what is wrong, the fix.

    Examples
    --------
    >>> read_operation("data/samples/child_safety/operation.toml").pool_names[0]
    'dublin_core'
    """
    operation, faults = _read(Path(local_path(path)))
    faults.raise_any()
    if operation is None:
        raise DataError(f"{path}: no operation could be read. Fix: add an [operation] table.")
    return operation


def validate_operation(path: str | Path) -> tuple[Fault, ...]:
    """Every fault of an operation file; empty when it can be read and its case files exist.

    Raises `DataError` only when the file itself cannot be opened or is no TOML.
    """
    operation, faults = _read(Path(local_path(path)))
    files = operation.data if operation else DataFiles()
    for key, file in (("cases", files.cases), ("history", files.history)):
        if file is not None and not file.is_file():
            beside = [item.name for item in file.parent.glob("*") if item.is_file()]
            faults.add(f"data.{key}", f"{file} does not exist", nearest(file.name, beside))
    return tuple(faults.faults)


def _read(path: Path) -> tuple[Operation | None, FaultList]:
    return interpret(read_toml(path), path)


def interpret(document: dict[str, Any], path: Path) -> tuple[Operation | None, FaultList]:
    """The operation of a parsed file, and its faults; `path` names it and the folder of its files."""
    faults = FaultList(title=f"The operation {path.name} was refused")
    report_unknown(document, TABLES, "", faults)
    document = spread_targets(document, faults)
    parts = _parts(document, path.parent, faults)
    settings = document.get("operation")
    if not isinstance(settings, dict):
        faults.add(
            "operation", "the table is missing", 'add [operation] with name and zone = "UTC"'
        )
        settings = {}
    report_unknown(settings, SETTINGS, "operation", faults)
    values = convert_keys(settings, SETTINGS, "operation", faults)
    for key, example in (("name", '"our review team"'), ("zone", '"Europe/Dublin"')):
        if key not in settings:
            faults.add(f"operation.{key}", "is missing", f"add {key} = {example} to [operation]")
    parts["pools"] = with_tenure(parts["pools"], parts["people"])
    try:
        operation = Operation(**({"name": path.stem, "zone": "UTC"} | values | parts))
    except DataError as error:
        add_error(faults, "operation", error)
        return None, faults
    return operation, faults


def _parts(document: dict[str, Any], folder: Path, faults: FaultList) -> dict[str, Any]:
    """Everything but the [operation] table itself."""
    parts: dict[str, Any] = {
        "sites": _rows(document, "sites", faults, _read_site, _stand_in_site),
        "queues": _rows(document, "queues", faults, read_queue, _stand_in_queue),
        "pools": _rows(document, "pools", faults, read_pool, _stand_in_pool),
        "events": _rows(document, "events", faults, _read_event, None),
        "special_days": _rows(document, "special_days", faults, _read_special, None),
        "rates": _rates(document.get("rates", {}), faults),
        "people": _people(document.get("people"), folder, faults),
        "data": _data_files(document.get("data", {}), folder, faults),
    }
    if "exposure" in document:
        cap = read_exposure(document["exposure"], "exposure", faults)
        parts |= {"exposure": cap} if cap else {}
    if "tiers" in document:
        parts["tier_caps"] = _rows(document, "tiers", faults, _read_tier, None)
    if "rotation" in document:
        parts["rotation"] = _rows(document, "rotation", faults, _read_rotation, None)
    if "cover" in document:
        parts["cover"] = _rows(document, "cover", faults, _read_cover, None)
    return parts


def _rows(
    document: dict[str, Any],
    name: str,
    faults: FaultList,
    read: Callable[[Any, str, FaultList], Any],
    stand_in: Callable[[dict[str, Any]], Any] | None,
) -> tuple[Any, ...]:
    """One noun a table; a refused one is replaced by a stand-in, so that links to it still hold."""
    items = document.get(name, [])
    if not isinstance(items, list):
        faults.add(name, "is a single table", f"write [[{name}]] with double brackets")
        return ()
    found = []
    for number, item in enumerate(items, 1):
        label = item.get("name", f"[{number}]") if isinstance(item, dict) else f"[{number}]"
        noun = read(item, f"{name}.{label}", faults)
        if (
            noun is None
            and stand_in
            and isinstance(item, dict)
            and isinstance(item.get("name"), str)
        ):
            noun = stand_in(item)
        found.append(noun)
    return tuple(item for item in found if item is not None)


def _read_site(table: Any, where: str, faults: FaultList) -> Site | None:
    return build(Site, table, where, faults, SITE)


def _read_event(table: Any, where: str, faults: FaultList) -> Event | None:
    return build(Event, table, where, faults, EVENT)


def _read_special(table: Any, where: str, faults: FaultList) -> SpecialDays | None:
    return build(SpecialDays, table, where, faults, SPECIAL)


def _read_tier(table: Any, where: str, faults: FaultList) -> TierCap | None:
    return build(TierCap, table, where, faults, TIER)


def _read_rotation(table: Any, where: str, faults: FaultList) -> RotationShare | None:
    return build(RotationShare, table, where, faults, ROTATION)


def _read_cover(table: Any, where: str, faults: FaultList) -> RoleCover | None:
    hours = {"hours": lambda item: read_opening(item, f"{where}.hours", faults)}
    return build(RoleCover, table, where, faults, COVER | hours)


def _stand_in_site(item: dict[str, Any]) -> Site:
    currency = item.get("currency")
    known = isinstance(currency, str) and len(currency) == 3 and currency.isupper()
    return Site(name=item["name"], zone="UTC", currency=str(currency) if known else "USD")


def _stand_in_queue(item: dict[str, Any]) -> Queue:
    handling = HandlingTime(mean_minutes=1, cv=1)
    skill = item.get("skill")
    return Queue(
        name=item["name"] or "?",
        priority=1,
        zone="UTC",
        handling=handling,
        skill=skill if isinstance(skill, str) else None,
    )


def _stand_in_pool(item: dict[str, Any]) -> Pool:
    """A pool with the links of the refused one and harmless terms."""
    heads = item.get("heads")
    return Pool(
        name=item["name"] or "?",
        site=str(item.get("site", "")),
        skills=_names(item.get("skills")) or ("?",),
        languages=_names(item.get("languages")),
        heads=heads if isinstance(heads, int) and heads >= 0 else 0,
        shifts=(ShiftTemplate(name="?", start_minute=0, length_minutes=480),),
        cost=PoolCost(annual_salary=1, load_factor=1),
        attrition=Attrition(bands=(AttritionBand(from_months=0, yearly=0),)),
        hiring=HiringTerms(lead_weeks=0),
    )


def _names(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _rates(table: Any, faults: FaultList) -> dict[str, float]:
    if not isinstance(table, dict):
        faults.add("rates", f"is {table!r}, not a table", "write [rates] EUR = 1.1")
        return {}
    values = convert_keys(table, dict.fromkeys(table, v.positive), "rates", faults)
    return {str(key): float(value) for key, value in values.items()}


def _people(table: Any, folder: Path, faults: FaultList) -> tuple[Person, ...]:
    if table is None:
        return ()
    if not isinstance(table, dict) or "file" not in table:
        faults.add("people", "names no file", 'write [people] file = "people.csv"')
        return ()
    report_unknown(table, PEOPLE, "people", faults)
    values = convert_keys(table, PEOPLE, "people", faults)
    return read_people(folder / values["file"], faults) if values else ()


def _data_files(table: Any, folder: Path, faults: FaultList) -> DataFiles:
    if not isinstance(table, dict):
        faults.add("data", f"is {table!r}, not a table", 'write [data] cases = "cases.csv.gz"')
        return DataFiles()
    report_unknown(table, DATA, "data", faults)
    values = convert_keys(table, DATA, "data", faults)
    files = {key: folder / values[key] for key in ("cases", "history") if key in values}
    return DataFiles(**files, on_bad=values.get("on_bad", OnBad.RAISE.value))
