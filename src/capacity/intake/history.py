"""The rules of a whole history: one unit, one grid, no silent gap, log and counts in agreement."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from math import gcd

import numpy as np
import pandas as pd

from capacity.domain.faults import FaultList
from capacity.domain.grid import INTERVAL_MINUTES
from capacity.errors import DataError
from capacity.intake.case_tables import Rejects
from capacity.intake.cases import Cases
from capacity.intake.policy import Duplicate, Gap

# A stray date must not make a grid of millions of empty intervals.
MOST_INTERVALS = 5_000_000
CELLS = ("queue", "market", "language", "severity")
NO_LOG = pd.DataFrame(
    {"queue": pd.Series(dtype="str"), "arrived_at": pd.Series(dtype="datetime64[ns, UTC]")}
)
NO_COUNTS = pd.DataFrame(
    {
        "queue": pd.Series(dtype="str"),
        "start": pd.Series(dtype="datetime64[ns, UTC]"),
        "count": pd.Series(dtype=float),
    }
)


@dataclass(frozen=True, kw_only=True)
class Log:
    """A checked case log in order of arrival."""

    frame: pd.DataFrame
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Checked counts in order of time, and the length of their interval."""

    frame: pd.DataFrame
    minutes: int
    notes: tuple[str, ...] = field(default=())


def check_log(frame: pd.DataFrame) -> Log:
    """One unit; sorted by arrival; what looks odd is noted."""
    faults = FaultList(title="The case log was refused")
    _check_unit(frame, "case log", faults)
    faults.raise_any()
    notes = []
    if not frame["arrived_at"].is_monotonic_increasing:
        frame = frame.sort_values("arrived_at", kind="stable", ignore_index=True)
        notes.append("the log was not sorted by arrived_at; it is now")
    twins = int(frame.duplicated().sum())
    if twins:
        notes.append(f"{twins} rows of the log equal another row in every column; they are kept")
    if "handle_seconds" in frame and frame["handle_seconds"].notna().any():
        median = float(frame["handle_seconds"].median())
        if not 1 <= median <= 8 * 3600:
            notes.append(f"median handle_seconds is {median:g}: is the unit seconds?")
    return Log(frame=frame, notes=tuple(notes))


def check_counts(
    frame: pd.DataFrame,
    holes: pd.DataFrame,
    gaps: Gap,
    on_duplicate: Duplicate,
    *,
    daily: bool,
    minutes: int,
) -> Counts:
    """One unit, one interval length, one row a queue and interval, gaps as declared."""
    faults = FaultList(title="The counts were refused")
    _check_unit(frame, "counts", faults)
    keys = [name for name in CELLS if name in frame]
    frame, notes = _one_row_each(frame, [*keys, "start"], on_duplicate, faults)
    step = 1440 if daily else _interval_minutes(frame["start"], minutes, faults)
    faults.raise_any()
    _check_gaps(frame, holes, keys, minutes=step, gaps=gaps, faults=faults)
    faults.raise_any()
    fractions = int((frame["count"] % 1 > 0).sum())
    if fractions:
        notes.append(f"{fractions} counts are fractions; they are kept")
    unknown = int(frame["count"].isna().sum())
    if unknown:
        notes.append(f"{unknown} counts are empty and stay unknown")
    order = frame.sort_values(["start"], kind="stable", ignore_index=True)
    return Counts(frame=order, minutes=step, notes=tuple(notes))


def _check_unit(frame: pd.DataFrame, where: str, faults: FaultList) -> None:
    units = sorted({str(item) for item in frame["unit"].unique()} - {""}) if "unit" in frame else []
    if len(units) > 1:
        faults.add(
            f"{where}, column unit",
            f"mixes {', '.join(units)}: one count would mean different things",
            "read each unit apart, or convert them at the source",
        )


