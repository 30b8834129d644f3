"""Why not, and at what price: shortfall in sentences with remedies, caps priced by re-solving."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from capacity.domain import ExposureCap, Operation, ShiftPlan, Staffing
from capacity.scheduling.curves import representative_week
from capacity.scheduling.shift_scheduling import check_match
from capacity.scheduling.week_planning import opening_work
from capacity.scheduling.weekly.sizing import Sized, size_week
from capacity.scheduling.weekly.solving import WeekSolver, build_program
from capacity.scheduling.weekly.week import Week, build_week, cut_grid, team_limits, week_profile

STEP_HOURS = 0.5
MORE_HEADS = (1, 2, 3, 5, 8, 13)
MORE_HOURS = (0.5, 1.0, 1.5, 2.0, 3.0)
CLOSED = 0.02  # share of the shortfall that may stay for a remedy to count as closing it
PARTS = ((6, "night"), (12, "morning"), (18, "afternoon"), (24, "evening"))


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What a plan cannot cover, in sentences, and what would mend it.

    `frame` has one row a queue, local day and part of the day: hours short and its kind.
    `remedies` has one row a change that closes the shortfall when the week is solved again.
    """

    frame: pd.DataFrame
    remedies: pd.DataFrame
    sentences: tuple[str, ...]

    def summary(self) -> str:
        """All sentences."""
        return "\n".join(self.sentences) or "nothing is short"


def explain_shortfall(
    plan: ShiftPlan, staffing: Staffing, operation: Operation, *, largest: int = 5
) -> Explanation:
    """Name the largest gaps of a partial plan and the smallest changes that close them.

    Every remedy is re-solved (relaxed, first week): more people in one pool that serves a short
    queue, or a longer daily or weekly exposure cap. Caps are never changed in the plan itself.

    Parameters
    ----------
    plan : ShiftPlan
        A plan with `is_partial`; one without shortfall gives no sentence.
    staffing, operation : Staffing, Operation
        Those of the plan.
    largest : int
        Sentences at most.
    """
    check_match(staffing, operation)
    frame = _gaps(plan, operation)
    if frame.empty:
        return Explanation(frame=frame, remedies=_remedy_table([]), sentences=())
    week = _first_week(staffing, operation)
    short = _short_hours(week)
    queues = [str(name) for name in frame["queue"].unique()]
    remedies = _remedy_table(list(_remedies(week, operation, queues, short)))
    mend = _mend_sentence(remedies, short)
    tops = frame.head(largest)
    lines = [
        f"{row.day} {row.part}, {row.queue}: short {row.hours:.1f} h ({row.kind})"
        for row in tops.itertuples()
    ]
    more = len(frame) - len(tops)
    tail = [f"and {more} smaller gaps"] if more > 0 else []
    return Explanation(frame=frame, remedies=remedies, sentences=(*lines, *tail, mend))


def price_caps(
    staffing: Staffing, operation: Operation, *, step_hours: float = STEP_HOURS
) -> pd.DataFrame:
    """Heads and money for one step more and one step less of each exposure cap, re-solved.

    Duals of a linear program are local slopes (measured 16 % to 3 times off over half an hour);
    here the representative week is solved again with the changed cap.

    Returns
    -------
    DataFrame
        cap, change_hours, heads (present), heads_change, cost_change_a_year (fully loaded, in the
        operation's currency, for employed heads = present / availability).

    Examples
    --------
    >>> from capacity.queueing import staff
    >>> from capacity.queueing.examples import poisson_demand, two_queue_operation
    >>> operation = two_queue_operation()
    >>> demand = poisson_demand(operation, per_hour={"normal": 60.0, "urgent": 5.0})
    >>> table = price_caps(staff(demand, operation), operation)
    >>> bool((table["heads_change"] * table["change_hours"] <= 1e-6).all())
    True
    """
    base = size_week(representative_week(staffing, operation))
    rows = []
    for name, field in (
        ("daily exposure cap", "hours_per_day"),
        ("weekly exposure cap", "hours_per_week"),
    ):
        for change in (step_hours, -step_hours):
            changed = shift_cap(operation, field, change)
            if changed is None:
                continue
            sized = size_week(representative_week(staffing, changed))
            rows.append(
                {
                    "cap": name,
                    "change_hours": change,
                    "heads": sized.total,
                    "heads_change": sized.total - base.total,
                    "cost_change_a_year": _yearly_cost(sized, operation)
                    - _yearly_cost(base, operation),
                    "uncovered_hours_change": sized.short_hours - base.short_hours,
                }
            )
    columns = [
        "cap",
        "change_hours",
        "heads",
        "heads_change",
        "cost_change_a_year",
        "uncovered_hours_change",
    ]
    return pd.DataFrame(rows, columns=columns)


def shift_cap(operation: Operation, field: str, change: float) -> Operation | None:
    """The operation with a cap moved by some hours everywhere; None if there is no such cap."""

    def moved(cap: ExposureCap) -> ExposureCap:
        value = getattr(cap, field)
        if value is None:
            return cap
        top = 24.0 if field == "hours_per_day" else 168.0
        hours = float(np.clip(value + change, 0.25, top))
        return replace(cap, **{field: hours})  # type: ignore[arg-type]

    pools = tuple(
        replace(pool, exposure=moved(pool.exposure)) if pool.exposure else pool
        for pool in operation.pools
    )
    changed = replace(operation, exposure=moved(operation.exposure), pools=pools)
    return None if changed == operation else changed


