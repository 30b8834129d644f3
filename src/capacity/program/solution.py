"""What a solve returns: a status that cannot be mistaken for data, and guarded values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from capacity.domain.effort import SolveStatus
from capacity.errors import DataError, SolverError
from capacity.program.slots import FloatArray
from capacity.program.stacking import Program


class Engine(Enum):
    """Which solver runs the program.

    HIGHS: through PuLP, in one model pass. DIRECT: HiGHS on the arrays themselves, for the
    many small programs of a search. CBC: through PuLP, a second opinion (bundled with PuLP 3).
    """

    HIGHS = "highs"
    DIRECT = "direct"
    CBC = "cbc"


class Method(Enum):
    """How HiGHS solves a continuous program.

    INTERIOR is interior point without crossover (fastest bound of a large program), VERTEX the
    same with crossover to a basis, from which a `Session` goes on by simplex.
    """

    CHOOSE = "choose"
    SIMPLEX = "simplex"
    INTERIOR = "interior"
    VERTEX = "vertex"


@dataclass(frozen=True, kw_only=True)
class SolveOptions:
    """When to stop and how to work. Everything here repeats, except `wall_seconds`.

    Parameters
    ----------
    gap : stop when (objective - bound) / |objective| is at most this.
    nodes, stall_nodes : stop after so many branch-and-bound nodes (in all; without progress).
    improvements : stop after so many improving solutions.
    iterations : limit of simplex or interior-point iterations of a continuous program.
    relaxed : drop integrality.
    method : for continuous programs.
    wall_seconds : stop by the clock; opt-in, because results then differ between runs. It is
        recorded in `Solution.wall_seconds`. Blocks that are solved apart share it by their size.
    seed : of the solver.
    """

    gap: float = 1e-4
    nodes: int | None = 20_000
    stall_nodes: int | None = None
    improvements: int | None = None
    iterations: int | None = None
    relaxed: bool = False
    method: Method = Method.CHOOSE
    wall_seconds: float | None = None
    seed: int = 0
    engine: Engine = Engine.HIGHS

    def __post_init__(self) -> None:
        if not 0 <= self.gap < np.inf:
            raise DataError(f"SolveOptions.gap must be >= 0, got {self.gap}.")
        for name in ("nodes", "stall_nodes", "improvements", "iterations", "wall_seconds"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise DataError(f"SolveOptions.{name} must be >= 0, got {value}.")


@dataclass(frozen=True, kw_only=True)
class Solution:
    """The outcome of `solve`. Values are readable only if there is a solution.

    `bound` is a proven lower bound of the objective (-inf if none is known), `stopped_by` says
    why the solver ended in plain words, `row_dual` holds the duals of a continuous program.
    """

    program: Program
    status: SolveStatus
    bound: float
    stopped_by: str
    seconds: float
    nodes: int = 0
    iterations: int = 0
    wall_seconds: float | None = None
    raw_values: FloatArray | None = None
    row_dual: FloatArray | None = None

    @property
    def values(self) -> FloatArray:
        """The value of every column; integers exact. Raises `SolverError` without a solution."""
        if not self.status.has_solution or self.raw_values is None:
            raise SolverError(
                f"there is no solution to read: {self.status.value} ({self.stopped_by})."
            )
        return self.raw_values

    @property
    def objective(self) -> float:
        """Cost of the solution, offset included. Raises `SolverError` without a solution."""
        return float(self.program.cost @ self.values) + self.program.offset

    @property
    def gap(self) -> float:
        """(objective - bound) / |objective|, infinite if no bound is known."""
        if not np.isfinite(self.bound):
            return float("inf")
        return max(0.0, self.objective - self.bound) / max(abs(self.objective), 1e-9)

    def take(self, family: str) -> FloatArray:
        """Values of one family of decisions."""
        return self.program.take(family, self.values)

    def broken(self, rule: str) -> FloatArray:
        """By how much each row of a rule is broken (below < 0 < above)."""
        return self.program.broken(rule, self.values)
