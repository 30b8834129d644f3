"""Handling time: mean, coefficient of variation and shape."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from capacity.domain.faults import require_member
from capacity.errors import DataError


class HandlingShape(Enum):
    """The family of the distribution."""

    LOGNORMAL = "lognormal"
    GAMMA = "gamma"
    EXPONENTIAL = "exponential"
    CONSTANT = "constant"
    EMPIRICAL = "empirical"


@dataclass(frozen=True, kw_only=True)
class HandlingTime:
    """Touch time of one case. Mean and cv are required: no published default exists.

    `minutes` holds the observed times of an EMPIRICAL shape.

    Examples
    --------
    >>> HandlingTime(mean_minutes=6, cv=1.5).mean_hours
    0.1
    """

    mean_minutes: float
    cv: float
    shape: HandlingShape = HandlingShape.LOGNORMAL
    minutes: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        require_member(self.shape, HandlingShape, "handling shape")
        if not 0 < self.mean_minutes < math.inf:
            raise DataError(
                f"handling mean_minutes must be a positive finite number, got {self.mean_minutes!r}. "
                "Fix: write the touch time of one case; work that needs none is automation_share."
            )
        if not 0 <= self.cv < math.inf:
            raise DataError(f"handling cv must be >= 0, got {self.cv!r}.")
        if (self.shape is HandlingShape.EMPIRICAL) != bool(self.minutes):
            raise DataError('handling minutes belong to shape = "empirical", and only to it.')
        if any(not 0 < value < math.inf for value in self.minutes):
            raise DataError("empirical handling minutes must be positive and finite.")

    @property
    def mean_hours(self) -> float:
        """Mean in hours."""
        return self.mean_minutes / 60
