"""Where input may come from: local files only."""

from __future__ import annotations

import os
import re

from capacity.errors import DataError

UNSAFE = (".pkl", ".pickle", ".joblib", ".npy", ".npz", ".yaml", ".yml")


def local_path(path: str | os.PathLike[str]) -> str:
    """The path as text; URLs and formats that can run code are refused.

    Examples
    --------
    >>> local_path("cases.csv.gz")
    'cases.csv.gz'
    """
    text = os.fspath(path)
    if re.match(r"^[A-Za-z][A-Za-z0-9+.-]+://", text):
        raise DataError(f"{text}: only local files are read. Fix: download it and give its path.")
    if text.lower().endswith(UNSAFE):
        raise DataError(f"{text}: this format can run code. Fix: save it as CSV or Parquet.")
    return text
