"""The backtest: error, bias, coverage and calibration of past forecasts, beside simple rivals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from capacity.domain.backtest import OURS, Backtest
from capacity.domain.faults import nearest
from capacity.errors import DataError
from capacity.plotting import theme

NOMINAL = 0.9
SUMS = (("coverage_90", "day"), ("coverage_90_week", "week"), ("coverage_90_horizon", "horizon"))
MOST_QUEUES = 12
# Method: colour, marker, width. Shape and lightness differ as well as hue.
_LOOKS = ((theme.BLUE, "o", 2.4), (theme.INK, "s", 1.2), (theme.ALERT, "^", 1.2))


def backtest_scores(result: Backtest, *, queue: str) -> pd.DataFrame:
    """One row a lead and method of one queue: error, floor and bias in percent of actual cases.

    `floor` is the error of a perfect forecast of Poisson counts. Methods keep their order.
    """
    if queue not in result.queues:
        raise DataError(f"unknown queue {queue!r}: {nearest(queue, result.queues)}")
    rows = result.of(queue)
    table = rows[["lead", "method"]].copy()
    table["error"], table["bias"] = 100 * rows["wape"], 100 * rows["bias"]
    table["floor"] = 100 * rows["wape"] / rows["wape_over_floor"]
    table["saved"] = 100 * rows["value_added"]
    for name, word in SUMS:
        table[word] = 100 * rows[name]
    return table


def backtest_by_queue(result: Backtest) -> pd.DataFrame:
    """Mean error by queue and method in percent, the busiest queues first, 12 at most."""
    rows = result.frame[result.frame["queue"] != "all"]
    size = rows.groupby("queue")["actual_per_day"].mean().sort_values(ascending=False)
    means = rows.pivot_table(index="queue", columns="method", values="wape", sort=False) * 100
    return means.loc[size.index[:MOST_QUEUES]]


def backtest(result: Backtest, *, queue: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw how past forecasts did: error, bias, value added, coverage, calibration and queues.

    Six panels by lead time, for one queue or (by default) for all queues together. On axes that
    are given, the first panel alone: the error beside its rivals and the Poisson floor.
    """
    name = queue or result.queues[-1]
    table = backtest_scores(result, queue=name)
    if ax is not None:
        return _error(ax, table, f"{_title(name)}: error by lead time")
    figure = Figure(figsize=(13.0, 7.4), layout="constrained", dpi=110)
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.14)  # type: ignore[union-attr, call-arg]
    first = figure.add_subplot(2, 3, 1, axes_class=theme.ChartAxes)
    _error(first, table, "How far off?")
    panels: tuple[tuple[str, Callable[[Axes], Axes]], ...] = (
        ("bias", lambda axes: _bias(axes, table)),
        ("saved", lambda axes: _saved(axes, table)),
        ("coverage", lambda axes: _coverage(axes, table)),
        ("pit", lambda axes: _calibration(axes, result, name)),
        ("queues", lambda axes: _queues(axes, result)),
    )
    for place, (_, draw) in enumerate(panels, start=2):
        draw(figure.add_subplot(2, 3, place))
    figure.suptitle(
        theme.plain(f"{_title(name)}: {_headline(table)} ({len(result.origins)} past origins)", longest=200),
        x=0.01, ha="left", fontsize=13, color=theme.INK,
    )  # fmt: skip
    return first


def _title(name: str) -> str:
    return "All queues together" if name == "all" else name


def _headline(table: pd.DataFrame) -> str:
    ours = table[table["method"] == OURS]
    return (
        f"forecasts missed by {ours['error'].mean():.1f} % with a bias of "
        f"{ours['bias'].mean():+.1f} %; 90 % intervals held {ours['day'].mean():.0f} % of days"
    )


def _methods(table: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(table["method"]))


def _leads(table: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(table["lead"]))


def _lead_axis(ax: Axes, leads: list[str], *, room: float = 1.75) -> None:
    """Lead times as words; room on the right for labels of lines."""
    words = [lead.replace(" ", "\n", 1) for lead in leads]
    ax.set_xticks(np.arange(len(leads)), words, fontsize=9)
    ax.set_xlim(-0.4, len(leads) - 1 + room)


def _lines(ax: Axes, table: pd.DataFrame, column: str) -> None:
    """One line a method, named at its right end; names never run into each other."""
    ends, last = [], len(_leads(table)) - 1
    for method, (colour, marker, width) in zip(_methods(table), _LOOKS, strict=False):
        values = table.loc[table["method"] == method, column].to_numpy(dtype=float)
        ax.plot(values, color=colour, marker=marker, linewidth=width, markersize=6, zorder=3)
        ends.append((float(values[-1]), method, colour))
    _name_ends(ax, ends, last)


def _name_ends(ax: Axes, ends: list[tuple[float, str, str]], last: int) -> None:
    low, high = ax.get_ylim()
    gap, floor = 0.075 * (high - low), low
    for value, words, colour in sorted(ends):
        place = max(value, floor)
        floor = place + gap
        ax.annotate(
            theme.plain(words), (last, value), xytext=(last + 0.14, place), textcoords="data",
            fontsize=9, color=colour, va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )  # fmt: skip


