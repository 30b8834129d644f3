"""Changes of the work itself: handling, automation, targets, opening hours, new queues."""

from __future__ import annotations

from dataclasses import dataclass, replace

from capacity.domain import handling as domain_handling
from capacity.domain import opening as domain_opening
from capacity.domain import target as domain_target
from capacity.domain.operation import Operation
from capacity.domain.queue import Queue
from capacity.errors import DataError
from capacity.scenarios.changes.picking import (
    change_pools,
    change_queues,
    exactly_one,
    signed_percent,
    whom,
)


@dataclass(frozen=True)
class HandlingTime:
    """Mean handling time of a queue (None: of all) changes by a share, or to `mean_minutes`.

    The coefficient of variation stays; observed minutes of an empirical shape are scaled alike.

    Examples
    --------
    >>> str(HandlingTime("enticement_text", by=0.15))
    'handling time of enticement_text +15 %'
    """

    queue: str | None = None
    by: float | None = None
    mean_minutes: float | None = None

    def __post_init__(self) -> None:
        exactly_one("change of handling time", by=self.by, mean_minutes=self.mean_minutes)
        if self.by is not None and not -1 < self.by < float("inf"):
            raise DataError(f"change of handling time: by must be above -1, got {self.by!r}.")

    def __call__(self, operation: Operation) -> Operation:
        """The operation with the new mean."""
        return change_queues(operation, self.queue, self._change)

    def _change(self, queue: Queue) -> Queue:
        old = queue.handling
        scale = 1 + self.by if self.by is not None else (self.mean_minutes or 0) / old.mean_minutes
        new = domain_handling.HandlingTime(
            mean_minutes=old.mean_minutes * scale,
            cv=old.cv,
            shape=old.shape,
            minutes=tuple(value * scale for value in old.minutes),
        )
        return replace(queue, handling=new)

    def __str__(self) -> str:
        size = f"{self.mean_minutes:g} min" if self.by is None else signed_percent(self.by)
        return f"handling time of {whom(self.queue, 'queues')} {size}"


@dataclass(frozen=True)
class AutomationShare:
    """The share of a queue's volume that no person sees, set `to` a value or moved `by` points.

    Examples
    --------
    >>> str(AutomationShare("hash_match", to=0.8))
    'automation of hash_match to 80 %'
    """

    queue: str
    to: float | None = None
    by: float | None = None

    def __post_init__(self) -> None:
        exactly_one("change of automation", to=self.to, by=self.by)

    def __call__(self, operation: Operation) -> Operation:
        """The operation with the new share."""
        return change_queues(operation, self.queue, self._change)

    def _change(self, queue: Queue) -> Queue:
        share = self.to if self.to is not None else queue.automation_share + (self.by or 0.0)
        return replace(queue, automation_share=share)

    def __str__(self) -> str:
        if self.to is not None:
            return f"automation of {self.queue} to {100 * self.to:g} %"
        return f"automation of {self.queue} {100 * (self.by or 0):+g} points"


@dataclass(frozen=True)
class Target:
    """A queue's target takes other hours or another share.

    A queue with one target has that one changed. Of several, the one with the given `share`
    takes the new hours; a share that no target has is refused.

    Examples
    --------
    >>> str(Target("user_report", share=0.95, within_hours=12))
    'target of user_report 95 % within 12 h'
    """

    queue: str
    within_hours: float | None = None
    share: float | None = None

    def __post_init__(self) -> None:
        if self.within_hours is None and self.share is None:
            raise DataError(f"change of target of {self.queue}: give within_hours, share or both.")

    def __call__(self, operation: Operation) -> Operation:
        """The operation with the new target."""
        return change_queues(operation, self.queue, self._change)

    def _change(self, queue: Queue) -> Queue:
        if not queue.targets:
            return replace(queue, targets=(self._new(queue),))
        if len(queue.targets) == 1:
            return replace(queue, targets=(self._on(queue.targets[0]),))
        same = [target.share == self.share for target in queue.targets]
        if sum(same) != 1 or self.within_hours is None:
            known = ", ".join(f"{t.share:g} within {t.within_hours:g} h" for t in queue.targets)
            raise DataError(
                f"change of target of {queue.name}: it has {len(queue.targets)} targets ({known}). "
                "Fix: give the share of the one to change, and its new within_hours."
            )
        pairs = zip(queue.targets, same, strict=True)
        return replace(queue, targets=tuple(self._on(t) if hit else t for t, hit in pairs))

    def _on(self, target: domain_target.Target) -> domain_target.Target:
        hours = target.within_hours if self.within_hours is None else self.within_hours
        share = target.share if self.share is None else self.share
        return replace(target, within_hours=hours, share=share)

    def _new(self, queue: Queue) -> domain_target.Target:
        if self.share is None or self.within_hours is None:
            raise DataError(
                f"change of target of {queue.name}: it has no target yet. Fix: give share and within_hours."
            )
        return domain_target.Target(share=self.share, within_hours=self.within_hours)

    def __str__(self) -> str:
        share = "" if self.share is None else f" {100 * self.share:g} %"
        hours = "" if self.within_hours is None else f" within {self.within_hours:g} h"
        return f"target of {self.queue}{share}{hours}"


@dataclass(frozen=True)
class OpeningHours:
    """When a queue is worked; `opening` None keeps it open around the clock."""

    queue: str
    opening: domain_opening.OpeningHours | None

    def __call__(self, operation: Operation) -> Operation:
        """The operation with the new hours."""
        return change_queues(
            operation, self.queue, lambda queue: replace(queue, opening=self.opening)
        )

    def __str__(self) -> str:
        hours = 168.0 if self.opening is None else self.opening.hours_per_week
        return f"{self.queue} open {hours:g} h a week"


@dataclass(frozen=True)
class NewQueue:
    """A queue that did not exist, worked by the named pools, which learn its skill.

    Its volume is `queue.prior_per_day` or a share of a sibling (`queue.like`): it has no history.
    """

    queue: Queue
    pools: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.queue.prior_per_day is None and self.queue.like is None:
            raise DataError(
                f"new queue {self.queue.name}: has no history. Fix: give prior_per_day, cases "
                "expected a day, or like, a share of a queue that has one."
            )
        if not self.pools:
            raise DataError(f"new queue {self.queue.name}: names no pool that works it.")

    def __call__(self, operation: Operation) -> Operation:
        """The operation with the queue, and its skill in the pools."""
        if self.queue.name in operation.queue_names:
            raise DataError(f"new queue {self.queue.name}: the operation already has it.")
        skill = self.queue.needed_skill
        for pool in self.pools:
            operation = change_pools(
                operation,
                pool,
                lambda item: replace(item, skills=tuple(dict.fromkeys((*item.skills, skill)))),
            )
        return replace(operation, queues=(*operation.queues, self.queue))

    def __str__(self) -> str:
        like = self.queue.like
        if like is not None:
            return f"new queue {self.queue.name}, {like.share:.0%} of {like.queue}"
        queue = self.queue
        if queue.like is not None:
            return f"new queue {queue.name}, {queue.like.share:g} times {queue.like.queue}"
        return f"new queue {queue.name}, {queue.prior_per_day or 0:g} cases a day"
