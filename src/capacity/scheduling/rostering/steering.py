"""A first roster of lines that follows the relaxation, and one-person improvements of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from capacity.errors import InfeasibleError
from capacity.scheduling.rostering.construction import nobody_fits
from capacity.scheduling.rostering.lines import (
    LinePool,
    any_line,
    cover_of,
    dual_limits,
    line_costs,
    price_person,
)
from capacity.scheduling.rostering.loose_lines import fit_line
from capacity.scheduling.rostering.problem import Floats
from capacity.scheduling.rostering.relaxation import Relaxed
from capacity.scheduling.rostering.state import Search

PULL = 0.5
SWEEPS, SWEEP_SHARE = 8, 0.15


@dataclass(kw_only=True, eq=False)
class LineRoster:
    """One line for every person, what they give to cover, and what that costs."""

    pool: LinePool
    need: Floats
    low: Floats
    high: Floats
    numbers: list[int]
    given: Floats

    @classmethod
    def empty(cls, pool: LinePool) -> LineRoster:
        """Nobody has a line yet. Cover that must be met is given a price above all others."""
        low, high = dual_limits(pool)
        finite = np.abs(np.concatenate([low[np.isfinite(low)], high[np.isfinite(high)], [1.0]]))
        dear = 10.0 * float(finite.max())
        return cls(
            pool=pool,
            need=pool.model.program.row_lower[pool.model.cover_rows],
            low=np.where(np.isfinite(low), low, -dear),
            high=np.where(np.isfinite(high), high, dear),
            numbers=[-1] * len(pool.by_person),
            given=np.zeros(low.size),
        )

    def cover_cost(self, given: Floats) -> float:
        """Heads short and heads too many at their prices."""
        left = self.need - given
        return float(np.where(left > 0, self.high * left, self.low * left).sum())

    def take(self, person: int, number: int) -> None:
        """Give a person a line in place of the present one."""
        self.given = self.without(person) + cover_of(self.pool, [number])
        self.numbers[person] = number

    def without(self, person: int) -> Floats:
        """What the others give."""
        number = self.numbers[person]
        return self.given - cover_of(self.pool, [number]) if number >= 0 else self.given


def steer_lines(
    search: Search, pool: LinePool, relaxed: Relaxed, rng: np.random.Generator
) -> list[int]:
    """Numbers of lines that together follow the relaxed roster, then improved one by one.

    People come in random order. Each takes the line that is cheapest at the duals of cover,
    raised where the lines so far give less than the relaxation gave these people, lowered where
    they give more: errors do not add up, as in rounding with carried remainders.
    """
    roster = LineRoster.empty(pool)
    shares = _shares(pool, roster, relaxed)
    dual = np.clip(relaxed.cover_dual, roster.low, roster.high)
    wanted = np.zeros(dual.size)
    for person in rng.permutation(len(pool.by_person)).tolist():
        wanted += shares[person]
        behind = wanted - roster.given
        room = np.where(behind > 0, roster.high - dual, dual - roster.low)
        worth = np.clip(dual + PULL * behind * room, roster.low, roster.high)
        number = _best_line(pool, person, worth, rng)
        roster.take(person, any_line(pool, person) if number is None else number)
    seconds = search.seconds_of(SWEEP_SHARE)
    until = np.inf if seconds is None else search.elapsed + seconds
    for _ in range(SWEEPS):
        if not _improve_each(search, roster, until, rng):
            break
    return roster.numbers


def _improve_each(
    search: Search, roster: LineRoster, until: float, rng: np.random.Generator
) -> bool:
    """Everybody once takes the line that is best while the others stay; whether that helped."""
    pool, helped = roster.pool, False
    for person in rng.permutation(len(pool.by_person)).tolist():
        if search.elapsed >= until:
            return False
        rest = roster.without(person)
        worth = np.where(rest < roster.need - 0.5, roster.high, roster.low)
        number = _best_line(pool, person, worth, rng)
        if number is None:
            continue
        old = roster.numbers[person]
        change = pool.lines[number].cost - pool.lines[old].cost
        change += roster.cover_cost(rest + cover_of(pool, [number]))
        change -= roster.cover_cost(roster.given)
        if change < 1e-9:
            roster.take(person, number)
            helped |= change < -1e-6
    return helped


def _best_line(pool: LinePool, person: int, worth: Floats, rng: np.random.Generator) -> int | None:
    """Number of the best line; of a good line or None where networks leave totals out."""
    if person in pool.loose:
        cost = line_costs(pool, person, worth)
        start = pool.prices.get(person, pool.prices.get(None))
        for begin in (start, None):
            line, price = fit_line(pool.loose[person], cost, begin, rng)
            if line is not None:
                pool.prices[person] = pool.prices[None] = price
                return pool.add(person, line)[0]
        return None
    _, found = price_person(pool, person, worth, 1)
    if not found:
        raise InfeasibleError(nobody_fits(pool.problem, np.array([person])))
    return found[0][0]


def _shares(pool: LinePool, roster: LineRoster, relaxed: Relaxed) -> Floats:
    """What each person gives to each cover row (people x rows) in the relaxation.

    Without a relaxation everybody who can gives the same part of the heads wanted.
    """
    model = pool.model
    cells = np.flatnonzero(model.cells)
    people = len(pool.by_person)
    level = np.ones(cells.size) if relaxed.values is None else relaxed.values[cells]
    owner = sparse.csr_array(
        (level, (model.owner[cells], np.arange(cells.size))), shape=(people, cells.size)
    )
    gives = np.asarray((owner @ pool.cover[:, cells].T).todense())
    if relaxed.values is not None:
        return gives
    able = (gives > 0).astype(float)
    return np.asarray(able * (roster.need / np.maximum(able.sum(axis=0), 1.0)))
