"""Collect every fault of an input, then raise one error that lists them all."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from capacity.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One broken rule: where, what, how many, the first offenders and the fix."""

    where: str
    what: str
    fix: str
    count: int = 1
    first: tuple[str, ...] = ()

    def __str__(self) -> str:
        rows = f" ({self.count} rows; first: {', '.join(self.first)})" if self.first else ""
        return f"{self.where}: {self.what}{rows}. Fix: {self.fix}"


@dataclass(kw_only=True)
class FaultList:
    """A growing list of faults; `raise_any` turns it into one `DataError`."""

    title: str
    faults: list[Fault] = field(default_factory=list)

    def add(
        self, where: str, what: str, fix: str, *, count: int = 1, first: Sequence[object] = ()
    ) -> None:
        """Record one fault; at most five offenders are kept."""
        labels = tuple(str(item) for item in first[:5])
        self.faults.append(Fault(where=where, what=what, fix=fix, count=count, first=labels))

    def raise_any(self) -> None:
        """Raise `DataError` with all faults in one message, or do nothing."""
        if self.faults:
            error = DataError(fault_message(self.title, self.faults))
            error.faults = tuple(self.faults)
            raise error


def fault_message(title: str, faults: Iterable[Fault]) -> str:
    """All faults as one text, numbered when there are several.

    Examples
    --------
    >>> fault = Fault(where="cases.csv, column queue", what="is missing", fix="add it")
    >>> fault_message("The case log was refused", [fault])
    'The case log was refused: cases.csv, column queue: is missing. Fix: add it'
    """
    lines = [str(fault) for fault in faults]
    if len(lines) == 1:
        return f"{title}: {lines[0]}"
    return "\n".join(
        [f"{title}, {len(lines)} faults:"] + [f"  {i}. {line}" for i, line in enumerate(lines, 1)]
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence that offers the nearest known name and lists what is known.

    Examples
    --------
    >>> nearest("hash_mach", ["hash_match", "appeal"])
    "did you mean 'hash_match'? Known: appeal, hash_match"
    """
    names = sorted(known)
    listed = ", ".join(names) if names else "none"
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}? Known: {listed}" if close else f"known: {listed}"


def require_share(value: float, name: str, *, low: float = 0.0, below_one: bool = True) -> None:
    """Refuse a fraction outside [low, 1) or [low, 1], with the percent slip named.

    Examples
    --------
    >>> require_share(0.3, "shrinkage")
    """
    top = value < 1 if below_one else value <= 1
    if not (low <= value and top):
        bracket = ")" if below_one else "]"
        hint = f" Did you mean {value / 100:g}?" if 1 < value <= 100 else ""
        raise DataError(f"{name} must be a fraction in [{low:g}, 1{bracket}, got {value!r}.{hint}")


def require_positive(value: float, name: str) -> None:
    """Refuse zero, negative and non-finite numbers.

    Examples
    --------
    >>> require_positive(1.5, "mean_minutes")
    """
    if not 0 < value < float("inf"):
        raise DataError(f"{name} must be a positive finite number, got {value!r}.")


def require_member(value: object, kind: type[Enum], name: str) -> None:
    """Refuse what is no member of an Enum; the value of one as text is none either.

    Text would compare unequal to every member, so that "full" or "statute" were silently ignored.

    Examples
    --------
    >>> from capacity.domain.target import MeasuredAt
    >>> require_member(MeasuredAt.STARTED, MeasuredAt, "measured_at")
    """
    if isinstance(value, kind):
        return
    meant = [item for item in kind if str(value).lower() in (str(item.value), item.name.lower())]
    fix = " or ".join(str(item) for item in meant or kind)
    raise DataError(f"{name} must be a member of {kind.__name__}, got {value!r}. Fix: {fix}.")
