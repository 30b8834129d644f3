"""What a reader does with rows that break a rule, and how it reads dates and gaps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from capacity.domain.faults import require_member
from capacity.domain.grid import check_zone
from capacity.errors import DataError


class OnBad(Enum):
    """RAISE lists every fault in one error; SET_ASIDE keeps the good rows and returns the others."""

    RAISE = "raise"
    SET_ASIDE = "set_aside"


class Gap(Enum):
    """What an interval without a row, or without a count, means in a counts file.

    RAISE refuses the file; MISSING marks the interval as unknown (nan); ZERO says that the
    source writes no row when nothing arrived. CLOSED says that the source is shut at some hours:
    an hour of the local week that is never counted is closed and brings nothing, any other gap is
    missing. Nothing is taken as zero unless ZERO or CLOSED says so.
    """

    RAISE = "raise"
    MISSING = "missing"
    ZERO = "zero"
    CLOSED = "closed"


class DateStyle(Enum):
    """How dates are written. ISO unless another style is declared: 01/02/2024 is never guessed."""

    ISO = "iso"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    EXCEL_1900 = "excel_1900"
    EXCEL_1904 = "excel_1904"
    EPOCH_SECONDS = "epoch_seconds"


class RepeatedHour(Enum):
    """Which of the two hours a local time means when the clock is set back."""

    RAISE = "raise"
    FIRST = "first"
    SECOND = "second"


class Duplicate(Enum):
    """What two counts of one queue and interval mean."""

    RAISE = "raise"
    SUM = "sum"
    LAST = "last"


@dataclass(frozen=True, kw_only=True)
class TextFormat:
    """How a text file writes its fields; nothing here is guessed.

    `tz` is the zone of times that carry no offset; None refuses such times.
    """

    sep: str = ","
    decimal: str = "."
    thousands: str | None = None
    encoding: str = "utf-8"
    dates: DateStyle = DateStyle.ISO
    tz: str | None = None
    repeated_hour: RepeatedHour = RepeatedHour.RAISE

    def __post_init__(self) -> None:
        require_member(self.dates, DateStyle, "dates")
        require_member(self.repeated_hour, RepeatedHour, "repeated_hour")
        if self.tz is not None:
            check_zone(self.tz, "tz")
        if len(self.sep) != 1 or self.decimal not in (".", ","):
            raise DataError("sep must be one character and decimal a point or a comma.")
        if self.decimal in (self.thousands, self.sep):
            raise DataError("sep, decimal and thousands must differ.")
