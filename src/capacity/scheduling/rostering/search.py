"""The named-person engine: a built roster, a proven bound, and a search over neighbourhoods."""

from __future__ import annotations

import math
import time

import numpy as np

from capacity.domain.effort import SolveStatus
from capacity.domain.seeds import stream
from capacity.program import Engine, SolveOptions, solve
from capacity.scheduling.rostering.construction import build_roster
from capacity.scheduling.rostering.generation import generate_lines
from capacity.scheduling.rostering.helper import open_helper
from capacity.scheduling.rostering.line_moves import accept_lines, dive
from capacity.scheduling.rostering.lines import (
    LinePool,
    has_networks,
    make_loose,
    open_pool,
    price_lines,
)
from capacity.scheduling.rostering.model import RosterModel, build_model
from capacity.scheduling.rostering.problem import RosterProblem
from capacity.scheduling.rostering.relaxation import Relaxed, relax
from capacity.scheduling.rostering.state import (
    RosterSolution,
    Search,
    SearchLimits,
    objective_step,
)
from capacity.scheduling.rostering.steering import steer_lines
from capacity.scheduling.rostering.walking import Walk

SMALL, SMALL_WITH_CLOCK = 1_000, 6_000
EXACT_SHARE, EXACT_SECONDS = 0.05, 12.0
RELAX_SHARE, BUILD_SHARE = 0.6, 0.3
NONZEROS_A_SECOND, HOPELESS_RELAX = 30_000, 0.5
NETWORK_SHARE, ARCS_A_SECOND = 0.15, 500_000
TIGHT = 1e-6
MOST_HELPED = 150_000
DEFAULT_LIMITS = SearchLimits()


def search_roster(
    problem: RosterProblem, *, seed: int = 0, limits: SearchLimits = DEFAULT_LIMITS
) -> RosterSolution:
    """Find a cheap roster for a problem and prove how good it is.

    Bounds the roster by the linear relaxation (interior point without crossover). Then, until
    the bound meets the roster or a limit is reached: a small program goes to the exact solver;
    lines of single persons are generated against the duals of cover, which lifts the bound, and
    a dive through them gives a roster (where lines cannot be had, people are built in pairs);
    moves free some people and days for small exact programs, or trade the lines of some people.

    Raises
    ------
    InfeasibleError
        The hard rules of some person contradict each other.
    """
    began = time.perf_counter()
    model = build_model(problem)
    wall = limits.wall_seconds
    relaxed = relax(model, None if wall is None else _relax_seconds(model, wall))
    search = Search(
        model=model,
        limits=limits,
        values=np.zeros(model.program.cost.size),
        objective=math.inf,
        bound=-math.inf,
        step=objective_step(model),
        began=began,
        lean=relaxed.lean,
        reduced=relaxed.reduced,
        floor=relaxed.bound,
    )
    search.raise_bound(relaxed.bound)
    solve_at_once(search, most_cells=SMALL)
    rng = stream(seed, "roster search")
    is_helped = limits.workers > 1 and search.lean.size <= MOST_HELPED
    with open_helper(is_helped and not search.is_proven) as helper:
        walk = Walk(search=search, problem=problem, rng=rng, helper=helper)
        walk.ask_helper()
        walk.pool = start_lines(search, problem, relaxed, rng)
        if walk.pool is None and limits.wall_seconds is not None:
            solve_at_once(search, most_cells=SMALL_WITH_CLOCK)
        if not math.isfinite(search.objective):
            seconds = search.seconds_of(BUILD_SHARE)
            search.accept(build_roster(problem, model, seed=seed, wall_seconds=seconds), "built")
        walk.run()
    return _solution(search)


def _relax_seconds(model: RosterModel, wall: float) -> float:
    """Time for the relaxation: none where it cannot end, since half of it gives nothing."""
    expected = model.program.matrix.nnz / NONZEROS_A_SECOND
    return RELAX_SHARE * wall if expected < HOPELESS_RELAX * wall else 0.0


def solve_at_once(search: Search, *, most_cells: int) -> None:
    """A small program goes to the exact solver before any roster is built."""
    limits, cells = search.limits, int(search.model.cells.sum())
    wall = limits.wall_seconds
    if not limits.proof_nodes or cells > most_cells or search.is_proven:
        return
    share = None if wall is None else max(EXACT_SHARE, EXACT_SECONDS / max(wall, EXACT_SECONDS))
    options = SolveOptions(
        engine=Engine.DIRECT,
        nodes=limits.proof_nodes if wall is None else None,
        gap=1e-6,
        wall_seconds=None if share is None else search.seconds_of(min(share, 0.5)),
    )
    found = solve(search.model.program, options, apart=False)
    search.raise_bound(found.bound)
    if found.status.has_solution:
        search.accept(found.values, "exact")


def start_lines(
    search: Search, problem: RosterProblem, relaxed: Relaxed, rng: np.random.Generator
) -> LinePool | None:
    """Lines and a first roster of them, where every person's rules fit a network of states."""
    if search.is_proven or not search.limits.line_rounds:
        return None
    pool = open_pool(problem, search.model)
    if search.limits.wall_seconds is not None:
        pool.most_arcs = ARCS_A_SECOND * NETWORK_SHARE * search.limits.wall_seconds
    if not has_networks(pool):
        if search.limits.wall_seconds is not None and make_loose(pool):
            accept_lines(search, pool, steer_lines(search, pool, relaxed, rng), "loose lines")
        return None
    accept_lines(search, pool, steer_lines(search, pool, relaxed, rng), "steered lines")
    bound, _ = price_lines(pool, relaxed.cover_dual)
    search.raise_bound(bound)
    if relaxed.values is None or bound > relaxed.bound + max(0.2 * search.step, TIGHT * abs(bound)):
        generate_lines(search, pool, relaxed.cover_dual)
        dive(search, pool)
    else:
        search.is_tight = True
    return pool


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
