"""Laws of rosters: no random roster breaches a rule, and nothing of the plan is dropped."""

from __future__ import annotations

import pytest

from capacity.scheduling.checking import check
from capacity.scheduling.rostering import roster
from tests.oracles.rosters import random_case


@pytest.mark.parametrize("block", range(10))
def test_no_random_roster_breaches_a_rule(block: int) -> None:
    for seed in range(20 * block, 20 * block + 20):
        operation, plan = random_case(seed)
        given = roster(plan, operation, seed=seed)
        report = check(given, operation, plan)
        assert report.passed, f"case {seed}: {report.summary()}\n{report.breaches.head()}"
        assert given.accepted


def test_same_seed_same_roster_byte_for_byte() -> None:
    operation, plan = random_case(3)
    first, second = (roster(plan, operation, seed=11) for _ in range(2))
    assert first.frame.to_csv() == second.frame.to_csv()
    assert first.unfilled.to_csv() == second.unfilled.to_csv()
