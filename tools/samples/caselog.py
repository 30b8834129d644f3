"""One row a case for the last weeks, drawn so that it sums to the hourly counts exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.domain import HandlingTime, Operation, TimeGrid
from capacity.domain.seeds import stream
from tools.samples import labels
from tools.samples.facts import REVERSED_SHARE
from tools.samples.reviewing import Team, Work
from tools.samples.settings import END, LOG_START, SOURCES

WARM_HOURS = 7 * 24
COLUMNS = (
    "queue", "arrived_at", "known_at", "started_at", "closed_at", "reported_at", "handle_seconds", "automated",
    "outcome", "market", "language", "severity", "channel", "unit", "escalated_to", "qa_result", "appeal_result",
)  # fmt: skip
# A person and QA disagree on this share of sampled cases (assumption).
DISAGREE = 0.04


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """Cases in order of arrival: number of the queue, second since the start, decided by machine."""

    queue: np.ndarray
    second: np.ndarray
    automated: np.ndarray


def case_log(
    counts: np.ndarray, automated: np.ndarray, operation: Operation, seed: int
) -> pd.DataFrame:
    """The case log that belongs to counts by queue and hour (rows in the order of SOURCES).

    The team is simulated from a week before the log, so that it does not start empty.
    """
    hours = int((END - LOG_START) / pd.Timedelta(hours=1)) + WARM_HOURS
    grid = TimeGrid(start=LOG_START - pd.Timedelta(hours=WARM_HOURS), minutes=60, periods=hours)
    cases = _arrive(counts[:, -hours:], automated[:, -hours:], seed)
    human = np.flatnonzero(~cases.automated)
    work = _work(cases, human, operation, seed)
    Team(operation, grid, work, seed).run(hours)
    frame = _frame(cases, human, work, seed, grid)
    return frame[frame["arrived_at"] >= LOG_START].reset_index(drop=True)


def _arrive(counts: np.ndarray, automated: np.ndarray, seed: int) -> Arrived:
    parts = []
    for number, source in enumerate(SOURCES):
        draw = stream(seed, "instants", source.queue)
        hour = np.repeat(np.arange(counts.shape[1]), counts[number])
        second = hour * 3600 + draw.integers(0, 3600, size=len(hour))
        # Inside an hour the automated ones are the first `automated` in a random order.
        rank = np.argsort(np.argsort(hour + draw.random(len(hour)), kind="stable"), kind="stable")
        before = np.concatenate([[0], np.cumsum(counts[number])])[hour]
        machine = (rank - before) < automated[number][hour]
        parts.append((np.full(len(hour), number), second, machine))
    queue, second, machine = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((queue, second))
    return Arrived(queue=queue[order], second=second[order], automated=machine[order])


def _work(cases: Arrived, human: np.ndarray, operation: Operation, seed: int) -> Work:
    names = operation.queue_names
    queue = np.asarray([names.index(s.queue) for s in SOURCES])[cases.queue[human]]
    draw = stream(seed, "work")
    queues = operation.queues
    shares = np.asarray(
        [
            [q.double_review_share, q.escalates_to.share if q.escalates_to else 0.0, q.qa_share]
            for q in queues
        ]
    )
    second, escalated, sampled = (draw.random((len(queue), 3)) < shares[queue]).T
    urgent, qa = operation.queue("urgent_escalation").handling, operation.queue("qa").handling
    first = np.zeros(len(queue), dtype=np.int64)
    again = np.zeros(len(queue), dtype=np.int64)
    for number, item in enumerate(queues):
        rows = np.flatnonzero(queue == number)
        first[rows] = _seconds(item.handling, len(rows), draw)
        again[rows] = _seconds(item.handling, len(rows), draw)
    return Work(
        queue=queue,
        arrived=cases.second[human],
        first_seconds=first,
        second_seconds=again * second,
        escalated_seconds=_seconds(urgent, len(queue), draw) * escalated,
        qa_seconds=_seconds(qa, len(queue), draw) * sampled,
    )


def _seconds(handling: HandlingTime, size: int, draw: np.random.Generator) -> np.ndarray:
    sigma = np.sqrt(np.log1p(handling.cv**2))
    median = handling.mean_minutes * 60 / np.sqrt(1 + handling.cv**2)
    return np.maximum(1, np.round(median * np.exp(sigma * draw.normal(size=size)))).astype(np.int64)


def _frame(
    cases: Arrived, human: np.ndarray, work: Work, seed: int, grid: TimeGrid
) -> pd.DataFrame:
    size, end = len(cases.queue), grid.periods * 3600
    draw = stream(seed, "labels")
    started = _scatter(size, human, work.started, end)
    reviewed = _scatter(size, human, work.reviewed, end)
    closed = _scatter(size, human, work.closed, end)
    machine = cases.second + draw.integers(1, 30, size=size)
    closed = np.where(cases.automated & (machine < end), machine, closed)
    handle = _scatter(size, human, np.where(work.reviewed < end, work.first_seconds, end), end)
    passed_on = (
        _scatter(size, human, np.where(work.escalated_seconds > 0, work.reviewed, end), end) >= 0
    )
    sampled = _scatter(size, human, work.qa_done, end) >= 0
    queue = np.asarray([source.queue for source in SOURCES])[cases.queue]
    outcome = labels.outcomes(cases.queue, passed_on, draw)
    reported = np.char.startswith(outcome, "reported") & (closed >= 0)
    filed = np.where(reported, closed + draw.integers(20, 400, size=size), -1)
    market, severity, channel = labels.mixes(cases.queue, draw)
    verdict = np.where(draw.random(size) < REVERSED_SHARE, "reversed", "upheld")
    disagree = draw.random(size) < DISAGREE
    return pd.DataFrame(
        {
            "queue": queue,
            "arrived_at": stamps(cases.second, grid),
            "known_at": stamps(_known(queue, cases, started, reported | passed_on), grid),
            "started_at": stamps(started, grid),
            "closed_at": stamps(closed, grid),
            "reported_at": stamps(np.where(filed < end, filed, -1), grid),
            "handle_seconds": pd.array(handle, dtype="Int64"),
            "automated": cases.automated.astype(int),
            "outcome": np.where(closed >= 0, outcome, ""),
            "market": market,
            "language": labels.languages(market),
            "severity": severity,
            "channel": channel,
            "unit": "report",
            "escalated_to": np.where(passed_on, "urgent_escalation", ""),
            "qa_result": np.where(sampled, np.where(disagree, "disagree", "agree"), ""),
            "appeal_result": np.where((queue == "appeal") & (closed >= 0), verdict, ""),
        },
        columns=list(COLUMNS),
    ).assign(handle_seconds=lambda frame: frame["handle_seconds"].where(reviewed >= 0))


def _known(queue: np.ndarray, cases: Arrived, started: np.ndarray, found: np.ndarray) -> np.ndarray:
    """A person knows when the review of a violating case starts; an urgent request tells it on arrival."""
    by_review = np.where(found & ~cases.automated, started, -1)
    return np.where(queue == "urgent_escalation", cases.second, by_review)


def _scatter(size: int, human: np.ndarray, values: np.ndarray, end: int) -> np.ndarray:
    """Values of the human cases among all cases; -1 where it has not happened by the end."""
    found = np.full(size, -1, dtype=np.int64)
    found[human] = np.where(values < end, values, -1)
    return found


def stamps(seconds: np.ndarray, grid: TimeGrid) -> pd.DatetimeIndex:
    """UTC instants of seconds since the grid's start; -1 is NaT."""
    moments = grid.start.tz_localize(None).to_datetime64().astype("datetime64[s]") + seconds
    return pd.DatetimeIndex(np.where(seconds >= 0, moments, np.datetime64("NaT"))).tz_localize(
        "UTC"
    )
