"""Split the paths of a queue into market x language x severity; every path sums exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capacity.domain.demand import Demand
from capacity.domain.faults import nearest
from capacity.domain.grid import TimeGrid
from capacity.domain.seeds import stream
from capacity.domain.volume import SeriesLabel, Volume
from capacity.errors import DataError
from capacity.forecasting.local_days import read_clock
from capacity.forecasting.panel import Floats, Ints
from capacity.forecasting.share_drift import ShareDrift, learn_drift, walk_shares

SHARE_WEEKS = 26  # history behind the shares; newer weeks weigh more where shares drift
PRIOR_CASES = 2.0  # a leaf's share is shrunk to an equal one as if by so many cases
HOUR_CASES = 50.0  # shares of an hour of the day are shrunk to those of the day by so many cases
WEEKS_A_MONTH = 365.25 / 12 / 7


@dataclass(frozen=True, kw_only=True)
class Split:
    """How a queue divides into leaves, and how its shares move between paths and over weeks.

    ``drift`` holds the shares of today and their walk; ``hours`` (leaves, 24) how the share of
    each leaf differs over the hours of the queue's day (1 = as over the whole day).
    """

    queue: str
    labels: tuple[SeriesLabel, ...]
    drift: ShareDrift
    hours: Floats

    @property
    def shares(self) -> Floats:
        """Mean shares of today."""
        return self.drift.shares

    def paths(
        self, demand: Demand, *, periods: int | None = None, first: int = 0, last: int | None = None
    ) -> Ints:
        """Counts (leaves, paths, periods) of paths first..last-1; leaves sum to the queue's paths.

        Blocks are drawn on demand: ask for a few paths or periods at a time, and the same
        numbers come again.
        """
        upper = demand.n_paths if last is None else last
        steps = demand.grid.periods if periods is None else min(periods, demand.grid.periods)
        counts = demand.paths(self.queue, periods=steps, first=first, last=upper)
        week = np.arange(steps) // max(demand.grid.intervals_per_week, 1)
        tilt = self._tilt(demand, steps)
        out = np.empty((len(self.labels), *counts.shape), dtype=np.int64)
        for place, path in enumerate(range(first, upper)):
            shares = self._walk(demand, path, int(week[-1]) + 1)[week].T * tilt
            out[:, place] = _divide(counts[place], shares, (demand.seed, "leaf", self.queue, path))
        return out

    def monthly(self, demand: Demand, *, first: int = 0, last: int | None = None) -> Ints:
        """Monthly counts (leaves, paths, months) of the same paths; leaves sum to the queue's."""
        upper = demand.n_paths if last is None else last
        month = demand.months.index_of(demand.grid)
        inside = (np.arange(demand.months.periods)[:, None] == month).astype(np.int64)
        fine = demand.paths(self.queue, first=first, last=upper) @ inside.T
        late = demand.source.monthly(self.queue, first, upper) - fine
        out = self.paths(demand, first=first, last=upper) @ inside.T
        week = np.ceil(WEEKS_A_MONTH * (np.arange(demand.months.periods) + 0.5)).astype(np.int64)
        for place, path in enumerate(range(first, upper)):
            shares = self._walk(demand, path, int(week[-1]) + 1)[week].T
            out[:, place] += _divide(late[place], shares, (demand.seed, "late", self.queue, path))
        return np.asarray(out)

    def _walk(self, demand: Demand, path: int, weeks: int) -> Floats:
        return walk_shares(self.drift, weeks, stream(demand.seed, "shares", self.queue, path))

    def _tilt(self, demand: Demand, steps: int) -> Floats:
        if demand.grid.minutes > 60 or not steps:
            return np.ones((len(self.labels), 1))
        zone = dict(demand.zones).get(self.queue, "UTC")
        clock = read_clock(demand.grid.head(steps), zone, slot_minutes=60)
        return np.asarray(self.hours[:, clock.slot])


