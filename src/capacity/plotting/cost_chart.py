"""Cost by month and pool, fully loaded."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capacity.domain.headcount import HeadcountPlan
from capacity.domain.plan import Plan
from capacity.plotting import theme

_SCALES = ((1e9, "billion "), (1e6, "million "), (1e3, "thousand "), (1.0, ""))


def cost_by_month(heads: HeadcountPlan) -> pd.DataFrame:
    """Fully loaded cost: one row a month, one column a pool, in the plan's currency."""
    rows = heads.frame[heads.frame["pool"] != "all"]
    table = rows.pivot_table(index="month", columns="pool", values="cost", aggfunc="sum")
    return table.reindex(index=list(heads.months.labels), columns=list(heads.pools)).astype(float)


def money_scale(largest: float) -> tuple[float, str]:
    """Divisor and word that bring the largest amount to one to three digits.

    Examples
    --------
    >>> money_scale(2_400_000)
    (1000000.0, 'million ')
    """
    return next(item for item in _SCALES if largest >= item[0] or item[0] == 1.0)


def cost(result: HeadcountPlan | Plan, *, ax: Axes | None = None) -> Axes:
    """Draw cost by month, pools stacked, with the total of the horizon in the title."""
    heads = result.headcount if isinstance(result, Plan) else result
    table = cost_by_month(heads)
    totals = table.sum(axis=1).to_numpy()
    divisor, word = money_scale(float(totals.max()))
    ax = theme.new_axes(ax)
    months = pd.PeriodIndex(table.index, freq="M").to_timestamp()
    place = theme.date_numbers(months) + 15.0
    base = np.zeros(len(table))
    for k, pool in enumerate(table.columns):
        values = table[pool].to_numpy() / divisor
        ax.bar(place, values, 24.0, bottom=base, color=theme.series_colour(k), hatch=theme.series_hatch(k), label=theme.plain(str(pool)))  # fmt: skip
        base = base + values
    ax.set_ylim(0, 1.12 * max(float(base.max()), 1e-9))
    theme.date_axis(ax)
    theme.legend_beside(ax)
    horizon, word_all = money_scale(float(totals.sum()))
    title = (
        f"{heads.currency} {totals.sum() / horizon:,.2f} {word_all}over {len(table)} months, "
        f"{totals.mean() / divisor:,.2f} {word}a month on average"
    )
    return theme.finish(
        ax,
        title=title,
        x="Month (calendar)",
        y=f"Fully loaded cost ({word}{heads.currency} a month)",
    )
