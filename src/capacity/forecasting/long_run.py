"""The long run: the course of the year, and the growth that goes on, damped, beyond the fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.forecasting.local_days import weekday_factors, weekday_of
from capacity.forecasting.panel import Floats, Ints

YEAR_DAYS, YEAR_WEEKS = 365.25, 52
HARMONICS = 2  # a year's course is its first two waves
LEAST_YEARS = 2  # one year cannot tell a season from an accident
LEAST_PER_WEEK = 20.0  # cases a week below which neither course nor growth can be seen
GROWTH_WEEKS = 26  # history behind the growth
DAMPING_DAYS = 270.0  # convention: growth fades to 1 / e in nine months
AHEAD_WEEKS = 12  # lead time at which past growth is asked whether it went on
AUTOCORRELATION = 2.0  # convention: neighbouring weeks are alike, variances double
PRIOR_TRIALS = 1.0  # growth is believed as if one past trial had seen it stop


@dataclass(frozen=True, kw_only=True)
class YearCourse:
    """Log volume over the year as waves (sines, then cosines); none of it is no course."""

    waves: Floats

    def factors(self, days: Ints) -> Floats:
        """Volume on local days (since 1970-01-01) over that of a mean day."""
        return np.asarray(np.exp(_waves(days) @ self.waves))

    @property
    def swing(self) -> float:
        """Highest over lowest volume of the year."""
        year = self.factors(np.arange(366))
        return float(year.max() / year.min())


@dataclass(frozen=True, kw_only=True)
class Growth:
    """Log growth a day at the end of history, its standard deviation, and how much goes on.

    ``kept`` is the share of past growth that went on: 0 on a random walk, 1 on a steady climb.
    """

    rate: float
    sd: float
    kept: float

    def factors(self, days: int, *, reach: int, normals: Floats) -> Floats:
        """Factors (paths, days) from day ``reach`` on; before it the fit speaks for itself.

        Growth fades with `DAMPING_DAYS`; ``normals`` (paths) spread its size.
        """
        ahead = np.maximum(np.arange(days) - reach, 0)
        faded = DAMPING_DAYS * np.exp(-reach / DAMPING_DAYS) * -np.expm1(-ahead / DAMPING_DAYS)
        return np.asarray(np.exp((self.kept * self.rate + self.sd * normals)[:, None] * faded))


def learn_year(totals: Floats, start: int) -> YearCourse:
    """The course of the year from two years and more of day totals (nan = missing).

    Waves are fitted to the weekly logs of each year beside a broken trend, and kept as far as
    the years agree: the mean product of two years' waves over their mean square.

    Parameters
    ----------
    totals : array (days,)
    start : int
        Local day of the first total, in days since 1970-01-01.
    """
    none = YearCourse(waves=np.zeros(2 * HARMONICS))
    logs, middle = _weekly_logs(totals, start)
    years = len(logs) // YEAR_WEEKS
    if years < LEAST_YEARS or not len(logs):
        return none
    logs, middle = logs[-years * YEAR_WEEKS :], middle[-years * YEAR_WEEKS :]
    known = np.isfinite(logs)
    if known.mean() < 0.9:
        return none
    year = np.arange(len(logs)) // YEAR_WEEKS
    waves = _waves(middle)
    own = np.concatenate([waves * (year == k)[:, None] for k in range(years)], axis=1)
    # A knot a year: the trend may bend, but not as fast as a season.
    time = np.arange(len(logs)) / YEAR_WEEKS
    trend = np.stack([np.ones(len(logs)), *[np.maximum(time - k, 0) for k in range(years)]], axis=1)
    design = np.concatenate([trend, own], axis=1)[known]
    fitted = np.linalg.lstsq(design, logs[known], rcond=None)[0][trend.shape[1] :]
    fitted = fitted.reshape(years, -1)
    return YearCourse(waves=_agreement(fitted) * fitted.mean(axis=0))


def learn_growth(totals: Floats, start: int) -> Growth:
    """Growth over the last half year, and what became of growth at earlier times.

    At each past week with a quarter after it, the growth seen then is compared with the change
    that followed; the slope of one on the other, shrunk to none, is the share that goes on.
    """
    logs, _ = _weekly_logs(totals, start)
    if len(logs) < GROWTH_WEEKS or not np.isfinite(logs[-GROWTH_WEEKS:]).sum() > GROWTH_WEEKS / 2:
        return Growth(rate=0.0, sd=0.0, kept=0.0)
    rate, sd = _slope(logs[-GROWTH_WEEKS:])
    seen, followed = [], []
    for now in range(GROWTH_WEEKS, len(logs) - AHEAD_WEEKS + 1, AHEAD_WEEKS // 2):
        before, after = logs[now - GROWTH_WEEKS : now], logs[now : now + AHEAD_WEEKS]
        if np.isfinite(before).sum() > GROWTH_WEEKS / 2 and np.isfinite(after).sum() > 1:
            slope = _slope(before)[0]
            line = np.nanmean(before) + slope * 7 * (GROWTH_WEEKS - 1) / 2
            seen.append(slope * 7 * (AHEAD_WEEKS + 1) / 2)
            followed.append(np.nanmean(after) - line)
    tried, came = np.asarray(seen), np.asarray(followed)
    size = float((tried**2).mean()) if len(tried) else 0.0
    kept = float((tried * came).sum() / max((tried**2).sum() + PRIOR_TRIALS * size, 1e-12))
    return Growth(rate=rate, sd=sd, kept=float(np.clip(kept, 0.0, 1.0)))


def _weekly_logs(totals: Floats, start: int) -> tuple[Floats, Floats]:
    """Logs of weekly means (nan where too little is known) and the middle day of each week."""
    known = np.isfinite(totals)
    if known.sum() < 7 or totals[known].mean() * 7 < LEAST_PER_WEEK:
        return np.zeros(0), np.zeros(0)
    weekday = weekday_of(start + np.arange(len(totals)))
    plain = totals / weekday_factors(totals, weekday, known)[weekday]
    weeks = len(totals) // 7
    table = plain[-7 * weeks :].reshape(weeks, 7)
    enough = np.isfinite(table).sum(axis=1) >= 3
    sums = np.nansum(table, axis=1) / np.maximum(np.isfinite(table).sum(axis=1), 1)
    least = 0.01 * plain[known].mean()
    logs = np.where(enough, np.log(np.maximum(sums, least)), np.nan)
    first = start + len(totals) - 7 * weeks
    return logs, np.asarray(first + 7.0 * np.arange(weeks) + 3, dtype=np.float64)


def _waves(days: Floats | Ints) -> Floats:
    phase = 2 * np.pi * np.asarray(days, dtype=np.float64)[:, None] / YEAR_DAYS
    order = np.arange(1, HARMONICS + 1)
    return np.concatenate([np.sin(phase * order), np.cos(phase * order)], axis=1)


def _agreement(fitted: Floats) -> float:
    """Mean product of the waves of two years over their mean square, 0 to 1."""
    years = len(fitted)
    square = float((fitted**2).sum())
    product = float((fitted.sum(axis=0) ** 2).sum()) - square
    return float(np.clip(product / max((years - 1) * square, 1e-12), 0.0, 1.0))


def _slope(logs: Floats) -> tuple[float, float]:
    """Least-squares slope a day of weekly logs and its standard error."""
    known = np.flatnonzero(np.isfinite(logs))
    week = 7.0 * (known - known.mean())
    values = logs[known]
    spread = float((week**2).sum())
    slope = float((week * values).sum() / spread)
    error = values - values.mean() - slope * week
    noise = float((error**2).sum() / max(len(known) - 2, 1))
    return slope, float(np.sqrt(AUTOCORRELATION * noise / spread))
