"""Shift templates: local start, length and the breaks inside."""

from __future__ import annotations

from dataclasses import dataclass

from capacity.domain.faults import require_positive
from capacity.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Break:
    """A break of `minutes` that starts between `earliest_minute` and `latest_minute` of the shift."""

    minutes: int
    earliest_minute: int
    latest_minute: int
    paid: bool = False

    def __post_init__(self) -> None:
        require_positive(self.minutes, "break minutes")
        if not 0 <= self.earliest_minute <= self.latest_minute:
            raise DataError("a break needs 0 <= earliest_minute <= latest_minute.")


@dataclass(frozen=True, kw_only=True)
class ShiftTemplate:
    """A shift that starts at `start_minute` of the site's local day and lasts `length_minutes` ELAPSED.

    Examples
    --------
    >>> ShiftTemplate(name="night", start_minute=23 * 60, length_minutes=480).crosses_midnight
    True
    """

    name: str
    start_minute: int
    length_minutes: int
    breaks: tuple[Break, ...] = ()
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)

    def __post_init__(self) -> None:
        if not 0 <= self.start_minute < 1440:
            raise DataError(
                f"shift {self.name}: start_minute must be in [0, 1440), got {self.start_minute}."
            )
        if not 0 < self.length_minutes <= 1440:
            raise DataError(
                f"shift {self.name}: a shift lasts more than 0 and at most 24 h, got {self.length_minutes} min."
            )
        late = [
            item for item in self.breaks if item.latest_minute + item.minutes > self.length_minutes
        ]
        if late:
            raise DataError(
                f"shift {self.name}: a break of {late[0].minutes} min may end after the shift."
            )
        if not self.weekdays or any(day not in range(7) for day in self.weekdays):
            raise DataError(
                f"shift {self.name}: weekdays must be 0 (Monday) to 6, got {self.weekdays}."
            )

    @property
    def crosses_midnight(self) -> bool:
        """Whether an ordinary instance ends on the next local day."""
        return self.start_minute + self.length_minutes > 1440

    @property
    def break_minutes(self) -> int:
        """All break time inside the shift."""
        return sum(item.minutes for item in self.breaks)

    @property
    def paid_hours(self) -> float:
        """Length less unpaid breaks, in hours."""
        return (
            self.length_minutes - sum(item.minutes for item in self.breaks if not item.paid)
        ) / 60
