"""Work by queue from the demand paths: cases through the network, hours, months, floors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from capacity.domain import Demand, Operation, QueuePlan, Treatment
from capacity.queueing.floors import floor_servers
from capacity.queueing.lagging import offered_load

LONG_HANDLING_HOURS = 0.5  # from here on the load lags visibly behind the arrivals


@dataclass(frozen=True, kw_only=True)
class NetworkWork:
    """Block source of `Staffing`: nothing is held but mean profiles; paths are drawn on demand.

    `gains[k][j]` is the number of human-review cases in queue k per case detected in queue j. An
    escalated case is booked at the arrival of its first queue, because it keeps its clock.
    """

    demand: Demand
    operation: Operation
    gains: tuple[tuple[float, ...], ...]
    plans: tuple[QueuePlan, ...]
    _profiles: dict[str, np.ndarray] = field(default_factory=dict, compare=False, repr=False)

    def cases(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        """Human-review cases that arrive, own plus escalated in, shape (paths, periods)."""
        total = np.zeros((last - first, periods))
        for name, gain in self._feeders(queue):
            total += gain * self.demand.paths(name, periods=periods, first=first, last=last)
        return total

    def work(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        """Hours of work that arrive, shape (paths, periods)."""
        return self.cases(queue, first, last, periods) * self._plan(queue).hours_per_arrival

    def monthly_work(self, queue: str, first: int, last: int) -> np.ndarray:
        """Hours of work a month, shape (paths, months)."""
        total = np.zeros((last - first, self.demand.months.periods))
        for name, gain in self._feeders(queue):
            total += gain * self.demand.source.monthly(name, first, last)
        return total * self._plan(queue).hours_per_arrival

    def floors(self, queue: str, factor: float, periods: int) -> np.ndarray:
        """Reviewers needed present by interval when the mean profile is scaled by `factor`."""
        plan = self._plan(queue)
        if plan.treatment is not Treatment.FLOOR or plan.target is None:
            return np.zeros(periods)
        handling = self.operation.queue(queue).handling
        per_hour = factor * self.profile(queue) / self.demand.grid.hours
        if handling.mean_hours >= LONG_HANDLING_HOURS:
            ahead = offered_load(per_hour, handling, interval_hours=self.demand.grid.hours)
            load = ahead * plan.hours_per_arrival / handling.mean_hours
        else:
            load = per_hour * plan.hours_per_arrival
        servers = floor_servers(
            load[:periods],
            target=plan.target,
            handling=handling,
            hours_per_start=plan.hours_per_arrival,
        )
        return np.asarray(servers, dtype=np.float64)

    def profile(self, queue: str) -> np.ndarray:
        """Mean human-review cases by interval over all paths; computed once, in blocks."""
        if queue not in self._profiles:
            total = np.zeros(self.demand.grid.periods)
            for first in range(0, self.demand.n_paths, 64):
                last = min(first + 64, self.demand.n_paths)
                total += self.cases(queue, first, last, self.demand.grid.periods).sum(axis=0)
            self._profiles[queue] = total / max(self.demand.n_paths, 1)
        return self._profiles[queue]

    def _feeders(self, queue: str) -> list[tuple[str, float]]:
        names = self.operation.queue_names
        row = self.gains[names.index(queue)]
        return [
            (name, gain)
            for name, gain in zip(names, row, strict=True)
            if gain > 0 and name in self.demand.queues
        ]

    def _plan(self, queue: str) -> QueuePlan:
        return next(plan for plan in self.plans if plan.queue == queue)
