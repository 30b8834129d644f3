"""The hiring problem as arrays: what a hire started in each month gives, costs and may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd

from capacity.domain.hiring import HiringPolicy
from capacity.domain.operation import Operation
from capacity.domain.pool import Pool
from capacity.headcount.clock import WEEKS_PER_MONTH, PlanCalendar
from capacity.headcount.cohorts import Flows
from capacity.headcount.levers import net_shares, productive_heads
from capacity.headcount.money import PriceList
from capacity.headcount.tenure import TENURED, leave_shares, presence

NO_LIMIT = 10_000


@dataclass(frozen=True, kw_only=True)
class HiringProblem:
    """Everything that the hiring program reads; money in the reporting currency.

    Shapes: months M, pools P, lanes L, vendor offers V. `gain[p, s, t]` are productive heads in
    month t per head that joins pool p in month s, `stay[p, s, t]` heads still there, `hire_cost`
    (P, M) the expected cost of one start over the horizon. `must_cover` marks the cells (months,
    pools) that hires or relief can reach: there the need is hard, elsewhere shortage is priced. `share_limit` (M, pairs) are heads of the first pool of a pair that may do work of
    the second, `share_total` (M, P) those of all helpers. `lane_gain[l, s, t, 0 or 1]` is the
    productive change in source and target per head moved.
    """

    need: np.ndarray
    base: np.ndarray
    base_heads: np.ndarray
    gain: np.ndarray
    stay: np.ndarray
    hire_cost: np.ndarray
    limit: np.ndarray
    class_minimum: int
    lanes: tuple[tuple[int, int], ...]
    lane_gain: np.ndarray
    lane_stay: np.ndarray
    lane_cost: np.ndarray
    lane_limit: np.ndarray
    lane_training: np.ndarray
    vendor_pool: tuple[int, ...]
    vendor_cost: np.ndarray
    vendor_limit: np.ndarray
    share_pairs: tuple[tuple[int, int], ...]
    share_limit: np.ndarray
    share_total: np.ndarray
    overtime_share: float
    overtime_limit: np.ndarray
    overtime_cost: np.ndarray
    shortage_price: float
    must_cover: np.ndarray
    budget: float | None
    previous: np.ndarray | None
    change_price: float

    def without_levers(self) -> HiringProblem:
        """Nobody new: only people who are there, helping each other's deferrable work."""
        return replace(
            self,
            limit=np.zeros_like(self.limit),
            lane_limit=np.zeros_like(self.lane_limit),
            vendor_limit=np.zeros_like(self.vendor_limit),
            overtime_share=0.0,
            overtime_limit=np.zeros_like(self.overtime_limit),
            must_cover=np.zeros_like(self.must_cover),
            class_minimum=1,
            previous=None,
            budget=None,
        )


def build_problem(
    need: np.ndarray,
    operation: Operation,
    calendar: PlanCalendar,
    flows: Flows,
    *,
    policy: HiringPolicy,
    prices: PriceList,
    unexposed: np.ndarray,
    shares: np.ndarray,
    hazard: np.ndarray | None = None,
    previous: np.ndarray | None = None,
    delay_months: int = 0,
) -> HiringProblem:
    """Collect the problem.

    `flows` are the people without new approvals; `unexposed` (months, pools) the heads of
    overtime for which there is unexposed work; `shares` what pools could do of each other's work
    (exposure.sharable); `delay_months` postpones every new approval.
    """
    pools, months = operation.pools, calendar.periods
    gain, stay = _newcomers(pools, calendar, hazard)
    limit = start_limits(operation, calendar, policy, delay_months=delay_months)
    lanes = _lanes(operation, calendar, policy, prices)
    vendors = _vendors(operation, calendar, policy, delay_months)
    pay = np.array(
        [[float(prices.mean_pay(p, m) * prices.rate(p, m)) for m in range(months)] for p in pools]
    )
    factor = np.array([float(pool.cost.overtime_factor) for pool in pools])
    return HiringProblem(
        need=need,
        base=productive_heads(pools, calendar, flows),
        base_heads=flows.eop.astype(float),
        gain=gain,
        stay=stay,
        hire_cost=_hire_costs(pools, calendar, prices, stay, hazard),
        limit=limit,
        class_minimum=policy.class_minimum,
        previous=previous,
        overtime_share=policy.overtime_share,
        overtime_limit=unexposed,
        overtime_cost=(pay * factor[:, None]).T,
        shortage_price=policy.shortage_price or 10.0 * float(pay.max()),
        must_cover=_reachable(gain, limit) & (policy.shortage_price is None),
        budget=policy.budget,
        change_price=policy.change_price,
        **_sharing(shares, need, policy),
        **lanes,
        **vendors,
    )


