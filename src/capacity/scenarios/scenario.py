"""A scenario: a name and the changes that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import pandas as pd

from capacity.domain.operation import Operation
from capacity.errors import CapacityError, DataError
from capacity.scenarios.changes.arrivals import Outage, Volume

AS_IS = "as is"
Change = Callable[[Operation], Operation]


@dataclass(frozen=True, init=False)
class Scenario:
    """A named list of changes, applied in their order.

    A change is any function Operation -> Operation; those in `capacity.change` say in words
    what they do.

    Examples
    --------
    >>> from capacity.scenarios import changes
    >>> print(Scenario("3 h cap", changes.ExposureCap(hours_per_day=3)))
    3 h cap: exposure cap of all pools: hours_per_day 3
    """

    name: str
    changes: tuple[Change, ...]

    def __init__(self, name: str, *changes: Change) -> None:
        if not name.strip():
            raise DataError("a scenario needs a name.")
        wrong = [change for change in changes if not callable(change)]
        if wrong:
            raise DataError(
                f"scenario {name}: {wrong[0]!r} is no change. Fix: use capacity.change.Volume(...) and the like."
            )
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "changes", tuple(changes))

    def applied_to(self, operation: Operation, *, as_of: pd.Timestamp | None = None) -> Operation:
        """The operation after all changes; dated changes act no earlier than `as_of`."""
        try:
            for change in self.changes:
                if as_of is not None and isinstance(change, Volume | Outage):
                    operation = change.known_at(as_of)(operation)
                else:
                    operation = change(operation)
        except CapacityError as error:
            raise DataError(f"scenario {self.name}: {error}") from error
        if not isinstance(operation, Operation):
            raise DataError(
                f"scenario {self.name}: a change returned {type(operation).__name__}, not an Operation."
            )
        return operation

    def __str__(self) -> str:
        words = [words_of(change) for change in self.changes]
        return f"{self.name}: {'; '.join(words) or 'nothing changes'}"


def words_of(change: Change) -> str:
    """What a change says of itself; a plain function says its name."""
    named = getattr(change, "__name__", "")
    return named or str(change)


def combinations(*choices: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """Every combination of one scenario out of each list: a grid.

    Examples
    --------
    >>> from capacity.scenarios.changes import HandlingTime, Volume
    >>> volumes = [Scenario("more", Volume(by=0.2)), Scenario("less", Volume(by=-0.2))]
    >>> times = [Scenario("slow", HandlingTime(by=0.1))]
    >>> [scenario.name for scenario in combinations(volumes, times)]
    ['more + slow', 'less + slow']
    """
    return tuple(
        Scenario(
            " + ".join(item.name for item in picked),
            *(change for item in picked for change in item.changes),
        )
        for picked in product(*choices)
    )


def check_names(scenarios: Iterable[Scenario]) -> None:
    """Refuse a name that stands twice, or that takes the place of "as is"."""
    names = [scenario.name for scenario in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(
            f"scenario {twice[0]!r} is listed twice. Fix: give every scenario its own name."
        )
    if AS_IS in names:
        raise DataError(f"scenario {AS_IS!r} is always implied. Fix: leave it out or rename it.")
