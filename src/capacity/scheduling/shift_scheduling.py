"""From staffing to a shift plan whose promise was played before it is returned."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from capacity.domain import Effort, Operation, ShiftPlan, SolveStatus, Staffing
from capacity.domain.faults import require_share
from capacity.errors import DataError
from capacity.program.slots import BoolArray, FloatArray, IntArray
from capacity.scheduling.margin import (
    SearchResult,
    Trial,
    hold_factors,
    order_factors,
    search_factors,
)
from capacity.scheduling.weekly.carrying import carry_over
from capacity.scheduling.weekly.playing import (
    PathWork,
    PlayedWeek,
    draw_paths,
    play_plan,
    promise_week,
)
from capacity.scheduling.weekly.rules import overdue_work
from capacity.scheduling.weekly.solving import SolvedWeek, WeekSolver, replay_week, solve_week
from capacity.scheduling.weekly.tables import (
    break_table,
    exposure_table,
    flow_table,
    shift_table,
    shortfall_table,
)
from capacity.scheduling.weekly.week import (
    Carried,
    WorkProfile,
    build_week,
    cut_grid,
    week_profile,
)

QUICK_PATHS, FULL_PATHS = 50, 200
WeekTrial = Trial[tuple[SolvedWeek, PlayedWeek]]
WeekSearch = SearchResult[tuple[SolvedWeek, PlayedWeek]]


@dataclass(frozen=True, kw_only=True)
class PlannedWeek:
    """One week after the factor search: the plan, its flows at the mean, what was played.

    `solved` is the plan on the scaled profile, `mean` the same shifts with the flows, exposure
    and shortfall of the mean profile itself: that is what is reported and handed to the roster.
    """

    solved: SolvedWeek
    mean: SolvedWeek
    played: PlayedWeek
    search: WeekSearch
    steady: bool


def schedule(
    staffing: Staffing,
    operation: Operation,
    *,
    weeks: int = 4,
    confidence: float = 0.90,
    effort: Effort = Effort.FULL,
    paths: int | None = None,
    factors: Mapping[str, float] | None = None,
    seed: int = 0,
) -> ShiftPlan:
    """Shifts by pool that keep every target in `confidence` of the joint weekly paths.

    The week is planned on the mean profile times one factor for each queue; the factors are
    raised until enough paths keep every target when they are played under the dispatch rule that
    ships with the plan (earliest due date within skills). Exposure caps, heads and contracts are
    hard; work that does not fit is set aside at a price and reported as shortfall.

    Parameters
    ----------
    staffing : Staffing
        From `staff`: floors, work with windows, opening backlog.
    operation : Operation
        Pools with their shifts, heads and caps.
    weeks : int
        Weeks to plan; each starts from the open work and the running shifts of the one before
        it. Effort.QUICK plans the first week only and says so.
    confidence : float
        Share of whole weekly paths that must keep EVERY target (never a share of intervals).
    effort : Effort
        QUICK: relaxed and rounded shifts, 50 paths. FULL: whole shifts by branch and bound, 200
        paths; the bound and gap are proven.
    paths : int, optional
        Joint paths to play; default 50 or 200, at most those of the staffing.
    factors : mapping of str to float, optional
        Margins by queue, at least 1, to plan with as they are: nothing is searched, and the
        promise is played all the same. By default they are searched.
    seed : int
        Of the solver. The paths are those of the demand.

    Returns
    -------
    ShiftPlan
        Tables, status, bound and promises. `is_partial` when something is not covered;
        `weeks_kept` below `confidence` when the search did not reach it (`notes` says why).

    Raises
    ------
    DataError
        Nonsense arguments, or staffing that names no queue of the operation.
    """
    began = time.perf_counter()
    _check(staffing, operation, weeks=weeks, confidence=confidence)
    held = None if factors is None else order_factors(factors, operation.queue_names)
    count = min(paths or (QUICK_PATHS if effort is Effort.QUICK else FULL_PATHS), staffing.n_paths)
    span = min(staffing.grid.intervals_per_week, staffing.grid.periods)
    number = 1 if effort is Effort.QUICK else min(weeks, staffing.grid.periods // span)
    planned: list[PlannedWeek] = []
    for k in range(number):
        planned.append(
            _plan_week(
                staffing,
                operation,
                first=k * span,
                periods=span,
                before=planned[-1].mean if planned else None,
                confidence=confidence,
                effort=effort,
                paths=count,
                held=held,
                seed=seed,
            )
        )
    notes = _notes(planned, staffing, weeks=weeks, effort=effort, confidence=confidence)
    plan = _assemble(planned, staffing, effort, confidence=confidence, seed=seed, notes=notes)
    return replace(plan, seconds=time.perf_counter() - began)


def opening_work(staffing: Staffing, operation: Operation) -> tuple[tuple[int, float, float], ...]:
    """Open work by queue index and whole intervals left (a due time is rounded down)."""
    index = {name: q for q, name in enumerate(operation.queue_names)}
    step = staffing.grid.hours
    total: dict[tuple[int, float], float] = {}
    for name, left, work in staffing.opening:
        whole = max(float(np.floor(left / step)) * step, -24 * step)
        total[index[name], whole] = total.get((index[name], whole), 0.0) + work
    return tuple((q, left, work) for (q, left), work in sorted(total.items()))


def _plan_week(
    staffing: Staffing,
    operation: Operation,
    *,
    first: int,
    periods: int,
    before: SolvedWeek | None,
    confidence: float,
    effort: Effort,
    paths: int,
    held: FloatArray | None,
    seed: int,
) -> PlannedWeek:
    carried, opening = (Carried(), opening_work(staffing, operation))
    if before is not None:
        carried, opening = carry_over(before, staffing)
    steady = before is None and not staffing.backlog.queues and not opening
    base = week_profile(
        staffing, operation, first=first, periods=periods, opening=opening, steady=steady
    )
    grid = cut_grid(staffing.grid, first, periods)
    frame = build_week(operation, grid, base, wrap=before is None, carried=carried)
    drawn = draw_paths(
        staffing,
        operation,
        first=first,
        periods=periods,
        paths=paths,
        steady=steady,
        opening=opening,
    )

    solver = WeekSolver(seed)

    def attempt(factors: FloatArray, level: Effort = Effort.QUICK) -> WeekTrial:
        week = replace(frame, profile=_scale(base, factors, staffing, operation, first))
        solved = solve_week(week, effort=level, seed=seed, solver=solver)
        return _trial(factors, solved, play_plan(solved, drawn, staffing))

    few = effort is Effort.QUICK
    if held is not None:
        search = hold_factors(attempt(held, effort), confidence)
    else:
        search = search_factors(
            attempt,
            groups=(groups := queue_groups(frame.serves)),
            spread=work_spread(drawn, groups),
            confidence=confidence,
            rises=3 if few else 8,
            trims=0 if few else 3,
        )
        if effort is Effort.FULL:
            search = _certify(search, lambda factors: attempt(factors, Effort.FULL), confidence)
    solved, played = search.best.plan
    at_mean = replace(frame, profile=base)
    return PlannedWeek(
        solved=solved,
        mean=replay_week(solved, at_mean, solver),
        played=played,
        search=search,
        steady=steady,
    )


def queue_groups(serves: BoolArray) -> IntArray:
    """Number of the group of each queue: queues that share people, directly or through others.

    Examples
    --------
    >>> queue_groups(np.array([[True, True, False], [False, False, True]])).tolist()
    [0, 0, 1]
    """
    shared = sparse.csr_array(serves.T.astype(int) @ serves.astype(int))
    return np.asarray(csgraph.connected_components(shared, directed=False)[1], dtype=np.int64)


def work_spread(drawn: PathWork, groups: IntArray) -> FloatArray:
    """Coefficient of variation of the weekly work of each group over the paths."""
    inside = slice(drawn.lead, drawn.lead + drawn.periods)
    weekly = drawn.work[:, :, inside].sum(axis=2)
    totals = np.array([weekly[groups == group].sum(axis=0) for group in np.unique(groups)])
    mean = totals.mean(axis=1)
    return np.where(mean > 0, totals.std(axis=1) / np.where(mean > 0, mean, 1.0), 0.0)


def _certify(
    search: WeekSearch, attempt: Callable[[FloatArray], WeekTrial], confidence: float
) -> WeekSearch:
    """Solve in whole shifts at the found factors; raise a little while the cheaper plan fails."""
    factors = search.best.factors
    wanted = min(confidence, search.best.joint(~search.beyond_reach))
    trials = list(search.trials)
    for _ in range(4):
        trial = attempt(factors)
        trials.append(trial)
        if trial.joint(~search.beyond_reach) >= wanted:
            reached = trial.kept >= confidence
            return replace(search, best=trial, trials=tuple(trials), reached=reached)
        factors = np.where(search.beyond_reach, factors, factors + 0.01)
    return replace(search, trials=tuple(trials))


def _scale(
    base: WorkProfile, factors: FloatArray, staffing: Staffing, operation: Operation, first: int
) -> WorkProfile:
    floors = base.floors.copy()
    for q, name in enumerate(operation.queue_names):
        if base.floors[q].any() and factors[q] != 1.0:
            last = first + floors.shape[1]
            floors[q] = staffing.floors(name, factor=float(factors[q]), periods=last)[first:]
    return replace(base, work=base.work * factors[:, None], floors=floors)


def _trial(factors: FloatArray, solved: SolvedWeek, played: PlayedWeek) -> WeekTrial:
    names = solved.week.operation.queue_names
    kept = np.ones((len(names), played.paths), dtype=bool)
    for item in played.targets:
        kept[names.index(item.queue)] &= item.kept
    profile = solved.week.profile
    work = profile.work.sum(axis=1)
    floors = profile.floors.sum(axis=1)
    # What was overdue before the week began says nothing about the team: a margin still helps.
    late = (solved.late_work - overdue_work(solved.week)).sum(axis=1) / np.where(
        work > 0, work, 1.0
    )
    gap = solved.floor_gap.sum(axis=1) / np.where(floors > 0, floors, 1.0)
    return Trial(
        factors=factors,
        kept_paths=kept,
        short=np.maximum(late, gap),
        hours=float(solved.shifts @ solved.week.paid_hours),
        plan=(solved, played),
    )


def _assemble(
    planned: list[PlannedWeek],
    staffing: Staffing,
    effort: Effort,
    *,
    confidence: float,
    seed: int,
    notes: tuple[str, ...],
) -> ShiftPlan:
    solved, best = [item.solved for item in planned], planned[0].search.best.factors.tolist()
    grid = cut_grid(staffing.grid, 0, sum(item.week.grid.periods for item in solved))
    first = [shift_table(item, before=n == 0) for n, item in enumerate(solved)]
    pauses = [break_table(item, before=n == 0) for n, item in enumerate(solved)]
    weight = sum(item.week.profile.work.sum() for item in solved)
    base = sum(
        float((item.week.profile.work.sum(axis=1) / plan.search.best.factors).sum())
        for item, plan in zip(solved, planned, strict=True)
    )
    return ShiftPlan(
        grid=grid,
        shifts=_join(first),
        breaks=_join(pauses),
        flows=_join([flow_table(item.mean) for item in planned]),
        exposure=_join([exposure_table(item.mean) for item in planned]),
        shortfall=_join([shortfall_table(item.mean) for item in planned]),
        status=_worst([item.status for item in solved]),
        objective=sum(item.objective for item in solved),
        bound=sum(item.bound for item in solved),
        effort=effort,
        factor=float(weight / base) if base > 0 else 1.0,
        confidence=confidence,
        seed=seed,
        promises=promise_week(planned[0].played, solved[0].week),
        weeks_kept=min(item.played.kept for item in planned),
        notes=notes,
        factors=tuple(zip(solved[0].week.operation.queue_names, best, strict=True)),
    )


def _join(tables: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else tables[0]


def _worst(statuses: list[SolveStatus]) -> SolveStatus:
    proven = all(status is SolveStatus.OPTIMAL for status in statuses)
    return SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE


def _notes(
    planned: list[PlannedWeek],
    staffing: Staffing,
    *,
    weeks: int,
    effort: Effort,
    confidence: float,
) -> tuple[str, ...]:
    notes = []
    if effort is Effort.QUICK:
        notes.append(
            f"quick plan: week 1 of {weeks} only, shifts relaxed and rounded, {planned[0].played.paths} paths"
        )
    elif len(planned) < weeks:
        notes.append(f"the demand reaches {len(planned)} whole weeks, {weeks} were asked for")
    for number, item in enumerate(planned, 1):
        if not item.search.reached or item.played.kept < confidence:
            notes.append(
                f"week {number}: {item.played.kept:.0%} of the joint weekly paths keep every target, "
                f"not {confidence:.0%}: {_reason(item)}"
            )
        missed = [
            target for target in promise_week(item.played, item.solved.week) if not target.is_kept
        ]
        notes += [
            f"week {number}: the simulation contradicts the target of {promise}"
            for promise in missed
        ]
    if planned[0].steady:
        notes.append(
            "no backlog was given: the week starts from the open work that it leaves itself"
        )
    return tuple(notes)


def _reason(item: PlannedWeek) -> str:
    names = np.array(item.solved.week.operation.queue_names)[item.search.beyond_reach]
    return item.search.reason + (f" ({', '.join(names)})" if names.size else "")


def _check(staffing: Staffing, operation: Operation, *, weeks: int, confidence: float) -> None:
    if weeks < 1:
        raise DataError(f"schedule: weeks must be at least 1, got {weeks}.")
    require_share(confidence, "schedule: confidence")
    check_match(staffing, operation)


def check_match(staffing: Staffing, operation: Operation) -> None:
    """Refuse a staffing that was made for another operation."""
    unknown = sorted(set(staffing.queues) - set(operation.queue_names))
    if unknown:
        raise DataError(f"the staffing holds queues that the operation lacks: {unknown}.")
    if staffing.grid.minutes != operation.interval_minutes:
        raise DataError(
            f"the staffing is by {staffing.grid.minutes} minutes, the operation by "
            f"{operation.interval_minutes}. Fix: make the demand with this operation."
        )
