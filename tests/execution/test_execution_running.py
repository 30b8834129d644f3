import sys
import time

import joblib
import numpy as np
import pytest

from capacity.domain.seeds import stream
from capacity.errors import DataError, MissingExtraError
from capacity.execution import run_many


def draw(name):
    return float(stream(7, "scenario", name).random())


def slow_first(k):
    time.sleep(0.3 if k == 0 else 0.0)
    return k * k


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_items(jobs):
    assert run_many(slow_first, range(5), jobs=jobs) == [0, 1, 4, 9, 16]


@pytest.mark.parametrize("jobs", [2, 3])
def test_any_number_of_workers_gives_the_same_numbers(jobs):
    names = [f"s{k}" for k in range(7)]
    assert run_many(draw, names, jobs=jobs) == run_many(draw, names)


def test_progress_names_each_finished_item():
    lines = []
    run_many(abs, [1, 2], names=["one", "two"], progress=lines.append)
    assert [line.rsplit(": ")[1] for line in lines] == ["one", "two"]
    assert lines[1].startswith("2 of 2 done after")


def test_done_is_told_before_a_later_item_fails():
    kept = []
    with pytest.raises(ZeroDivisionError):
        run_many(lambda k: 1 / k, [1, 2, 0], done=lambda place, value: kept.append((place, value)))
    assert kept == [(0, 1.0), (1, 0.5)]


def test_zero_jobs_are_refused():
    with pytest.raises(DataError, match="at least 1, got 0"):
        run_many(abs, [1], jobs=0)


def test_a_missing_joblib_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "joblib", None)
    with pytest.raises(MissingExtraError, match="parallel"):
        run_many(abs, [1], jobs=2)
    assert run_many(abs, [-1], jobs=1) == [1]


def test_a_backend_that_the_user_chose_is_used():
    with joblib.parallel_config(backend="threading", n_jobs=2):
        assert run_many(np.sqrt, [4.0, 9.0], jobs=None) == [2.0, 3.0]
