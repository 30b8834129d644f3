"""The state of a roster search: the best roster, the proven bound and the clock."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

import numpy as np

from capacity.domain.effort import SolveStatus
from capacity.errors import DataError
from capacity.scheduling.rostering.model import RosterModel
from capacity.scheduling.rostering.problem import Bools, Floats, Ints


@dataclass(frozen=True, kw_only=True)
class SearchLimits:
    """When to stop. Without `wall_seconds` the same seed gives the same roster, byte for byte.

    Parameters
    ----------
    moves : neighbourhood moves tried at most.
    stall : moves without progress after which the exact solver tries again.
    move_nodes : branch-and-bound nodes of one move.
    proof_nodes : nodes of the exact program, started from the best roster (0: no exact try).
    line_rounds : rounds in which every person's best lines are sought against the duals of
        cover (0: no lines).
    gap : stop when (objective - bound) / |objective| is at most this.
    wall_seconds : stop by the clock; opt-in, recorded in the result.
    workers : 2 has the exact solver work on the whole program in a second process; with
        `wall_seconds` only, because what it finds when depends on the machine. A script that
        asks for it needs the guard `if __name__ == "__main__"`.
    """

    moves: int = 400
    stall: int = 60
    move_nodes: int = 60
    proof_nodes: int = 2_000
    line_rounds: int = 80
    gap: float = 1e-4
    wall_seconds: float | None = None
    workers: int = 1

    def __post_init__(self) -> None:
        if self.workers not in (1, 2) or (self.workers == 2 and self.wall_seconds is None):
            raise DataError(
                f"SearchLimits.workers = {self.workers} with wall_seconds = {self.wall_seconds}: "
                "it is 1, or 2 together with wall_seconds. Fix: set wall_seconds."
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class RosterSolution:
    """The best roster found and how good it is proven to be.

    `chosen` (people, days) holds the shift type, -1 for a day off; `trail` the seconds, objective
    and step of every improvement.
    """

    chosen: Ints
    objective: float
    bound: float
    status: SolveStatus
    seconds: float
    moves: int
    size: str
    trail: tuple[tuple[float, float, str], ...]
    wall_seconds: float | None = None

    @property
    def gap(self) -> float:
        """Relative distance between objective and proven bound."""
        return max(0.0, self.objective - self.bound) / max(abs(self.objective), 1e-9)


@dataclass(kw_only=True, eq=False)
class Search:
    """The state of one search.

    `values` is the best roster; `here` is where the walk stands, a roster that may cost up to
    `slack` more. `lean` marks the columns that the relaxation finds promising; `reduced` says
    what a unit of each column adds to `floor`, the bound of the relaxation. `is_tight` says that
    no bound of lines lies above the floor.
    """

    model: RosterModel
    limits: SearchLimits
    values: Floats
    objective: float
    bound: float
    step: float
    began: float
    lean: Bools
    reduced: Floats
    floor: float
    is_tight: bool = False
    here: Floats = field(default_factory=lambda: np.zeros(0))
    here_objective: float = math.inf
    slack: float = 0.0
    moves: int = 0
    trail: list[tuple[float, float, str]] = field(default_factory=list)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.began

    @property
    def left(self) -> float | None:
        """Seconds left, None without a clock."""
        wall = self.limits.wall_seconds
        return None if wall is None else max(0.0, wall - self.elapsed)

    @property
    def gap(self) -> float:
        """Relative distance between the best roster and the bound."""
        return max(0.0, self.objective - self.bound) / max(abs(self.objective), 1e-9)

    @property
    def is_proven(self) -> bool:
        """Whether the bound meets the objective."""
        if not math.isfinite(self.objective):
            return False
        return self.objective - self.bound <= max(self.limits.gap * abs(self.objective), 1e-6)

    @property
    def is_over(self) -> bool:
        """Whether the roster is proven, or the clock has run out."""
        return self.is_proven or self.left == 0.0

    @property
    def cut_gap(self) -> float:
        """Relative gap below which no better roster can exist."""
        step_gap = 0.99 * self.step / max(abs(self.objective), 1.0)
        return max(step_gap, min(self.limits.gap, 1e-6))

    @property
    def hopeful(self) -> Bools:
        """Columns of which a better roster may hold a unit; the others cost more than is left."""
        room = self.objective - self.floor + 1e-6 * max(abs(self.floor), 1.0)
        return (self.reduced <= room) | ~self.model.program.integer

    def seconds_of(self, share: float) -> float | None:
        """Part of the whole time, at most what is left; None without a clock."""
        wall = self.limits.wall_seconds
        return None if wall is None else min(share * wall, self.left or 0.0)

    def raise_bound(self, bound: float) -> None:
        """Take a proven bound, lifted to the next value that an objective can have."""
        if math.isfinite(bound):
            lifted = bound if self.step == 0 else math.ceil(bound / self.step - 1e-6) * self.step
            self.bound = max(self.bound, lifted)

    def cost_of(self, values: Floats) -> float:
        """Objective of a roster, freed of rounding noise where prices are whole numbers."""
        program = self.model.program
        objective = float(program.cost @ values) + program.offset
        whole = round(objective / self.step) * self.step if self.step else objective
        return whole if abs(whole - objective) < 1e-4 else objective

    def accept(self, values: Floats, name: str) -> bool:
        """Take a roster that is not worse, or walk to one within the slack; True if better."""
        objective = self.cost_of(values)
        better = objective < self.objective - 1e-7
        if objective <= self.objective + max(self.slack, 1e-9):
            self.here, self.here_objective = values, objective
        if objective <= self.objective + 1e-9:
            self.values, self.objective = values, objective
        if better:
            self.trail.append((self.elapsed, objective, name))
        return better


def objective_step(model: RosterModel) -> float:
    """Largest step of which every objective is a multiple, 0 if prices are not whole numbers."""
    prices = np.append(model.program.cost, model.program.offset)
    if not np.equal(prices, np.round(prices)).all():
        return 0.0
    return float(max(np.gcd.reduce(np.abs(prices).astype(np.int64)), 1))