@dataclass(frozen=True, kw_only=True)
class Splits:
    """The splits of all queues that have cells: the leaves of a demand, drawn on demand."""

    of: dict[str, Split]

    def labels(self, queue: str) -> tuple[SeriesLabel, ...]:
        """The leaves of a queue; itself where it has none."""
        return self.of[queue].labels if queue in self.of else (SeriesLabel(queue=queue),)

    def paths(self, demand: Demand, queue: str, first: int, last: int, periods: int) -> Ints:
        """Counts (leaves, paths, periods)."""
        if queue not in self.of:
            return np.asarray(demand.paths(queue, periods=periods, first=first, last=last)[None])
        return self.of[queue].paths(demand, periods=periods, first=first, last=last)

    def monthly(self, demand: Demand, queue: str, first: int, last: int) -> Ints:
        """Monthly counts (leaves, paths, months)."""
        if queue not in self.of:
            return np.asarray(demand.source.monthly(queue, first, last)[None])
        return self.of[queue].monthly(demand, first=first, last=last)


def learn_splits(volume: Volume) -> Splits | None:
    """The splits of all queues with more than one series; None where no queue has one."""
    queues = [label.queue for label in volume.labels]
    several = [name for name in dict.fromkeys(queues) if queues.count(name) > 1]
    return Splits(of={name: learn_split(volume, name) for name in several}) if several else None


def learn_split(volume: Volume, queue: str) -> Split:
    """Learn the shares of a queue's series, how they move, and how they differ over the day.

    Sparse leaves are best told as shares of their parent: their own history is mostly noise.

    Raises
    ------
    DataError
        The queue is unknown.
    """
    if queue not in volume.queues:
        raise DataError(f"unknown queue {queue!r}: {nearest(queue, volume.queues)}")
    rows = [row for row, label in enumerate(volume.labels) if label.queue == queue]
    per_week = volume.grid.intervals_per_week
    recent = volume.counts[rows][:, -SHARE_WEEKS * per_week :]
    recent = np.where(np.isfinite(recent).all(axis=0), recent, 0.0)
    weeks = recent.shape[1] // per_week
    by_week = recent[:, recent.shape[1] - weeks * per_week :].reshape(len(rows), weeks, per_week)
    drift = learn_drift(
        by_week.sum(axis=2) if weeks else recent.sum(axis=1, keepdims=True),
        prior_cases=PRIOR_CASES / len(rows),
    )
    return Split(
        queue=queue,
        labels=tuple(volume.labels[row] for row in rows),
        drift=drift,
        hours=_hours(recent, volume, queue, drift.shares),
    )


def _hours(recent: Floats, volume: Volume, queue: str, shares: Floats) -> Floats:
    """Share of each leaf by hour of the queue's day over its share of the day."""
    if volume.grid.minutes > 60:
        return np.ones((len(shares), 24))
    start = volume.grid.starts[volume.grid.periods - recent.shape[1]]
    grid = TimeGrid(start=start, minutes=volume.grid.minutes, periods=recent.shape[1])
    hour = read_clock(grid, volume.zone_of(queue), slot_minutes=60).slot
    cases = np.stack([np.bincount(hour, row, 24) for row in recent])
    base = recent.sum(axis=1) / max(float(recent.sum()), 1.0)
    expected = np.where(recent.sum() > 0, base, shares)[:, None]
    told = (cases + HOUR_CASES * expected) / (cases.sum(axis=0) + HOUR_CASES)
    return np.asarray(told / np.maximum(expected, 1e-12))


def _divide(counts: Ints, shares: Floats, names: tuple[int, str, str, int]) -> Ints:
    """Deal counts (steps) to leaves by shares (leaves, steps): a multinomial, leaf by leaf.

    ``names`` (seed, kind, queue, path) name the random streams.
    """
    out = np.empty((len(shares), len(counts)), dtype=np.int64)
    left, mass = counts.copy(), shares.sum(axis=0)
    for leaf in range(len(shares) - 1):
        chance = np.clip(shares[leaf] / np.maximum(mass, 1e-300), 0.0, 1.0)
        out[leaf] = stream(*names, leaf).binomial(left, chance)
        left -= out[leaf]
        mass = np.maximum(mass - shares[leaf], 0.0)
    out[-1] = left
    return out


def sum_paths(demand: Demand, queues: Sequence[str], *, periods: int | None = None) -> Ints:
    """Joint paths of several queues together: the sum path by path, one queue held at a time."""
    return np.asarray(demand.total(queues=queues, periods=periods))
