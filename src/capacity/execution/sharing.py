"""One value that many items share: each worker keeps the first copy that it receives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")
_KEPT: dict[str, Any] = {}


@dataclass(frozen=True, eq=False)
class Shared(Generic[Value]):
    """A value that travels with every item, of which a worker uses one copy for all items.

    What the value caches inside itself then serves all items of that worker. Equal keys must
    mean equal values; a worker keeps the last key only.

    Examples
    --------
    >>> import copy
    >>> box = Shared([1, 2], key="a")
    >>> copy.copy(box).value is copy.copy(box).value
    True
    """

    value: Value
    key: str

    def __reduce__(self) -> tuple[Callable[[Value, str], Shared[Value]], tuple[Value, str]]:
        return _kept, (self.value, self.key)


def _kept(value: Value, key: str) -> Shared[Value]:
    if key not in _KEPT:
        _KEPT.clear()
        _KEPT[key] = Shared(value, key)
    found: Shared[Value] = _KEPT[key]
    return found
