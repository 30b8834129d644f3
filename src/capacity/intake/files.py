"""Bytes and text of an input file: local, complete, decoded as declared."""

from __future__ import annotations

import gzip
import os
import re
import tomllib
import zlib
from pathlib import Path
from typing import Any

from capacity.errors import DataError

UNSAFE = (".pkl", ".pickle", ".joblib", ".npy", ".npz", ".yaml", ".yml")
SHEETS = (".xlsx", ".xls", ".xlsm", ".ods")
# A text file larger than this cannot be checked row by row in memory.
MAX_BYTES = 4_000_000_000


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
    if text.lower().endswith(SHEETS):
        raise DataError(f"{text}: workbooks are not read. Fix: save the sheet as CSV (UTF-8).")
    return text


def read_text(path: str, encoding: str) -> str:
    """The whole text of a CSV file, plain or gzip, without its byte order mark."""
    name = Path(path).name
    raw = _bytes(Path(path), name)
    if not raw.strip():
        raise DataError(
            f"{name}: the file is empty, no rows. Fix: give a file with a header and rows."
        )
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") and not encoding.lower().startswith("utf-16"):
        raise DataError(f'{name}: is UTF-16. Fix: save it as UTF-8 or pass encoding="utf-16".')
    try:
        text = raw.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except (UnicodeDecodeError, LookupError) as error:
        where = f" at byte {error.start:,}" if isinstance(error, UnicodeDecodeError) else ""
        raise DataError(
            f'{name}: is not {encoding}{where}. Fix: name its encoding, say encoding="latin-1" or "cp1252".'
        ) from None
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise DataError(f"{name}: line {line} holds a NUL character. Fix: export the file again.")
    return text


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file; what cannot be read or parsed is one clear error."""
    try:
        return tomllib.loads(_raw(path).decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is not UTF-8 ({error.reason}). Fix: save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: is no valid TOML: {error}. Fix: mend that line.") from None


def _raw(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path}: the file does not exist. Fix: check the path.") from None
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}). Fix: check the path."
        ) from None


def _bytes(path: Path, name: str) -> bytes:
    raw = _raw(path)
    if raw[:2] != b"\x1f\x8b":
        return raw
    try:
        with gzip.open(path, "rb") as packed:
            raw = packed.read(MAX_BYTES + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise DataError(f"{name}: the gzip file is cut or damaged. Fix: copy it again.") from None
    if len(raw) > MAX_BYTES:
        raise DataError(
            f"{name}: unpacks to more than {MAX_BYTES:,} bytes. Fix: split it by month."
        )
    return raw
