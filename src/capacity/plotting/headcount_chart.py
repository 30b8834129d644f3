"""The headcount path: people employed against people required, month by month."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from capacity.domain.headcount import HeadcountPlan
from capacity.domain.plan import Plan
from capacity.plotting import theme


def headcount_path(heads: HeadcountPlan, *, pool: str = "all") -> pd.DataFrame:
    """By month: eop, hires, required at P10, P50, the plan's percentile and P90, and the gap.

    Quantiles are taken over paths and rounded up once; `gap` is that of the plan: heads required
    less heads able to work (newcomers in training are employed, but not able yet).
    """
    rows = heads.of(pool)
    table = rows[["month", "eop", "hires", "gap"]].copy()
    for name, level in (("p10", 0.1), ("p50", 0.5), ("planned", heads.percentile), ("p90", 0.9)):
        table[name] = heads.required(level, pool)
    return table


def headcount(result: HeadcountPlan | Plan, *, pool: str = "all", ax: Axes | None = None) -> Axes:
    """Draw employed and required heads by month; the band holds 80 % of possible futures."""
    heads = result.headcount if isinstance(result, Plan) else result
    table = headcount_path(heads, pool=pool)
    ax = theme.new_axes(ax)
    edges = theme.date_numbers(
        pd.period_range(
            heads.months.first, periods=heads.months.periods + 1, freq="M"
        ).to_timestamp()
    )
    level = f"P{100 * heads.percentile:g}"
    ax.stairs(table["p90"], edges, baseline=table["p10"], fill=True, color=theme.SERIES[5], label="required, 80 % of futures")  # fmt: skip
    ax.stairs(table["p50"], edges, baseline=None, color=theme.BLUE, linestyle=":", linewidth=1.6, label="required at P50")  # fmt: skip
    ax.stairs(table["planned"], edges, baseline=None, color=theme.BLUE, linewidth=2, label=f"required at {level}")  # fmt: skip
    ax.stairs(table["eop"], edges, baseline=None, color=theme.INK, linewidth=2, label="employed at month end")  # fmt: skip
    able = table["planned"] - table["gap"].clip(lower=0)
    if (table["gap"] > 0).any():
        ax.stairs(table["planned"], edges, baseline=able.to_numpy(), fill=True, facecolor="none", edgecolor=theme.ALERT, hatch="////", linewidth=0, label="short")  # fmt: skip
    top = float(table[["p90", "planned", "eop"]].to_numpy().max())
    ax.set_ylim(0, max(1.0, 1.1 * top))
    ax.set_xlim(edges[0], edges[-1])
    theme.date_axis(ax)
    theme.legend_beside(ax)
    worst = table.loc[table["gap"].idxmax()]
    state = f"largest gap {int(worst['gap'])} in {worst['month']}" if worst["gap"] > 0 else "no gap"
    name = "All pools" if pool == "all" else pool
    title = (
        f"{name}: {int(table['planned'].max())} heads needed at {level} at the peak, "
        f"{int(table['eop'].iloc[0])} employed in {table['month'].iloc[0]}; {state}"
    )
    return theme.finish(ax, title=title, x="Month (calendar)", y="Heads (people employed)")
