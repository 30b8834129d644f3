"""The walk from roster to roster: moves, exact tries between them, a helper beside them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capacity.program import Engine, SolveOptions, restrict, solve
from capacity.scheduling.rostering.helper import Helper
from capacity.scheduling.rostering.line_moves import trade_lines
from capacity.scheduling.rostering.lines import LinePool
from capacity.scheduling.rostering.moves import Move, draw_move, draw_team, free_columns
from capacity.scheduling.rostering.problem import Bools, RosterProblem
from capacity.scheduling.rostering.state import MOVE_SHARE, Search

MEDIUM = 20_000
FIRST_SIZE, SMALLEST_SIZE, LARGEST_SIZE = 200.0, 60.0, 40_000.0
FIRST_TEAM, SMALLEST_TEAM, LARGEST_TEAM = 6.0, 3.0, 12.0
TRADES = 0.8
PATIENCE, SLACK = 15, 0.01
HOPELESS_GAP = 0.03
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
    size: float = FIRST_SIZE
    team: float = FIRST_TEAM
    stalled: int = 0

    def run(self) -> None:
        """Moves until they stall, then the exact program, as long as the limits allow."""
        search, limits = self.search, self.search.limits
        is_exact = limits.proof_nodes > 0 and int(search.model.cells.sum()) <= MEDIUM
        every = np.ones(search.lean.size, dtype=bool)
        if limits.wall_seconds is None:
            self.move_about(moves=limits.moves // 4)
            if is_exact and search.gap > limits.gap:
                solve_cells(search, search.lean, share=LEAN_PHASE, name="lean cells")
            self.move_about(moves=limits.moves - search.moves)
            if limits.proof_nodes:
                solve_cells(search, every, share=1.0, name="exact")
            return
        while not search.is_over:
            self.move_about(moves=limits.moves, share=MOVE_PHASE)
            if is_exact and search.gap > HOPELESS_GAP:
                solve_cells(search, search.lean, share=LEAN_PHASE, name="lean cells")
            elif is_exact and self.helper is None:
                solve_cells(search, every, share=EXACT_PHASE, name="exact")

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
        return 0.0 if self.pool is None else TRADES

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
        move = draw_move(self.search.model, self.problem, self.search.here, self.size, self.rng)
        better, exact = try_move(self.search, move)
        size = self.size * (1.1 if exact else 0.9)
        self.size = min(max(size, SMALLEST_SIZE), LARGEST_SIZE)
        return better

    def ask_helper(self) -> None:
        """Have the whole program solved beside the search, from the best roster."""
        search = self.search
        if self.helper is None or search.is_over or search.limits.wall_seconds is None:
            return
        begun = math.isfinite(search.objective)
        phase = HELPER_PHASE * search.limits.wall_seconds
        options = SolveOptions(
            engine=Engine.DIRECT,
            nodes=None,
            gap=search.cut_gap if begun else 1e-6,
            wall_seconds=min(max(phase, HELPER_SECONDS), search.left or 0.0),
        )
        self.helper.start(search.model.program, options, search.values if begun else None)

    def hear_helper(self) -> None:
        """Take what the helper found, and set it to work again."""
        found = None if self.helper is None else self.helper.take()
        if found is None:
            return
        self.search.raise_bound(found.bound)
        if found.status.has_solution:
            self.search.accept(found.values, "helper")
        self.ask_helper()


def try_move(search: Search, move: Move) -> tuple[bool, bool]:
    """Solve one neighbourhood exactly; whether it improved, and whether it was solved out."""
    free = free_columns(search.model, move)
    if move.is_lean:
        free &= search.lean | (search.here > 0.5)
    part, index = restrict(
        search.model.program, free, search.here, by_column=search.model.by_column
    )
    options = SolveOptions(
        engine=Engine.DIRECT,
        nodes=search.limits.move_nodes,
        gap=search.cut_gap,
        wall_seconds=search.seconds_of(MOVE_SHARE),
    )
    found = solve(part, options, start=search.here[index], apart=False)
    search.moves += 1
    if not found.status.has_solution:
        return False, False
    values = search.here.copy()
    values[index] = found.values
    return search.accept(values, move.name), found.stopped_by == "finished"


def solve_cells(search: Search, free: Bools, *, share: float, name: str) -> None:
    """The program in the free columns from the best roster; with all of them it lifts the bound."""
    if search.is_over:
        return
    kept = free | (search.values > 0.5)
    part, index = restrict(search.model.program, kept, np.where(kept, search.values, 0.0))
    wall = search.seconds_of(share)
    options = SolveOptions(
        engine=Engine.DIRECT,
        nodes=search.limits.proof_nodes if wall is None else None,
        gap=search.cut_gap,
        wall_seconds=wall,
    )
    found = solve(part, options, start=search.values[index], apart=False)
    if kept.all():
        search.raise_bound(found.bound)
    if found.status.has_solution:
        values = np.zeros(search.values.size)
        values[index] = found.values
        search.accept(values, name)