class HiringLimit(Enum):
    """What can hold hiring back; each can be lifted to see whether it binds."""

    LEAD = "hiring lead time"
    MONTHLY = "most hires a month"
    FREEZE = "hiring freeze"
    CLASS = "smallest class"
    BUDGET = "hiring budget"


def start_limits(
    operation: Operation,
    calendar: PlanCalendar,
    policy: HiringPolicy,
    *,
    delay_months: int = 0,
    lifted: HiringLimit | None = None,
) -> np.ndarray:
    """Most heads that may start by pool and month: lead time, freezes, class seats, limits.

    A pool with `max_hires_per_month` starts at most so many, in classes of `class_size` seats;
    with a class size alone it starts one class a month.
    """
    limit = np.zeros((len(operation.pools), calendar.periods), dtype=np.int64)
    for k, pool in enumerate(operation.pools):
        terms = pool.hiring
        first = calendar.earliest_start(terms.lead_weeks) + delay_months
        most = terms.max_hires_per_month or terms.class_size or NO_LIMIT
        limit[k, 0 if lifted is HiringLimit.LEAD else first :] = (
            NO_LIMIT if lifted is HiringLimit.MONTHLY else most
        )
        frozen = {*policy.freeze_months, *terms.freeze_months}
        for month, label in enumerate(calendar.labels):
            if label in frozen and lifted is not HiringLimit.FREEZE:
                limit[k, month] = 0
    return limit


