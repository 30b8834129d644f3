"""Amazon Connect: history and override files for its forecasts, and the inputs of its capacity plans.

Headers and limits: Amazon Connect administrator guide, pages import-data-for-forecasting,
override-forecast, data-requirements-for-forecasting, upload-estimated-future-shrinkage.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

import pandas as pd

from capacity.domain.faults import FaultList
from capacity.domain.hiring import MonthlyAvailability
from capacity.errors import DataError
from capacity.reporting.interchange_hub import (
    check_intervals,
    need_whole,
    number,
    plain,
    read_rows,
    write_rows,
)

HISTORY = (
    "QueueName", "QueueId", "ChannelType", "TimeStamp", "IntervalDuration", "IncomingContactVolume",
    "AverageHandleTime", "ContactsHandled",
)  # fmt: skip
OVERRIDE = HISTORY[:-1]
SHRINKAGE = (
    "FORECAST_GROUP",
    "Date",
    "AVAILABLE_FTE",
    "IN_OFFICE_SHRINKAGE",
    "OUT_OFFICE_SHRINKAGE",
)
GRAINS = {15: "15mins", 30: "30mins", 1440: "daily"}
MONTHLY_CONTACTS, NEEDED_MONTHS = 1_000, 6


class Channel(Enum):
    """Kind of contact."""

    CHAT = "CHAT"
    VOICE = "VOICE"


def write_connect_history(
    table: pd.DataFrame,
    path: Path | str,
    *,
    queue_ids: Mapping[str, str],
    channel: Channel = Channel.CHAT,
    check_volume: bool = True,
) -> Path:
    """Write history for Amazon Connect's forecast; refuses what it would refuse.

    Parameters
    ----------
    table : intervals (INTERVAL_COLUMNS) of 15, 30 or 1440 minutes with whole numbers.
    queue_ids : the id of every queue in Amazon Connect.
    check_volume : False skips the rule of 1,000 contacts a month over six months.
    """
    frame = _checked(table, queue_ids, "the history", need_handled=True)
    if check_volume:
        _check_volume(frame)
    return write_rows(path, [HISTORY, *_rows(frame, queue_ids, channel, handled=True)])


def write_connect_override(
    table: pd.DataFrame,
    path: Path | str,
    *,
    queue_ids: Mapping[str, str],
    channel: Channel = Channel.CHAT,
) -> Path:
    """Write an override of a forecast (one file a forecast group); blank cells leave the forecast."""
    frame = _checked(table, queue_ids, "the override", need_handled=False)
    return write_rows(path, [OVERRIDE, *_rows(frame, queue_ids, channel, handled=False)])


def read_connect_history(path: Path | str) -> pd.DataFrame:
    """Intervals of a history file."""
    return _read(Path(path), HISTORY)


def read_connect_override(path: Path | str) -> pd.DataFrame:
    """Intervals of an override file; blank cells are missing."""
    return _read(Path(path), OVERRIDE)


def read_connect_shrinkage(path: Path | str) -> pd.DataFrame:
    """Daily available FTE and shrinkage: group, date, available_fte, in_office, out_of_office.

    The file holds percentages (0..100), the table shares (0..1).
    """
    rows = []
    for i, row in enumerate(read_rows(path, SHRINKAGE, width=5), 2):
        where = f"{Path(path).name}, row {i}"
        fte, inside, outside = (number(text, where) for text in row[2:])
        if fte < 0 or not (0 <= inside < 100 and 0 <= outside < 100):
            raise DataError(
                f"{where}: FTE must be >= 0 and shrinkage a percentage in [0, 100), got {row[2:]}."
            )
        rows.append((row[0], _instant(row[1], where).date(), fte, inside / 100, outside / 100))
    names = ["group", "date", "available_fte", "in_office", "out_of_office"]
    return pd.DataFrame(rows, columns=names)


def write_connect_shrinkage(table: pd.DataFrame, path: Path | str) -> Path:
    """Write daily available FTE and shrinkage (columns as `read_connect_shrinkage` gives them)."""
    rows = [
        (str(r["group"]), f"{r['date']}T00:00:00Z", plain(r["available_fte"]), *(plain(round(100 * r[k], 10)) for k in ("in_office", "out_of_office")))
        for r in table.to_dict("records")
    ]  # fmt: skip
    return write_rows(path, [SHRINKAGE, *rows])


def shrinkage_availability(
    table: pd.DataFrame, *, pools: Mapping[str, str]
) -> tuple[MonthlyAvailability, ...]:
    """Availability by pool and month for `plan_headcount`: 1 - mean out-of-office share of the days.

    `pools` names the pool of each forecast group.
    """
    unknown = sorted(set(table["group"]) - set(pools))
    if unknown:
        raise DataError(f"forecast groups {unknown} have no pool. Fix: name them in pools.")
    months = pd.to_datetime(table["date"]).dt.to_period("M").astype(str)
    mean = table.groupby([table["group"].map(pools), months])["out_of_office"].mean()
    return tuple(
        MonthlyAvailability(
            pool=str(pool), month=str(month), availability=round(1 - float(share), 12)
        )
        for (pool, month), share in mean.items()
    )


def _checked(
    table: pd.DataFrame, ids: Mapping[str, str], where: str, *, need_handled: bool
) -> pd.DataFrame:
    frame = check_intervals(table, where=where)
    faults = FaultList(title=f"{where} was refused for Amazon Connect")
    minutes = int(frame["minutes"].iloc[0])
    if minutes not in GRAINS:
        faults.add(
            where,
            f"has intervals of {minutes} minutes",
            f"use {', '.join(map(str, GRAINS))}: see spread_intervals",
        )
    else:
        off = frame.index[frame["start"].dt.floor(f"{minutes}min") != frame["start"]]
        if len(off):
            faults.add(
                where,
                f"has starts off the {GRAINS[minutes]} grid",
                "align them in UTC",
                count=len(off),
                first=list(off),
            )
    for queue in sorted(set(frame["queue"])):
        if not re.fullmatch(r"[A-Za-z0-9\-_.() ]+", queue):
            faults.add(
                f"queue {queue!r}",
                "has characters that Amazon Connect refuses",
                "use letters, digits, - _ . ( ) and space",
            )
        if queue not in ids:
            faults.add(f"queue {queue}", "has no queue id", "add it to queue_ids")
    need_whole(frame, ("volume", "aht_seconds", "handled"), faults, where)
    if need_handled:
        for name in ("volume", "aht_seconds", "handled"):
            if frame[name].isna().any():
                faults.add(
                    f"{where}, column {name}",
                    "has blank cells",
                    "history needs every number",
                    count=int(frame[name].isna().sum()),
                )
    faults.raise_any()
    return frame


def _check_volume(frame: pd.DataFrame) -> None:
    days = (frame["start"].max() - frame["start"].min()) / pd.Timedelta(days=1) + 1
    months = days / (365.25 / 12)
    monthly = float(frame["volume"].sum()) / max(months, 1e-9)
    if months < NEEDED_MONTHS - 0.2 or monthly < MONTHLY_CONTACTS:
        raise DataError(
            f"Amazon Connect needs {MONTHLY_CONTACTS:,} contacts a month over {NEEDED_MONTHS} months; "
            f"here are {monthly:,.0f} a month over {months:.1f}. Fix: give more, or check_volume=False."
        )


def _rows(
    frame: pd.DataFrame, ids: Mapping[str, str], channel: Channel, *, handled: bool
) -> list[tuple[str, ...]]:
    grain = GRAINS[int(frame["minutes"].iloc[0])]
    rows: list[tuple[str, ...]] = []
    for r in frame.to_dict("records"):
        row = (
            r["queue"],
            ids[r["queue"]],
            channel.value,
            f"{r['start']:%Y-%m-%dT%H:%M:%SZ}",
            grain,
            plain(r["volume"]),
            plain(r["aht_seconds"]),
        )
        rows.append((*row, plain(r["handled"])) if handled else row)
    return rows


def _read(path: Path, header: tuple[str, ...]) -> pd.DataFrame:
    blank = header is OVERRIDE
    minutes = {text: length for length, text in GRAINS.items()}
    rows = []
    for i, row in enumerate(read_rows(path, header, width=len(header)), 2):
        where = f"{path.name}, row {i}"
        if row[4] not in minutes:
            raise DataError(
                f"{where}: unknown IntervalDuration {row[4]!r}. Fix: {', '.join(minutes)}."
            )
        if row[2] not in Channel.__members__:
            raise DataError(f"{where}: unknown ChannelType {row[2]!r}. Fix: CHAT or VOICE.")
        numbers = [number(text, where, blank=blank) for text in row[5:]]
        rows.append((row[0], _instant(row[3], where), minutes[row[4]], *numbers))
    names = ["queue", "start", "minutes", "volume", "aht_seconds", "handled"][: 3 + len(header) - 5]
    return check_intervals(pd.DataFrame(rows, columns=names), where=path.name)


def _instant(text: str, where: str) -> pd.Timestamp:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z", text):
        raise DataError(
            f"{where}: {text!r} is not UTC in ISO 8601. Fix: write 2026-01-05T00:00:00Z."
        )
    try:
        return pd.Timestamp(text)
    except ValueError as error:
        raise DataError(f"{where}: {text!r} is no such moment.") from error
