"""Tiny rosters from plans: the engine's answer is the best of all that enumeration finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from capacity.domain import (
    CounsellingSession,
    FixedPart,
    Operation,
    Person,
    ShiftPlan,
    ShiftTemplate,
)
from capacity.domain.person import ShiftRequest
from capacity.scheduling.rostering import SearchLimits, roster, search_roster
from capacity.scheduling.rostering.cohorts import read_cohorts
from capacity.scheduling.rostering.plan_problem import plan_problem
from tests.oracles.roster_search import least_cost
from tests.oracles.small_rosters import MORNING, plan, small

EVENING = ShiftTemplate(name="evening", start_minute=14 * 60, length_minutes=480)
LIMITS = SearchLimits(moves=6, stall=4, proof_nodes=500, gap=0.0)
FRIDAY = pd.Timestamp("2026-01-09", tz="UTC")


def tiny(seed: int) -> tuple[Operation, ShiftPlan]:
    """Two people from Friday to Monday with every kind of rule that a pool can have."""
    rng = np.random.default_rng(seed)
    people = tuple(
        Person(
            id=f"r{n}",
            pool="core",
            hours_per_week=float(rng.choice([16, 24])),
            time_off=(date(2026, 1, 9) + timedelta(days=int(rng.integers(0, 8))),),
            requests=(ShiftRequest(day=date(2026, 1, 10), wanted=bool(rng.random() < 0.5)),),
            carried_days=int(rng.integers(0, 3)),
            carried_weekends=int(rng.integers(0, 3)),
            carried_nights=int(rng.integers(0, 3)),
            counselling=(
                CounsellingSession(
                    start=FRIDAY + pd.Timedelta(hours=8 + 24 * int(rng.integers(0, 4)))
                ),
            )
            if rng.random() < 0.5
            else (),
        )
        for n in (1, 2)
    )
    operation = small(
        heads=2,
        people=people,
        shifts=(MORNING, EVENING),
        max_days_in_row=int(rng.integers(2, 4)),
        min_rest_hours=float(rng.choice([0, 11])),
        max_weekends_in_four=int(rng.integers(1, 3)) if rng.random() < 0.5 else None,
        forbidden_sequences=(("evening", "morning"),) if rng.random() < 0.5 else (),
        overtime_hours_per_week=8.0 if rng.random() < 0.4 else 0.0,
    )
    wanted = {
        (day, name): int(rng.integers(1, 3))
        for day in range(4)
        for name in ("morning", "evening")
        if rng.random() < 0.8
    }
    return operation, plan(operation, wanted or {(0, "morning"): 1}, start=FRIDAY, days=4)


@pytest.mark.parametrize("seed", range(25))
def test_the_choice_of_shifts_is_the_best_of_all(seed: int) -> None:
    operation, wanted = tiny(seed)
    cohorts = read_cohorts(wanted, operation, operation.pools[0])
    problem = plan_problem(wanted, operation, cohorts)
    found = search_roster(problem, seed=seed, limits=LIMITS)
    assert found.objective == pytest.approx(least_cost(problem), abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_the_same_holds_beside_a_fixed_part(seed: int) -> None:
    operation, wanted = tiny(seed)
    first = roster(wanted, operation)
    free = tuple(replace(person, requests=()) for person in operation.people)
    changed = replace(operation, people=free)
    fixed = FixedPart(roster=first, last=date(2026, 1, 9))
    cohorts = read_cohorts(wanted, changed, changed.pools[0])
    problem = plan_problem(wanted, changed, cohorts, fixed=fixed)
    found = search_roster(problem, seed=seed, limits=LIMITS)
    assert found.objective == pytest.approx(least_cost(problem), abs=1e-6)
