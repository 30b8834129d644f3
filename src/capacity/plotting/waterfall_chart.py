"""The waterfall: from the heads before to the heads after, one bar a factor."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from capacity.domain.waterfall import Waterfall
from capacity.plotting import theme


def waterfall_bars(fall: Waterfall) -> pd.DataFrame:
    """One row a bar: label, bottom, height, kind ("total", "more" or "fewer").

    Bars start where the one before ended; the last total stands on the sum of all.
    """
    rows = [("before", 0.0, float(fall.before), "total")]
    level = float(fall.before)
    for item in fall.frame.itertuples():
        kind = "more" if item.heads >= 0 else "fewer"
        rows.append((item.factor, min(level, level + item.heads), abs(item.heads), kind))
        level += item.heads
    rows.append(("after", 0.0, float(fall.after), "total"))
    return pd.DataFrame(rows, columns=["label", "bottom", "height", "kind"])


def waterfall(result: Waterfall, *, ax: Axes | None = None) -> Axes:
    """Draw what each factor adds to the heads needed; the bars close to the last unit."""
    bars = waterfall_bars(result)
    ax = theme.new_axes(ax, height=1.4 + 0.42 * len(bars))
    looks = {"total": (theme.INK, ""), "more": (theme.ALERT, ""), "fewer": (theme.SERIES[5], "///")}
    place = np.arange(len(bars))
    for kind, (colour, hatch) in looks.items():
        pick = (bars["kind"] == kind).to_numpy()
        ax.barh(place[pick], bars["height"][pick], 0.62, left=bars["bottom"][pick], color=colour, hatch=hatch)  # fmt: skip
    signs = {"total": "{:.0f}", "more": "+{:.1f}", "fewer": "-{:.1f}"}
    for k, bar in enumerate(bars.itertuples()):
        ax.annotate(
            signs[str(bar.kind)].format(bar.height), (bar.bottom + bar.height, k), xytext=(4, 0),
            textcoords="offset points", va="center", fontsize=9, color=theme.INK,
        )  # fmt: skip
    low = _axis_start(bars)
    ax.set_xlim(low, 1.06 * float((bars["bottom"] + bars["height"]).max()))
    ax.set_yticks(place, [theme.plain(str(name)) for name in bars["label"]])
    ax.invert_yaxis()
    handles = [Patch(facecolor=c, hatch=h, label=k) for k, (c, h) in looks.items() if k != "total"]
    theme.legend_beside(ax, handles)
    cut = f"; the axis begins at {low:.0f}" if low > 0 else ""
    title = (
        f"Why {result.before} heads became {result.after} in {result.month} "
        f"(P{100 * result.percentile:g}){cut}"
    )
    return theme.finish(ax, title=title, x="Heads needed (people employed)", y="", grid="x")


def _axis_start(bars: pd.DataFrame) -> float:
    """Zero, unless the steps would be too small to see: then a stated break."""
    steps = bars[bars["kind"] != "total"]
    lowest = float(min(steps["bottom"].min(), bars[bars["kind"] == "total"]["height"].min()))
    return float(np.floor(0.9 * lowest)) if steps["height"].max() < 0.15 * lowest else 0.0
