"""Changes of what arrives: volume, outages and any dated event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from capacity.domain import event as domain
from capacity.domain.operation import Operation
from capacity.domain.queue import Queue
from capacity.errors import DataError
from capacity.scenarios.changes.picking import as_date, signed_percent, whom


@dataclass(frozen=True)
class Volume:
    """Volume of a queue (None: of all) changes by a relative amount from a local date on.

    STEP stays; RAMP grows from `start` to `end` and stays; PULSE ends with `end`. Without a
    `shape` it is a PULSE if there is an `end`, else a STEP. `sd` is the standard deviation of
    the effect. Without a `start`, or with one before the forecast begins, the change acts from
    the first day of the forecast.

    Examples
    --------
    >>> str(Volume("classifier_hit", by=0.30, start="2026-03-01"))
    'volume of classifier_hit +30 % from 2026-03-01'
    """

    queue: str | None = None
    by: float = 0.0
    start: date | str | None = None
    end: date | str | None = None
    shape: domain.EventShape | None = None
    sd: float = 0.0
    as_of: pd.Timestamp | None = None

    def __post_init__(self) -> None:
        where = f"change of volume of {whom(self.queue, 'queues')}"
        if not -1 <= self.by < float("inf"):
            raise DataError(
                f"{where}: by must be >= -1 (volume cannot be negative), got {self.by!r}."
            )
        for name in ("start", "end"):
            object.__setattr__(self, name, as_date(getattr(self, name), f"{where}, {name}"))
        if isinstance(self.start, date) and isinstance(self.end, date) and self.end < self.start:
            raise DataError(f"{where}: end {self.end} is before start {self.start}.")
        if self.shape in (domain.EventShape.RAMP, domain.EventShape.PULSE) and self.end is None:
            raise DataError(f"{where}: a {self.shape.value} needs an end date.")

    def known_at(self, as_of: pd.Timestamp) -> Volume:
        """The same change, which acts no earlier than the forecast from `as_of` begins."""
        return replace(self, as_of=as_of)

    def __call__(self, operation: Operation) -> Operation:
        """The operation with one event for each queue concerned."""
        if self.queue is not None:
            operation.queue(self.queue)
        chosen = [queue for queue in operation.queues if self.queue in (None, queue.name)]
        events = [self._event(queue, len(operation.events)) for queue in chosen]
        return replace(operation, events=(*operation.events, *events))

    def _event(self, queue: Queue, count: int) -> domain.Event:
        start, end = self._first_day(queue), self.end
        assert not isinstance(end, str)  # noqa: S101 -- converted at construction
        if end is not None and end < start:
            raise DataError(f"{self}: it ends on {end}, before the plan begins on {start}.")
        shape = self.shape or (domain.EventShape.STEP if end is None else domain.EventShape.PULSE)
        return domain.Event(
            name=f"scenario {count}: {queue.name}",
            kind=domain.EventKind.OTHER,
            start=start,
            end=end,
            queue=queue.name,
            shape=shape,
            effect=self.by,
            effect_sd=self.sd,
            source="scenario",
        )

    def _first_day(self, queue: Queue) -> date:
        assert not isinstance(self.start, str)  # noqa: S101 -- converted at construction
        if self.as_of is None:
            if self.start is None:
                raise DataError(
                    f"{self}: has no start. Fix: give start, or compare it with a plan."
                )
            return self.start
        local: date = self.as_of.tz_convert(queue.zone).date()
        first: date = max(local, self.as_of.date())
        return first if self.start is None else max(first, self.start)

    def __str__(self) -> str:
        begin = f" from {self.start}" if self.start else ""
        until = f" to {self.end}" if self.end else ""
        ramp = " growing" if self.shape is domain.EventShape.RAMP else ""
        return (
            f"volume of {whom(self.queue, 'queues')}{ramp} {signed_percent(self.by)}{begin}{until}"
        )


@dataclass(frozen=True)
class Outage:
    """Arrivals of a queue (None: of all) fall by `share` from `start` to `end`, both included.

    What would have arrived is lost; where it returns later, add a Volume pulse.
    """

    queue: str | None = None
    start: date | str = ""
    end: date | str = ""
    share: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise DataError(f"outage: share must be in (0, 1], got {self.share!r}.")
        if not self.start or not self.end:
            raise DataError(
                "outage: needs start and end. Fix: start = 2026-03-01, end = 2026-03-02."
            )
        volume = self._volume()
        object.__setattr__(self, "start", volume.start)
        object.__setattr__(self, "end", volume.end)

    def _volume(self) -> Volume:
        return Volume(self.queue, by=-self.share, start=self.start, end=self.end)

    def known_at(self, as_of: pd.Timestamp) -> Volume:
        """The fall of volume, no earlier than the forecast from `as_of` begins."""
        return self._volume().known_at(as_of)

    def __call__(self, operation: Operation) -> Operation:
        """The operation with the fall as an event."""
        return self._volume()(operation)

    def __str__(self) -> str:
        lost = "" if self.share == 1 else f" of {100 * self.share:g} %"
        return f"outage{lost} of {whom(self.queue, 'queues')} from {self.start} to {self.end}"


@dataclass(frozen=True)
class Event:
    """A dated event as the operation knows it."""

    event: domain.Event

    def __call__(self, operation: Operation) -> Operation:
        """The operation with the event appended."""
        return replace(operation, events=(*operation.events, self.event))

    def __str__(self) -> str:
        return f"event {self.event.name} from {self.event.start}"
