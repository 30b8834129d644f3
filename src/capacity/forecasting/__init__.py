"""Forecasting: from the history of arrivals to joint sample paths of demand."""

from capacity.forecasting.backtesting import backtest as backtest
from capacity.forecasting.demand_forecast import forecast as forecast
from capacity.forecasting.panel_forecast import PanelForecast as PanelForecast
from capacity.forecasting.panel_forecast import forecast_panel as forecast_panel

__all__ = ["PanelForecast", "backtest", "forecast", "forecast_panel"]
