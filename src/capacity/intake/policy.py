"""What a reader does with rows that break a rule, and with intervals that have no row."""

from __future__ import annotations

from enum import Enum


class OnBad(Enum):
    """RAISE lists every fault in one error; SET_ASIDE keeps the good rows and returns the others."""

    RAISE = "raise"
    SET_ASIDE = "set_aside"


class Gap(Enum):
    """What an interval without a row means in a counts file.

    RAISE refuses the file, MISSING marks the interval as unknown (nan), ZERO says that the
    source writes no row when nothing arrived. Nothing is assumed to be zero unless ZERO says so.
    """

    RAISE = "raise"
    MISSING = "missing"
    ZERO = "zero"
