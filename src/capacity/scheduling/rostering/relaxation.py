"""What the linear relaxation says of a roster problem before any roster is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.program import Engine, Method, SolveOptions, solve
from capacity.scheduling.rostering.model import RosterModel
from capacity.scheduling.rostering.problem import Bools, Floats

LEAN_SHARE = 0.3


@dataclass(frozen=True, kw_only=True, eq=False)
class Relaxed:
    """A proven bound, the columns worth a first look, and the duals of the cover rows.

    `reduced` is what one unit of each column adds to the bound at least (zero where unknown);
    `values` the interior point, None where the clock ended the relaxation first.
    """

    bound: float
    lean: Bools
    cover_dual: Floats
    reduced: Floats
    values: Floats | None


def relax(model: RosterModel, wall_seconds: float | None = None) -> Relaxed:
    """A proven bound by interior point without crossover, and the columns worth a first look.

    Lean columns are the helpers and the three tenths of the assignments with the least reduced
    cost at the interior duals: where the relaxation is tight, good rosters lie in them. Where
    the clock ends the relaxation first, the bound is the sum of the cheapest values.
    """
    program, cells = model.program, model.cells
    options = SolveOptions(
        relaxed=True, method=Method.INTERIOR, engine=Engine.DIRECT, wall_seconds=wall_seconds
    )
    least = np.where(program.cost < 0, program.upper, program.lower) * program.cost
    bound = program.offset + float(least.sum())
    relaxed = None if wall_seconds == 0.0 else solve(program, options)
    if relaxed is None or relaxed.row_dual is None or not cells.any():
        return Relaxed(
            bound=bound if relaxed is None else max(relaxed.bound, bound),
            lean=np.ones(cells.size, dtype=bool),
            cover_dual=np.zeros(model.cover_rows.stop - model.cover_rows.start),
            reduced=np.zeros(cells.size),
            values=None,
        )
    reduced = program.cost - program.matrix.T @ relaxed.row_dual
    return Relaxed(
        bound=relaxed.bound,
        lean=~cells | (reduced <= np.quantile(reduced[cells], LEAN_SHARE)),
        cover_dual=relaxed.row_dual[model.cover_rows],
        reduced=np.maximum(reduced, 0.0),
        values=relaxed.values if relaxed.status.has_solution else None,
    )
