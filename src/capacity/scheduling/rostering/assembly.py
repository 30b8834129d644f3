"""Persons for an anonymous shift plan: shifts first, then minutes, then the recount."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from capacity.domain.effort import SolveStatus
from capacity.domain.operation import Operation
from capacity.domain.roster import LESS_THAN_A_SLICE, FixedPart, Roster
from capacity.domain.shift_plan import ShiftPlan
from capacity.errors import DataError
from capacity.scheduling.checking import check
from capacity.scheduling.rostering.cohorts import MINUTE_NS, Cohorts, read_cohorts
from capacity.scheduling.rostering.obstacles import Obstacles, require_keepable
from capacity.scheduling.rostering.plan_problem import UNFILLED_PRICE, plan_problem
from capacity.scheduling.rostering.problem import Ints, RosterProblem
from capacity.scheduling.rostering.rotation import rotate
from capacity.scheduling.rostering.search import search_roster
from capacity.scheduling.rostering.sessions import missed_rows
from capacity.scheduling.rostering.slice_rows import slice_rows
from capacity.scheduling.rostering.slicing import PoolSlices, choose_slice, pool_slices
from capacity.scheduling.rostering.state import SearchLimits
from capacity.scheduling.rostering.unfilled import unfilled_rows

COLUMNS = ["person", "pool", "shift", "date", "start", "end", "activity", "queue"]
UNFILLED = ["pool", "shift", "date", "start", "end", "heads", "reason"]
UNASSIGNED = ["pool", "queue", "start", "hours", "reason"]
MISSED = ["person", "start", "minutes", "reason"]
QUICK = SearchLimits(moves=20, stall=10, move_nodes=20, proof_nodes=100, line_rounds=0, gap=1e-3)


@dataclass(frozen=True, kw_only=True)
class _Order:
    plan: ShiftPlan
    operation: Operation
    seed: int
    limits: SearchLimits
    stable_weeks: bool
    fixed: FixedPart | None


@dataclass(frozen=True, kw_only=True)
class _PoolRoster:
    rows: list[tuple[object, ...]]
    unfilled: list[tuple[object, ...]]
    unassigned: list[tuple[object, ...]]
    missed: list[tuple[object, ...]]
    note: str


def roster(
    shifts: ShiftPlan,
    operation: Operation,
    *,
    seed: int = 0,
    limits: SearchLimits | None = None,
    stable_weeks: bool = False,
    fixed: FixedPart | None = None,
) -> Roster:
    """Give an anonymous shift plan to the persons of the operation, to the minute.

    Two steps for each pool. First, who takes which shift: rest in elapsed time, days in a row
    and a week, contract hours and time off are hard; skills, requests and a fair share of
    nights, weekends and exposure (carried history included) are priced. Then the rotation
    inside the shifts by slices of 5 to 15 minutes, in which every exposure cap of every person
    is hard. What no person can take is listed in `unfilled` (shifts) and `unassigned` (hours),
    never dropped. The roster is `accepted` only if the independent recount finds no breach.

    Parameters
    ----------
    shifts : ShiftPlan
        Heads by pool, date and shift; breaks; work by pool, queue and interval.
    operation : Operation
        With people.
    seed : int
        Same seed, same roster, byte for byte (unless `limits.wall_seconds` is set).
    limits : SearchLimits, optional
        How hard to search for the best choice of shifts.
    stable_weeks : bool
        Prefer one kind of shift for each person through a week.
    fixed : FixedPart, optional
        Days of an earlier roster that are kept: shifts, days off and every minute.

    Raises
    ------
    DataError
        The operation lists no people, or the plan cannot be read.
    InfeasibleError
        The fixed part contradicts the plan or a rule; the message names days and rules.
    """
    if not operation.people:
        raise DataError(
            f"operation {operation.name} lists no people, so there is nobody to roster. "
            "Fix: add a [people] table (ids only)."
        )
    _require_known_pools(shifts, operation)
    order = _Order(
        plan=shifts,
        operation=operation,
        seed=seed,
        limits=limits or QUICK,
        stable_weeks=stable_weeks,
        fixed=fixed,
    )
    parts = [_pool_roster(order, read_cohorts(shifts, operation, pool)) for pool in operation.pools]
    result = Roster(
        grid=shifts.grid,
        frame=_frame([row for part in parts for row in part.rows], COLUMNS),
        unfilled=_frame([row for part in parts for row in part.unfilled], UNFILLED),
        unassigned=_frame([row for part in parts for row in part.unassigned], UNASSIGNED),
        missed=_frame([row for part in parts for row in part.missed], MISSED),
        seed=seed,
        notes=tuple(part.note for part in parts if part.note),
    )
    report = check(result, operation, shifts, fixed=fixed)
    notes = result.notes if report.passed else (*result.notes, report.summary())
    return replace(result, accepted=report.passed, notes=notes)


def _require_known_pools(shifts: ShiftPlan, operation: Operation) -> None:
    named = {*shifts.shifts["pool"], *(shifts.flows["pool"] if len(shifts.flows) else ())}
    unknown = sorted(named - set(operation.pool_names))
    if unknown:
        raise DataError(
            f"The shift plan names unknown pools {unknown}; known: {operation.pool_names}."
        )


def _pool_roster(order: _Order, cohorts: Cohorts) -> _PoolRoster:
    step = choose_slice(order.plan, cohorts, order.operation.cap_of(cohorts.pool))
    problem = plan_problem(
        order.plan,
        order.operation,
        cohorts,
        stable_weeks=order.stable_weeks,
        fixed=order.fixed,
    )
    obstacles = Obstacles(problem=problem, cohorts=cohorts, step=step)
    if order.fixed is not None:
        require_keepable(obstacles, order.fixed)
    chosen, note = _choose_shifts(order, problem, cohorts)
    slices = pool_slices(order.plan, order.operation, cohorts, chosen, fixed=order.fixed)
    rotation = rotate(slices.task)
    return _PoolRoster(
        rows=list(slice_rows(slices, rotation)),
        unfilled=unfilled_rows(obstacles, chosen),
        unassigned=_unassigned(order.plan, slices, rotation.left_heads),
        missed=missed_rows(cohorts, chosen, horizon=_horizon(order.plan), step=step),
        note=note,
    )


def _horizon(plan: ShiftPlan) -> tuple[int, int]:
    return (int(plan.grid.start.as_unit("ns").value), int(plan.grid.end.as_unit("ns").value))


def _choose_shifts(order: _Order, problem: RosterProblem, cohorts: Cohorts) -> tuple[Ints, str]:
    if not cohorts.people or not cohorts.exists.any():
        return np.full((len(cohorts.people), len(cohorts.dates)), -1, dtype=np.int64), ""
    found = search_roster(problem, seed=order.seed, limits=order.limits)
    state = "proven the best"
    if found.status is not SolveStatus.OPTIMAL:
        left = max(found.objective - found.bound, 0.0)
        state = (
            f"within {left:.2f} of the best (in prices: a head not filled is {UNFILLED_PRICE:,.0f})"
        )
    return found.chosen, f"{cohorts.pool.name}: who takes which shift is {state}"


def _unassigned(plan: ShiftPlan, pool: PoolSlices, left: np.ndarray) -> list[tuple[object, ...]]:
    """Hours left over, filed under the last intervals that asked for them (first in, first out)."""
    name = pool.cohorts.pool.name
    rows: list[tuple[object, ...]] = [
        (name, queue, begin, hours, "the plan puts it outside its own horizon")
        for queue, begin, hours in pool.outside
    ]
    per = plan.grid.minutes // pool.grid.minutes
    for number, queue in enumerate(pool.queues):
        hours = float(left[number]) * pool.task.slice_hours
        small = hours < pool.task.slice_hours - 1e-9
        reason = LESS_THAN_A_SLICE if small else "no eligible person within the caps was free"
        wanted = pool.task.heads[number] * pool.task.slice_hours
        blocks = [
            (first, wanted[first : first + per].sum()) for first in range(0, wanted.size, per)
        ]
        for first, amount in reversed(blocks):
            if hours <= 1e-9:
                break
            part = min(hours, float(amount))
            if part > 0:
                begin = pool.grid.origin + first * pool.grid.minutes * MINUTE_NS
                rows.append((name, queue, begin, part, reason))
                hours -= part
    return rows


def _frame(rows: list[tuple[object, ...]], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("start", "end"):
        if name in columns:
            frame[name] = pd.to_datetime(frame[name].astype("int64"), unit="ns", utc=True)
    keys = [name for name in ("person", "pool", "queue", "start") if name in columns]
    return frame.sort_values(keys, kind="stable", ignore_index=True)