def _error(ax: Axes, table: pd.DataFrame, title: str) -> Axes:
    leads = _leads(table)
    ax.set_ylim(0, 1.12 * float(np.nanmax(table["error"])))
    _lead_axis(ax, leads)
    floor = table.loc[table["method"] == OURS, "floor"].to_numpy(dtype=float)
    ax.fill_between(np.arange(len(leads)), floor, color="#e8eaee", linewidth=0, zorder=1)
    middle = (len(leads) - 1) / 2
    ax.annotate(
        "below this nobody can forecast\n(Poisson noise)", (middle, float(np.nanmin(floor)) / 2),
        ha="center", va="center", fontsize=8.5, color="#5c6270",
    )  # fmt: skip
    _lines(ax, table, "error")
    theme.count_axis(ax)
    return theme.finish(ax, title=title, x="Lead time (days, weeks)", y="Error, WAPE (% of cases)")


def _bias(ax: Axes, table: pd.DataFrame) -> Axes:
    reach = max(1.0, 1.25 * float(np.nanmax(np.abs(table["bias"]))))
    ax.set_ylim(-reach, reach)
    _lead_axis(ax, _leads(table))
    ax.axhline(0, color=theme.GREY, linewidth=1)
    _lines(ax, table, "bias")
    return theme.finish(
        ax, title="Too high or too low?", x="Lead time (days, weeks)", y="Bias (% of cases)"
    )


def _saved(ax: Axes, table: pd.DataFrame) -> Axes:
    ours = table[table["method"] == OURS]
    values = ours["saved"].to_numpy(dtype=float)
    better = values >= 0
    place = np.arange(len(values))
    ax.bar(place[better], values[better], 0.56, color=theme.BLUE)
    ax.bar(place[~better], values[~better], 0.56, color="white", edgecolor=theme.ALERT, hatch="///")
    for k, value in zip(place, values, strict=True):
        ax.annotate(
            f"{value:+.1f}", (k, value), xytext=(0, 4 if value >= 0 else -4), ha="center",
            textcoords="offset points", va="bottom" if value >= 0 else "top", fontsize=9, color=theme.INK,
        )  # fmt: skip
    ax.axhline(0, color=theme.GREY, linewidth=1)
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    ax.set_ylim(low - 0.25 * (high - low + 1), high + 0.25 * (high - low + 1))
    _lead_axis(ax, list(ours["lead"]), room=0.4)
    return theme.finish(
        ax, title="Worth the trouble?", x="Lead time (days, weeks)",
        y="Error saved (% of 8-week average)",
    )  # fmt: skip


def _coverage(ax: Axes, table: pd.DataFrame) -> Axes:
    ours = table[table["method"] == OURS]
    leads = list(ours["lead"])
    ax.axhspan(85, 95, color="#e8eaee", linewidth=0, zorder=0)
    ax.axhline(100 * NOMINAL, color=theme.GREY, linewidth=1, linestyle="--")
    looks = {
        "day": (theme.SERIES[1], "o-"),
        "week": (theme.SERIES[4], "s-"),
        "horizon": (theme.GREY, ":"),
    }
    ends, least = [], 100.0
    for word, (colour, look) in looks.items():
        values = ours[word].to_numpy(dtype=float)
        if not np.isfinite(values).any():
            continue
        ax.plot(values, look, color=colour, linewidth=1.8, markersize=6)
        known = values[np.isfinite(values)]
        ends.append(
            (
                float(known[-1]),
                f"sums of a {word}" if word != "horizon" else "the whole horizon",
                colour,
            )
        )
        least = min(least, float(known.min()))
    ax.set_ylim(max(0.0, min(70.0, least - 8)), 104)
    _lead_axis(ax, leads, room=2.0)
    _name_ends(ax, ends, len(leads) - 1)
    return theme.finish(
        ax, title="Do 90 % intervals hold 90 %?", x="Lead time (days, weeks)",
        y="Sums inside their interval (%)",
    )  # fmt: skip


def _calibration(ax: Axes, result: Backtest, queue: str) -> Axes:
    rows = result.pit[result.pit["queue"] == queue]
    shares = 100 * rows.groupby("low")["share"].mean()
    width = 1 / len(shares)
    ax.bar(shares.index + width / 2, shares, 0.92 * width, color=theme.SERIES[5])
    ax.axhline(100 * width, color=theme.INK, linewidth=1.2, linestyle="--")
    ax.set_xlim(0, 1)
    ax.set_ylim(0, max(2.2 * 100 * width, 1.15 * float(shares.max())))
    ax.annotate("flat = honest", (0.02, 100 * width), xytext=(0, 4), textcoords="offset points", fontsize=9, color=theme.INK)  # fmt: skip
    theme.count_axis(ax)
    return theme.finish(
        ax, title="Where do facts fall among the paths?", x="Rank among the paths (randomised PIT)",
        y="Facts (%)",
    )  # fmt: skip


def _queues(ax: Axes, result: Backtest) -> Axes:
    table = backtest_by_queue(result)
    place = np.arange(len(table))
    methods = list(table.columns)
    ax.hlines(place, table.min(axis=1), table.max(axis=1), color="#d9dce1", linewidth=2.4)
    for method, (colour, marker, _) in zip(methods, _LOOKS, strict=False):
        ax.plot(table[method], place, marker, color=colour, markersize=7 if method == OURS else 5)
    ax.set_yticks(place, [theme.plain(str(name), longest=22) for name in table.index], fontsize=9)
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_xlim(0, 1.12 * float(np.nanmax(table.to_numpy())))
    return theme.finish(
        ax, title="Which queue is hard?", x="Error, WAPE (% of cases), mean over lead times", y="", grid="x"
    )  # fmt: skip
