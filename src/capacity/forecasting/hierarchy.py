"""Split the paths of a queue into market x language x severity; every path sums exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capacity.domain.demand import Demand
from capacity.domain.faults import nearest
from capacity.domain.seeds import stream
from capacity.domain.volume import SeriesLabel, Volume
from capacity.errors import DataError
from capacity.forecasting.panel import Floats, Ints

SHARE_WEEKS = 12  # history behind the shares
PRIOR_CASES = 2.0  # a leaf's share is shrunk to an equal one as if by so many cases


@dataclass(frozen=True, kw_only=True)
class Split:
    """How a queue divides into leaves: mean shares, and how much they move between paths.

    ``concentration`` is that of a Dirichlet: shares of one path stay for the whole horizon.
    """

    queue: str
    labels: tuple[SeriesLabel, ...]
    shares: Floats
    concentration: float

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
        out = np.empty((len(self.labels), *counts.shape), dtype=np.int64)
        for place, path in enumerate(range(first, upper)):
            shares = stream(demand.seed, "shares", self.queue, path).dirichlet(
                np.maximum(self.shares * self.concentration, 1e-9)
            )
            left, mass = counts[place].copy(), 1.0
            for leaf in range(len(self.labels) - 1):
                chance = min(1.0, shares[leaf] / mass) if mass > 0 else 0.0
                generator = stream(demand.seed, "leaf", self.queue, path, leaf)
                out[leaf, place] = generator.binomial(left, chance)
                left -= out[leaf, place]
                mass -= shares[leaf]
            out[-1, place] = left
        return out


def learn_split(volume: Volume, queue: str) -> Split:
    """Learn the shares of a queue's series from the last 12 weeks.

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
    recent = np.nan_to_num(volume.counts[rows][:, -SHARE_WEEKS * per_week :])
    cases = recent.sum(axis=1) + PRIOR_CASES / len(rows)
    shares = cases / cases.sum()
    return Split(
        queue=queue,
        labels=tuple(volume.labels[row] for row in rows),
        shares=shares,
        concentration=_concentration(recent, shares, per_week),
    )


def _concentration(recent: Floats, shares: Floats, per_week: int) -> float:
    """Dirichlet concentration from week-to-week movement of shares, by moments."""
    weeks = recent.shape[1] // per_week
    if weeks < 4 or len(shares) == 1:
        return float(max(recent.sum(), 1.0))
    totals = recent[:, -weeks * per_week :].reshape(len(shares), weeks, per_week).sum(axis=2)
    size = np.maximum(totals.sum(axis=0), 1.0)
    variance = shares * (1 - shares)
    square = ((totals / size - shares[:, None]) ** 2).mean(axis=1)
    beyond = float((square - variance * (1 / size).mean()).sum() / max(variance.sum(), 1e-12))
    return float(np.clip(1 / max(beyond, 1e-6) - 1, 10.0, 1e6))


def sum_paths(demand: Demand, queues: Sequence[str], *, periods: int | None = None) -> Ints:
    """Joint paths of several queues together: the sum path by path, one queue held at a time."""
    steps = demand.grid.periods if periods is None else min(periods, demand.grid.periods)
    total = np.zeros((demand.n_paths, steps), dtype=np.int64)
    for queue in queues:
        total += demand.paths(queue, periods=steps)
    return total
