"""One week from its profile to whole shifts: the factor search, then the plan that is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from capacity.domain import Effort, Operation, Staffing
from capacity.program.slots import BoolArray, FloatArray, IntArray
from capacity.scheduling.margin import (
    Aim,
    SearchResult,
    Trial,
    hold_factors,
    search_factors,
    settle_factors,
)
from capacity.scheduling.weekly.carrying import carry_over
from capacity.scheduling.weekly.playing import PathWork, PlayedWeek, draw_paths, play_plan
from capacity.scheduling.weekly.solving import (
    SolvedWeek,
    WeekSolver,
    relax_week,
    replay_week,
    solve_week,
)
from capacity.scheduling.weekly.week import (
    Carried,
    Week,
    WorkProfile,
    build_week,
    cut_grid,
    week_profile,
)

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


def opening_work(staffing: Staffing, operation: Operation) -> tuple[tuple[int, float, float], ...]:
    """Open work by queue index and whole intervals left (a due time is rounded down)."""
    index = {name: q for q, name in enumerate(operation.queue_names)}
    step = staffing.grid.hours
    total: dict[tuple[int, float], float] = {}
    for name, left, work in staffing.opening:
        whole = max(float(np.floor(left / step)) * step, -24 * step)
        total[index[name], whole] = total.get((index[name], whole), 0.0) + work
    return tuple((q, left, work) for (q, left), work in sorted(total.items()))


def plan_week(
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
    swing_price: float,
    hurry: Callable[[], bool],
) -> PlannedWeek:
    """Search the factors of one week on relaxed shifts, then plan it in whole ones.

    A relaxed plan takes a tenth of the time of a whole one and needs nearly the same margin; the
    plan that is returned is whole, and its own paths were played.
    """
    carried, opening = (Carried(), opening_work(staffing, operation))
    if before is not None:
        carried, opening = carry_over(before, staffing)
    steady = before is None and not staffing.backlog.queues and not opening
    base = week_profile(
        staffing, operation, first=first, periods=periods, opening=opening, steady=steady
    )
    grid = cut_grid(staffing.grid, first, periods)
    frame = build_week(operation, grid, base, wrap=before is None, carried=carried)
    frame = replace(frame, swing_price=swing_price)
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

    def scaled(factors: FloatArray) -> Week:
        return replace(frame, profile=_scale(base, factors, staffing, operation, first))

    def scout(factors: FloatArray) -> WeekTrial:
        solved = relax_week(scaled(factors), solver)
        return _trial(factors, solved, play_plan(solved, drawn, staffing))

    def attempt(factors: FloatArray) -> WeekTrial:
        solved = solve_week(scaled(factors), effort=effort, seed=seed, solver=solver, hurry=hurry)
        return _trial(factors, solved, play_plan(solved, drawn, staffing))

    few = effort is Effort.QUICK
    groups = queue_groups(frame.serves)
    aim = Aim(confidence=confidence, groups=groups, spread=work_spread(drawn, groups))
    if held is not None:
        search = hold_factors(attempt(held), aim)
    else:
        scouted = search_factors(
            scout, aim, rises=4 if few else 8, trims=0 if few else 3, hurry=hurry
        )
        search = settle_factors(attempt, aim, scouted, tries=2 if few else 4, hurry=hurry)
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
    late = solved.late_work.sum(axis=1) / np.where(work > 0, work, 1.0)
    gap = solved.floor_gap.sum(axis=1) / np.where(floors > 0, floors, 1.0)
    return Trial(
        factors=factors,
        kept_paths=kept,
        short=np.maximum(late, gap),
        hours=float(solved.shifts @ solved.week.paid_hours),
        plan=(solved, played),
        low=tuple(sorted({names.index(item.queue) for item in played.targets if item.is_low})),
    )
