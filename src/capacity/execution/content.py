"""A key for content: equal values have equal keys, in every process and on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd

from capacity.errors import DataError


def content_key(*values: Any) -> str:
    """SHA-256 of nouns, numbers, text, dates, arrays, tables and collections of them.

    Independent of the hash seed, of the order of dictionaries and of where objects live in
    memory. Functions are refused: their behaviour cannot be read off their content.

    Examples
    --------
    >>> content_key({"b": 1, "a": 2.0}) == content_key({"a": 2.0, "b": 1})
    True
    >>> content_key(1) == content_key(1.0)
    False
    """
    digest = hashlib.sha256()
    for value in values:
        for piece in _pieces(value):
            digest.update(piece)
            digest.update(b"\x1f")
    return digest.hexdigest()


def _pieces(value: Any) -> Iterator[bytes]:
    name = type(value).__name__.encode()
    if value is None or isinstance(value, bool | int | float | str | Fraction | np.generic):
        yield name + b":" + repr(value).encode()
    elif isinstance(value, pd.Timestamp | pd.Timedelta | pd.Period | date):
        yield name + b":" + str(value).encode()
    elif isinstance(value, Enum):
        yield name + b":" + value.name.encode()
    elif isinstance(value, PurePath):
        yield name + b":" + value.as_posix().encode()
    elif is_dataclass(value) and not isinstance(value, type):
        yield name + b"{"
        for item in fields(value):
            if item.compare:
                yield item.name.encode()
                yield from _pieces(getattr(value, item.name))
        yield b"}"
    else:
        yield from _collection(value, name)


def _collection(value: Any, name: bytes) -> Iterator[bytes]:
    if isinstance(value, Mapping):
        yield name + b"{"
        for key in sorted(value, key=repr):
            yield from _pieces(key)
            yield from _pieces(value[key])
        yield b"}"
    elif isinstance(value, tuple | list):
        yield name + b"["
        for item in value:
            yield from _pieces(item)
        yield b"]"
    elif isinstance(value, set | frozenset):
        yield name + b"["
        yield from sorted(b"".join(_pieces(item)) for item in value)
        yield b"]"
    elif isinstance(value, np.ndarray) and value.dtype != object:
        yield name + f":{value.dtype.str}{value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, pd.DataFrame):
        yield name + repr((list(value.columns), [str(kind) for kind in value.dtypes])).encode()
        yield pd.util.hash_pandas_object(value, index=True).to_numpy().tobytes()
    else:
        raise DataError(
            f"a {type(value).__name__} has no content key. Fix: describe it by nouns, numbers and text."
        )
