"""Genesys Cloud: history as CSV, forecasts as gzipped JSON.

Header: Genesys Cloud resource centre, "Prepare the historical data import CSV file". Forecast:
the import fields of its public workforce management API (15-minute slots, 672 a week).
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from capacity.domain.faults import FaultList
from capacity.errors import DataError
from capacity.intake.atomic import write_atomically
from capacity.reporting.interchange_hub import (
    check_intervals,
    need_whole,
    number,
    plain,
    read_rows,
    write_rows,
)

HEADER = (
    "Interval Start UTC Date", "Queue", "Media Type", "Skill Set", "Language", "Offered",
    "Interactions Handled", "Total Handle Time",
)  # fmt: skip
SLOTS_A_WEEK = 672
SKILL_MARK = "|||"


def write_genesys_history(
    table: pd.DataFrame,
    path: Path | str,
    *,
    media_type: str = "Message",
    skills: Mapping[str, Sequence[str]] | None = None,
    languages: Mapping[str, str] | None = None,
) -> Path:
    """Write history by quarter hours; handle time is the total of seconds, not the mean.

    `skills` and `languages` are by queue; skills are joined by three pipes.
    """
    frame = check_intervals(table, where="the history")
    faults = FaultList(title="the history was refused for Genesys Cloud")
    _check_quarters(frame, faults)
    need_whole(frame, ("volume", "handled"), faults, "the history")
    if frame["handled"].isna().any() or frame["aht_seconds"].isna().any():
        faults.add(
            "the history", "lacks handled cases or handling times", "fill handled and aht_seconds"
        )
    bad = [s for names in (skills or {}).values() for s in names if "|" in s]
    if bad:
        faults.add("skills", "hold the mark that separates them", "rename them", first=bad)
    faults.raise_any()
    rows = [
        (
            f"{r['start']:%Y-%m-%dT%H:%M:%SZ}",
            r["queue"],
            media_type,
            SKILL_MARK.join((skills or {}).get(r["queue"], ())),
            (languages or {}).get(r["queue"], ""),
            plain(r["volume"]),
            plain(r["handled"]),
            plain(round(r["handled"] * r["aht_seconds"])),
        )
        for r in frame.to_dict("records")
    ]
    return write_rows(path, [HEADER, *rows])


def read_genesys_history(path: Path | str) -> pd.DataFrame:
    """Intervals of a history file: the mean handling time is total / handled (blank without cases)."""
    rows = []
    for i, row in enumerate(read_rows(path, HEADER, width=len(HEADER)), 2):
        where = f"{Path(path).name}, row {i}"
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:(00|15|30|45):00Z", row[0]):
            raise DataError(
                f"{where}: {row[0]!r} is no quarter hour in UTC. Fix: 2026-01-05T00:15:00Z."
            )
        offered, handled, total = (number(text, where) for text in row[5:])
        mean = total / handled if handled else float("nan")
        rows.append((row[1], pd.Timestamp(row[0]), 15, offered, mean, handled))
    names = ["queue", "start", "minutes", "volume", "aht_seconds", "handled"]
    return check_intervals(pd.DataFrame(rows, columns=names), where=Path(path).name)


def write_genesys_forecast(
    table: pd.DataFrame,
    path: Path | str,
    *,
    group_ids: Mapping[str, str],
    description: str,
    schedulable: bool = True,
) -> Path:
    """Write a forecast as gzipped JSON: whole weeks of quarter hours, numbers with two decimals.

    `group_ids` is the planning group of each queue. All queues must cover the same weeks.
    """
    frame = check_intervals(table, where="the forecast")
    faults = FaultList(title="the forecast was refused for Genesys Cloud")
    _check_quarters(frame, faults)
    for queue in sorted(set(frame["queue"]) - set(group_ids)):
        faults.add(f"queue {queue}", "has no planning group", "add it to group_ids")
    spans = {
        q: (len(rows), rows["start"].min(), rows["start"].max())
        for q, rows in frame.groupby("queue")
    }
    count, first, last = next(iter(spans.values()))
    if (
        len(set(spans.values())) > 1
        or count % SLOTS_A_WEEK
        or last - first != (count - 1) * pd.Timedelta(minutes=15)
    ):
        faults.add(
            "the forecast",
            f"is not whole weeks of {SLOTS_A_WEEK} slots for every queue",
            "cut it to weeks, without holes",
        )
    if frame[["volume", "aht_seconds"]].isna().any().any():
        faults.add("the forecast", "has blank cells", "fill volume and aht_seconds")
    faults.raise_any()
    groups = [
        {
            "planningGroupId": group_ids[str(queue)],
            "offeredPerInterval": [round(v, 2) for v in rows["volume"]],
            "averageHandleTimeSecondsPerInterval": [round(v, 2) for v in rows["aht_seconds"]],
        }
        for queue, rows in frame.groupby("queue")
    ]
    body = {
        "description": description,
        "weekCount": count // SLOTS_A_WEEK,
        "planningGroups": groups,
        "canUseForScheduling": schedulable,
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return write_atomically(path, gzip.compress(text.encode("utf-8"), mtime=0))


def read_genesys_forecast(
    path: Path | str, *, start: pd.Timestamp, group_ids: Mapping[str, str]
) -> pd.DataFrame:
    """Intervals of a forecast file; it names no date, so `start` (an instant) must be given."""
    try:
        body = json.loads(gzip.decompress(Path(path).read_bytes()))
        weeks, groups = int(body["weekCount"]), list(body["planningGroups"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{Path(path).name}: is no Genesys forecast ({error}).") from error
    queues = {group: queue for queue, group in group_ids.items()}
    parts = []
    for group in groups:
        name, slots = group["planningGroupId"], len(group["offeredPerInterval"])
        if name not in queues:
            raise DataError(
                f"{Path(path).name}: planning group {name!r} has no queue. Fix: add it to group_ids."
            )
        if slots != weeks * SLOTS_A_WEEK or slots != len(
            group["averageHandleTimeSecondsPerInterval"]
        ):
            raise DataError(
                f"{Path(path).name}: {name} has {slots} slots, not {weeks * SLOTS_A_WEEK}."
            )
        starts = start.tz_convert("UTC") + pd.to_timedelta(15 * np.arange(slots), unit="min")
        parts.append(
            pd.DataFrame(
                {
                    "queue": queues[name],
                    "start": starts,
                    "minutes": 15,
                    "volume": group["offeredPerInterval"],
                    "aht_seconds": group["averageHandleTimeSecondsPerInterval"],
                }
            )
        )
    return check_intervals(pd.concat(parts, ignore_index=True), where=Path(path).name)


def _check_quarters(frame: pd.DataFrame, faults: FaultList) -> None:
    minutes = int(frame["minutes"].iloc[0])
    if minutes != 15:
        faults.add(
            "the table", f"has intervals of {minutes} minutes", "use 15: see spread_intervals"
        )
    off = frame.index[frame["start"].dt.floor("15min") != frame["start"]]
    if len(off):
        faults.add(
            "the table",
            "has starts off the quarter hours",
            "align them in UTC",
            count=len(off),
            first=list(off),
        )
