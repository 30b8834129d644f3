"""One value that many items share: packed once, and unpacked once in each worker."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class Shared(Generic[Value]):
    """A value that travels with every item but is rebuilt only once in a worker.

    What the value caches inside itself then serves all items of that worker. Packing is between
    processes of one run; nothing is written.

    Examples
    --------
    >>> box = Shared([1, 2])
    >>> one, two = (pickle.loads(pickle.dumps(box)) for _ in range(2))
    >>> one.value, one.value is two.value
    ([1, 2], True)
    """

    value: Value

    @cached_property
    def _packed(self) -> bytes:
        return pickle.dumps(self.value, protocol=pickle.HIGHEST_PROTOCOL)

    def __reduce__(self) -> tuple[Callable[[bytes], Any], tuple[bytes]]:
        return _unpack, (self._packed,)


@lru_cache(maxsize=1)
def _unpack(packed: bytes) -> Shared[Any]:
    return Shared(pickle.loads(packed))  # noqa: S301 -- packed by this very run
