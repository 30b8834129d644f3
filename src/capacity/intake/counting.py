"""Arrivals on a grid: from counts where they exist, from the log elsewhere; and the open cases."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.domain.faults import nearest
from capacity.domain.grid import TimeGrid, as_utc
from capacity.domain.operation import Operation
from capacity.domain.volume import Backlog, SeriesLabel, Volume
from capacity.errors import DataError
from capacity.intake.case_tables import CaseTables
from capacity.intake.closing import close_hours
from capacity.intake.driver_history import driver_histories
from capacity.intake.plausibility import plausibility_notes
from capacity.intake.policy import Gap

CELLS = ("market", "language", "severity")


def count_volume(
    cases: CaseTables,
    as_of: pd.Timestamp | str | None,
    *,
    operation: Operation | None,
    by: tuple[str, ...],
    drivers: bool = False,
) -> Volume:
    """See `Cases.volume`."""
    moment = _moment(cases, as_of)
    periods = round((moment - cases.start) / pd.Timedelta(minutes=cases.minutes))
    grid = TimeGrid(start=cases.start, minutes=cases.minutes, periods=periods)
    keys = _keys(cases, by)
    labels, rows = _labels(cases, keys, operation)
    known = tuple(queue for queue in dict.fromkeys(label.queue for label in labels))
    zones = tuple((name, operation.queue(name).zone) for name in known) if operation else ()
    handling = mean_handling(cases.frame, moment)
    doubts = plausibility_notes(cases, operation, handling, moment) if operation else ()
    return Volume(
        grid=grid,
        labels=labels,
        counts=_fill(cases, keys, rows, grid, zones=dict(zones)),
        as_of=moment,
        backlog=open_cases(cases.frame, moment),
        unit=cases.unit,
        zones=zones,
        handling_minutes=handling,
        notes=(*cases.notes, *_backlog_note(cases.frame), *doubts),
        drivers=driver_histories(cases.frame, moment, operation)
        if drivers and cases.has_log
        else (),
    )


def _backlog_note(log: pd.DataFrame) -> tuple[str, ...]:
    if not len(log):
        return ("counts alone: no open cases are known",)
    if "closed_at" not in log:
        return ("the log has no closed_at: no open cases are known",)
    return ()


def _moment(cases: CaseTables, as_of: pd.Timestamp | str | None) -> pd.Timestamp:
    if as_of is None:
        return cases.end
    moment = as_utc(as_of, "as_of")
    steps = (moment - cases.start) / pd.Timedelta(minutes=cases.minutes)
    if steps <= 0 or moment > cases.end:
        raise DataError(
            f"as_of {moment} lies outside the history. Fix: name an instant after {cases.start} and up to {cases.end}."
        )
    if steps != round(steps):
        edge = cases.start + pd.Timedelta(minutes=cases.minutes * int(steps))
        raise DataError(
            f"as_of {moment} is not an edge of the {cases.minutes} min grid. Fix: use {edge}."
        )
    return moment


def _keys(cases: CaseTables, by: tuple[str, ...]) -> list[str]:
    tables = [table for table in (cases.counts, cases.frame) if len(table)]
    for name in by:
        if name not in CELLS:
            raise DataError(f"volume cannot be split by {name!r}: {nearest(name, CELLS)}")
        if any(name not in table for table in tables):
            raise DataError(f"volume cannot be split by {name!r}: not every table has that column.")
    return ["queue", *by]


def _labels(
    cases: CaseTables, keys: list[str], operation: Operation | None
) -> tuple[tuple[SeriesLabel, ...], dict[tuple[str, ...], int]]:
    """Series in the order of the operation's queues, else of first appearance."""
    seen = pd.concat([cases.counts.reindex(columns=keys), cases.frame.reindex(columns=keys)])
    cells = [tuple(map(str, row)) for row in seen.drop_duplicates().itertuples(index=False)]
    order = (
        list(operation.queue_names) if operation else list(dict.fromkeys(cell[0] for cell in cells))
    )
    unknown = sorted({cell[0] for cell in cells} - set(order))
    if unknown:
        raise DataError(
            f"the cases name queues that the operation lacks: {', '.join(unknown)}. Fix: "
            f"{nearest(unknown[0], order)}"
        )
    cells.sort(key=lambda cell: (order.index(cell[0]), cell[1:]))
    labels = tuple(SeriesLabel(**dict(zip(keys, cell, strict=True))) for cell in cells)
    return labels, {cell: row for row, cell in enumerate(cells)}


