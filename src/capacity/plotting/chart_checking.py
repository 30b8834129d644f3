"""What is wrong with a picture: overlapping labels, axes without units, colours alike in grey."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

_UNIT = re.compile(r"\([^)]+\)")


def chart_faults(ax: Axes) -> tuple[str, ...]:
    """Every fault of a drawn chart in words; an empty tuple means that none was found.

    Checked: no two tick labels of an axis overlap; every numeric or date axis names its unit in
    parentheses; the legend covers no part of the axes' data area; legend colours differ by at
    least 7 points of lightness L* unless their hatch differs; no text leaves the figure.
    """
    figure = ax.get_figure(root=True)
    if not isinstance(figure, Figure):
        return ("the axes lie on no figure",)
    figure.canvas.draw()
    faults = []
    for other in figure.axes:
        for name, axis in (("x", other.xaxis), ("y", other.yaxis)):
            faults += _overlaps(name, axis) + _missing_unit(name, axis)
        faults += _legend_faults(other) + _text_outside(other, figure)
    return tuple(faults)


def lightness(colour: str | tuple[float, float, float]) -> float:
    """Lightness L* (CIE 1976, 0 black to 100 white) of an sRGB colour.

    Examples
    --------
    >>> round(lightness("white")), round(lightness("black"))
    (100, 0)
    """
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * y ** (1 / 3) - 16 if y > (6 / 29) ** 3 else y * (29 / 3) ** 3


def _shown(axis: Axis) -> list[tuple[float, float, float, float, str]]:
    low, high = sorted(axis.get_view_interval())
    slack = 1e-9 * max(1.0, abs(high - low))
    boxes = []
    for place, label in zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=False):
        if label.get_text() and label.get_visible() and low - slack <= place <= high + slack:
            box = label.get_window_extent()
            boxes.append((box.x0, box.y0, box.x1, box.y1, label.get_text()))
    return boxes


def _overlaps(name: str, axis: Axis) -> list[str]:
    boxes = sorted(_shown(axis), key=lambda box: box[0] if name == "x" else box[1])
    return [
        f"{name} tick labels {a[4]!r} and {b[4]!r} overlap"
        for a, b in pairwise(boxes)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def _missing_unit(name: str, axis: Axis) -> list[str]:
    texts = [box[4] for box in _shown(axis)]
    # A category needs no unit: its labels are words.
    if not texts or all(not any(sign.isdigit() for sign in text[:1]) for text in texts):
        return []
    label = axis.get_label_text()
    return [] if _UNIT.search(label) else [f"{name} axis {label!r} names no unit in parentheses"]


def _legend_faults(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    if legend is None:
        return []
    faults = []
    if legend.get_window_extent().overlaps(ax.get_window_extent()):
        faults.append("the legend lies over the data")
    looks = []
    for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
        colour = _colour(handle)
        if colour is not None:
            looks.append((lightness(colour), _style(handle), text.get_text()))
    for a, b in combinations(looks, 2):
        if a[1] == b[1] and abs(a[0] - b[0]) < 7:
            faults.append(f"{a[2]!r} and {b[2]!r} look alike in greyscale")
    return faults


def _text_outside(ax: Axes, figure: Figure) -> list[str]:
    frame = figure.bbox
    titles = (ax.title, ax._left_title, ax._right_title)  # type: ignore[attr-defined]  # noqa: SLF001
    texts = [*titles, ax.xaxis.label, ax.yaxis.label, *ax.texts]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts if text.get_text()]
    return [
        f"text {words!r} leaves the figure"
        for words, box in boxes
        if box.x0 < frame.x0 - 1
        or box.x1 > frame.x1 + 1
        or box.y0 < frame.y0 - 1
        or box.y1 > frame.y1 + 1
    ]


def _colour(handle: object) -> tuple[float, float, float] | None:
    for getter in ("get_facecolor", "get_color", "get_markerfacecolor"):
        if hasattr(handle, getter):
            value = getattr(handle, getter)()
            value = value[0] if hasattr(value, "ndim") and value.ndim == 2 else value
            alpha = float(value[3]) if not isinstance(value, str) and len(value) == 4 else 1.0
            alpha *= float(getattr(handle, "get_alpha", lambda: None)() or 1.0) if alpha == 1 else 1
            red, green, blue = to_rgb(value)
            return tuple(1 - alpha * (1 - c) for c in (red, green, blue))  # type: ignore[return-value]
    return None


def _style(handle: object) -> tuple[object, ...]:
    return tuple(
        str(getattr(handle, name)()) if hasattr(handle, name) else ""
        for name in ("get_hatch", "get_linestyle", "get_marker")
    )
