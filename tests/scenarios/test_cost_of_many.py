"""The list schedule behind the cost of many scenarios."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.scenarios.cost import list_schedule
from tests.oracles.makespan import least_makespan

seconds = st.lists(st.integers(1, 20), min_size=1, max_size=6)


def test_a_free_worker_takes_the_next_task():
    assert list_schedule([3, 1, 1, 4], 2) == 6


@settings(max_examples=30, deadline=None)
@given(seconds, st.integers(1, 3))
def test_a_list_schedule_lies_between_its_bounds(tasks, workers):
    found = list_schedule(tasks, workers)
    bound = max([*tasks, sum(tasks) / workers])
    assert bound - 1e-9 <= found <= bound + max(tasks)


@settings(max_examples=30, deadline=None)
@given(seconds, st.integers(1, 3))
def test_a_list_schedule_is_near_the_best_of_all_assignments(tasks, workers):
    best = least_makespan(tasks, workers)
    assert best <= list_schedule(tasks, workers) <= (2 - 1 / workers) * best + 1e-9


@pytest.mark.parametrize("workers", [1, 6])
def test_one_worker_does_the_sum_and_enough_workers_the_longest(workers):
    tasks = [5, 2, 7, 1]
    assert list_schedule(tasks, workers) == (sum(tasks) if workers == 1 else max(tasks))
