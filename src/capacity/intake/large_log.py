"""Count a case log that does not fit into memory, without loading it."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from capacity.domain.grid import INTERVAL_MINUTES, as_utc
from capacity.errors import DataError, MissingExtraError
from capacity.intake.counting import CELLS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

READERS = {
    ".parquet": "read_parquet({})",
    ".csv": "read_csv({}, header = true, all_varchar = true)",
    ".gz": "read_csv({}, header = true, all_varchar = true)",
}
# A text without an offset could be any zone, so it is refused rather than guessed.
OFFSET = r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"
RULES = {
    "queue is empty": "queue IS NULL OR trim(queue) = ''",
    "arrived_at is no instant with an offset": "instant IS NULL",
    "weight is no number above 0": "coalesce(try_cast(weight AS DOUBLE), 0) <= 0",
    "automated is not 0 or 1": "coalesce(try_cast(automated AS DOUBLE), -1) NOT IN (0, 1)",
}


def count_log(
    source: str | PathLike[str],
    *,
    interval_minutes: int = 60,
    by: tuple[str, ...] = (),
    before: pd.Timestamp | str | None = None,
) -> pd.DataFrame:
    """Arrivals by queue and interval of a case log of any size, for `read_cases(history=...)`.

    The log is aggregated on disk (extra `duckdb`); only the counts come into memory. Read the last
    weeks as a log, so that open cases keep their ages, and everything before them with this.

    Parameters
    ----------
    source
        One CSV file (UTF-8, plain or gzip) or Parquet file, or a pattern such as
        `logs/2025-*.parquet`, with the columns `queue` and `arrived_at`; `weight` and `automated`
        count if they are there.
    interval_minutes
        5, 10, 15, 30 or 60.
    by
        Cells below the queue, of `market`, `language`, `severity`.
    before
        Only arrivals before this instant (an edge of the grid).

    Returns
    -------
    DataFrame
        One row for each cell and interval from the first arrival to the last one (or `before`):
        queue, the columns of `by`, start (UTC), count, and automated where the log has it. A log
        is complete, so an interval without a case is a zero.

    Raises
    ------
    DataError
        Rows without a queue, or an arrival that is no instant with an offset: how many and which.
    MissingExtraError
        duckdb is not installed.
    """
    if interval_minutes not in INTERVAL_MINUTES:
        raise DataError(
            f"interval_minutes is {interval_minutes}. Fix: use one of {', '.join(map(str, INTERVAL_MINUTES))}."
        )
    reader = READERS.get(Path(source).suffix.lower())
    if reader is None:
        raise DataError(
            f"{source}: unknown kind of file. Fix: end the name in .csv, .csv.gz or .parquet."
        )
    with _connect(reader, source) as base:
        columns = _columns(base, source, by)
        _refuse_bad_rows(base, source, columns)
        return _counts(base, columns, by, interval_minutes, before)


def _connect(reader: str, source: str | PathLike[str]) -> DuckDBPyConnection:
    """A base in memory with the view `raw_log`; nothing is loaded yet."""
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError(
            'counting a large log needs duckdb. Fix: pip install "reviewer-capacity[duckdb]"'
        ) from None
    base = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    name = "'" + str(source).replace("'", "''") + "'"
    try:
        base.execute(f"CREATE TEMP VIEW raw_log AS SELECT * FROM {reader.format(name)}")  # noqa: S608 - quoted
    except duckdb.Error as error:
        base.close()
        raise DataError(
            f"{source}: {error}. Fix: check the path and that the file is whole."
        ) from None
    return base


def _columns(
    base: DuckDBPyConnection, source: str | PathLike[str], by: tuple[str, ...]
) -> set[str]:
    names = {str(row[0]) for row in base.execute("DESCRIBE raw_log").fetchall()}
    unknown = [name for name in by if name not in CELLS]
    missing = [name for name in ("queue", "arrived_at", *by) if name not in names]
    if unknown or missing:
        raise DataError(
            f"{source}: "
            + "; ".join(
                [f"cannot count by {name!r}" for name in unknown]
                + [f"column {name!r} is missing" for name in missing]
            )
            + f". Fix: the log has {', '.join(sorted(names))}; by takes {', '.join(CELLS)}."
        )
    return names


def _refuse_bad_rows(
    base: DuckDBPyConnection, source: str | PathLike[str], columns: set[str]
) -> None:
    """Type the rows; every fault is counted and its first rows are named."""
    kind = base.execute("SELECT typeof(arrived_at) FROM raw_log LIMIT 1").fetchone()
    if kind is None:
        raise DataError(f"{source}: no rows. Fix: give a log with at least one case.")
    offset = f"regexp_matches(trim(arrived_at), '{OFFSET}')" if kind[0] == "VARCHAR" else "true"
    if kind[0] in ("TIMESTAMP", "DATE"):
        raise DataError(
            f"{source}: arrived_at has no zone. Fix: write instants with an offset, such as 2026-01-31T08:00:00Z."
        )
    base.execute(
        f"""CREATE TEMP VIEW log AS SELECT *, CASE WHEN {offset}
        THEN epoch_us(try_cast(arrived_at AS TIMESTAMPTZ)) END AS instant,
        row_number() OVER () AS line FROM raw_log"""  # noqa: S608 - no outside text
    )
    faults = []
    for rule, test in RULES.items():
        if rule.split()[0] not in columns:
            continue
        count, first = base.execute(
            f"SELECT count(*), list(line)[:3] FROM log WHERE {test}"  # noqa: S608 - as above
        ).fetchall()[0]
        if count:
            faults.append(f"{rule} in {count:,} rows (first rows: {', '.join(map(str, first))})")
    if faults:
        raise DataError(
            f"{source}: {'; '.join(faults)}. Fix: mend the rows; instants are written 2026-01-31T08:00:00Z."
        )


def _counts(
    base: DuckDBPyConnection,
    columns: set[str],
    by: tuple[str, ...],
    minutes: int,
    before: pd.Timestamp | str | None,
) -> pd.DataFrame:
    size = minutes * 60_000_000
    limit = _edge(before, size)
    weight = "try_cast(weight AS DOUBLE)" if "weight" in columns else "1.0"
    sums = {"count": f"sum({weight})"}
    if "automated" in columns:
        sums["automated"] = f"sum({weight} * try_cast(automated AS DOUBLE))"
    keys = ", ".join(["queue", *by])
    frame = base.execute(
        f"""SELECT {keys}, instant // {size} AS slot,
        {", ".join(f"{text} AS {name}" for name, text in sums.items())}
        FROM log {"WHERE instant < ?" if limit is not None else ""} GROUP BY ALL ORDER BY ALL""",  # noqa: S608 - as above
        [limit] if limit is not None else [],
    ).df()
    if frame.empty:
        raise DataError(f"no case arrived before {before}. Fix: name a later instant.")
    return _with_zeros(frame, ["queue", *by], size, limit)


def _edge(before: pd.Timestamp | str | None, size: int) -> int | None:
    if before is None:
        return None
    limit = (as_utc(before, "before") - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(microseconds=1)
    if limit % size:
        raise DataError(f"before {before} is not an edge of the grid. Fix: use a full interval.")
    return int(limit)


def _with_zeros(frame: pd.DataFrame, keys: list[str], size: int, limit: int | None) -> pd.DataFrame:
    """Every cell has every interval: a log is complete, so no case is a zero."""
    end = limit // size if limit is not None else int(frame["slot"].max()) + 1
    slots = np.arange(int(frame["slot"].min()), end)
    cells = frame[keys].drop_duplicates()
    full = cells.merge(pd.DataFrame({"slot": slots}), how="cross")
    full = full.merge(frame, on=[*keys, "slot"], how="left")
    values: list[Any] = [name for name in ("count", "automated") if name in frame]
    full[values] = full[values].fillna(0.0)
    start = pd.to_datetime(full["slot"] * size, unit="us", utc=True)
    return full.assign(start=start)[[*keys, "start", *values]]
