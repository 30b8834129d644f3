import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from capacity.domain import TimeGrid
from capacity.plotting.daily_totals import daily_totals
from capacity.plotting.taut_string import flattest_rate, weekly_flattest

WORK = st.lists(st.integers(0, 20), min_size=3, max_size=30)


@settings(max_examples=60, deadline=None)
@given(WORK, st.integers(1, 6))
def test_the_flattest_curve_stays_between_due_and_arrived(work, window):
    total = np.concatenate([[0.0], np.cumsum(work)])
    due = np.concatenate([np.zeros(window), total])[: len(total)]
    done = np.concatenate([[0.0], np.cumsum(flattest_rate(due, total))])
    assert (done <= total + 1e-9).all()
    assert (done >= due - 1e-9).all()


def test_the_flattest_curve_has_the_smallest_sum_of_squares():
    work = np.array([5.0, 0, 9, 1, 0, 0, 7, 2])
    total = np.concatenate([[0.0], np.cumsum(work)])
    due = np.concatenate([np.zeros(3), total])[: len(total)]
    rate = flattest_rate(due, total)
    slow = minimize(
        lambda x: (x**2).sum(),
        rate + np.array([0.3, -0.3, 0.1, -0.1, 0.2, -0.2, 0.1, -0.1]),
        constraints=[
            {"type": "ineq", "fun": lambda x: total[1:] - np.cumsum(x)},
            {"type": "ineq", "fun": lambda x: np.cumsum(x) - due[1:]},
            {"type": "eq", "fun": lambda x: x.sum() - due[-1]},
        ],
        method="SLSQP",
        options={"ftol": 1e-13, "maxiter": 1000},
    )
    assert slow.success
    assert rate == pytest.approx(slow.x, abs=1e-4)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=7, max_size=7), st.integers(1, 20))
def test_a_steady_week_loses_no_work(work, window):
    rate = weekly_flattest(np.array(work, dtype=float), window)
    assert rate.sum() == pytest.approx(sum(work), abs=1e-6)


def test_a_long_window_makes_the_week_flat():
    rate = weekly_flattest(np.array([14.0, 0, 0, 0, 0, 0, 0]), 14)
    assert rate == pytest.approx(np.full(7, 2.0))


def test_spring_and_autumn_days_are_complete_with_23_and_25_hours():
    for start, hours in (("2026-03-28", 23.0), ("2026-10-24", 25.0)):
        grid = TimeGrid(start=pd.Timestamp(start, tz="UTC"), minutes=60, periods=80)
        days, totals = daily_totals(np.ones(80), grid, "Europe/Dublin")
        assert hours in totals.tolist()
        assert set(totals) <= {23.0, 24.0, 25.0}
        assert len(days) == len(totals)
