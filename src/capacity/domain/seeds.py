"""Random streams named by (seed, names): never by worker order."""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """A generator that depends on the seed and the names alone.

    Examples
    --------
    >>> bool(stream(7, "hash_match").random() == stream(7, "hash_match").random())
    True
    """
    text = "\x1f".join([str(int(seed)), *map(str, names)])
    digest = hashlib.sha256(text.encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "little")))
