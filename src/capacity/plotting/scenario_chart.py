"""Scenarios side by side: how many more heads each needs, and what it costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capacity.domain.comparison import Comparison
from capacity.plotting import theme
from capacity.plotting.cost_chart import money_scale


def scenario_differences(comparison: Comparison) -> pd.DataFrame:
    """One row a planned scenario: scenario, heads (peak, before rounding), low, high, cost.

    All are differences to "as is", the largest need first.
    """
    base = comparison.frame.iloc[0]
    planned = comparison.frame.iloc[1:]
    planned = planned[planned["status"] == "planned"]
    peak = comparison.paired[comparison.paired["measure"].str.startswith("heads needed at P")]
    table = planned[["scenario", "cost"]].merge(
        peak[["scenario", "difference", "low", "high"]], on="scenario"
    )
    table = table.assign(cost=table["cost"] - base["cost"])
    table = table.rename(columns={"difference": "heads"})
    return table.sort_values("heads", ascending=False, ignore_index=True)


def scenarios(comparison: Comparison, *, ax: Axes | None = None) -> Axes:
    """Draw heads more (right) or fewer (left) than "as is", with 95 % intervals and the money."""
    table = scenario_differences(comparison)
    base = comparison.frame.iloc[0]
    ax = theme.new_axes(ax, height=1.6 + 0.42 * max(1, len(table)))
    place = np.arange(len(table))
    ax.axvline(0, color=theme.GREY, linewidth=1)
    ax.hlines(place, table["low"], table["high"], color=theme.BLUE, linewidth=2.4)
    ax.plot(table["heads"], place, "o", color=theme.INK, markersize=6)
    names = [theme.plain(name) for name in table["scenario"]]
    ax.set_yticks(place, names)
    ax.invert_yaxis()
    ax.set_ylim(max(1, len(table)) - 0.5, -0.5)
    _money(ax, table, str(base["currency"]))
    effort = f" (effort {comparison.effort.value})"
    title = (
        f"Heads at the peak against as is: {int(base['peak_heads'])} in {base['peak_month']}{effort}\n"
        "line: 95 % interval on common paths"
    )
    return theme.finish(ax, title=title, x="Difference in heads needed (people)", y="", grid="x")


def _money(ax: Axes, table: pd.DataFrame, currency: str) -> None:
    divisor, word = money_scale(float(table["cost"].abs().max()) if len(table) else 0.0)
    for k, cost in enumerate(table["cost"]):
        ax.annotate(
            theme.plain(f"{currency} {cost / divisor:+,.2f} {word}".strip()),
            (1.0, k), xycoords=("axes fraction", "data"), xytext=(6, 0),
            textcoords="offset points", va="center", fontsize=9, color=theme.INK,
        )  # fmt: skip
