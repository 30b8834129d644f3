"""Offered load that lags behind: the exact sine solution, and conservation."""

import numpy as np
from numpy.testing import assert_allclose

from capacity.domain import HandlingShape, HandlingTime, MeasuredAt, Queue, Target
from capacity.queueing import offered_load, staff
from capacity.queueing.examples import poisson_demand, two_queue_operation


def test_a_sine_of_arrivals_lags_as_the_exact_formula_says():
    """500 + 250 sin(2 pi t / 24) an hour, exponential 2 h: amplitude and lag by Eick et al."""
    mean, step = 2.0, 1 / 12
    handling = HandlingTime(mean_minutes=120, cv=1.0, shape=HandlingShape.EXPONENTIAL)
    middle = (np.arange(96 * 12) + 0.5) * step
    turn = 2 * np.pi / 24
    load = offered_load(500 + 250 * np.sin(turn * middle), handling, interval_hours=step)
    factor = 1 / (1 + (turn * mean) ** 2)
    exact = 500 * mean + 250 * mean * factor * (
        np.sin(turn * middle) - turn * mean * np.cos(turn * middle)
    )
    assert_allclose(load[600:], exact[600:], rtol=2e-3)


def test_total_work_is_kept():
    rate = np.tile(np.r_[np.zeros(12), np.full(12, 5.0)], 10)
    handling = HandlingTime(mean_minutes=90, cv=1.2)
    load = offered_load(rate, handling, interval_hours=1.0)
    assert_allclose(load[24:216].mean(), rate.mean() * 1.5, rtol=5e-3)


def test_long_handling_moves_the_floor_behind_the_arrivals():
    queue = Queue(
        name="urgent", priority=1, zone="UTC", handling=HandlingTime(mean_minutes=180, cv=1.0),
        targets=(Target(share=0.8, within_hours=1.0, measured_at=MeasuredAt.STARTED),),
    )  # fmt: skip
    operation = two_queue_operation(urgent=queue)
    shape = tuple(2.0 * (8 <= hour < 20) for hour in range(24))
    demand = poisson_demand(operation, per_hour={"urgent": 8.0}, shape=shape, paths=40)
    floors = staff(demand, operation).floors("urgent", periods=48).reshape(2, 24)[1]
    assert floors[9] < floors[18]
    assert floors[20] > floors[7]
