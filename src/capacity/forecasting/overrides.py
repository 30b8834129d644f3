"""Overrides: dated, reasoned, undoable changes of a forecast, and whether they helped."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from capacity.domain.demand import Demand
from capacity.domain.faults import FaultList, nearest
from capacity.domain.volume import Volume
from capacity.errors import DataError
from capacity.forecasting.demand_source import DailySource
from capacity.forecasting.local_days import day_number, read_clock


@dataclass(frozen=True, kw_only=True)
class Override:
    """Multiply a queue's volume by ``factor`` from ``start`` to ``end`` (local dates, inclusive).

    ``who`` is a role or a pseudonym, never a name; ``why`` the reason in a sentence; ``made_on``
    the day of the decision. Days before it are hindsight: they are never scored.

    Examples
    --------
    >>> Override(
    ...     name="summer campaign", queue="user_report", start=date(2026, 6, 1),
    ...     end=date(2026, 6, 14), factor=1.2, who="planner 2", why="partner campaign announced",
    ...     made_on=date(2026, 5, 20),
    ... ).factor
    1.2
    """

    name: str
    queue: str
    start: date
    end: date
    factor: float
    who: str
    why: str
    made_on: date | None = None

    def __post_init__(self) -> None:
        faults = FaultList(title=f"Override {self.name} was refused")
        if self.end < self.start:
            faults.add("end", f"{self.end} is before {self.start}", "swap the dates")
        if not 0 <= self.factor < 100:
            faults.add("factor", f"{self.factor} is outside [0, 100)", "1.2 means 20 % more")
        for field in ("name", "who", "why"):
            if not str(getattr(self, field)).strip():
                faults.add(field, "is empty", "an override says what, who and why")
        faults.raise_any()


@dataclass(frozen=True, kw_only=True)
class OverrideLog:
    """Every version ever made, in order; an undone override stays on record.

    Examples
    --------
    >>> made = Override(
    ...     name="x", queue="a", start=date(2026, 1, 5), end=date(2026, 1, 6), factor=2.0,
    ...     who="planner 1", why="test",
    ... )
    >>> log = OverrideLog().add(made)
    >>> len(log.undo("x", who="planner 1", why="withdrawn").in_force), len(log.in_force)
    (0, 1)
    """

    entries: tuple[tuple[str, Override], ...] = ()

    def add(self, override: Override) -> OverrideLog:
        """A log with one more override in force; the same name replaces the older version."""
        return OverrideLog(entries=(*self.entries, ("set", override)))

    def undo(self, name: str, *, who: str, why: str, made_on: date | None = None) -> OverrideLog:
        """A log in which the override of that name is no longer in force."""
        current = {item.name: item for item in self.in_force}
        if name not in current:
            raise DataError(f"no override {name!r} in force: {nearest(name, current)}")
        return OverrideLog(
            entries=(
                *self.entries,
                ("undone", replace(current[name], who=who, why=why, made_on=made_on)),
            )
        )

    @property
    def in_force(self) -> tuple[Override, ...]:
        """The latest version of each override that has not been undone."""
        latest = {override.name: (action, override) for action, override in self.entries}
        return tuple(override for action, override in latest.values() if action == "set")

    @property
    def frame(self) -> pd.DataFrame:
        """Every entry: version, action, name, queue, start, end, factor, who, why, made_on."""
        rows = [
            {"version": version, "action": action, **vars(override)}
            for version, (action, override) in enumerate(self.entries, start=1)
        ]
        return pd.DataFrame(rows)


def read_overrides(frame: pd.DataFrame) -> OverrideLog:
    """The log behind its own ``frame``, as when it was written to a file and read again.

    Raises
    ------
    DataError
        A column is missing, an action is unknown, or the versions are not 1, 2, 3 and so on.

    Examples
    --------
    >>> made = Override(
    ...     name="x", queue="a", start=date(2026, 1, 5), end=date(2026, 1, 6), factor=2.0,
    ...     who="planner 1", why="test",
    ... )
    >>> log = OverrideLog().add(made).undo("x", who="planner 1", why="withdrawn")
    >>> read_overrides(log.frame) == log
    True
    """
    faults = FaultList(title="The log of overrides was refused")
    names = ["version", "action", *(item.name for item in fields(Override))]
    missing = [name for name in names if name not in frame and len(frame)]
    for name in missing:
        faults.add(f"column {name}", "is missing", "write the log's own frame")
    if not missing and len(frame):
        if frame["version"].tolist() != list(range(1, len(frame) + 1)):
            faults.add("column version", "has gaps", "keep every version: 1, 2, 3 and so on")
        for action in sorted(set(frame["action"]) - {"set", "undone"}):
            faults.add("column action", f"unknown {action!r}", nearest(action, ("set", "undone")))
    faults.raise_any()
    return OverrideLog(entries=tuple(_entry(row) for row in frame.to_dict("records")))


def _entry(row: dict[Any, Any]) -> tuple[str, Override]:
    values: dict[str, Any] = {name: str(row[name]) for name in ("name", "queue", "who", "why")}
    for name in ("start", "end", "made_on"):
        values[name] = None if pd.isna(row[name]) else pd.Timestamp(row[name]).date()
    return str(row["action"]), Override(**values, factor=float(row["factor"]))


def apply_overrides(demand: Demand, log: OverrideLog) -> Demand:
    """A demand whose paths carry the overrides in force; the fit and the draws stay.

    Raises
    ------
    DataError
        An override names an unknown queue, or the demand was not made by `forecast`.
    """
    source = demand.source
    if not isinstance(source, DailySource):
        raise DataError("only a demand made by forecast() can carry overrides.")
    faults = FaultList(title="The overrides were refused")
    queues = dict(source.queues)
    for override in log.in_force:
        if override.queue not in queues:
            faults.add(
                f"override {override.name}",
                f"unknown queue {override.queue!r}",
                nearest(override.queue, queues),
            )
            continue
        held = queues[override.queue]
        factors = np.array(np.broadcast_to(held.factors, (len(held.factors), source.fit.horizon)))
        first = max(day_number(override.start) - held.first_day, 0)
        last = max(day_number(override.end) - held.first_day + 1, 0)
        factors[:, first:last] *= override.factor
        queues[override.queue] = replace(held, factors=factors)
    faults.raise_any()
    notes = tuple(
        f"override {item.name}: {item.queue} x{item.factor:g}, {item.start} to {item.end}, "
        f"by {item.who}: {item.why}"
        for item in log.in_force
    )
    fresh = DailySource(
        fit=source.fit,
        queues=queues,
        grid=source.grid,
        months=source.months,
        n_paths=source.n_paths,
        seed=source.seed,
    )
    return replace(demand, source=fresh, notes=(*demand.notes, *notes))


def score_overrides(log: OverrideLog, demand: Demand, volume: Volume) -> pd.DataFrame:
    """Did each override help? The error of its days with and without it.

    Parameters
    ----------
    demand : Demand
        The forecast WITHOUT overrides.
    volume : Volume
        What came.

    Returns
    -------
    frame
        name, queue, days, actual, before, after (forecast totals), error_before, error_after
        (absolute, over the actual) and helped; days not yet seen, and days before an override
        was made, are left out.
    """
    changed = apply_overrides(demand, log)
    rows = []
    for override in log.in_force:
        facts = _by_day(volume, override.queue, demand)
        before = _mean_by_day(demand, override.queue)
        after = _mean_by_day(changed, override.queue)
        decided = day_number(override.made_on) if override.made_on else 0
        days = [
            day
            for day in range(day_number(override.start), day_number(override.end) + 1)
            if day in facts and day in before and day >= decided
        ]
        actual = sum(facts[day] for day in days)
        missed = [sum(abs(side[day] - facts[day]) for day in days) for side in (before, after)]
        rows.append(
            {
                "name": override.name,
                "queue": override.queue,
                "days": len(days),
                "actual": actual,
                "before": sum(before[day] for day in days),
                "after": sum(after[day] for day in days),
                "error_before": missed[0] / actual if actual else float("nan"),
                "error_after": missed[1] / actual if actual else float("nan"),
                "helped": bool(days) and missed[1] < missed[0],
            }
        )
    return pd.DataFrame(rows)


def _by_day(volume: Volume, queue: str, demand: Demand) -> dict[int, float]:
    """Totals of the days that were seen whole."""
    counts = volume.of(queue)
    if volume.is_daily:
        days = [day_number(day) for day in volume.daily_dates]
        return {day: float(c) for day, c in zip(days, counts, strict=True) if np.isfinite(c)}
    clock = read_clock(volume.grid, dict(demand.zones)[queue])
    frame = pd.Series(counts).groupby(clock.day)
    whole = frame.size() >= frame.size().median()
    totals = frame.sum(min_count=1)
    return {int(day): float(total) for day, total in totals[whole].dropna().items()}


def _mean_by_day(demand: Demand, queue: str) -> dict[int, float]:
    clock = read_clock(demand.grid, dict(demand.zones)[queue])
    totals = pd.Series(demand.mean(queue)).groupby(clock.day).sum()
    return {int(day): float(total) for day, total in totals.items()}
