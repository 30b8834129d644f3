"""The plain interchange file: the hub table as CSV, UTC instants, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from capacity.errors import DataError
from capacity.reporting.finance_text import escape_text, restore_text
from capacity.reporting.interchange_hub import (
    INTERVAL_COLUMNS,
    check_intervals,
    number,
    plain,
    read_rows,
    write_rows,
)


def write_intervals(table: pd.DataFrame, path: Path | str) -> Path:
    """Write intervals (INTERVAL_COLUMNS) as CSV; `read_intervals` gives the same table back."""
    frame = check_intervals(table, where="the intervals")
    rows = [
        (
            escape_text(r["queue"]),
            f"{r['start'].isoformat()}",
            str(int(r["minutes"])),
            *(plain(r[name]) for name in INTERVAL_COLUMNS[3:]),
        )
        for r in frame.to_dict("records")
    ]
    return write_rows(path, [INTERVAL_COLUMNS, *rows])


def read_intervals(path: Path | str) -> pd.DataFrame:
    """Read what `write_intervals` wrote."""
    rows = []
    for i, row in enumerate(read_rows(path, INTERVAL_COLUMNS, width=len(INTERVAL_COLUMNS)), 2):
        where = f"{Path(path).name}, row {i}"
        try:
            start = pd.Timestamp(row[1])
        except ValueError as error:
            raise DataError(f"{where}: {row[1]!r} is no ISO instant.") from error
        if start.tzinfo is None:
            raise DataError(
                f"{where}: {row[1]!r} has no offset. Fix: write 2026-01-05T00:00:00+00:00."
            )
        numbers = [number(text, where, blank=True) for text in row[3:]]
        rows.append(
            (restore_text(row[0]), start.tz_convert("UTC"), int(number(row[2], where)), *numbers)
        )
    return check_intervals(
        pd.DataFrame(rows, columns=list(INTERVAL_COLUMNS)), where=Path(path).name
    )