def _one_row_each(
    frame: pd.DataFrame, keys: list[str], on_duplicate: Duplicate, faults: FaultList
) -> tuple[pd.DataFrame, list[str]]:
    twice = frame.duplicated(keys, keep=False)
    if not twice.any():
        return frame, []
    if on_duplicate is Duplicate.RAISE:
        shown = [
            " ".join(map(str, row))
            for row in frame.loc[twice, keys].head(5).itertuples(index=False)
        ]
        faults.add(
            "counts",
            "a queue and interval has several rows",
            "keep one, or pass on_duplicate=Duplicate.SUM or LAST",
            count=int(twice.sum()),
            first=shown,
        )
        return frame.drop_duplicates(keys), []
    note = f"{int(twice.sum())} rows shared their queue and interval: {on_duplicate.value} taken"
    if on_duplicate is Duplicate.LAST:
        return frame.drop_duplicates(keys, keep="last", ignore_index=True), [note]
    numbers = [name for name in ("count", "automated") if name in frame]
    texts = {name: "first" for name in frame.columns if name not in [*keys, *numbers]}
    grouped = frame.groupby(keys, sort=False, dropna=False)
    summed = grouped[numbers].sum(min_count=1)
    merged = summed.join(grouped.agg(texts)) if texts else summed
    return merged.reset_index(), [note]


def _interval_minutes(starts: pd.Series, minutes: int, faults: FaultList) -> int:
    """The longest interval of the grid that divides every distance between two starts."""
    unique = np.unique(starts.to_numpy("datetime64[ns]"))
    seconds = np.diff(unique) // np.timedelta64(1, "s")
    if not len(seconds):
        return minutes
    common = reduce(gcd, (int(item) for item in np.unique(seconds)))
    if common % 86_400 == 0:
        if (pd.DatetimeIndex(unique) != pd.DatetimeIndex(unique).normalize()).any():
            faults.add(
                "counts, column start", "daily instants off midnight UTC", "write plain dates"
            )
        return 1440
    fitting = [item for item in INTERVAL_MINUTES if common % (60 * item) == 0]
    if not fitting:
        faults.add(
            "counts, column start",
            f"the starts lie {common} s apart, which no interval of {INTERVAL_MINUTES} min fits",
            "put every start on one grid",
        )
        return minutes
    return max(fitting)


def _check_gaps(
    frame: pd.DataFrame,
    holes: pd.DataFrame,
    keys: list[str],
    *,
    minutes: int,
    gaps: Gap,
    faults: FaultList,
) -> None:
    step = pd.Timedelta(minutes=minutes)
    first, last = frame["start"].min(), frame["start"].max()
    size = round((last - first) / step) + 1
    if size > MOST_INTERVALS:
        faults.add(
            "counts",
            f"span {size:,} intervals of {minutes} min ({first:%Y-%m-%d} to {last:%Y-%m-%d})",
            "remove the stray date",
        )
        return
    if gaps is not Gap.RAISE:
        return
    series = frame[keys].drop_duplicates()
    placed = holes[holes["start"].notna()].merge(series, on=keys)
    known = pd.concat([frame[frame["count"].notna()], placed])[[*keys, "start"]].drop_duplicates()
    missing = size * len(series) - len(known[known["start"].between(first, last)])
    # A row that was set aside with an unreadable queue or start has left one of the gaps.
    if missing <= len(holes) - len(placed):
        return
    faults.add(
        "counts",
        f"intervals of {minutes} min without a count",
        "add them, or say what they mean: gaps=Gap.ZERO (nothing arrived), "
        "Gap.CLOSED (hours never counted are shut) or Gap.MISSING (unknown); "
        "a file that mixes interval lengths must be split",
        count=missing,
        first=_first_gaps(known, keys, first, step, size),
    )


