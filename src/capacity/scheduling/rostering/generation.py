"""Generate lines against the duals of cover until the bound of all lines is met."""

from __future__ import annotations

import math

import numpy as np

from capacity.scheduling.rostering.lines import (
    LinePool,
    dual_limits,
    master_program,
    price_lines,
    relaxed_master,
)
from capacity.scheduling.rostering.problem import Floats
from capacity.scheduling.rostering.state import Search

GENERATION_SHARE = 0.3
WIDEST = 20.0
NARROWEST = 0.05


def generate_lines(search: Search, pool: LinePool, center: Floats) -> None:
    """Column generation in a box around the best duals.

    The master's duals stay within a box around the duals of the best bound so far, which widens
    where the master's promise comes true and narrows where it fails (a trust region, as in the
    boxstep method [Marsten, Hogan and Blankenship 1975, Operations Research 23(3)]). Every round
    gives a proven (Lagrangian) bound.
    """
    low, high = dual_limits(pool)
    need = search.model.program.row_lower[search.model.cover_rows]
    width = max(2.0, float(np.abs(search.model.program.cost).max()) / 50)
    seconds = search.seconds_of(GENERATION_SHARE)
    until = math.inf if seconds is None else search.elapsed + seconds
    best, promise, asked = -math.inf, math.inf, np.clip(center, low, high)
    for _ in range(search.limits.line_rounds if seconds is None else 10**6):
        bound, new = price_lines(pool, asked)
        if bound > best:
            width = min(width * 1.5, WIDEST) if bound - best > 0.3 * (promise - best) else width
            best, center = bound, asked
            search.raise_bound(bound)
        elif bound < best - 3 * (promise - best):
            width = max(width * 0.6, NARROWEST)
        box = np.minimum(np.maximum(low, center - width), high), np.minimum(high, center + width)
        master = relaxed_master(master_program(pool, np.arange(len(pool.lines)), need, box=box))
        if master.row_dual is None or search.elapsed >= until or search.is_over:
            break
        last, asked, promise = asked, master.row_dual[: need.size], master.objective
        is_still = not new and bool(np.allclose(asked, last, rtol=0.0, atol=1e-9))
        if promise - best < max(0.2 * search.step, 1e-5 * abs(best)) or is_still:
            break
