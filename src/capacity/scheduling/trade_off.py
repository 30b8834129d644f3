"""People exposed against exposure each: the week solved again at several daily caps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from capacity.domain import ExposureCap, Operation, Staffing
from capacity.domain.display import frame_html
from capacity.errors import DataError
from capacity.program import Program, Rule, declare, require, stack
from capacity.scheduling.curves import representative_week
from capacity.scheduling.weekly import exposure_rules
from capacity.scheduling.weekly.decisions import Layout
from capacity.scheduling.weekly.rules import place
from capacity.scheduling.weekly.sizing import list_sizing
from capacity.scheduling.weekly.solving import WeekSolver
from capacity.scheduling.weekly.week import Week

DAILY_HOURS = (2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0)
ACCESS_PRICE = 0.01  # of a head: of plans with equally few heads, the one that exposes fewest
COLUMNS = (
    "hours_per_day",
    "hours_per_week",
    "heads",
    "people_exposed",
    "exposure_hours",
    "exposure_hours_each",
    "uncovered_hours",
)


@dataclass(frozen=True, kw_only=True)
class ExposureTradeOff:
    """How many people must have access, and how much each then sees.

    `frame` has one row a cap: hours_per_day, hours_per_week, heads (present, fewest),
    people_exposed (fewest of those), exposure_hours a week in all and of each exposed person, and
    uncovered_hours. 18 U.S.C. 2258B(c) asks a provider to keep the number of people with access
    small, while a cap spreads the exposure: the curve shows what the one costs in the other.
    """

    frame: pd.DataFrame
    current: float | None = None

    def summary(self) -> str:
        """The ends of the curve and today's cap in words."""
        lines = [
            f"{row.hours_per_day:g} h a day: {row.people_exposed:.1f} people exposed, "
            f"{row.exposure_hours_each:.1f} h a week each, {row.heads:.1f} heads present"
            + (f", {row.uncovered_hours:.1f} h uncovered" if row.uncovered_hours > 0.05 else "")
            + (" (today's cap)" if row.hours_per_day == self.current else "")
            for row in self.frame.itertuples()
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="People exposed against exposure each")


def trade_exposure(
    staffing: Staffing,
    operation: Operation,
    *,
    hours_per_day: Sequence[float] = DAILY_HOURS,
) -> ExposureTradeOff:
    """People exposed and exposure each at several daily caps, each solved again.

    The representative steady week is solved with heads as decisions (relaxed). An exposed person
    takes at most the daily cap on a duty day, on at most the contract's days, and at most the
    weekly cap. Every pool gets the same daily cap; a weekly cap moves in proportion. Exposure is
    severity-weighted.

    Parameters
    ----------
    staffing, operation : Staffing, Operation
        The work, and the pools with their caps.
    hours_per_day : sequence of float
        Daily caps to try, more than 0 and at most 24.

    Examples
    --------
    >>> from capacity.queueing import staff
    >>> from capacity.queueing.examples import poisson_demand, two_queue_operation
    >>> operation = two_queue_operation()
    >>> demand = poisson_demand(operation, per_hour={"normal": 60.0, "urgent": 5.0})
    >>> found = trade_exposure(staff(demand, operation), operation, hours_per_day=(2.0, 4.0))
    >>> people = found.frame["people_exposed"]
    >>> bool(people.iloc[0] >= people.iloc[1])
    True
    """
    chosen = sorted(set(hours_per_day))
    if not chosen or not 0 < chosen[0] <= chosen[-1] <= 24:
        raise DataError(f"trade_exposure: hours_per_day must be in (0, 24], got {hours_per_day}.")
    rows = [
        _solve_at(representative_week(staffing, at_cap(operation, hours)), hours)
        for hours in chosen
    ]
    return ExposureTradeOff(
        frame=pd.DataFrame(rows, columns=list(COLUMNS)), current=operation.exposure.hours_per_day
    )


def at_cap(operation: Operation, hours: float) -> Operation:
    """The operation with one daily cap for all; weekly caps keep their ratio to the daily one.

    Examples
    --------
    >>> from capacity.queueing.examples import two_queue_operation
    >>> cap = at_cap(two_queue_operation(), 2.0).exposure
    >>> cap.hours_per_day, cap.hours_per_week
    (2.0, 10.0)
    """

    def moved(cap: ExposureCap) -> ExposureCap:
        ratio = hours / cap.hours_per_day if cap.hours_per_day else 1.0
        weekly = None if cap.hours_per_week is None else min(cap.hours_per_week * ratio, 168.0)
        return replace(cap, hours_per_day=hours, hours_per_week=weekly)

    pools = tuple(
        replace(pool, exposure=moved(pool.exposure)) if pool.exposure else pool
        for pool in operation.pools
    )
    return replace(operation, exposure=moved(operation.exposure), pools=pools)


def _solve_at(week: Week, hours: float) -> dict[str, float]:
    program, layout = _build(week)
    _, solution = WeekSolver(afresh=True).relax(program)
    people = float(solution.take("access").sum())
    done = solution.take("flow") * week.exposes[layout.flow_pool, layout.flow_queue]
    exposure = float(done.sum())
    weekly = week.operation.exposure.hours_per_week
    return {
        "hours_per_day": hours,
        "hours_per_week": float("nan") if weekly is None else weekly,
        "heads": float(solution.take("heads").sum()),
        "people_exposed": people,
        "exposure_hours": exposure,
        "exposure_hours_each": exposure / people if people > 1e-9 else 0.0,
        "uncovered_hours": float(solution.take("undone").sum() + solution.take("late").sum()),
    }


def _build(week: Week) -> tuple[Program, Layout]:
    slots, rules, layout = list_sizing(week)
    slots.append(declare("access", len(week.pools), cost=ACCESS_PRICE))
    return stack(slots, [*rules, _enough_access(week, layout)]), layout


def _enough_access(week: Week, layout: Layout) -> Rule:
    """Those with access are heads, and their caps hold all exposure of a date and of the week."""
    pools, days = len(week.pools), len(week.days)
    index = np.arange(pools)
    pool = week.cohort_pool[layout.exposed_cohort]
    date = week.cohort_day[layout.exposed_cohort]
    daily = np.array([exposure_rules.daily_limit(week, p) for p in range(pools)])
    weekly = daily * np.array([item.days_per_week for item in week.pools])
    caps = [week.cap(p).hours_per_week for p in range(pools)]
    weekly = np.minimum(weekly, [np.inf if cap is None else cap for cap in caps])
    size = pools * days + 2 * pools
    exposed = np.arange(pool.size)
    rows = np.concatenate([pool * days + date, pools * days + pool])
    limits = np.concatenate([np.repeat(daily, days), weekly, -np.ones(pools)])
    owner = np.concatenate([np.repeat(index, days), index, index])
    return require(
        "access",
        {
            "exposure": place(rows, np.tile(exposed, 2), 1.0, (size, pool.size)),
            "access": place(np.arange(size), owner, -limits, (size, pools)),
            "heads": place(pools * days + pools + index, index, -1.0, (size, pools)),
        },
        upper=0.0,
    )
