"""A small simulation of the team, so that waits, backlog and the open cases of the log are consistent.

It is a sample maker and no planning model: shares of heads are rounded by chance each hour.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from capacity.domain import Operation, Pool, TimeGrid
from capacity.domain.seeds import stream

# Touch time a person gives in a shift hour: 4 to 5 of 8 hours under the cap.
TOUCH_SHARE = 0.565


@dataclass(kw_only=True)
class Work:
    """The human cases by number, in order of arrival; times are seconds since the grid's start."""

    queue: np.ndarray
    arrived: np.ndarray
    first_seconds: np.ndarray
    second_seconds: np.ndarray
    escalated_seconds: np.ndarray
    qa_seconds: np.ndarray
    started: np.ndarray = field(init=False)
    reviewed: np.ndarray = field(init=False)
    closed: np.ndarray = field(init=False)
    qa_done: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        never = np.full(len(self.queue), np.iinfo(np.int64).max)
        self.started, self.reviewed = never.copy(), never.copy()
        self.closed, self.qa_done = never.copy(), never.copy()


def active_slots(operation: Operation, grid: TimeGrid, seed: int) -> np.ndarray:
    """People at work at once, by pool and hour: early and late shift share the heads present."""
    rows = []
    for pool in operation.pools:
        local = grid.local(operation.zone_of(pool))
        minute = np.asarray(local.hour) * 60
        present = pool.heads * float(pool.shrinkage.availability) * pool.days_per_week / 7
        level = sum(
            (((minute - shift.start_minute) % 1440) < shift.length_minutes) * present * share
            for shift, share in zip(pool.shifts, _shares(pool), strict=True)
        )
        chance = stream(seed, "slots", pool.name).random(grid.periods)
        rows.append(np.floor(level * TOUCH_SHARE + chance))
    return np.asarray(rows, dtype=np.int64)


def _shares(pool: Pool) -> tuple[float, ...]:
    return (0.5, 0.5) if len(pool.shifts) == 2 else (1 / len(pool.shifts),) * len(pool.shifts)


class Team:
    """Slots of people that take the waiting case with the earliest due date."""

    def __init__(self, operation: Operation, grid: TimeGrid, work: Work, seed: int) -> None:
        names = operation.queue_names
        self.work = work
        self.slots = active_slots(operation, grid, seed)
        self.serves = [[names.index(q) for q in operation.served_by(p)] for p in operation.pools]
        self.pools_of = [
            [p for p, qs in enumerate(self.serves) if q in qs] for q in range(len(names))
        ]
        self.window = [int(max(t.within_hours for t in q.targets) * 3600) for q in operation.queues]
        self.open = np.asarray(
            [
                q.opening.open_share(grid) > 0 if q.opening else np.ones(grid.periods, bool)
                for q in operation.queues
            ]
        )
        self.urgent, self.qa = names.index("urgent_escalation"), names.index("qa")
        self.waiting: list[list[tuple[int, int, int]]] = [[] for _ in names]
        self.busy = [0] * len(self.serves)
        self.events: list[tuple[int, int, int, int, int]] = []
        self.next_stage: tuple[Callable[[int, int], None], ...] = (
            self._after_first, self._after_second, self._close, self._after_qa,
        )  # fmt: skip

    def run(self, hours: int) -> None:
        """Play all hours."""
        case = 0
        for hour in range(hours):
            self._start_all(hour * 3600, hour)
            end = (hour + 1) * 3600
            while True:
                arrival = int(self.work.arrived[case]) if case < len(self.work.arrived) else end
                done = self.events[0][0] if self.events else end
                if min(arrival, done) >= end:
                    break
                if arrival <= done:
                    queue = int(self.work.queue[case])
                    self._wait(queue, arrival, case, 0)
                    self._start_in(queue, arrival, hour)
                    case += 1
                else:
                    self._finish(hour)

    def _wait(self, queue: int, moment: int, case: int, stage: int) -> None:
        heapq.heappush(self.waiting[queue], (moment + self.window[queue], case, stage))

    def _start_all(self, moment: int, hour: int) -> None:
        for pool in range(len(self.serves)):
            while self._start_one(pool, moment, hour):
                pass

    def _start_in(self, queue: int, moment: int, hour: int) -> None:
        for pool in self.pools_of[queue]:
            if self._start_one(pool, moment, hour):
                return

    def _start_one(self, pool: int, moment: int, hour: int) -> bool:
        if self.busy[pool] >= self.slots[pool, hour]:
            return False
        ready = [
            (self.waiting[q][0], q)
            for q in self.serves[pool]
            if self.waiting[q] and self.open[q, hour]
        ]
        if not ready:
            return False
        (_, case, stage), queue = min(ready)
        heapq.heappop(self.waiting[queue])
        if stage == 0:
            self.work.started[case] = moment
        durations = (
            self.work.first_seconds,
            self.work.second_seconds,
            self.work.escalated_seconds,
            self.work.qa_seconds,
        )
        self.busy[pool] += 1
        heapq.heappush(
            self.events, (moment + int(durations[stage][case]), case, stage, pool, queue)
        )
        return True

    def _finish(self, hour: int) -> None:
        moment, case, stage, pool, _ = heapq.heappop(self.events)
        self.busy[pool] -= 1
        self.next_stage[stage](case, moment)
        self._start_one(pool, moment, hour)
        if stage == 0 and self.work.escalated_seconds[case]:
            self._start_in(self.urgent, moment, hour)

    def _after_first(self, case: int, moment: int) -> None:
        self.work.reviewed[case] = moment
        if self.work.second_seconds[case]:
            self._wait(int(self.work.queue[case]), moment, case, 1)
        else:
            self._after_second(case, moment)

    def _after_second(self, case: int, moment: int) -> None:
        if self.work.escalated_seconds[case]:
            self._wait(self.urgent, moment, case, 2)
        else:
            self._close(case, moment)

    def _close(self, case: int, moment: int) -> None:
        self.work.closed[case] = moment
        if self.work.qa_seconds[case]:
            self._wait(self.qa, moment, case, 3)

    def _after_qa(self, case: int, moment: int) -> None:
        self.work.qa_done[case] = moment
