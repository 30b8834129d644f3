"""The [[pools]] tables: shifts, shrinkage, cost, attrition, ramp, hiring; and exposure caps."""

from __future__ import annotations

from datetime import date
from typing import Any

from capacity.domain.exposure import ExposureCap, RollingCap
from capacity.domain.faults import FaultList, nearest
from capacity.domain.pool import (
    Attrition,
    AttritionBand,
    HiringTerms,
    Loss,
    LossKind,
    Pool,
    PoolCost,
    Ramp,
    Shrinkage,
)
from capacity.domain.shift import Break, ShiftTemplate
from capacity.errors import DataError
from capacity.intake import values as v
from capacity.intake.tables import add_error, build, convert_keys, report_unknown
from capacity.intake.values import Convert

BREAK: dict[str, Convert] = {
    "minutes": v.integer,
    "earliest_minute": v.integer,
    "latest_minute": v.integer,
    "paid": v.flag,
}
SHIFT: dict[str, Convert] = {
    "name": v.text,
    "start": v.clock,
    "hours": v.hours_to_minutes,
    "weekdays": v.weekdays,
}
COST: dict[str, Convert] = {
    "annual_salary": v.number,
    "load_factor": v.number,
    "hire_cost": v.number,
    "training_cost": v.number,
    "severance_cost": v.number,
    "overtime_factor": v.number,
}
BAND: dict[str, Convert] = {"from_months": v.integer, "yearly": v.number}
RAMP: dict[str, Convert] = {"weekly": v.numbers}
HIRING: dict[str, Convert] = {
    "lead_weeks": v.integer,
    "class_size": v.integer,
    "max_hires_per_month": v.integer,
    "mentor_hours_per_week": v.number,
    "freeze_months": v.months,
}
ROLLING: dict[str, Convert] = {"days": v.integer, "hours": v.number}
EXPOSURE: dict[str, Convert] = {
    "hours_per_day": v.number,
    "any_24_hours": v.flag,
    "hours_per_week": v.number,
    "minutes_in_row": v.integer,
    "break_minutes": v.integer,
    "latest_local_time": v.clock,
    "free_last_minutes": v.integer,
    "max_consecutive_days": v.integer,
    "recovery_days": v.integer,
    "in_overtime": v.flag,
    "queues": v.texts,
    "source": v.text,
    "grade": v.text,
}
POOL: dict[str, Convert] = {
    "name": v.text,
    "site": v.text,
    "skills": v.texts,
    "languages": v.texts,
    "heads": v.integer,
    "hours_per_week": v.number,
    "overtime_hours_per_week": v.number,
    "days_per_week": v.integer,
    "min_rest_hours": v.number,
    "max_days_in_row": v.integer,
    "tenure_months": v.integers,
    "vendor": v.flag,
    "on_site": v.flag,
    "max_weekends_in_four": v.integer,
    "forbidden_sequences": v.pairs,
    "day_patterns": v.weekday_sets,
    "days_off_in_row": v.integer,
}
PRESETS = {"inhope": ExposureCap.inhope, "iwf": ExposureCap.iwf, "off": ExposureCap.off}


def read_pool(table: Any, where: str, faults: FaultList) -> Pool | None:
    """The pool that one [[pools]] table describes, or None after its faults were recorded."""
    parts: dict[str, Convert] = {
        "shifts": lambda items: _each(
            items, f"{where}.shifts", lambda item, place: _shift(item, place, faults)
        ),
        "shrinkage": lambda item: _shrinkage(item, f"{where}.shrinkage", faults),
        "cost": lambda item: build(PoolCost, item, f"{where}.cost", faults, COST),
        "attrition": lambda items: _attrition(items, f"{where}.attrition", faults),
        "ramp": lambda item: build(Ramp, item, f"{where}.ramp", faults, RAMP),
        "hiring": lambda item: build(HiringTerms, item, f"{where}.hiring", faults, HIRING),
        "exposure": lambda item: read_exposure(item, f"{where}.exposure", faults),
        "open_requisitions": lambda items: _requisitions(
            items, f"{where}.open_requisitions", faults
        ),
    }
    return build(Pool, table, where, faults, POOL | parts)


