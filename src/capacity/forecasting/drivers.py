"""Drivers of work as forecasts in their own right, on the same paths as the volume."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from capacity.domain.demand import Demand
from capacity.domain.drivers import DriverHistory, DriverKind
from capacity.domain.faults import FaultList, nearest
from capacity.domain.grid import MonthGrid, TimeGrid
from capacity.domain.seeds import stream
from capacity.errors import DataError
from capacity.forecasting.local_days import day_number, month_number, read_clock
from capacity.forecasting.panel import Floats
from capacity.forecasting.panel_fit import PanelFit, fit_panel
from capacity.forecasting.panel_forecast import draw_levels, pick_for

TODAY_DAYS = 56  # days whose mean is "today": the level that an operation states
FARTHEST = 5.0  # no driver is believed to move further than this from today

Key = tuple[str, DriverKind]


@dataclass(frozen=True, kw_only=True)
class Drivers:
    """Fitted drivers of a demand; path ``p`` of a driver belongs to path ``p`` of the volume."""

    fit: PanelFit
    rows: dict[Key, int]
    first_days: dict[Key, int]
    today: dict[Key, float]
    flipped: frozenset[Key]
    grid: TimeGrid
    months: MonthGrid
    zones: dict[str, str]
    n_paths: int
    seed: int
    _kept: dict[Key, Floats] = field(default_factory=dict, repr=False, compare=False)

    def __getstate__(self) -> dict[str, object]:
        """Leave out what can be drawn again."""
        return {**self.__dict__, "_kept": {}}

    def has(self, queue: str, kind: DriverKind) -> bool:
        """Whether this driver is forecast."""
        return (queue, kind) in self.rows

    def paths(self, queue: str, kind: DriverKind, *, periods: int | None = None) -> Floats:
        """The driver itself (minutes or a share) by interval, shape (paths, periods)."""
        return self._at(self._levels(self._key(queue, kind)), queue, kind, periods)

    def factors(self, queue: str, kind: DriverKind, first: int, last: int, periods: int) -> Floats:
        """Factors on work, people's share or escalations against today; 1 = as today."""
        factors = self._factors(self._key(queue, kind))[first:last]
        return self._at(factors, queue, kind, periods)

    def late_factors(self, queue: str, kind: DriverKind, first: int, last: int) -> Floats:
        """Mean factor by month over its days from the last day of the grid on."""
        key = self._key(queue, kind)
        factors = self._factors(key)[first:last]
        day = self.first_days[key] + np.arange(factors.shape[1])
        end = int(read_clock(self.grid, self.zones[queue]).day[-1]) if self.grid.periods else -1
        month = month_number(day) - self.months.first.ordinal
        out = np.ones((len(factors), self.months.periods))
        for place in range(self.months.periods):
            late = (month == place) & (day >= end)
            if late.any():
                out[:, place] = factors[:, late].mean(axis=1)
        return out

    def on_grid(self, grid: TimeGrid) -> Drivers:
        """The same paths read on another grid, as after a revision."""
        return replace(self, grid=grid)

    def _key(self, queue: str, kind: DriverKind) -> Key:
        if (queue, kind) not in self.rows:
            known = [f"{name} {item.value}" for name, item in self.rows]
            raise DataError(f"no driver {kind.value} of {queue!r}; {nearest(queue, known)}")
        return queue, kind

    def _levels(self, key: Key) -> Floats:
        """The driver by day ahead, (paths, days)."""
        if key not in self._kept:
            queue, kind = key
            picks = pick_for(
                self.fit, paths=self.n_paths, generator=stream(self.seed, "driver draws")
            )
            generator = stream(self.seed, "driver", queue, kind.value)
            levels = draw_levels(self.fit, np.asarray([self.rows[key]]), picks, generator)[0]
            if kind is not DriverKind.HANDLING_MINUTES:
                levels = np.minimum(levels, 1.0)
            self._kept[key] = 1 - levels if key in self.flipped else levels
        return self._kept[key]

    def _factors(self, key: Key) -> Floats:
        levels, today = self._levels(key), self.today[key]
        if key[1] is DriverKind.AUTOMATION_SHARE:
            levels, today = 1 - levels, 1 - today
        return np.clip(levels / today, 1 / FARTHEST, FARTHEST)

    def _at(self, by_day: Floats, queue: str, kind: DriverKind, periods: int | None) -> Floats:
        grid = self.grid if periods is None else self.grid.head(periods)
        clock = read_clock(grid, self.zones[queue])
        day = np.clip(clock.day - self.first_days[queue, kind], 0, by_day.shape[1] - 1)
        return np.asarray(by_day[:, day])


