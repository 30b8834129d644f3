"""Numbers and flags from text or typed columns; what cannot be read is a broken row, never a guess."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pandas as pd

from capacity.intake.broken import BrokenRows
from capacity.intake.keys import _is_missing
from capacity.intake.policy import TextFormat

MOST_CASES = 1e12
PLAIN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
FLAGS = {"1": True, "0": False, "true": True, "false": False}


def read_numbers(
    values: pd.Series, column: str, style: TextFormat, broken: BrokenRows
) -> np.ndarray:
    """Floats; nan where the cell is empty or broken."""
    codes, uniques = pd.factorize(values, use_na_sentinel=False)
    parsed = [_parse(item, style) for item in uniques]
    numbers = np.asarray([item if isinstance(item, float) else np.nan for item in parsed])
    reasons = sorted({item for item in parsed if isinstance(item, str)})
    for fix in reasons:
        mask = np.asarray([item == fix for item in parsed], dtype=bool)
        broken.add(f"{column} is a plain number", mask[codes], fix, values)
    return np.asarray(numbers[codes], dtype=float)


def read_flags(values: pd.Series, column: str, broken: BrokenRows) -> np.ndarray:
    """Booleans of 0 and 1 (or true and false); an empty cell is False."""
    codes, uniques = pd.factorize(values, use_na_sentinel=False)
    texts = [
        "0" if _is_missing(item) or item == "" else str(item).strip().lower() for item in uniques
    ]
    texts = [re.sub(r"^([01])\.0$", r"\1", item) for item in texts]
    bad = np.asarray([item not in FLAGS for item in texts], dtype=bool)
    broken.add(f"{column} is 0 or 1", bad[codes], "write 0 or 1", values)
    flags = np.asarray([FLAGS.get(item, False) for item in texts], dtype=bool)
    return np.asarray(flags[codes])


def _parse(value: object, style: TextFormat) -> float | str | None:
    """The number, None for an empty cell, or the fix for what cannot be read."""
    if _is_missing(value) or value == "":
        return None
    if isinstance(value, bool | np.bool_):
        return "true and false are no counts: write numbers"
    if isinstance(value, complex | np.complexfloating):
        return "complex numbers are no counts: write plain numbers"
    if isinstance(value, pd.Timedelta):
        return "write a duration as seconds"
    if isinstance(value, int | float | Decimal | np.integer | np.floating):
        number = float(value)
        return (
            number
            if np.isfinite(number)
            else "infinite values are refused: leave unknown cells empty"
        )
    return _parse_text(str(value), style)


def _parse_text(text: str, style: TextFormat) -> float | str:
    plain = text.strip(" ")
    if style.thousands and style.thousands in plain:
        whole, mark, fraction = plain.partition(style.decimal)
        head, *groups = whole.split(style.thousands)
        if all(len(group) == 3 for group in groups) and 1 <= len(head.lstrip("+-")) <= 3:
            plain = "".join([head, *groups]) + mark + fraction
    if style.decimal == ",":
        # A point that is neither the decimal nor a thousands mark is refused, not read.
        plain = plain.replace(".", "?").replace(",", ".")
    if PLAIN.fullmatch(plain):
        number = float(plain)
        return number if np.isfinite(number) else "the number is too large"
    return _fix_of(text)


def _fix_of(text: str) -> str:
    """What to do about a text that is no plain number."""
    plain = text.strip()
    cures = (
        (r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", 'thousands are separated: pass thousands=","'),
        (r"[+-]?\d{1,3}(\.\d{3})+,\d+", 'pass thousands="." and decimal=","'),
        (r"[+-]?\d+,\d+", 'the decimal mark is a comma: pass decimal=","'),
        (r".*%", "write the share, say 0.3 for 30 %"),
        (r"[$€£].*", "remove the currency sign"),
        (r"\(.*\)", "write a negative number with a minus sign"),
        (r"\d+:\d\d(:\d\d)?", "write a duration as seconds, say 330 for 00:05:30"),
        (r"[+-]?(inf|infinity|nan)", "infinite values are refused: leave unknown cells empty"),
        (r"true|false", "true and false are no counts: write numbers"),
    )
    for pattern, fix in cures:
        if re.fullmatch(pattern, plain, flags=re.IGNORECASE | re.ASCII):
            return fix
    return "write plain digits, say 1234.5"
