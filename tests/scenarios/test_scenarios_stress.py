from functools import cache

import pandas as pd
import pytest

from capacity import plotting
from capacity.domain import Comparison, Effort
from capacity.errors import DataError, InfeasibleError
from capacity.scenarios import Scenario, best_scenario, changes, stress
from capacity.scenarios.pairing import COLUMNS
from tests.oracles.front_pipeline import small_plan


@cache
def stressed():
    flood = Scenario("flood", changes.Volume("hash_match", by=6.0))
    strict = Scenario("strict", changes.Target("appeal", within_hours=1.0))
    return stress(small_plan(), [flood, strict])


def rows(name, queue):
    table = stressed().frame
    return table[(table["scenario"] == name) & (table["queue"] == queue)].iloc[0]


def test_a_flood_breaks_the_flooded_queue_first():
    assert rows("flood", "hash_match")["share"] < rows("as is", "hash_match")["share"]
    line = next(line for line in stressed().summary().splitlines() if line.startswith("flood"))
    assert "hash_match misses by most" in line


def test_as_is_is_the_promise_of_the_plan():
    promise = next(p for p in small_plan().simulation.promises if p.queue == "hash_match")
    assert rows("as is", "hash_match")["share"] == promise.share


def test_a_shorter_target_is_played_with_the_same_people():
    assert rows("strict", "appeal")["share"] <= rows("as is", "appeal")["share"]


def comparison(**columns):
    base = {"scenario": ["as is", "a", "b"], "status": ["planned", "planned", "no plan: x"]}
    frame = pd.DataFrame(base | {"cost": [5.0, 7.0, 1.0], "weeks_kept": [0.2, 0.9, 1.0]} | columns)
    empty = pd.DataFrame(columns=list(COLUMNS))
    return Comparison(frame=frame, paired=empty, effort=Effort.QUICK, seed=1, reused=frame)


def test_the_best_scenario_keeps_the_limits_and_has_a_plan():
    assert best_scenario(comparison()) == "as is"
    assert best_scenario(comparison(), at_least={"weeks_kept": 0.5}) == "a"
    assert best_scenario(comparison(), at_most={"cost": 6}, least="weeks_kept") == "as is"


def test_limits_that_nothing_keeps_say_what_each_leaves():
    with pytest.raises(InfeasibleError, match=r"cost <= 1 leaves 0; weeks_kept >= 0.5 leaves 1"):
        best_scenario(comparison(), at_most={"cost": 1}, at_least={"weeks_kept": 0.5})


def test_an_unknown_column_is_refused_with_the_nearest():
    with pytest.raises(DataError, match="did you mean 'weeks_kept'"):
        best_scenario(comparison(), at_least={"week_kept": 0.5})


def test_a_comparison_without_any_plan_can_still_be_drawn():
    frame = comparison().frame.assign(currency="USD", peak_heads=5, peak_month="2026-01")
    frame["status"] = ["planned", "no plan: x", "no plan: y"]
    empty = pd.DataFrame(columns=list(COLUMNS))
    table = Comparison(frame=frame, paired=empty, effort=Effort.QUICK, seed=1, reused=frame)
    assert plotting.chart_faults(plotting.scenarios(table)) == ()
