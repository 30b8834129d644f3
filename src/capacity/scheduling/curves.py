"""The staffing curve: heads present for a month whose volume and mix are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from capacity.domain import Effort, Operation, Plane, Staffing, StaffingCurve
from capacity.domain.faults import require_member
from capacity.domain.seeds import stream
from capacity.errors import DataError
from capacity.program.slots import FloatArray
from capacity.scheduling.shift_scheduling import check_match
from capacity.scheduling.weekly.binding import find_binding, solve_looser
from capacity.scheduling.weekly.sizing import Sized, build_sizing, size_week
from capacity.scheduling.weekly.solving import WeekSolver
from capacity.scheduling.weekly.week import Week, build_week, cut_grid, week_profile

LEVELS = (0.55, 1.0, 1.4, 1.9)
QUICK_LEVELS = (0.6, 1.0, 1.5)
CLOSE = 0.01  # share of heads by which the curve may miss a week before it is refined
MIX_SPREAD = 0.4  # log-normal spread of the mixes tried (convention)
CANDIDATES = 64  # mixes drawn for each one solved: the one farthest from those solved
TRIES = {Effort.QUICK: (3, 6), Effort.FULL: (5, 24)}  # calm weeks in a row that end it, most tries
RIDGE = 0.1  # of the regression over solved mixes, in units of the mean mix (convention)
MATTERS = 0.002  # share of heads by which leaving a constraint out must change the answer
LEAST_SHORT = 1e-3  # weekly hours of a queue below which nothing is called late


def staffing_curve(
    staffing: Staffing,
    operation: Operation,
    *,
    levels: Sequence[float] | None = None,
    effort: Effort = Effort.FULL,
) -> StaffingCurve:
    """Heads present as a convex piecewise-linear function of weekly work by queue.

    A representative steady week is solved with heads as decisions (relaxed), so that shifts,
    deadlines, breaks, floors, occupancy and exposure caps are all priced in, at several levels of
    the mean work and, with Effort.FULL, with each queue half as large again. The duals of each
    solve give a supporting plane; the curve is the highest plane. Then weeks of random level and
    mix are solved and read off the curve, each adding its plane, until some in a row are within
    1 %. No margin for the level is in it: the percentile over paths hedges the level, once.

    Parameters
    ----------
    staffing : Staffing
        The mean work of its first week sets the shape of the week and the mix.
    operation : Operation
        Pools, shifts, caps.
    levels : sequence of float, optional
        Multiples of the mean work to solve at.
    effort : Effort
        QUICK: three levels and 3 to 6 random mixes. FULL: four levels, one solve for each
        queue's mix and 4 to 24 random mixes.

    Returns
    -------
    StaffingCurve
        `binding` names the constraints without which fewer heads are needed (each left out and
        re-solved at level 1), the most costly first.

    Examples
    --------
    >>> from capacity.queueing import staff
    >>> from capacity.queueing.examples import poisson_demand, two_queue_operation
    >>> operation = two_queue_operation()
    >>> demand = poisson_demand(operation, per_hour={"normal": 60.0, "urgent": 5.0})
    >>> curve = staffing_curve(staff(demand, operation), operation, effort=Effort.QUICK)
    >>> week = curve.points[1]
    >>> bool(abs(curve.total(week) - curve.heads[1]) < 1e-3 * curve.heads[1])
    True
    """
    check_match(staffing, operation)
    require_member(effort, Effort, "staffing_curve: effort")
    chosen = tuple(levels or (QUICK_LEVELS if effort is Effort.QUICK else LEVELS))
    if not chosen or min(chosen) <= 0:
        raise DataError(f"staffing_curve: levels must be positive, got {chosen}.")
    base = representative_week(staffing, operation)
    queues = len(operation.queues)
    solver = WeekSolver(afresh=True)
    growth = floor_growth(base, staffing, min(chosen), max(chosen))
    at_mean = size_week(base, growth=growth, solver=solver)
    binding = _find_binding(base, at_mean, solver)
    solved = SolvedWeeks(base=base, staffing=staffing, solver=solver, growth=growth)
    for level in sorted(chosen):
        known = at_mean if level == 1.0 else None
        solved.add(np.full(queues, level), known)
    if effort is Effort.FULL:
        for factors in _mixes(base):
            solved.add(factors)
    calm, most = TRIES[effort]
    refine(solved, (min(chosen), max(chosen)), at_mean, calm=calm, most=most)
    return StaffingCurve(
        queues=operation.queue_names,
        pools=operation.pool_names,
        points=solved.points,
        heads=solved.heads,
        split=np.array([_shares(item) for item in solved.sized]),
        planes=_planes(solved.sized, solved.points),
        binding=binding,
        factor=1.0,
        levels=len(chosen),
        mix_slopes=mix_slopes(solved, at_mean, len(chosen)),
        notes=_notes(solved, effort),
    )


@dataclass(frozen=True, kw_only=True)
class SolvedWeeks:
    """Weeks solved so far; `growth` as in `size_week`."""

    base: Week
    staffing: Staffing
    solver: WeekSolver
    growth: FloatArray
    sized: list[Sized] = field(default_factory=list)
    work: list[FloatArray] = field(default_factory=list)

    def add(self, factors: FloatArray, known: Sized | None = None) -> Sized:
        """Solve the week with each queue's work at its factor, and keep it."""
        week = scale_week(self.base, self.staffing, factors)
        found = known or size_week(week, growth=self.growth, solver=self.solver)
        self.sized.append(found)
        self.work.append(week.profile.work.sum(axis=1))
        return found

    @property
    def points(self) -> FloatArray:
        """Weekly work hours of each, (weeks, queues)."""
        return np.array(self.work)

    @property
    def heads(self) -> FloatArray:
        """Total heads of each."""
        return np.array([item.total for item in self.sized])

    def total(self, work: FloatArray) -> float:
        """What the planes so far say."""
        planes = _planes(self.sized, self.points)
        return max(plane.constant + float(work @ plane.slopes) for plane in planes)


