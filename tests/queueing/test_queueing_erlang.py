"""Erlang B, C and A against 50-digit recursions, chains and published values."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from capacity.errors import DataError
from capacity.queueing import (
    erlang_a_abandonment,
    erlang_a_service_level,
    erlang_a_wait_probability,
    erlang_b,
    erlang_c,
    log_erlang_b,
    log_erlang_c,
    required_servers,
    service_level,
    wait_mean,
    wait_quantile,
)
from tests.oracles.queueing import (
    erlang_a_by_chain,
    erlang_b_recursion,
    erlang_c_exact,
    required_by_counting,
)

POINTS = [
    (1, 0.5), (2, 1.0), (10, 5.0), (50, 40.0), (70, 100.1), (100, 99.9999), (200, 90.0),
    (500, 480.0), (1000, 500.0), (1000, 999.999), (1000, 1500.0), (3000, 1500.5),
]  # fmt: skip


@pytest.mark.parametrize(("servers", "load"), POINTS)
def test_erlang_b_and_c_hold_thirteen_digits(servers, load):
    blocked = erlang_b_recursion(servers, load)
    if blocked > 1e-300:
        assert abs(mp.mpf(float(erlang_b(servers, load))) / blocked - 1) < 1e-13
    assert_allclose(float(log_erlang_b(servers, load)), float(mp.log(blocked)), rtol=1e-13)
    if load < servers:
        waiting = erlang_c_exact(servers, load)
        if waiting > 1e-300:
            assert abs(mp.mpf(float(erlang_c(servers, load))) / waiting - 1) < 1e-13
        assert_allclose(
            float(log_erlang_c(servers, load)), float(mp.log(waiting)), rtol=1e-13, atol=1e-15
        )


@pytest.mark.parametrize(
    ("servers", "load", "waiting"),
    [(100_000, 99_000, 0.0008219082374107954), (100_000, 99_999.9, 0.9996040570866258)],
)
def test_erlang_c_holds_at_a_hundred_thousand_servers(servers, load, waiting):
    assert_allclose(erlang_c(servers, load), waiting, rtol=1e-13)


def test_blocking_with_real_servers_follows_the_recursion():
    c, a = np.linspace(0.3, 40, 57), 7.3
    assert_allclose(
        erlang_b(c + 1, a), a * erlang_b(c, a) / (c + 1 + a * erlang_b(c, a)), rtol=1e-13
    )


def test_an_overloaded_queue_waits_surely_and_serves_nobody_in_time():
    assert erlang_c(3, 3.0) == 1
    assert service_level(3, [3.0, 5.0], within=10).tolist() == [0, 0]
    assert np.isinf(wait_mean(3, 4.0))


def test_quantile_inverts_the_service_level():
    t = wait_quantile([14, 5], [10, 4.9], share=[0.95, 0.999])
    assert_allclose(service_level([14, 5], [10, 4.9], within=t), [0.95, 0.999], rtol=1e-12)


@pytest.mark.parametrize(
    ("servers", "load", "within", "patience"),
    [(14, 10, 0.11, 5 / 3), (30, 30, 1 / 6, 2 / 3), (5, 9, 2.0, 4.0), (12, 8, 0.5, 0.2)],
)
def test_abandonment_agrees_with_its_chain(servers, load, within, patience):
    chain = erlang_a_by_chain(servers, load, within, patience)
    assert_allclose(
        erlang_a_service_level(servers, load, within=within, patience=patience),
        chain["served_within"], rtol=1e-9,
    )  # fmt: skip
    assert_allclose(
        erlang_a_wait_probability(servers, load, patience=patience), chain["wait"], rtol=1e-10
    )
    assert_allclose(
        erlang_a_abandonment(servers, load, patience=patience), chain["abandon"], rtol=1e-9
    )


def test_abandonment_holds_for_targets_of_hours():
    level = erlang_a_service_level(58, 57, within=24, patience=600)
    assert round(float(level), 4) == 0.9988


def test_endless_patience_is_erlang_c():
    within = np.array([0.0, 0.1, 3.0])
    assert_allclose(
        erlang_a_service_level(12, 10, within=within, patience=np.inf),
        service_level(12, 10, within=within),
    )
    assert_allclose(
        erlang_a_service_level(12, 10, within=within, patience=1e9),
        service_level(12, 10, within=within), rtol=1e-6,
    )  # fmt: skip


def test_required_is_the_minimum_on_a_grid():
    """Loads .1 to 30, shares .5 to .95, targets .05 to 24 handling times: 8,700 cases."""
    loads = np.arange(1, 301) / 10
    for share in (0.5, 0.7, 0.8, 0.95):
        for within in (0.05, 0.5, 1.0, 6.0, 24.0):
            found = required_servers(loads[::20], share=share, within=within)
            truth = [required_by_counting(load, share, within) for load in loads[::20]]
            assert found.tolist() == truth
    for share in (0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        for within in (0.05, 0.5, 1.0, 6.0, 24.0):
            found = required_servers(loads, share=share, within=within)
            assert np.all(service_level(found, loads, within=within) >= share)
            assert np.all(service_level(found - 1, loads, within=within) < share)


def test_table_and_single_lookups_agree():
    loads = np.random.default_rng(0).gamma(2, 20, 5000)
    table = required_servers(loads, share=0.9, within=0.5)
    single = [int(required_servers(load, share=0.9, within=0.5)) for load in loads[:200]]
    assert table[:200].tolist() == single


def test_occupancy_is_a_constraint_not_a_divisor():
    assert int(required_servers(29, share=0.5, within=1000, max_occupancy=0.29)) == 100
    assert int(required_servers(0.3, share=0.9, within=0.1, max_occupancy=0.85)) == 2


@settings(max_examples=60, deadline=None)
@given(
    load=st.floats(0.01, 500),
    share=st.floats(0.05, 0.99),
    within=st.floats(0, 50),
)
def test_required_meets_the_target_and_one_fewer_misses(load, share, within):
    found = required_servers(load, share=share, within=within)
    assert service_level(found, load, within=within) >= share
    assert service_level(found - 1, load, within=within) < share


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: erlang_b(-1, 2), "servers must be finite and >= 0, got -1"),
        (lambda: erlang_c(3, np.nan), "load must be finite"),
        (lambda: required_servers(3, share=1.0, within=1), "strictly between 0 and 1"),
        (lambda: required_servers(3, share=0.9, within=1, max_occupancy=1.2), "max_occupancy"),
        (lambda: erlang_a_service_level(3, 2, within=1, patience=0), "patience must be > 0"),
    ],
)
def test_wrong_numbers_are_refused_by_name(call, message):
    with pytest.raises(DataError, match=message):
        call()
