"""A promise: the predicted share on time, with its standard error."""

from __future__ import annotations

from dataclasses import dataclass

from capacity.domain.target import Target


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What a plan promises for one target of one queue, from simulation of the demand paths.

    `weeks_kept` is the share of whole weekly paths whose on-time share reaches the target;
    `worst_hour` the arrival hour of the week (0 = Monday 00:00, the queue's zone) with the lowest
    share on time.
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
        return self.share >= self.target.share

    def __str__(self) -> str:
        verb = "keeps" if self.is_kept else "MISSES"
        return (
            f"{self.queue}: {100 * self.share:.1f} % (se {100 * self.standard_error:.1f}) "
            f"{self.target.measured_at.value} within {self.target.within_hours:g} h, {verb} "
            f"{100 * self.target.share:g} %; {100 * self.weeks_kept:.0f} % of weekly paths keep it"
        )