def _yearly_cost(sized: Sized, operation: Operation) -> float:
    cost = [
        heads
        / float(pool.shrinkage.availability)
        * pool.cost.annual_loaded
        * operation.rate_of(pool)
        for heads, pool in zip(sized.heads, operation.pools, strict=True)
    ]
    return float(sum(cost))


def _gaps(plan: ShiftPlan, operation: Operation) -> pd.DataFrame:
    columns = ["queue", "day", "part", "kind", "hours"]
    if plan.shortfall.empty:
        return pd.DataFrame(columns=columns)
    local = [
        start.tz_convert(ZoneInfo(operation.queue(queue).zone))
        for queue, start in zip(plan.shortfall["queue"], plan.shortfall["start"], strict=True)
    ]
    table = plan.shortfall.assign(
        day=[f"{moment:%a %Y-%m-%d}" for moment in local],
        part=[next(name for top, name in PARTS if moment.hour < top) for moment in local],
    )
    total = table.groupby(columns[:4], as_index=False)["hours"].sum()
    return total.sort_values(
        ["hours", "queue", "day"], ascending=[False, True, True], ignore_index=True
    )


def _first_week(staffing: Staffing, operation: Operation) -> Week:
    periods = min(staffing.grid.intervals_per_week, staffing.grid.periods)
    opening = opening_work(staffing, operation)
    steady = not staffing.backlog.queues and not opening
    profile = week_profile(
        staffing, operation, first=0, periods=periods, opening=opening, steady=steady
    )
    return build_week(operation, cut_grid(staffing.grid, 0, periods), profile)


def _short_hours(week: Week, solver: WeekSolver | None = None) -> float:
    """Late work beyond its share, and floor hours missing, of the relaxed week."""
    program, _, _ = build_program(week, relaxed=True)
    _, solution = (solver or WeekSolver()).relax(program)
    late = solution.take("late").reshape(week.profile.work.shape).sum(axis=1)
    allowed = week.profile.late_share * week.profile.work.sum(axis=1)
    floors = -solution.broken("floors").sum() if "floors" in program.rows else 0.0
    return float(np.clip(late - allowed, 0.0, None).sum() + floors * week.grid.hours)


def _remedies(
    week: Week, operation: Operation, queues: list[str], short: float
) -> Iterator[tuple[str, float, float]]:
    """(change, amount, hours still short) of the smallest step of each kind that closes the gap."""
    solver = WeekSolver()
    for pool in operation.pools:
        if not any(pool.serves(operation.queue(name)) for name in queues):
            continue
        for count in MORE_HEADS:
            left = _short_hours(_more_heads(week, pool.name, count), solver)
            if left <= CLOSED * short or count == MORE_HEADS[-1]:
                yield f"more people in {pool.name}", float(count), left
                break
    for name, field in (
        ("daily exposure cap", "hours_per_day"),
        ("weekly exposure cap", "hours_per_week"),
    ):
        for hours in MORE_HOURS:
            changed = shift_cap(operation, field, hours)
            if changed is None:
                break
            left = _short_hours(_with_operation(week, changed))
            if left <= CLOSED * short or hours == MORE_HOURS[-1]:
                yield f"longer {name} (hours)", hours, left
                break


def _more_heads(week: Week, name: str, count: int) -> Week:
    limits = week.limits or team_limits(week.operation, week.days)
    p = week.operation.pool_names.index(name)
    pool = week.pools[p]
    day, shifts, hours = (
        limits.day_heads.copy(),
        limits.week_shifts.copy(),
        limits.week_hours.copy(),
    )
    heads = limits.heads.copy()
    day[p] += count
    shifts[p] += count * pool.days_per_week
    hours[p] += count * pool.hours_per_week
    heads[p] += count
    more = replace(limits, day_heads=day, week_shifts=shifts, week_hours=hours, heads=heads)
    return replace(week, limits=more)


def _with_operation(week: Week, operation: Operation) -> Week:
    return build_week(operation, week.grid, week.profile, wrap=week.wrap)


def _remedy_table(rows: list[tuple[str, float, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["change", "amount", "hours_still_short"])


def _mend_sentence(remedies: pd.DataFrame, short: float) -> str:
    closing = remedies[remedies["hours_still_short"] <= CLOSED * short]
    if short <= 1e-6:
        return "the relaxed week covers everything: whole shifts leave these crumbs"
    if closing.empty:
        left = float(remedies["hours_still_short"].min()) if len(remedies) else short
        return (
            f"no single change tried closes the {short:.1f} h (best leaves {left:.1f} h): "
            "several are needed, or no shift of a pool with the skill covers the hours"
        )
    parts = [
        f"{row.amount:g} {row.change}"
        if "people" in row.change
        else f"{row.change[:-8]} + {row.amount:g} h"
        for row in closing.itertuples()
    ]
    return f"any one of these closes the {short:.1f} h: {'; '.join(parts)}"
