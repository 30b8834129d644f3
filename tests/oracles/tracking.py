"""Slow obvious counts over a case log, case by case."""

from __future__ import annotations

import pandas as pd


def on_time(frame: pd.DataFrame, hours: float, as_of: pd.Timestamp) -> tuple[int, int]:
    """(on time, late) among cases whose deadline has passed."""
    quick = late = 0
    for case in frame.itertuples():
        deadline = case.arrived_at + pd.Timedelta(hours=hours)
        if case.automated or deadline > as_of:
            continue
        if not pd.isna(case.closed_at) and case.closed_at <= deadline:
            quick += 1
        else:
            late += 1
    return quick, late


def survival_quantile(times: list[float], ended: list[bool], level: float) -> float:
    """Product-limit estimate by its definition, one event time after the other."""
    alive = 1.0
    for moment in sorted({t for t, e in zip(times, ended, strict=True) if e}):
        risk = sum(t >= moment for t in times)
        events = sum(t == moment and e for t, e in zip(times, ended, strict=True))
        alive *= 1 - events / risk
        if alive <= 1 - level + 1e-12:
            return moment
    return float("nan")


def backlog(frame: pd.DataFrame, moment: pd.Timestamp) -> int:
    """Cases that arrived and were not decided by a moment."""
    return sum(
        case.arrived_at < moment
        and not case.automated
        and (pd.isna(case.closed_at) or case.closed_at > moment)
        for case in frame.itertuples()
    )
