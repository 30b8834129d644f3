"""Pick queues and pools by name, and put changed ones back in their place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from capacity.domain.operation import Operation
from capacity.domain.pool import Pool
from capacity.domain.queue import Queue
from capacity.errors import DataError


def change_queues(
    operation: Operation, name: str | None, change: Callable[[Queue], Queue]
) -> Operation:
    """The operation with one queue changed, or all of them if `name` is None."""
    if name is not None:
        operation.queue(name)
    queues = tuple(
        change(queue) if name in (None, queue.name) else queue for queue in operation.queues
    )
    return replace(operation, queues=queues)


def change_pools(
    operation: Operation, name: str | None, change: Callable[[Pool], Pool]
) -> Operation:
    """The operation with one pool changed, or all of them if `name` is None."""
    if name is not None:
        operation.pool(name)
    pools = tuple(change(pool) if name in (None, pool.name) else pool for pool in operation.pools)
    return replace(operation, pools=pools)


def as_date(value: date | str | None, where: str) -> date | None:
    """A date from a date or ISO text.

    Examples
    --------
    >>> as_date("2026-03-01", "start")
    datetime.date(2026, 3, 1)
    """
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise DataError(f"{where}: {value!r} is not an ISO date. Fix: write 2026-03-01.") from None


def exactly_one(where: str, **values: object) -> None:
    """Refuse none or several of alternatives."""
    given = [name for name, value in values.items() if value is not None]
    if len(given) != 1:
        names = " or ".join(values)
        state = "none was" if not given else f"{' and '.join(given)} were"
        raise DataError(f"{where}: give exactly one of {names}; {state} given.")


def whom(name: str | None, many: str) -> str:
    """How a sentence calls one named thing, or all."""
    return f"all {many}" if name is None else name


def signed_percent(by: float) -> str:
    """A relative change in words.

    Examples
    --------
    >>> signed_percent(0.3), signed_percent(-0.05)
    ('+30 %', '-5 %')
    """
    return f"{100 * by:+g} %"
