"""A reviewer under a pseudonym: never a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import pairwise

import pandas as pd

from capacity.domain.faults import require_member
from capacity.errors import DataError


class Tier(Enum):
    """Where a person stands with severe material."""

    NEW = "new"
    STANDARD = "standard"
    RETURNING = "returning"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True, kw_only=True)
class ShiftRequest:
    """A wish for (or against) work on a date; `shift` None means any shift."""

    day: date
    wanted: bool
    shift: str | None = None
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class CounsellingSession:
    """A dated session with a counsellor: paid time on shift, without work and exposure.

    Examples
    --------
    >>> CounsellingSession(start=pd.Timestamp("2026-01-14T10:00", tz="UTC")).minutes
    60
    """

    start: pd.Timestamp
    minutes: int = 60

    def __post_init__(self) -> None:
        if self.start.tzinfo is None:
            raise DataError(
                f"counselling start {self.start} has no offset. Fix: write 2026-01-14T10:00Z"
            )
        if self.start.value % (300 * 10**9) or self.minutes % 5 or not 0 < self.minutes <= 240:
            raise DataError(
                f"counselling at {self.start} for {self.minutes} min is not on the grid of 5 minutes "
                "(at most 240). Fix: start and length in multiples of 5 minutes"
            )

    @property
    def end(self) -> pd.Timestamp:
        """Last instant."""
        return self.start + pd.Timedelta(minutes=self.minutes)


@dataclass(frozen=True, kw_only=True)
class Person:
    """One reviewer. Skills and languages None mean: those of the pool.

    `carried_exposure` are weighted exposure hours on the duty days before the horizon, newest
    last; `carried_days` says on how many days in a row the person worked up to it, `carried_nights`
    and `carried_weekends` how many of them the history holds that fairness looks back on (for a
    limit on weekends they count as the latest). `office_days` are the weekdays (0 = Monday) on
    which the person is at the site and may work queues that are worked on site only; None: as the
    pool says. `counselling` lists dated sessions.

    `speed` is the person's pace against the handling times of the operation (1.25: four minutes
    for five). Only the simulation of a roster knows single people; plans count heads of mean pace.
    """

    id: str
    pool: str
    skills: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    tier: Tier = Tier.STANDARD
    hours_per_week: float | None = None
    time_off: tuple[date, ...] = ()
    requests: tuple[ShiftRequest, ...] = ()
    carried_exposure: tuple[float, ...] = ()
    carried_days: int = 0
    carried_nights: int = 0
    carried_weekends: int = 0
    last_shift_end: pd.Timestamp | None = None
    tenure_months: int | None = None
    speed: float = 1.0
    office_days: tuple[int, ...] | None = None
    counselling: tuple[CounsellingSession, ...] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z]{0,4}[0-9]{1,8}", self.id):
            raise DataError(
                f"person id {self.id!r} is not a pseudonym. Fix: ids are a short code such as r001, never a name."
            )
        require_member(self.tier, Tier, f"person {self.id}: tier")
        if self.hours_per_week is not None and not 0 < self.hours_per_week <= 60:
            raise DataError(
                f"person {self.id}: hours_per_week must be in (0, 60], got {self.hours_per_week}."
            )
        if not 0.1 <= self.speed <= 10:
            raise DataError(
                f"person {self.id}: speed must be in [0.1, 10] (1 = the operation's handling times), "
                f"got {self.speed}."
            )
        if any(not 0 <= hours < 24 for hours in self.carried_exposure):
            raise DataError(f"person {self.id}: carried_exposure must be hours a day in [0, 24).")
        days = self.office_days or ()
        if any(day not in range(7) for day in days) or len(set(days)) < len(days):
            raise DataError(
                f"person {self.id}: office_days must be different days 0 (Monday) to 6, got {days}."
            )
        sessions = sorted(self.counselling, key=lambda one: one.start)
        for before, after in pairwise(sessions):
            if after.start < before.end:
                raise DataError(
                    f"person {self.id}: counselling at {after.start} begins before the session of "
                    f"{before.start} ends. Fix: move one"
                )

    def is_at_site(self, day: date) -> bool:
        """Whether the person is at the site on a duty date, as far as office days say."""
        return self.office_days is None or day.weekday() in self.office_days
