"""Carried-over work: hand-made curves, laws, and the event simulation as judge."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from capacity.domain import HandlingTime
from capacity.errors import DataError
from capacity.queueing.carryover import (
    any_late,
    carry_over,
    oldest_age,
    on_time_by_bin,
    on_time_share,
    wait_quantiles,
)
from capacity.queueing.handling import draw_hours, draw_work, handling_points
from tests.oracles.queueing import fifo_by_hand

INSTANT = HandlingTime(mean_minutes=1e-6, cv=0.0)


def carried_of(work, people, **fields):
    work = np.atleast_2d(np.asarray(work, float))
    return carry_over(
        work, work, np.asarray(people, float), handling=fields.pop("handling", INSTANT),
        interval_hours=1.0, **fields,
    )  # fmt: skip


def test_a_closed_night_carries_the_work_to_the_morning():
    carried = carried_of([1, 1, 1, 1, 0, 0], [2, 0, 0, 2, 2, 2])
    assert_allclose(carried.backlog[0], [0, 0, 1, 2, 1, 0, 0], atol=1e-6)
    assert oldest_age(carried)[0].round(6).tolist() == [0, 0, 1, 2, 1, 0, 0]


def test_on_time_shares_of_the_closed_night_by_hand():
    """Four hours of work of hour 1 start at 03:00, two an hour: waits of 2 to 3 hours."""
    carried = carried_of([0, 4, 0, 0, 0, 0], [1, 0, 0, 2, 2, 2])
    assert on_time_by_bin(carried, within_hours=3.0)[0, 1] == 1.0
    assert on_time_by_bin(carried, within_hours=2.5)[0, 1] == 0.5
    assert on_time_share(carried, within_hours=1.9)[0] == 0.0
    assert any_late(carried, within_hours=2.5) == 1.0
    assert any_late(carried, within_hours=3.0) == 0.0
    assert_allclose(wait_quantiles(carried, (0.5,), last_bin=6), [2.5], atol=1e-6)


def test_opening_work_is_first_in_line():
    carried = carried_of([1, 0, 0, 0], [1, 1, 1, 1], opening_hours=2.0)
    assert_allclose(carried.backlog[0], [2, 2, 1, 0, 0], atol=1e-6)
    assert on_time_share(carried, within_hours=2.0)[0] == 1.0
    assert on_time_share(carried, within_hours=1.9)[0] == 0.0


def test_the_case_in_hand_at_closing_is_finished():
    """Ten leave with cases of one hour in hand: on average half an hour each is still done."""
    carried = carried_of([20, 0], [10, 0], handling=HandlingTime(mean_minutes=60, cv=0.0))
    assert_allclose(carried.backlog[0], [0, 10, 5])
    assert_allclose(carried.overrun[0], [0, 5])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_more_people_never_make_anything_later(seed):
    rng = np.random.default_rng(seed)
    work = rng.gamma(0.5, 2.0, (3, 48))
    people = rng.integers(0, 3, 48).astype(float)
    few, many = carried_of(work, people), carried_of(work, people + 1)
    assert np.all(many.backlog <= few.backlog + 1e-9)
    for hours in (0.5, 3.0, 10.0):
        assert np.all(
            on_time_share(many, within_hours=hours) >= on_time_share(few, within_hours=hours) - 1e-9
        )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 20), st.floats(0, 20))
def test_a_longer_target_is_never_harder(seed, one, other):
    rng = np.random.default_rng(seed)
    carried = carried_of(rng.gamma(0.5, 2.0, (3, 48)), rng.integers(0, 3, 48))
    low, high = sorted((one, other))
    assert np.all(
        on_time_share(carried, within_hours=low) <= on_time_share(carried, within_hours=high) + 1e-9
    )


def test_one_server_with_fine_bins_is_the_queue_itself():
    """Each case in a bin of its own: the binned waits are those of single cases."""
    rng = np.random.default_rng(2)
    size, step = 40, 0.01
    place = np.sort(rng.choice(6000, size, replace=False))
    hours = rng.uniform(0.1, 2.0, size)
    work, cases = np.zeros((1, 20000)), np.zeros((1, 20000))
    work[0, place], cases[0, place] = hours, 1.0
    carried = carry_over(cases, work, np.ones(20000), handling=INSTANT, interval_hours=step)
    starts = fifo_by_hand(list(place * step), list(hours), [[(0.0, 1e6)]])
    waits = np.array(starts) - place * step
    for within in (0.3, 2.0, 6.0):
        share = on_time_by_bin(carried, within_hours=within)[0, place]
        sure = np.abs(waits - within) > hours.max()
        assert_allclose(share[sure], (waits <= within)[sure])


@pytest.mark.parametrize("closed", [False, True])
def test_binned_model_agrees_with_simulation_of_nights_closed(closed):
    """52 people on 500/h x 4 min, closed 23-07: share started (or closed) within 4 h, within a
    point of a first-come simulation of the same days."""
    rng = np.random.default_rng(7)
    handling = HandlingTime(mean_minutes=20, cv=1.5)
    per_hour, step, days = 24.0, 1 / 12, 6
    shape = 1 + 0.5 * np.sin(2 * np.pi * (np.arange(24) - 9) / 24)
    rate = np.tile(np.repeat(shape, 12) * per_hour * step, days)
    level = np.tile(
        np.repeat(np.where((np.arange(24) >= 7) & (np.arange(24) < 23), 13, 0), 12), days
    )
    stints = [[(24.0 * d + 7, 24.0 * d + 23)] for d in range(days) for _ in range(13)]
    simulated, counted = 0.0, 0
    for _ in range(6):
        counts = rng.poisson(rate)
        release = np.sort(
            (np.repeat(np.arange(len(rate)), counts) + rng.random(counts.sum())) * step
        )
        hours = draw_hours(handling, len(release), rng)
        start = np.array(fifo_by_hand(list(release), list(hours), stints))
        end = start + hours * closed
        inside = (release >= 48) & (release < 120)
        simulated += float((end - release <= 4.0)[inside].sum())
        counted += int(inside.sum())
    cases = rng.poisson(rate, (200, len(rate))).astype(float)
    carried = carry_over(
        cases, draw_work(cases, handling, rng), level.astype(float), handling=handling,
        interval_hours=step,
    )  # fmt: skip
    points = handling_points(handling, 16) if closed else None
    predicted = on_time_share(
        carried, within_hours=4.0, handling_hours=points, first_bin=576, last_bin=1440
    )
    assert abs(float(predicted.mean()) - simulated / counted) < 0.015


def test_shapes_that_disagree_are_named():
    with pytest.raises(DataError, match="shapes disagree"):
        carried_of([1, 2], [1, 1, 1])
