import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from capacity import plotting
from capacity.errors import DataError, InfeasibleError
from capacity.execution import content_key
from capacity.reporting.plan_files import write_comparison
from capacity.scenarios import Scenario, changes, compare, tasks
from capacity.scenarios.measuring import measure
from capacity.scenarios.pairing import paired_mean, peak_difference
from tests.oracles.front_pipeline import small_plan

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = (
    Scenario("more", changes.Volume("hash_match", by=0.5)),
    Scenario("attrition", changes.Attrition(by=-0.5)),
    Scenario("nothing"),
)


@cache
def compared():
    return compare(small_plan(), SCENARIOS)


def bytes_of(comparison):
    return content_key(comparison.frame, comparison.paired, comparison.text, comparison.reused)


def test_as_is_stands_first_and_then_the_scenarios_in_their_order():
    frame = compared().frame
    assert frame["scenario"].tolist() == ["as is", "more", "attrition", "nothing"]
    assert (frame["status"] == "planned").all()


def test_a_scenario_that_changes_nothing_differs_in_nothing():
    frame = compared().frame.set_index("scenario").drop(columns="status")
    assert frame.loc["nothing"].equals(frame.loc["as is"])
    mine = compared().paired.query("scenario == 'nothing'")
    assert (mine[["difference", "low", "high"]] == 0).all(axis=None)
    assert compared().reused.query("scenario == 'nothing'")["reused"].all()


def test_more_volume_needs_more_heads_on_every_path():
    mine = compared().paired.query("scenario == 'more'").set_index("measure")
    row = mine.loc["heads needed, mean of months"]
    assert row["low"] > 0
    assert row["low"] < row["difference"] < row["high"]


def test_attrition_alone_plans_only_the_headcount_again():
    mine = compared().reused.query("scenario == 'attrition'").set_index("step")["reused"]
    assert mine[~mine].index.tolist() == ["headcount"]


def test_without_reuse_the_comparison_is_the_same_but_for_what_was_reused():
    afresh = compare(small_plan(), SCENARIOS[:2], reuse=False)
    reusing = compare(small_plan(), SCENARIOS[:2])
    assert content_key(afresh.frame, afresh.paired) == content_key(reusing.frame, reusing.paired)
    assert not afresh.reused["reused"].any()


def test_two_workers_give_the_same_bytes_as_one():
    assert bytes_of(compare(small_plan(), SCENARIOS, jobs=2)) == bytes_of(compared())


def test_the_order_of_scenarios_changes_the_order_of_rows_alone():
    turned = compare(small_plan(), SCENARIOS[::-1])
    assert turned.frame["scenario"].tolist()[1:] == ["nothing", "attrition", "more"]
    one = turned.frame.set_index("scenario").loc["more"]
    assert one.equals(compared().frame.set_index("scenario").loc["more"])


def test_a_wrong_change_is_refused_before_anything_runs():
    told = []
    with pytest.raises(DataError, match="scenario typo: unknown queue 'hash_mach'"):
        compare(
            small_plan(),
            [*SCENARIOS, Scenario("typo", changes.Volume("hash_mach", by=0.1))],
            progress=told.append,
        )
    assert told == []


@pytest.mark.parametrize("names", [("a", "a"), ("as is", "b")])
def test_a_name_twice_or_as_is_is_refused(names):
    with pytest.raises(DataError, match=r"listed twice|always implied"):
        compare(small_plan(), [Scenario(name) for name in names])


def test_a_scenario_that_no_plan_can_serve_says_why_and_has_no_figures(monkeypatch):
    def refuse(*args, **options):
        raise InfeasibleError("no shift covers the night")

    monkeypatch.setattr(tasks, "plan_volume", refuse)
    comparison = compare(small_plan(), SCENARIOS[:1])
    row = comparison.frame.set_index("scenario").loc["more"]
    assert row["status"] == "no plan: no shift covers the night"
    assert np.isnan(row["peak_heads"])
    assert "no shift covers the night" in comparison.summary()
    assert comparison.paired.empty


def test_the_summary_names_every_scenario_and_its_change():
    text = compared().summary()
    assert text.startswith("As is: ")
    assert "more: volume of hash_match +50 %." in text
    assert "nothing: nothing changes." in text
    assert "effort QUICK" in text


def test_the_picture_of_a_comparison_has_no_fault():
    ax = plotting.scenarios(compared())
    assert plotting.chart_faults(ax) == ()
    assert next(label.get_text() for label in ax.get_yticklabels()) == "more"


def test_a_comparison_is_written_as_tables_text_and_picture(tmp_path):
    written = write_comparison(compared(), tmp_path / "out")
    assert set(written.files) == {
        "summary.txt",
        "scenarios.csv",
        "paired.csv",
        "reused.csv",
        "scenarios.png",
    }
    frame = pd.read_csv(tmp_path / "out" / "scenarios.csv")
    assert frame["peak_heads"].tolist() == compared().frame["peak_heads"].tolist()


def test_people_with_access_and_exposure_come_from_the_recount():
    made = small_plan()
    row = measure(made).row
    days = made.check.exposure[made.check.exposure["hours"] > 0]
    assert row["people_with_access"] == days["person"].nunique()
    assert row["exposure_hours_per_day"] == pytest.approx(days["hours"].mean())


def test_changed_targets_are_not_paired_with_the_old_ones():
    base = measure(small_plan())
    other = replace(base, paths={name.replace("24 h", "12 h"): x for name, x in base.paths.items()})
    shared = set(base.paths) & set(other.paths)
    assert not any("hash_match" in name for name in shared)


def test_paired_means_leave_out_paths_without_cases():
    mean, low, high, error, count = paired_mean(np.array([1.0, np.nan, 3.0]))
    assert (mean, count) == (2.0, 2)
    assert error == pytest.approx(1.0)
    assert low < mean < high
    assert np.isnan(paired_mean(np.array([np.nan]))[0])


def test_the_interval_of_the_peak_covers_a_constant_difference_exactly():
    base = np.random.default_rng(1).gamma(20, 2, size=(80, 6))
    value, low, high, error = peak_difference(base, base + 3, percentile=0.8, seed=1, name="x")
    assert (value, low, high) == pytest.approx((3, 3, 3))
    assert error == pytest.approx(0, abs=1e-9)


def test_the_interval_of_the_peak_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(2)
    hits = 0
    truth = 1.5
    for trial in range(60):
        level = rng.normal(50, 5, size=(200, 1))
        base = level + rng.normal(0, 1, size=(200, 3))
        other = level + truth + rng.normal(0, 1, size=(200, 3))
        _, low, high, _ = peak_difference(base, other, percentile=0.5, seed=trial, name="t")
        hits += low <= truth <= high
    assert hits >= 50


def test_the_result_does_not_depend_on_the_hash_seed():
    code = (
        "from capacity.execution import content_key as key;"
        "from capacity.scenarios import Scenario, changes, compare;"
        "from tests.oracles.front_pipeline import small_plan;"
        "found = compare(small_plan(), [Scenario('more', changes.Volume('hash_match', by=0.5))]);"
        "print(key(found.frame, found.paired, found.text))"
    )
    keys = {
        subprocess.run(  # noqa: S603 -- our own code
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(keys) == 1
