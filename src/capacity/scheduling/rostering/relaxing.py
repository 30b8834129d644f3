"""The smallest set of rules whose relaxing fills the missing heads, and the people that would."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from capacity.domain.person import Person
from capacity.scheduling.rostering.cohorts import Cohorts, days_a_week
from capacity.scheduling.rostering.obstacles import BUSY, Obstacles
from capacity.scheduling.rostering.plan_problem import DAY_PATTERNS
from capacity.scheduling.rostering.problem import Ints, WindowRule
from capacity.scheduling.rostering.unfilled import missing_heads

# From the rule whose relaxing hurts least to the one that hurts most (a convention).
PRICE_ORDER = (
    "at the contract hours of the week",
    "at the days of the week",
    "in a counselling session that the shift would cut",
    "on a shift that this one may not follow or precede",
    "at the weekends in four",
    "at the days in a row",
    "without the rest before or after",
    "without rest since the shift before the plan",
    "on time off",
)
MOST_RULES = 3
MOST_NEW_PEOPLE = 400


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """Rules whose relaxing lets the people of a pool fill heads, and how far each must give.

    `filled` and `left` are heads; `uses` gives for each rule the heads that need it and the
    people who would break it; `left` heads find nobody whatever is relaxed.
    """

    rules: tuple[str, ...]
    filled: int
    left: int
    uses: tuple[tuple[str, int, int], ...]


def smallest_relaxation(obstacles: Obstacles, chosen: Ints) -> Relaxation | None:
    """The fewest rules (then the cheapest) that fill as many missing heads as all rules together.

    Heads are given one after the other to people whom only the relaxed rules keep away, the
    scarcest first; None when nothing is missing.
    """
    cells = list(missing_heads(obstacles, chosen))
    if not cells:
        return None
    masks = [_mask(obstacles, chosen, day, shift) for day, shift, _ in cells]
    found = {bit for mask in masks for value in np.unique(mask[mask >= 0]) for bit in _bits(value)}
    everything = _fill(obstacles, chosen, cells, sum(1 << bit for bit in found))
    rules = sorted(found)
    for size in range(1, min(MOST_RULES, len(rules)) + 1):
        for subset in combinations(rules, size):
            allowed = sum(1 << bit for bit in subset)
            most = sum(
                min(heads, int(((mask >= 0) & (mask & ~allowed == 0)).sum()))
                for mask, (_, _, heads) in zip(masks, cells, strict=True)
            )
            if most < everything.filled:
                continue
            answer = _fill(obstacles, chosen, cells, allowed)
            if answer.filled >= everything.filled:
                return answer
    return everything


def _mask(obstacles: Obstacles, chosen: Ints, day: int, shift: int) -> Ints:
    """The rules that keep each person from a shift as bits; -1 for a person on another shift."""
    found = obstacles.of(chosen, day, shift)
    mask = np.zeros(len(chosen), dtype=np.int64)
    for bit, name in enumerate(PRICE_ORDER):
        if name in found:
            mask |= found[name].astype(np.int64) << bit
    return np.where(found[BUSY], -1, mask)


def _bits(value: int) -> list[int]:
    return [bit for bit in range(len(PRICE_ORDER)) if value >> bit & 1]


def _fill(
    obstacles: Obstacles, chosen: Ints, cells: list[tuple[int, int, int]], allowed: int
) -> Relaxation:
    """Give the missing heads to people whom nothing but the allowed rules keeps away."""
    line, filled, left = chosen.copy(), 0, 0
    heads_of = dict.fromkeys(range(len(PRICE_ORDER)), 0)
    people_of: dict[int, set[int]] = {bit: set() for bit in heads_of}
    for day, shift, heads in cells:
        mask = _mask(obstacles, line, day, shift)
        able = np.flatnonzero((mask >= 0) & (mask & ~allowed == 0))
        count = np.array([int(value).bit_count() for value in mask[able]])
        worked = (line[able] >= 0).sum(axis=1)
        takers = able[np.lexsort((able, worked, count))][:heads]
        line[takers, day] = shift
        filled, left = filled + takers.size, left + heads - takers.size
        for person in takers:
            for bit in _bits(int(mask[person])):
                heads_of[bit] += 1
                people_of[bit].add(int(person))
    used = [bit for bit in heads_of if heads_of[bit]]
    return Relaxation(
        rules=tuple(PRICE_ORDER[bit] for bit in used),
        filled=filled,
        left=left,
        uses=tuple((PRICE_ORDER[bit], heads_of[bit], len(people_of[bit])) for bit in used),
    )


def people_needed(obstacles: Obstacles, chosen: Ints) -> int | None:
    """Further people of the pool's contract who could take the missing heads, packed one by one.

    None where even a new person may not take some shift.
    """
    cells = list(missing_heads(obstacles, chosen))
    count = min(sum(heads for _, _, heads in cells), MOST_NEW_PEOPLE)
    fresh = _new_team(obstacles, count)
    line = np.full((count, chosen.shape[1]), -1, dtype=np.int64)
    for day, shift, heads in cells:
        mask = _mask(fresh, line, day, shift)
        takers = np.flatnonzero(mask == 0)[:heads]
        if takers.size < heads:
            return None
        line[takers, day] = shift
    return int((line >= 0).any(axis=1).sum())


def _new_team(obstacles: Obstacles, count: int) -> Obstacles:
    """The same rules for people without history, wishes or leave."""
    pool = obstacles.cohorts.pool
    people = tuple(Person(id=f"x{n}", pool=pool.name) for n in range(count))
    cohorts: Cohorts = replace(obstacles.cohorts, people=people)
    windows = tuple(_for_new(rule, cohorts) for rule in obstacles.problem.windows if rule.is_hard)
    blocks = tuple(
        replace(
            rule,
            at_most=np.full(count, float(pool.max_weekends_in_four or 0)),
            before=np.zeros((count, 0)),
        )
        for rule in obstacles.problem.blocks
    )
    shape = (count, *obstacles.problem.allowed.shape[1:])
    problem = replace(
        obstacles.problem,
        people=tuple(person.id for person in people),
        allowed=np.ones(shape, dtype=bool),
        price=np.zeros(shape),
        cover=(),
        windows=windows,
        blocks=blocks,
        stable=(),
        must_work=None,
    )
    return Obstacles(problem=problem, cohorts=cohorts, step=obstacles.step)


def _for_new(rule: WindowRule, cohorts: Cohorts) -> WindowRule:
    """A hard rule over days for people without history, at the contract of the pool."""
    pool = cohorts.pool
    limits = {
        "contract hours": 60 * (pool.hours_per_week + pool.overtime_hours_per_week),
        "days a week": float(days_a_week(pool)),
        "days in a row": float(pool.max_days_in_row),
    }
    if rule.name == DAY_PATTERNS and rule.at_most is not None:
        limits[rule.name] = float(rule.at_most.max())  # the same for everybody
    return replace(rule, at_most=np.full(len(cohorts.people), limits[rule.name]), before=None)
