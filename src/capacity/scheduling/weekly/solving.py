"""Solve one week: relaxed and rounded, or in whole shifts by branch and bound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from capacity.domain import Effort, SolveStatus
from capacity.errors import SolverError
from capacity.program import (
    Method,
    Program,
    Rule,
    Session,
    Solution,
    SolveOptions,
    stack,
)
from capacity.program.slots import FloatArray
from capacity.scheduling.weekly import exposure_rules, rules
from capacity.scheduling.weekly.decisions import (
    Layout,
    Prices,
    capped_pools,
    declare_week,
    lay_out,
    price_week,
)
from capacity.scheduling.weekly.improving import improve_week
from capacity.scheduling.weekly.overtime import allows_overtime, bar_exposure, declare_overtime
from capacity.scheduling.weekly.role_rows import ROLE_COVER, role_gap, role_rules
from capacity.scheduling.weekly.rounding import PATIENCE, dive_shifts, round_breaks
from capacity.scheduling.weekly.smoothness import declare_swings, measure_swings
from capacity.scheduling.weekly.week import Week

LARGE_ROWS = 10_000  # above, the simplex from nothing takes ten times as long as interior point
FULL_PATIENCE = 16
FULL_GAP, LARGE_GAP = (
    0.003,
    0.01,
)  # distance to the relaxation at which FULL stops looking for better shifts


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
    role_gap: FloatArray
    objective: float
    bound: float
    status: SolveStatus
    effort: Effort
    seconds: float

    @property
    def wage(self) -> float:
        """Cost of the shifts alone."""
        return float(price_week(self.week).shift @ self.shifts)

    @property
    def late_work(self) -> FloatArray:
        """Hours set aside as late beyond the allowed share (undone ones too), (queues, intervals).

        Work that was overdue before the week began is nobody's shortfall and is not among them.
        """
        late = self.values["late"].reshape(self.week.profile.work.shape)
        allowed = self.week.profile.late_share * self.week.profile.work.sum(axis=1)
        total = late.sum(axis=1)
        beyond = np.clip(total - allowed, 0.0, None) / np.where(total > 0, total, 1.0)
        return np.asarray(late * beyond[:, None])

    @property
    def short_hours(self) -> float:
        """All shortfall: late beyond the allowance, undone, hours of floors and roles missing."""
        heads = self.floor_gap.sum() + self.role_gap.sum()
        return float(self.late_work.sum() + heads * self.week.grid.hours)


def build_program(week: Week, *, relaxed: bool) -> tuple[Program, Layout, Prices]:
    """Stack the decisions and rules of a week."""
    layout, prices = lay_out(week), price_week(week)
    slots = declare_week(week, layout, prices, relaxed=relaxed)
    if week.limits is not None and allows_overtime(week):
        slots.append(declare_overtime(week, week.limits))
    if week.swing_price > 0:
        slots.append(declare_swings(week))
    return stack(slots, list_rules(week, layout, prices)), layout, prices


def list_rules(week: Week, layout: Layout, prices: Prices) -> list[Rule]:
    """Every rule of a week."""
    found = [rules.keep_occupancy(week, layout), rules.balance_work(week, layout)]
    found += [rules.balance_late(week), rules.serve_late(week), rules.allow_late(week, prices)]
    if week.breaks.cohort.size:
        found.append(rules.give_breaks(week))
    if (week.profile.floors > 0).any():
        found += [rules.seat_floors(week, layout), rules.cover_floors(week, layout, prices)]
    if week.limits is not None:
        found += [rules.limit_days(week, week.limits), rules.limit_weeks(week, week.limits)]
        found += rules.limit_heads(week, week.limits)
    if capped_pools(week).any():
        found += [
            exposure_rules.bound_exposure(week, layout),
            exposure_rules.cap_days(week, layout),
            exposure_rules.cap_windows(week, layout),
            exposure_rules.share_exposure(week, layout),
        ]
        if exposure_rules.list_runs(week):
            found.append(exposure_rules.cap_runs(week, layout))
        if exposure_rules.list_any_days(week):
            found.append(exposure_rules.cap_any_day(week, layout))
        if week.limits is not None and allows_overtime(week):
            found.append(bar_exposure(week, layout, week.limits))
    if week.swing_price > 0:
        found.append(measure_swings(week))
    return [*found, *role_rules(week, prices.role)]


class WeekSolver:
    """Solves weeks that differ in their amounts only, each from the basis of the last relaxation.

    With `afresh` every relaxation is solved from nothing by interior point: better where the
    amounts differ much.
    """

    def __init__(self, seed: int = 0, *, afresh: bool = False) -> None:
        self.seed = seed
        self.afresh = afresh
        self._session: Session | None = None
        self._program: Program | None = None

    def open(self, program: Program) -> Session:
        """A session that holds the program: the last one with new bounds if the rows are the same."""
        last = self._program
        if self._session is None or last is None or not _same_rows(last, program):
            large = self.afresh or program.matrix.shape[0] > LARGE_ROWS
            method = Method.VERTEX if large else Method.SIMPLEX
            self._session = Session(program, SolveOptions(method=method, seed=self.seed))
        self._program = program
        return self._session

    def relax(self, program: Program) -> tuple[Session, Solution]:
        """The relaxation of a program, which always has a solution."""
        if self.afresh:
            self._session = None
        session = self.open(program)
        session.restore_basis()
        solution = session.solve(
            lower=program.lower,
            upper=program.upper,
            row_lower=program.row_lower,
            row_upper=program.row_upper,
            cost=program.cost,
        )
        if not solution.status.has_solution:
            message = f"{solution.status.value} ({solution.stopped_by})"
            raise SolverError(f"the relaxed week has no solution: {message}.")
        session.keep_basis()
        return session, solution


def replay_week(solved: SolvedWeek, week: Week, solver: WeekSolver) -> SolvedWeek:
    """The same shifts and breaks with the best flows of another profile (the unscaled one)."""
    program, layout, _ = build_program(week, relaxed=False)
    session = solver.open(program)
    fixed = {"shifts": solved.shifts, "breaks": solved.breaks}
    flows = solve_fixed(session, program, fixed)
    return _result(week, layout, flows, bound=-np.inf, effort=solved.effort)


def _same_rows(one: Program, other: Program) -> bool:
    return (
        one.matrix.shape == other.matrix.shape
        and one.matrix.nnz == other.matrix.nnz
        and bool((one.matrix.indices == other.matrix.indices).all())
        and bool((one.matrix.data == other.matrix.data).all())
    )


def solve_week(
    week: Week,
    *,
    effort: Effort,
    seed: int = 0,
    gap: float = FULL_GAP,
    passes: int = 1,
    solver: WeekSolver | None = None,
    hurry: Callable[[], bool] = lambda: False,
) -> SolvedWeek:
    """Plan one week: QUICK relaxed and rounded, FULL improved from there by neighbourhoods.

    The bound is that of the relaxation, recomputed from its duals. A `solver` used before makes
    the relaxation start from its last basis. When `hurry` turns true nothing more is improved.
    """
    program, layout, _ = build_program(week, relaxed=False)
    session, relaxed = (solver or WeekSolver(seed)).relax(program)
    quick = effort is Effort.QUICK
    patience = PATIENCE if quick else FULL_PATIENCE
    dived = dive_shifts(session, program, relaxed, week, patience=patience)
    rounded = _fix_breaks(session, program, week, dived)
    if quick:
        return _result(week, layout, rounded, bound=relaxed.bound, effort=effort)
    large = program.matrix.shape[0] > LARGE_ROWS
    better = improve_week(
        program,
        week,
        rounded,
        bound=relaxed.bound,
        gap=max(gap, LARGE_GAP) if large else gap,
        passes=passes,
        seed=seed,
        hurry=hurry,
    )
    final = rounded
    if better.objective < rounded.objective:
        fixed = _fix_breaks(session, program, week, better)
        final = fixed if fixed.objective < rounded.objective else rounded
    return _result(week, layout, final, bound=relaxed.bound, effort=effort)


def relax_week(week: Week, solver: WeekSolver) -> SolvedWeek:
    """The relaxed week: parts of heads on shifts, for a first look at a margin."""
    program, layout, _ = build_program(week, relaxed=True)
    _, relaxed = solver.relax(program)
    return _result(week, layout, relaxed, bound=relaxed.bound, effort=Effort.QUICK, whole=False)


def _fix_breaks(session: Session, program: Program, week: Week, solution: Solution) -> Solution:
    """Whole breaks for whole shifts, and the best flows for both."""
    shifts = np.round(solution.take("shifts"))
    breaks = round_breaks(solution.take("breaks"), week, shifts)
    return solve_fixed(session, program, {"shifts": shifts, "breaks": breaks})


def solve_fixed(session: Session, program: Program, fixed: Mapping[str, FloatArray]) -> Solution:
    """The best flows for given shifts (and breaks): a continuous program that always has a solution."""
    lower, upper = program.lower.copy(), program.upper.copy()
    for family, values in fixed.items():
        lower[program.columns[family]] = upper[program.columns[family]] = values
    solution = session.solve(
        lower=lower,
        upper=upper,
        row_lower=program.row_lower,
        row_upper=program.row_upper,
        cost=program.cost,
    )
    if not solution.status.has_solution:
        reason = f"{solution.status.value} ({solution.stopped_by})"
        raise SolverError(f"flows for fixed shifts: {reason}.")
    return solution


def _result(
    week: Week,
    layout: Layout,
    solution: Solution,
    *,
    bound: float,
    effort: Effort,
    whole: bool = True,
) -> SolvedWeek:
    names = (
        "flow",
        "floor_heads",
        "open",
        "late",
        "served_late",
        "open_late",
        "undone",
        "exposure",
        "overtime",
        "role_heads",
    )
    gap = np.zeros(week.profile.floors.shape)
    if (week.profile.floors > 0).any():
        gap[week.profile.floors > 0] = -solution.broken("floors")
    roles = ROLE_COVER in solution.program.rows
    tolerance = 1e-4 * max(1.0, abs(solution.objective))
    close = solution.objective - bound <= tolerance
    shifts, breaks = solution.take("shifts"), solution.take("breaks")
    return SolvedWeek(
        week=week,
        layout=layout,
        shifts=np.round(shifts) if whole else shifts,
        breaks=np.round(breaks) if whole else breaks,
        values={
            name: np.maximum(solution.take(name), 0.0)
            for name in names
            if name in solution.program.columns
        },
        floor_gap=np.where(gap > 1e-7, gap, 0.0),
        role_gap=role_gap(week, solution.broken(ROLE_COVER) if roles else np.zeros(0)),
        objective=solution.objective,
        bound=min(bound, solution.objective),
        status=SolveStatus.OPTIMAL if close else SolveStatus.FEASIBLE,
        effort=effort,
        seconds=solution.seconds,
    )
