"""Facts about the minute-level rotation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.scheduling.rostering.rotation import DutySlots, RotationTask, day_budget, rotate
from tests.oracles.rotations import pointer_rotation, weighted_hours


def one_day(heads: np.ndarray, severity: np.ndarray, people: int, minutes: int) -> RotationTask:
    """One duty of all slices for everybody, without any cap."""
    slices = heads.shape[1]
    everywhere = np.ones(slices, dtype=bool)
    return RotationTask(
        slice_hours=minutes / 60,
        heads=heads,
        eligible=np.ones((people, severity.size), dtype=bool),
        severity=severity,
        priority=np.ones(severity.size, dtype=np.int64),
        duties=tuple(
            DutySlots(
                person=p, first=0, last=slices, day=0, open_slices=everywhere, exposable=everywhere
            )
            for p in range(people)
        ),
        day_cap=np.full(people, np.inf),
        week_cap=np.full(people, np.inf),
        rolling=(),
        any_24_hours=False,
        in_row_minutes=np.inf,
        break_minutes=0.0,
        max_days=None,
        recovery_days=0,
        wellness_per_hour=0.0,
        wellness_is_break=True,
        carried=np.zeros((people, 0)),
        first_weekday=0,
        share=1.0,
    )


def random_work(
    rng: np.random.Generator, people: int, minutes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Eight hours of work on three queues of weights 1, .5 and .3, fractions included."""
    per_hour = rng.dirichlet(np.ones(3), size=8).T * rng.uniform(0.3, 0.9) * people
    return np.repeat(per_hour, 60 // minutes, axis=1), np.array([1.0, 0.5, 0.3])


def test_weighted_work_stays_within_a_slice_of_the_mean_where_the_pointer_is_hours_off() -> None:
    rng = np.random.default_rng(5)
    ours, naive = [], []
    for _ in range(25):
        people = int(rng.integers(2, 13))
        heads, severity = random_work(rng, people, 10)
        fair = weighted_hours(rotate(one_day(heads, severity, people, 10)).queue, severity, 1 / 6)
        walked = weighted_hours(pointer_rotation(heads, people), severity, 1 / 6)
        ours.append(fair.max() - fair.mean())
        naive.append(walked.max() - walked.mean())
    assert max(ours) <= 1 / 6 + 1e-9
    assert max(naive) > 0.5


def test_a_cap_of_one_slice_above_the_mean_holds_and_loses_no_work() -> None:
    rng = np.random.default_rng(8)
    for _ in range(10):
        people = int(rng.integers(2, 10))
        heads, severity = random_work(rng, people, 10)
        mean = float((heads * severity[:, None]).sum() / 6 / people)
        task = replace(one_day(heads, severity, people, 10), day_cap=np.full(people, mean + 1 / 6))
        answer = rotate(task)
        assert weighted_hours(answer.queue, severity, 1 / 6).max() <= mean + 1 / 6 + 1e-9
        assert (answer.left_heads < 1).all()


@given(
    people=st.integers(1, 6),
    whole=st.lists(st.integers(0, 6), min_size=1, max_size=40),
)
@settings(deadline=None, max_examples=40)
def test_whole_heads_of_one_weight_give_everybody_floor_or_ceiling(
    people: int, whole: list[int]
) -> None:
    heads = np.minimum(np.array([whole], dtype=float), people)
    queue = rotate(one_day(heads, np.array([1.0]), people, 10)).queue
    shares = (queue >= 0).sum(axis=1)
    assert shares.max() - shares.min() <= 1
    assert shares.sum() == heads.sum()


def test_work_nobody_can_take_is_left_over_not_lost() -> None:
    heads = np.ones((1, 12))
    task = replace(one_day(heads, np.array([1.0]), 1, 10), eligible=np.zeros((1, 1), dtype=bool))
    answer = rotate(task)
    assert (answer.queue == -1).all()
    assert answer.left_heads[0] == pytest.approx(12)


def test_a_run_of_exposure_ends_with_a_pause() -> None:
    heads = np.ones((1, 48))
    task = replace(one_day(heads, np.array([1.0]), 1, 10), in_row_minutes=50.0, break_minutes=10.0)
    worked = rotate(task).queue[0] >= 0
    assert worked.tolist() == ([True] * 5 + [False]) * 8


def test_wellness_due_is_kept_free_even_when_work_is_plenty() -> None:
    heads = np.ones((1, 48))
    task = replace(one_day(heads, np.array([1.0]), 1, 10), wellness_per_hour=20.0)
    exposed = int((rotate(task).queue >= 0).sum())
    assert 48 - exposed >= 20 * exposed / 6 / 10
    assert exposed == 36


def test_any_24_hours_counts_the_evening_before() -> None:
    everywhere = np.ones(24, dtype=bool)
    duties = tuple(
        DutySlots(
            person=0, first=f, last=f + 24, day=d, open_slices=everywhere, exposable=everywhere
        )
        for d, f in ((0, 0), (1, 72))
    )
    heads = np.zeros((1, 96))
    heads[:, :24] = heads[:, 72:] = 1.0
    base = replace(one_day(heads, np.array([1.0]), 1, 10), duties=duties, day_cap=np.array([3.0]))
    assert (rotate(base).queue >= 0).sum() == 36
    strict = replace(base, any_24_hours=True)
    assert (rotate(strict).queue >= 0).sum() == 18


@pytest.mark.parametrize(
    ("past", "expected"),
    [([3.0, 3.0], 0.0), ([3.0, 0.0], 0.0), ([0.0, 3.0], 4.0), ([3.0, 3.0, 0.0, 0.0], 4.0)],
)
def test_recovery_days_follow_the_longest_run(past: list[float], expected: float) -> None:
    task = replace(
        one_day(np.zeros((1, 6)), np.array([1.0]), 1, 10),
        day_cap=np.array([4.0]),
        max_days=1 if past == [3.0, 0.0] else 2,
        recovery_days=2,
        carried=np.array([past]),
    )
    by_day = np.append(np.array(past), 0.0)
    assert day_budget(task, by_day, 0, 0) == expected
