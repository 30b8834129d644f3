"""Weekends as blocks of days: how many of any four in a row a person may work."""

from __future__ import annotations

import numpy as np

from capacity.scheduling.rostering.cohorts import Cohorts
from capacity.scheduling.rostering.problem import BlockRule


def weekend_blocks(cohorts: Cohorts) -> tuple[BlockRule, ...]:
    """The pool's limit on worked weekends in any four, carried weekends included."""
    most = cohorts.pool.max_weekends_in_four
    if most is None:
        return ()
    weekends: dict[int, list[int]] = {}
    for day, value in enumerate(cohorts.dates):
        if value.weekday() >= 5:
            weekends.setdefault((value.toordinal() - 1) // 7, []).append(day)
    if not weekends:
        return ()
    # History above the limit forbids more but is no contradiction, so only its latest part counts.
    before = np.zeros((len(cohorts.people), 3))
    for number, person in enumerate(cohorts.people):
        carried = min(person.carried_weekends, most, 3)
        before[number, 3 - carried :] = 1.0
    return (
        BlockRule(
            name="weekends",
            blocks=tuple(tuple(days) for days in weekends.values()),
            at_most=np.full(len(cohorts.people), float(most)),
            window=4,
            before=before,
        ),
    )
