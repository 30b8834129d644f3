"""From staffing to a shift plan whose promise was played before it is returned."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from capacity.domain import Effort, Operation, ShiftPlan, SolveStatus, Staffing
from capacity.domain.faults import require_member, require_share
from capacity.errors import DataError
from capacity.scheduling.margin import order_factors
from capacity.scheduling.week_planning import PlannedWeek, plan_week
from capacity.scheduling.weekly.binding import bind_week
from capacity.scheduling.weekly.playing import (
    promise_week,
)
from capacity.scheduling.weekly.rules import overdue_work
from capacity.scheduling.weekly.tables import (
    break_table,
    exposure_table,
    flow_table,
    role_table,
    shift_table,
    shortfall_table,
)
from capacity.scheduling.weekly.week import (
    cut_grid,
)

QUICK_PATHS, FULL_PATHS = 50, 200


def schedule(
    staffing: Staffing,
    operation: Operation,
    *,
    weeks: int = 4,
    confidence: float = 0.90,
    effort: Effort = Effort.FULL,
    paths: int | None = None,
    factors: Mapping[str, float] | None = None,
    swing_price: float = 0.0,
    wall_seconds: float | None = None,
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
    swing_price : float
        Price of one head more or less on duty than on the day before, in the operation's currency,
        by pool; 0 leaves the days as they come.
    wall_seconds : float, optional
        When this much time has passed the search and the improvement of shifts end at the next
        step, and the best plan so far is rounded, checked and played; the note says so. Opt-in,
        because results then differ between machines.
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
    require_member(effort, Effort, "schedule: effort")
    _check(
        staffing,
        operation,
        weeks=weeks,
        confidence=confidence,
        swing_price=swing_price,
        wall_seconds=wall_seconds,
    )
    held = None if factors is None else order_factors(factors, operation.queue_names)
    count = min(paths or (QUICK_PATHS if effort is Effort.QUICK else FULL_PATHS), staffing.n_paths)
    span = min(staffing.grid.intervals_per_week, staffing.grid.periods)
    number = 1 if effort is Effort.QUICK else min(weeks, staffing.grid.periods // span)
    limit = np.inf if wall_seconds is None else wall_seconds

    def hurry() -> bool:
        return time.perf_counter() - began > limit

    planned: list[PlannedWeek] = []
    for k in range(number):
        planned.append(
            plan_week(
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
                swing_price=swing_price,
                hurry=hurry,
            )
        )
    notes = _notes(planned, staffing, weeks=weeks, effort=effort, confidence=confidence)
    if hurry():
        notes += (f"stopped by the clock after {limit:g} s: the plan may differ between machines",)
    plan = _assemble(planned, staffing, effort, confidence=confidence, seed=seed, notes=notes)
    return replace(plan, seconds=time.perf_counter() - began)


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
        roles=_join([role_table(item.mean, before=n == 0) for n, item in enumerate(planned)]),
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
        binding=_binding(planned[0], effort),
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
        search = item.search
        if item.played.kept < confidence or not (search.reached or search.best.low):
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
        notes += _overtime_notes(item, number)
    notes += _overdue_notes(planned[0])
    if planned[0].steady:
        notes.append(
            "no backlog was given: the week starts from the open work that it leaves itself"
        )
    return tuple(notes)


def _binding(first: PlannedWeek, effort: Effort) -> tuple[str, ...]:
    """What binds in the first week; a quick plan leaves the question to `explain_shortfall`."""
    if effort is Effort.QUICK:
        return ()
    return tuple(str(item) for item in bind_week(first.solved.week))


def _overtime_notes(item: PlannedWeek, number: int) -> list[str]:
    hours = item.mean.values.get("overtime", np.zeros(0)).reshape(len(item.mean.week.pools), -1)
    return [
        f"week {number}: {extra:.1f} hours of overtime in {pool.name}"
        for pool, extra in zip(item.mean.week.pools, hours.sum(axis=1), strict=True)
        if extra > 0.05
    ]


def _overdue_notes(item: PlannedWeek) -> list[str]:
    hours = overdue_work(item.mean.week).sum(axis=1)
    return [
        f"{queue}: {late:.1f} hours of work are overdue when the plan begins, and late in any plan"
        for queue, late in zip(item.mean.week.operation.queue_names, hours, strict=True)
        if late > 0.05
    ]


def _reason(item: PlannedWeek) -> str:
    names = np.array(item.solved.week.operation.queue_names)[item.search.beyond_reach]
    return item.search.reason + (f" ({', '.join(names)})" if names.size else "")


def _check(
    staffing: Staffing,
    operation: Operation,
    *,
    weeks: int,
    confidence: float,
    swing_price: float,
    wall_seconds: float | None,
) -> None:
    if weeks < 1:
        raise DataError(f"schedule: weeks must be at least 1, got {weeks}.")
    require_share(confidence, "schedule: confidence")
    for name, value in (("swing_price", swing_price), ("wall_seconds", wall_seconds or 0.0)):
        if not 0 <= value < np.inf:
            raise DataError(f"schedule: {name} must be >= 0, got {value}.")
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
