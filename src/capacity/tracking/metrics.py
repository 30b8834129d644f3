"""The metrics of one queue, and its days."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.domain.queue import Queue
from capacity.tracking.log import QueueLog
from capacity.tracking.proportions import censored_quantiles, wilson

BASIS = "decided by a person, no-action cases included, from arrival to the last decision"
LEVELS = (0.5, 0.9, 0.95)
RECENT_DAYS = 28


def queue_metrics(log: QueueLog, queue: Queue, arrived: float) -> dict[str, object]:
    """Everything that is tracked of one queue; `arrived` counts all arrivals, automated too."""
    human = ~log.automated
    weights = log.weights
    reviewed = human & log.closed
    hours, ended, hour_weights = log.journey()
    p50, p90, p95 = censored_quantiles(hours, ended, LEVELS, hour_weights)
    ages = np.sort(log.age()[log.waiting])
    backlog = float(weights[log.waiting].sum())
    pace = _daily_pace(log, reviewed)
    return {
        "queue": queue.name,
        "arrived": arrived,
        "logged": float(weights.sum()),
        "automated_share": _share(weights[log.automated].sum(), weights.sum()),
        "reviewed": float(weights[reviewed].sum()),
        "turnaround_p50_hours": p50,
        "turnaround_p90_hours": p90,
        "turnaround_p95_hours": p95,
        **_target_columns(log, queue),
        "backlog": backlog,
        "backlog_days": backlog / pace if pace > 0 else float("nan"),
        "oldest_hours": float(ages[-1]) if len(ages) else 0.0,
        "median_age_hours": float(np.median(ages)) if len(ages) else 0.0,
        **_escalation(log, reviewed),
        **_handling(log, queue, reviewed),
        **_knowledge(log),
        "basis": BASIS,
    }


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")


def _daily_pace(log: QueueLog, reviewed: np.ndarray) -> float:
    closed = log.column("closed_at")
    recent = (closed > log.as_of - pd.Timedelta(days=RECENT_DAYS)).to_numpy() & reviewed
    if not len(log.frame):
        return 0.0
    span = min(float(RECENT_DAYS), float(log.age().max()) / 24)
    return float(log.weights[recent].sum()) / span if span > 0 else 0.0


def _target_columns(log: QueueLog, queue: Queue) -> dict[str, object]:
    """The strictest share among the queue's targets: it speaks for most cases."""
    if not queue.targets:
        names = ("on_time", "on_time_low", "on_time_high")
        return {"target": "none"} | dict.fromkeys(names, float("nan"))
    target = max(queue.targets, key=lambda item: item.share)
    quick, late, _ = log.against(target)
    low, high = wilson(quick, quick + late)
    return {
        "target": str(target),
        "on_time": _share(quick, quick + late),
        "on_time_low": low,
        "on_time_high": high,
    }


def _escalation(log: QueueLog, reviewed: np.ndarray) -> dict[str, float]:
    if "escalated_to" not in log.frame:
        rate, low, high = float("nan"), float("nan"), float("nan")
    else:
        passed = (log.frame["escalated_to"] != "").to_numpy() & reviewed
        hits, trials = float(log.weights[passed].sum()), float(log.weights[reviewed].sum())
        rate, (low, high) = _share(hits, trials), wilson(hits, trials)
    return {"escalation_rate": rate, "escalation_low": low, "escalation_high": high}


def _handling(log: QueueLog, queue: Queue, reviewed: np.ndarray) -> dict[str, float]:
    """Touch time, and the exposure hours that it was: severity x TOUCHED time, not assigned time."""
    if "handle_seconds" not in log.frame:
        unknown = float(log.weights[reviewed].sum())
        return {
            "handling_minutes": float("nan"),
            "exposure_hours": float("nan"),
            "handling_unknown": unknown,
        }
    seconds = log.frame["handle_seconds"].to_numpy(dtype=float)
    known = ~np.isnan(seconds) & ~log.automated
    touched = float((seconds[known] * log.weights[known]).sum())
    return {
        "handling_minutes": _share(touched / 60, log.weights[known].sum()),
        "exposure_hours": queue.severity * touched / 3600,
        "handling_unknown": float(log.weights[reviewed & ~known].sum()),
    }


def _knowledge(log: QueueLog) -> dict[str, float]:
    """From actual knowledge to the report: the duty of 18 U.S.C. 2258A names no hours for it."""
    hours = log.hours("known_at", "reported_at")
    known = hours[~np.isnan(hours)]
    if not len(known):
        names = ("knowledge_to_report_p50_hours", "knowledge_to_report_p95_hours")
        return {"reports": 0.0} | dict.fromkeys(names, float("nan"))
    p50, p95 = np.quantile(known, [0.5, 0.95])
    return {
        "reports": float(log.weights[~np.isnan(hours)].sum()),
        "knowledge_to_report_p50_hours": float(p50),
        "knowledge_to_report_p95_hours": float(p95),
    }


def queue_days(log: QueueLog, queue: Queue) -> pd.DataFrame:
    """One row a local day of the queue: arrivals, decisions, backlog and oldest case at its end."""
    columns = ["queue", "date", "arrived", "automated", "reviewed", "backlog_end", "oldest_hours"]
    if not len(log.frame):
        return pd.DataFrame(columns=columns)
    arrived = log.column("arrived_at").dt.tz_convert(queue.zone).dt.normalize()
    last = log.as_of.tz_convert(queue.zone).normalize()
    days = pd.date_range(arrived.min(), last, freq="D")
    ends = (days + pd.DateOffset(days=1)).tz_convert("UTC")
    days, ends = days[ends <= log.as_of], ends[ends <= log.as_of]
    closed = log.column("closed_at")
    human = ~log.automated
    rows = {
        "queue": queue.name,
        "date": days.date,
        "arrived": _per_day(arrived, log.weights, days),
        "automated": _per_day(arrived[~human], log.weights[~human], days),
        "reviewed": _per_day(
            closed.dt.tz_convert(queue.zone).dt.normalize()[human], log.weights[human], days
        ),
    }
    begin = log.column("arrived_at")[human].to_numpy()
    stop = closed[human].to_numpy()
    backlog, oldest = _open_at(begin, stop, log.weights[human], ends.to_numpy())
    return pd.DataFrame(rows | {"backlog_end": backlog, "oldest_hours": oldest})[columns]


def _per_day(moments: pd.Series, weights: np.ndarray, days: pd.DatetimeIndex) -> np.ndarray:
    place = days.get_indexer(pd.DatetimeIndex(moments))
    inside = place >= 0
    return np.bincount(place[inside], weights[inside], minlength=len(days))


def _open_at(
    begin: np.ndarray, stop: np.ndarray, weights: np.ndarray, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Open weight and age in hours of the oldest open case at each instant."""
    backlog, oldest = np.zeros(len(ends)), np.zeros(len(ends))
    for k, end in enumerate(ends):
        waiting = (begin < end) & ~(stop <= end)
        backlog[k] = weights[waiting].sum()
        if waiting.any():
            oldest[k] = (end - begin[waiting].min()) / np.timedelta64(1, "h")
    return backlog, oldest
