"""Dated events that change volume, known beforehand or found afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from capacity.domain.faults import require_member
from capacity.errors import DataError


class EventKind(Enum):
    """What happened."""

    NEW_DETECTOR = "new_detector"
    HASH_LIST_IMPORT = "hash_list_import"
    POLICY_CHANGE = "policy_change"
    OUTAGE = "outage"
    VIRAL_INCIDENT = "viral_incident"
    HOLIDAY = "holiday"
    UNIT_BREAK = "unit_break"
    OTHER = "other"


class EventShape(Enum):
    """STEP stays; RAMP grows linearly from start to end and stays; PULSE ends."""

    STEP = "step"
    RAMP = "ramp"
    PULSE = "pulse"


@dataclass(frozen=True, kw_only=True)
class Event:
    """A change of volume by a relative `effect` (0.3 = +30 %) with its standard deviation.

    `queue` None means all queues. Dates are local dates of the queue's zone. `effect` None
    means unknown: the date is used (memory is cut there), the size is learnt.

    Examples
    --------
    >>> Event(name="launch", kind=EventKind.NEW_DETECTOR, start=date(2026, 3, 1), effect=0.3).shape.value
    'step'
    """

    name: str
    kind: EventKind
    start: date
    end: date | None = None
    queue: str | None = None
    shape: EventShape = EventShape.STEP
    effect: float | None = None
    effect_sd: float = 0.0
    source: str = ""

    def __post_init__(self) -> None:
        require_member(self.kind, EventKind, f"event {self.name}: kind")
        require_member(self.shape, EventShape, f"event {self.name}: shape")
        if self.end is not None and self.end < self.start:
            raise DataError(f"event {self.name}: end {self.end} is before start {self.start}.")
        if self.end is None and self.shape is not EventShape.STEP:
            raise DataError(f"event {self.name}: a {self.shape.value} needs an end date.")
        if self.effect is not None and self.effect < -1:
            raise DataError(
                f"event {self.name}: effect must be >= -1 (volume cannot be negative), got {self.effect}."
            )
        if self.effect_sd < 0:
            raise DataError(f"event {self.name}: effect_sd must be >= 0.")
