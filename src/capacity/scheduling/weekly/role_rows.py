"""Roles at hand: heads with a skill on shift, over all sites, at a price where it cannot be.

In a pool all of whose people hold the role any head on shift counts. Where only some do, heads of
the role are decisions of their own: within the shifts, and within what those few people can take.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from capacity.program import Rule, Slots, declare, require
from capacity.program.slots import FloatArray, IntArray
from capacity.scheduling.weekly.head_rows import REST, DayCounts, list_head_rows
from capacity.scheduling.weekly.week import Week

ROLE_COVER = "role cover"
SMALL = 1e-6


@dataclass(frozen=True, kw_only=True)
class RoleSlots:
    """Heads of a role by cohort, for the pools in which only some people hold it."""

    cover: IntArray
    cohort: IntArray


def list_role_slots(week: Week) -> RoleSlots:
    """Cover and cohort of each decision; none where heads are decided with the shifts."""
    pairs = [
        (k, c)
        for k, cover in enumerate(week.operation.cover)
        for c, cohort in enumerate(week.cohorts)
        if is_partial(week, cover.skill, cohort.pool)
    ]
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return RoleSlots(cover=table[:, 0], cohort=table[:, 1])


def is_partial(week: Week, skill: str, pool: int) -> bool:
    """Whether some people of a pool of today's team hold a skill and some do not."""
    held = week.operation.holders(week.pools[pool], skill)
    return week.limits is not None and 0 < held < week.pools[pool].heads


def declare_roles(week: Week, *, relaxed: bool) -> list[Slots]:
    """Heads of each role by cohort, where only some people of the pool hold it."""
    size = list_role_slots(week).cover.size
    return [declare("role_heads", size, integer=not relaxed)] if size else []


def role_rules(week: Week, price: float) -> list[Rule]:
    """Roles are at hand or short at a price; a role's heads are on shift and hold it."""
    if not week.operation.cover:
        return []
    slots = list_role_slots(week)
    found = [_cover_roles(week, slots, price)]
    if slots.cover.size and week.limits is not None:
        found += [_on_shift(week, slots), _hold_role(week, slots)]
    return found


def wanted_roles(week: Week) -> FloatArray:
    """Heads by cover and interval."""
    wanted = [cover.wanted(week.grid) for cover in week.operation.cover]
    return np.array(wanted).reshape(-1, week.grid.periods)


def _cover_roles(week: Week, slots: RoleSlots, price: float) -> Rule:
    """Heads on shift in all pools with the skill reach the wanted ones, those carried included."""
    wanted = wanted_roles(week)
    share = (week.cover / week.grid.hours).T.tocsr()
    shifts, few = [], []
    lower = []
    for k, cover in enumerate(week.operation.cover):
        times = np.flatnonzero(wanted[k] > 0)
        able = np.array([cover.skill in pool.skills for pool in week.pools])
        partial = np.array([is_partial(week, cover.skill, p) for p in range(len(week.pools))])
        held = np.array([week.operation.holders(pool, cover.skill) > 0 for pool in week.pools])
        whole = able & ~partial & (held | (week.limits is None))
        shifts.append(share[times] @ sparse.diags_array(whole[week.cohort_pool].astype(float)))
        mine = np.where(slots.cover == k, 1.0, 0.0)
        few.append(share[times][:, slots.cohort] @ sparse.diags_array(mine))
        lower.append(wanted[k, times] - _carried_heads(week, k, whole)[times])
    parts = {"shifts": sparse.csr_array(sparse.vstack(shifts))}
    if slots.cover.size:
        parts["role_heads"] = sparse.csr_array(sparse.vstack(few))
    return require(ROLE_COVER, parts, lower=np.concatenate(lower), price=price)


def _carried_heads(week: Week, cover: int, whole: np.ndarray) -> FloatArray:
    """Heads of a role by interval who are on shift since before the week."""
    rows = [(s, e, heads) for pool, s, e, heads in week.carried.ended if whole[pool]]
    rows += [(s, e, heads) for k, s, e, heads in week.carried.roles if k == cover]
    total = np.zeros(week.grid.periods)
    edges = np.arange(week.grid.periods + 1) * week.grid.hours
    for _, end, heads in rows:
        until = (end - week.grid.start).total_seconds() / 3600
        total += heads * np.diff(np.minimum(edges, max(until, 0.0))) / week.grid.hours
    return total


def _on_shift(week: Week, slots: RoleSlots) -> Rule:
    """Heads of a role are among the heads of the shift."""
    rows = np.arange(slots.cohort.size)
    one = np.ones(rows.size)
    shape = (rows.size, len(week.cohorts))
    return require(
        "role on shift",
        {
            "role_heads": sparse.eye_array(rows.size, format="csr"),
            "shifts": sparse.csr_array((-one, (rows, slots.cohort)), shape=shape),
        },
        upper=0.0,
    )


def _hold_role(week: Week, slots: RoleSlots) -> Rule:
    """The few who hold a role work one shift a day, with rest, and their days of the week."""
    operation, days = week.operation, DayCounts(week)
    rest = [rows for rows in list_head_rows(week) if rows.name == REST]
    parts, upper = [], []
    for k, cover in enumerate(operation.cover):
        for p, pool in enumerate(week.pools):
            if not is_partial(week, cover.skill, p):
                continue
            held = operation.holders(pool, cover.skill)
            here = week.cohort_pool == p
            sets = [np.isin(np.arange(here.size), days.sum(p, [day], 1.0)[1]) for day in days.of(p)]
            cuts = [sparse.csr_array(np.array([*sets, here], dtype=float))]
            cuts += [rows.matrix[np.flatnonzero(rows.pool == p)] for rows in rest]
            mine = (slots.cover == k) & here[slots.cohort]
            parts += [cut[:, slots.cohort] @ sparse.diags_array(1.0 * mine) for cut in cuts]
            most = np.full(sum(cut.shape[0] for cut in cuts), float(held))
            shifts = held * float(pool.shrinkage.availability) * pool.days_per_week
            most[len(sets)] = max(np.floor(shifts), 1.0)
            upper.append(most)
    matrix = sparse.csr_array(sparse.vstack(parts))
    return require("role people", {"role_heads": matrix}, upper=np.concatenate(upper))


def role_gap(week: Week, broken: FloatArray) -> FloatArray:
    """Heads short by cover and interval from the broken rows of the rule."""
    wanted = wanted_roles(week)
    gap = np.zeros(wanted.shape)
    gap[wanted > 0] = np.maximum(-broken, 0.0)
    return np.where(gap > SMALL, gap, 0.0)
