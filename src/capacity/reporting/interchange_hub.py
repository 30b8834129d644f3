"""The hub of interchange: one tidy table of intervals that every format is written from and read to."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from capacity.domain.faults import FaultList, nearest
from capacity.errors import DataError
from capacity.intake.atomic import write_atomically

INTERVAL_COLUMNS = ("queue", "start", "minutes", "volume", "aht_seconds", "handled")


def check_intervals(table: pd.DataFrame, *, where: str) -> pd.DataFrame:
    """The table with INTERVAL_COLUMNS in order, sorted by queue and start; all faults in one error.

    `queue` (text), `start` (UTC instants), `minutes` (length of the interval), `volume` (cases
    offered), `aht_seconds` (mean handling, blank = unknown), `handled` (cases done; may lack).
    """
    faults = FaultList(title=f"{where} was refused")
    lacking = [name for name in INTERVAL_COLUMNS[:-1] if name not in table]
    for name in lacking:
        faults.add(
            where, f"lacks the column {name!r}", f"found: {', '.join(map(str, table.columns))}"
        )
    for name in table.columns:
        if name not in INTERVAL_COLUMNS:
            faults.add(
                where, f"has the unknown column {name!r}", nearest(str(name), INTERVAL_COLUMNS)
            )
    faults.raise_any()
    if table.empty:
        raise DataError(f"{where} has no rows.")
    frame = table.assign(handled=table.get("handled", np.nan))
    frame = frame[list(INTERVAL_COLUMNS)].astype({"queue": object})
    if getattr(frame["start"].dtype, "tz", None) is None:
        faults.add(
            f"{where}, column start", "has no time zone", 'localise it: start.dt.tz_localize("UTC")'
        )
        faults.raise_any()
    frame["start"] = frame["start"].dt.tz_convert("UTC").astype("datetime64[ns, UTC]")
    for name in ("volume", "aht_seconds", "handled"):
        values = frame[name].astype(float)
        bad = frame.index[(values < 0) | np.isinf(values)]
        if len(bad):
            faults.add(
                f"{where}, column {name}",
                "is negative or infinite",
                "give numbers >= 0",
                count=len(bad),
                first=list(bad),
            )
        frame[name] = values
    twice = frame.index[frame.duplicated(["queue", "start"])]
    if len(twice):
        faults.add(
            where,
            "has a queue and start twice",
            "keep one row",
            count=len(twice),
            first=list(twice),
        )
    if len(set(frame["minutes"])) != 1:
        faults.add(
            where,
            f"mixes interval lengths {sorted(set(frame['minutes']))}",
            "write one file for each length",
        )
    faults.raise_any()
    return frame.sort_values(["queue", "start"], kind="stable").reset_index(drop=True)


def need_whole(table: pd.DataFrame, columns: Sequence[str], faults: FaultList, where: str) -> None:
    """Record columns that hold parts of a case: the target wants whole numbers."""
    for name in columns:
        values = table[name].dropna()
        bad = values.index[values != np.round(values)]
        if len(bad):
            faults.add(
                f"{where}, column {name}",
                "holds fractions",
                "round it first: whole_volumes(table)",
                count=len(bad),
                first=list(values[bad]),
            )


def whole_volumes(table: pd.DataFrame) -> pd.DataFrame:
    """Whole volumes whose running total never strays more than half a case; whole seconds of AHT.

    Examples
    --------
    >>> start = pd.date_range("2026-01-05", periods=4, freq="15min", tz="UTC")
    >>> table = pd.DataFrame({"queue": "a", "start": start, "minutes": 15, "volume": 0.4, "aht_seconds": 90.4})
    >>> whole_volumes(table).volume.tolist()
    [0.0, 1.0, 0.0, 1.0]
    """
    frame = check_intervals(table, where="the intervals")
    for name in ("volume", "handled"):
        running = frame.groupby("queue")[name].cumsum()
        steps = np.floor(running + 0.5).groupby(frame["queue"]).diff()
        frame[name] = steps.fillna(np.floor(running + 0.5))
    frame["aht_seconds"] = np.floor(frame["aht_seconds"] + 0.5)
    return frame


def spread_intervals(table: pd.DataFrame, *, minutes: int) -> pd.DataFrame:
    """Divide each interval into equal shorter ones; whole volumes stay whole and keep their total.

    Nothing is known inside an interval: equal parts are a choice, so this is never done silently.
    """
    frame = check_intervals(table, where="the intervals")
    parts, rest = divmod(int(frame["minutes"].iloc[0]), minutes)
    if rest or parts < 1:
        raise DataError(
            f"intervals of {frame['minutes'].iloc[0]} minutes cannot be divided into {minutes}."
        )
    whole = bool((frame["volume"] == np.round(frame["volume"])).all())
    long = frame.loc[frame.index.repeat(parts)].reset_index(drop=True)
    piece = np.tile(np.arange(parts), len(frame))
    long["start"] += pd.to_timedelta(piece * minutes, unit="min")
    for name in ("volume", "handled"):
        share = long[name] / parts
        long[name] = (
            np.floor(share) + (piece < np.round(long[name] - parts * np.floor(share)))
            if whole
            else share
        )
        long[name] = long[name].where(share.notna())
    return long.assign(minutes=minutes)


def write_rows(path: Path | str, rows: Sequence[Sequence[str]]) -> Path:
    """Rows of text as RFC 4180 CSV, UTF-8, written atomically."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return write_atomically(path, buffer.getvalue().encode("utf-8"))


def read_rows(path: Path | str, header: Sequence[str] | None, *, width: int) -> list[list[str]]:
    """Rows below the header, each `width` wide; another header or width is one clear error."""
    source = Path(path)
    try:
        text = source.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{source.name}: is not UTF-8. Fix: save it as UTF-8.") from error
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    if header is not None:
        found = [name.strip() for name in rows[0]] if rows else []
        if found != list(header):
            raise DataError(
                f"{source.name}: the header must be {','.join(header)}, found {','.join(found)}."
            )
        rows = rows[1:]
    bad = [i for i, row in enumerate(rows, 2 if header else 1) if len(row) != width]
    if bad or not rows:
        what = (
            f"{len(bad)} rows are not {width} fields wide, first: row {bad[0]}"
            if bad
            else "has no rows"
        )
        raise DataError(f"{source.name}: {what}.")
    return rows


def number(text: str, where: str, *, blank: bool = False) -> float:
    """A plain number; blank is nan where that is allowed."""
    if blank and not text.strip():
        return float("nan")
    try:
        value = float(text) if text.isascii() and "_" not in text else float("nan")
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise DataError(f"{where}: {text!r} is not a number. Fix: write plain digits.")
    return value


def plain(value: float) -> str:
    """Whole numbers without a point, nan as blank.

    Examples
    --------
    >>> plain(3.0), plain(2.5), plain(float("nan"))
    ('3', '2.5', '')
    """
    if np.isnan(value):
        return ""
    return str(int(value)) if value == int(value) else repr(float(value))
