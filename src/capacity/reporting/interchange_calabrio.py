"""Calabrio: forecast files without a header, the same in as out.

Fields: help.calabrio.com, "About forecast file formats": skill (at most 50 characters), start and
end as yyyyMMdd HH:mm, volume, average task seconds, average after-task seconds, and agents
(not for e-mail and back office); sorted by skill.
"""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from capacity.domain.faults import FaultList
from capacity.domain.grid import check_zone
from capacity.errors import DataError
from capacity.reporting.interchange_hub import (
    check_intervals,
    number,
    plain,
    read_rows,
    write_rows,
)

WIDTH = 6
STAMP = "%Y%m%d %H:%M"


def write_calabrio(table: pd.DataFrame, path: Path | str, *, zone: str = "UTC") -> Path:
    """Write intervals on the wall clock of `zone`, sorted by skill; back office has no agents field.

    Refuses names over 50 characters or with commas, quotes or line breaks, blank numbers, and
    hours that the wall clock repeats: the file cannot tell them apart.
    """
    frame = check_intervals(table, where="the forecast")
    check_zone(zone, "Calabrio")
    faults = FaultList(title="the forecast was refused for Calabrio")
    for queue in sorted(set(frame["queue"])):
        if len(queue) > 50 or re.search(r'[",\r\n]', queue):
            faults.add(
                f"queue {queue!r}",
                "is no skill name of Calabrio",
                "use at most 50 characters, no commas or quotes",
            )
    local = frame["start"].dt.tz_convert(ZoneInfo(zone))
    texts = local.dt.strftime(STAMP)
    ends = (
        (frame["start"] + pd.to_timedelta(frame["minutes"], unit="min"))
        .dt.tz_convert(ZoneInfo(zone))
        .dt.strftime(STAMP)
    )
    twice = pd.DataFrame({"queue": frame["queue"], "text": texts}).duplicated(keep=False)
    if twice.any():
        faults.add(
            "the forecast",
            f"has hours that {zone} repeats",
            'write it with zone="UTC"',
            count=int(twice.sum()),
            first=list(texts[twice]),
        )
    if frame[["volume", "aht_seconds"]].isna().any().any():
        faults.add("the forecast", "has blank cells", "fill volume and aht_seconds")
    faults.raise_any()
    rows = [
        (queue, start, end, plain(volume), plain(seconds), "0")
        for queue, start, end, volume, seconds in zip(frame["queue"], texts, ends, frame["volume"], frame["aht_seconds"], strict=True)
    ]  # fmt: skip
    return write_rows(path, rows)


def read_calabrio(path: Path | str, *, zone: str = "UTC") -> pd.DataFrame:
    """Intervals of a file; task and after-task seconds add up to the handling time."""
    check_zone(zone, "Calabrio")
    rows = []
    for i, row in enumerate(read_rows(path, None, width=WIDTH), 1):
        where = f"{Path(path).name}, row {i}"
        start, end = (_local(text, zone, where) for text in row[1:3])
        minutes = round((end - start) / pd.Timedelta(minutes=1))
        if minutes <= 0:
            raise DataError(f"{where}: the interval ends before it starts.")
        volume, task, after = (number(text, where) for text in row[3:])
        rows.append((row[0], start.tz_convert("UTC"), minutes, volume, task + after))
    names = ["queue", "start", "minutes", "volume", "aht_seconds"]
    return check_intervals(pd.DataFrame(rows, columns=names), where=Path(path).name)


def _local(text: str, zone: str, where: str) -> pd.Timestamp:
    if not re.fullmatch(r"\d{8} \d{2}:\d{2}", text):
        raise DataError(f"{where}: {text!r} is not yyyyMMdd HH:mm.")
    naive = pd.to_datetime(text, format=STAMP)
    try:
        return naive.tz_localize(ZoneInfo(zone))
    except ValueError as error:
        raise DataError(
            f"{where}: {text} does not exist, or exists twice, on the clock of {zone}. Fix: use UTC."
        ) from error
