"""The week with elastic limits: the smallest set of people, overtime or cap hours that closes a gap."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from scipy import sparse

from capacity.program import Program, Rule, declare, stack
from capacity.program.slots import FloatArray
from capacity.scheduling.weekly import exposure_rules
from capacity.scheduling.weekly.decisions import declare_week, hourly_cost, lay_out, price_week
from capacity.scheduling.weekly.head_rows import list_head_rows
from capacity.scheduling.weekly.role_rows import ROLE_COVER
from capacity.scheduling.weekly.rules import day_rows, place
from capacity.scheduling.weekly.solving import WeekSolver, list_rules
from capacity.scheduling.weekly.week import TeamLimits, Week

# Prices in hourly wages; an hour not covered costs 20 and more. A head gives a week of work, so
# that overtime comes before heads, and heads before a cap.
WAGE_SHARE = 1e-3
OVERTIME_PRICE, HEAD_PRICE, CAP_PRICE = 0.02, 2.0, 1.0
MOST_OVERTIME_HOURS = 8.0  # a head and week, offered where a pool declares none (convention)
SMALL = 1e-4


class Relax(Enum):
    """A limit that an explanation may loosen, in the order in which it is loosened."""

    OVERTIME = "overtime"
    HEADS = "heads"
    CAPS = "caps"


@dataclass(frozen=True, kw_only=True)
class Eased:
    """How much of each limit was loosened by pool, and what stays uncovered.

    `heads` people present, `overtime` hours a week, `cap_hours` exposure hours above the caps of a
    day, `week_hours` above those of a week or window.
    """

    heads: FloatArray
    overtime: FloatArray
    cap_hours: FloatArray
    week_hours: FloatArray
    short_hours: float

    def only_heads_of(self, pool: int) -> bool:
        """Whether nothing was loosened but the heads of this pool."""
        others = np.delete(self.heads, pool)
        loosened = (others, self.overtime, self.cap_hours, self.week_hours)
        return bool(self.heads[pool] > 0) and not any(part.any() for part in loosened)


class ElasticWeek:
    """One relaxed week whose limits may be loosened pool by pool."""

    def __init__(self, week: Week, limits: TeamLimits) -> None:
        self.week = week
        layout, prices = lay_out(week), price_week(week)
        hourly = hourly_cost(week)
        rules = {rule.name: rule for rule in list_rules(week, layout, prices)}
        _loosen(rules, week, limits)
        slots = declare_week(week, layout, prices, relaxed=True)
        shifts = replace(slots[0], upper=np.full(slots[0].size, np.inf))
        shifts = replace(shifts, cost=WAGE_SHARE * shifts.cost)
        self._daily = _capped_rows(rules, week)
        self._weekly = _window_rows(rules, week)
        dearest = float(hourly.max())
        own = limits.overtime_hours
        spare = np.where(own > 0, own, MOST_OVERTIME_HOURS * limits.heads)
        self.program: Program = stack(
            [
                shifts,
                *slots[1:],
                declare("more", hourly.size, cost=HEAD_PRICE * hourly),
                declare("overtime", hourly.size, upper=spare, cost=OVERTIME_PRICE * hourly),
                declare("beyond_day", self._daily.size, cost=CAP_PRICE * dearest),
                declare("beyond_week", self._weekly.size, cost=CAP_PRICE * dearest),
            ],
            list(rules.values()),
        )

    def ease(self, relax: Collection[Relax], pools: Collection[int]) -> Eased:
        """Cover as much as can be, with the least of what may be loosened in the given pools."""
        upper = self.program.upper.copy()
        free = np.isin(np.arange(len(self.week.pools)), list(pools))
        allowed = {
            "more": (Relax.HEADS, free),
            "overtime": (Relax.OVERTIME, free),
            "beyond_day": (Relax.CAPS, free[self._daily]),
            "beyond_week": (Relax.CAPS, free[self._weekly]),
        }
        for family, (kind, mine) in allowed.items():
            place_of = self.program.columns[family]
            upper[place_of] = np.where(mine & (kind in relax), upper[place_of], 0.0)
        # What may be loosened changes the answer so far that interior point beats the last basis.
        _, solution = WeekSolver(afresh=True).relax(replace(self.program, upper=upper))
        day, windows = np.zeros(len(self.week.pools)), np.zeros(len(self.week.pools))
        np.add.at(day, self._daily, solution.take("beyond_day"))
        np.maximum.at(windows, self._weekly, solution.take("beyond_week"))
        late = solution.take("late").reshape(self.week.profile.work.shape).sum(axis=1)
        allowed_late = self.week.profile.late_share * self.week.profile.work.sum(axis=1)
        floors = -solution.broken("floors").sum() if "floors" in self.program.rows else 0.0
        roles = -solution.broken(ROLE_COVER).sum() if ROLE_COVER in self.program.rows else 0.0
        heads = (floors + roles) * self.week.grid.hours
        short = np.clip(late - allowed_late, 0.0, None).sum() + heads
        return Eased(
            heads=_clean(solution.take("more")),
            overtime=_clean(solution.take("overtime")),
            cap_hours=_clean(day),
            week_hours=_clean(windows),
            short_hours=float(short),
        )


def _clean(values: FloatArray) -> FloatArray:
    return np.asarray(np.where(values > SMALL, values, 0.0))


def _loosen(rules: dict[str, Rule], week: Week, limits: TeamLimits) -> None:
    """Give the columns of what may be loosened to the rows that they loosen."""
    pools = len(week.pools)
    days = day_rows(week)[1] // pools
    index = np.arange(pools)
    one = sparse.eye_array(pools, format="csr")
    per_day = place(np.arange(pools * days), np.repeat(index, days), -1.0, (pools * days, pools))
    rules["heads a day"] = _with(rules["heads a day"], more=per_day)
    for held in list_head_rows(week):
        each = place(np.arange(held.pool.size), held.pool, -held.give, (held.pool.size, pools))
        rules[held.name] = _with(rules[held.name], more=each)
    weekly = rules["shifts a week"]
    weeks = weekly.size // (2 * pools)
    owner = np.repeat(index, weeks)
    spread = place(np.arange(owner.size), owner, 1.0, (owner.size, pools))
    contract = np.array([pool.days_per_week for pool in week.pools], dtype=float)
    hours = np.array([pool.hours_per_week for pool in week.pools])
    heads = sparse.vstack([spread @ _diagonal(contract), spread @ _diagonal(hours)])
    extra = sparse.vstack([spread @ _diagonal(1 / limits.shortest_shift), spread @ one])
    loosened = {name: part for name, part in weekly.matrix.items() if name != "overtime"}
    rules["shifts a week"] = _with(
        replace(weekly, matrix=loosened),
        more=-sparse.csr_array(heads),
        overtime=-sparse.csr_array(extra),
    )
    rules.pop("exposure in overtime", None)
    if exposure_rules.ANY_DAY in rules:
        spans = exposure_rules.list_any_days(week)
        owner, each = np.array([p for p, *_ in spans]), np.array([hours for *_, hours in spans])
        part = place(np.arange(owner.size), owner, -each, (owner.size, pools))
        rules[exposure_rules.ANY_DAY] = _with(rules[exposure_rules.ANY_DAY], more=part)
    # A longer daily cap lengthens what days in a row may hold, so that runs of days do not hold it back.
    rules.pop(exposure_rules.RUNS, None)
    if "exposure a week" in rules:
        windows = exposure_rules.list_windows(week)
        owner = np.array([p for p, *_ in windows], dtype=np.int64)
        each = np.array([limit for *_, limit in windows]) / np.maximum(limits.heads[owner], 1e-9)
        part = place(np.arange(owner.size), owner, -each, (owner.size, pools))
        rules["exposure a week"] = _with(rules["exposure a week"], more=part)


def _capped_rows(rules: dict[str, Rule], week: Week) -> np.ndarray:
    """Pool of each row of the daily cap; the rule gets a column for what goes beyond it."""
    if "exposure a day" not in rules:
        return np.zeros(0, dtype=np.int64)
    rule = rules["exposure a day"]
    one = sparse.eye_array(rule.size, format="csr")
    rules["exposure a day"] = _with(rule, beyond_day=-one)
    cohorts = rule.matrix["shifts"].indices[rule.matrix["shifts"].indptr[:-1]]
    return np.asarray(week.cohort_pool[cohorts])


def _window_rows(rules: dict[str, Rule], week: Week) -> np.ndarray:
    """Pool of each window of days; the rule gets a column for what goes beyond it."""
    if "exposure a week" not in rules:
        return np.zeros(0, dtype=np.int64)
    rule = rules["exposure a week"]
    rules["exposure a week"] = _with(rule, beyond_week=-sparse.eye_array(rule.size, format="csr"))
    return np.array([p for p, *_ in exposure_rules.list_windows(week)], dtype=np.int64)


def _with(rule: Rule, **parts: sparse.csr_array) -> Rule:
    return replace(rule, matrix={**rule.matrix, **parts})


def _diagonal(values: FloatArray) -> sparse.dia_array:
    return sparse.diags_array(values)