def _reachable(gain: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """Months and pools for which somebody may still join who is at least half productive by then.

    Half is a convention: without a bound, a month that only trainees can reach would be covered
    by hiring dozens of them.
    """
    ready = (gain >= 0.5) & (limit[:, :, None] > 0)
    return np.asarray(ready.any(axis=1).T)


def previous_starts(
    table: pd.DataFrame, operation: Operation, calendar: PlanCalendar
) -> np.ndarray:
    """Starts by pool and month of an earlier plan's `hires` (months that have passed drop out)."""
    starts = np.zeros((len(operation.pools), calendar.periods))
    names = list(operation.pool_names)
    new = table[table["kind"] == "new"]
    for pool, start, heads in zip(new["pool"], new["start"], new["heads"], strict=True):
        month = calendar.month_of(start)
        if pool in names and 0 <= month < calendar.periods:
            starts[names.index(pool), month] += heads
    return starts


def _newcomers(
    pools: Sequence[Pool], calendar: PlanCalendar, hazard: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    months, edges = calendar.periods, calendar.edges
    gain, stay = (np.zeros((len(pools), months, months)) for _ in range(2))
    for k, pool in enumerate(pools):
        factor = None if hazard is None else hazard[:, k]
        for s in range(months):
            leave = leave_shares(pool.attrition, edges[s], edges, hazard=factor)
            stay[k, s, s:] = np.cumprod(1.0 - leave[s:])
            gain[k, s] = stay[k, s] * net_shares(pool, float(edges[s]), edges)
    return gain, stay


def _hire_costs(
    pools: Sequence[Pool],
    calendar: PlanCalendar,
    prices: PriceList,
    stay: np.ndarray,
    hazard: np.ndarray | None,
) -> np.ndarray:
    costs = np.zeros((len(pools), calendar.periods))
    for k, pool in enumerate(pools):
        rate = np.array([float(prices.rate(pool, m)) for m in range(calendar.periods)])
        pay = np.array([float(prices.mean_pay(pool, m)) for m in range(calendar.periods)]) * rate
        once = float(prices.mean(pool, "hire_cost") + prices.mean(pool, "training_cost")) * rate
        for s in range(calendar.periods):
            before = np.concatenate([[1.0], stay[k, s, s:-1]])
            average = (before + stay[k, s, s:]) / 2
            there = presence(float(calendar.edges[s]), calendar.edges)[s:]
            costs[k, s] = once[s] + float((pay[s:] * average * there).sum())
    return costs


def _lanes(
    operation: Operation, calendar: PlanCalendar, policy: HiringPolicy, prices: PriceList
) -> dict[str, Any]:
    months, count = calendar.periods, len(policy.lanes)
    names = list(operation.pool_names)
    pairs = tuple(
        (
            names.index(operation.pool(lane.source).name),
            names.index(operation.pool(lane.target).name),
        )
        for lane in policy.lanes
    )
    gain, stay = (np.zeros((count, months, months, 2)) for _ in range(2))
    for row, (lane, pair) in enumerate(zip(policy.lanes, pairs, strict=True)):
        for side, index in enumerate(pair):
            leave = leave_shares(operation.pools[index].attrition, -TENURED, calendar.edges)
            for s in range(months):
                sign = -1.0 if side == 0 else 1.0
                stay[row, s, s:, side] = sign * np.cumprod(1.0 - leave[s:])
        gain[row] = stay[row]
        for s in range(months):
            lost = lane.training_weeks / WEEKS_PER_MONTH / float(calendar.lengths[s])
            gain[row, s, s, 1] *= 1.0 - min(1.0, lost)
    limits = [lane.max_per_month or NO_LIMIT for lane in policy.lanes]
    rows = range(count)
    pay = [
        [float(prices.mean_pay(p, m) * prices.rate(p, m)) for m in range(months)]
        for p in operation.pools
    ]
    extra = [
        [sum(pay[pairs[r][1]][s:]) - sum(pay[pairs[r][0]][s:]) for s in range(months)] for r in rows
    ]
    fee = np.array([lane.cost for lane in policy.lanes], dtype=float).reshape(count, 1)
    return {
        "lanes": pairs,
        "lane_gain": gain,
        "lane_stay": stay,
        "lane_cost": np.array(extra, dtype=float).reshape(count, months) + fee,
        "lane_limit": np.array(limits, dtype=float),
        "lane_training": np.array([lane.training_weeks for lane in policy.lanes], dtype=float),
    }


def _sharing(shares: np.ndarray, need: np.ndarray, policy: HiringPolicy) -> dict[str, Any]:
    """Who may help whom, and by how many heads: the shared part of the need of the helped pool."""
    pools = need.shape[1]
    pairs = tuple(
        (a, b)
        for a in range(pools)
        for b in range(pools)
        if policy.share_pools and a != b and shares[:, a, b].max(initial=0.0) > 1e-9
    )
    limit = np.array([shares[:, a, b] * need[:, b] for a, b in pairs]).reshape(
        len(pairs), len(need)
    )
    return {"share_pairs": pairs, "share_limit": limit.T, "share_total": shares[:, -1, :] * need}


def _vendors(
    operation: Operation, calendar: PlanCalendar, policy: HiringPolicy, delay_months: int
) -> dict[str, Any]:
    names, months = list(operation.pool_names), calendar.periods
    limit = np.zeros((months, len(policy.vendors)))
    cost = np.zeros((months, len(policy.vendors)))
    for column, offer in enumerate(policy.vendors):
        first = calendar.earliest_start(offer.lead_weeks) + (
            delay_months if offer.lead_weeks else 0
        )
        limit[first:, column] = offer.max_heads
        cost[:, column] = offer.monthly_cost * calendar.lengths
    pools = tuple(names.index(operation.pool(offer.pool).name) for offer in policy.vendors)
    return {"vendor_pool": pools, "vendor_limit": limit, "vendor_cost": cost}
