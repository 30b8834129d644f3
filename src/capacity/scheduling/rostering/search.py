"""The named-person engine: a built roster, a proven bound, and a search over neighbourhoods."""

from __future__ import annotations

import math
import time

import numpy as np

from capacity.domain.effort import SolveStatus
from capacity.domain.seeds import stream
from capacity.program import Engine, Method, SolveOptions, restrict, solve
from capacity.scheduling.rostering.construction import build_roster
from capacity.scheduling.rostering.lines import LinePool, open_pool
from capacity.scheduling.rostering.model import RosterModel, build_model
from capacity.scheduling.rostering.moves import Move, draw_move, free_columns
from capacity.scheduling.rostering.problem import Bools, RosterProblem
from capacity.scheduling.rostering.recombination import combine_lines, generate_lines
from capacity.scheduling.rostering.state import (
    MOVE_SHARE,
    RosterSolution,
    Search,
    SearchLimits,
    objective_step,
)

SMALL, SMALL_WITH_CLOCK, MEDIUM = 1_000, 6_000, 20_000
EXACT_SHARE = 0.25
LEAN_SHARE = 0.3
LINE_GAP = 0.01
MOST_LINE_PEOPLE = 120
FIRST_SIZE, SMALLEST_SIZE, LARGEST_SIZE = 200.0, 60.0, 40_000.0
DEFAULT_LIMITS = SearchLimits()


def search_roster(
    problem: RosterProblem, *, seed: int = 0, limits: SearchLimits = DEFAULT_LIMITS
) -> RosterSolution:
    """Find a cheap roster for a problem and prove how good it is.

    Builds a roster a few people at a time and bounds it by the linear relaxation (interior
    point without crossover). Then, until the bound meets the roster or a limit is reached: the
    whole program goes to the exact solver if it is small; neighbourhoods of people and days are
    freed for small exact programs (large neighbourhood search); lines of single persons are
    generated against the duals of cover, which lifts the bound, and the program is solved in
    the cells of the best lines alone.

    Raises
    ------
    InfeasibleError
        The hard rules of some person contradict each other.
    """
    began = time.perf_counter()
    model = build_model(problem)
    bound, lean = relax(model)
    search = Search(
        model=model,
        limits=limits,
        values=np.zeros(model.program.cost.size),
        objective=math.inf,
        bound=-math.inf,
        step=objective_step(model),
        began=began,
        lean=lean,
    )
    search.raise_bound(bound)
    solve_at_once(search)
    if not math.isfinite(search.objective):
        search.accept(build_roster(problem, model, seed=seed), "built")
    work_phases(search, problem, seed)
    return _solution(search)


def solve_at_once(search: Search) -> None:
    """A small program goes to the exact solver before any roster is built."""
    limits, cells = search.limits, int(search.model.cells.sum())
    most = SMALL if limits.wall_seconds is None else SMALL_WITH_CLOCK
    if not limits.proof_nodes or cells > most:
        return
    options = SolveOptions(
        engine=Engine.DIRECT,
        nodes=limits.proof_nodes if limits.wall_seconds is None else None,
        gap=1e-6,
        wall_seconds=search.seconds_of(EXACT_SHARE),
    )
    found = solve(search.model.program, options, apart=False)
    search.raise_bound(found.bound)
    if found.status.has_solution:
        search.accept(found.values, "exact")


def relax(model: RosterModel) -> tuple[float, Bools]:
    """A proven bound by interior point without crossover, and the columns worth a first look.

    Lean columns are the helpers and the three tenths of the assignments with the least reduced
    cost at the interior duals: where the relaxation is tight, good rosters lie in them.
    """
    options = SolveOptions(relaxed=True, method=Method.INTERIOR, engine=Engine.DIRECT)
    relaxed = solve(model.program, options)
    cells = model.cells
    if relaxed.row_dual is None or not cells.any():
        return relaxed.bound, np.ones(cells.size, dtype=bool)
    reduced = model.program.cost - model.program.matrix.T @ relaxed.row_dual
    return relaxed.bound, ~cells | (reduced <= np.quantile(reduced[cells], LEAN_SHARE))


def work_phases(search: Search, problem: RosterProblem, seed: int) -> None:
    """Exact program, moves, lines and their cells, and moves again, as far as needed."""
    rng = stream(seed, "roster search")
    limits, people = search.limits, len(problem.people)
    cells = int(search.model.cells.sum())
    every = np.ones(search.lean.size, dtype=bool)
    move_about(search, problem, rng, share=0.12, moves=limits.moves // 4)
    if limits.proof_nodes and SMALL < cells <= MEDIUM and search.gap > limits.gap:
        solve_cells(search, search.lean, share=0.1, name="lean cells")
    if people <= MOST_LINE_PEOPLE and limits.line_rounds and search.gap > LINE_GAP:
        pool = open_pool(search.model, people)
        pool.add_roster(search.values)
        generate_lines(search, pool)
        combine_lines(search, pool)
        _repeat_with_lines(search, problem, rng, pool)
    move_about(search, problem, rng, share=0.6, moves=limits.moves - search.moves)
    if limits.proof_nodes:
        solve_cells(search, every, share=1.0, name="exact")


def _repeat_with_lines(
    search: Search, problem: RosterProblem, rng: np.random.Generator, pool: LinePool
) -> None:
    """With a clock, turn by turn: moves from the combined roster, then its cells again."""
    while search.limits.wall_seconds is not None and not search.is_over:
        move_about(search, problem, rng, share=0.08, moves=search.limits.moves)
        pool.add_roster(search.values)
        combine_lines(search, pool)


def move_about(
    search: Search, problem: RosterProblem, rng: np.random.Generator, *, share: float, moves: int
) -> None:
    """Neighbourhood moves until they stall, their number is used up or their time is over."""
    size, stalled, made = FIRST_SIZE, 0, 0
    seconds = search.seconds_of(share)
    until = math.inf if seconds is None else search.elapsed + seconds
    while made < moves and stalled < search.limits.stall:
        if search.is_over or search.elapsed >= until:
            return
        move = draw_move(search.model, problem, search.values, size, rng)
        better, exact = try_move(search, move)
        made, stalled = made + 1, 0 if better else stalled + 1
        size = min(size * 1.1, LARGEST_SIZE) if exact else max(size * 0.9, SMALLEST_SIZE)


def try_move(search: Search, move: Move) -> tuple[bool, bool]:
    """Solve one neighbourhood exactly; whether it improved, and whether it was solved out."""
    free = free_columns(search.model, move)
    if move.is_lean:
        free &= search.lean | (search.values > 0.5)
    part, index = restrict(search.model.program, free, search.values)
    options = SolveOptions(
        engine=Engine.DIRECT,
        nodes=search.limits.move_nodes,
        gap=search.cut_gap,
        wall_seconds=search.seconds_of(MOVE_SHARE),
    )
    found = solve(part, options, start=search.values[index], apart=False)
    search.moves += 1
    if not found.status.has_solution:
        return False, False
    values = search.values.copy()
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


def _solution(search: Search) -> RosterSolution:
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
