"""A reviewer under a pseudonym: never a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

import pandas as pd

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
class Person:
    """One reviewer. Skills and languages None mean: those of the pool.

    `carried_exposure` are weighted exposure hours on the duty days before the horizon, newest
    last; `carried_days` says on how many days in a row the person worked up to it.
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

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z]{0,4}[0-9]{1,8}", self.id):
            raise DataError(
                f"person id {self.id!r} is not a pseudonym. Fix: ids are a short code such as r001, never a name."
            )
        if self.hours_per_week is not None and not 0 < self.hours_per_week <= 60:
            raise DataError(
                f"person {self.id}: hours_per_week must be in (0, 60], got {self.hours_per_week}."
            )
        if any(not 0 <= hours < 24 for hours in self.carried_exposure):
            raise DataError(f"person {self.id}: carried_exposure must be hours a day in [0, 24).")
