"""Facts about the explanation of partial rosters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from capacity.domain import ExposureCap
from capacity.errors import InfeasibleError
from capacity.scheduling.roster_explanation import explain_roster
from capacity.scheduling.rostering import roster
from tests.oracles.infeasible import FIXTURES, Fixture, contradictory_part, daily_cap, rest
from tests.oracles.small_rosters import plan, small


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.name)
def test_every_infeasible_fixture_is_explained_in_words(fixture: Fixture) -> None:
    wanted, operation = fixture.build(4)
    given = roster(wanted, operation)
    assert given.is_partial
    assert given.accepted
    assert given.summary().startswith("PARTIAL ROSTER")
    told = explain_roster(given, wanted, operation).summary()
    assert all(word in told for word in fixture.words), told


def test_a_fixed_part_that_contradicts_is_told_with_person_day_and_rule() -> None:
    wanted, operation, fixed = contradictory_part(4)
    with pytest.raises(InfeasibleError, match="r001 on morning 2026-01-06 is on time off"):
        roster(wanted, operation, fixed=fixed)


def test_a_complete_roster_needs_no_explanation() -> None:
    operation = small(heads=2)
    wanted = plan(operation, {(0, "morning"): 1})
    explanation = explain_roster(roster(wanted, operation), wanted, operation)
    assert explanation.sentences == ()
    assert explanation.frame.empty


def test_relaxing_the_named_rule_really_fills_the_heads() -> None:
    wanted, operation = rest(4)
    explanation = explain_roster(roster(wanted, operation), wanted, operation)
    change = explanation.remedies.iloc[0]
    assert change["change"] == "relax: without the rest before or after"
    assert change["still_short"] == 0
    relaxed = replace(operation, pools=(replace(operation.pools[0], min_rest_hours=0.0),))
    assert roster(wanted, relaxed).unfilled.empty


def test_the_people_named_really_fill_the_heads() -> None:
    wanted, operation = rest(4)
    explanation = explain_roster(roster(wanted, operation), wanted, operation)
    more = explanation.remedies.query("change == 'more people'").iloc[0]["amount"]
    assert more == 4
    bigger = small(heads=4 + more, shifts=operation.pools[0].shifts)
    assert roster(wanted, bigger).unfilled.empty
    fewer = small(heads=3 + more, shifts=operation.pools[0].shifts)
    assert len(roster(wanted, fewer).unfilled)


def test_caps_are_named_last_and_only_if_asked() -> None:
    wanted, operation = daily_cap(4)
    given = roster(wanted, operation)
    assert "longer" not in explain_roster(given, wanted, operation).summary()
    asked = explain_roster(given, wanted, operation, relax_caps=True)
    assert "asked for, last of all" in asked.sentences[-1]
    change = asked.remedies.iloc[-1]
    longer = ExposureCap(hours_per_day=1.0 + change["amount"])
    better = roster(wanted, replace(operation, exposure=longer))
    assert better.unassigned["hours"].sum() < 0.6 * given.unassigned["hours"].sum()


def test_gaps_beyond_the_largest_are_counted_not_dropped() -> None:
    operation = small()
    wanted = plan(operation, {(day, "morning"): 3 for day in range(5)})
    explanation = explain_roster(roster(wanted, operation), wanted, operation, largest=2)
    assert "and 3 smaller gaps of 6 heads" in explanation.summary()
    assert explanation.frame["amount"].sum() == 10