def _first_gaps(
    known: pd.DataFrame, keys: list[str], first: pd.Timestamp, step: pd.Timedelta, size: int
) -> list[str]:
    """The first intervals without a count, series by series."""
    found: list[str] = []
    number = np.asarray((known["start"] - first) // step, dtype=np.int64)
    for cells, rows in known.groupby(keys, sort=False).indices.items():
        counted = np.zeros(size, dtype=bool)
        inside = number[rows]
        counted[inside[(inside >= 0) & (inside < size)]] = True
        names = cells if isinstance(cells, tuple) else (cells,)
        gaps = np.flatnonzero(~counted)[: 5 - len(found)]
        found.extend(" ".join(map(str, (*names, first + int(gap) * step))) for gap in gaps)
        if len(found) >= 5:
            break
    return found


def join_history(
    log: Log | None,
    counts: Counts | None,
    *,
    holes: pd.DataFrame | None,
    rejects: Rejects,
    gaps: Gap,
    minutes: int,
    notes: tuple[str, ...],
) -> Cases:
    """Log and counts as one history; where they overlap they must agree."""
    if minutes not in INTERVAL_MINUTES:
        raise DataError(f"interval_minutes must be one of {INTERVAL_MINUTES}, got {minutes}.")
    step = pd.Timedelta(minutes=counts.minutes if counts else minutes)
    starts, ends, units = [], [], set()
    if counts:
        starts.append(counts.frame["start"].min())
        ends.append(counts.frame["start"].max() + step)
        units |= _units(counts.frame)
    if log:
        origin = starts[0] if starts else pd.Timestamp(0, tz="UTC")
        arrived = log.frame["arrived_at"]
        starts.append(origin + (arrived.min() - origin) // step * step)
        ends.append(origin + ((arrived.max() - origin) // step + 1) * step)
        units |= _units(log.frame)
    _check_join(log, counts, holes, units)
    start, end = min(starts), max(ends)
    if (end - start) / step > MOST_INTERVALS:
        raise DataError(
            f"the history spans {(end - start) / step:,.0f} intervals ({start:%Y-%m-%d} to {end:%Y-%m-%d}). "
            "Fix: remove the stray date."
        )
    return Cases(
        frame=log.frame if log else NO_LOG,
        counts=counts.frame if counts else NO_COUNTS,
        rejects=rejects,
        minutes=counts.minutes if counts else minutes,
        start=start,
        end=end,
        unit=next(iter(units), "report"),
        gaps=gaps,
        notes=(*notes, *(log.notes if log else ()), *(counts.notes if counts else ())),
    )


def _units(frame: pd.DataFrame) -> set[str]:
    return {str(item) for item in frame["unit"].unique()} - {""} if "unit" in frame else set()


def _check_join(
    log: Log | None, counts: Counts | None, holes: pd.DataFrame | None, units: set[str]
) -> None:
    if len(units) > 1:
        raise DataError(
            f"the log and the counts have different units: {', '.join(sorted(units))}. Fix: convert one."
        )
    if log is None or counts is None:
        return
    if counts.minutes == 1440:
        raise DataError(
            "a case log cannot be joined to daily counts. Fix: give counts by the hour, or read them apart."
        )
    both = log.frame if holes is None else pd.concat([log.frame, holes])
    arrived = both[both["arrived_at"].notna() & (both["queue"] != "")]
    _reconcile(arrived, counts, "count")
    if (
        "automated" in arrived
        and "automated" in counts.frame
        and not (holes is not None and len(holes))
    ):
        _reconcile(arrived[arrived["automated"]], counts, "automated", span=arrived["arrived_at"])


def _reconcile(
    rows: pd.DataFrame, counts: Counts, column: str, span: pd.Series | None = None
) -> None:
    """Compare inside the log's first and last interval, which may be cut themselves."""
    step = pd.Timedelta(minutes=counts.minutes)
    origin = counts.frame["start"].min()
    times = rows["arrived_at"] if span is None else span
    first, last = ((item - origin) // step for item in (times.min(), times.max()))
    slot = (rows["arrived_at"] - origin) // step
    weight = rows["weight"] if "weight" in rows else pd.Series(1.0, index=rows.index)
    told = weight.groupby([rows["queue"].astype(object), slot]).sum()
    frame = counts.frame
    counted = (
        frame[column]
        .groupby([frame["queue"].astype(object), (frame["start"] - origin) // step])
        .sum(min_count=1)
    )
    end = (frame["start"].max() - origin) // step
    both = pd.concat([told.rename("log"), counted.rename("counts")], axis=1)
    number = both.index.get_level_values(1)
    both = both[(number > first) & (number < last) & (number >= 0) & (number <= end)]
    unknown = both["counts"].isna() & both.index.isin(counted.index)
    wrong = both[(both["log"].fillna(0) != both["counts"].fillna(0)) & ~unknown]
    if not len(wrong):
        return
    shown = [
        f"{queue} {origin + number * step:%Y-%m-%d %H:%M}: log {row.log:g}, counts {row.counts:g}"
        for (queue, number), row in zip(
            wrong.index[:3], wrong.head(3).fillna(0).itertuples(), strict=True
        )
    ]
    raise DataError(
        f"the case log and the {column} of the history disagree in {len(wrong)} intervals where they overlap "
        f"(first: {'; '.join(shown)}). Fix: count the same cases in both, or end the history where the log begins."
    )
