"""A comparison has the same bytes wherever it runs, however its work is cut up."""

import os
import signal
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path

import joblib
import pytest

from capacity.domain import Effort
from capacity.execution import content_key
from capacity.planning.holding import BaseKeys
from capacity.scenarios import Scenario, changes, compare
from capacity.scenarios.tasks import chain_cases, read_case
from tests.oracles.front_pipeline import small_plan

ROOT = Path(__file__).resolve().parents[2]
CAP = changes.ExposureCap(hours_per_day=3)
LEAVE = changes.Attrition(by=-0.5)
SCENARIOS = (
    Scenario("cap", CAP),
    Scenario("more", changes.Volume("hash_match", by=0.5)),
    Scenario("leave", LEAVE),
    Scenario("cap and leave", CAP, LEAVE),
)

# The cluster warns about its own sockets, ports and event loops while it starts and stops.
on_dask = pytest.mark.filterwarnings("ignore")


def bytes_of(comparison):
    return content_key(comparison.frame, comparison.paired, comparison.text, comparison.reused)


@cache
def serial():
    return compare(small_plan(), SCENARIOS)


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as found,
        distributed.Client(found),
    ):
        yield found


def cases_of(plan, scenarios):
    base = BaseKeys.of(plan)
    return base, [read_case(base, s.applied_to(plan.operation, as_of=plan.volume.as_of)) for s in scenarios]  # fmt: skip


def test_scenarios_with_the_same_new_shifts_go_to_one_worker_and_the_longest_first():
    base, cases = cases_of(small_plan(), SCENARIOS)
    chains = chain_cases(base, cases, reuse=True)
    assert sorted(map(sorted, chains)) == [[0, 3], [1], [2]]
    assert chains[-1] == [2]
    assert sorted(chain_cases(base, cases, reuse=False)) == [[0], [1], [2], [3]]


def test_a_later_scenario_of_the_same_worker_reuses_the_new_shifts():
    mine = serial().reused.query("scenario == 'cap and leave'").set_index("step")["reused"]
    assert mine[~mine].index.tolist() == ["headcount"]
    first = serial().reused.query("scenario == 'cap'").set_index("step")["reused"]
    assert not first["shifts"]


def test_a_quick_scenario_holds_the_margins_and_more_volume_the_curve():
    plan = small_plan()
    assert plan.settings.effort is Effort.QUICK
    base, (cap, more, leave, _) = cases_of(plan, SCENARIOS)
    for case in (cap, more):
        assert base.holding(case.operation).settings.factors == plan.shifts.factors
    assert base.holding(leave.operation).settings == plan.settings
    assert more.keys["curve"] == base.keys["curve"]
    assert cap.keys["curve"] != base.keys["curve"]
    assert more.keys["headcount"] != base.keys["headcount"]


@pytest.mark.parametrize("jobs", [2, 4])
def test_any_number_of_processes_gives_the_same_bytes(jobs):
    assert bytes_of(compare(small_plan(), SCENARIOS, jobs=jobs)) == bytes_of(serial())


@pytest.mark.parametrize("cut", [(0, 1, 4), (0, 2, 3, 4), (0, 3, 4)])
def test_any_cut_of_the_list_gives_the_same_rows(cut):
    rows = serial().frame.set_index("scenario")
    for first, last in pairwise(cut):
        part = compare(small_plan(), SCENARIOS[first:last]).frame.set_index("scenario")
        assert content_key(part) == content_key(rows.loc[part.index, part.columns])


@pytest.mark.slow
@on_dask
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_a_dask_cluster_of_any_size_gives_the_same_bytes(cluster, workers):
    cluster.scale(workers)
    with joblib.parallel_config(backend="dask"):
        far = compare(small_plan(), SCENARIOS, jobs=None)
    assert bytes_of(far) == bytes_of(serial())


@pytest.mark.slow
@on_dask
def test_a_dask_worker_killed_in_mid_run_changes_nothing(cluster):
    killed = []

    def kill_one(line):
        if not killed:
            killed.append(cluster.workers[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    with joblib.parallel_config(backend="dask"):
        far = compare(small_plan(), SCENARIOS, jobs=None, progress=kill_one)
    assert killed
    assert bytes_of(far) == bytes_of(serial())


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "jobs"), [("random", 1), ("17", 2)])
def test_the_hash_seed_changes_nothing(seed, jobs):
    code = (
        "import sys\n"
        "from tests.scenarios.test_scenarios_anywhere import SCENARIOS, bytes_of\n"
        "from capacity.scenarios import compare\n"
        "from tests.oracles.front_pipeline import small_plan\n"
        "if __name__ == '__main__': print(bytes_of(compare(small_plan(), SCENARIOS, jobs=int(sys.argv[1]))))"
    )
    told = subprocess.run(  # noqa: S603 -- our own code
        [sys.executable, "-c", code, str(jobs)],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
    )
    assert told.stdout.strip() == bytes_of(serial())
