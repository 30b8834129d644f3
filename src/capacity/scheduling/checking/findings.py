"""A breach as one row of the report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import pandas as pd

from capacity.scheduling.checking.duties import Duty

COLUMNS = ("rule", "person", "date", "start", "measured", "limit", "detail")
TOLERANCE_HOURS = 1e-6


@dataclass(frozen=True, kw_only=True)
class Breach:
    """One rule that one person's roster breaks; `start` is nanoseconds (UTC) or None."""

    rule: str
    person: str
    measured: float
    limit: float
    detail: str
    date: object = None
    start: int | None = None


def duty_breach(  # noqa: PLR0917 - the columns of a breach, in their order
    rule: str, duty: Duty, measured: float, limit: float, detail: str, start: int | None = None
) -> Breach:
    """A breach of one duty, dated by it; `start` is that of the duty unless given."""
    return Breach(
        rule=rule,
        person=duty.person.id,
        date=duty.day,
        start=duty.start if start is None else start,
        measured=measured,
        limit=limit,
        detail=detail,
    )


def exceeds(measured: float, limit: float) -> bool:
    """Whether a measure is above its limit; what is not a number always is."""
    return not measured <= limit + TOLERANCE_HOURS


def breach_frame(breaches: Iterable[Breach]) -> pd.DataFrame:
    """The breaches as a table in a fixed order."""
    rows = [asdict(breach) for breach in breaches]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["start"] = pd.to_datetime(frame["start"], utc=True, unit="ns")
    return frame.astype({"measured": float, "limit": float})
