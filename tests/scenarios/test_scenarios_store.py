import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from capacity.errors import DataError
from capacity.execution import content_key
from capacity.scenarios import ResultStore, Scenario, changes, compare, comparing, tasks
from capacity.scenarios.measuring import Measured, measure
from tests.oracles.front_pipeline import small_plan

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = tuple(Scenario(f"a{k}", changes.Attrition(by=-k / 10)) for k in range(1, 5))


def bytes_of(comparison):
    return content_key(comparison.frame, comparison.paired, comparison.reused, comparison.text)


def test_a_result_reads_back_to_the_last_bit(tmp_path):
    store = ResultStore.open(tmp_path)
    before = measure(small_plan())
    store.keep("k", before)
    after = store.find("k")
    assert list(after.row.items()) == list(before.row.items())
    assert {k: type(v) for k, v in after.row.items()} == {k: type(v) for k, v in before.row.items()}
    assert all(np.array_equal(after.paths[k], v, equal_nan=True) for k, v in before.paths.items())
    assert np.array_equal(after.required, before.required)
    assert store.find("other") is None


def test_a_missing_number_reads_back_as_missing(tmp_path):
    store = ResultStore.open(tmp_path)
    store.keep("k", Measured(row={"x": float("nan")}, failure="no shift"))
    assert np.isnan(store.find("k").row["x"])
    assert store.find("k").failure == "no shift"


def test_a_finished_comparison_is_read_and_nothing_is_planned_again(tmp_path, monkeypatch):
    first = compare(small_plan(), SCENARIOS[:2], store=ResultStore.open(tmp_path))

    def refuse(*arguments, **options):
        raise AssertionError("planned again")

    monkeypatch.setattr(tasks, "plan_volume", refuse)
    again = compare(small_plan(), SCENARIOS[:2], store=ResultStore.open(tmp_path))
    assert bytes_of(again) == bytes_of(first) == bytes_of(compare_without_store(monkeypatch))


def compare_without_store(monkeypatch):
    monkeypatch.undo()
    return compare(small_plan(), SCENARIOS[:2])


def test_an_interrupted_sweep_goes_on_where_it_stopped(tmp_path, monkeypatch):
    run = comparing.run_task
    ran = []

    def interrupt(task):
        if len(ran) == 2:
            raise KeyboardInterrupt
        ran.append(task)
        return run(task)

    monkeypatch.setattr(comparing, "run_task", interrupt)
    with pytest.raises(KeyboardInterrupt):
        compare(small_plan(), SCENARIOS, store=ResultStore.open(tmp_path))
    assert not (tmp_path / "manifest.json").exists()
    monkeypatch.setattr(comparing, "run_task", run)
    told = []
    resumed = compare(
        small_plan(), SCENARIOS, store=ResultStore.open(tmp_path), progress=told.append
    )
    assert told[0] == "2 of 4 scenarios are finished already"
    assert bytes_of(resumed) == bytes_of(compare(small_plan(), SCENARIOS))
    assert set(json.loads((tmp_path / "manifest.json").read_text())["scenarios"]) == {
        "a1",
        "a2",
        "a3",
        "a4",
    }


def test_without_resume_everything_is_planned_again(tmp_path, monkeypatch):
    compare(small_plan(), SCENARIOS[:1], store=ResultStore.open(tmp_path))
    ran = []
    run = comparing.run_task
    monkeypatch.setattr(comparing, "run_task", lambda task: ran.append(1) or run(task))
    compare(small_plan(), SCENARIOS[:1], store=ResultStore.open(tmp_path, resume=False))
    assert ran == [1]


def test_a_store_of_another_version_is_refused_with_the_fix(tmp_path):
    ResultStore.open(tmp_path)
    header = tmp_path / "versions.json"
    header.write_text(header.read_text().replace('"highspy": "', '"highspy": "0.'))
    with pytest.raises(DataError, match=r"other versions: highspy 0\..*name another folder"):
        ResultStore.open(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda t: t[: len(t) // 2],
        lambda t: t.replace('"row": {', '"row": {"x": 1, '),
        lambda t: "[]",
    ],
)
def test_a_damaged_file_is_named_and_never_read(tmp_path, damage):
    store = ResultStore.open(tmp_path)
    store.keep("k", measure(small_plan()))
    path = tmp_path / "k.json"
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(DataError, match=r"k\.json: is damaged"):
        store.find("k")


def test_the_name_of_a_scenario_is_no_part_of_its_key(tmp_path):
    store = ResultStore.open(tmp_path)
    compare(small_plan(), [Scenario("one", changes.Attrition(by=-0.3))], store=store)
    told = []
    compare(
        small_plan(),
        [Scenario("two", changes.Attrition(by=-0.3))],
        store=store,
        progress=told.append,
    )
    assert told == ["1 of 1 scenarios are finished already"]


@pytest.mark.slow
def test_killed_at_ten_moments_a_store_holds_whole_files_or_none(tmp_path):
    code = (
        "import sys; from capacity.scenarios import ResultStore; from capacity.scenarios.measuring import Measured;"
        "import numpy as np; store = ResultStore.open(sys.argv[1]); print('on', flush=True)\n"
        "for k in range(100000): store.keep(f'k{k % 50}', Measured(row={'k': k % 50}, required=np.full((500, 18), k % 50.0)))"
    )
    rng = np.random.default_rng(4)
    for _ in range(10):
        with subprocess.Popen(  # noqa: S603 -- our own code
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT
        ) as process:
            process.stdout.readline()
            time.sleep(float(rng.uniform(0, 0.15)))
            process.kill()
        store = ResultStore.open(tmp_path)
        for path in tmp_path.glob("k*.json"):
            found = store.find(path.stem)
            assert found.row["k"] == found.required[0, 0] == int(path.stem[1:])
