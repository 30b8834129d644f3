"""The past of one queue as totals of its local days, on the wall clock of its zone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from capacity.domain.grid import TimeGrid
from capacity.domain.operation import Operation
from capacity.domain.queue import Sibling
from capacity.domain.volume import Volume
from capacity.forecasting.day_shape import DayShape, daily_totals, flat_shape, learn_shape
from capacity.forecasting.local_days import day_number, read_clock
from capacity.forecasting.panel import Floats

WEEK = 7
OWN_DAYS = (
    56  # days of history from which a queue speaks for itself, whatever it is said to be like
)


@dataclass(frozen=True, kw_only=True)
class QueueHistory:
    """A queue's days: standard totals up to the last whole day, wall clock and shape.

    The day after the last total is ``first_day`` (days since 1970-01-01). ``like`` is set where
    the queue is to be forecast as a share of a sibling.
    """

    totals: Floats
    zone: str
    first_day: int
    shape: DayShape
    like: Sibling | None = None
    notes: tuple[str, ...] = ()

    @property
    def start(self) -> int:
        """The day of the first total."""
        return self.first_day - len(self.totals)


def read_history(volume: Volume, operation: Operation | None, name: str) -> QueueHistory:
    """The history of a queue, or what stands for it where there is none."""
    queue = operation.queue(name) if operation else None
    zone = queue.zone if queue else volume.zone_of(name)
    like = queue.like if queue else None
    if name in volume.queues:
        history = _seen(volume, name, zone, queue.arrival_profile if queue else None)
        days = int(np.isfinite(history.totals).sum())
        if like is None:
            return history
        if days >= OWN_DAYS:
            note = f"{name}: {days} days of its own, so it is no longer forecast like {like.queue}"
            return replace(history, notes=(*history.notes, note))
        return replace(history, like=like)
    shape = flat_shape(queue.arrival_profile if queue else ())
    first_day = int(read_clock(_instant(volume), zone).day[0])
    if like is not None:
        return QueueHistory(
            totals=np.zeros(0), zone=zone, first_day=first_day, shape=shape, like=like
        )
    prior = queue.prior_per_day if queue else None
    if prior is None:
        note = f"{name}: no history, no like and no prior_per_day, so no arrivals of its own are forecast"
        totals = np.zeros(0)
    else:
        note = f"{name}: no history; forecast from prior_per_day = {prior:g}"
        totals = np.full(WEEK, prior)
    return QueueHistory(totals=totals, zone=zone, first_day=first_day, shape=shape, notes=(note,))


def _seen(volume: Volume, name: str, zone: str, profile: tuple[float, ...] | None) -> QueueHistory:
    """History from counts; ``profile`` None: no operation, so daily counts stay daily."""
    counts = volume.of(name)
    if volume.is_daily:
        shape = flat_shape(profile or ())
        notes = () if profile != () else (f"{name}: daily history spread evenly over hours",)
        if profile is None:
            shape = DayShape(profile=np.ones((7, 1)), deviations=np.empty((0, 1)))
        last = day_number(volume.daily_dates[-1])
        return QueueHistory(totals=counts, zone=zone, first_day=last + 1, shape=shape, notes=notes)
    clock = read_clock(volume.grid, zone)
    shape = learn_shape(counts, clock)
    totals, day = daily_totals(counts, clock, shape.profile)
    under_way = int(read_clock(_instant(volume), zone).day[0])
    return QueueHistory(totals=totals[day < under_way], zone=zone, first_day=under_way, shape=shape)


def _instant(volume: Volume) -> TimeGrid:
    return TimeGrid(start=volume.as_of, minutes=1, periods=1)
