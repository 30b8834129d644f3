"""Generate lines against the duals of cover, then solve the program in their cells alone."""

from __future__ import annotations

import math

import numpy as np

from capacity.program import Engine, Method, SolveOptions, restrict, solve
from capacity.scheduling.rostering.lines import (
    LinePool,
    master_program,
    price_lines,
    relaxed_master,
    roster_values,
)
from capacity.scheduling.rostering.problem import Bools, Floats
from capacity.scheduling.rostering.state import Search

SMOOTHING = 0.6
LINE_SHARE = 0.45
COMBINE_SHARE = 0.15
COMBINE_NODES = 500
CHOICE_SHARE = 0.04
CELL_SHARE = 0.5


def generate_lines(search: Search, pool: LinePool) -> None:
    """Column generation with smoothed duals; every round gives a proven bound.

    The duals asked are a mean of those of the master and of the best bound so far [Wentges
    1997, International Transactions in Operational Research 4(2)], which saves many rounds.
    """
    options = SolveOptions(relaxed=True, engine=Engine.DIRECT, method=Method.SIMPLEX)
    relaxed = solve(search.model.program, options)
    rows = search.model.cover_rows
    center = (
        np.zeros(rows.stop - rows.start) if relaxed.row_dual is None else relaxed.row_dual[rows]
    )
    best = relaxed.bound
    seconds = search.seconds_of(LINE_SHARE)
    until = math.inf if seconds is None else search.elapsed + seconds
    for _ in range(search.limits.line_rounds if seconds is None else 10**6):
        master = relaxed_master(pool)
        if master.row_dual is None or search.elapsed >= until or search.is_over:
            return
        duals = master.row_dual[: center.size]
        asked = SMOOTHING * center + (1 - SMOOTHING) * duals
        bound, new = price_lines(pool, asked)
        if not new:
            asked = duals
            bound, new = price_lines(pool, asked)
        if bound > best:
            best, center = bound, asked
            search.raise_bound(bound)
        if not new or master.objective - best < max(0.3 * search.step, 1e-4 * abs(best)):
            return


def combine_lines(search: Search, pool: LinePool) -> None:
    """Solve the program in the cells of promising lines, and of the best roster, alone.

    A line is promising if its reduced cost is less than what a better roster may still save;
    cells of different lines may mix within a person, which a choice among lines cannot do.
    """
    if search.is_over:
        return
    master = relaxed_master(pool)
    if master.row_dual is None:
        return
    choose_lines(search, pool)
    if search.is_over:
        return
    room = max(search.objective - max(search.bound, master.objective), search.step)
    free = promising_cells(search, pool, master.values, master.row_dual, room)
    free |= search.values > 0.5
    part, index = restrict(search.model.program, free, np.where(free, search.values, 0.0))
    wall = search.seconds_of(COMBINE_SHARE)
    options = SolveOptions(
        engine=Engine.DIRECT,
        nodes=COMBINE_NODES if wall is None else None,
        gap=search.cut_gap,
        wall_seconds=wall,
    )
    found = solve(part, options, start=search.values[index], apart=False)
    if found.status.has_solution:
        values = np.zeros(search.values.size)
        values[index] = found.values
        search.accept(values, "cells of lines")
        pool.add_roster(values)


def promising_cells(
    search: Search, pool: LinePool, chosen: Floats, duals: Floats, room: float
) -> Bools:
    """Columns of the lines in the master, then of lines by reduced cost (at most `room`).

    Lines are added as long as they fill at most `CELL_SHARE` of all assignments.
    """
    people = len(pool.persons)
    cover, choice = duals[:-people], duals[-people:]
    owner = np.array([line.person for line in pool.lines])
    reduced = (
        np.array([line.cost - float(line.cover @ cover) for line in pool.lines]) - choice[owner]
    )
    reduced[chosen[: owner.size] > 1e-6] = -1.0
    free = ~search.model.cells
    most = free.sum() + CELL_SHARE * search.model.cells.sum()
    for number in np.argsort(reduced, kind="stable"):
        if reduced[number] > room or (reduced[number] >= 0 and free.sum() >= most):
            break
        line = pool.lines[number]
        free[pool.persons[line.person].index[line.values > 0.5]] = True
    return free


def choose_lines(search: Search, pool: LinePool) -> None:
    """The best choice of one whole line for each person."""
    wall = search.seconds_of(CHOICE_SHARE)
    options = SolveOptions(
        engine=Engine.DIRECT,
        nodes=COMBINE_NODES if wall is None else None,
        gap=search.cut_gap,
        wall_seconds=wall,
    )
    found = solve(master_program(pool, integer=True), options, apart=False)
    if found.status.has_solution:
        search.accept(roster_values(pool, found.values), "lines")
