"""Plan the people of a trust & safety review operation.

The public names are loaded when they are first used, so that `import capacity` is light:

- read: `read_operation`, `read_data`, `read_cases`; plan at once: `plan`, or step by step: `forecast`,
  `staff`, `schedule`, `roster`, `check`, `simulate`, `staffing_curve`, `plan_headcount`
- compare: `Scenario`, `compare` with the changes in `capacity.change`; explain: `waterfall`,
  `price_list`, and more in `capacity.scenarios`
- ask why: `explain_shortfall`, `explain_roster`, `price_caps`, `play_surges`
- look back: `track`, `backtest`; pictures: `capacity.plot`; files: `write_plan`, `to_workbook`
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capacity import plotting as plot
    from capacity.domain import Attrition as Attrition
    from capacity.domain import Comparison as Comparison
    from capacity.domain import Demand as Demand
    from capacity.domain import Effort as Effort
    from capacity.domain import ExposureCap as ExposureCap
    from capacity.domain import HandlingTime as HandlingTime
    from capacity.domain import HeadcountPlan as HeadcountPlan
    from capacity.domain import Operation as Operation
    from capacity.domain import Person as Person
    from capacity.domain import Plan as Plan
    from capacity.domain import Pool as Pool
    from capacity.domain import Queue as Queue
    from capacity.domain import RoleCover as RoleCover
    from capacity.domain import Roster as Roster
    from capacity.domain import ShiftPlan as ShiftPlan
    from capacity.domain import Simulation as Simulation
    from capacity.domain import Staffing as Staffing
    from capacity.domain import StaffingCurve as StaffingCurve
    from capacity.domain import Target as Target
    from capacity.domain import Volume as Volume
    from capacity.forecasting import backtest as backtest
    from capacity.forecasting import forecast as forecast
    from capacity.headcount import plan_headcount as plan_headcount
    from capacity.intake import DateStyle as DateStyle
    from capacity.intake import Duplicate as Duplicate
    from capacity.intake import Gap as Gap
    from capacity.intake import OnBad as OnBad
    from capacity.intake import RepeatedHour as RepeatedHour
    from capacity.intake import count_log as count_log
    from capacity.intake import read_cases as read_cases
    from capacity.intake import read_data as read_data
    from capacity.intake import read_operation as read_operation
    from capacity.planning import plan as plan
    from capacity.queueing import simulate as simulate
    from capacity.queueing import staff as staff
    from capacity.reporting import read_finance as read_finance
    from capacity.reporting import to_nixtla as to_nixtla
    from capacity.reporting import to_prophet as to_prophet
    from capacity.reporting import to_workbook as to_workbook
    from capacity.reporting import write_calendars as write_calendars
    from capacity.reporting import write_finance as write_finance
    from capacity.reporting.plan_files import write_plan as write_plan
    from capacity.scenarios import Scenario as Scenario
    from capacity.scenarios import changes as change
    from capacity.scenarios import compare as compare
    from capacity.scenarios import play_surges as play_surges
    from capacity.scenarios import price_list as price_list
    from capacity.scenarios import read_scenarios as read_scenarios
    from capacity.scenarios import waterfall as waterfall
    from capacity.scheduling import check as check
    from capacity.scheduling import explain_roster as explain_roster
    from capacity.scheduling import explain_shortfall as explain_shortfall
    from capacity.scheduling import price_caps as price_caps
    from capacity.scheduling import roster as roster
    from capacity.scheduling import schedule as schedule
    from capacity.scheduling import staffing_curve as staffing_curve
    from capacity.tracking import track as track

_MODULES = {"plot": "capacity.plotting", "change": "capacity.scenarios.changes"}
_NAMES = {
    "capacity.domain": (
        "Attrition",
        "Comparison",
        "Demand",
        "Effort",
        "ExposureCap",
        "HandlingTime",
        "HeadcountPlan",
        "Operation",
        "Person",
        "Plan",
        "Pool",
        "Queue",
        "RoleCover",
        "Roster",
        "ShiftPlan",
        "Simulation",
        "Staffing",
        "StaffingCurve",
        "Target",
        "Volume",
    ),
    "capacity.forecasting": (
        "backtest",
        "forecast",
    ),
    "capacity.headcount": ("plan_headcount",),
    "capacity.intake": (
        "DateStyle",
        "Duplicate",
        "Gap",
        "OnBad",
        "RepeatedHour",
        "count_log",
        "read_cases",
        "read_data",
        "read_operation",
    ),
    "capacity.planning": ("plan",),
    "capacity.queueing": (
        "simulate",
        "staff",
    ),
    "capacity.reporting": (
        "read_finance",
        "to_nixtla",
        "to_prophet",
        "to_workbook",
        "write_calendars",
        "write_finance",
    ),
    "capacity.reporting.plan_files": ("write_plan",),
    "capacity.scenarios": (
        "Scenario",
        "compare",
        "play_surges",
        "price_list",
        "read_scenarios",
        "waterfall",
    ),
    "capacity.scheduling": (
        "check",
        "explain_roster",
        "explain_shortfall",
        "price_caps",
        "roster",
        "schedule",
        "staffing_curve",
    ),
    "capacity.tracking": ("track",),
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "Attrition",
    "Comparison",
    "DateStyle",
    "Demand",
    "Duplicate",
    "Effort",
    "ExposureCap",
    "Gap",
    "HandlingTime",
    "HeadcountPlan",
    "OnBad",
    "Operation",
    "Person",
    "Plan",
    "Pool",
    "Queue",
    "RepeatedHour",
    "RoleCover",
    "Roster",
    "Scenario",
    "ShiftPlan",
    "Simulation",
    "Staffing",
    "StaffingCurve",
    "Target",
    "Volume",
    "backtest",
    "change",
    "check",
    "compare",
    "count_log",
    "explain_roster",
    "explain_shortfall",
    "forecast",
    "plan",
    "plan_headcount",
    "play_surges",
    "plot",
    "price_caps",
    "price_list",
    "read_cases",
    "read_data",
    "read_finance",
    "read_operation",
    "read_scenarios",
    "roster",
    "schedule",
    "simulate",
    "staff",
    "staffing_curve",
    "to_nixtla",
    "to_prophet",
    "to_workbook",
    "track",
    "waterfall",
    "write_calendars",
    "write_finance",
    "write_plan",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        found: Any = import_module(_MODULES[name])
    elif name in _HOMES:
        found = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module 'capacity' has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