def forecast_drivers(history: Sequence[DriverHistory], demand: Demand) -> Demand:
    """A demand whose paths carry the drivers of work as well as the volume.

    Drivers are forecast by the same members and error trajectories as volume: minutes as they
    are, a share by its smaller side, so that no path leaves its range (3 % reviewed says more
    than 97 % automated). `capacity.staff` multiplies the work of each path by the drivers of
    that path, so that work over cases is the handling time of the path and never drifts.

    Parameters
    ----------
    history : sequence of DriverHistory
        By local day; the last 8 weeks are "today", whose level the operation states.
    demand : Demand
        Made by `forecast`.

    Returns
    -------
    Demand
        The same paths with ``drivers``.

    Raises
    ------
    DataError
        A share lies outside 0..1, minutes are not positive, a queue is not in the demand, a
        driver is given twice, or no case was reviewed by people or escalated in the last 8 weeks.
    """
    _check(history, demand)
    ends = (demand.grid.end, demand.months.edges[-1])
    last = max(int(end.tz_localize(None).to_datetime64().astype("datetime64[D]").astype(int)) for end in ends) + 2  # fmt: skip
    keys = [(item.queue, item.kind) for item in history]
    firsts = [day_number(item.last_day) + 1 for item in history]
    fit = fit_panel(
        [_smaller_side(item) for item in history],
        seasons=(7,),
        horizon=max(1, last - min(firsts)),
        counts=False,
    )
    drivers = Drivers(
        fit=fit,
        rows={key: row for row, key in enumerate(keys)},
        first_days=dict(zip(keys, firsts, strict=True)),
        today={key: _today(item) for key, item in zip(keys, history, strict=True)},
        flipped=frozenset(key for key, item in zip(keys, history, strict=True) if _is_large(item)),
        grid=demand.grid,
        months=demand.months,
        zones=dict(demand.zones),
        n_paths=demand.n_paths,
        seed=demand.seed,
    )
    notes = tuple(_note(drivers, key) for key in keys)
    return replace(demand, drivers=drivers, notes=(*demand.notes, *notes))


def _note(drivers: Drivers, key: Key) -> str:
    queue, kind = key
    year = float(drivers.late_factors(queue, kind, 0, drivers.n_paths)[:, -1].mean())
    what = {
        DriverKind.HANDLING_MINUTES: "handling time",
        DriverKind.AUTOMATION_SHARE: "share of human review",
        DriverKind.ESCALATION_SHARE: "share escalated",
    }[kind]
    return f"{queue}: {what} follows its own forecast, x{year:.2f} of today's at the end"


def _today(item: DriverHistory) -> float:
    recent = item.values[-TODAY_DAYS:]
    known = recent if np.isfinite(recent).any() else item.values
    return float(np.nanmean(known))


def _is_large(item: DriverHistory) -> bool:
    return item.kind is not DriverKind.HANDLING_MINUTES and float(np.nanmean(item.values)) > 0.5


def _smaller_side(item: DriverHistory) -> Floats:
    values = np.asarray(item.values, dtype=np.float64)
    return 1 - values if _is_large(item) else values


def _check(history: Sequence[DriverHistory], demand: Demand) -> None:
    faults = FaultList(title="The drivers were refused")
    if not history:
        faults.add("history", "is empty", "give at least one driver")
    seen: set[Key] = set()
    for item in history:
        where = f"{item.kind.value} of {item.queue}"
        known = item.values[np.isfinite(item.values)]
        if item.queue not in demand.queues:
            faults.add(where, "queue is not in the demand", nearest(item.queue, demand.queues))
        if (item.queue, item.kind) in seen:
            faults.add(where, "is given twice", "keep one")
        seen.add((item.queue, item.kind))
        if not len(known):
            faults.add(where, "holds no value", "give at least one day")
        elif item.kind is DriverKind.HANDLING_MINUTES and known.min() <= 0:
            faults.add(where, f"{known.min():g} is not positive", "minutes a case are above 0")
        elif item.kind is not DriverKind.HANDLING_MINUTES and not (
            known.min() >= 0 and known.max() <= 1
        ):
            faults.add(where, f"{known.max():g} is outside 0..1", "write 0.3 for 30 %")
        elif item.kind is not DriverKind.HANDLING_MINUTES:
            _check_today(item, where, faults)
    faults.raise_any()


def _check_today(item: DriverHistory, where: str, faults: FaultList) -> None:
    """A factor against today needs something to divide by."""
    today = _today(item)
    base = 1 - today if item.kind is DriverKind.AUTOMATION_SHARE else today
    if base <= 0:
        what = "reviewed by people" if item.kind is DriverKind.AUTOMATION_SHARE else "escalated"
        faults.add(
            where,
            f"no case was {what} in the last {TODAY_DAYS} days",
            "leave this driver out: the operation's own share then holds",
        )
