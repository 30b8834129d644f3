"""What keeps a person from a planned shift before anybody else's shift is looked at."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from capacity.scheduling.rostering.cohorts import HOUR_NS, Cohorts
from capacity.scheduling.rostering.problem import Bools
from capacity.scheduling.rostering.sessions import cut_by_sessions


def allowed_cells(cohorts: Cohorts, step: int) -> Bools:
    """Planned shifts (people, days, shifts) that nothing of the person itself forbids."""
    allowed = np.repeat(cohorts.exists[None], len(cohorts.people), axis=0)
    for ban in personal_bans(cohorts, step).values():
        allowed &= ~ban
    return np.asarray(allowed)


def personal_bans(cohorts: Cohorts, step: int) -> dict[str, Bools]:
    """Forbidden cells by their reason; `step` is the length of a slice in minutes."""
    off = np.zeros((len(cohorts.people), *cohorts.heads.shape), dtype=bool)
    tired = np.zeros_like(off)
    rest = cohorts.pool.min_rest_hours * HOUR_NS
    reached = _reached_dates(cohorts)
    for number, person in enumerate(cohorts.people):
        free = set(person.time_off)
        for (day, shift), touched in reached.items() if free else ():
            off[number, day, shift] = bool(free & touched)
        if person.last_shift_end is not None:
            ready = person.last_shift_end.tz_convert("UTC").as_unit("ns").value + rest
            tired[number] = cohorts.exists & (cohorts.start < ready)
    return {
        "on time off": off,
        "without rest since the shift before the plan": tired,
        "in a counselling session that the shift would cut": cut_by_sessions(cohorts, step),
    }


def _reached_dates(cohorts: Cohorts) -> dict[tuple[int, int], set[object]]:
    """Local dates that each planned shift touches."""
    reached: dict[tuple[int, int], set[object]] = {}
    for day, shift in np.argwhere(cohorts.exists):
        end = pd.Timestamp(int(cohorts.end[day, shift]) - 1, unit="ns", tz="UTC")
        last = end.tz_convert(cohorts.zone).date()
        first = cohorts.dates[day]
        span = max((last - first).days, 0)
        reached[int(day), int(shift)] = {first + timedelta(days=n) for n in range(span + 1)}
    return reached
