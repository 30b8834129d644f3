"""The answer of the rotation as table rows."""

from __future__ import annotations

import math
from collections.abc import Iterable

from capacity.domain.roster import Activity
from capacity.scheduling.rostering.cohorts import MINUTE_NS
from capacity.scheduling.rostering.rotation import DutySlots, Rotation
from capacity.scheduling.rostering.sessions import held_sessions
from capacity.scheduling.rostering.slicing import PoolSlices


def slice_rows(pool: PoolSlices, rotation: Rotation) -> Iterable[tuple[object, ...]]:
    """Rows (person, pool, shift, date, start, end, activity, queue); equal neighbours joined.

    Duties of a fixed part are copied row by row.
    """
    for duty, (day, shift) in zip(pool.task.duties, pool.cells, strict=True):
        head = (
            pool.cohorts.people[duty.person].id,
            pool.cohorts.pool.name,
            pool.cohorts.names[shift],
            pool.cohorts.dates[day],
        )
        if duty.given is not None:
            for row in pool.kept[duty.person, day]:
                yield (*head, row.start, row.end, row.activity, row.queue)
            continue
        labels = _labels(pool, rotation, duty, (day, shift))
        begin = 0
        for place in range(1, len(labels) + 1):
            if place == len(labels) or labels[place] != labels[begin]:
                activity, queue = labels[begin]
                yield (
                    *head,
                    pool.grid.origin + (duty.first + begin) * pool.grid.minutes * MINUTE_NS,
                    pool.grid.origin + (duty.first + place) * pool.grid.minutes * MINUTE_NS,
                    activity,
                    queue,
                )
                begin = place


def _labels(
    pool: PoolSlices, rotation: Rotation, duty: DutySlots, cell: tuple[int, int]
) -> list[tuple[str, str]]:
    """Activity and queue of each slice; idle time is wellness until what is due is given."""
    labels: list[tuple[str, str]] = []
    idle: list[int] = []
    exposure = 0.0
    sessions = held_sessions(pool.cohorts, duty.person, *cell)
    for place, is_open in enumerate(duty.open_slices):
        queue = int(rotation.queue[duty.person, duty.first + place])
        if not is_open:
            minute = place * pool.grid.minutes
            held = any(low <= minute < high for low, high in sessions)
            labels.append(((Activity.COUNSELLING if held else Activity.BREAK).value, ""))
        elif queue >= 0:
            labels.append((Activity.WORK.value, pool.queues[queue]))
            exposure += pool.task.severity[queue] * pool.task.slice_hours
        else:
            labels.append((Activity.IDLE.value, ""))
            if not rotation.pause[duty.person, duty.first + place]:
                idle.append(place)
    due = pool.task.wellness_per_hour * exposure / pool.grid.minutes
    for place in _spread(idle, labels, math.ceil(due - 1e-9)):
        labels[place] = (Activity.WELLNESS.value, "")
    return labels


def _spread(idle: list[int], labels: list[tuple[str, str]], count: int) -> list[int]:
    """The idle slices that become wellness: those right after work first."""
    after_work = [n for n in idle if n > 0 and labels[n - 1][0] == Activity.WORK.value]
    rest = [n for n in idle if n not in set(after_work)]
    return [*after_work, *rest][:count]
