"""Drivers of work as forecasts in their own right, on the same paths as the volume."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

import numpy as np

from capacity.domain.demand import Demand
from capacity.domain.faults import FaultList, nearest
from capacity.domain.seeds import stream
from capacity.errors import DataError
from capacity.forecasting.local_days import day_number, read_clock
from capacity.forecasting.panel import Floats
from capacity.forecasting.panel_fit import PanelFit, fit_panel
from capacity.forecasting.panel_forecast import draw_levels, pick_for


class DriverKind(Enum):
    """What turns cases into work."""

    HANDLING_MINUTES = "handling_minutes"
    AUTOMATION_SHARE = "automation_share"
    ESCALATION_SHARE = "escalation_share"


@dataclass(frozen=True, kw_only=True)
class DriverHistory:
    """A driver by local day, oldest first: minutes a case, or a share 0..1; nan = not known."""

    queue: str
    kind: DriverKind
    last_day: date
    values: Floats


@dataclass(frozen=True, kw_only=True)
class Drivers:
    """Fitted drivers of a demand; path ``p`` of a driver belongs to path ``p`` of the volume."""

    fit: PanelFit
    rows: dict[tuple[str, DriverKind], int]
    first_days: dict[tuple[str, DriverKind], int]
    flipped: frozenset[tuple[str, DriverKind]]
    demand: Demand

    def paths(self, queue: str, kind: DriverKind) -> Floats:
        """Driver by interval of the demand's grid, shape (paths, periods)."""
        key = (queue, kind)
        if key not in self.rows:
            known = [f"{name} {item.value}" for name, item in self.rows]
            raise DataError(f"no driver {kind.value} of {queue!r}; {nearest(queue, known)}")
        demand = self.demand
        picks = pick_for(
            self.fit, paths=demand.n_paths, generator=stream(demand.seed, "driver draws")
        )
        generator = stream(demand.seed, "driver", queue, kind.value)
        levels = draw_levels(self.fit, np.asarray([self.rows[key]]), picks, generator)[0]
        if kind is not DriverKind.HANDLING_MINUTES:
            levels = np.minimum(levels, 1.0)
        if key in self.flipped:
            levels = 1 - levels
        clock = read_clock(demand.grid, dict(demand.zones)[queue])
        day = np.clip(clock.day - self.first_days[key], 0, levels.shape[1] - 1)
        return np.asarray(levels[:, day])

    def work_hours(self, queue: str, *, periods: int | None = None) -> Floats:
        """Hours of human work that arrive: volume x (1 - automated) x handling time, by path.

        Volume and work come from one set of paths, so that their ratio is the handling time of
        that path and never drifts.
        """
        steps = self.demand.grid.periods if periods is None else periods
        work = self.demand.paths(queue, periods=steps).astype(np.float64)
        if (queue, DriverKind.AUTOMATION_SHARE) in self.rows:
            work *= 1 - self.paths(queue, DriverKind.AUTOMATION_SHARE)[:, :steps]
        return np.asarray(work * self.paths(queue, DriverKind.HANDLING_MINUTES)[:, :steps] / 60)


def forecast_drivers(history: Sequence[DriverHistory], demand: Demand) -> Drivers:
    """Forecast drivers by the same members and error trajectories as volume.

    Minutes are forecast as they are, a share by its smaller side, so that no path leaves its
    range: the forecast of 3 % reviewed says more than that of 97 % automated.

    Raises
    ------
    DataError
        A share lies outside 0..1, minutes are not positive, a queue is not in the demand, or a
        driver is given twice.
    """
    _check(history, demand)
    last = int(read_clock(demand.grid, "UTC").day[-1]) + 2
    firsts = [day_number(item.last_day) + 1 for item in history]
    fit = fit_panel(
        [_smaller_side(item) for item in history],
        seasons=(7,),
        horizon=max(1, last - min(firsts)),
        counts=False,
    )
    keys = [(item.queue, item.kind) for item in history]
    return Drivers(
        fit=fit,
        rows={key: row for row, key in enumerate(keys)},
        first_days=dict(zip(keys, firsts, strict=True)),
        flipped=frozenset(key for key, item in zip(keys, history, strict=True) if _is_large(item)),
        demand=demand,
    )


def _is_large(item: DriverHistory) -> bool:
    return item.kind is not DriverKind.HANDLING_MINUTES and float(np.nanmean(item.values)) > 0.5


def _smaller_side(item: DriverHistory) -> Floats:
    values = np.asarray(item.values, dtype=np.float64)
    return 1 - values if _is_large(item) else values


def _check(history: Sequence[DriverHistory], demand: Demand) -> None:
    faults = FaultList(title="The drivers were refused")
    if not history:
        faults.add("history", "is empty", "give at least one driver")
    seen: set[tuple[str, DriverKind]] = set()
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
    faults.raise_any()
