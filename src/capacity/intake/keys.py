"""Labels: always text, one spelling each, no control characters, no content."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import pandas as pd

from capacity.intake.broken import BrokenRows

ZERO_WIDTH = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
LOOKS_LIKE_CONTENT = re.compile(
    r"://|www\.|@[\w-]+\.|\b[0-9a-fA-F]{32,}\b|^\s*<|\b\d{1,3}(\.\d{1,3}){3}\b"
)
LONGEST = 64


def read_keys(
    values: pd.Series, column: str, allowed: Sequence[str], broken: BrokenRows, *, required: bool
) -> pd.Series:
    """Labels as text; composed Unicode; zero-width marks removed; empty stays empty.

    `NA`, `null` and `00123` are labels like any other.
    """
    codes, uniques = pd.factorize(values, use_na_sentinel=False)
    texts = ["" if _is_missing(item) else _as_text(item) for item in uniques]
    clean = [ZERO_WIDTH.sub("", unicodedata.normalize("NFC", item)) for item in texts]
    bad_type = np.asarray([_is_fraction(item) for item in uniques], dtype=bool)
    broken.add(f"{column} is text", bad_type[codes], "write labels, not fractions", values)
    control = np.asarray([bool(CONTROL.search(item)) for item in clean], dtype=bool)
    broken.add(f"{column} has no control characters", control[codes], "remove them", values)
    content = np.asarray([_is_content(item) for item in clean], dtype=bool)
    # The value itself is not repeated: it may be what must not be held.
    broken.add(
        f"{column} is a short label", content[codes], "give a label, never content, links or hashes"
    )
    empty = np.asarray([not item.strip() for item in clean], dtype=bool)
    if required:
        broken.add(f"{column} is not empty", empty[codes], f"write the {column}", values)
    if allowed:
        unknown = np.asarray([bool(item) and item not in allowed for item in clean], dtype=bool)
        broken.add(
            f"{column} is one of {', '.join(allowed)}", unknown[codes], "use one of them", values
        )
    typed = pd.Series(clean, dtype="str").take(codes)
    typed.index = values.index
    return typed


def near_duplicates(labels: Sequence[str]) -> list[tuple[str, ...]]:
    """Groups of labels that differ only by case, blanks or punctuation.

    Examples
    --------
    >>> near_duplicates(["CSEA", "csea ", "appeal"])
    [('CSEA', 'csea ')]
    """
    groups: dict[str, list[str]] = {}
    for label in labels:
        folded = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", label).casefold())
        groups.setdefault(folded, []).append(label)
    return [tuple(sorted(group)) for group in groups.values() if len(group) > 1]


def merge_near(values: pd.Series) -> pd.Series:
    """Every label in its most frequent spelling, without blanks around it."""
    counts = values.value_counts()
    spelling: dict[str, str] = {}
    for group in near_duplicates([str(item) for item in counts.index]):
        best = max(group, key=lambda item: (int(counts[item]), item)).strip()
        spelling |= dict.fromkeys(group, best)
    return values.replace(spelling)


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value  # noqa: PLR0124


def _is_fraction(value: object) -> bool:
    return isinstance(value, float | np.floating) and not _is_missing(value)


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else str(value)


def _is_content(text: str) -> bool:
    return len(text) > LONGEST or len(text.split()) > 6 or bool(LOOKS_LIKE_CONTENT.search(text))
