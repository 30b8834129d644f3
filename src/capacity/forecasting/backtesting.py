"""Forecast from past origins and compare with what came, beside simple rivals."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from capacity.domain.backtest import Backtest
from capacity.domain.demand import Demand
from capacity.domain.operation import Operation
from capacity.domain.seeds import stream
from capacity.domain.volume import Volume
from capacity.errors import DataError
from capacity.forecasting.demand_forecast import forecast
from capacity.forecasting.panel import Floats
from capacity.forecasting.scores import (
    cover_sums,
    expected_poisson_error,
    randomised_pit,
    score_crps,
)

RIVAL = "8-week average"
LEADS = (("day 1", 0, 1), ("days 2-7", 1, 7), ("weeks 2-6", 7, 42), ("weeks 7-12", 42, 84))
DAYS_BETWEEN = 17  # never a whole number of weeks, so that origins meet every weekday
ALL = "all"  # the name of the row in which all queues are added, path by path
PIT_BINS = 10
LEAST_DAYS = 56  # history before the first origin


@dataclass(frozen=True, kw_only=True)
class _Case:
    """One queue at one origin: facts, paths of ours, points of rivals."""

    queue: str
    history: Floats
    actual: Floats
    paths: Floats
    points: dict[str, Floats]
    per_day: int

    @property
    def scale(self) -> float:
        """Mean error of the seasonal naive over the history."""
        return _naive_error(self.history, 7 * self.per_day)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """The forecast from one origin: interval `cut` of the volume, and steps that came after."""

    cut: int
    steps: int
    demand: Demand


def backtest(
    volume: Volume,
    operation: Operation | None = None,
    *,
    origins: int = 6,
    weeks: int = 4,
    paths: int = 200,
    seed: int = 0,
) -> Backtest:
    """Forecast the recent past from earlier origins and score it, queue by queue.

    The last origin leaves ``weeks`` of facts after it; earlier ones lie 17 days apart, so that
    they meet all weekdays. Rivals: the 8-week same-slot average and the seasonal naive.

    Parameters
    ----------
    volume : Volume
    operation : Operation, optional
        As in `forecast`; its known events are seen by the forecast only from their date on.
    origins : int, default 6
    weeks : int, default 4
        Horizon.
    paths : int, default 200
    seed : int, default 0

    Returns
    -------
    Backtest
        Rows by queue (and "all", their joint sum), method and lead: wape, bias (signed, over the actual total), mase (over
        the in-sample seasonal naive), crps, pit_low and pit_high (share of randomised PIT below
        .05 and above .95), coverage_90 (of day sums), coverage_90_week, coverage_90_horizon,
        wape_over_floor (over the error of a perfect Poisson forecast), value_added (share of
        the 8-week average's WAPE saved) and actual_per_day; ``pit`` holds the histogram.

    Raises
    ------
    DataError
        The history is too short for one origin.
    """
    cuts = _origins(volume, origins=origins, weeks=weeks)
    runs = [_run(volume, operation, cut, weeks=weeks, paths=paths, seed=seed) for cut in cuts]
    leads = [lead for lead in LEADS if lead[1] < 7 * weeks]
    rows: list[dict[str, object]] = []
    bins: list[dict[str, object]] = []
    totals: list[_Case] = []
    for queue in volume.queues:
        # One queue at a time: thousands of queues are never held together.
        cases = [_case(volume, run, queue) for run in runs]
        totals = [_add(a, b) for a, b in zip(totals, cases, strict=True)] if totals else cases
        _score(cases, leads, seed, rows, bins)
    if len(volume.queues) > 1:
        _score([replace(case, queue=ALL) for case in totals], leads, seed, rows, bins)
    starts = volume.grid.starts
    return Backtest(
        frame=pd.DataFrame(rows),
        origins=tuple(starts[cut].isoformat() for cut in cuts),
        notes=(f"{len(cuts)} origins, {weeks} weeks ahead, {paths} paths, seed {seed}",),
        pit=pd.DataFrame(bins),
    )


def _origins(volume: Volume, *, origins: int, weeks: int) -> list[int]:
    per_day = 1440 // volume.grid.minutes
    days = volume.grid.periods // per_day
    last = days - 7 * weeks
    chosen = [last - DAYS_BETWEEN * back for back in range(origins)]
    cuts = [volume.grid.periods - (days - day) * per_day for day in chosen if day >= LEAST_DAYS]
    if not cuts:
        need = LEAST_DAYS + 7 * weeks
        raise DataError(f"a backtest of {weeks} weeks needs {need} days of history, got {days}.")
    return cuts[::-1]


def _run(
    volume: Volume, operation: Operation | None, cut: int, *, weeks: int, paths: int, seed: int
) -> _Run:
    grid = volume.grid
    past = replace(
        volume,
        grid=grid.head(cut),
        counts=volume.counts[:, :cut],
        as_of=grid.starts[cut],
        drivers=(),
    )
    known = operation
    if operation is not None:
        day = grid.starts[cut].date()
        seen = tuple(event for event in operation.events if event.start <= day)
        known = replace(operation, events=seen, interval_minutes=_minutes(volume, operation))
    demand = forecast(past, known, weeks=weeks, months=1, paths=paths, seed=seed)
    return _Run(
        cut=cut, steps=min(7 * weeks * 1440 // grid.minutes, grid.periods - cut), demand=demand
    )


def _case(volume: Volume, run: _Run, queue: str) -> _Case:
    counts, minutes = volume.of(queue), volume.grid.minutes
    per_day = 1440 // minutes
    paths = run.demand.source.fine(queue, 0, run.demand.n_paths, run.demand.grid.periods)
    return _Case(
        queue=queue,
        history=counts[: run.cut],
        actual=counts[run.cut : run.cut + run.steps],
        paths=_on_grid(paths, run.demand.grid.minutes, minutes)[:, : run.steps],
        points=_rivals(counts[: run.cut], run.steps, 7 * per_day),
        per_day=per_day,
    )


def _add(one: _Case, other: _Case) -> _Case:
    """Two queues together: paths are added path by path, as one future of both."""
    return replace(
        one,
        history=one.history + other.history,
        actual=one.actual + other.actual,
        paths=one.paths + other.paths,
        points={name: point + other.points[name] for name, point in one.points.items()},
    )


def _score(
    cases: list[_Case],
    leads: list[tuple[str, int, int]],
    seed: int,
    rows: list[dict[str, object]],
    bins: list[dict[str, object]],
) -> None:
    for lead in leads:
        rows += _rows(cases, lead, seed)
        bins += _pit_bins(cases, lead, seed)


def _minutes(volume: Volume, operation: Operation) -> int:
    """The history's own interval where the operation can plan on it, so that scores compare."""
    return min(volume.grid.minutes, 60) if not volume.is_daily else operation.interval_minutes


def _on_grid(paths: np.ndarray, fine: int, coarse: int) -> Floats:
    merged = max(1, coarse // fine)
    merged_paths = paths.reshape(len(paths), -1, merged).sum(axis=2)
    return np.asarray(merged_paths, dtype=np.float64)


def _rivals(history: Floats, steps: int, week: int) -> dict[str, Floats]:
    return {
        RIVAL: _same_slots(history, steps, week, weeks=8),
        "seasonal naive": _same_slots(history, steps, week, weeks=1),
    }


def _same_slots(history: Floats, steps: int, week: int, *, weeks: int) -> Floats:
    window = history[-weeks * week :].reshape(weeks, week)
    seen = np.isfinite(window)
    mean = np.where(seen, window, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    return np.asarray(np.tile(mean, -(-steps // week))[:steps])


def _naive_error(history: Floats, week: int) -> float:
    change = np.abs(history[week:] - history[:-week])
    known = change[np.isfinite(change)]
    return float(known.mean()) if len(known) and known.mean() > 0 else float("nan")


def _rows(cases: list[_Case], lead: tuple[str, int, int], seed: int) -> list[dict[str, object]]:
    if not cases:
        return []
    name, first, last = lead
    span = slice(first * cases[0].per_day, last * cases[0].per_day)
    actual = np.concatenate([case.actual[span] for case in cases])
    seen = np.isfinite(actual)
    total = float(actual[seen].sum())
    scale = float(np.nanmean([case.scale for case in cases])) if total else float("nan")
    ours = np.concatenate([case.paths[:, span] for case in cases], axis=1)
    points = {"forecast": np.median(ours, axis=0)}
    for rival in cases[0].points:
        points[rival] = np.concatenate([case.points[rival][span] for case in cases])
    floor = float(expected_poisson_error(ours.mean(axis=0)[seen]).sum())
    rival_error = float(np.abs(points[RIVAL] - actual)[seen].sum())
    rows = []
    for method, point in points.items():
        error = float(np.abs(point - actual)[seen].sum())
        mean = ours.mean(axis=0) if method == "forecast" else point
        row: dict[str, object] = {
            "queue": cases[0].queue,
            "method": method,
            "lead": name,
            "wape": _ratio(error, total),
            "bias": _ratio(float((mean - actual)[seen].sum()), total),
            "mase": _ratio(error / max(int(seen.sum()), 1), scale),
            "wape_over_floor": _ratio(error, floor),
            "value_added": 1 - _ratio(error, rival_error),
            "actual_per_day": _ratio(total * cases[0].per_day, float(seen.sum())),
            "origins": len(cases),
        }
        if method == "forecast":
            row |= _path_scores(cases, span, ours[:, seen], actual[seen], seed)
        rows.append(row)
    return rows


def _path_scores(
    cases: list[_Case], span: slice, paths: Floats, actual: Floats, seed: int
) -> dict[str, object]:
    pit = randomised_pit(paths, actual, stream(seed, "pit", cases[0].queue))
    per_day = cases[0].per_day
    blocks = {"": per_day, "_week": 7 * per_day}
    scores: dict[str, object] = {
        "crps": float(score_crps(paths, actual).mean()) if actual.size else float("nan"),
        "pit_low": float((pit < 0.05).mean()),
        "pit_high": float((pit > 0.95).mean()),
    }
    for suffix, block in blocks.items():
        inside = [cover_sums(c.paths[:, span], c.actual[span], block=block) for c in cases]
        scores[f"coverage_90{suffix}"] = _mean(np.concatenate(inside))
    horizon = [cover_sums(c.paths, c.actual, block=len(c.actual)) for c in cases]
    scores["coverage_90_horizon"] = _mean(np.concatenate(horizon))
    return scores


def _pit_bins(cases: list[_Case], lead: tuple[str, int, int], seed: int) -> list[dict[str, object]]:
    """Histogram of the randomised PIT: flat where the paths are right."""
    span = slice(lead[1] * cases[0].per_day, lead[2] * cases[0].per_day)
    generator = stream(seed, "pit bins", cases[0].queue, lead[0])
    values = [randomised_pit(case.paths[:, span], case.actual[span], generator) for case in cases]
    seen = np.concatenate([case.actual[span] for case in cases])
    pit = np.concatenate(values)[np.isfinite(seen)]
    counts = np.histogram(pit, PIT_BINS, (0.0, 1.0))[0]
    return [
        {
            "queue": cases[0].queue,
            "lead": lead[0],
            "low": low / PIT_BINS,
            "share": count / max(len(pit), 1),
        }
        for low, count in enumerate(counts)
    ]


def _ratio(value: float, base: float) -> float:
    return value / base if base > 0 else float("nan")


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")
