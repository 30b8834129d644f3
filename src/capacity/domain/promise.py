"""A promise: the predicted share on time, with its standard error."""

from __future__ import annotations

import math
from dataclasses import dataclass

from capacity.domain.display import duration
from capacity.domain.target import Target


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What a plan promises for one target of one queue, from simulation of the demand paths.

    `weeks_kept` is the share of whole weekly paths whose on-time share reaches the target;
    `worst_hour` the arrival hour of the week (0 = Monday 00:00, the queue's zone) with the lowest
    share on time. Where no case arrives `share` is not a number and nothing is missed; with one
    path the standard error is not a number.
    """

    queue: str
    target: Target
    share: float
    standard_error: float
    weeks_kept: float
    worst_hour: int
    worst_hour_share: float
    backlog_end: float
    oldest_hours: float

    @property
    def is_kept(self) -> bool:
        """Whether the predicted share reaches the target."""
        return math.isnan(self.share) or self.share >= self.target.share

    def __str__(self) -> str:
        goal = f"{self.target.measured_at.value} within {duration(self.target.within_hours)}"
        if math.isnan(self.share):
            return f"{self.queue}: no case to be {goal}"
        error = self.standard_error
        spread = "one path" if math.isnan(error) else f"se {100 * error:.1f}"
        return (
            f"{self.queue}: {100 * self.share:.1f} % ({spread}) {goal}, "
            f"{'keeps' if self.is_kept else 'MISSES'} {100 * self.target.share:g} %; "
            f"{100 * self.weeks_kept:.0f} % of weekly paths keep it"
        )
