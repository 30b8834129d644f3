"""The forecast fan: cases a day with nested bands read off the joint paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capacity.domain.demand import Demand
from capacity.domain.faults import nearest
from capacity.domain.grid import TimeGrid
from capacity.domain.plan import Plan
from capacity.domain.volume import Volume
from capacity.errors import DataError
from capacity.plotting import theme
from capacity.plotting.daily_totals import daily_totals

BANDS = (0.95, 0.80, 0.50)
_TINTS = ("#dcebf7", "#b5d4ee", "#7fb2de")


def fan_bands(demand: Demand, *, queue: str | None = None, weeks: int = 8) -> pd.DataFrame:
    """Quantiles of the DAILY total by local date; all queues together if none is named.

    Totals are taken path by path and quantiles afterwards: quantiles do not add up. Columns:
    date, median, and low_95, high_95, low_80, high_80, low_50, high_50.
    """
    names = demand.queues if queue is None else (_known(queue, demand.queues),)
    per_day = 24 * 60 // demand.grid.minutes if demand.grid.minutes < 1440 else 1
    periods = min(demand.grid.periods, weeks * 7 * per_day)
    grid = demand.grid.head(periods)
    zone = demand.months.zone if queue is None else dict(demand.zones).get(queue, "UTC")
    days, totals = _total(names, lambda name: demand.paths(name, periods=periods), grid, zone)
    if not days:
        raise DataError("the forecast holds no complete day. Fix: forecast at least one week.")
    table = {"date": pd.to_datetime(list(days)), "median": np.quantile(totals, 0.5, axis=0)}
    for level in BANDS:
        low, high = np.quantile(totals, [(1 - level) / 2, (1 + level) / 2], axis=0)
        table |= {f"low_{level:.0%}"[:-1]: low, f"high_{level:.0%}"[:-1]: high}
    return pd.DataFrame(table)


def past_days(volume: Volume, *, queue: str | None = None, weeks: int = 8) -> pd.DataFrame:
    """Actual cases by local date (columns date, cases) of the last weeks before `as_of`."""
    names = volume.queues if queue is None else (_known(queue, volume.queues),)
    zone = volume.zone_of(names[0]) if queue is not None else "UTC"
    days, totals = _total(names, volume.of, volume.grid, zone)
    table = pd.DataFrame({"date": pd.to_datetime(list(days)), "cases": totals})
    return table.tail(7 * weeks).reset_index(drop=True)


def fan(
    result: Demand | Plan,
    *,
    queue: str | None = None,
    history: Volume | None = None,
    weeks: int = 8,
    ax: Axes | None = None,
) -> Axes:
    """Draw the forecast: median, bands of 50, 80 and 95 % of paths, actual days as dots.

    A band holds the stated share of possible futures for EACH day, not for all days at once.
    A Plan brings its own history along.
    """
    demand = result.demand if isinstance(result, Plan) else result
    past = result.volume if isinstance(result, Plan) and history is None else history
    table = fan_bands(demand, queue=queue, weeks=weeks)
    ax = theme.new_axes(ax)
    for level, tint in zip(BANDS, _TINTS, strict=True):
        name = f"{level:.0%}"[:-1]
        ax.fill_between(
            table["date"], table[f"low_{name}"], table[f"high_{name}"],
            color=tint, linewidth=0, label=f"{name} % of futures",
        )  # fmt: skip
    ax.plot(table["date"], table["median"], color=theme.BLUE, linewidth=1.8, label="median")
    if past is not None:
        dots = past_days(past, queue=queue, weeks=weeks)
        ax.plot(dots["date"], dots["cases"], "o", color=theme.INK, markersize=3, label="actual")
    origin = demand.as_of.tz_convert(demand.months.zone).tz_localize(None)
    ax.axvline(origin, color=theme.GREY, linewidth=1, linestyle="--", label="as of")
    ax.set_ylim(bottom=0)
    theme.date_axis(ax)
    theme.count_axis(ax)
    theme.legend_beside(ax)
    week = table.head(7)
    low, high = week[["low_80", "high_80"]].mean()
    title = f"{queue or 'All queues'}: {week['median'].mean():,.0f} cases a day in week 1, 80 % range {low:,.0f} to {high:,.0f}"
    return theme.finish(ax, title=title, x="Local date (day)", y="Arrivals (cases a day)")


def _total(
    names: Sequence[str], read: Callable[[str], np.ndarray], grid: TimeGrid, zone: str
) -> tuple[tuple[date, ...], np.ndarray]:
    days, totals = daily_totals(np.asarray(read(names[0]), dtype=float), grid, zone)
    for name in names[1:]:
        totals = totals + daily_totals(np.asarray(read(name), dtype=float), grid, zone)[1]
    return days, totals


def _known(queue: str, queues: Sequence[str]) -> str:
    if queue not in queues:
        raise DataError(f"unknown queue {queue!r}: {nearest(queue, queues)}")
    return queue
