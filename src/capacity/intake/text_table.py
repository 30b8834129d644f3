"""A CSV text as a frame of texts: every row has as many fields as the header, or an error says which."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd

from capacity.errors import DataError
from capacity.intake.header import tidy_name
from capacity.intake.policy import TextFormat


def parse_text(text: str, where: str, style: TextFormat) -> pd.DataFrame:
    """All cells as text; header tidied; no cell is turned into NA, a number or an index."""
    first, _, rest = text.partition("\n")
    names = [
        tidy_name(item) for item in next(csv.reader([first.rstrip("\r")], delimiter=style.sep))
    ]
    if len(names) == 1:
        _suggest_separator(first, where)
    if not rest.strip():
        raise DataError(f"{where}: has a header but no rows. Fix: give a file with rows.")
    try:
        widths = _widths(rest, style.sep)
        _check_widths(widths, where, len(names), cut=not text.endswith("\n"))
        frame = pd.read_csv(
            io.StringIO(rest),
            sep=style.sep,
            header=None,
            names=range(len(names)),
            index_col=False,
            dtype=str,
            keep_default_na=False,
            engine="c",
        )
    except (csv.Error, pd.errors.ParserError) as error:
        raise DataError(
            f"{where}: is no valid CSV ({error}). Fix: check its quotes and sep."
        ) from None
    if len(frame) != len(widths):
        raise DataError(f"{where}: a quoted field does not end. Fix: check its quotes.")
    frame.columns = pd.Index(names)
    return frame


def _suggest_separator(header: str, where: str) -> None:
    for mark, label in ((",", ","), (";", ";"), ("\t", "\\t"), ("|", "|")):
        if mark in header:
            raise DataError(
                f'{where}: the header has one field, but holds {label!r}. Fix: pass sep="{label}".'
            )


def _widths(text: str, sep: str) -> np.ndarray:
    """Fields of each row; blank lines are no rows. Pandas would fill a short row without a word."""
    if '"' not in text:
        lines = text.split("\n")
        return np.asarray([line.count(sep) + 1 for line in lines if line.strip(" \r")])
    rows = csv.reader(io.StringIO(text), delimiter=sep, strict=True)
    return np.asarray([len(row) for row in rows if row])


def _check_widths(widths: np.ndarray, where: str, width: int, *, cut: bool) -> None:
    wide, short = np.flatnonzero(widths > width), np.flatnonzero(widths < width)
    if cut and not len(wide) and list(short) == [len(widths) - 1]:
        raise DataError(
            f"{where}: the file is cut in its last row ({_rows(short)}). Fix: copy or export it again."
        )
    faults = []
    if len(wide):
        faults.append(f"{len(wide)} rows have more than {width} fields (first: {_rows(wide)})")
    if len(short):
        faults.append(f"{len(short)} rows have fewer than {width} fields (first: {_rows(short)})")
    if faults:
        raise DataError(
            f"{where}: {'; '.join(faults)}. Fix: quote fields that hold the separator, or mend those rows."
        )


def _rows(numbers: np.ndarray) -> str:
    return ", ".join(f"row {number + 1}" for number in numbers[:5])
