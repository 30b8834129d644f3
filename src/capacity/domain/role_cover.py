"""A role that must be at hand: heads with a skill, around the clock or at some hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.domain.grid import TimeGrid
from capacity.domain.opening import OpeningHours
from capacity.errors import DataError


@dataclass(frozen=True, kw_only=True)
class RoleCover:
    """At least `heads` people with a skill are on shift, at any of the sites, during `hours`.

    "A senior reviewer around the clock", "two from legal on weekdays". People of every pool
    with the skill count together; who lists skills of its own counts if the skill is among
    them. A person on a break is at hand and counts, and goes on working its queues.

    Parameters
    ----------
    name : str
        Names the shortfall where the cover cannot be kept.
    skill : str
        A skill of pools (and of persons); no queue needs to ask for it.
    heads : int
        People at hand at once.
    hours : OpeningHours, optional
        When; None: around the clock.

    Examples
    --------
    >>> RoleCover(name="senior on call", skill="senior").heads
    1
    """

    name: str
    skill: str
    heads: int = 1
    hours: OpeningHours | None = None

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.skill.strip():
            raise DataError("a cover needs a name and a skill.")
        if self.heads < 1:
            raise DataError(f"cover {self.name}: heads must be at least 1, got {self.heads}.")

    def wanted(self, grid: TimeGrid) -> np.ndarray:
        """Heads by interval: all of them wherever a part of the interval is asked for."""
        if self.hours is None:
            return np.full(grid.periods, float(self.heads))
        return np.where(self.hours.open_share(grid) > 0, float(self.heads), 0.0)
