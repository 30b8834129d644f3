"""Where the breaks of each duty lie: as the plan says, else spread inside the template's window."""

from __future__ import annotations

from collections import defaultdict

from capacity.domain.shift import Break
from capacity.domain.shift_plan import ShiftPlan
from capacity.scheduling.rostering.cohorts import MINUTE_NS, Cohorts, as_date, instants
from capacity.scheduling.rostering.sessions import held_sessions

Span = tuple[int, int]


def lay_breaks(
    plan: ShiftPlan, cohorts: Cohorts, takers: dict[tuple[int, int], list[int]], step_minutes: int
) -> dict[tuple[int, int], dict[int, list[Span]]]:
    """Break spans (minutes of the shift) of each person, by cell (day, shift).

    A break of the plan is used if it lies inside the window of the template's break and on the
    grid of slices; people whom the plan leaves without one get a start spread over the window.
    """
    planned = _planned(plan, cohorts)
    spans: dict[tuple[int, int], dict[int, list[Span]]] = {}
    for (day, shift), people in takers.items():
        template = cohorts.template(shift)
        spans[day, shift] = {person: [] for person in people}
        held = {person: held_sessions(cohorts, person, day, shift) for person in people}
        for item in (
            sorted(template.breaks, key=lambda one: one.earliest_minute) if template else ()
        ):
            options = planned.get((day, shift), [])
            for place, person in enumerate(people):
                taken = spans[day, shift][person]
                busy = [*taken, *held[person]]
                span = _planned_span(item, options, busy, step_minutes)
                share = place / len(people)
                taken.append(span or _spread_span(item, busy, share, step_minutes))
    return spans


def _planned(plan: ShiftPlan, cohorts: Cohorts) -> dict[tuple[int, int], list[list[int]]]:
    """Planned starts by cell: [minute of the shift, minutes, heads left]."""
    found: dict[tuple[int, int], list[list[int]]] = defaultdict(list)
    rows = (
        plan.breaks[plan.breaks["pool"] == cohorts.pool.name] if len(plan.breaks) else plan.breaks
    )
    if not len(rows):
        return found
    rows = rows.sort_values("start", kind="stable")
    columns = (rows["shift"], rows["date"], instants(rows["start"]), rows["minutes"], rows["heads"])
    for name, value, begin, minutes, heads in zip(*columns, strict=True):
        day = (as_date(value) - cohorts.dates[0]).days
        if str(name) not in cohorts.names or not 0 <= day < len(cohorts.dates):
            continue
        shift = cohorts.names.index(str(name))
        offset = (int(begin) - int(cohorts.start[day, shift])) // MINUTE_NS
        found[day, shift].append([int(offset), int(minutes), round(float(heads))])
    return found


def _planned_span(
    item: Break, options: list[list[int]], taken: list[Span], step: int
) -> Span | None:
    """A span of the plan with heads left that suits the break, or None."""
    for option in options:
        offset, minutes, left = option
        fits = item.earliest_minute <= offset <= item.latest_minute and minutes == item.minutes
        span = (offset, offset + item.minutes)
        if left > 0 and fits and offset % step == 0 and not _touches(span, taken):
            option[2] -= 1
            return span
    return None


def _spread_span(item: Break, taken: list[Span], share: float, step: int) -> Span:
    """A span inside the window, later for people further down the list (share 0 to 1)."""
    earliest = -(-item.earliest_minute // step) * step
    starts = [
        begin
        for begin in range(earliest, item.latest_minute + 1, step)
        if not _touches((begin, begin + item.minutes), taken)
    ]
    begin = starts[int(share * len(starts))] if starts else item.earliest_minute
    return (begin, begin + item.minutes)


def _touches(span: Span, taken: list[Span]) -> bool:
    return any(span[0] < high and low < span[1] for low, high in taken)


def break_minutes_of(plan: ShiftPlan, cohorts: Cohorts) -> list[int]:
    """Minutes that breaks last and planned breaks begin after, for the choice of a slice."""
    lengths = [item.minutes for template in cohorts.pool.shifts for item in template.breaks]
    starts = [option[0] for options in _planned(plan, cohorts).values() for option in options]
    return lengths + starts
