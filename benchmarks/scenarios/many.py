"""Distinct scenarios in four classes of equal size, for any operation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import capacity as cap
from capacity.domain import OpeningHours, Operation, Pool, Queue

CLASSES = ("volume", "work or cap", "hours or shifts", "headcount only")


@dataclass(frozen=True)
class ShiftStart:
    """One shift of a pool starts earlier by a number of minutes: a change written by hand."""

    pool: str
    shift: str
    minutes: int

    def __call__(self, operation: Operation) -> Operation:
        """The operation with the earlier shift."""
        pools = tuple(self._moved(p) if p.name == self.pool else p for p in operation.pools)
        return replace(operation, pools=pools)

    def _moved(self, pool: Pool) -> Pool:
        shifts = tuple(
            replace(s, start_minute=s.start_minute - self.minutes) if s.name == self.shift else s
            for s in pool.shifts
        )
        return replace(pool, shifts=shifts)

    def __str__(self) -> str:
        return f"shift {self.shift} of {self.pool} starts {self.minutes} min earlier"


def many_scenarios(operation: Operation, each: int) -> list[cap.Scenario]:
    """N scenarios of each class, spread over queues and pools in turn; no two are equal."""
    makers = (_volume, _work_or_cap, _hours_or_shifts, _headcount)
    return [
        cap.Scenario(f"{name} {k}", maker(operation, k))
        for k in range(each)
        for name, maker in zip(CLASSES, makers, strict=True)
    ]


def _volume(operation: Operation, k: int) -> cap.change.Volume:
    queue, turn = _turn(operation.queues, k)
    return cap.change.Volume(queue.name, by=(-1) ** turn * 0.05 * (1 + turn))


def _work_or_cap(operation: Operation, k: int) -> object:
    kind, k = k % 3, k // 3
    queue, turn = _turn(operation.queues, k)
    if kind == 0:
        return cap.change.HandlingTime(queue.name, by=0.05 * (1 + turn))
    if kind == 1:
        target = queue.targets[-1]
        hours = target.within_hours * (1.1 + 0.1 * turn)
        return cap.change.Target(queue.name, within_hours=hours, share=target.share)
    return cap.change.ExposureCap(hours_per_day=4.1 + 0.1 * k if k % 2 else 3.9 - 0.1 * k)


def _hours_or_shifts(operation: Operation, k: int) -> object:
    if k % 2:
        starts = list(_shifts(operation))
        (pool, shift), turn = starts[k // 2 % len(starts)], k // 2 // len(starts)
        return ShiftStart(pool, shift, 30 * (1 + turn))
    queue, turn = _turn(operation.queues, k // 2)
    closes = 1440 - 60 * (1 + turn)
    opening = OpeningHours(zone=queue.zone, opens_minute=0, closes_minute=closes)
    return cap.change.OpeningHours(queue.name, opening)


def _headcount(operation: Operation, k: int) -> object:
    pools = operation.pools
    pool, turn = pools[k // 2 % len(pools)], k // 2 // len(pools)
    if k % 2:
        return cap.change.HiringFreeze(f"2026-{4 + turn:02d}", f"2026-{6 + turn:02d}", pool.name)
    return cap.change.Attrition(pool.name, by=-0.1 * (1 + turn))


def _turn(queues: tuple[Queue, ...], k: int) -> tuple[Queue, int]:
    return queues[k % len(queues)], k // len(queues)


def _shifts(operation: Operation) -> Iterator[tuple[str, str]]:
    for pool in operation.pools:
        for shift in pool.shifts:
            yield pool.name, shift.name
