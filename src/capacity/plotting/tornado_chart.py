"""The tornado: which assumptions move the heads most."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from capacity.domain.sensitivity import Sensitivity
from capacity.plotting import theme


def tornado(result: Sensitivity, *, most: int = 14, ax: Axes | None = None) -> Axes:
    """Draw heads more or fewer for each change, largest assumption first; money at the right."""
    table = result.frame.head(most)
    ax = theme.new_axes(ax, height=1.4 + 0.36 * len(table))
    place = np.arange(len(table))
    heads = table["heads"].to_numpy(dtype=float)
    more = heads >= 0
    ax.barh(place[more], heads[more], 0.62, color=theme.ALERT)
    ax.barh(place[~more], heads[~more], 0.62, color=theme.SERIES[5], hatch="///")
    ax.axvline(0, color=theme.INK, linewidth=1)
    reach = max(0.1, float(np.abs(heads).max()))
    ax.set_xlim(-1.25 * reach, 1.25 * reach)
    for k, value in enumerate(heads):
        ax.annotate(
            f"{value:+.1f}", (value, k), xytext=(4 if value >= 0 else -4, 0), textcoords="offset points",
            ha="left" if value >= 0 else "right", va="center", fontsize=9, color=theme.INK,
        )  # fmt: skip
    ax.set_yticks(place, [theme.plain(text, longest=60) for text in table["change"]])
    ax.invert_yaxis()
    title = (
        f"What moves the {result.base_heads:.1f} heads of the peak (P{100 * result.percentile:g})"
    )
    return theme.finish(ax, title=title, x="Difference in heads needed (people)", y="", grid="x")
