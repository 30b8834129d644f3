"""Scales on which members fit: as counted, or logarithmic where every value allows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from capacity.forecasting.panel import Floats, Panel, Reals

SHIFT_SHARE = 0.05  # convention: log(y + shift) keeps y + shift above 5 % of the mean
HEADROOM = 1.5  # convention: log forecasts stay within 1.5 x the observed log range


class Scale(Enum):
    """On which scale a member works."""

    COUNT = "count"
    LOG = "log"


@dataclass(frozen=True, kw_only=True)
class Scaled:
    """A panel on the scale of a member, and the way back; ``single`` is in single precision."""

    values: Floats
    single: Reals
    scale: Scale
    unit: Floats
    shift: Floats
    low: Floats
    high: Floats

    def back(self, forecast: Floats) -> Floats:
        """Return forecasts (series, ...) to the unit of the history, kept in a sane range."""
        shape = (-1,) + (1,) * (forecast.ndim - 1)
        bounded = np.clip(forecast, self.low.reshape(shape), self.high.reshape(shape))
        if self.scale is Scale.LOG:
            bounded = np.exp(bounded) - self.shift.reshape(shape)
        return np.asarray(bounded * self.unit.reshape(shape))


def rescale(panel: Panel, scale: Scale) -> Scaled:
    """Divide each series by its mean size, and take logarithms if asked."""
    seen = np.where(panel.observed, np.abs(panel.values), 0.0)
    unit = seen.sum(axis=1) / np.maximum(panel.observed.sum(axis=1), 1)
    unit = np.where(unit > 0, unit, 1.0)
    values = panel.values / unit[:, None]
    lowest = values.min(axis=1)
    shift = np.maximum(0.0, SHIFT_SHARE - lowest)
    if scale is Scale.LOG:
        values = np.log(values + shift[:, None])
    low, high = values.min(axis=1), values.max(axis=1)
    room = HEADROOM * np.maximum(high - low, 0.1)
    return Scaled(
        values=values,
        single=values.astype(np.float32),
        scale=scale,
        unit=unit,
        shift=shift,
        low=low - room,
        high=high + room,
    )
