"""The shift plan of one pool as a table of days x shifts, and its people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capacity.domain.operation import Operation
from capacity.domain.person import Person
from capacity.domain.pool import Pool
from capacity.domain.shift import ShiftTemplate
from capacity.domain.shift_plan import ShiftPlan
from capacity.errors import DataError

HOUR_NS = 3_600_000_000_000
MINUTE_NS = HOUR_NS // 60


@dataclass(frozen=True, kw_only=True, eq=False)
class Cohorts:
    """Planned shifts of one pool: arrays (days, shifts); no shift has heads 0.

    `start` and `end` are nanoseconds UTC; `exposure` the weighted hours planned for one head and
    `capped_exposure` those that count against the pool's cap.
    """

    pool: Pool
    zone: str
    people: tuple[Person, ...]
    dates: tuple[date, ...]
    names: tuple[str, ...]
    heads: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    paid_minutes: NDArray[np.int64]
    exposure: NDArray[np.float64]
    capped_exposure: NDArray[np.float64]

    @property
    def exists(self) -> NDArray[np.bool_]:
        """Whether a shift is planned on a day."""
        return np.asarray(self.heads > 0)

    def template(self, shift: int) -> ShiftTemplate | None:
        """The pool's template of that name, if any."""
        return next((item for item in self.pool.shifts if item.name == self.names[shift]), None)


def read_cohorts(plan: ShiftPlan, operation: Operation, pool: Pool) -> Cohorts:
    """Days x shifts of one pool from the tables of a plan.

    Raises
    ------
    DataError
        A shift appears twice on a day, or heads are not whole numbers.
    """
    zone = operation.zone_of(pool)
    rows = plan.shifts[(plan.shifts["pool"] == pool.name) & (plan.shifts["heads"] > 0)]
    _require_sound(rows, pool)
    first = plan.grid.start.tz_convert(ZoneInfo(zone)).date()
    last = (plan.grid.end - pd.Timedelta(minutes=1)).tz_convert(ZoneInfo(zone)).date()
    listed = [as_date(value) for value in rows["date"]]
    low, high = min([first, *listed]), max([last, *listed])
    dates = tuple(low + timedelta(days=n) for n in range((high - low).days + 1))
    names = tuple(dict.fromkeys(str(name) for name in rows["shift"]))
    shape = (len(dates), len(names))
    day = np.array([(value - low).days for value in listed], dtype=np.int64)
    shift = np.array([names.index(str(name)) for name in rows["shift"]], dtype=np.int64)
    table = {
        "heads": np.round(rows["heads"].to_numpy(dtype=float)),
        "start": instants(rows["start"]),
        "end": instants(rows["end"]),
        "paid_minutes": np.round(rows["paid_hours"].to_numpy(dtype=float) * 60),
    }
    arrays = {}
    for name, values in table.items():
        arrays[name] = np.zeros(shape, dtype=np.int64)
        arrays[name][day, shift] = values
    rows = plan.exposure[plan.exposure["pool"] == pool.name]
    planned = _planned_exposure(rows, dates, names, arrays["heads"])
    counts = [operation.cap_of(pool).counts(str(queue)) for queue in rows["queue"]]
    capped = _planned_exposure(rows[np.array(counts, dtype=bool)], dates, names, arrays["heads"])
    return Cohorts(
        pool=pool,
        zone=zone,
        people=tuple(person for person in operation.people if person.pool == pool.name),
        dates=dates,
        names=names,
        exposure=planned,
        capped_exposure=capped,
        **arrays,
    )


def contract_hours(cohorts: Cohorts) -> NDArray[np.float64]:
    """Paid hours a week of each person's contract."""
    return np.array(
        [person.hours_per_week or cohorts.pool.hours_per_week for person in cohorts.people]
    )


def days_a_week(pool: Pool) -> int:
    """Days that a person may work in a week: overtime may add whole shifts.

    Examples
    --------
    >>> from capacity.queueing.examples import two_queue_operation
    >>> pool = two_queue_operation().pools[0]
    >>> days_a_week(pool) == pool.days_per_week
    True
    """
    shortest = min(shift.paid_hours for shift in pool.shifts)
    return min(7, pool.days_per_week + int(pool.overtime_hours_per_week / shortest + 1e-9))


def carried_exposure(cohorts: Cohorts) -> NDArray[np.float64]:
    """Weighted hours before the first day, people x days, latest last."""
    longest = max((len(person.carried_exposure) for person in cohorts.people), default=0)
    table = np.zeros((len(cohorts.people), longest))
    for number, person in enumerate(cohorts.people):
        known = person.carried_exposure
        table[number, longest - len(known) :] = known
    return table


def as_date(value: object) -> date:
    """A date from a date, timestamp or ISO text."""
    return date.fromisoformat(str(value)[:10])


def instants(moments: pd.Series) -> NDArray[np.int64]:
    """UTC instants as nanoseconds since 1970; an empty column may be of any type."""
    if not len(moments):
        return np.zeros(0, dtype=np.int64)
    return np.asarray(pd.DatetimeIndex(moments).tz_convert("UTC").as_unit("ns").asi8, np.int64)


def _require_sound(rows: pd.DataFrame, pool: Pool) -> None:
    twice = rows[rows.duplicated(["shift", "date"])]
    if len(twice):
        first = ", ".join(
            f"{row['shift']} on {row['date']}" for row in twice.head(3).to_dict("records")
        )
        raise DataError(
            f"The shift plan of pool {pool.name} lists {len(twice)} shifts twice ({first}). Fix: one row a shift and date."
        )
    heads = rows["heads"].to_numpy(dtype=float)
    if not np.isfinite(heads).all() or (np.abs(heads - np.round(heads)) > 1e-6).any():
        raise DataError(
            f"The shift plan of pool {pool.name} holds heads that are not whole numbers."
        )


def _planned_exposure(
    rows: pd.DataFrame,
    dates: tuple[date, ...],
    names: tuple[str, ...],
    heads: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Weighted hours that rows of planned exposure give to one head of each cohort."""
    total = np.zeros(heads.shape)
    sums = rows.groupby(["date", "shift"], sort=False)["hours"].sum() if len(rows) else {}
    for (value, shift), hours in sums.items():
        day = (as_date(value) - dates[0]).days
        if 0 <= day < len(dates) and str(shift) in names:
            total[day, names.index(str(shift))] += float(hours)
    return np.asarray(total / np.maximum(heads, 1))
