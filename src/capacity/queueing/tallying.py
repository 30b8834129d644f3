"""Scores of played paths, gathered into a simulation result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capacity.domain import Demand, Promise, Simulation, Target
from capacity.queueing.cases import Visits
from capacity.queueing.crew import WEEK_HOURS
from capacity.queueing.events import Played
from capacity.queueing.measuring import Score, Seen, Span, leaves_more, score_target
from capacity.queueing.settling import error_of_mean
from capacity.queueing.stage import Stage

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TURNAROUND_PATHS = 20


@dataclass(kw_only=True)
class Tally:
    """Scores path by path; one is filled and read by `simulate`.

    `settled` weeks lie before the first one that counts; 0 with a known backlog.
    """

    stage: Stage
    goals: list[tuple[str, Target]]
    spans: list[Span]
    settled: int

    def __post_init__(self) -> None:
        self.scores: list[list[Score]] = [[] for _ in self.goals]
        self.uncharged: list[list[Score]] = [[] for _ in self.goals]
        self.waits: list[list[Floats]] = [[] for _ in self.stage.operation.queues]
        self.exposure = np.zeros(len(self.stage.operation.pools))
        self.by_duty: list[float] = []
        self.exposed = 0
        self.overrun = 0.0
        self.played = 0

    def add(self, visits: Visits, played: Played) -> None:
        """Score one path."""
        released, started = np.asarray(played.released), np.asarray(played.started)
        ended = np.asarray(played.ended)
        queues = self.stage.operation.queues
        names = self.stage.operation.queue_names
        lags = np.array([queue.detection_lag_hours for queue in queues])
        rows_of = [np.flatnonzero(visits.queue == number) for number in range(len(names))]

        def seen(rows: Ints, closing: Ints) -> Seen:
            first = visits.first[rows]
            return Seen(
                clock=visits.clock[rows],
                released=released[first],
                started=started[first],
                closed=ended[closing[rows]],
                is_open=visits.is_open[rows],
                lag=lags[visits.root[rows]],
            )

        views = [seen(rows, visits.last) for rows in rows_of]
        for goal, (name, target) in enumerate(self.goals):
            number = names.index(name)
            view = views[number]
            if target.journey:
                view = seen(rows_of[number][visits.is_root[rows_of[number]]], visits.report)
            score = score_target(view, target, self.spans[number])
            self.scores[goal].append(score)
            if self.settled and score.growth > 0:
                score = score_target(view, target, self.spans[number], charge=False)
            self.uncharged[goal].append(score)
        if self.played < _TURNAROUND_PATHS:
            for number, view in enumerate(views):
                self.waits[number].append(_turnaround(view, self.spans[number]))
        self._add_people(played, started, ended)
        self.played += 1

    def _add_people(self, played: Played, started: Floats, ended: Floats) -> None:
        stage = self.stage
        person = np.asarray(played.person)
        rows = np.flatnonzero(
            (person >= 0) & (started >= stage.first_hour) & (started < stage.last_hour)
        )
        offs = np.array([duty.stints[-1][1] for duty in stage.duties])
        self.overrun += float(np.maximum(ended[rows] - offs[person[rows]], 0.0).sum())
        used = np.asarray(played.exposure)
        exposed: set[tuple[str | None, int]] = set()
        for duty, hours in zip(stage.duties, used, strict=True):
            if stage.first_hour <= duty.stints[0][0] < stage.last_hour:
                self.exposure[duty.pool] += hours
                self.by_duty.append(float(hours))
                if hours > 0:
                    week = int((duty.stints[0][0] - stage.first_hour) // WEEK_HOURS)
                    exposed.add((duty.person, week))
        self.exposed += len(exposed)

    def simulation(self, paths: int, seed: int, demand: Demand) -> Simulation:
        """The result over all paths."""
        stage = self.stage
        found = [self._judged(goal) for goal in range(len(self.goals))]
        promises = tuple(
            promise_of(name, target, scores, reach=self.settled)
            for (name, target), scores in zip(self.goals, found, strict=True)
        )
        shares = [np.concatenate([score.share for score in scores]) for scores in found]
        late = [
            float(np.mean([score.cases > score.on_time for score in scores])) for scores in found
        ]
        at_work = [
            (max(on, stage.first_hour), min(off, stage.last_hour))
            for duty in stage.duties
            for on, off in duty.stints
        ]
        return Simulation(
            promises=promises,
            weekly_share=np.stack(shares, axis=1) if shares else np.zeros((paths * stage.weeks, 0)),
            n_paths=paths,
            seed=seed,
            hours=sum(max(0.0, off - on) for on, off in at_work),
            exposure_hours=tuple(
                (pool.name, float(hours) / paths)
                for pool, hours in zip(stage.operation.pools, self.exposure, strict=True)
            ),
            turnaround=_turnaround_frame(stage.operation.queue_names, self.waits),
            any_late=tuple(late),
            overrun_hours=self.overrun / paths,
            weeks=stage.weeks,
            people_exposed=self._people_exposed(paths),
            exposure_per_duty=(
                (float(np.mean(self.by_duty)), max(self.by_duty))
                if self.by_duty
                else (float("nan"), float("nan"))
            ),
            notes=_notes(stage, demand, self.settled),
        )

    def _judged(self, goal: int) -> list[Score]:
        """The scores of one target; in steady state work left behind is charged only if it grows."""
        charged = self.scores[goal]
        if self.settled and not leaves_more(np.array([score.growth for score in charged])):
            return self.uncharged[goal]
        return charged

    def _people_exposed(self, paths: int) -> float:
        """Distinct persons exposed in a week; nan where the people are anonymous."""
        known = all(duty.person is not None for duty in self.stage.duties)
        if not known or not self.stage.duties:
            return float("nan")
        return self.exposed / (paths * self.stage.weeks)


def promise_of(name: str, target: Target, scores: list[Score], *, reach: int) -> Promise:
    """One promise from the scores of all paths; each starts from the weeks of `reach` others."""
    weekly = np.concatenate([score.share for score in scores])
    cases = np.concatenate([score.cases for score in scores])
    share, error = _mean_share(weekly, cases, paths=len(scores), reach=reach)
    hour_cases = np.sum([score.hour_cases for score in scores], axis=0)
    hour_good = np.sum([score.hour_on_time for score in scores], axis=0)
    worst, worst_share = _worst_hour(hour_cases, hour_good)
    return Promise(
        queue=name,
        target=target,
        share=share,
        standard_error=error,
        weeks_kept=float(np.mean(np.isnan(weekly) | (weekly >= target.share))),
        worst_hour=worst,
        worst_hour_share=worst_share,
        backlog_end=float(np.mean([score.backlog_end for score in scores])),
        oldest_hours=float(np.mean([score.oldest_hours for score in scores])),
    )


def _mean_share(weekly: Floats, cases: Floats, *, paths: int, reach: int) -> tuple[float, float]:
    """Case-weighted mean share and its standard error over paths, which start from one another."""
    weight = np.where(np.isnan(weekly), 0.0, cases)
    if weight.sum() == 0:
        return float("nan"), float("nan")
    good = np.where(np.isnan(weekly), 0.0, weekly) * weight
    by_path, size = good.reshape(paths, -1).sum(axis=1), weight.reshape(paths, -1).sum(axis=1)
    share = float(by_path.sum() / size.sum())
    if paths < 2:
        return share, float("nan")
    residual = by_path - share * size
    return share, float(error_of_mean(residual, reach) / size.mean())


def _worst_hour(cases: Floats, good: Floats) -> tuple[int, float]:
    """Hour of the week with the lowest share among hours with enough cases to tell."""
    if cases.sum() == 0:
        return 0, float("nan")
    enough = cases >= min(20.0, float(cases.max()))
    share = np.where(enough, good / np.where(cases > 0, cases, 1.0), np.inf)
    worst = int(np.argmin(share))
    return worst, float(share[worst])


def _turnaround(seen: Seen, span: Span) -> Floats:
    start = np.where(np.isnan(seen.clock), seen.released, seen.clock)
    rows = (start >= span.first) & (start < span.last) & ~seen.is_open
    return np.asarray(seen.closed[rows] - start[rows])


def _turnaround_frame(names: tuple[str, ...], waits: list[list[Floats]]) -> pd.DataFrame:
    """Quantiles of hours from arrival to closing; infinite where still open at the end."""
    rows = []
    for name, parts in zip(names, waits, strict=True):
        hours = np.concatenate([np.zeros(0), *parts])
        row: dict[str, object] = {"queue": name, "cases": len(hours)}
        for level in (0.5, 0.9, 0.95, 0.99):
            value = np.quantile(hours, level, method="higher") if len(hours) else np.nan
            row[f"p{round(100 * level)}_hours"] = float(value)
        rows.append(row)
    return pd.DataFrame(rows)


def _notes(stage: Stage, demand: Demand, settled: int) -> tuple[str, ...]:
    start = (
        f"steady-state opening backlog ({settled} week(s) of warm-up)"
        if settled
        else f"{len(demand.backlog.queues)} cases open at the start"
    )
    return (f"{start}; {stage.weeks} week(s) a path; dispatch: {stage.dispatch.value}",)
