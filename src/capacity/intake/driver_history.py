"""Drivers of work by local day, read off the case log: handling time, automation, escalation."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from capacity.domain.drivers import DriverHistory, DriverKind
from capacity.domain.operation import Operation

LEAST_CASES = 5  # a day with fewer cases behind it is not known
TELLING = 20.0  # cases (of a share: of its smaller side) a day that tell by themselves
LEAST_DAYS = 28  # fewer known days make no history
RECENT = 56  # days in which a driver must move: one that stands still is a setting


def driver_histories(
    log: pd.DataFrame, moment: pd.Timestamp, operation: Operation | None
) -> tuple[DriverHistory, ...]:
    """Mean minutes of reviewed cases, share automated and share escalated, by day of arrival.

    Only closed cases that arrived before ``moment`` count, and only whole local days. A driver
    that the log does not hold, that stands still of late or that too few days know is left out.
    """
    closed = log[log["arrived_at"] < moment]
    if "closed_at" in log:
        closed = closed[closed["closed_at"].notna() & (closed["closed_at"] <= moment)]
    found = []
    for queue, rows in closed.groupby("queue", sort=False, observed=True):
        zone = ZoneInfo(operation.queue(str(queue)).zone if operation else "UTC")
        last = moment.tz_convert(zone).date() - timedelta(days=1)
        days = rows["arrived_at"].dt.tz_convert(zone).dt.date
        for kind, values in _values(rows).items():
            history = _by_day(
                values, days[values.index], last, share=kind is not DriverKind.HANDLING_MINUTES
            )
            if np.isfinite(history).sum() >= LEAST_DAYS and np.nanstd(history[-RECENT:]) > 0:
                found.append(
                    DriverHistory(queue=str(queue), kind=kind, last_day=last, values=history)
                )
    return tuple(found)


def _values(rows: pd.DataFrame) -> dict[DriverKind, pd.Series]:
    """The case-by-case value behind each driver; nothing for what the log does not hold."""
    values = {}
    human = rows
    if "automated" in rows:
        machine = rows["automated"].astype(bool)
        values[DriverKind.AUTOMATION_SHARE] = machine.astype(float)
        human = rows[~machine]
    if "handle_seconds" in rows:
        values[DriverKind.HANDLING_MINUTES] = human["handle_seconds"].dropna() / 60
    if "escalated_to" in rows:
        values[DriverKind.ESCALATION_SHARE] = (human["escalated_to"] != "").astype(float)
    return values


def _by_day(values: pd.Series, days: pd.Series, last: date, *, share: bool) -> np.ndarray:
    """Means by day from the first day to the last; nan where too few cases tell.

    Where days are too small to tell (a share of few cases is mostly zeros) a day stands for the
    week that ends with it; where weeks are too small as well, nothing is known.
    """
    if not len(values):
        return np.zeros(0)
    groups = values.groupby(days.to_numpy())
    span = pd.date_range(days.min(), last, freq="D").date
    sums = groups.sum().reindex(span, fill_value=0.0)
    sizes = groups.size().reindex(span, fill_value=0)
    mean = float(values.mean())
    telling = sizes.median() * (min(mean, 1 - mean) if share else 1.0)
    if 7 * telling < TELLING:
        return np.zeros(0)
    if telling < TELLING:
        sums, sizes = sums.rolling(7, min_periods=1).sum(), sizes.rolling(7, min_periods=1).sum()
    return np.asarray((sums / sizes.where(sizes >= LEAST_CASES)).to_numpy(), dtype=np.float64)
