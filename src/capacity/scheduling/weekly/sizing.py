"""The week with heads as a decision: how many people must be present in all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from capacity.program import (
    Program,
    Rule,
    Session,
    Slots,
    Solution,
    declare,
    require,
    stack,
)
from capacity.program.slots import FloatArray
from capacity.scheduling.weekly import exposure_rules, rules
from capacity.scheduling.weekly.decisions import (
    Layout,
    capped_pools,
    declare_week,
    lay_out,
    open_limits,
    price_week,
)
from capacity.scheduling.weekly.head_rows import list_head_rows
from capacity.scheduling.weekly.role_rows import role_rules
from capacity.scheduling.weekly.rules import day_rows, place
from capacity.scheduling.weekly.solving import WeekSolver
from capacity.scheduling.weekly.week import Week

SHORT_PRICE = 100.0  # heads that an uncovered hour costs: only what nobody can do stays uncovered
BEYOND_PRICE = 1e-3  # of equal totals, take the one closest to today's team
WAGE_WEIGHT = 1e-4  # shifts cost a little, so that heads come first and idle shifts are not planned


@dataclass(frozen=True, kw_only=True)
class Sized:
    """Heads present by pool, and the plane that supports the total at this work.

    `hands` (pools, queues) are the hours that each pool gives to each queue; `short` are the
    weekly hours of each queue that no number of heads can do within its window.
    """

    heads: FloatArray
    total: float
    slopes: FloatArray
    constant: float
    hands: FloatArray
    short: FloatArray
    solution: Solution

    @property
    def short_hours(self) -> float:
        """Weekly hours of all queues that no number of heads can do within their windows."""
        return float(self.short.sum())


def size_week(
    week: Week, *, growth: FloatArray | None = None, solver: WeekSolver | None = None
) -> Sized:
    """Fewest heads present (relaxed) that do the week's work on time under every cap.

    Among equal totals the pools keep as close to today's team as they can.

    `slopes` are the heads that one more weekly work hour of each queue needs, from the duals of
    every row and bound that the work enters; `constant` makes the plane touch the total. They
    need `growth`: how many heads each floor grows by per weekly work hour, shape (queues,
    periods); without it they stay zero. By default the program is solved from nothing.
    """
    program, layout = build_sizing(week)
    session, solution = (solver or WeekSolver(afresh=True)).relax(program)
    heads = solution.take("heads")
    total = float(heads.sum())
    work = week.profile.work.sum(axis=1)
    found = np.zeros(len(week.severity))
    if growth is not None:
        given = _with_given_shortfall(session, program, solution)
        found = _slopes(week, program, given, solution, growth)
    late = solution.take("late").reshape(week.profile.work.shape).sum(axis=1)
    return Sized(
        heads=heads,
        total=total,
        slopes=found,
        constant=total - float(found @ work),
        hands=_hands(week, layout, solution),
        short=np.asarray(late + solution.take("undone")),
        solution=solution,
    )


def _hands(week: Week, layout: Layout, solution: Solution) -> FloatArray:
    """Hours by pool and queue: work done and people held for floors."""
    hours = np.zeros(week.serves.shape)
    np.add.at(hours, (layout.flow_pool, layout.flow_queue), solution.take("flow"))
    held = solution.take("floor_heads") * week.grid.hours
    np.add.at(hours, (layout.floor_pool, layout.floor_queue), held)
    return hours


SHORTFALL = ("late", "undone", "short:floors", "short:role cover")


def _with_given_shortfall(session: Session, program: Program, solution: Solution) -> Solution:
    """Solve again with the shortfall as found and free of charge: its duals speak of heads alone."""
    lower, upper, cost = program.lower.copy(), program.upper.copy(), program.cost.copy()
    for name in SHORTFALL:
        if name in program.columns:
            place = program.columns[name]
            found = solution.values[place]
            lower[place] = upper[place] = np.where(found > 1e-6, found, 0.0)
            cost[place] = 0.0
    again = session.solve(lower=lower, upper=upper, cost=cost)
    if "beyond" in program.columns:
        cost[program.columns["beyond"]] = 0.0  # only breaks ties between pools
    # The zeroed crumbs of shortfall can make the rest infeasible by a hair: then keep the first.
    return again if again.status.has_solution else solution


def build_sizing(week: Week) -> tuple[Program, Layout]:
    """The program of a week without today's head limits; heads by pool are decided."""
    slots, found, layout = list_sizing(week)
    return stack(slots, found), layout


