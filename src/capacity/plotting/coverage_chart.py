"""Coverage: who is working, hour by hour, against the work that the plan assigns."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capacity.domain.plan import Plan
from capacity.domain.shift_plan import ShiftPlan
from capacity.plotting import theme


def coverage_table(shifts: ShiftPlan, *, first_day: int = 0, days: int = 7) -> pd.DataFrame:
    """One row an interval: start, heads working by pool, assigned work, uncovered work.

    `heads_<pool>` are people on shift less people on a break (fractions of an interval count as
    fractions); `work` and `uncovered` are reviewer-hours an hour, that is, reviewers at work.
    """
    per_day = 24 * 60 // shifts.grid.minutes
    low = first_day * per_day
    high = min(shifts.grid.periods, low + days * per_day)
    table: dict[str, object] = {"start": shifts.grid.starts[low:high]}
    for pool in dict.fromkeys(shifts.shifts["pool"]):
        table[f"heads_{pool}"] = (shifts.present(pool) - _on_break(shifts, pool))[low:high]
    table["work"] = _hours_by_interval(shifts, shifts.flows)[low:high] / shifts.grid.hours
    table["uncovered"] = _hours_by_interval(shifts, shifts.uncovered)[low:high] / shifts.grid.hours
    return pd.DataFrame(table)


def _on_break(shifts: ShiftPlan, pool: str) -> np.ndarray:
    away = np.zeros(shifts.grid.periods)
    if shifts.breaks.empty:
        return away
    rows = shifts.breaks[shifts.breaks["pool"] == pool]
    step = shifts.grid.minutes
    for start, minutes, heads in zip(rows["start"], rows["minutes"], rows["heads"], strict=True):
        begin = (start - shifts.grid.start) / pd.Timedelta(minutes=1)
        end = begin + float(minutes)
        for t in range(max(0, int(begin // step)), min(len(away), int(-(-end // step)))):
            inside = min(end, (t + 1) * step) - max(begin, t * step)
            away[t] += heads * max(0.0, inside) / step
    return away


def _hours_by_interval(shifts: ShiftPlan, frame: pd.DataFrame) -> np.ndarray:
    hours = np.zeros(shifts.grid.periods)
    if frame.empty:
        return hours
    where = shifts.grid.index_of(pd.DatetimeIndex(frame["start"]))
    inside = (where >= 0) & (where < len(hours))
    np.add.at(hours, where[inside], frame["hours"].to_numpy(dtype=float)[inside])
    return hours


def coverage(
    result: ShiftPlan | Plan,
    *,
    first_day: int = 0,
    days: int = 7,
    zone: str = "UTC",
    ax: Axes | None = None,
) -> Axes:
    """Draw heads at work by pool (stacked) against assigned work (line) and its gap (hatched)."""
    shifts = result.shifts if isinstance(result, Plan) else result
    zone = result.operation.zone if isinstance(result, Plan) else zone
    table = coverage_table(shifts, first_day=first_day, days=days)
    ax = theme.new_axes(ax)
    step = pd.Timedelta(minutes=shifts.grid.minutes)
    moments = pd.DatetimeIndex([*table["start"], table["start"].iloc[-1] + step])
    edges = theme.date_numbers(moments.tz_convert(zone).tz_localize(None))
    base = np.zeros(len(table))
    pools = [name for name in table.columns if name.startswith("heads_")]
    # Light colours for areas, so that the dark line of work stands out on them.
    for k, name in enumerate(pools):
        top = base + table[name].to_numpy()
        position = len(theme.SERIES) - 1 - k % len(theme.SERIES)
        ax.stairs(top, edges, baseline=base, fill=True, color=theme.SERIES[position],
                  hatch=theme.series_hatch(k), label=theme.plain(name.removeprefix("heads_")))  # fmt: skip
        base = top
    work, need = table["work"].to_numpy(), (table["work"] + table["uncovered"]).to_numpy()
    ax.stairs(need, edges, baseline=work, fill=True, facecolor="none", edgecolor=theme.INK,
              hatch="////", linewidth=0, label="not covered")  # fmt: skip
    ax.stairs(need, edges, baseline=None, color="white", linewidth=2.6)
    ax.stairs(need, edges, baseline=None, color=theme.INK, linewidth=1.3, label="work to do")
    ax.set_ylim(0, max(1.0, 1.08 * float(max(base.max(), need.max()))))
    ax.set_xlim(edges[0], edges[-1])
    theme.date_axis(ax)
    theme.legend_beside(ax)
    hours = float(table["uncovered"].sum() * shifts.grid.hours)
    heads = float(base.sum() * shifts.grid.hours)
    state = f"{hours:,.1f} reviewer-hours NOT covered" if hours > 0.05 else "all work covered"
    title = f"{heads:,.0f} reviewer-hours at work in {days} days: {state}"
    return theme.finish(ax, title=title, x=f"Local time ({zone})", y="At work (reviewers)")
