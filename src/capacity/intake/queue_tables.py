"""The [[queues]] tables: targets, handling, opening hours, escalation."""

from __future__ import annotations

from typing import Any

from capacity.domain.faults import FaultList, nearest
from capacity.domain.handling import HandlingShape, HandlingTime
from capacity.domain.opening import OpeningHours
from capacity.domain.queue import Escalation, Queue, Sibling
from capacity.domain.target import Basis, ClockFrom, MeasuredAt, Target, TargetPeriod
from capacity.intake import values as v
from capacity.intake.tables import build
from capacity.intake.values import Convert

TARGET: dict[str, Convert] = {
    "share": v.number,
    "within_hours": v.number,
    "measured_at": v.choice(MeasuredAt),
    "clock_from": v.choice(ClockFrom),
    "per": v.choice(TargetPeriod),
    "basis": v.choice(Basis),
    "citation": v.text,
    "journey": v.flag,
}
HANDLING: dict[str, Convert] = {
    "mean_minutes": v.number,
    "cv": v.number,
    "shape": v.choice(HandlingShape),
    "minutes": v.numbers,
}
OPENING: dict[str, Convert] = {
    "zone": v.zone,
    "weekdays": v.weekdays,
    "opens": v.clock,
    "closes": v.clock,
    "closed_dates": v.days,
}
ESCALATION: dict[str, Convert] = {"to": v.text, "share": v.number}
SIBLING: dict[str, Convert] = {"queue": v.text, "share": v.number, "share_sd": v.number}
QUEUE: dict[str, Convert] = {
    "name": v.text,
    "priority": v.integer,
    "zone": v.zone,
    "severity": v.number,
    "automation_share": v.number,
    "double_review_share": v.number,
    "qa_share": v.number,
    "qa_queue": v.text,
    "skill": v.text,
    "language": v.text,
    "on_site_only": v.flag,
    "unit": v.text,
    "arrival_profile": v.numbers,
    "prior_per_day": v.number,
    "batch_mean": v.number,
    "detection_lag_hours": v.number,
}


def read_queue(table: Any, where: str, faults: FaultList) -> Queue | None:
    """The queue that one [[queues]] table describes, or None after its faults were recorded."""
    parts = {
        "handling": lambda item: build(HandlingTime, item, f"{where}.handling", faults, HANDLING),
        "targets": lambda item: _targets(item, where, faults),
        "escalates_to": lambda item: build(
            Escalation, item, f"{where}.escalates_to", faults, ESCALATION
        ),
        "like": lambda item: build(Sibling, item, f"{where}.like", faults, SIBLING),
        "opening": lambda item: read_opening(item, f"{where}.opening", faults),
    }
    return build(Queue, table, where, faults, QUEUE | parts)


def read_opening(table: Any, where: str, faults: FaultList) -> OpeningHours | None:
    """Weekly hours of a queue or a cover, or None after its faults were recorded."""
    rename = {"opens": "opens_minute", "closes": "closes_minute"}
    return build(OpeningHours, table, where, faults, OPENING, rename=rename)


def _targets(items: Any, where: str, faults: FaultList) -> tuple[Target, ...]:
    found = [
        build(Target, item, f"{where}.targets[{number}]", faults, TARGET)
        for number, item in enumerate(v.tables(items), 1)
    ]
    return tuple(item for item in found if item is not None)


def spread_targets(document: dict[str, Any], faults: FaultList) -> dict[str, Any]:
    """The document with each `[[targets]]` table moved into the queue that it names."""
    tables = document.get("targets", [])
    items = document.get("queues", [])
    queues = (
        [dict(table) for table in items if isinstance(table, dict)]
        if isinstance(items, list)
        else []
    )
    by_name = {str(table.get("name")): table for table in queues}
    if not isinstance(tables, list) or not tables:
        return document
    for number, table in enumerate(tables):
        where = f"targets[{number}]"
        name = table.get("queue") if isinstance(table, dict) else None
        if name is None:
            faults.add(f"{where}.queue", "is missing", "name the queue that the target is for")
        elif not isinstance(name, str) or name not in by_name:
            faults.add(f"{where}.queue", f"unknown queue {name!r}", nearest(str(name), by_name))
        else:
            goal = {key: value for key, value in table.items() if key != "queue"}
            by_name[name]["targets"] = [*by_name[name].get("targets", []), goal]
    return {**document, "queues": queues}
