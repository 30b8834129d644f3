"""Pictures of results: each takes a result and `ax=None` and returns the axes."""

from capacity.plotting.backtest_chart import backtest as backtest
from capacity.plotting.chart_checking import chart_faults as chart_faults
from capacity.plotting.cost_chart import cost as cost
from capacity.plotting.coverage_chart import coverage as coverage
from capacity.plotting.exposure_chart import exposure as exposure
from capacity.plotting.fan_chart import fan as fan
from capacity.plotting.gantt_chart import gantt as gantt
from capacity.plotting.headcount_chart import headcount as headcount
from capacity.plotting.playbook_chart import playbook as playbook
from capacity.plotting.requirement_heatmap import requirement as requirement
from capacity.plotting.scenario_chart import scenarios as scenarios
from capacity.plotting.theme import render_png as render_png
from capacity.plotting.tornado_chart import tornado as tornado
from capacity.plotting.waterfall_chart import waterfall as waterfall

__all__ = [
    "backtest",
    "chart_faults",
    "cost",
    "coverage",
    "exposure",
    "fan",
    "gantt",
    "headcount",
    "playbook",
    "render_png",
    "requirement",
    "scenarios",
    "tornado",
    "waterfall",
]
