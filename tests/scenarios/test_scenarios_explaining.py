from dataclasses import replace
from functools import cache
from itertools import permutations

import numpy as np
import pytest

from capacity.domain import EventShape
from capacity.errors import DataError
from capacity.planning import Memo, plan_volume
from capacity.scenarios import (
    Assumption,
    PromiseKept,
    Scenario,
    TeamSuffices,
    break_even,
    changes,
    heads_grid,
    price_list,
    sensitivity,
    waterfall,
)
from capacity.scenarios.decomposition import changed_factors
from capacity.scenarios.shapley import shapley_exact, shapley_sampled
from tests.oracles.front_pipeline import small_plan

FACTORS = ("a", "b", "c", "d")


def game(done):
    """A value with interactions: neither additive nor symmetric."""
    bits = [name in done for name in FACTORS]
    return 3.0 * bits[0] + 2.0 * bits[0] * bits[1] + max(0, sum(bits) - 2) ** 2 + 0.5 * bits[3]


def brute(value, factors):
    """The mean marginal contribution over every order, one order after the other."""
    found = dict.fromkeys(factors, 0.0)
    orders = list(permutations(factors))
    for order in orders:
        done = frozenset()
        for name in order:
            found[name] += (value(done | {name}) - value(done)) / len(orders)
            done |= {name}
    return found


def test_exact_shapley_equals_the_mean_over_all_orders():
    assert shapley_exact(game, FACTORS) == pytest.approx(brute(game, FACTORS))


def test_symmetric_factors_share_equally_and_an_idle_one_gets_nothing():
    shares = shapley_exact(lambda done: 10.0 if {"a", "b"} <= done else 0.0, FACTORS)
    assert shares == {"a": 5.0, "b": 5.0, "c": 0.0, "d": 0.0}


def test_sampled_shapley_adds_up_exactly_and_covers_the_truth():
    found = shapley_sampled(game, FACTORS, orders=60, seed=1)
    assert sum(mean for mean, _ in found.values()) == pytest.approx(
        game(set(FACTORS)) - game(set())
    )
    truth = brute(game, FACTORS)
    for name, (mean, error) in found.items():
        assert abs(mean - truth[name]) <= 4 * error + 1e-12


@cache
def planned(*what):
    base = small_plan()
    operation = Scenario("x", *what).applied_to(base.operation, as_of=base.volume.as_of)
    return plan_volume(base.volume, operation, base.settings, memo=Memo.of(base))


AFTER = (
    changes.Volume("hash_match", by=0.4),
    changes.HandlingTime("hash_match", by=0.2),
    changes.ExposureCap(hours_per_day=3),
)


def test_only_what_changed_is_a_factor():
    assert changed_factors(small_plan(), small_plan()) == []
    assert changed_factors(small_plan(), planned(*AFTER)) == [
        "volume",
        "mix",
        "handling time",
        "exposure cap",
    ]


def test_the_waterfall_goes_from_the_heads_of_one_plan_to_those_of_the_other():
    after = planned(*AFTER)
    fall = waterfall(small_plan(), after)
    assert fall.after - fall.before == pytest.approx(fall.frame["heads"].sum())
    percentile = after.settings.percentile
    assert fall.after == after.headcount.required(percentile).max()
    column = after.headcount.months.labels.index(fall.month)
    ends = [
        np.quantile(plan.headcount.required_paths[:, column, -1], percentile)
        for plan in (small_plan(), after)
    ]
    factors = fall.frame[fall.frame["factor"] != "rounding"]["heads"].sum()
    assert factors == pytest.approx(ends[1] - ends[0])
    assert fall.evaluations == 16


def test_two_equal_plans_have_no_factor_but_zero_rounding():
    fall = waterfall(small_plan(), small_plan())
    assert fall.frame[["factor", "heads"]].to_numpy().tolist() == [["rounding", 0.0]]


def test_volume_that_grows_alike_everywhere_is_no_mix():
    fall = waterfall(small_plan(), planned(changes.Volume(by=0.4)))
    heads = fall.frame.set_index("factor")["heads"]
    assert heads["volume"] > 1
    assert abs(heads["mix"]) < 0.2 * heads["volume"]


