import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from capacity import plotting
from capacity.errors import DataError
from capacity.plotting import theme
from capacity.plotting.cost_chart import cost_by_month
from capacity.plotting.coverage_chart import coverage_table
from capacity.plotting.exposure_chart import exposure_bins, planned_exposure
from capacity.plotting.fan_chart import fan_bands, past_days
from capacity.plotting.headcount_chart import headcount_path
from capacity.plotting.requirement_heatmap import weekly_requirement
from tests.oracles import front_toys as toys

CHARTS = ("fan", "requirement", "coverage", "exposure", "headcount", "cost")


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_of_a_plan_has_no_fault(name):
    assert plotting.chart_faults(getattr(plotting, name)(toys.plan())) == ()


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_draws_on_the_axes_that_it_is_given(name):
    ax = Figure(layout="constrained").subplots()
    assert getattr(plotting, name)(toys.plan(), ax=ax) is ax


@pytest.mark.parametrize("name", CHARTS)
def test_the_same_plan_gives_the_same_bytes(name):
    draw = getattr(plotting, name)
    assert theme.render_png(draw(toys.plan())) == theme.render_png(draw(toys.plan()))


def test_charts_leave_no_open_figure_behind():
    code = (
        "import sys; from capacity import plotting; from tests.oracles import front_toys as t;"
        "ax = plotting.fan(t.plan()); assert ax._repr_png_()[:4] == b'\\x89PNG';"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 -- our own code


def test_fan_bands_are_nested_and_hold_their_share_of_daily_totals():
    demand = toys.demand(n_paths=400)
    table = fan_bands(demand, queue="user_report", weeks=2)
    assert (table["low_95"] <= table["low_80"]).all()
    assert (table["high_80"] <= table["high_95"]).all()
    assert (table["low_50"] <= table["median"]).all()
    assert (table["median"] <= table["high_50"]).all()
    day = demand.paths("user_report")[:, 24:48].sum(axis=1)
    low, high = table.loc[1, ["low_80", "high_80"]]
    assert np.mean((day >= low) & (day <= high)) == pytest.approx(0.8, abs=0.02)


def test_the_fan_of_all_queues_adds_paths_before_it_takes_quantiles():
    demand = toys.demand(n_paths=50)
    both = sum(demand.paths(name)[:, :24].sum(axis=1) for name in demand.queues)
    assert fan_bands(demand, weeks=1).loc[0, "median"] == np.median(both)


def test_a_cut_day_is_left_out_of_the_fan_and_of_the_past():
    grid = replace(toys.volume().grid, periods=70 * 24 - 5)
    volume = replace(toys.volume(), grid=grid, counts=toys.volume().counts[:, :-5], as_of=grid.end)
    assert past_days(volume)["date"].max() == pd.Timestamp("2026-02-28")


def test_an_unknown_queue_is_refused_with_the_nearest_name():
    with pytest.raises(DataError, match="did you mean 'urgent'"):
        plotting.fan(toys.demand(), queue="urgnt")


def test_the_requirement_keeps_the_work_of_the_week():
    staffing = toys.staffing()
    table = weekly_requirement(staffing)
    week = staffing.work("user_report", periods=672).mean(axis=0).sum() / 4
    floors = staffing.floors("urgent", periods=168).sum()
    assert table.to_numpy().sum() == pytest.approx(week + floors, rel=0.01)


def test_coverage_takes_a_half_hour_break_off_as_half_a_head():
    shifts = toys.shift_plan()
    table = coverage_table(shifts)
    pool = table["heads_dublin_core"].to_numpy()
    assert pool[6:14].tolist() == [3, 3, 3, 3, 1.5, 3, 3, 3]


def test_coverage_counts_the_shortfall_in_the_title():
    title = plotting.coverage(toys.shift_plan()).get_title(loc="left")
    assert "6.0 reviewer-hours NOT covered" in title
    assert "all work covered" in plotting.coverage(toys.shift_plan(short=False)).get_title(
        loc="left"
    )


def test_no_exposure_bar_straddles_the_cap():
    bins = exposure_bins(toys.check_report(40, over=True).exposure)
    assert np.isclose(bins.edges, bins.cap).any()
    assert bins.counts[bins.over].sum() == 6
    assert bins.counts.sum() == 200


def test_a_day_exactly_on_the_cap_is_within_it():
    table = toys.check_report(10).exposure.assign(hours=4.0)
    assert exposure_bins(table).counts[exposure_bins(table).over].sum() == 0


def test_several_caps_are_shown_as_a_share_of_each_cap():
    table = toys.check_report(10).exposure
    table = table.assign(limit=np.where(table["pool"] == "dublin_core", 4.0, 5.0))
    bins = exposure_bins(table)
    assert bins.as_share
    assert bins.cap == 1.0
    assert (
        plotting.chart_faults(plotting.exposure(replace(toys.check_report(), exposure=table))) == ()
    )


def test_exposure_under_a_cap_of_zero_counts_as_over():
    table = toys.check_report(10).exposure.copy()
    table.loc[0, ["hours", "limit"]] = [0.5, 0.0]
    table.loc[1, ["hours", "limit"]] = [0.0, 0.0]
    bins = exposure_bins(table)
    assert bins.counts[bins.over].sum() == 1


def test_exposure_of_fewer_than_five_people_is_not_shown():
    with pytest.raises(DataError, match="at least 5"):
        plotting.exposure(toys.check_report(4))


def test_a_bar_of_fewer_than_five_people_hides_its_height():
    table = toys.check_report(20).exposure.assign(hours=3.9)
    table.loc[table["person"] == "r001", "hours"] = 0.2
    ax = plotting.exposure(replace(toys.check_report(), exposure=table))
    first = [bar for bar in ax.patches if bar.get_x() == 0]
    assert [bar.get_height() for bar in first] == [5]


def test_planned_exposure_splits_a_cohort_evenly_and_loses_nothing():
    shifts = toys.shift_plan()
    table = planned_exposure(shifts, toys.operation())
    assert table["hours"].sum() == pytest.approx(shifts.exposure["hours"].sum())
    assert len(table) == shifts.shifts["heads"].sum()


def test_headcount_quantiles_come_from_the_paths():
    heads = toys.headcount_plan()
    table = headcount_path(heads)
    values = np.quantile(heads.required_paths[:, 0, -1], 0.8)
    assert table.loc[0, "planned"] == np.ceil(values)
    assert (table["p10"] <= table["p50"]).all()
    assert (table["planned"] <= table["p90"]).all()


def test_cost_by_pool_adds_up_to_all():
    heads = toys.headcount_plan()
    table = cost_by_month(heads)
    assert table.sum(axis=1).to_numpy() == pytest.approx(heads.of("all")["cost"].to_numpy())


def test_without_a_daily_cap_the_chart_says_so():
    table = toys.check_report(10).exposure.assign(limit=np.inf)
    ax = plotting.exposure(replace(toys.check_report(), exposure=table))
    assert "no daily cap holds" in ax.get_title(loc="left")
    assert plotting.chart_faults(ax) == ()
