"""The binned player against a list of parcels, and its laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from capacity.errors import DataError
from capacity.queueing.player import on_time_weight, play_weeks
from tests.oracles.queueing import play_by_hand


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_player_serves_as_the_parcels_do(seed):
    rng = np.random.default_rng(seed)
    queues, pools, bins = 3, 2, 12
    work = rng.gamma(0.5, 1.0, (queues, 2, bins))
    capacity = rng.uniform(0, 1.2, (pools, bins)) * (rng.random((pools, bins)) < 0.7)
    skills = np.array([[True, True, False], [True, True, True]])
    windows = [2, 5, 3]
    played = play_weeks(
        work, capacity, skills, window_hours=np.array(windows, float), interval_hours=1.0
    )
    for path in range(2):
        hand = play_by_hand(work[:, path], capacity, skills, windows)
        assert_allclose(np.diff(played.served[:, path], axis=1), hand, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_work_is_kept_and_never_served_before_it_arrives(seed):
    rng = np.random.default_rng(seed)
    work = rng.gamma(0.3, 2.0, (3, 4, 30))
    capacity = rng.uniform(0, 1.0, (2, 30))
    skills = rng.random((2, 3)) < 0.6
    severity = np.array([1.0, 0.5, 0.0])
    exposure = rng.uniform(0, 0.5, (2, 30))
    played = play_weeks(
        work, capacity, skills, window_hours=np.array([2.0, 4.0, 9.0]), interval_hours=1.0,
        severity=severity, exposure=exposure,
    )  # fmt: skip
    assert np.all(played.backlog >= -1e-9)
    assert np.all(played.touched <= capacity[:, None, :] + 1e-9)
    assert_allclose(played.touched.sum(axis=(0, 2)), played.served[:, :, -1].sum(axis=0))
    weighted = (played.served[:, :, -1] * severity[:, None]).sum(axis=0)
    assert np.all(weighted <= exposure.sum() + 1e-9)


def test_an_hour_closed_is_an_hour_without_service():
    work = np.ones((1, 1, 4))
    is_open = np.array([[True, False, False, True]])
    played = play_weeks(
        work, np.full((1, 4), 9.0), np.ones((1, 1), bool), window_hours=np.array([8.0]),
        interval_hours=1.0, is_open=is_open,
    )  # fmt: skip
    assert played.backlog[0, 0].tolist() == [0, 0, 1, 2, 0]


def test_opening_work_is_served_first_and_counts_as_backlog():
    work = np.ones((1, 1, 3))
    played = play_weeks(
        work, np.full((1, 3), 1.5), np.ones((1, 1), bool), window_hours=np.array([4.0]),
        interval_hours=1.0, opening=((0, -2.0, 1.0), (0, 1.0, 0.5)),
    )  # fmt: skip
    assert played.backlog[0, 0].tolist() == [1.5, 1.0, 0.5, 0.0]


def test_on_time_share_of_a_known_delay():
    """One hour of work an hour, service one hour late: on time within 1 h, not within .9 h."""
    work = np.ones((1, 1, 6))
    capacity = np.array([[0.0, 1, 1, 1, 1, 1]])
    played = play_weeks(
        work, capacity, np.ones((1, 1), bool), window_hours=np.array([4.0]), interval_hours=1.0
    )
    assert on_time_weight(played, 0, within_hours=1.0)[0, :5].tolist() == [1] * 5
    assert on_time_weight(played, 0, within_hours=0.9)[0, :5].tolist() == [0] * 5


def test_shapes_that_disagree_are_named():
    with pytest.raises(DataError, match="shapes disagree"):
        play_weeks(
            np.ones((1, 1, 3)), np.ones((1, 4)), np.ones((1, 1), bool),
            window_hours=np.ones(1), interval_hours=1.0,
        )  # fmt: skip