def read_exposure(table: Any, where: str, faults: FaultList) -> ExposureCap | None:
    """An exposure cap: a preset, single limits, or limits on top of a preset.

    The limits of `none` are switched off: `none = ["hours_per_week"]`.
    """
    if not isinstance(table, dict):
        faults.add(where, f"is {table!r}, not a table", f'write [{where}] preset = "inhope"')
        return None
    before = len(faults.faults)
    known: dict[str, Convert] = EXPOSURE | {
        "preset": _preset,
        "rolling": lambda items: _each(
            items,
            f"{where}.rolling",
            lambda item, place: build(RollingCap, item, place, faults, ROLLING),
        ),
        "none": _switched_off,
    }
    report_unknown(table, known, where, faults)
    values = convert_keys(table, known, where, faults)
    if len(faults.faults) > before:
        return None
    base: ExposureCap = values.pop("preset", ExposureCap)()
    off = values.pop("none", ())
    if "latest_local_time" in values:
        values["latest_local_minute"] = values.pop("latest_local_time")
    if values and "source" not in values:
        values |= {"source": f"own limits on the base of: {base.source}", "grade": "C"}
    try:
        return ExposureCap(**(vars(base) | values | dict.fromkeys(off)))
    except DataError as error:
        add_error(faults, where, error)
        return None


def _preset(value: Any) -> Any:
    if not isinstance(value, str) or value not in PRESETS:
        raise DataError(f"unknown preset {value!r}. Fix: {nearest(str(value), PRESETS)}")
    return PRESETS[value]


def _switched_off(value: Any) -> tuple[str, ...]:
    optional = ("hours_per_day", "hours_per_week", "minutes_in_row", "max_consecutive_days")
    for name in v.texts(value):
        if name not in optional:
            raise DataError(f"{name!r} cannot be switched off. Fix: {nearest(name, optional)}")
    return v.texts(value)


def _each(items: Any, where: str, read: Any) -> tuple[Any, ...]:
    found = [read(item, f"{where}[{number}]") for number, item in enumerate(v.tables(items), 1)]
    return tuple(item for item in found if item is not None)


def _shift(table: Any, where: str, faults: FaultList) -> ShiftTemplate | None:
    breaks: dict[str, Convert] = {
        "breaks": lambda items: _each(
            items, f"{where}.breaks", lambda item, place: build(Break, item, place, faults, BREAK)
        )
    }
    return build(
        ShiftTemplate,
        table,
        where,
        faults,
        SHIFT | breaks,
        rename={"start": "start_minute", "hours": "length_minutes"},
    )


def _shrinkage(table: Any, where: str, faults: FaultList) -> Shrinkage | None:
    if not isinstance(table, dict):
        faults.add(where, f"is {table!r}, not a table", f"write a [{where}.out_of_office] table")
        return None
    report_unknown(table, [kind.value for kind in LossKind], where, faults)
    losses = []
    for kind in LossKind:
        shares = table.get(kind.value, {})
        if not isinstance(shares, dict):
            faults.add(
                f"{where}.{kind.value}", f"is {shares!r}, not a table", "write { leave = 0.1 }"
            )
            return None
        for name, value in shares.items():
            try:
                losses.append(Loss(name=name, share=v.exact_share(value), kind=kind))
            except DataError as error:
                add_error(faults, f"{where}.{kind.value}.{name}", error)
    try:
        return Shrinkage(losses=tuple(losses))
    except DataError as error:
        add_error(faults, where, error)
        return None


def _attrition(items: Any, where: str, faults: FaultList) -> Attrition | None:
    bands = _each(items, where, lambda item, place: build(AttritionBand, item, place, faults, BAND))
    if len(bands) < len(v.tables(items)):
        return None
    try:
        return Attrition(bands=bands)
    except DataError as error:
        add_error(faults, where, error)
        return None


def _requisitions(items: Any, where: str, faults: FaultList) -> tuple[tuple[date, int], ...]:
    found = []
    for number, item in enumerate(v.tables(items), 1):
        place = f"{where}[{number}]"
        known: dict[str, Convert] = {"start": v.day, "heads": v.integer}
        report_unknown(item, known, place, faults)
        values = convert_keys(item, known, place, faults)
        if len(values) == len(known):
            found.append((values["start"], values["heads"]))
        else:
            faults.add(place, "needs start and heads", "write { start = 2026-04-01, heads = 4 }")
    return tuple(found)
