"""The cheapest whole shifts of a tiny week: every choice of heads tried, flows by a loop-built program."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from math import ceil

import numpy as np
from scipy.optimize import linprog

from capacity.domain import Operation
from capacity.scheduling.weekly.week import WorkProfile


class Loose:
    """A linear program that is written one row at a time, with names for columns."""

    def __init__(self) -> None:
        self.cost: dict[object, float] = defaultdict(float)
        self.top: dict[object, float] = {}
        self.rows: list[tuple[dict[object, float], float, bool]] = []

    def column(self, name: object, *, cost: float = 0.0, top: float = np.inf) -> object:
        self.cost[name], self.top[name] = cost, top
        return name

    def at_most(self, terms: dict[object, float], right: float) -> None:
        self.rows.append((terms, right, False))

    def exactly(self, terms: dict[object, float], right: float) -> None:
        self.rows.append((terms, right, True))

    def least(self) -> float:
        place = {name: n for n, name in enumerate(self.cost)}
        sides: dict[bool, tuple[list[np.ndarray], list[float]]] = {True: ([], []), False: ([], [])}
        for terms, right, equal in self.rows:
            row = np.zeros(len(place))
            for name, value in terms.items():
                row[place[name]] += value
            sides[equal][0].append(row)
            sides[equal][1].append(right)
        found = linprog(
            list(self.cost.values()),
            A_ub=np.array(sides[False][0]),
            b_ub=sides[False][1],
            A_eq=np.array(sides[True][0]),
            b_eq=sides[True][1],
            bounds=[(0.0, self.top[name]) for name in place],
        )
        assert found.status == 0, found.message
        return float(found.fun)


def cheapest(operation: Operation, profile: WorkProfile) -> float:
    """Least cost of one day in hours, shifts without breaks that lie inside it, no opening work."""
    cells = [(p, shift) for p, pool in enumerate(operation.pools) for shift in pool.shifts]
    most = [ceil(pool.heads * pool.shrinkage.availability) for pool in operation.pools]
    best = np.inf
    for heads in product(*[range(most[p] + 1) for p, _ in cells]):
        day = [sum(n for n, (q, _) in zip(heads, cells, strict=True) if q == p) for p in range(len(most))]  # fmt: skip
        if all(total <= top for total, top in zip(day, most, strict=True)):
            best = min(best, _cost(operation, profile, cells, heads))
    return best


def _cost(operation: Operation, profile: WorkProfile, cells, heads) -> float:
    """Wages, and the least price of what these heads leave late, undone or without a floor."""
    loose, hours = Loose(), range(profile.work.shape[1])
    queues = list(enumerate(operation.queues))
    hourly = [pool.cost.hourly(pool.hours_per_week) for pool in operation.pools]
    wages = sum(n * hourly[p] * shift.paid_hours for n, (p, shift) in zip(heads, cells, strict=True))  # fmt: skip
    for q, queue in queues:
        dear = max(hourly) * (1 + 0.5 / queue.priority)
        arrived = profile.work[q]
        loose.column(("beyond", q), cost=20 * dear)
        for t in hours:
            window = arrived[max(t + 1 - profile.terms[q], 0) : t + 1].sum()
            loose.column(("open", q, t), top=0.0 if t == hours[-1] else window)
            loose.column(("late", q, t), cost=2 * dear)
            loose.column(("served late", q, t))
            loose.column(("open late", q, t), top=0.0 if t == hours[-1] else np.inf)
            loose.column(("undone", q, t), cost=40 * dear)
            loose.column(("no floor", q, t), cost=40 * dear)
            for p in range(len(operation.pools)):
                loose.column(("flow", p, q, t))
                loose.column(("seat", p, q, t))
    for n, (cell, count) in enumerate(zip(cells, heads, strict=True)):
        _expose(loose, operation, n, cell, count)
    for q, _ in queues:
        _follow(loose, operation, profile, q)
    for p, pool in enumerate(operation.pools):
        for t in hours:
            on = sum(n for n, (o, s) in zip(heads, cells, strict=True) if o == p and _covers(s, t))
            _staff(loose, operation, p, t=t, on=on)
            terms = {("flow", p, q, t): queue.severity for q, queue in queues if pool.serves(queue)}
            terms |= {("exposed", n, t): -1.0 for n, (o, s) in enumerate(cells) if o == p and _covers(s, t)}  # fmt: skip
            loose.at_most(terms, 0.0)
    return wages + loose.least()


def _covers(shift, hour: int) -> bool:
    return shift.start_minute <= 60 * hour < shift.start_minute + shift.length_minutes


def _expose(loose: Loose, operation: Operation, n: int, cell, count: int) -> None:
    """A head is exposed at most its minutes in a row of each hour, and its cap less a slice a day."""
    p, shift = cell
    pool = operation.pools[p]
    cap = operation.cap_of(pool)
    share = cap.minutes_in_row / (cap.minutes_in_row + cap.break_minutes)
    each = share * float(1 - pool.shrinkage.in_shift)
    on = [t for t in range(24) if _covers(shift, t)]
    names = [loose.column(("exposed", n, t), top=each * count) for t in on]
    loose.at_most(dict.fromkeys(names, 1.0), (cap.hours_per_day - 1 / 6) * count)


def _follow(loose: Loose, operation: Operation, profile: WorkProfile, q: int) -> None:
    """Work goes from open to done or set aside, late work to done or undone."""
    pools = [p for p, pool in enumerate(operation.pools) if pool.serves(operation.queues[q])]
    for t, come in enumerate(profile.work[q]):
        work = {("open", q, t): 1.0, ("late", q, t): 1.0, ("served late", q, t): -1.0}
        late = {("open late", q, t): 1.0, ("late", q, t): -1.0}
        late |= {("served late", q, t): 1.0, ("undone", q, t): 1.0}
        if t:
            work["open", q, t - 1] = late["open late", q, t - 1] = -1.0
        loose.exactly(work | {("flow", p, q, t): 1.0 for p in pools}, come)
        loose.exactly(late, 0.0)
        floor = {("seat", p, q, t): -1.0 for p in pools} | {("no floor", q, t): -1.0}
        loose.at_most(floor, -profile.floors[q, t])
    aside = {("late", q, t): 1.0 for t in range(profile.work.shape[1])} | {("beyond", q): -1.0}
    loose.at_most(aside, profile.late_share[q] * profile.work[q].sum())


def _staff(loose: Loose, operation: Operation, p: int, *, t: int, on: int) -> None:
    """Work with its rest fits into the time of those there; a seat is one head."""
    pool = operation.pools[p]
    cap = operation.cap_of(pool)
    use, seats = {}, {}
    for q, queue in enumerate(operation.queues):
        wellness = operation.wellness_minutes_per_exposure_hour / 60 * queue.severity
        pause = cap.break_minutes / cap.minutes_in_row if queue.severity > 0 else 0.0
        use["flow", p, q, t] = 1 / operation.occupancy_cap + max(wellness, pause)
        seats["seat", p, q, t] = 1.0
    loose.at_most(use, on * float(1 - pool.shrinkage.in_shift))
    loose.at_most(seats, on)
