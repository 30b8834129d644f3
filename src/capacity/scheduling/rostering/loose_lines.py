"""Lines where totals and weekends would make a network too large: prices stand in for counters.

The network keeps the rules of neighbouring days alone. Each total over the horizon gets a price
for a unit of it, moved up and down until the cheapest line lies within the limits. The line keeps
every rule, but it is not proven to be the cheapest that does, so it gives no bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.scheduling.rostering.automaton import Automaton, build_network, cheapest_lines
from capacity.scheduling.rostering.problem import Floats, Ints, RosterProblem
from capacity.scheduling.rostering.tracks import binds, is_plain, local_tracks, spans

MOST_TRIES = 60
FASTER, SLOWER = 1.4, 0.5
NOISE = 0.02
FIRST_STEP = 0.1


@dataclass(frozen=True, kw_only=True, eq=False)
class Limit:
    """A sum over days and shifts between two numbers; a block counts once, on its first day."""

    amount: Floats
    low: float
    high: float
    blocks: tuple[tuple[int, ...], ...] = ()

    def measure(self, line: Ints) -> float:
        """The sum of a line."""
        if self.blocks:
            return float(sum((line[list(block)] >= 0).any() for block in self.blocks))
        days = np.flatnonzero(line >= 0)
        return float(self.amount[days, line[days]].sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class LooseNetwork:
    """The network of the rules of neighbouring days, and the limits that it leaves out."""

    automaton: Automaton
    limits: tuple[Limit, ...]


def loose_network(
    problem: RosterProblem, person: int, known: dict[object, Automaton | None]
) -> LooseNetwork | None:
    """The network and the limits of a person; None where a rule is neither. Networks are shared."""
    tracks = local_tracks(problem, person)
    blocks = [block for block in problem.blocks if np.isfinite(block.at_most[person])]
    totals = [rule for rule in problem.windows if spans(problem, rule) and binds(rule, person)]
    hard = [rule.is_hard for rule in problem.windows if binds(rule, person)]
    if tracks is None or not all(hard) or not all(is_plain(block) for block in blocks):
        return None
    key = tuple(track.key for track in tracks)
    if key not in known:
        known[key] = build_network(problem, tracks)
    network = known[key]
    shape = (problem.days, len(problem.shifts))
    limits = [
        Limit(
            amount=np.broadcast_to(rule.amount, shape),
            low=_side(rule.at_least, person, -np.inf),
            high=_side(rule.at_most, person, np.inf),
        )
        for rule in totals
    ]
    for block in blocks:
        inside = np.isin(np.arange(problem.days), [day for one in block.blocks for day in one])
        limits.append(
            Limit(
                amount=np.broadcast_to(inside[:, None].astype(float), shape),
                low=-np.inf,
                high=float(np.floor(block.at_most[person])),
                blocks=block.blocks,
            )
        )
    return None if network is None else LooseNetwork(automaton=network, limits=tuple(limits))


def fit_line(
    network: LooseNetwork, cost: Floats, price: Floats | None, rng: np.random.Generator
) -> tuple[Ints | None, Floats]:
    """A cheap line within all limits, and the prices of the limits that gave it.

    Parameters
    ----------
    cost : numpy.ndarray
        Shape (days, 1 + shifts): a day off first; infinity forbids. A little noise is added, so
        that a small change of a price changes a small part of the line.
    price : numpy.ndarray or None
        Prices to begin with, such as those of a person with like limits.

    Returns
    -------
    tuple
        The line is None where no prices were found within a number of tries.
    """
    finite = np.abs(cost[np.isfinite(cost)])
    scale = max(float(finite.mean()), 1.0)
    noisy = cost + rng.uniform(0.0, NOISE * scale, cost.shape)
    size = [max(float(limit.amount.mean()), 1e-9) for limit in network.limits]
    step, last = np.full(len(size), FIRST_STEP * scale), np.zeros(len(size))
    if price is None or price.size != len(size):
        price = np.zeros(len(size))
    for _ in range(MOST_TRIES):
        priced = noisy.copy()
        for limit, unit, each in zip(network.limits, size, price, strict=True):
            if each:
                priced[:, 1:] += each / unit * limit.amount
        _, lines = cheapest_lines(network.automaton, priced, 1)
        if not lines:
            break
        side = np.array([_side_of(limit, limit.measure(lines[0])) for limit in network.limits])
        if not side.any():
            return lines[0], price
        turned = side * last
        step = np.where(turned > 0, step * FASTER, np.where(turned < 0, step * SLOWER, step))
        price = price + step * side
        last = np.where(side != 0, side, last)
    return None, price


def _side_of(limit: Limit, amount: float) -> float:
    """1 above the limits, -1 below them, 0 within."""
    return float(amount > limit.high + 1e-9) - float(amount < limit.low - 1e-9)


def _side(limit: Floats | None, person: int, otherwise: float) -> float:
    if limit is None or not np.isfinite(limit[person]):
        return otherwise
    return float(limit[person])
