"""Why not: shortfall in sentences, what binds, and the smallest set of changes that closes it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from capacity.domain import Operation, ShiftPlan, Staffing
from capacity.domain.faults import require_member
from capacity.scheduling.cap_prices import shift_cap
from capacity.scheduling.shift_scheduling import check_match
from capacity.scheduling.week_planning import opening_work
from capacity.scheduling.weekly.binding import Binding, bind_week, with_operation
from capacity.scheduling.weekly.elastic import Eased, ElasticWeek, Relax
from capacity.scheduling.weekly.week import Week, build_week, cut_grid, team_limits, week_profile

MORE_HOURS = (0.5, 1.0, 2.0, 4.0)
CLOSED = 0.02  # share of the shortfall that may stay for a change to count as closing it
PARTS = ((6, "night"), (12, "morning"), (18, "afternoon"), (24, "evening"))
CAP_FIELDS = {"daily exposure cap": "hours_per_day", "weekly exposure cap": "hours_per_week"}


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What a plan cannot cover, in sentences, and what would mend it.

    `frame` has one row a queue, local day and part of the day: hours short and its kind.
    `remedies` has one row a SINGLE change, solved again, with the hours that stay short.
    `smallest_set` is the set of changes that together close most at the least price: change,
    where, amount. `binding` names the constraints without which the week would cost less.
    """

    frame: pd.DataFrame
    remedies: pd.DataFrame
    sentences: tuple[str, ...]
    smallest_set: pd.DataFrame = field(default_factory=lambda: _set_table([]))
    binding: tuple[str, ...] = ()

    def summary(self) -> str:
        """All sentences."""
        return "\n".join(self.sentences) or "nothing is short"


def explain_shortfall(
    plan: ShiftPlan,
    staffing: Staffing,
    operation: Operation,
    *,
    relax: Collection[Relax] = (Relax.HEADS,),
    largest: int = 5,
) -> Explanation:
    """Name the largest gaps of a partial plan, what binds, and what would close them.

    The relaxed first week is solved again with elastic limits at lexicographic prices: what is
    short is closed first, then overtime is dearer than regular hours, people dearer than overtime,
    exposure above a cap dearer than people. Caps are loosened only if `relax` asks for it, and
    never in the plan itself, which stays as it is: partial, with its uncovered intervals.

    Parameters
    ----------
    plan : ShiftPlan
        A plan with `is_partial`; one without shortfall gives no sentence.
    staffing, operation : Staffing, Operation
        Those of the plan.
    relax : collection of Relax
        What the smallest set may loosen: HEADS (default), OVERTIME, CAPS.
    largest : int
        Sentences about gaps at most.
    """
    check_match(staffing, operation)
    for item in relax:
        require_member(item, Relax, "explain_shortfall: relax")
    frame = _gaps(plan, operation)
    if frame.empty:
        return Explanation(frame=frame, remedies=_remedy_table([]), sentences=())
    week = _first_week(staffing, operation)
    elastic = ElasticWeek(week, team_limits(operation, week.days))
    everyone = range(len(week.pools))
    short = elastic.ease((), ()).short_hours
    eased = elastic.ease(relax, everyone)
    bound = bind_week(week)
    tried = _remedies(week, elastic, frame, bound=bound, short=short, eased=eased)
    remedies = _remedy_table(list(tried))
    chosen = _set_table(list(_loosened(eased, operation)))
    lines = [
        f"{row.day} {row.part}, {row.queue}: short {row.hours:.1f} h ({row.kind})"
        for row in frame.head(largest).itertuples()
    ]
    more = len(frame) - len(lines)
    lines += [f"and {more} smaller gaps"] if more > 0 else []
    lines += [f"binding: {'; '.join(str(item) for item in bound)}"] if bound else []
    lines += [_mend_sentence(remedies, short), *_set_sentence(chosen, eased, short)]
    return Explanation(
        frame=frame,
        remedies=remedies,
        sentences=tuple(lines),
        smallest_set=chosen,
        binding=tuple(str(item) for item in bound),
    )


