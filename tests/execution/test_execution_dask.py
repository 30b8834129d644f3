import os
import signal
import time

import joblib
import pytest

from capacity.domain.seeds import stream
from capacity.execution import run_many

distributed = pytest.importorskip("distributed")

# The cluster warns about its own sockets, ports and event loops while it starts and stops.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]


def draw(name):
    time.sleep(0.02)
    return float(stream(7, "scenario", name).random())


def draw_once_killed(item):
    """Kill the first worker that takes the item: the file says that it happened."""
    name, marker = item
    if name == "s5" and not os.path.exists(marker):  # noqa: PTH110 -- runs in a worker
        with open(marker, "w") as file:  # noqa: PTH123 -- as above
            file.write("killed")
        os.kill(os.getpid(), signal.SIGKILL)
    return draw(name)


@pytest.fixture(scope="module")
def cluster():
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as found,
        distributed.Client(found),
    ):
        yield found


def test_a_dask_cluster_gives_the_same_numbers_as_one_process(cluster):
    names = [f"s{k}" for k in range(12)]
    with joblib.parallel_config(backend="dask"):
        far = run_many(draw, names, jobs=None)
    assert far == run_many(draw, names)


def test_a_worker_killed_in_mid_run_changes_nothing(cluster, tmp_path):
    marker = tmp_path / "killed"
    items = [(f"s{k}", str(marker)) for k in range(12)]
    with joblib.parallel_config(backend="dask"):
        far = run_many(draw_once_killed, items, jobs=None)
    assert marker.exists()
    assert far == [draw(name) for name, _ in items]
