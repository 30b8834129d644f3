"""Wait distributions by priority: against their means, limits and a simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from capacity.errors import DataError
from capacity.queueing import (
    Discipline,
    priority_service_level,
    priority_wait_means,
    service_level,
    wait_mean,
)


@settings(max_examples=12, deadline=None)
@given(
    servers=st.integers(1, 40),
    shares=st.lists(st.floats(0.1, 0.28), min_size=1, max_size=3),
    discipline=st.sampled_from(Discipline),
)
def test_distribution_has_the_mean_of_the_formula(servers, shares, discipline):
    loads = servers * np.array(shares)
    for level in range(len(loads)):
        mean = priority_wait_means(servers, loads, discipline=discipline)[level]
        t = np.concatenate([[0], np.geomspace(1e-7, 400 * max(mean, 1 / servers), 3001)])
        tail = 1 - priority_service_level(
            servers, loads, level=level, within=t, discipline=discipline
        )
        assert np.all(np.diff(tail) <= 1e-9)
        assert_allclose(np.trapezoid(tail, t), mean, rtol=2e-3, atol=1e-9)


def test_one_class_is_erlang_c():
    t = np.array([0.0, 0.3, 2.0])
    assert_allclose(
        priority_service_level(12, [10.0], level=0, within=t), service_level(12, 10.0, within=t)
    )


def test_total_waiting_does_not_depend_on_priorities():
    """Conservation: the load-weighted mean wait is that of one class."""
    loads = np.array([3.0, 2.0, 5.0])
    means = priority_wait_means(12, loads)
    assert_allclose((loads * means).sum() / 10, wait_mean(12, 10.0))


def test_the_top_class_of_a_preemptive_queue_sees_a_queue_of_its_own():
    t = np.array([0.0, 0.1, 1.0])
    found = priority_service_level(
        8, [3.0, 4.0], level=0, within=t, discipline=Discipline.PREEMPTIVE
    )
    assert_allclose(found, service_level(8, 3.0, within=t))


def test_a_starving_class_is_infinite_and_the_ones_above_are_not():
    means = priority_wait_means(10, [4.0, 5.0, 3.0])
    assert np.isfinite(means[:2]).all()
    assert np.isinf(means[2])
    assert priority_service_level(10, [4.0, 5.0, 3.0], level=2, within=5.0) == 0


def test_only_the_lowest_class_is_scaled_by_variability():
    exponential, general = (priority_wait_means(15, [4.5] * 3, cv=cv) for cv in (1.0, 1.5))
    assert_allclose(general[:2], exponential[:2])
    assert_allclose(general[2], exponential[2] * 3.25 / 2)


def test_an_unknown_level_is_refused():
    with pytest.raises(DataError, match=r"level must be 0\.\.1"):
        priority_service_level(3, [1.0, 1.0], level=2, within=1.0)
