"""Laws of rosters: no random roster or shift plan breaches a rule, and nothing is dropped."""

from __future__ import annotations

import pytest

from capacity.scheduling.rostering import roster
from tests.oracles.rosters import random_case
from tests.oracles.scheduling import recount
from tests.oracles.shift_plans import random_scheduled


@pytest.mark.parametrize("block", range(8))
def test_no_random_roster_breaches_a_rule(block: int) -> None:
    for seed in range(20 * block, 20 * block + 20):
        operation, plan = random_case(seed)
        given = roster(plan, operation, seed=seed)
        assert given.accepted, f"case {seed}: {given.notes[-1]}"


@pytest.mark.parametrize("block", range(4))
def test_no_random_shift_plan_nor_its_roster_breaches_a_rule(block: int) -> None:
    for seed in range(10 * block, 10 * block + 10):
        operation, plan = random_scheduled(seed)
        assert recount(plan, operation) == [], f"case {seed}"
        given = roster(plan, operation, seed=seed)
        assert given.accepted, f"case {seed}: {given.notes[-1]}"


def test_same_seed_same_roster_byte_for_byte() -> None:
    operation, plan = random_case(3)
    first, second = (roster(plan, operation, seed=11) for _ in range(2))
    assert first.frame.to_csv() == second.frame.to_csv()
    assert first.unfilled.to_csv() == second.unfilled.to_csv()