def _gaps(plan: ShiftPlan, operation: Operation) -> pd.DataFrame:
    columns = ["queue", "day", "part", "kind", "hours"]
    short = plan.uncovered
    if short.empty:
        return pd.DataFrame(columns=columns)
    zones = {queue.name: queue.zone for queue in operation.queues}
    local = [
        start.tz_convert(ZoneInfo(zones.get(queue, operation.zone)))
        for queue, start in zip(short["queue"], short["start"], strict=True)
    ]
    table = short.assign(
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


def _remedies(
    week: Week,
    elastic: ElasticWeek,
    frame: pd.DataFrame,
    *,
    bound: tuple[Binding, ...],
    short: float,
    eased: Eased,
) -> Iterator[tuple[str, float, float]]:
    """(change, amount, hours still short): people in one pool, or a longer cap that binds."""
    operation = week.operation
    names = set(frame["queue"])
    queues = [queue for queue in operation.queues if queue.name in names]
    skills = {cover.skill for cover in operation.cover if cover.name in names}
    for p, pool in enumerate(operation.pools):
        if any(pool.serves(queue) for queue in queues) or skills & set(pool.skills):
            alone = eased if eased.only_heads_of(p) else elastic.ease((Relax.HEADS,), (p,))
            count = float(np.ceil(alone.heads[p] - 1e-6))
            if count > 0:
                yield f"more people in {pool.name}", count, alone.short_hours
    for name in sorted({item.name for item in bound} & set(CAP_FIELDS)):
        found = _longer_cap(week, CAP_FIELDS[name], short)
        if found is not None:
            yield f"longer {name} (hours)", *found


def _longer_cap(week: Week, field_name: str, short: float) -> tuple[float, float] | None:
    """The least step of a cap that closes the gap, or the longest; and the hours still short.

    The longest is tried first: more hours never leave more uncovered, so that most steps need not
    be solved.
    """
    moved = {hours: shift_cap(week.operation, field_name, hours) for hours in MORE_HOURS}
    steps = [(hours, changed) for hours, changed in moved.items() if changed is not None]
    left: dict[float, float] = {}

    def closes(step: tuple[float, Operation]) -> bool:
        hours, changed = step
        other = ElasticWeek(with_operation(week, changed), team_limits(changed, week.days))
        left[hours] = other.ease((), ()).short_hours
        return left[hours] <= CLOSED * short

    if not steps:
        return None
    least = len(steps) - 1
    if closes(steps[-1]):
        least = bisect_left(steps[:-1], True, key=closes)
    hours = steps[least][0]
    return hours, left[hours]


def _loosened(eased: Eased, operation: Operation) -> Iterator[tuple[str, str, float]]:
    """(change, where, amount) of the smallest set, people rounded up."""
    for p, pool in enumerate(operation.pools):
        if eased.overtime[p] > 0:
            yield "overtime hours a week", pool.name, float(eased.overtime[p])
        if eased.heads[p] > 0:
            yield "people present", pool.name, float(np.ceil(eased.heads[p] - 1e-6))
        if eased.cap_hours[p] > 0:
            yield "exposure hours above the daily cap", pool.name, float(eased.cap_hours[p])
        if eased.week_hours[p] > 0:
            yield "exposure hours above the weekly cap", pool.name, float(eased.week_hours[p])


def _set_table(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["change", "where", "amount"])


def _set_sentence(chosen: pd.DataFrame, eased: Eased, short: float) -> list[str]:
    if chosen.empty:
        return []
    parts = [f"{row.amount:.3g} {row.change} in {row.where}" for row in chosen.itertuples()]
    left = eased.short_hours
    end = "closes it" if left <= CLOSED * short else f"leaves {left:.1f} h that no shift covers"
    return [f"the smallest set, {' and '.join(parts)}, {end}"]


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
