"""A queue of cases: its promise, its work and who may touch it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from capacity.domain.faults import require_positive, require_share
from capacity.domain.grid import check_zone
from capacity.domain.handling import HandlingTime
from capacity.domain.opening import OpeningHours
from capacity.domain.target import ClockFrom, Target
from capacity.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """A `share` of the reviewed cases moves on to queue `to` and keeps its clock."""

    to: str
    share: float

    def __post_init__(self) -> None:
        require_share(self.share, f"escalation share to {self.to}", below_one=False)


@dataclass(frozen=True, kw_only=True)
class Sibling:
    """A queue without a past of its own brings a `share` of the cases of `queue`.

    `share_sd` is the standard deviation of that share: how unsure the planner is.

    Examples
    --------
    >>> Sibling(queue="hash_match", share=0.4, share_sd=0.1).share
    0.4
    """

    queue: str
    share: float
    share_sd: float = 0.0

    def __post_init__(self) -> None:
        require_positive(self.share, f"like {self.queue}: share")
        if not 0 <= self.share_sd < self.share:
            raise DataError(
                f"like {self.queue}: share_sd must be at least 0 and below the share, "
                f"got {self.share_sd!r}. Fix: a share of {self.share:g} give or take a quarter "
                f"of it has share_sd = {self.share / 4:g}"
            )


@dataclass(frozen=True, kw_only=True)
class Queue:
    """One queue. `priority` 1 is the most urgent; `severity` weighs an hour of exposure (0..1).

    Human review = volume x (1 - automation_share); each reviewed case is worked once, plus
    `double_review_share` more by a second reviewer, plus `qa_share` more by QA (in `qa_queue`
    if one is named, else in the queue itself). `skill` defaults to the queue's own name.
    `zone` is the wall clock on which its arrivals have their daily season. `arrival_profile`
    (24 weights by local hour) spreads DAILY history over the day; hourly history has its own.
    `batch_mean` is the mean number of cases that arrive at one moment (geometric; 1: singly);
    `detection_lag_hours` the mean time from detection to arrival, which targets with the clock
    from detection have already lost.
    A queue that starts now is forecast as a share of a sibling (`like`) or from `prior_per_day`.

    Examples
    --------
    >>> queue = Queue(name="hash_match", priority=2, zone="UTC", handling=HandlingTime(mean_minutes=3, cv=1.0),
    ...               targets=(Target(share=0.95, within_hours=24),), double_review_share=0.1)
    >>> queue.reviews_per_case
    1.1
    >>> queue.needed_skill
    'hash_match'
    """

    name: str
    priority: int
    zone: str
    handling: HandlingTime
    targets: tuple[Target, ...] = ()
    severity: float = 1.0
    automation_share: float = 0.0
    double_review_share: float = 0.0
    qa_share: float = 0.0
    qa_queue: str | None = None
    escalates_to: Escalation | None = None
    opening: OpeningHours | None = None
    skill: str | None = None
    language: str | None = None
    on_site_only: bool = False
    unit: str = "report"
    arrival_profile: tuple[float, ...] = ()
    prior_per_day: float | None = None
    like: Sibling | None = None
    batch_mean: float = 1.0
    detection_lag_hours: float = 0.0

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise DataError("a queue needs a name.")
        where = f"queue {self.name}"
        check_zone(self.zone, where)
        if self.priority < 1:
            raise DataError(
                f"{where}: priority must be 1 (most urgent) or more, got {self.priority}."
            )
        require_share(self.severity, f"{where}: severity", below_one=False)
        require_share(self.automation_share, f"{where}: automation_share", below_one=False)
        require_share(self.double_review_share, f"{where}: double_review_share", below_one=False)
        require_share(self.qa_share, f"{where}: qa_share", below_one=False)
        if self.arrival_profile and (
            len(self.arrival_profile) != 24 or min(self.arrival_profile) < 0
        ):
            raise DataError(
                f"{where}: arrival_profile needs 24 weights >= 0, one for each local hour."
            )
        self._check_clocks(where)
        if self.prior_per_day is not None:
            require_positive(self.prior_per_day, f"{where}: prior_per_day")
        if self.like is not None and self.prior_per_day is not None:
            raise DataError(
                f"{where}: like and prior_per_day both say how many cases come. Fix: keep one"
            )
        if self.like is not None and self.like.queue == self.name:
            raise DataError(f"{where}: is like itself. Fix: name another queue in like")

    def _check_clocks(self, where: str) -> None:
        if not 1 <= self.batch_mean < math.inf:
            raise DataError(
                f"{where}: batch_mean must be 1 (cases come singly) or more, got {self.batch_mean}."
            )
        if not 0 <= self.detection_lag_hours < math.inf:
            raise DataError(
                f"{where}: detection_lag_hours must be >= 0, got {self.detection_lag_hours}."
            )
        for target in self.targets:
            if target.clock_from is not ClockFrom.DETECTION:
                continue
            if target.within_hours <= self.detection_lag_hours:
                raise DataError(
                    f"{where}: a target of {target.within_hours:g} h from detection is over before "
                    f"the case arrives, {self.detection_lag_hours:g} h after detection. "
                    "Fix: lengthen the target or shorten detection_lag_hours."
                )

    @property
    def needed_skill(self) -> str:
        """The skill a reviewer must hold."""
        return self.skill or self.name

    @property
    def is_exposed(self) -> bool:
        """Whether an hour on this queue counts against exposure caps."""
        return self.severity > 0

    @property
    def reviews_per_case(self) -> float:
        """Reviews charged to this queue per case that a human sees."""
        own_qa = 0.0 if self.qa_queue else self.qa_share
        return 1.0 + self.double_review_share + own_qa
