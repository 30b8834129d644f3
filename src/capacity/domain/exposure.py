"""Wellbeing caps on exposure: limits in hours, and where each comes from."""

from __future__ import annotations

from dataclasses import dataclass

from capacity.domain.faults import require_positive, require_share
from capacity.errors import DataError


@dataclass(frozen=True, kw_only=True)
class RollingCap:
    """At most `hours` of exposure in any `days` consecutive duty days."""

    days: int
    hours: float

    def __post_init__(self) -> None:
        require_positive(self.days, "rolling cap days")
        require_positive(self.hours, "rolling cap hours")


@dataclass(frozen=True, kw_only=True)
class RotationShare:
    """Bounds on the share of each person's time in a calendar week that some queues take.

    `at_most` is a share of the hours on shift (breaks and sessions off), `at_least` a share of
    the hours worked. "A fifth of the time away from severe queues" is `at_most=0.8` on those.

    Examples
    --------
    >>> RotationShare(queues=("hash_match",), at_most=0.8).at_least
    0.0
    """

    queues: tuple[str, ...]
    at_most: float = 1.0
    at_least: float = 0.0

    def __post_init__(self) -> None:
        if not self.queues:
            raise DataError("a rotation share needs at least one queue.")
        name = f"rotation of {', '.join(self.queues)}"
        require_share(self.at_most, f"{name}: at_most", below_one=False)
        require_share(self.at_least, f"{name}: at_least", below_one=False)
        if self.at_least > 0 and self.at_least > self.at_most:
            raise DataError(
                f"{name}: at_least {self.at_least:g} is above at_most {self.at_most:g}. Fix: swap them"
            )


@dataclass(frozen=True, kw_only=True)
class ExposureCap:
    """Limits on severity-weighted exposure of one person; None switches a limit off.

    `queues` names the queues whose exposure counts; empty means every queue that exposes.

    The duty day is the local date on which the shift starts. Defaults: 4 h a day (INHOPE
    guideline: no more than four hours of review daily), 50 minutes in a row and then a
    10-minute break (Police Care UK: 10 minutes each hour), none in overtime (IWF policy).
    The weekly 20 h and five consecutive exposed days are conventions without evidence. No
    study found tests a specific hour limit: caps are precautionary.

    Examples
    --------
    >>> ExposureCap.iwf().hours_per_day
    5.0
    """

    hours_per_day: float | None = 4.0
    any_24_hours: bool = False
    hours_per_week: float | None = 20.0
    rolling: tuple[RollingCap, ...] = ()
    minutes_in_row: int | None = 50
    break_minutes: int = 10
    latest_local_minute: int | None = None
    free_last_minutes: int = 0
    max_consecutive_days: int | None = 5
    recovery_days: int = 0
    in_overtime: bool = False
    source: str = "INHOPE guideline (4 h a day); Police Care UK (10 min each hour); weekly and consecutive-day limits are conventions"
    grade: str = "G"
    queues: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("hours_per_day", "hours_per_week", "minutes_in_row", "max_consecutive_days"):
            value = getattr(self, name)
            if value is not None:
                require_positive(value, f"exposure cap {name}")
        if self.hours_per_day is not None and self.hours_per_day > 24:
            raise DataError(
                f"exposure cap hours_per_day must be at most 24, got {self.hours_per_day}."
            )
        if self.break_minutes < 0 or self.free_last_minutes < 0 or self.recovery_days < 0:
            raise DataError("exposure cap minutes and days must be >= 0.")
        if self.latest_local_minute is not None and not 0 < self.latest_local_minute <= 1440:
            raise DataError("exposure cap latest_local_minute must be in (0, 1440].")

    def counts(self, queue: str) -> bool:
        """Whether exposure on a queue counts against these limits.

        Examples
        --------
        >>> ExposureCap(queues=("csea",)).counts("spam"), ExposureCap().counts("spam")
        (False, True)
        """
        return not self.queues or queue in self.queues

    @classmethod
    def inhope(cls) -> ExposureCap:
        """Four hours a day (guideline, grade G)."""
        return cls(source="INHOPE: no more than four hours of review daily", grade="G")

    @classmethod
    def iwf(cls) -> ExposureCap:
        """Five hours a day, hourly breaks, nothing after 16:00, none in overtime (policy in force, grade G)."""
        return cls(
            hours_per_day=5.0,
            hours_per_week=25.0,
            latest_local_minute=16 * 60,
            source="IWF Annual Data & Insights 2024: five hours, hourly breaks, 16:00 cut-off, no overtime",
            grade="G",
        )

    @classmethod
    def off(cls) -> ExposureCap:
        """No limit at all; for comparison only."""
        return cls(
            hours_per_day=None,
            hours_per_week=None,
            minutes_in_row=None,
            break_minutes=0,
            max_consecutive_days=None,
            in_overtime=True,
            source="no cap (comparison only)",
            grade="C",
        )
