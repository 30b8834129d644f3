"""The staffing curve: heads present for a month whose volume and mix are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from capacity.domain import Effort, Operation, Plane, Staffing, StaffingCurve
from capacity.errors import DataError
from capacity.program.slots import FloatArray
from capacity.scheduling.shift_scheduling import check_match
from capacity.scheduling.weekly.sizing import BINDING_RULES, Sized, size_week, without
from capacity.scheduling.weekly.solving import WeekSolver
from capacity.scheduling.weekly.week import Week, build_week, cut_grid, week_profile

LEVELS = (0.7, 1.0, 1.4, 1.9)
QUICK_LEVELS = (0.75, 1.0, 1.5)
MATTERS = 0.002  # share of heads by which leaving a constraint out must change the answer


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
    solve give a supporting plane; the curve is the highest plane. No margin for the level is in
    it: the percentile over paths hedges the level, once.

    Parameters
    ----------
    staffing : Staffing
        The mean work of its first week sets the shape of the week and the mix.
    operation : Operation
        Pools, shifts, caps.
    levels : sequence of float, optional
        Multiples of the mean work to solve at.
    effort : Effort
        QUICK: three levels. FULL: four levels and one solve for each queue's mix.

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
    chosen = tuple(levels or (QUICK_LEVELS if effort is Effort.QUICK else LEVELS))
    if not chosen or min(chosen) <= 0:
        raise DataError(f"staffing_curve: levels must be positive, got {chosen}.")
    base = representative_week(staffing, operation)
    weeks = [scale_week(base, staffing, np.full(len(operation.queues), f)) for f in sorted(chosen)]
    if effort is Effort.FULL:
        weeks += _mixes(base, staffing, len(operation.queues))
    solver = WeekSolver()
    at_mean = size_week(base, slopes=False, solver=solver)
    sized = [size_week(week, solver=solver) for week in weeks]
    points = np.array([week.profile.work.sum(axis=1) for week in weeks])
    return StaffingCurve(
        queues=operation.queue_names,
        pools=operation.pool_names,
        points=points,
        heads=np.array([item.total for item in sized]),
        split=np.array([_shares(item) for item in sized]),
        planes=_planes(sized, points),
        binding=find_binding(base, at_mean),
        factor=1.0,
        notes=_notes(sized, weeks, effort),
    )


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


def find_binding(week: Week, at_mean: Sized) -> tuple[str, ...]:
    """Constraints that bind: without them, re-solved, fewer heads (or less shortfall) result."""
    found = []
    for name, rule in BINDING_RULES.items():
        looser = without(week, name) if rule in at_mean.priced_rules else None
        if looser is None:
            continue
        other = size_week(looser, slopes=False)
        saved = at_mean.total - other.total
        relief = at_mean.short_hours - other.short_hours
        if saved > MATTERS * max(at_mean.total, 1e-9) or relief > 1e-3:
            found.append((saved, name))
    return tuple(name for _, name in sorted(found, key=lambda item: (-item[0], item[1])))


def _mixes(base: Week, staffing: Staffing, queues: int) -> list[Week]:
    busy = np.flatnonzero(base.profile.work.sum(axis=1) > 0)
    rows = []
    for q in busy:
        factors = np.ones(queues)
        factors[q] = 1.5
        rows.append(scale_week(base, staffing, factors))
    return rows


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


def _notes(sized: list[Sized], weeks: list[Week], effort: Effort) -> tuple[str, ...]:
    notes = []
    short = [item.short_hours for item in sized if item.short_hours > 1e-3]
    if short:
        notes.append(
            f"at {len(short)} of {len(sized)} points some work cannot be done on time by any number of "
            f"heads (up to {max(short):.1f} h a week): no shift of a pool with the skill covers it"
        )
    if effort is Effort.QUICK:
        notes.append(f"quick curve: {len(weeks)} levels of the mean mix")
    return tuple(notes)
