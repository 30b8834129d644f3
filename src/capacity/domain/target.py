"""A target: the share of cases on time, which clock it reads and who set it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from capacity.domain.display import duration
from capacity.domain.faults import require_member, require_positive
from capacity.errors import DataError


class MeasuredAt(Enum):
    """The event that stops the clock."""

    STARTED = "started"
    CLOSED = "closed"


class ClockFrom(Enum):
    """The event that starts the clock."""

    ARRIVAL = "arrival"
    DETECTION = "detection"
    KNOWLEDGE = "knowledge"


class TargetPeriod(Enum):
    """Over what the share is taken."""

    WEEK = "week"
    DAY = "day"
    ARRIVAL_HOUR = "arrival_hour"


class Basis(Enum):
    """Who set the hours: the organisation itself, or a statute that names them."""

    INTERNAL = "internal"
    STATUTE = "statute"


@dataclass(frozen=True, kw_only=True)
class Target:
    """`share` of the cases on time `within_hours`.

    With `journey` the clock runs on until the last queue that an escalated case visits has closed
    it (first arrival to report, second reviews and returns included); the target is that of the
    queue in which the case first arrives. Otherwise it speaks of the visit to its own queue.

    The duty of 18 U.S.C. 2258A is to report "as soon as reasonably possible"; the statute
    names no hours, so a statute target that cites it is refused.

    Examples
    --------
    >>> str(Target(share=0.95, within_hours=24))
    '95 % closed within 24 h of arrival (internal objective)'
    """

    share: float
    within_hours: float
    measured_at: MeasuredAt = MeasuredAt.CLOSED
    clock_from: ClockFrom = ClockFrom.ARRIVAL
    per: TargetPeriod = TargetPeriod.WEEK
    basis: Basis = Basis.INTERNAL
    citation: str = ""
    journey: bool = False

    def __post_init__(self) -> None:
        require_member(self.measured_at, MeasuredAt, "target measured_at")
        require_member(self.clock_from, ClockFrom, "target clock_from")
        require_member(self.per, TargetPeriod, "target per")
        require_member(self.basis, Basis, "target basis")
        if not 0 < self.share < 1:
            hint = f" Did you mean {self.share / 100:g}?" if 1 < self.share <= 100 else ""
            raise DataError(f"target share must be in (0, 1), got {self.share!r}.{hint}")
        require_positive(self.within_hours, "target within_hours")
        if self.journey and self.measured_at is MeasuredAt.STARTED:
            raise DataError('a journey ends with a report. Fix: measured_at = "closed".')
        if self.journey and self.clock_from is ClockFrom.KNOWLEDGE:
            raise DataError(
                "a journey starts with the case, not with the review that escalates it. "
                'Fix: clock_from = "arrival" or "detection".'
            )
        if self.basis is Basis.STATUTE:
            self._check_statute()

    def _check_statute(self) -> None:
        if not self.citation.strip():
            raise DataError(
                'a statute target needs its citation. Fix: citation = "..." or basis = "internal".'
            )
        if re.search(r"2258\s*A", self.citation, flags=re.IGNORECASE):
            raise DataError(
                f"a target of {self.within_hours:g} h is marked as statute under {self.citation!r}, but 18 U.S.C. "
                '2258A names no hours ("as soon as reasonably possible"). Fix: basis = "internal".'
            )

    def __str__(self) -> str:
        source = (
            "internal objective" if self.basis is Basis.INTERNAL else f"statute: {self.citation}"
        )
        return (
            f"{100 * self.share:g} % {self.measured_at.value} within {duration(self.within_hours)} "
            f"of {self.clock_from.value}{' over the journey' if self.journey else ''} ({source})"
        )
