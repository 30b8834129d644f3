"""The named-person engine: a built roster, a proven bound, and a search over neighbourhoods."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

import numpy as np

from capacity.domain.effort import SolveStatus
from capacity.domain.seeds import stream
from capacity.errors import InfeasibleError
from capacity.program import Engine, Method, SolveOptions, restrict, solve
from capacity.scheduling.rostering.construction import build_roster
from capacity.scheduling.rostering.model import RosterModel, build_model
from capacity.scheduling.rostering.moves import Move, draw_move, free_columns
from capacity.scheduling.rostering.problem import Floats, Ints, RosterProblem

SMALL = 1_000
FIRST_SIZE, SMALLEST_SIZE, LARGEST_SIZE = 400.0, 60.0, 40_000.0


@dataclass(frozen=True, kw_only=True)
class SearchLimits:
    """When to stop. Without `wall_seconds` the same seed gives the same roster, byte for byte.

    Parameters
    ----------
    moves : neighbourhood moves tried at most.
    stall : moves without progress after which the exact solver tries again.
    move_nodes : branch-and-bound nodes of one move.
    proof_nodes : nodes of the exact program, started from the best roster (0: no exact try).
    gap : stop when (objective - bound) / |objective| is at most this.
    wall_seconds : stop by the clock; opt-in, recorded in the result.
    """

    moves: int = 400
    stall: int = 60
    move_nodes: int = 60
    proof_nodes: int = 2_000
    gap: float = 1e-4
    wall_seconds: float | None = None


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
    """The state of one search; verbs below change it."""

    model: RosterModel
    limits: SearchLimits
    values: Floats
    objective: float
    bound: float
    step: float
    began: float
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
    def is_proven(self) -> bool:
        """Whether the bound meets the objective."""
        return self.objective - self.bound <= max(self.limits.gap * abs(self.objective), 1e-6)

    @property
    def is_over(self) -> bool:
        """Whether the roster is proven, or the clock has run out."""
        return self.is_proven or self.left == 0.0

    def raise_bound(self, bound: float) -> None:
        """Take a proven bound, lifted to the next value that an objective can have."""
        if math.isfinite(bound):
            lifted = bound if self.step == 0 else math.ceil(bound / self.step - 1e-6) * self.step
            self.bound = max(self.bound, lifted)

    def accept(self, values: Floats, name: str) -> bool:
        """Take a roster that is not worse; True if it is better."""
        program = self.model.program
        objective = float(program.cost @ values) + program.offset
        better = objective < self.objective - 1e-7
        if objective <= self.objective + 1e-9:
            self.values, self.objective = values, objective
        if better:
            self.trail.append((self.elapsed, objective, name))
        return better


def search_roster(
    problem: RosterProblem, *, seed: int = 0, limits: SearchLimits | None = None
) -> RosterSolution:
    """Find a cheap roster for a problem and prove how good it is.

    Builds a roster a few people at a time, bounds it by the linear relaxation (interior point
    without crossover), then in turn frees neighbourhoods of people and days for small exact
    programs (large neighbourhood search) and gives the whole program to the exact solver from
    the best roster.

    Raises
    ------
    InfeasibleError
        The hard rules of some person contradict each other.
    """
    limits = limits or SearchLimits()
    began = time.perf_counter()
    model = build_model(problem)
    values = build_roster(problem, model, seed=seed)
    program = model.program
    search = Search(
        model=model,
        limits=limits,
        values=values,
        objective=float(program.cost @ values) + program.offset,
        bound=-math.inf,
        step=objective_step(model),
        began=began,
    )
    search.trail.append((search.elapsed, search.objective, "built"))
    bound_by_relaxation(search)
    alternate(search, problem, seed)
    return _solution(search)


def objective_step(model: RosterModel) -> float:
    """Largest step in which every objective is a multiple, 0 if prices are not whole numbers."""
    prices = np.append(model.program.cost, model.program.offset)
    if not np.equal(prices, np.round(prices)).all():
        return 0.0
    return float(max(np.gcd.reduce(np.abs(prices).astype(np.int64)), 1))


def bound_by_relaxation(search: Search) -> None:
    """A proven bound by interior point without crossover, from its duals."""
    options = SolveOptions(relaxed=True, method=Method.INTERIOR, engine=Engine.DIRECT)
    search.raise_bound(solve(search.model.program, options).bound)


def alternate(search: Search, problem: RosterProblem, seed: int) -> None:
    """Neighbourhood moves until they stall, then the exact program, until a limit is met.

    A small program goes to the exact solver at once: a neighbourhood would be all of it.
    """
    rng = stream(seed, "roster search")
    limits = search.limits
    integers = int(search.model.program.integer.sum())
    size, nodes = FIRST_SIZE, limits.proof_nodes
    stalled = limits.stall if integers <= SMALL else 0
    while not search.is_over:
        if stalled >= limits.stall or search.moves >= limits.moves:
            solved_out = bool(nodes) and prove(search, nodes)
            if (
                solved_out
                or search.moves >= limits.moves
                or (nodes and limits.wall_seconds is None)
            ):
                return
            nodes, stalled = 4 * nodes, 0
            continue
        move = draw_move(search.model, problem, search.values, size, rng)
        better, exact = try_move(search, move, seed)
        stalled = 0 if better else stalled + 1
        size = min(size * 1.1, LARGEST_SIZE) if exact else max(size * 0.9, SMALLEST_SIZE)


def try_move(search: Search, move: Move, seed: int) -> tuple[bool, bool]:
    """Solve one neighbourhood exactly; whether it improved, and whether it was solved out."""
    free = free_columns(search.model, move)
    part, index = restrict(search.model.program, free, search.values)
    options = SolveOptions(
        engine=Engine.DIRECT,
        nodes=search.limits.move_nodes,
        gap=_gap_of(search),
        wall_seconds=search.left,
        seed=seed,
    )
    found = solve(part, options, start=search.values[index], apart=False)
    search.moves += 1
    if not found.status.has_solution:
        return False, False
    values = search.values.copy()
    values[index] = found.values
    return search.accept(values, move.name), found.stopped_by == "finished"


def prove(search: Search, nodes: int) -> bool:
    """The whole program from the best roster; raises the bound, True if it was solved out."""
    options = SolveOptions(
        engine=Engine.DIRECT, nodes=nodes, gap=_gap_of(search), wall_seconds=search.left
    )
    found = solve(search.model.program, options, start=search.values, apart=False)
    search.raise_bound(found.bound)
    if found.status.has_solution:
        search.accept(found.values, "exact")
    return found.stopped_by == "finished"


def _gap_of(search: Search) -> float:
    """Relative gap below which no better roster can exist."""
    step_gap = 0.99 * search.step / max(abs(search.objective), 1.0)
    return max(step_gap, min(search.limits.gap, 1e-6))


def _solution(search: Search) -> RosterSolution:
    if not math.isfinite(search.objective):
        raise InfeasibleError("The roster search ended without a roster.")
    proven = search.objective - search.bound <= max(1e-4 * abs(search.objective), 1e-6)
    return RosterSolution(
        chosen=search.model.chosen(search.values),
        objective=search.objective,
        bound=min(search.bound, search.objective),
        status=SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE,
        seconds=search.elapsed,
        moves=search.moves,
        size=search.model.program.size_text,
        trail=tuple(search.trail),
        wall_seconds=search.limits.wall_seconds,
    )
