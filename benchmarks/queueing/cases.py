"""The nine standard cases of carried-over work: arrivals, handling, people.

Day shape 3:1: hourly factors 1 + .5 sin(2 pi (h - 9) / 24). Handling lognormal, cv 1.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

from capacity.domain import HandlingTime
from capacity.queueing import required_servers

MINUTES = 5
BINS_PER_DAY = 24 * 60 // MINUTES


@dataclass(frozen=True, kw_only=True)
class Case:
    """One standard case; `people` by 5-minute bin of the cycle of `days` days."""

    name: str
    per_hour: float
    minutes: float
    people: np.ndarray
    targets_hours: tuple[float, ...]
    shaped: bool = True
    batch_mean: float = 1.0
    rate_cv: float = 0.0

    @property
    def handling(self) -> HandlingTime:
        """Lognormal, cv 1.5."""
        return HandlingTime(mean_minutes=self.minutes, cv=1.5)

    @property
    def days(self) -> int:
        """Days of one cycle."""
        return len(self.people) // BINS_PER_DAY

    @property
    def rate(self) -> np.ndarray:
        """Cases per bin over the cycle."""
        shape = day_shape() if self.shaped else np.ones(24)
        day = np.repeat(shape, 60 // MINUTES) * self.per_hour * MINUTES / 60
        return np.tile(day, self.days)

    def draw(self, cycles: int, rng: np.random.Generator) -> np.ndarray:
        """Cases per bin of many independent cycles, shape (cycles, bins)."""
        rate = np.broadcast_to(self.rate, (cycles, len(self.rate)))
        if self.rate_cv > 0:
            shape = self.rate_cv**-2
            level = rng.gamma(shape, 1 / shape, (cycles, self.days))
            rate = rate * np.repeat(level, BINS_PER_DAY, axis=1)
        if self.batch_mean == 1.0:
            return rng.poisson(rate)
        batches = rng.poisson(rate / self.batch_mean)
        # a sum of n geometric sizes >= 1 is n plus a negative binomial
        extra = rng.negative_binomial(np.maximum(batches, 1), 1 / self.batch_mean)
        return np.where(batches > 0, batches + extra, 0)


def day_shape() -> np.ndarray:
    """Hourly factors with mean 1, peak 1.5 at 15:00, trough .5."""
    return 1 + 0.5 * np.sin(2 * np.pi * (np.arange(24) - 9) / 24)


def cover_any_start(need: np.ndarray) -> np.ndarray:
    """Fewest 8-hour shifts with free hourly starts, the same every day, that cover `need` (24)."""
    cover = _shift_matrix()
    result = optimize.milp(
        np.ones(24),
        constraints=optimize.LinearConstraint(sparse.csr_matrix(cover), lb=need),
        integrality=np.ones(24),
        bounds=optimize.Bounds(0, np.inf),
    )
    return cover @ np.round(result.x)


def flattest_with(shifts: int, load: np.ndarray) -> np.ndarray:
    """The given number of shifts a day, placed so that the fluid backlog's peak is smallest."""
    cover = _shift_matrix()
    # variables: 24 starts, 24 backlogs, peak; backlog(h+1) >= backlog(h) + load - people, cyclic
    rows, upper = [], []
    for hour in range(24):
        row = np.zeros(49)
        row[:24] = -cover[hour]
        row[24 + hour], row[24 + (hour + 1) % 24] = 1.0, -1.0
        rows.append(row)
        upper.append(-load[hour])
        peak = np.zeros(49)
        peak[24 + hour], peak[48] = 1.0, -1.0
        rows.append(peak)
        upper.append(0.0)
    total = np.zeros(49)
    total[:24] = 1.0
    result = optimize.milp(
        np.r_[np.zeros(48), 1.0],
        constraints=[
            optimize.LinearConstraint(np.array(rows), ub=upper),
            optimize.LinearConstraint(total[None], lb=shifts, ub=shifts),
        ],
        integrality=np.r_[np.ones(24), np.zeros(25)],
        bounds=optimize.Bounds(0, np.inf),
    )
    return cover @ np.round(result.x[:24])


def standard_cases() -> tuple[Case, ...]:
    """The nine cases; staffing that the definition leaves open is derived here."""
    load = day_shape() * 500 / 15
    quarter = required_servers(load, share=0.95, within=15.0)
    sipp = cover_any_start(quarter.astype(float))
    tight = flattest_with(102, load)
    hours = np.arange(24)
    open_day = np.where((hours >= 7) & (hours < 23), 1.0, 0.0)
    weekday = np.concatenate([np.tile(open_day, 5), np.zeros(48)])
    shift = np.where((hours >= 9) & (hours < 17), 2.0, 0.0)
    return (
        Case(name="1 stationary, 36 people", per_hour=500, minutes=4, people=_bins([36] * 24),
             targets_hours=(1 / 12, 0.25, 1.0), shaped=False),
        Case(name="2 day 3:1, Erlang C cover", per_hour=500, minutes=4, people=_bins(sipp),
             targets_hours=(1 / 12, 0.25, 1.0)),
        Case(name="3 day 3:1, 102 shifts", per_hour=500, minutes=4, people=_bins(tight),
             targets_hours=(0.25, 1.0, 2.0)),
        Case(name="4 closed 23-07, 52 people", per_hour=500, minutes=4,
             people=_bins(52 * open_day), targets_hours=(1.0, 4.0, 8.0)),
        Case(name="5 nights and weekend closed", per_hour=500, minutes=4,
             people=_bins(73 * weekday), targets_hours=(4.0, 24.0, 48.0)),
        Case(name="6 batches of 10, 38 people", per_hour=500, minutes=4, people=_bins([38] * 24),
             targets_hours=(1 / 12, 0.25, 1.0), shaped=False, batch_mean=10.0),
        Case(name="7 day rate cv .2, 38 people", per_hour=500, minutes=4, people=_bins([38] * 24),
             targets_hours=(1.0, 4.0, 24.0), shaped=False, rate_cv=0.2),
        Case(name="8 small, 2 people", per_hour=6, minutes=12, people=_bins([2] * 24),
             targets_hours=(0.25, 1.0, 4.0)),
        Case(name="9 tiny, one shift of 2", per_hour=1.5, minutes=15, people=_bins(shift),
             targets_hours=(1.0, 8.0, 16.0)),
    )  # fmt: skip


def _bins(hourly: np.ndarray | list[float]) -> np.ndarray:
    return np.repeat(np.asarray(hourly, dtype=float), 60 // MINUTES)


def _shift_matrix() -> np.ndarray:
    cover = np.zeros((24, 24))
    for start in range(24):
        cover[(start + np.arange(8)) % 24, start] = 1.0
    return cover
