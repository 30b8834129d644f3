"""What may be open at the end of the weeks: no more than at the start, except unseen samples."""

from dataclasses import replace

import numpy as np

from capacity.domain import Target
from capacity.queueing.measuring import Seen, Span, score_target

TARGET = Target(share=0.95, within_hours=120)


def seen_of(*, released: np.ndarray, clock: np.ndarray) -> Seen:
    """Early visits close at once, late ones (from hour 100) in the next week, on time."""
    return Seen(
        clock=clock,
        released=released,
        started=released,
        closed=np.where(released < 100, released + 1.0, 200.0),
        is_open=np.zeros(len(released), dtype=bool),
    )


SPAN = Span(first=0.0, weeks=1, interval_hours=1.0, hour_of_week=np.arange(168))
RELEASED = np.concatenate([np.linspace(0, 99, 100), np.linspace(120, 160, 60)])


def share(clock: np.ndarray, span: Span) -> float:
    return float(score_target(seen_of(released=RELEASED, clock=clock), TARGET, span).share[0])


def test_cases_left_to_the_next_week_count_as_late():
    assert share(RELEASED, SPAN) < 0.75


def test_cases_left_behind_closed_doors_still_count_as_late():
    assert share(RELEASED, replace(SPAN, shut_from=118.0)) < 0.75


def test_samples_drawn_since_the_queue_closed_are_not_borrowed():
    samples = np.full(len(RELEASED), np.nan)
    assert share(samples, replace(SPAN, shut_from=118.0)) == 1.0
    assert share(samples, SPAN) < 0.75
