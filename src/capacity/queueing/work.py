"""Work by queue from the demand paths: cases through the network, hours, months, floors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from capacity.domain import Demand, DriverKind, Operation, QueuePlan, Treatment
from capacity.queueing.driving import flow_cases
from capacity.queueing.floors import floor_servers
from capacity.queueing.lagging import offered_load

BLOCK = 64  # paths held at a time
LONG_HANDLING_HOURS = 0.5  # from here on the load lags visibly behind the arrivals


@dataclass(frozen=True, kw_only=True)
class NetworkWork:
    """Block source of `Staffing`: nothing is held but mean profiles; paths are drawn on demand.

    `gains[k][j]` is the number of human-review cases in queue k per case detected in queue j. An
    escalated case is booked at the arrival of its first queue, because it keeps its clock. Where
    the demand carries drivers, cases are counted in cases of the operation's own handling time,
    so that cases x `hours_per_arrival` is the work of their path.
    """

    demand: Demand
    operation: Operation
    gains: tuple[tuple[float, ...], ...]
    plans: tuple[QueuePlan, ...]
    _profiles: dict[str, np.ndarray] = field(default_factory=dict, compare=False, repr=False)

    def cases(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        """Human-review cases that arrive, own plus escalated in, shape (paths, periods)."""
        if self.demand.drivers is not None:
            detected = {
                name: self.demand.paths(name, periods=periods, first=first, last=last)
                for name, _ in self._feeders(queue)
            }
            return self._driven(queue, detected, first, last, periods)
        total = np.zeros((last - first, periods))
        for name, gain in self._feeders(queue):
            total += gain * self.demand.paths(name, periods=periods, first=first, last=last)
        return total

    def work(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        """Hours of work that arrive, shape (paths, periods)."""
        return self.cases(queue, first, last, periods) * self._plan(queue).hours_per_arrival

    def monthly_work(self, queue: str, first: int, last: int) -> np.ndarray:
        """Hours of work a month, shape (paths, months)."""
        if self.demand.drivers is not None:
            blocks = range(first, last, BLOCK)
            parts = [self._driven_months(queue, low, min(low + BLOCK, last)) for low in blocks]
            return np.concatenate(parts) * self._plan(queue).hours_per_arrival
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
            for first in range(0, self.demand.n_paths, BLOCK):
                last = min(first + BLOCK, self.demand.n_paths)
                total += self.cases(queue, first, last, self.demand.grid.periods).sum(axis=0)
            self._profiles[queue] = total / max(self.demand.n_paths, 1)
        return self._profiles[queue]

    def _driven(
        self,
        queue: str,
        detected: dict[str, np.ndarray],
        first: int,
        last: int,
        periods: int | None,
    ) -> np.ndarray:
        """Cases of a queue under the drivers: by interval, or by late month without `periods`."""
        drivers = self.demand.drivers

        def factors(name: str, kind: DriverKind) -> np.ndarray | None:
            if drivers is None or not drivers.has(name, kind):
                return None
            if periods is None:
                return drivers.late_factors(name, kind, first, last)
            return drivers.factors(name, kind, first, last, periods)

        steps = self.demand.months.periods if periods is None else periods
        cases = flow_cases(self.operation, detected, factors).get(queue)
        return np.zeros((last - first, steps)) if cases is None else cases

    def _driven_months(self, queue: str, first: int, last: int) -> np.ndarray:
        """Months as the sum of their intervals, and of their days after the grid."""
        demand = self.demand
        month = demand.months.index_of(demand.grid)
        inside = np.arange(demand.months.periods)[:, None] == month
        cases = self.cases(queue, first, last, demand.grid.periods) @ inside.T
        late = {}
        for name, _ in self._feeders(queue):
            fine = demand.paths(name, first=first, last=last)
            late[name] = demand.source.monthly(name, first, last) - fine @ inside.T
        return np.asarray(cases + self._driven(queue, late, first, last, None))

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