def test_plans_that_cannot_be_decomposed_are_refused():
    base = small_plan()
    other = replace(base, settings=replace(base.settings, percentile=0.5))
    with pytest.raises(DataError, match=r"differ in percentile \(0.8 and 0.5\)"):
        waterfall(base, other)
    with pytest.raises(DataError, match="'2031-01' is not in the plans"):
        waterfall(base, base, month="2031-01")


@cache
def prices():
    return price_list(small_plan())


def test_the_price_list_has_the_signs_that_everyone_expects():
    table = prices().frame.set_index("change")
    assert table.loc["volume of all queues +10 %", "heads"] > 0
    assert table.loc["volume of all queues -10 %", "heads"] < 0
    assert table.loc["exposure cap of all pools: hours_per_day 3.5", "heads"] >= 0
    assert table.loc["exposure cap of all pools: hours_per_day 4.5", "heads"] <= 0
    assert (table[table["assumption"].str.startswith("target")]["heads"] >= -0.05).all()


def test_a_point_of_absence_costs_heads_in_the_exact_ratio():
    row = prices().frame.set_index("assumption").loc["absence"]
    before = small_plan().operation.pools[0].shrinkage.availability
    ratio = float(before / (before - row_share()))
    assert row["heads"] == pytest.approx(prices().base_heads * (ratio - 1), rel=1e-6)


def row_share():
    return changes.Shrinkage("x", "0.01").share


def test_the_largest_effect_stands_first_and_an_assumption_stays_together():
    table = prices().frame
    reach = table.groupby("assumption", sort=False)["heads"].apply(lambda heads: heads.abs().max())
    assert (np.diff(reach) <= 1e-12).all()
    assert (
        table["assumption"].nunique() == (table["assumption"] != table["assumption"].shift()).sum()
    )


def test_workers_do_not_change_the_sensitivity():
    items = [
        Assumption(
            name="pay", changes=(changes.Wage(by=0.1), changes.Wage(by=-0.1)), relative=(0.1, -0.1)
        )
    ]
    one, two = (sensitivity(small_plan(), items, jobs=jobs).frame for jobs in (1, 2))
    assert one.equals(two)
    assert one["heads"].abs().max() < 1e-6
    assert one.loc[one["change"].str.contains(r"\+10"), "cost"].item() > 0


def test_a_wrong_assumption_is_refused_before_anything_runs():
    told = []
    items = [Assumption(name="x", changes=(changes.Volume("hash", by=0.1),))]
    with pytest.raises(DataError, match="unknown queue 'hash'"):
        sensitivity(small_plan(), items, progress=told.append)
    assert told == []
    with pytest.raises(DataError, match="has no change to try"):
        sensitivity(small_plan(), [Assumption(name="x", changes=())])


def test_a_grid_has_a_row_and_a_column_for_each_change():
    grid = heads_grid(
        small_plan(),
        {"low": changes.Volume(by=-0.2), "high": changes.Volume(by=0.2)},
        {"4 h": changes.ExposureCap(hours_per_day=4), "3 h": changes.ExposureCap(hours_per_day=3)},
    )
    assert grid.shape == (2, 2)
    assert grid.loc["high", "3 h"] == grid.to_numpy().max()
    assert (grid.loc["high"] >= grid.loc["low"]).all()


def test_break_even_brackets_the_volume_that_today_s_team_can_carry():
    found = break_even(
        small_plan(),
        lambda by: changes.Volume(by=by, shape=EventShape.STEP),
        holds_at=-0.6,
        fails_at=2.0,
        condition=TeamSuffices(),
        within=0.2,
    )
    assert 0 < found.fails_at - found.holds_at <= 0.2
    assert "holds at" in found.summary()


def test_break_even_refuses_ends_on_the_same_side():
    with pytest.raises(DataError, match="still holds at"):
        break_even(
            small_plan(),
            lambda by: changes.Volume(by=by),
            holds_at=-0.6,
            fails_at=-0.5,
            condition=TeamSuffices(),
            within=0.1,
        )


def test_a_promise_fails_when_volume_grows_and_people_do_not():
    base = small_plan()
    kept = PromiseKept(queue="hash_match")
    grown = Scenario("x", changes.Volume(by=4.0)).applied_to(
        base.operation, as_of=base.volume.as_of
    )
    assert not kept(base, grown)
