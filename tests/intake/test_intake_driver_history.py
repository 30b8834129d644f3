import numpy as np
import pandas as pd
import pytest

from capacity.domain.drivers import DriverKind
from capacity.intake import read_cases


def make_log(days=40, per_day=40):
    """Six minutes a case and every fourth automated until day 30, then nine minutes."""
    arrived = pd.date_range("2026-01-05", periods=days * per_day, freq=f"{1440 // per_day}min")
    number = np.arange(len(arrived))
    machine = number % 4 == 0
    minutes = np.where(number // per_day < 30, 6.0, 9.0)
    closed = (arrived + pd.Timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return pd.DataFrame(
        {
            "queue": "a",
            "arrived_at": arrived.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "closed_at": closed,
            "handle_seconds": np.where(machine, np.nan, 60 * minutes),
            "automated": machine.astype(int),
            "escalated_to": np.where((number % 10 == 1) & ~machine, "b", ""),
        }
    )


@pytest.fixture(scope="module")
def drivers():
    volume = read_cases(make_log()).volume(drivers=True)
    return {driver.kind: driver for driver in volume.drivers}


def test_handling_time_is_that_of_reviewed_cases_by_day(drivers):
    minutes = drivers[DriverKind.HANDLING_MINUTES]
    assert minutes.last_day.isoformat() == "2026-02-13"
    assert minutes.values[:30].tolist() == [6.0] * 30
    assert minutes.values[30:].tolist() == [9.0] * 10


def test_a_driver_that_never_moves_is_left_to_the_operation(drivers):
    assert DriverKind.AUTOMATION_SHARE not in drivers


def test_a_share_of_next_to_no_cases_is_left_to_the_operation():
    volume = read_cases(make_log(per_day=15)).volume(drivers=True)
    assert DriverKind.ESCALATION_SHARE not in {driver.kind for driver in volume.drivers}


def test_drivers_are_read_only_when_asked_for():
    assert read_cases(make_log()).volume().drivers == ()


def test_a_short_log_has_no_drivers():
    assert read_cases(make_log(days=20)).volume(drivers=True).drivers == ()


def test_a_share_of_few_cases_is_told_by_the_week():
    volume = read_cases(make_log(per_day=30)).volume(drivers=True)
    shares = {driver.kind: driver.values for driver in volume.drivers}[DriverKind.ESCALATION_SHARE]
    assert shares[10:].std() < 0.01
    assert shares[10:].mean() == pytest.approx(0.133, abs=0.01)
