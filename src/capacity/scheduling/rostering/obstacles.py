"""Which rule keeps which person from a planned shift, given everybody's other shifts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from capacity.domain.roster import FixedPart
from capacity.errors import InfeasibleError
from capacity.scheduling.rostering.bans import personal_bans
from capacity.scheduling.rostering.cohorts import HOUR_NS, Cohorts
from capacity.scheduling.rostering.fixing import fixed_shifts
from capacity.scheduling.rostering.problem import (
    BlockRule,
    Bools,
    Floats,
    Ints,
    RosterProblem,
    WindowRule,
)
from capacity.scheduling.rostering.time_rules import past_amount, window_starts

WORDS = {
    "contract hours": "at the contract hours of the week",
    "days a week": "at the days of the week",
    "days in a row": "at the days in a row",
    "day patterns": "on other days than one pattern of the week holds",
    "weekends": "at the weekends in four",
}
REST = "without the rest before or after"
SEQUENCE = "on a shift that this one may not follow or precede"
BUSY = "on another shift that day"


@dataclass(frozen=True, kw_only=True, eq=False)
class Obstacles:
    """The hard rules of a problem, asked about one more shift of each person.

    `step` is the length of a slice in minutes.
    """

    problem: RosterProblem
    cohorts: Cohorts
    step: int

    @cached_property
    def bans(self) -> dict[str, Bools]:
        """Cells that something of the person itself forbids."""
        return personal_bans(self.cohorts, self.step)

    def of(self, chosen: Ints, day: int, shift: int) -> dict[str, Bools]:
        """Whom each rule keeps from a shift (a mask over people), in the order of telling.

        `chosen` (people, days) holds the other shifts, -1 for a day off; a shift on the day
        itself counts only as "on another shift".
        """
        others = chosen.copy()
        others[:, day] = -1
        found = {name: ban[:, day, shift] for name, ban in self.bans.items()}
        found[BUSY] = chosen[:, day] >= 0
        for rule in self.problem.windows:
            if rule.is_hard:
                full = _over_window(rule, others, day, shift)
                found[WORDS[rule.name]] = found.get(WORDS[rule.name], False) | full
        found |= self._successions(others, day, shift)
        for block in self.problem.blocks:
            found[WORDS[block.name]] = _over_blocks(block, others, day)
        return found

    def _successions(self, others: Ints, day: int, shift: int) -> dict[str, Bools]:
        cohorts, days = self.cohorts, np.arange(others.shape[1])
        rest = cohorts.pool.min_rest_hours * HOUR_NS
        start, end = cohorts.start[days, others], cohorts.end[days, others]
        near = (others >= 0) & (np.abs(days - day) <= len(self.problem.forbidden))[None, :]
        after = (days > day)[None, :]
        gap = np.where(after, start - cohorts.end[day, shift], cohorts.start[day, shift] - end)
        named = np.zeros(len(others), dtype=bool)
        for first, second in cohorts.pool.forbidden_sequences:
            if day + 1 < days.size and cohorts.names[shift] == first:
                named |= _is_named(cohorts, others[:, day + 1], second)
            if day > 0 and cohorts.names[shift] == second:
                named |= _is_named(cohorts, others[:, day - 1], first)
        return {REST: (near & (gap < rest)).any(axis=1), SEQUENCE: named}


def _is_named(cohorts: Cohorts, column: Ints, name: str) -> Bools:
    if name not in cohorts.names:
        return np.zeros(column.size, dtype=bool)
    return np.asarray(column == cohorts.names.index(name))


def _over_window(rule: WindowRule, others: Ints, day: int, shift: int) -> Bools:
    people, days = others.shape
    shifts = rule.amount.shape[-1]
    amount = np.broadcast_to(rule.amount, (days, shifts))
    taken: Floats = np.where(others >= 0, amount[np.arange(days), others], 0.0)
    over = np.zeros(people, dtype=bool)
    for first in window_starts(rule, days) if rule.at_most is not None else ():
        if first <= day < first + rule.days and rule.at_most is not None:
            room = np.maximum(rule.at_most - past_amount(rule, first, people), 0.0)
            inside = taken[:, max(first, 0) : first + rule.days].sum(axis=1)
            over |= inside + amount[day, shift] > room + 1e-6
    return over


def _over_blocks(rule: BlockRule, others: Ints, day: int) -> Bools:
    busy = np.array([(others[:, list(block)] >= 0).any(axis=1) for block in rule.blocks]).T
    past = np.zeros((len(others), 0)) if rule.before is None else rule.before
    over = np.zeros(len(others), dtype=bool)
    for number, block in enumerate(rule.blocks):
        if day not in block:
            continue
        busy[:, number] = True
        every = np.concatenate([past, busy.astype(float)], axis=1)
        place = past.shape[1] + number
        for first in range(max(place - rule.window + 1, 0), place + 1):
            over |= every[:, first : first + rule.window].sum(axis=1) > rule.at_most + 1e-9
    return over


def require_keepable(obstacles: Obstacles, fixed: FixedPart) -> None:
    """Refuse a fixed part whose own days break a hard rule.

    All hard rules are upper limits, so the fixed days alone tell whether they can be kept.

    Raises
    ------
    InfeasibleError
        Each person, day and rule that contradict each other.
    """
    cohorts = obstacles.cohorts
    people = {person.id: number for number, person in enumerate(cohorts.people)}
    line = np.full((len(people), len(cohorts.dates)), -1, dtype=np.int64)
    for (person, value), name in fixed_shifts(cohorts, fixed).items():
        day = (value - cohorts.dates[0]).days
        line[people[person], day] = cohorts.names.index(name)
    faults: list[str] = []
    for day, shift in sorted({(int(d), int(line[p, d])) for p, d in np.argwhere(line >= 0)}):
        pinned = line[:, day] == shift
        for rule, kept in obstacles.of(line, day, shift).items():
            if rule != BUSY:
                faults += [
                    f"{cohorts.people[n].id} on {cohorts.names[shift]} {cohorts.dates[day]} is {rule}"
                    for n in np.flatnonzero(pinned & kept)
                ]
    if faults:
        shown = "; ".join(faults[:5]) + (" ..." if len(faults) > 5 else "")
        raise InfeasibleError(
            f"The fixed part breaks hard rules of pool {cohorts.pool.name}: {shown} "
            f"({len(faults)} in all). Fix: fix fewer days, or change the rule or the time off."
        )
