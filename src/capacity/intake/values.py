"""Converters from settings-file values to the units of the nouns; each refuses what it cannot read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from enum import Enum
from fractions import Fraction
from typing import Any, TypeVar

from capacity.domain.faults import nearest
from capacity.domain.grid import check_zone
from capacity.errors import DataError

Choice = TypeVar("Choice", bound=Enum)
Convert = Callable[[Any], Any]
# No setting of an operation is larger; beyond it arithmetic loses whole numbers.
LARGEST = 10**15
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def text(value: Any) -> str:
    """A text without blanks around it."""
    if not isinstance(value, str) or not value.strip():
        raise DataError(f'{value!r} is not text. Fix: write it in quotes, say "name"')
    if "\0" in value:
        raise DataError(f"{value!r} holds a NUL character. Fix: remove it")
    return value.strip()


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list):
        raise DataError(f'{value!r} is not a list. Fix: write ["a", "b"]')
    found = tuple(text(item) for item in value)
    twice = sorted({item for item in found if found.count(item) > 1})
    if twice:
        raise DataError(f"{twice[0]!r} is listed twice. Fix: keep one")
    return found


def pairs(value: Any) -> tuple[tuple[str, str], ...]:
    """A list of pairs of texts.

    Examples
    --------
    >>> pairs([["night", "morning"]])
    (('night', 'morning'),)
    """
    if not isinstance(value, list) or any(
        not isinstance(pair, list) or len(pair) != 2 for pair in value
    ):
        raise DataError(f'{value!r} is not a list of pairs. Fix: write [["night", "morning"]]')
    return tuple((text(first), text(second)) for first, second in value)


def number(value: Any) -> float:
    """A finite number; text such as "30 %" is refused."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LARGEST:
        raise DataError(
            f"{value!r} is not a finite number. Fix: write it without quotes or unit, say 0.3"
        )
    return float(value)


def positive(value: Any) -> float:
    """A finite number above 0."""
    if number(value) <= 0:
        raise DataError(f"{value!r} is not above 0. Fix: write a positive number, say 1.1")
    return float(value)


def zone(value: Any) -> str:
    """The name of an IANA time zone."""
    try:
        return check_zone(text(value), "zone")
    except DataError as error:
        raise DataError(str(error).removeprefix("zone: ")) from None


def numbers(value: Any) -> tuple[float, ...]:
    """A list of finite numbers."""
    if not isinstance(value, list):
        raise DataError(f"{value!r} is not a list of numbers. Fix: write [0.5, 0.75]")
    return tuple(number(item) for item in value)


def integer(value: Any) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise DataError(f"{value!r} is not a whole number. Fix: write an integer, say 4")
    if abs(value) >= LARGEST:
        raise DataError(f"a whole number of {len(str(value))} digits. Fix: write a smaller one")
    return value


def integers(value: Any) -> tuple[int, ...]:
    """A list of whole numbers."""
    if not isinstance(value, list):
        raise DataError(f"{value!r} is not a list of whole numbers. Fix: write [1, 2]")
    return tuple(integer(item) for item in value)


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise DataError(f"{value!r} is not true or false. Fix: write true or false without quotes")
    return value


def day(value: Any) -> date:
    """A date, written 2026-03-01 with or without quotes."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise DataError(f"{value!r} is not an ISO date. Fix: write 2026-03-01") from None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise DataError(f"{value!r} is not a date. Fix: write 2026-03-01")
    return value


def days(value: Any) -> tuple[date, ...]:
    """A list of dates."""
    if not isinstance(value, list):
        raise DataError(f"{value!r} is not a list of dates. Fix: write [2026-12-25]")
    return tuple(day(item) for item in value)


def clock(value: Any) -> int:
    """Minutes after local midnight of a time written "07:30"; "24:00" is the end of the day.

    Examples
    --------
    >>> clock("07:30"), clock("24:00")
    (450, 1440)
    """
    if isinstance(value, time):
        value = value.strftime("%H:%M")
    hours, mark, minutes = str(value).partition(":")
    if not (mark and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2):
        raise DataError(f'{value!r} is not a time of day. Fix: write "07:30"')
    total = 60 * int(hours) + int(minutes)
    if int(minutes) > 59 or total > 1440:
        raise DataError(f'{value!r} is not a time of day. Fix: write "00:00" to "24:00"')
    return total


def hours_to_minutes(value: Any) -> int:
    """Whole minutes of a length in hours."""
    minutes = number(value) * 60
    if minutes != round(minutes):
        raise DataError(f"{value!r} h is not a whole number of minutes. Fix: write 8 or 7.5")
    return round(minutes)


def weekdays(value: Any) -> tuple[int, ...]:
    """Day numbers, 0 = Monday, of a list such as ["mon", "fri"]."""
    found = []
    for item in texts(value):
        if item.lower()[:3] not in DAYS:
            raise DataError(f"unknown weekday {item!r}. Fix: use {', '.join(DAYS)}")
        found.append(DAYS.index(item.lower()[:3]))
    return tuple(found)


def weekday_sets(value: Any) -> tuple[tuple[int, ...], ...]:
    """Lists of weekdays, one a pattern.

    Examples
    --------
    >>> weekday_sets([["mon", "tue"], ["sat"]])
    ((0, 1), (5,))
    """
    if not isinstance(value, list) or any(not isinstance(item, list) for item in value):
        raise DataError(
            f'{value!r} is not a list of patterns. Fix: write [["mon", "tue"], ["sat", "sun"]]'
        )
    return tuple(weekdays(item) for item in value)


def exact_share(value: Any) -> Fraction:
    """An exact share written "37/260", "0.05" or 0.05.

    Examples
    --------
    >>> exact_share("37/260")
    Fraction(37, 260)
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise DataError(f'{value!r} is not a share. Fix: write "37/260" or 0.05')
    if isinstance(value, str) and "%" in value:
        raise DataError(f"{value!r} is a percentage. Fix: write the share, say 0.05 for 5 %")
    try:
        share = Fraction(str(value).strip())
        float(share)  # a number that no float can hold is no share
    except (ValueError, ZeroDivisionError, OverflowError):
        raise DataError(f'{value!r} is not a share. Fix: write "37/260" or 0.05') from None
    return share


def tables(value: Any) -> list[Any]:
    """A list of tables ([[...]] in the file)."""
    if not isinstance(value, list):
        raise DataError(f"{value!r} is not a list of tables. Fix: write [[double brackets]]")
    return value


def months(value: Any) -> tuple[str, ...]:
    """A list of months written "2026-03"."""
    for item in texts(value):
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", item):
            raise DataError(f'{item!r} is not a month. Fix: write "2026-03"')
    return texts(value)


def choice(options: type[Choice]) -> Callable[[Any], Choice]:
    """A converter to one member of an Enum, by its value."""

    def read(value: Any) -> Choice:
        known = [str(item.value) for item in options]
        if value not in known:
            raise DataError(f"unknown choice {value!r}. Fix: {nearest(str(value), known)}")
        return options(value)

    return read
