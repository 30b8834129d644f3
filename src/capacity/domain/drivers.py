"""Drivers of work: handling time, automation and escalation as series in their own right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol

import numpy as np

from capacity.domain.faults import require_member


class DriverKind(Enum):
    """What turns cases into work."""

    HANDLING_MINUTES = "handling_minutes"
    AUTOMATION_SHARE = "automation_share"
    ESCALATION_SHARE = "escalation_share"


@dataclass(frozen=True, kw_only=True)
class DriverHistory:
    """A driver by local day, oldest first: minutes a case, or a share 0..1; nan = not known."""

    queue: str
    kind: DriverKind
    last_day: date
    values: np.ndarray

    def __post_init__(self) -> None:
        require_member(self.kind, DriverKind, f"driver of {self.queue}: kind")


class DriverPaths(Protocol):
    """How drivers move from today on, on the paths of the demand that carries them.

    A factor of 1 is today: handling time over that of today, the share that people review over
    that of today, the share escalated over that of today. The operation sets the levels.
    """

    def has(self, queue: str, kind: DriverKind) -> bool:
        """Whether this driver is forecast; where it is not, it stays as the operation says."""

    def factors(
        self, queue: str, kind: DriverKind, first: int, last: int, periods: int
    ) -> np.ndarray:
        """Factors of paths first..last-1 over the first intervals, shape (paths, periods)."""

    def late_factors(self, queue: str, kind: DriverKind, first: int, last: int) -> np.ndarray:
        """Mean factors by month of the days after the fine grid, shape (paths, months)."""
