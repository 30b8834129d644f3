"""Solve one week: relaxed and rounded, or in whole shifts by branch and bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from capacity.domain import Effort, SolveStatus
from capacity.errors import SolverError
from capacity.program import (
    Engine,
    Method,
    Program,
    Solution,
    SolveOptions,
    solve,
    stack,
)
from capacity.program.slots import FloatArray
from capacity.scheduling.weekly import rules
from capacity.scheduling.weekly.decisions import (
    Layout,
    Prices,
    declare_week,
    lay_out,
    price_week,
)
from capacity.scheduling.weekly.rounding import round_breaks, round_shifts
from capacity.scheduling.weekly.week import Week

FULL_OPTIONS = SolveOptions(gap=0.003, nodes=60)


@dataclass(frozen=True, kw_only=True)
class SolvedWeek:
    """A week with whole shifts and breaks, its flows and what it cannot cover.

    Arrays follow `Layout`; `objective` is the cost of these whole shifts, `bound` a proven lower
    bound of the best whole plan.
    """

    week: Week
    layout: Layout
    shifts: FloatArray
    breaks: FloatArray
    values: Mapping[str, FloatArray]
    floor_gap: FloatArray
    objective: float
    bound: float
    status: SolveStatus
    effort: Effort
    seconds: float
    stopped_by: str

    @property
    def wage(self) -> float:
        """Cost of the shifts alone."""
        return float(price_week(self.week).shift @ self.shifts)

    @property
    def late_work(self) -> FloatArray:
        """Hours set aside as late beyond the allowed share (undone ones too), (queues, intervals)."""
        late = self.values["late"].reshape(self.week.profile.work.shape)
        allowed = self.week.profile.late_share * self.week.profile.work.sum(axis=1)
        total = late.sum(axis=1)
        overdue = rules.overdue_work(self.week)
        beyond = np.clip(total - allowed, 0.0, None) / np.where(total > 0, total, 1.0)
        return late * beyond[:, None] + overdue

    @property
    def short_hours(self) -> float:
        """All shortfall: late beyond the allowance, undone, and floor hours missing."""
        return float(self.late_work.sum() + self.floor_gap.sum() * self.week.grid.hours)


def build_program(week: Week, *, relaxed: bool) -> tuple[Program, Layout, Prices]:
    """Stack the decisions and rules of a week."""
    layout, prices = lay_out(week), price_week(week)
    slots = declare_week(week, layout, prices, relaxed=relaxed)
    found = [rules.keep_occupancy(week, layout), rules.balance_work(week, layout)]
    found += [rules.balance_late(week), rules.serve_late(week), rules.allow_late(week, prices)]
    if week.breaks.cohort.size:
        found.append(rules.give_breaks(week))
    if (week.profile.floors > 0).any():
        found += [rules.seat_floors(week, layout), rules.cover_floors(week, layout, prices)]
    if week.limits is not None:
        found += [rules.limit_days(week), rules.limit_weeks(week)]
    if layout.exposed_cohort.size:
        found += [
            rules.bound_exposure(week, layout),
            rules.cap_days(week, layout),
            rules.cap_windows(week, layout),
            rules.share_exposure(week, layout),
        ]
    return stack(slots, found), layout, prices


def solve_week(
    week: Week,
    *,
    effort: Effort,
    seed: int = 0,
    options: SolveOptions = FULL_OPTIONS,
) -> SolvedWeek:
    """Plan one week: QUICK relaxed and rounded, FULL whole shifts from that start.

    The bound is that of the relaxation (QUICK) or of the branch and bound (FULL).
    """
    program, layout, _ = build_program(week, relaxed=False)
    relaxed = solve(program, SolveOptions(relaxed=True, method=Method.SIMPLEX, seed=seed, engine=Engine.DIRECT))
    if not relaxed.status.has_solution:
        raise SolverError(f"the relaxed week has no solution: {relaxed.status.value} ({relaxed.stopped_by}).")
    rounded = round_week(program, week, layout, relaxed, seed=seed)
    if effort is Effort.QUICK or not len(week.cohorts):
        return _result(week, layout, rounded, bound=relaxed.bound, effort=effort, whole=None)
    whole = solve(program, replace(options, seed=seed), start=rounded.values)
    best = whole if whole.status.has_solution and whole.objective < rounded.objective else rounded
    final = _fix_breaks(program, week, best, seed=seed)
    bound = max(relaxed.bound, whole.bound)
    return _result(week, layout, final, bound=bound, effort=effort, whole=whole)


def round_week(
    program: Program, week: Week, layout: Layout, relaxed: Solution, *, seed: int
) -> Solution:
    """Whole shifts near the relaxed ones, then the best flows and whole breaks for them."""
    shifts = round_shifts(relaxed.take("shifts"), week)
    fixed = solve_fixed(program, {"shifts": shifts}, seed=seed)
    return _fix_breaks(program, week, fixed, seed=seed)


def _fix_breaks(program: Program, week: Week, solution: Solution, *, seed: int) -> Solution:
    shifts = np.round(solution.take("shifts"))
    breaks = round_breaks(solution.take("breaks"), week, shifts)
    return solve_fixed(program, {"shifts": shifts, "breaks": breaks}, seed=seed)


def solve_fixed(program: Program, fixed: Mapping[str, FloatArray], *, seed: int) -> Solution:
    """The best flows for given shifts (and breaks): a continuous program that always has a solution."""
    lower, upper = program.lower.copy(), program.upper.copy()
    for family, values in fixed.items():
        lower[program.columns[family]] = upper[program.columns[family]] = values
    narrowed = replace(program, lower=lower, upper=upper)
    solution = solve(narrowed, SolveOptions(relaxed=True, seed=seed, engine=Engine.DIRECT))
    if not solution.status.has_solution:
        raise SolverError(f"flows for fixed shifts: {solution.status.value} ({solution.stopped_by}).")
    return solution


def _result(
    week: Week,
    layout: Layout,
    solution: Solution,
    *,
    bound: float,
    effort: Effort,
    whole: Solution | None,
) -> SolvedWeek:
    names = ("flow", "floor_heads", "open", "late", "served_late", "open_late", "undone", "exposure")
    gap = np.zeros(week.profile.floors.shape)
    if (week.profile.floors > 0).any():
        gap[week.profile.floors > 0] = -solution.broken("floors")
    tolerance = 1e-4 * max(1.0, abs(solution.objective))
    close = solution.objective - bound <= tolerance
    return SolvedWeek(
        week=week,
        layout=layout,
        shifts=np.round(solution.take("shifts")),
        breaks=np.round(solution.take("breaks")),
        values={name: np.maximum(solution.take(name), 0.0) for name in names},
        floor_gap=np.where(gap > 1e-7, gap, 0.0),
        objective=solution.objective,
        bound=min(bound, solution.objective),
        status=SolveStatus.OPTIMAL if close else SolveStatus.FEASIBLE,
        effort=effort,
        seconds=solution.seconds,
        stopped_by="rounded" if whole is None else whole.stopped_by,
    )
