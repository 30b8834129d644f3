"""What may be open at the end of the weeks: no more than at the start, except unseen samples."""

from dataclasses import replace

import numpy as np
import pandas as pd

from capacity.domain import Backlog, ExposureCap, OpeningHours, Target
from capacity.queueing import play, simulate
from capacity.queueing.examples import poisson_demand, two_queue_operation
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


def test_the_player_forgives_samples_drawn_behind_closed_doors_as_the_simulation_does():
    """A quality queue shut at the weekend: its weekend samples wait for Monday in both."""
    base = two_queue_operation()
    opening = OpeningHours(zone="UTC", weekdays=(0, 1, 2, 3, 4), opens_minute=0, closes_minute=1440)
    normal = replace(
        base.queue("normal"),
        automation_share=0.0,
        escalates_to=None,
        qa_share=0.3,
        qa_queue="urgent",
    )
    samples = replace(base.queue("urgent"), targets=(TARGET,), opening=opening)
    operation = replace(base, queues=(samples, normal), exposure=ExposureCap.off())
    backlog = Backlog(queues=("normal",), age_hours=(0.0,))
    demand = poisson_demand(operation, per_hour={"normal": 12.0}, weeks=1, paths=6, backlog=backlog)
    heads = pd.DataFrame({"pool": "core", "start": demand.grid.starts, "heads": 4})
    shares = [run(demand, operation, heads=heads).promises[0].share for run in (play, simulate)]
    assert min(shares) > 0.99
