"""The walk from roster to roster: moves, exact tries between them, a helper beside them."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

import numpy as np

from capacity.program import Engine, SolveOptions, restrict, solve
from capacity.scheduling.rostering.helper import Helper
from capacity.scheduling.rostering.line_moves import dive, trade_lines
from capacity.scheduling.rostering.lines import LinePool
from capacity.scheduling.rostering.moves import (
    Kind,
    Move,
    Shape,
    draw_move,
    draw_shape,
    draw_team,
    free_columns,
)
from capacity.scheduling.rostering.problem import Bools, Ints, RosterProblem
from capacity.scheduling.rostering.state import Search

MEDIUM, MEDIUM_WITH_CLOCK = 6_000, 20_000
FIRST_SIZE, SMALLEST_SIZE, LARGEST_SIZE = 300.0, 60.0, 40_000.0
FIRST_TEAM, SMALLEST_TEAM, LARGEST_TEAM = 6.0, 3.0, 12.0
TRADES, TRADES_WHERE_TIGHT = 0.8, 0.1
COSTLY, COSTLY_WHERE_TIGHT = 0.25, 0.8
QUICK_PART = 0.4
MOVE_SHARE, SHORTEST_MOVE, LONGEST_MOVE = 0.01, 0.5, 2.0
LEAN_ROOM = 0.3
HELPER_COLUMNS = 60_000
PATIENCE, SLACK = 15, 0.01
HOPELESS_GAP = 0.03
FAR_PHASE = 0.04
MOVE_PHASE, EXACT_PHASE, LEAN_PHASE, HELPER_PHASE = 0.3, 0.3, 0.05, 0.35
HELPER_SECONDS = 60.0


@dataclass(kw_only=True, eq=False)
class Walk:
    """Moves from roster to roster; the sizes of the moves follow what they cost."""

    search: Search
    problem: RosterProblem
    rng: np.random.Generator
    helper: Helper | None = None
    pool: LinePool | None = None
    sizes: dict[Shape, float] = field(default_factory=dict)
    team: float = FIRST_TEAM
    stalled: int = 0
    helped: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    helped_until: float = math.inf

    def run(self) -> None:
        """Moves until they stall, then the exact program, as long as the limits allow."""
        search, limits = self.search, self.search.limits
        every = np.ones(search.lean.size, dtype=bool)
        if limits.wall_seconds is None:
            self.move_about(moves=limits.moves // 4)
            if self.is_exact and search.gap > limits.gap:
                solve_cells(search, search.lean, share=LEAN_PHASE, name="lean cells")
            self.move_about(moves=limits.moves - search.moves)
            if self.is_exact:
                solve_cells(search, every, share=1.0, name="exact")
            return
        while not search.is_over:
            far = search.gap > HOPELESS_GAP and self.pool is not None and not search.is_tight
            self.move_about(moves=limits.moves, share=FAR_PHASE if far else MOVE_PHASE)
            if far and self.pool is not None and search.gap > HOPELESS_GAP:
                dive(search, self.pool, self.rng)
            if self.is_exact and search.gap > HOPELESS_GAP:
                solve_cells(search, search.lean, share=LEAN_PHASE, name="lean cells")
            elif self.is_exact and self.helper is None:
                solve_cells(search, every, share=EXACT_PHASE, name="exact")

    @property
    def is_exact(self) -> bool:
        """Whether the program of a better roster is small enough for the exact solver."""
        limits, hopeful = self.search.limits, self.search.hopeful & self.search.model.cells
        most = MEDIUM if limits.wall_seconds is None else MEDIUM_WITH_CLOCK
        return limits.proof_nodes > 0 and int(hopeful.sum()) <= most

    def move_about(self, *, moves: int, share: float = 1.0) -> None:
        """Neighbourhood moves until they stall, their number is used up or their time is over."""
        search, made, self.stalled = self.search, 0, 0
        search.here, search.here_objective = search.values, search.objective
        seconds = search.seconds_of(share)
        until = math.inf if seconds is None else search.elapsed + seconds
        while made < moves and self.stalled < search.limits.stall:
            if search.is_over or search.elapsed >= until:
                return
            self.hear_helper()
            search.slack = SLACK * abs(search.objective) if self.stalled >= PATIENCE else 0.0
            better = self.trade() if self.rng.random() < self.trades else self.free_cells()
            made, self.stalled = made + 1, 0 if better else self.stalled + 1

    @property
    def trades(self) -> float:
        """Share of moves that trade lines."""
        if self.pool is None:
            return 0.0
        return TRADES_WHERE_TIGHT if self.search.is_tight else TRADES

    def trade(self) -> bool:
        """Trade the lines of a random team; whether it helped."""
        if self.pool is None:
            return False
        search, count = self.search, int(self.team)
        people = draw_team(search.model, self.problem, search.here, count, self.rng)
        better, cheap = trade_lines(search, self.pool, people, self.rng)
        self.team = min(self.team + 0.1, LARGEST_TEAM) if cheap else self.team - 0.5
        self.team = max(self.team, SMALLEST_TEAM)
        return better

    def free_cells(self) -> bool:
        """Free some people and days for the exact solver; whether it helped."""
        search = self.search
        costly = COSTLY_WHERE_TIGHT if search.is_tight else COSTLY
        costly = costly if search.reduced.any() else 0.0
        shape = draw_shape(self.problem.days, costly, self.stalled, self.rng)
        size = self.sizes.get(shape, FIRST_SIZE)
        move = draw_move(search, self.problem, shape, size, self.rng)
        better, is_quick = try_move(search, move)
        size *= 1.1 if is_quick else 0.9
        self.sizes[shape] = min(max(size, SMALLEST_SIZE), LARGEST_SIZE)
        return better

    def ask_helper(self) -> None:
        """Have the whole program solved beside the search, from the best roster."""
        search = self.search
        if self.helper is None or search.is_over or search.limits.wall_seconds is None:
            return
        begun = math.isfinite(search.objective)
        kept = search.hopeful | (search.values > 0.5)
        if kept.sum() > HELPER_COLUMNS:
            return
        part, self.helped = restrict(search.model.program, kept, np.zeros(kept.size))
        self.helped_until = search.objective
        phase = HELPER_PHASE * search.limits.wall_seconds
        options = SolveOptions(
            engine=Engine.DIRECT,
            nodes=None,
            gap=search.cut_gap if begun else 1e-6,
            wall_seconds=min(max(phase, HELPER_SECONDS), search.left or 0.0),
        )
        self.helper.start(part, options, search.values[self.helped] if begun else None)

    def hear_helper(self) -> None:
        """Take what the helper found, and set it to work again."""
        found = None if self.helper is None else self.helper.take()
        if found is None:
            return
        self.search.raise_bound(min(found.bound, self.helped_until))
        if found.status.has_solution:
            values = np.zeros(self.search.values.size)
            values[self.helped] = found.values
            self.search.accept(values, "helper")
        self.ask_helper()


def try_move(search: Search, move: Move) -> tuple[bool, bool]:
    """Solve one neighbourhood exactly; whether it improved, and whether it was solved quickly."""
    free = free_columns(search.model, move)
    if move.shape.kind is Kind.COSTLY and move.is_lean:
        near = search.reduced <= LEAN_ROOM * max(search.here_objective - search.floor, 0.0)
        free &= near | ~search.model.cells | (search.here > 0.5)
    elif move.is_lean:
        free &= search.lean | (search.here > 0.5)
    free &= search.hopeful | (search.here > 0.5)
    part, index = restrict(
        search.model.program, free, search.here, by_column=search.model.by_column
    )
    wall, began = search.limits.wall_seconds, time.perf_counter()
    most = None if wall is None else min(max(MOVE_SHARE * wall, SHORTEST_MOVE), LONGEST_MOVE)
    options = SolveOptions(
        engine=Engine.DIRECT,
        nodes=search.limits.move_nodes,
        gap=search.cut_gap,
        wall_seconds=None if most is None else min(most, search.left or 0.0),
    )
    found = solve(part, options, start=search.here[index], apart=False)
    search.moves += 1
    if not found.status.has_solution:
        return False, False
    is_quick = found.stopped_by == "finished"
    if most is not None:
        is_quick &= time.perf_counter() - began < QUICK_PART * most
    values = search.here.copy()
    values[index] = found.values
    return search.accept(values, move.shape.kind.value), is_quick


def solve_cells(search: Search, free: Bools, *, share: float, name: str) -> None:
    """The program in the free columns from the best roster; with all of them it lifts the bound.

    Columns too dear for a better roster are left out.
    """
    if search.is_over:
        return
    until = search.objective
    kept = (free & search.hopeful) | (search.values > 0.5)
    part, index = restrict(search.model.program, kept, np.zeros(kept.size))
    wall = search.seconds_of(share)
    options = SolveOptions(
        engine=Engine.DIRECT,
        nodes=search.limits.proof_nodes if wall is None else None,
        gap=search.cut_gap,
        wall_seconds=wall,
    )
    found = solve(part, options, start=search.values[index], apart=False)
    if free.all():
        search.raise_bound(min(found.bound, until))
    if found.status.has_solution:
        values = np.zeros(search.values.size)
        values[index] = found.values
        search.accept(values, name)
