import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from capacity import plotting
from capacity.domain.grid import TimeGrid
from capacity.domain.volume import SeriesLabel, Volume
from capacity.errors import DataError
from capacity.forecasting import backtest
from capacity.plotting import theme
from capacity.plotting.backtest_chart import backtest_by_queue, backtest_scores


@pytest.fixture(scope="module")
def result():
    grid = TimeGrid(start=pd.Timestamp("2025-01-06", tz="UTC"), minutes=1440, periods=210)
    shape = np.tile([1.2, 1.2, 1.1, 1.1, 1.0, 0.7, 0.7], 30)
    counts = np.random.default_rng(0).poisson(np.outer([80, 9, 300], shape)).astype(float)
    names = ("reports", "appeals $", "a queue with a very long name that would not fit")
    labels = tuple(SeriesLabel(queue=name) for name in names)
    volume = Volume(grid=grid, labels=labels, counts=counts, as_of=grid.end)
    return backtest(volume, origins=4, weeks=8, paths=80)


@pytest.mark.parametrize("queue", [None, "reports"])
def test_the_backtest_chart_has_no_fault(result, queue):
    ax = plotting.backtest(result, queue=queue)
    assert plotting.chart_faults(ax) == ()
    assert len(ax.get_figure().axes) == 6


def test_on_given_axes_only_the_error_is_drawn(result):
    ax = Figure(layout="constrained").subplots()
    assert plotting.backtest(result, ax=ax) is ax
    assert len(ax.get_figure().axes) == 1


def test_the_same_backtest_gives_the_same_bytes(result):
    draw = plotting.backtest
    assert theme.render_png(draw(result)) == theme.render_png(draw(result))


def test_the_floor_lies_below_every_error(result):
    scores = backtest_scores(result, queue="all")
    ours = scores[scores["method"] == "forecast"]
    assert (ours["floor"] < 1.3 * ours["error"]).all()
    assert ours["floor"].iloc[0] == pytest.approx(100 * 0.8 / np.sqrt(389), rel=0.25)


def test_queues_are_sorted_by_size(result):
    assert backtest_by_queue(result).index[0].startswith("a queue with a very long name")
    assert "all" not in backtest_by_queue(result).index


def test_an_unknown_queue_is_refused(result):
    with pytest.raises(DataError, match="did you mean 'reports'"):
        plotting.backtest(result, queue="report")
