"""Stock and flow by tenure cohort, in whole heads, exact in every month and pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from capacity.domain.pool import Attrition, Pool
from capacity.errors import DataError
from capacity.headcount.clock import PlanCalendar
from capacity.headcount.tenure import TENURED, leave_shares


@dataclass(frozen=True, kw_only=True)
class Move:
    """Whole heads that change pool at the beginning of a month (indices of pools and month).

    A move that is not `firm` takes as many of the heads as are there.
    """

    month: int
    source: int
    target: int
    heads: int
    training_months: float = 0.0
    firm: bool = True


@dataclass(frozen=True, kw_only=True)
class Join:
    """People who join a pool at `position` (months since the plan's begin), within `month`."""

    month: int
    pool: int
    position: float
    heads: int


@dataclass(frozen=True, kw_only=True)
class Exit:
    """Heads that a pool gives up on purpose during a month (a planned reduction)."""

    month: int
    pool: int
    heads: int


@dataclass(kw_only=True)
class Cohort:
    """People of one pool who joined together; `eop`, `leavers` and `at_risk` by month.

    `at_risk` are the heads who could leave by chance; `leavers` hold planned reductions too.
    """

    pool: int
    start: float
    heads: int
    shares: np.ndarray
    eop: np.ndarray
    leavers: np.ndarray
    at_risk: np.ndarray
    owed: float = 0.0
    joined: int = -1
    moved: int = -1
    training_months: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Flows:
    """The stock-flow table: whole heads, each array of shape (months, pools).

    `moves` are the transfers that took place.
    """

    bop: np.ndarray
    hires: np.ndarray
    transfers_in: np.ndarray
    attrition: np.ndarray
    transfers_out: np.ndarray
    eop: np.ndarray
    reductions: np.ndarray
    cohorts: tuple[Cohort, ...] = field(repr=False)
    moves: tuple[Move, ...] = ()

    @property
    def residual(self) -> np.ndarray:
        """BOP + hires + transfers in - attrition - transfers out - EOP: zero everywhere."""
        gained = self.bop + self.hires + self.transfers_in
        return np.asarray(gained - self.attrition - self.transfers_out - self.eop)


def opening_cohorts(pool: Pool) -> list[tuple[float, int]]:
    """(start position, heads) of today's people by tenure; unknown tenure counts as tenured.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> opening_cohorts(SimpleNamespace(heads=3, tenure_months=(2, 14, 2)))
    [(-14.0, 1), (-2.0, 2)]
    """
    if not pool.heads:
        return []
    if not pool.tenure_months:
        return [(-TENURED, pool.heads)]
    tenures, counts = np.unique(np.asarray(pool.tenure_months), return_counts=True)
    pairs = [(-float(tenure), int(count)) for tenure, count in zip(tenures, counts, strict=True)]
    return pairs[::-1]


def run_flows(
    pools: Sequence[Pool],
    calendar: PlanCalendar,
    joins: Sequence[Join],
    *,
    moves: Sequence[Move] = (),
    exits: Sequence[Exit] = (),
    hazard: np.ndarray | None = None,
) -> Flows:
    """Play hires, transfers and attrition month by month in whole heads.

    Expected leavers of each cohort are carried as fractions: a pool's leavers up to any month
    never differ from their expectation by more than half a head (unless nobody is left), and
    fall on the cohorts that owe most. `hazard` (months, pools) multiplies the leaving hazard.
    """
    world = _World(pools=tuple(pools), calendar=calendar, hazard=hazard)
    for month in range(calendar.periods):
        world.open_month(month)
        for join in joins:
            if join.month == month and join.heads:
                world.join(month, join)
        for move in moves:
            if move.month == month and move.heads:
                world.move(move)
        for planned in exits:
            if planned.month == month and planned.heads:
                world.release(planned)
        world.leave(month)
        world.close_month(month)
    return world.flows()


class _World:
    """The state while months pass."""

    def __init__(
        self, *, pools: tuple[Pool, ...], calendar: PlanCalendar, hazard: np.ndarray | None
    ) -> None:
        self.pools, self.calendar, self.hazard = pools, calendar, hazard
        shape = (calendar.periods, len(pools))
        names = ("bop", "hires", "transfers_in", "attrition", "transfers_out", "eop", "reductions")
        self.table = {name: np.zeros(shape, dtype=np.int64) for name in names}
        self.cohorts: list[list[Cohort]] = [[] for _ in pools]
        self.moves: list[Move] = []
        for index, pool in enumerate(pools):
            for start, heads in opening_cohorts(pool):
                self.cohorts[index].append(self._cohort(index, start, heads, pool.attrition))

    def _cohort(
        self, pool: int, start: float, heads: int, attrition: Attrition, joined: int = -1
    ) -> Cohort:
        hazard = None if self.hazard is None else self.hazard[:, pool]
        months = self.calendar.periods
        return Cohort(
            pool=pool,
            start=start,
            heads=heads,
            shares=leave_shares(attrition, start, self.calendar.edges, hazard=hazard),
            eop=np.zeros(months, dtype=np.int64),
            leavers=np.zeros(months, dtype=np.int64),
            at_risk=np.zeros(months, dtype=np.int64),
            joined=joined,
        )

    def _stock(self) -> list[int]:
        return [sum(cohort.heads for cohort in group) for group in self.cohorts]

    def open_month(self, month: int) -> None:
        self.table["bop"][month] = self._stock()

    def close_month(self, month: int) -> None:
        self.table["eop"][month] = self._stock()
        for group in self.cohorts:
            for cohort in group:
                cohort.eop[month] = cohort.heads

    def join(self, month: int, join: Join) -> None:
        pool = self.pools[join.pool]
        new = self._cohort(join.pool, join.position, join.heads, pool.attrition, month)
        self.cohorts[join.pool].append(new)
        self.table["hires"][month, join.pool] += join.heads

    def move(self, move: Move) -> None:
        """Transfer the longest-serving people first: they need no further training."""
        left = move.heads
        for cohort in sorted(self.cohorts[move.source], key=lambda item: item.start):
            taken = min(left, cohort.heads)
            if taken:
                cohort.heads -= taken
                attrition = self.pools[move.target].attrition
                arrived = self._cohort(move.target, cohort.start, taken, attrition)
                arrived.moved, arrived.training_months = move.month, move.training_months
                self.cohorts[move.target].append(arrived)
            left -= taken
        if left and move.firm:
            raise DataError(
                f"transfer of {move.heads} heads out of pool {self.pools[move.source].name} in "
                f"{self.calendar.labels[move.month]}: only {move.heads - left} are there. "
                "Fix: transfer fewer, or later."
            )
        moved = move.heads - left
        self.table["transfers_out"][move.month, move.source] += moved
        self.table["transfers_in"][move.month, move.target] += moved
        if moved:
            self.moves.append(replace(move, heads=moved))

    def release(self, planned: Exit) -> None:
        left = planned.heads
        for cohort in sorted(self.cohorts[planned.pool], key=lambda item: -item.start):
            taken = min(left, cohort.heads)
            cohort.heads -= taken
            cohort.leavers[planned.month] += taken
            left -= taken
        if left:
            raise DataError(
                f"pool {self.pools[planned.pool].name} cannot give up {planned.heads} heads in "
                f"{self.calendar.labels[planned.month]}: {planned.heads - left} are there."
            )
        self.table["attrition"][planned.month, planned.pool] += planned.heads
        self.table["reductions"][planned.month, planned.pool] += planned.heads

    def leave(self, month: int) -> None:
        """Whole leavers of the month: the pool's carried expectation, rounded."""
        for index, group in enumerate(self.cohorts):
            for cohort in group:
                cohort.at_risk[month] = cohort.heads
                cohort.owed += cohort.heads * float(cohort.shares[month])
            owed = sum(cohort.owed for cohort in group)
            leavers = int(np.floor(owed + 0.5 - 1e-12))
            for _ in range(max(0, min(leavers, sum(cohort.heads for cohort in group)))):
                cohort = max((c for c in group if c.heads), key=lambda item: item.owed)
                cohort.heads -= 1
                cohort.owed -= 1.0
                cohort.leavers[month] += 1
                self.table["attrition"][month, index] += 1

    def flows(self) -> Flows:
        cohorts = tuple(cohort for group in self.cohorts for cohort in group)
        return Flows(**self.table, cohorts=cohorts, moves=tuple(self.moves))
