"""Paths of a queue on demand: day levels, the shape of the day, Poisson counts, months."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from capacity.domain.grid import MonthGrid, TimeGrid
from capacity.domain.seeds import stream
from capacity.errors import DataError
from capacity.forecasting.day_shape import DayShape
from capacity.forecasting.local_days import month_number, read_clock
from capacity.forecasting.outlook import Outlook
from capacity.forecasting.panel import Floats, Ints
from capacity.forecasting.panel_fit import PanelFit
from capacity.forecasting.panel_forecast import draw_levels, pick_for

BLOCK_DAYS = 7  # paths are generated in blocks of so many local days
KEPT_BYTES = 256_000_000  # fine paths kept in memory at most


@dataclass(frozen=True, kw_only=True)
class QueueForecast:
    """What one queue needs for its paths: its row in the fit, its wall clock and its shape.

    Levels are drawn under the name ``levels_of``: two queues that share it move together.
    They are multiplied by the ``outlook`` (events, special days, year, growth) and by
    ``factors``, (paths, days) or (1, days), which overrides and revisions write.
    ``first_day`` is the local day (days since 1970-01-01) of the first forecast step.
    """

    row: int
    levels_of: str
    zone: str
    first_day: int
    shape: DayShape
    outlook: Outlook
    factors: Floats


@dataclass(frozen=True, kw_only=True)
class DailySource:
    """Block source of a demand: everything is a function of (seed, queue name).

    Day levels come from the fit with ONE set of draw indices for all queues; the shape of each
    day deviates as one past day did, the same past day for all queues; counts are Poisson.
    """

    fit: PanelFit
    queues: dict[str, QueueForecast]
    grid: TimeGrid
    months: MonthGrid
    n_paths: int
    seed: int
    _kept: dict[str, Ints] = field(default_factory=dict, repr=False, compare=False)
    _totals: dict[str, Ints] = field(default_factory=dict, repr=False, compare=False)

    def __getstate__(self) -> dict[str, object]:
        """Leave out what can be drawn again."""
        return {**self.__dict__, "_kept": {}, "_totals": {}}

    def fine(self, queue: str, first: int, last: int, periods: int) -> Ints:
        """Counts of paths first..last-1 over the first ``periods`` intervals."""
        wanted = min(periods, self.grid.periods)
        kept = self._kept.get(queue)
        if kept is None or kept.shape[1] < wanted:
            kept = self._draw_fine(queue, wanted)
            if kept.nbytes + sum(other.nbytes for other in self._kept.values()) <= KEPT_BYTES:
                self._kept[queue] = kept
        return kept[first:last, :wanted]

    def monthly(self, queue: str, first: int, last: int) -> Ints:
        """Monthly totals of the same paths, shape (last - first, months)."""
        if queue not in self._totals:
            self._totals[queue] = self._draw_months(queue)
        return self._totals[queue][first:last]

    def daily_levels(self, queue: str) -> Floats:
        """Mean count of each standard local day, by path, before counting noise."""
        forecast = self._of(queue)
        picks = pick_for(self.fit, paths=self.n_paths, generator=stream(self.seed, "draws"))
        generator = stream(self.seed, "levels", forecast.levels_of)
        levels = draw_levels(self.fit, np.asarray([forecast.row]), picks, generator)[0]
        ahead = forecast.outlook.factors(days=self.fit.horizon, paths=self.n_paths, seed=self.seed)
        return np.asarray(levels * (ahead * forecast.factors))

    def _of(self, queue: str) -> QueueForecast:
        if queue not in self.queues:
            raise DataError(f"no forecast for queue {queue!r}; known: {', '.join(self.queues)}.")
        return self.queues[queue]

    def _draw_fine(self, queue: str, periods: int) -> Ints:
        forecast, levels = self._of(queue), self.daily_levels(queue)
        rates = _SlotRates.of(forecast, self.grid)
        day = np.clip(rates.day - forecast.first_day, 0, levels.shape[1] - 1)
        out = np.empty((self.n_paths, self.grid.periods), dtype=np.int64)
        done = 0
        for block, stop in enumerate(_block_ends(day, self.grid.periods)):
            if done >= periods:
                break
            span = slice(done, stop)
            shapes = stream(self.seed, "days", block)
            intensity = rates.intensity(levels, day, span, shapes)
            out[:, span] = stream(self.seed, "fine", queue, block).poisson(intensity)
            done = stop
        return out[:, :periods]

    def _draw_months(self, queue: str) -> Ints:
        forecast, levels = self._of(queue), self.daily_levels(queue)
        fine = self.fine(queue, 0, self.n_paths, self.grid.periods)
        totals = np.zeros((self.n_paths, self.months.periods), dtype=np.int64)
        of_interval = self.months.index_of(self.grid)
        for month in range(self.months.periods):
            totals[:, month] = fine[:, of_interval == month].sum(axis=1)
        left = _share_left(forecast, self.grid, levels.shape[1])
        days = np.flatnonzero(left > 0)
        late = stream(self.seed, "late", queue).poisson(levels[:, days] * left[days])
        start = self.months.first.ordinal
        of_day = month_number(forecast.first_day + days) - start
        for month in range(self.months.periods):
            totals[:, month] += late[:, of_day == month].sum(axis=1)
        return totals


@dataclass(frozen=True, kw_only=True)
class _SlotRates:
    """A queue's share of the day for each interval of the grid."""

    day: Ints
    slot: Ints
    share: Floats
    shape: DayShape

    @staticmethod
    def of(forecast: QueueForecast, grid: TimeGrid) -> _SlotRates:
        slot_minutes = 1440 // forecast.shape.slots
        clock = read_clock(grid, forecast.zone, slot_minutes=slot_minutes)
        share = forecast.shape.profile[clock.weekday, clock.slot] * (grid.minutes / slot_minutes)
        if grid.minutes > slot_minutes:  # a coarse interval holds several slots
            steps = clock.slot[None, :] + np.arange(grid.minutes // slot_minutes)[:, None]
            share = forecast.shape.profile[clock.weekday, steps % clock.slots].sum(axis=0)
        return _SlotRates(
            day=clock.day, slot=clock.slot, share=np.asarray(share), shape=forecast.shape
        )

    def intensity(
        self, levels: Floats, day: Ints, span: slice, generator: np.random.Generator
    ) -> Floats:
        """Poisson rates (paths, intervals of the span)."""
        days = day[span]
        rates = levels[:, days] * self.share[span]
        pool = self.shape.deviations
        if not len(pool):
            return np.asarray(rates)
        first = int(days.min())
        chance = generator.random((len(levels), int(days.max()) - first + 1))
        donor = np.minimum((chance * len(pool)).astype(np.int64), len(pool) - 1)
        bend = (1 + pool[donor[:, days - first], self.slot[span]]) ** 2
        # The deviation moves volume within the day; it must not change the day's total.
        mass = self.share[span]
        total = _sum_days(bend * mass, days)
        plain = _sum_days(mass[None, :], days)
        return np.asarray(rates * bend * (plain / np.maximum(total, 1e-12)))


def share_of_day(forecast: QueueForecast, grid: TimeGrid) -> Floats:
    """Share of its local day's volume that each interval of a grid is expected to bring."""
    return _SlotRates.of(forecast, grid).share


def _sum_days(values: Floats, days: Ints) -> Floats:
    """Sum over the intervals of each day, repeated for its intervals."""
    starts = np.flatnonzero(np.append(True, np.diff(days) != 0))
    sums = np.add.reduceat(values, starts, axis=1)
    return np.repeat(sums, np.diff(np.append(starts, len(days))), axis=1)


def _block_ends(day: Ints, periods: int) -> list[int]:
    """Interval numbers at which blocks of `BLOCK_DAYS` local days end."""
    block = day // BLOCK_DAYS
    changes = np.flatnonzero(np.diff(block)) + 1
    return [*changes.tolist(), periods] if periods else []


def _share_left(forecast: QueueForecast, grid: TimeGrid, days: int) -> Floats:
    """Share of each forecast day that lies after the fine grid."""
    rates = _SlotRates.of(forecast, grid)
    left = np.ones(days)
    if not grid.periods:
        return left
    end = int(rates.day[-1]) - forecast.first_day
    left[: max(end, 0)] = 0.0
    if 0 <= end < days:
        used = rates.share[rates.day == rates.day[-1]].sum()
        left[end] = max(0.0, 1.0 - used)
    return left
