"""Counselling sessions and shifts: which shift holds a session whole, and what cuts one."""

from __future__ import annotations

import numpy as np

from capacity.domain.person import CounsellingSession
from capacity.scheduling.rostering.cohorts import MINUTE_NS, Cohorts
from capacity.scheduling.rostering.problem import Bools, Cover, Ints

# A session is dearer than a head short (1,000): a person misses one only if no shift can hold it.
SESSION_PRICE = 5_000.0


def _instants(session: CounsellingSession) -> tuple[int, int]:
    return (
        int(session.start.as_unit("ns").value),
        int(session.end.as_unit("ns").value),
    )


def _inside(cohorts: Cohorts, session: CounsellingSession, step: int) -> tuple[Bools, Bools]:
    """Planned shifts that touch a session, and those that hold it whole beside their breaks."""
    begin, end = _instants(session)
    touches = cohorts.exists & (cohorts.start < end) & (cohorts.end > begin)
    holds = touches & (cohorts.start <= begin) & (cohorts.end >= end)
    for day, shift in np.argwhere(holds):
        low = (begin - int(cohorts.start[day, shift])) // MINUTE_NS
        holds[day, shift] = _leaves_breaks(
            cohorts, int(shift), (int(low), int(low) + session.minutes), step
        )
    return touches, holds


def _leaves_breaks(cohorts: Cohorts, shift: int, span: tuple[int, int], step: int) -> bool:
    """Whether every break of the template still has a start beside the session."""
    template = cohorts.template(shift)
    taken = [span]
    for item in sorted(template.breaks, key=lambda one: one.earliest_minute) if template else ():
        starts = range(-(-item.earliest_minute // step) * step, item.latest_minute + 1, step)
        free = [
            begin
            for begin in starts
            if all(begin >= high or begin + item.minutes <= first for first, high in taken)
        ]
        if not free:
            return False
        taken.append((free[0], free[0] + item.minutes))
    return True


def cut_by_sessions(cohorts: Cohorts, step: int) -> Bools:
    """Shifts (people, days, shifts) that would hold a session of the person only in part."""
    cut = np.zeros((len(cohorts.people), *cohorts.heads.shape), dtype=bool)
    for number, person in enumerate(cohorts.people):
        for session in person.counselling:
            touches, holds = _inside(cohorts, session, step)
            cut[number] |= touches & ~holds
    return cut


def session_cover(cohorts: Cohorts, step: int) -> tuple[Cover, ...]:
    """Each session wants its person on a shift that holds it."""
    return tuple(
        Cover(
            cells=tuple((int(d), int(s)) for d, s in np.argwhere(holds)),
            need=1,
            short_price=SESSION_PRICE,
            extra_price=0.0,
            people=(number,),
            name=f"counselling of {person.id}",
        )
        for number, person in enumerate(cohorts.people)
        for session in person.counselling
        if (holds := _inside(cohorts, session, step)[1]).any()
    )


def held_sessions(cohorts: Cohorts, person: int, day: int, shift: int) -> list[tuple[int, int]]:
    """Sessions inside a duty, as spans of minutes of the shift."""
    begin, end = int(cohorts.start[day, shift]), int(cohorts.end[day, shift])
    found = []
    for session in cohorts.people[person].counselling:
        low, high = _instants(session)
        if begin <= low and high <= end:
            found.append(((low - begin) // MINUTE_NS, (high - begin) // MINUTE_NS))
    return found


def missed_rows(
    cohorts: Cohorts, chosen: Ints, *, horizon: tuple[int, int], step: int
) -> list[tuple[object, ...]]:
    """Rows (person, start, minutes, reason) of sessions in the horizon that no duty holds."""
    rows: list[tuple[object, ...]] = []
    for number, person in enumerate(cohorts.people):
        for session in person.counselling:
            begin, end = _instants(session)
            if end <= horizon[0] or begin >= horizon[1]:
                continue
            holds = _inside(cohorts, session, step)[1]
            worked = np.flatnonzero(chosen[number] >= 0)
            if holds[worked, chosen[number, worked]].any():
                continue
            reason = (
                "the person can work no shift that holds it"
                if holds.any()
                else "no planned shift holds it"
            )
            rows.append((person.id, begin, session.minutes, reason))
    return rows
