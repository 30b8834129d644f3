"""The requirement heatmap: reviewers' work by weekday and local hour, indicative."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capacity.domain.plan import Plan
from capacity.domain.staffing import Staffing, Treatment
from capacity.plotting import theme
from capacity.plotting.taut_string import weekly_flattest

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def weekly_requirement(staffing: Staffing, *, paths: int = 100) -> pd.DataFrame:
    """Reviewers busy by weekday (rows, 0 = Monday) and local hour (columns 0..23).

    Floors as they are; deferrable work along the flattest curve that meets its deadline on the
    mean of the paths. It is a picture of the load and promises nothing: shifts cover floors and
    work, never this curve.
    """
    week = staffing.grid.intervals_per_week
    weeks = max(1, min(4, staffing.grid.periods // week))
    periods = min(weeks * week, staffing.grid.periods)
    rate = np.zeros(min(week, periods))
    for plan in staffing.plans:
        if plan.treatment is Treatment.FLOOR:
            rate += _average_week(staffing.floors(plan.queue, periods=periods).astype(float), week)
            continue
        work = staffing.work(plan.queue, periods=periods, paths=min(paths, staffing.n_paths))
        arriving = _average_week(work.mean(axis=0), week) / staffing.grid.hours
        window = max(1, int(plan.window_hours / staffing.grid.hours))
        rate += weekly_flattest(arriving, window)
    local = staffing.grid.head(len(rate)).local(staffing.months.zone)
    cells = pd.DataFrame({"day": local.day_of_week, "hour": local.hour, "busy": rate})
    table = cells.pivot_table(index="day", columns="hour", values="busy", aggfunc="mean")
    return table.reindex(index=range(7), columns=range(24))


def _average_week(values: np.ndarray, week: int) -> np.ndarray:
    if len(values) < week:
        return values
    whole = values[: len(values) // week * week]
    return np.asarray(whole.reshape(-1, week).mean(axis=0))


def requirement(result: Staffing | Plan, *, ax: Axes | None = None) -> Axes:
    """Draw the load of an average week: darker cells need more reviewers at once."""
    staffing = result.staffing if isinstance(result, Plan) else result
    table = weekly_requirement(staffing)
    values = table.to_numpy(dtype=float)
    ax = theme.new_axes(ax, height=3.6)
    # A range of at least 30 % of the peak, so that small steps do not look large.
    low = min(float(np.nanmin(values)), 0.7 * float(np.nanmax(values)))
    image = ax.imshow(
        values, cmap="Blues", aspect="auto", vmin=low, vmax=max(float(np.nanmax(values)), 1e-9)
    )
    ax.set_yticks(range(7), WEEKDAYS)
    ax.set_xticks(range(0, 24, 2))
    _annotate(ax, values, low)
    figure = ax.get_figure(root=False)
    if figure is not None:
        bar = figure.colorbar(image, ax=ax, pad=0.02)
        bar.set_label("Load (reviewers at work)")
        bar.outline.set_visible(False)
    day, hour = np.unravel_index(np.nanargmax(values), values.shape)
    title = (
        f"Load of an average week peaks at {np.nanmax(values):.1f} reviewers, {WEEKDAYS[day]} {hour:02d}:00\n"
        "indicative: deferrable work is spread up to its deadline; no promise"
    )
    theme.finish(
        ax, title=title, x=f"Hour of day (local, {staffing.months.zone})", y="Weekday", grid=""
    )
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    return ax


def _annotate(ax: Axes, values: np.ndarray, low: float) -> None:
    top = np.nanmax(values)
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            colour = "white" if value > low + 0.6 * (top - low) else theme.INK
            ax.text(column, row, f"{value:.0f}" if top >= 10 else f"{value:.1f}",
                    ha="center", va="center", fontsize=7, color=colour)  # fmt: skip