def list_sizing(week: Week) -> tuple[list[Slots], list[Rule], Layout]:
    """Decisions and rules of a week without today's head limits."""
    layout, prices = lay_out(week), price_week(week)
    flat = replace(
        prices,
        shift=np.full(len(week.cohorts), WAGE_WEIGHT),
        late=np.full_like(prices.late, SHORT_PRICE),
        undone=np.full_like(prices.undone, SHORT_PRICE),
        floor=np.full_like(prices.floor, SHORT_PRICE),
        role=SHORT_PRICE,
    )
    declared = declare_week(week, layout, flat, relaxed=True)
    slots = [item for item in declared if item.name not in ("open_late", "undone")]
    slots.append(declare("undone", len(week.severity), cost=flat.undone))
    slots.append(declare("heads", len(week.pools), cost=1.0))
    slots.append(declare("beyond", len(week.pools), cost=BEYOND_PRICE))
    found = [rules.keep_occupancy(week, layout), rules.balance_work(week, layout)]
    found += [_serve_late(week), _enough_heads(week), _beyond_today(week)]
    if week.breaks.cohort.size:
        found.append(rules.give_breaks(week))
    if (week.profile.floors > 0).any():
        found += [rules.seat_floors(week, layout), rules.cover_floors(week, layout, flat)]
    if capped_pools(week).any():
        found += [
            exposure_rules.bound_exposure(week, layout),
            exposure_rules.cap_days(week, layout),
        ]
        found.append(exposure_rules.share_exposure(week, layout))
        weekly = [p for p in range(len(week.pools)) if week.cap(p).hours_per_week is not None]
        if weekly:
            found.append(_weekly_exposure(week, layout, weekly))
    return slots, [*found, *role_rules(week, flat.role)], layout


def _serve_late(week: Week) -> Rule:
    """Late work is done at some time of the steady week, or counted as undone.

    Without heads as a limit, late work is only what no shift can do in time: the second deadline
    of a shift plan would make the program three times as large and change nothing.
    """
    queues, periods = week.profile.work.shape
    cells = np.arange(queues * periods)
    sums = place(cells // periods, cells, 1.0, (queues, cells.size))
    one = sparse.eye_array(queues, format="csr")
    parts = {"late": sums, "served_late": -sums, "undone": -one}
    return require("late work", parts, lower=0.0, upper=0.0)


def _enough_heads(week: Week) -> Rule:
    """Heads cover the shifts of every day and of the week by contract, with rest and days off."""
    pools = len(week.pools)
    index = np.arange(len(week.cohorts))
    day_row, height = day_rows(week)
    contract = np.array([pool.hours_per_week for pool in week.pools])
    shifts = np.array([float(pool.days_per_week) for pool in week.pools])
    parts = [
        place(day_row, index, 1.0, (height, index.size)),
        place(week.cohort_pool, index, 1.0, (pools, index.size)),
        place(week.cohort_pool, index, week.paid_hours, (pools, index.size)),
    ]
    each = np.arange(pools)
    owners = [np.repeat(each, height // pools), each, each]
    gives = [np.ones(height), shifts, contract]
    for held in list_head_rows(week):
        own = held.taken == 0  # what today's people carry says nothing about other heads
        parts.append(held.matrix[own])
        owners.append(held.pool[own])
        gives.append(held.give[own])
    owner, give = np.concatenate(owners), np.concatenate(gives)
    rows = np.arange(owner.size)
    return require(
        "heads",
        {
            "shifts": sparse.csr_array(sparse.vstack(parts)),
            "heads": place(rows, owner, -give, (owner.size, pools)),
        },
        upper=0.0,
    )


def _beyond_today(week: Week) -> Rule:
    """Heads present beyond those of today's team: pools that can replace each other tie else."""
    pools = len(week.pools)
    today = np.array([float(pool.heads * pool.shrinkage.availability) for pool in week.pools])
    one = sparse.eye_array(pools, format="csr")
    return require("today's team", {"heads": one, "beyond": -one}, upper=today)


def _weekly_exposure(week: Week, layout: Layout, pools: list[int]) -> Rule:
    """Exposure of the week stays within the weekly cap of the heads."""
    pool = week.cohort_pool[layout.exposed_cohort]
    mine = np.isin(pool, pools)
    row = np.searchsorted(pools, pool[mine])
    caps = np.array([week.cap(p).hours_per_week or 0.0 for p in pools])
    size = len(pools)
    return require(
        "weekly exposure",
        {
            "exposure": place(row, np.flatnonzero(mine), 1.0, (size, layout.exposed_cohort.size)),
            "heads": place(np.arange(size), np.array(pools), -caps, (size, len(week.pools))),
        },
        upper=0.0,
    )


def _slopes(
    week: Week, program: Program, solution: Solution, found: Solution, growth: FloatArray
) -> FloatArray:
    """Change of the total per weekly work hour of each queue, its pattern over the week unchanged.

    Work enters arrivals, the bounds on open work, the given shortfall, and floors.
    """
    total = week.profile.work.sum(axis=1)
    if solution.row_dual is None:
        return np.zeros_like(total)
    shape = week.profile.work.shape
    reduced = program.cost - program.matrix.T @ solution.row_dual
    bound = open_limits(week)
    at_top = np.minimum(reduced[program.columns["open"]], 0.0).reshape(shape)
    dual = solution.row_dual[program.rows["work"]].reshape(shape)
    value = (dual * week.profile.work + at_top * np.where(np.isfinite(bound), bound, 0.0)).sum(
        axis=1
    )
    extra = solution.program.cost - program.matrix.T @ solution.row_dual
    for name in ("late", "undone"):
        given = found.take(name)
        part = np.where(given > 1e-6, extra[program.columns[name]] * given, 0.0)
        value += part.reshape(len(total), -1).sum(axis=1)
    value = np.where(total > 0, value / np.where(total > 0, total, 1.0), 0.0)
    if "floors" in program.rows:
        queues, times = np.nonzero(week.profile.floors > 0)
        dual = solution.row_dual[program.rows["floors"]]
        np.add.at(value, queues, dual * growth[queues, times])
    return np.where(total > 0, np.maximum(value, 0.0), 0.0)
