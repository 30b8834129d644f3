"""Read a case history: a log, counts by interval, or both, checked and reconciled."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd

from capacity.domain.faults import FaultList, require_member
from capacity.domain.operation import Operation
from capacity.errors import DataError, MissingExtraError
from capacity.intake.case_tables import Rejects
from capacity.intake.cases import Cases
from capacity.intake.files import local_path, read_text
from capacity.intake.header import check_header, table_kind, tidy_name
from capacity.intake.history import check_counts, check_log, join_history
from capacity.intake.keys import merge_near, near_duplicates
from capacity.intake.policy import DateStyle, Duplicate, Gap, OnBad, RepeatedHour, TextFormat
from capacity.intake.text_table import parse_text
from capacity.intake.typed_table import TypedTable, type_table

Source: TypeAlias = str | PathLike[str] | pd.DataFrame
NEAR_COLUMNS = ("queue", "market", "language", "severity", "channel", "outcome")


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One table after every check: its good rows, the raw bad rows, and what to tell.

    `holes` are the bad rows as far as they could be typed: they leave known gaps.
    """

    kind: str
    frame: pd.DataFrame
    holes: pd.DataFrame
    bad: pd.DataFrame
    read: int
    daily: bool
    notes: tuple[str, ...]


def read_cases(
    source: Source,
    *,
    history: Source | None = None,
    on_bad: OnBad = OnBad.RAISE,
    gaps: Gap = Gap.RAISE,
    on_duplicate: Duplicate = Duplicate.RAISE,
    merge_labels: bool = False,
    interval_minutes: int = 60,
    sep: str = ",",
    decimal: str = ".",
    thousands: str | None = None,
    encoding: str = "utf-8",
    dates: DateStyle = DateStyle.ISO,
    tz: str | None = None,
    repeated_hour: RepeatedHour = RepeatedHour.RAISE,
) -> Cases:
    """Read a case log or counts by interval, and check every row against the data dictionary.

    Parameters
    ----------
    source
        A CSV file (plain or gzip), a Parquet file (extra `parquet`), or a frame. A column
        `arrived_at` makes it a log (one row a case), a column `count` counts by interval.
    history
        Older counts by interval. Where the log and they overlap they must agree exactly.
    on_bad
        RAISE lists every fault in one error. SET_ASIDE keeps the good rows and returns the
        others in `Cases.rejects`. A fault of the whole file (header, encoding, a cut file, most
        rows unreadable) always raises.
    gaps
        What an interval without a row means in counts: RAISE (default), MISSING or ZERO.
    on_duplicate
        What two counts of one queue and interval mean: RAISE (default), SUM or LAST.
    merge_labels
        Merge labels that differ only by case, blanks or punctuation into the most frequent
        spelling; otherwise they are kept apart and noted.
    interval_minutes
        The grid on which a log alone is counted; counts have their own.
    sep, decimal, thousands, encoding, dates, tz, repeated_hour
        How text files are written; nothing is guessed. `tz` is the zone of times without an offset.

    Raises
    ------
    DataError
        One error that lists all faults with their rows and the fix.
    MissingExtraError
        Parquet without the extra.

    Examples
    --------
    >>> cases = read_cases("data/samples/child_safety/counts.csv.gz")
    >>> cases.minutes, len(cases.queues)
    (60, 9)
    """
    style = TextFormat(
        sep=sep,
        decimal=decimal,
        thousands=thousands,
        encoding=encoding,
        dates=dates,
        tz=tz,
        repeated_hour=repeated_hour,
    )
    require_member(on_bad, OnBad, "on_bad")
    require_member(on_duplicate, Duplicate, "on_duplicate")
    require_member(gaps, Gap, "gaps")
    tables = [_read_table(source, "cases", style, on_bad, merge_labels=merge_labels)]
    if history is not None:
        tables.append(_read_table(history, "history", style, on_bad, merge_labels=merge_labels))
        if tables[1].kind != "counts":
            raise DataError(
                "history must hold counts by interval (queue, start, count). Fix: give the log as the first argument."
            )
    rejects = Rejects(
        frame=pd.concat([table.bad for table in tables], ignore_index=True),
        rows_read=sum(table.read for table in tables),
        rows_kept=sum(len(table.frame) for table in tables),
    )
    log, counts = _of(tables, "cases"), _of(tables, "counts")
    notes = tuple(note for table in tables for note in table.notes)
    return join_history(
        check_log(log.frame) if log else None,
        check_counts(
            counts.frame,
            counts.holes,
            gaps,
            on_duplicate,
            daily=counts.daily,
            minutes=interval_minutes,
        )
        if counts
        else None,
        holes=log.holes if log else None,
        rejects=rejects,
        gaps=gaps,
        minutes=interval_minutes,
        notes=notes,
    )