def _fill(
    cases: CaseTables,
    keys: list[str],
    rows: dict[tuple[str, ...], int],
    grid: TimeGrid,
    *,
    zones: dict[str, str],
) -> np.ndarray:
    """Counts by series and interval. What neither table covers is missing."""
    shape = (len(rows), grid.periods)
    counts = np.full(shape, np.nan)
    if cases.has_log:
        index = grid.index_of(cases.frame["arrived_at"])
        counts[:, max(int(index.min()), 0) :] = 0.0
        found, _ = _sums(cases.frame, _positions(cases.frame, keys, rows), index, "weight", shape)
        counts += found
    if len(cases.counts):
        index = grid.index_of(cases.counts["start"])
        last = min(int(index.max()) + 1, grid.periods)
        # From here to the last counted interval the counts rule, and only ZERO makes a gap a zero.
        counts[:, max(int(index.min()), 0) : last] = 0.0 if cases.gaps is Gap.ZERO else np.nan
        found, named = _sums(
            cases.counts, _positions(cases.counts, keys, rows), index, "count", shape
        )
        counts[named] = found[named]
        if cases.gaps is Gap.CLOSED:
            first = max(int(index.min()), 0)
            span = TimeGrid(start=grid.starts[first], minutes=grid.minutes, periods=last - first)
            for cell, row in rows.items():
                zone = zones.get(cell[0], "UTC")
                counts[row, first:last] = close_hours(counts[row, first:last], span, zone)
    return counts


def _positions(
    frame: pd.DataFrame, keys: list[str], rows: dict[tuple[str, ...], int]
) -> np.ndarray:
    codes, cells = pd.factorize(pd.MultiIndex.from_frame(frame[keys].astype(object)))
    lookup = np.asarray([rows[tuple(map(str, cell))] for cell in cells], dtype=np.int64)
    return np.asarray(lookup[codes])


def _sums(
    frame: pd.DataFrame,
    position: np.ndarray,
    index: np.ndarray,
    amounts: str,
    shape: tuple[int, int],
) -> tuple[np.ndarray, np.ndarray]:
    """Sums of a column (rows if it is absent) by series and interval, and which cells were named."""
    inside = (index >= 0) & (index < shape[1])
    flat = position[inside] * shape[1] + index[inside]
    weights = frame[amounts].to_numpy()[inside] if amounts in frame else None
    size = shape[0] * shape[1]
    named = np.zeros(size, dtype=bool)
    named[flat] = True
    return np.bincount(flat, weights, minlength=size).reshape(shape), named.reshape(shape)


def open_cases(log: pd.DataFrame, moment: pd.Timestamp) -> Backlog:
    """Cases that wait for a person at `moment`, with their ages."""
    if not len(log) or "closed_at" not in log:
        return Backlog()
    waiting = (log["arrived_at"] < moment) & ~(log["closed_at"] <= moment)
    if "automated" in log:
        waiting &= ~log["automated"]
    rows = log[waiting]
    queue = rows["queue"]
    if "escalated_to" in rows:
        queue = queue.where(rows["escalated_to"] == "", rows["escalated_to"])
    ages = (moment - rows["arrived_at"]) / pd.Timedelta(hours=1)
    return Backlog(queues=tuple(map(str, queue)), age_hours=tuple(float(age) for age in ages))


def mean_handling(log: pd.DataFrame, moment: pd.Timestamp) -> tuple[tuple[str, float], ...]:
    """Mean touch minutes of the reviewed cases that arrived before `moment`, by queue."""
    if "handle_seconds" not in log:
        return ()
    known = log[log["handle_seconds"].notna() & (log["arrived_at"] < moment)]
    means = known.groupby("queue", sort=False, observed=True)["handle_seconds"].mean() / 60
    return tuple((str(queue), float(minutes)) for queue, minutes in means.items())
