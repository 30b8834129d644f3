"""Forecasting: from the history of arrivals to joint sample paths of demand."""

from capacity.domain.drivers import DriverHistory as DriverHistory
from capacity.domain.drivers import DriverKind as DriverKind
from capacity.forecasting.backtesting import backtest as backtest
from capacity.forecasting.demand_forecast import forecast as forecast
from capacity.forecasting.drivers import Drivers as Drivers
from capacity.forecasting.drivers import forecast_drivers as forecast_drivers
from capacity.forecasting.hierarchy import Split as Split
from capacity.forecasting.hierarchy import learn_split as learn_split
from capacity.forecasting.hierarchy import sum_paths as sum_paths
from capacity.forecasting.intraday import revise as revise
from capacity.forecasting.members.classical import ClassicalModel as ClassicalModel
from capacity.forecasting.overrides import Override as Override
from capacity.forecasting.overrides import OverrideLog as OverrideLog
from capacity.forecasting.overrides import apply_overrides as apply_overrides
from capacity.forecasting.overrides import read_overrides as read_overrides
from capacity.forecasting.overrides import score_overrides as score_overrides
from capacity.forecasting.panel_forecast import PanelForecast as PanelForecast
from capacity.forecasting.panel_forecast import forecast_panel as forecast_panel

__all__ = [
    "ClassicalModel",
    "DriverHistory",
    "DriverKind",
    "Drivers",
    "Override",
    "OverrideLog",
    "PanelForecast",
    "Split",
    "apply_overrides",
    "backtest",
    "forecast",
    "forecast_drivers",
    "forecast_panel",
    "learn_split",
    "read_overrides",
    "revise",
    "score_overrides",
    "sum_paths",
]