def read_data(operation: Operation, *, gaps: Gap = Gap.RAISE) -> Cases:
    """Read the files that the `[data]` table of an operation names.

    Examples
    --------
    >>> from capacity.intake.operations import read_operation
    >>> read_data(read_operation("data/samples/dsa/operation.toml")).minutes
    1440
    """
    files = operation.data
    source = files.cases or files.history
    if source is None:
        raise DataError(
            f'operation {operation.name} names no case files. Fix: add [data] cases = "cases.csv.gz".'
        )
    history = files.history if files.cases else None
    return read_cases(source, history=history, on_bad=OnBad(files.on_bad), gaps=gaps)


def _of(tables: list[Checked], kind: str) -> Checked | None:
    found = [table for table in tables if table.kind == kind]
    if len(found) > 1:
        raise DataError("cases and history both hold counts. Fix: join them into one file.")
    return found[0] if found else None


def _read_table(
    source: Source, label: str, style: TextFormat, on_bad: OnBad, *, merge_labels: bool
) -> Checked:
    where, raw, notes = _raw_table(source, label, style)
    kind = table_kind([str(name) for name in raw.columns])
    faults = FaultList(
        title=f"The {'case log' if kind == 'cases' else 'counts'} {where} was refused"
    )
    check_header([str(name) for name in raw.columns], kind, where, faults)
    faults.raise_any()
    if not len(raw):
        raise DataError(f"{where}: has no rows. Fix: give a table with rows.")
    raw = raw.reset_index(drop=True)
    typed = type_table(raw, kind, style)
    bad = typed.broken.rows
    if on_bad is OnBad.RAISE or 2 * bad.sum() > len(raw):
        typed.broken.into(faults, where)
        if on_bad is OnBad.SET_ASIDE:
            faults.title += " as a whole: most of its rows break a rule"
        faults.raise_any()
    frame, more = _tidy_labels(typed, bad, merge_labels=merge_labels)
    return Checked(
        kind=kind,
        frame=frame,
        holes=typed.frame[bad],
        bad=typed.broken.frame(raw, label),
        read=len(raw),
        daily=typed.daily,
        notes=tuple(f"{where}: {note}" for note in (*notes, *more)),
    )


def _raw_table(
    source: Source, label: str, style: TextFormat
) -> tuple[str, pd.DataFrame, list[str]]:
    """A name for messages, the cells as read, and notes on the file."""
    if isinstance(source, pd.DataFrame):
        return label, source.rename(columns=tidy_name), []
    path = local_path(source)
    name = Path(path).name
    if path.lower().endswith((".parquet", ".pq")):
        return name, _read_parquet(path).rename(columns=tidy_name), []
    text = read_text(path, style.encoding)
    notes = [] if text.endswith("\n") else ["the last line has no end: is the file complete?"]
    return name, parse_text(text, name, style), notes


def _read_parquet(path: str) -> pd.DataFrame:
    try:
        import pyarrow  # noqa: F401, ICN001, PLC0415 - only this reader needs the extra
    except ImportError:
        raise MissingExtraError(
            "Parquet needs pyarrow: pip install 'reviewer-capacity[parquet]'"
        ) from None
    try:
        return pd.read_parquet(path, engine="pyarrow")
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path}: cannot be read as Parquet ({error}). Fix: check the file."
        ) from None


def _tidy_labels(
    typed: TypedTable, bad: np.ndarray, *, merge_labels: bool
) -> tuple[pd.DataFrame, list[str]]:
    """Good rows; labels that look alike are noted, or merged when asked."""
    frame = typed.frame[~bad].reset_index(drop=True)
    notes = []
    for name in [item for item in NEAR_COLUMNS if item in frame]:
        groups = near_duplicates([str(item) for item in frame[name].unique()])
        for group in groups:
            rows = int(frame[name].isin(group).sum())
            verb = (
                "were merged" if merge_labels else "are kept apart (merge_labels=True merges them)"
            )
            notes.append(
                f"near-duplicate labels of {name} {', '.join(map(repr, group))} ({rows} rows) {verb}"
            )
        if groups and merge_labels:
            frame[name] = merge_near(frame[name])
    return frame, notes
