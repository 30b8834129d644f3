"""Count arrivals and open cases one by one, with the datetime module alone."""

from __future__ import annotations

import datetime as dt
from collections import Counter

Row = tuple[str, dt.datetime, dt.datetime | None, bool]


def arrivals(
    rows: list[Row], start: dt.datetime, minutes: int, periods: int
) -> dict[tuple[str, int], int]:
    """Arrivals by queue and interval number."""
    found: Counter[tuple[str, int]] = Counter()
    for queue, arrived, _, _ in rows:
        number = int((arrived - start).total_seconds() // (60 * minutes))
        if 0 <= number < periods:
            found[queue, number] += 1
    return dict(found)


def waiting(rows: list[Row], moment: dt.datetime) -> list[tuple[str, float]]:
    """Queue and age in hours of each case that waits for a person."""
    return sorted(
        (queue, (moment - arrived).total_seconds() / 3600)
        for queue, arrived, closed, automated in rows
        if arrived < moment and not automated and (closed is None or closed > moment)
    )