def floor_growth(base: Week, staffing: Staffing, low: float, high: float) -> FloatArray:
    """Heads by which each floor grows per weekly work hour: nearly constant between two levels."""
    growth = np.zeros_like(base.profile.floors)
    if high <= low:
        low, high = 0.8 * low, 1.25 * high
    work = base.profile.work.sum(axis=1)
    periods = base.profile.work.shape[1]
    for q, name in enumerate(base.operation.queue_names):
        if base.profile.floors[q].any() and work[q] > 0:
            ends = [staffing.floors(name, factor=f, periods=periods) for f in (low, high)]
            growth[q] = (ends[1] - ends[0]) / ((high - low) * work[q])
    return growth


def refine(
    solved: SolvedWeeks, levels: tuple[float, float], at_mean: Sized, *, calm: int, most: int
) -> None:
    """Solve weeks of other mixes until `calm` in a row lie close to the curve.

    Of the mixes drawn, the one farthest from all solved ones is tried; mixes are compared by the
    share of the heads that each queue needs.
    """
    rng = stream(0, "staffing curve")
    work = solved.base.profile.work.sum(axis=1)
    if np.count_nonzero(work) < 2:
        return
    price = np.maximum(at_mean.slopes, at_mean.total / work.sum() / 10)
    quiet = 0
    for _ in range(most):
        drawn = np.exp(rng.normal(0.0, MIX_SPREAD, (CANDIDATES, work.size)))
        heads = [points * price for points in (drawn * work, solved.points)]
        mixes = [item / item.sum(axis=1, keepdims=True) for item in heads]
        apart = np.abs(mixes[0][:, None] - mixes[1][None]).sum(axis=2).min(axis=1)
        factors = drawn[int(np.argmax(apart))]
        level = rng.uniform(*levels) * work.sum() / float(factors @ work)
        expected = solved.total(factors * level * work)
        found = solved.add(factors * level).total
        quiet = quiet + 1 if abs(expected - found) <= CLOSE * found else 0
        if quiet == calm:
            return


