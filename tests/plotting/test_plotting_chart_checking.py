import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from capacity.plotting import chart_faults, theme
from capacity.plotting.chart_checking import lightness


def good():
    ax = theme.new_axes(None)
    ax.plot([0, 1], [0, 1], color=theme.BLUE, label="a")
    theme.legend_beside(ax)
    return theme.finish(ax, title="fine", x="Time (h)", y="Cases (a day)")


def test_a_plain_chart_has_no_fault():
    assert chart_faults(good()) == ()


def test_overlapping_tick_labels_are_found():
    ax = good()
    ax.set_xticks(np.linspace(0, 1, 60), [f"{k} January" for k in range(60)])
    assert any("overlap" in fault for fault in chart_faults(ax))


def test_an_axis_without_a_unit_is_found():
    ax = good()
    ax.set_ylabel("Cases")
    assert chart_faults(ax) == ("y axis 'Cases' names no unit in parentheses",)


def test_a_legend_over_the_data_is_found():
    ax = good()
    ax.legend(loc="center")
    assert chart_faults(ax) == ("the legend lies over the data",)


def test_red_and_green_of_one_lightness_are_found():
    ax = good()
    ax.plot([0, 1], [1, 0], color="#d62728", label="red")
    ax.plot([0, 1], [1, 0], color="#2e7d32", label="green")
    theme.legend_beside(ax)
    assert any("look alike in greyscale" in fault for fault in chart_faults(ax))


def test_a_title_that_leaves_the_figure_is_found():
    ax = theme.finish(Figure().subplots(), title="long " * 60, x="Time (h)", y="Cases (a day)")
    assert any("leaves the figure" in fault for fault in chart_faults(ax))


def test_the_house_colours_keep_their_order_in_greyscale():
    steps = np.diff([lightness(colour) for colour in theme.SERIES])
    assert (steps > 7).all()


@pytest.mark.parametrize("text", ["US$ 5", "a$b$c"])
def test_a_dollar_is_shown_as_a_dollar(text):
    ax = good()
    ax.set_title(theme.plain(text), loc="left")
    assert chart_faults(ax) == ()
    assert theme.plain(text).count(r"\$") == text.count("$")


def test_control_and_zero_width_signs_are_dropped():
    assert theme.plain("a\u200bb\x07c\u202e") == "abc"


def test_a_long_date_axis_does_not_crowd():
    ax = good()
    ax.clear()
    ax.plot(pd.date_range("2024-01-01", periods=1000), np.arange(1000))
    theme.date_axis(ax)
    theme.finish(ax, title="days", x="Day (local date)", y="Cases (a day)")
    assert chart_faults(ax) == ()
