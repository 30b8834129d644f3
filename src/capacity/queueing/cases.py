"""Cases of one demand path, drawn beforehand: arrivals, reviews, escalations, QA tasks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from capacity.domain import ClockFrom, Operation, Queue
from capacity.domain.seeds import stream
from capacity.queueing.events import Jobs
from capacity.queueing.handling import draw_hours
from capacity.queueing.staffing import binding_target

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_GENERATIONS = 60  # an escalation chain longer than this has probability below the loop's gain^60


@dataclass(frozen=True, kw_only=True)
class Visits:
    """One entry per case and queue that it visits: its clock and its first and last review.

    `is_open` marks cases of the opening backlog; a QA task has clock nan (it starts at release).
    `root` is the queue in which the case first arrived, `report` the last review of its whole
    journey, `is_root` whether the visit is the first of it.
    """

    queue: Ints
    clock: Floats
    first: Ints
    last: Ints
    root: Ints
    report: Ints
    is_root: NDArray[np.bool_]
    is_open: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """External cases: queue, hour of release, clock; and whether each was open at the start."""

    queue: Ints
    release: Floats
    clock: Floats
    is_open: NDArray[np.bool_]


def draw_arrivals(
    counts: Ints, operation: Operation, *, interval_hours: float, seed: int, path: int
) -> Arrivals:
    """Human-review cases of one path: `counts` (queues, bins) thinned by automation, in the bins."""
    queues, releases = [], []
    for number, queue in enumerate(operation.queues):
        rng = stream(seed, "arrivals", queue.name, path)
        human = rng.binomial(counts[number], 1.0 - queue.automation_share)
        place = np.repeat(np.arange(counts.shape[1]), human)
        moment = rng.random(len(place))
        if queue.batch_mean > 1:
            moment = moment[_batch_leaders(place, queue.batch_mean, rng)]
        releases.append(np.sort((place + moment) * interval_hours))
        queues.append(np.full(len(place), number, dtype=np.int64))
    release = np.concatenate(releases)
    return Arrivals(
        queue=np.concatenate(queues),
        release=release,
        clock=release,
        is_open=np.zeros(len(release), dtype=np.bool_),
    )


def _batch_leaders(place: Ints, batch_mean: float, rng: np.random.Generator) -> Ints:
    """The case with whose batch each case arrives; batches end with their bin.

    Sizes are geometric: each case begins a new batch with probability 1 / mean.
    """
    begins = rng.random(len(place)) < 1.0 / batch_mean
    begins[np.flatnonzero(np.diff(place, prepend=-1))] = True
    return np.asarray(np.maximum.accumulate(np.where(begins, np.arange(len(place)), 0)))


def with_backlog(arrivals: Arrivals, queue: Ints, age_hours: Floats) -> Arrivals:
    """The same with cases of the given ages that are open at hour 0."""
    return Arrivals(
        queue=np.concatenate([queue, arrivals.queue]),
        release=np.concatenate([np.zeros(len(queue)), arrivals.release]),
        clock=np.concatenate([-age_hours, arrivals.clock]),
        is_open=np.concatenate([np.ones(len(queue), dtype=np.bool_), arrivals.is_open]),
    )


def draw_jobs(
    arrivals: Arrivals, operation: Operation, *, seed: int, path: int
) -> tuple[Jobs, Visits]:
    """All reviews that the arrivals cause, generation by generation through the network."""
    rng = stream(seed, "reviews", path)
    book = _Book(operation)
    wave = _Wave(
        queue=arrivals.queue,
        root=arrivals.queue,
        release=arrivals.release,
        clock=arrivals.clock,
        is_open=arrivals.is_open,
        parent=np.full(len(arrivals.queue), -1, dtype=np.int64),
        is_side=np.zeros(len(arrivals.queue), dtype=np.bool_),
        is_recheck=np.zeros(len(arrivals.queue), dtype=np.bool_),
    )
    for _ in range(_GENERATIONS):
        if len(wave.queue) == 0:
            break
        wave = book.add(wave, rng)
    return book.jobs(), book.visits()


@dataclass(frozen=True, kw_only=True)
class _Wave:
    queue: Ints
    root: Ints
    release: Floats
    clock: Floats
    is_open: NDArray[np.bool_]
    parent: Ints
    is_side: NDArray[np.bool_]
    is_recheck: NDArray[np.bool_]  # QA of a queue by itself: one more review, nothing follows it


class _Book:
    """Reviews and visits written so far; private to `draw_jobs`."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.place = {name: i for i, name in enumerate(operation.queue_names)}
        self.count = 0
        self.columns: dict[str, list[Floats | Ints]] = {
            name: [] for name in ("queue", "release", "clock", "hours", "fresh")
        }
        self.links: dict[str, list[tuple[Ints, Ints]]] = {"follow": [], "side": []}
        self.seen: dict[str, list[Floats | Ints]] = {
            name: [] for name in ("queue", "clock", "first", "last", "root", "is_root", "is_open")
        }

    def add(self, wave: _Wave, rng: np.random.Generator) -> _Wave:
        """Write one generation and return the next: what it escalates or sends to QA."""
        nexts: list[_Wave] = []
        for number in np.unique(wave.queue):
            rows = np.flatnonzero(wave.queue == number)
            nexts += self._add_queue(wave, rows, int(number), rng)
        return _joined(nexts)

    def _add_queue(
        self, wave: _Wave, rows: Ints, number: int, rng: np.random.Generator
    ) -> list[_Wave]:
        queue = self.operation.queues[number]
        size = len(rows)
        first = self._write(number, wave, rows, rng)
        for kind, chosen in (("side", wave.is_side[rows]), ("follow", ~wave.is_side[rows])):
            linked = chosen & (wave.parent[rows] >= 0)
            self.links[kind].append((wave.parent[rows][linked], first[linked]))
        last = first.copy()
        ordinary = ~wave.is_recheck[rows]
        twice = np.flatnonzero(ordinary & (rng.random(size) < queue.double_review_share))
        if len(twice):
            second = self._write(number, wave, rows[twice], rng, again=True)
            self.links["follow"].append((first[twice], second))
            last[twice] = second
        kept = np.flatnonzero(ordinary)
        self._see(number, wave, rows[kept], first[kept], last[kept])
        return self._onward(wave, rows[kept], queue, last[kept], rng)

    def _onward(
        self, wave: _Wave, rows: Ints, queue: Queue, last: Ints, rng: np.random.Generator
    ) -> list[_Wave]:
        result = []
        if queue.escalates_to is not None:
            goes = np.flatnonzero(rng.random(len(rows)) < queue.escalates_to.share)
            target = self.place[queue.escalates_to.to]
            result.append(self._wave(wave, rows[goes], target, last[goes]))
        if queue.qa_share > 0:
            sampled = np.flatnonzero(rng.random(len(rows)) < queue.qa_share)
            target = self.place[queue.qa_queue or queue.name]
            next_wave = self._wave(wave, rows[sampled], target, last[sampled])
            size = len(sampled)
            result.append(
                replace(
                    next_wave,
                    clock=np.full(size, np.nan),
                    is_side=np.ones(size, dtype=np.bool_),
                    is_recheck=np.full(size, queue.qa_queue is None),
                )
            )
        return result

    @staticmethod
    def _wave(wave: _Wave, rows: Ints, target: int, parent: Ints) -> _Wave:
        size = len(rows)
        return _Wave(
            queue=np.full(size, target, dtype=np.int64),
            root=wave.root[rows],
            release=np.full(size, np.inf),
            clock=wave.clock[rows],
            is_open=wave.is_open[rows],
            parent=parent,
            is_side=np.zeros(size, dtype=np.bool_),
            is_recheck=np.zeros(size, dtype=np.bool_),
        )

    def _write(
        self, number: int, wave: _Wave, rows: Ints, rng: np.random.Generator, *, again: bool = False
    ) -> Ints:
        queue, size, clock = self.operation.queues[number], len(rows), wave.clock[rows]
        release = np.full(size, np.inf) if again else wave.release[rows]
        index = np.arange(self.count, self.count + size, dtype=np.int64)
        self.count += size
        target = binding_target(queue)
        by_knowledge = target is not None and target.clock_from is ClockFrom.KNOWLEDGE
        escalated = wave.parent[rows] >= 0
        fresh = np.isnan(clock) | (escalated & by_knowledge)
        values: dict[str, Floats | Ints] = {
            "queue": np.full(size, number, dtype=np.int64),
            "release": release,
            "clock": np.where(np.isnan(clock), 0.0, clock),
            "hours": draw_hours(queue.handling, size, rng),
            "fresh": fresh.astype(np.int64),
        }
        for name, column in values.items():
            self.columns[name].append(column)
        return index

    def _see(self, number: int, wave: _Wave, rows: Ints, first: Ints, last: Ints) -> None:
        values: dict[str, Floats | Ints] = {
            "queue": np.full(len(first), number, dtype=np.int64),
            "clock": wave.clock[rows],
            "first": first,
            "last": last,
            "root": wave.root[rows],
            "is_root": (wave.parent[rows] < 0).astype(np.int64),
            "is_open": wave.is_open[rows].astype(np.int64),
        }
        for name, column in values.items():
            self.seen[name].append(column)

    def jobs(self) -> Jobs:
        """The reviews as arrays for the kernel."""
        column = {name: np.concatenate([[], *parts]) for name, parts in self.columns.items()}
        links = {}
        for kind, pairs in self.links.items():
            link = np.full(self.count, -1, dtype=np.int64)
            for parents, children in pairs:
                link[parents] = children
            links[kind] = link
        release = column["release"]
        outside = np.flatnonzero(np.isfinite(release))
        return Jobs(
            order=outside[np.argsort(release[outside], kind="stable")],
            queue=column["queue"].astype(np.int64),
            release=release,
            clock=column["clock"],
            hours=column["hours"],
            follow=links["follow"],
            side=links["side"],
            fresh=column["fresh"].astype(np.bool_),
        )

    def visits(self) -> Visits:
        """The visits as arrays."""
        seen = {name: np.concatenate([[], *parts]) for name, parts in self.seen.items()}
        last = seen["last"].astype(np.int64)
        return Visits(
            queue=seen["queue"].astype(np.int64),
            clock=seen["clock"],
            first=seen["first"].astype(np.int64),
            last=last,
            root=seen["root"].astype(np.int64),
            report=self._ends()[last],
            is_root=seen["is_root"].astype(np.bool_),
            is_open=seen["is_open"].astype(np.bool_),
        )

    def _ends(self) -> Ints:
        """For each review the last one of its chain of second reviews and escalations."""
        onward = np.arange(self.count, dtype=np.int64)
        for parents, children in self.links["follow"]:
            onward[parents] = children
        while not np.array_equal(onward[onward], onward):
            onward = onward[onward]
        return onward


def _joined(waves: list[_Wave]) -> _Wave:
    def joined(name: str, kind: type) -> NDArray[np.float64]:
        parts = [getattr(wave, name) for wave in waves]
        return np.concatenate([np.zeros(0, dtype=kind), *parts]).astype(kind)

    return _Wave(
        queue=joined("queue", np.int64).astype(np.int64),
        root=joined("root", np.int64).astype(np.int64),
        release=joined("release", np.float64),
        clock=joined("clock", np.float64),
        is_open=joined("is_open", np.bool_).astype(np.bool_),
        parent=joined("parent", np.int64).astype(np.int64),
        is_side=joined("is_side", np.bool_).astype(np.bool_),
        is_recheck=joined("is_recheck", np.bool_).astype(np.bool_),
    )