def mix_slopes(solved: SolvedWeeks, at_mean: Sized, levels: int) -> FloatArray:
    """Heads by which each pool departs from its usual share per hour of another mix.

    More work of a queue goes to the pools that do it at the mean, at the queue's own price in
    heads; the solved mixes correct this by ridge regression.
    """
    work = solved.base.profile.work.sum(axis=1)
    done = at_mean.hands.sum(axis=0)
    shares = at_mean.hands / np.where(done > 0, done, 1.0)
    slopes = shares * at_mean.slopes
    points, heads = solved.points, np.array([item.heads for item in solved.sized])
    if len(points) == levels:
        return slopes
    level = points.sum(axis=1)
    usual = level[:, None] * work / work.sum()
    expected = np.array(
        [np.interp(level, level[:levels], heads[:levels, k]) for k in range(heads.shape[1])]
    ).T
    moved = (points - usual)[levels:]
    missed = (heads - expected)[levels:] - moved @ slopes.T
    scale = np.maximum(work, 1e-9)
    moved = moved / scale
    ridge = RIDGE * np.eye(len(work))
    return np.asarray(slopes + np.linalg.solve(moved.T @ moved + ridge, moved.T @ missed).T / scale)


def representative_week(staffing: Staffing, operation: Operation) -> Week:
    """The first week's mean work as a steady week, without today's head limits."""
    periods = min(staffing.grid.intervals_per_week, staffing.grid.periods)
    profile = week_profile(staffing, operation, first=0, periods=periods, steady=True)
    return build_week(operation, cut_grid(staffing.grid, 0, periods), profile, limits=False)


def scale_week(base: Week, staffing: Staffing, factors: FloatArray) -> Week:
    """The week with each queue's work (and its floor) at another level."""
    floors = base.profile.floors.copy()
    for q, name in enumerate(base.operation.queue_names):
        if floors[q].any() and factors[q] != 1.0:
            floors[q] = staffing.floors(name, factor=float(factors[q]), periods=floors.shape[1])
    work = base.profile.work * factors[:, None]
    return replace(base, profile=replace(base.profile, work=work, floors=floors))


def _find_binding(week: Week, at_mean: Sized, solver: WeekSolver) -> tuple[str, ...]:
    """Constraints that bind: without them, re-solved, fewer heads (or less shortfall) result."""
    program, layout = build_sizing(week)
    session = solver.open(program)
    found = find_binding(
        week,
        program,
        layout,
        solution=at_mean.solution,
        matters=MATTERS * max(at_mean.total, 1e-9),
        resolve=lambda looser: solve_looser(session, looser),
        rebuild=lambda other: build_sizing(other)[0],
        measure=lambda solution: float(solution.take("heads").sum()),
    )
    return tuple(item.name for item in found)


def _mixes(base: Week) -> list[FloatArray]:
    """The mean with each busy queue half as large again."""
    busy = np.flatnonzero(base.profile.work.sum(axis=1) > 0)
    return [1.0 + 0.5 * (np.arange(base.profile.work.shape[0]) == q) for q in busy]


def _planes(sized: list[Sized], points: FloatArray) -> tuple[Plane, ...]:
    """One plane for each solved point, lowered until it lies above no other solved point.

    Exact planes of a convex function need no lowering; floors grow with less than their load, so
    that planes through a small week would overstate large ones.
    """
    heads = np.array([item.total for item in sized])
    planes: list[Plane] = []
    for item in sized:
        constant = min(item.constant, float((heads - points @ item.slopes).min()))
        slopes = tuple(round(float(slope), 9) for slope in item.slopes)
        plane = Plane(constant=round(constant, 6), slopes=slopes)
        if plane not in planes:
            planes.append(plane)
    return tuple(planes)


def _shares(item: Sized) -> FloatArray:
    if item.total <= 0:
        return np.full(item.heads.size, 1.0 / item.heads.size)
    return item.heads / item.total


def _notes(solved: SolvedWeeks, effort: Effort) -> tuple[str, ...]:
    short = np.array([item.short for item in solved.sized])
    share = np.divide(short, solved.points, out=np.zeros_like(short), where=short > LEAST_SHORT)
    base = solved.base
    notes = [
        f"{base.operation.queue_names[q]}: up to {share[:, q].max():.1%} of its work (in the weeks "
        f"solved, {short[:, q].max():.1f} h) is late with any number of heads: no shift of a pool "
        f"with the skill covers it in time; {base.profile.late_share[q]:.0%} may be late"
        for q in np.flatnonzero(share.max(axis=0) > 0)
    ]
    if effort is Effort.QUICK:
        notes.append(f"quick curve: {len(solved.sized)} weeks solved")
    return tuple(notes)
