"""What all charts share: colours, a figure without global state, labels that cannot misfire."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

INK = "#1b2a41"
GREY = "#8a8f98"
BLUE = "#1f6fb4"
ALERT = "#d4622a"

# Lightness L* rises from about 17 to 93, so that the order survives a greyscale printer; no pair
# is told apart by red against green.
SERIES = (INK, "#7b2d5e", BLUE, ALERT, "#de9f2a", "#a2cfe8", "#f4ecd2")
HATCHES = ("", "///", "...", "\\\\\\", "xxx", "ooo", "+++")

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff]")


class ChartAxes(Axes):
    """Axes that show their picture in a notebook, without a global list of open figures."""

    def _repr_png_(self) -> bytes:
        return render_png(self)


def new_axes(ax: Axes | None, *, width: float = 9.0, height: float = 4.2) -> Axes:
    """The given axes, or new ones on a figure that no global registry holds."""
    if ax is not None:
        return ax
    figure = Figure(figsize=(width, height), layout="constrained", dpi=110)
    FigureCanvasAgg(figure)
    return figure.add_subplot(axes_class=ChartAxes)


def render_png(ax: Axes, *, dpi: int = 110) -> bytes:
    """The figure of these axes as PNG bytes, without a date inside: same picture, same bytes."""
    buffer = io.BytesIO()
    figure = ax.get_figure(root=True)
    assert figure is not None  # noqa: S101 -- axes on no figure cannot be drawn at all
    figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def plain(text: str, *, longest: int = 40) -> str:
    r"""A label that is shown as it is: `$` escaped, control characters dropped, cut if too long.

    Examples
    --------
    >>> plain("cost in US$ and A$")
    'cost in US\\$ and A\\$'
    """
    clean = _CONTROL.sub("", text)
    cut = clean if len(clean) <= longest else clean[: longest - 1] + "\u2026"
    return cut.replace("$", r"\$")


def finish(ax: Axes, *, title: str, x: str, y: str, grid: str = "y") -> Axes:
    """Title, axis labels with their units, light grid, no box."""
    ax.set_title(plain(title, longest=400), loc="left", fontsize=11, color=INK, pad=10)
    ax.set_xlabel(plain(x, longest=80))
    ax.set_ylabel(plain(y, longest=80))
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_axisbelow(True)
    if grid:
        ax.grid(axis=grid, color="#d9dce1", linewidth=0.6)  # type: ignore[arg-type]
    return ax


def legend_beside(ax: Axes, handles: Sequence[Any] | None = None) -> None:
    """A legend to the right of the axes, where no data lies."""
    options: dict[str, Any] = {
        "loc": "upper left",
        "bbox_to_anchor": (1.01, 1.0),
        "frameon": False,
        "fontsize": 9,
        "borderaxespad": 0.0,
    }
    if handles is None:
        ax.legend(**options)
    else:
        ax.legend(handles=handles, **options)


def date_axis(ax: Axes, *, most: int = 9) -> None:
    """Dates that never run into each other."""
    locator = mdates.AutoDateLocator(minticks=3, maxticks=most)  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def date_numbers(moments: pd.DatetimeIndex) -> np.ndarray:
    """Dates as the numbers that matplotlib's date axes use; local times without a zone."""
    return np.asarray(mdates.date2num(moments.to_pydatetime()))  # type: ignore[no-untyped-call]


def count_axis(ax: Axes) -> None:
    """Thousands with separators on the y axis."""
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))


def series_colour(position: int) -> str:
    """The colour of the series in this position; hatches tell later rounds apart."""
    return SERIES[position % len(SERIES)]


def series_hatch(position: int) -> str:
    """The hatch of the series in this position: none in the first round of colours."""
    return HATCHES[(position // len(SERIES)) % len(HATCHES)]
