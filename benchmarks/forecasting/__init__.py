"""Forecasting against published results, simple rivals and its own promises."""
