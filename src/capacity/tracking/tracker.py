"""Track a case log: what happened, queue by queue, in numbers and in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.domain.display import percent
from capacity.domain.faults import nearest
from capacity.domain.grid import as_utc
from capacity.domain.operation import Operation
from capacity.domain.tracking import TrackReport
from capacity.errors import DataError
from capacity.intake import Cases
from capacity.tracking.log import QueueLog
from capacity.tracking.metrics import queue_days, queue_metrics


def track(
    cases: Cases,
    operation: Operation,
    *,
    since: pd.Timestamp | str | None = None,
    as_of: pd.Timestamp | str | None = None,
) -> TrackReport:
    """What happened: volume, turnaround, share on time, backlog, escalations, exposure touched.

    Parameters
    ----------
    cases : Cases
        From `read_cases`; with counts alone only the volume is known.
    operation : Operation
        Targets, severity and zones.
    since, as_of : instants, optional
        Cases that arrived in [since, as_of) are tracked, as they were known at `as_of`. Default:
        the whole log, up to the end of the data.

    Returns
    -------
    TrackReport
        `frame` has one row a queue. Turnaround quantiles are product-limit estimates in which
        open cases are censored, so that a growing backlog cannot improve them; nan means that
        too many cases are open to tell. They must never be averaged over queues. `on_time` counts cases whose deadline has
        passed, with a 95 % Wilson interval. `exposure_hours` are severity x TOUCHED hours.

    Raises
    ------
    DataError
        A queue that the operation lacks, or an `as_of` outside the data.
    """
    moment = cases.end if as_of is None else as_utc(as_of, "as_of")
    begin = None if since is None else as_utc(since, "since")
    if moment > cases.end or (begin is not None and begin >= moment):
        raise DataError(
            f"tracking from {begin} to {moment} is outside the data, which end at {cases.end}."
        )
    unknown = sorted(set(cases.queues) - set(operation.queue_names))
    if unknown:
        raise DataError(
            f"unknown queue {unknown[0]!r}: {nearest(unknown[0], operation.queue_names)}"
        )
    logs = {name: _log_of(cases, name, begin, moment) for name in operation.queue_names}
    counted = _arrivals(cases, operation, begin, moment)
    frame = pd.DataFrame(
        [queue_metrics(log, operation.queue(name), counted[name]) for name, log in logs.items()]
    )
    days = [queue_days(log, operation.queue(name)) for name, log in logs.items()]
    filled = [table for table in days if len(table)]
    return TrackReport(
        frame=frame,
        daily=pd.concat(filled, ignore_index=True) if filled else days[0],
        as_of=moment,
        notes=_notes(cases, frame, operation, logs),
        text=_words(frame, moment, cases.unit),
    )


def _log_of(cases: Cases, queue: str, begin: pd.Timestamp | None, moment: pd.Timestamp) -> QueueLog:
    rows = cases.frame[cases.frame["queue"] == queue] if cases.has_log else cases.frame
    if cases.has_log:
        inside = rows["arrived_at"] < moment
        rows = rows[inside if begin is None else inside & (rows["arrived_at"] >= begin)]
    else:
        rows = pd.DataFrame({"arrived_at": pd.DatetimeIndex([], tz="UTC")})
    return QueueLog(frame=rows.reset_index(drop=True), as_of=moment)


def _arrivals(
    cases: Cases, operation: Operation, begin: pd.Timestamp | None, moment: pd.Timestamp
) -> dict[str, float]:
    """Arrivals by queue on the same span as the log; of counts alone, on their whole span."""
    if begin is None:
        begin = cases.frame["arrived_at"].min() if cases.has_log else cases.start
    volume = cases.volume(operation=operation)
    inside = np.asarray((volume.grid.starts >= begin.floor("h")) & (volume.grid.starts < moment))
    return {
        name: float(np.nansum(volume.of(name)[inside])) if name in volume.queues else 0.0
        for name in operation.queue_names
    }


def _notes(
    cases: Cases, frame: pd.DataFrame, operation: Operation, logs: dict[str, QueueLog]
) -> tuple[str, ...]:
    notes = []
    if not cases.has_log:
        notes.append("counts alone: turnaround, backlog and escalations are unknown")
    else:
        notes.append("cases that arrived before the log begins are in no backlog here")
    for name, log in logs.items():
        for target in operation.queue(name).targets:
            missing = log.against(target)[2]
            if missing:
                notes.append(
                    f"{name}: {missing:,.0f} cases have no {target.clock_from.value} instant "
                    f"and are left out of '{target}'"
                )
    unknown = frame.loc[frame["handling_unknown"] > 0, ["queue", "handling_unknown"]]
    notes += [
        f"{row.queue}: touch time of {row.handling_unknown:,.0f} reviewed cases is unknown and not in exposure_hours"
        for row in unknown.itertuples()
    ]
    return tuple(notes)


def _words(frame: pd.DataFrame, moment: pd.Timestamp, unit: str) -> str:
    lines = [f"As of {moment:%Y-%m-%d %H:%M} UTC (unit: {unit})"]
    for row in frame.itertuples():
        if not row.logged:
            lines.append(f"  {row.queue}: {row.arrived:,.0f} arrived; no case log")
            continue
        time = (
            "median turnaround not known yet"
            if np.isnan(row.turnaround_p50_hours)
            else f"median {row.turnaround_p50_hours:.1f} h, P95 {row.turnaround_p95_hours:.1f} h"
        )
        on_time = (
            "" if np.isnan(row.on_time) else f"; {percent(row.on_time, 1)} on time ({row.target})"
        )
        lines.append(
            f"  {row.queue}: {row.arrived:,.0f} arrived, {row.reviewed:,.0f} reviewed, {time}{on_time}; "
            f"{row.backlog:,.0f} open, oldest {row.oldest_hours:.1f} h"
        )
    return "\n".join(lines)
