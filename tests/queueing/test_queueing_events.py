"""The event kernel against service by hand, priority formulas and its own laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from capacity.queueing.compiled import run_compiled
from capacity.queueing.events import INF, PLAIN, Jobs, People, Rules, run_events, run_plain
from tests.oracles.event_kernel import play_slowly
from tests.oracles.queueing import fifo_by_hand


def jobs_of(release, hours, queue=None, **changes):
    """Independent jobs that arrive by themselves."""
    size = len(release)
    none = np.full(size, -1)
    jobs = Jobs(
        order=np.argsort(release, kind="stable"),
        queue=np.zeros(size, int) if queue is None else queue,
        release=np.asarray(release, float),
        clock=np.asarray(release, float),
        hours=np.asarray(hours, float),
        follow=none,
        side=none,
        fresh=np.zeros(size, bool),
    )
    return jobs._replace(**changes)


def people_of(stints, *, kind=None, cap=None, pace=None):
    """People with stints, one list of (on, off) each."""
    rows = sorted((on, off, who) for who, own in enumerate(stints) for on, off in own)
    size = len(stints)
    curve = [] if pace is None else pace
    return People(
        stint_person=np.array([who for _, _, who in rows]),
        stint_on=np.array([on for on, _, _ in rows], float),
        stint_off=np.array([off for _, off, _ in rows], float),
        kind=np.zeros(size, int) if kind is None else kind,
        cap=np.full(size, INF if cap is None else cap),
        until=np.full(size, INF),
        pace_first=np.zeros(size, int),
        pace_offset=np.zeros(size, int),
        pace_length=np.full(size, len(curve)),
        pace=np.array([*curve, 0.0]),
    )


def rules_of(queues=1, *, kinds=1, horizon=1000.0, interval=1.0, **changes):
    """Everybody serves every queue, earliest clock first, no rest, always open."""
    bins = int(np.ceil(horizon / interval))
    rules = Rules(
        class_queues=np.tile(np.arange(queues), (kinds, 1)),
        queue_classes=np.tile(np.arange(kinds), (queues, 1)),
        offset=np.zeros(queues),
        severity=np.zeros(queues),
        mean_hours=np.ones(queues),
        paced=np.zeros(queues, bool),
        rest=np.zeros((kinds, queues)),
        is_open=np.ones((queues, bins), bool),
        planned=np.zeros((kinds, queues, bins)),
        interval_hours=interval,
        bins=bins,
        rule=0,
    )
    return rules._replace(**changes)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_first_come_first_served_with_stints_matches_service_by_hand(seed):
    rng = np.random.default_rng(seed)
    release = np.sort(rng.uniform(0, 60, 200))
    hours = rng.uniform(0.05, 0.9, 200)
    stints = []
    for _ in range(3):
        # stints and breaks of an hour or more: the case in hand never skips a whole stint
        edges = np.cumsum(rng.uniform(1, 20, 6))
        stints.append([(edges[0], edges[1]), (edges[2], edges[3]), (edges[4], edges[5] + 300)])
    played = run_plain(jobs_of(release, hours), people_of(stints), rules_of(), 1000.0)
    assert_allclose(played.started, fifo_by_hand(list(release), list(hours), stints))


def random_stints(rng, people, horizon):
    """Stints of some hours with breaks, never overlapping."""
    edges = [np.cumsum(rng.uniform(0.3, 12, 20)) for _ in range(people)]
    return [
        [pair for pair in zip(e[::2], e[1::2], strict=True) if pair[0] < horizon] for e in edges
    ]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000))
def test_every_rule_at_once_is_as_the_slow_play_says(seed):
    """Kinds, caps, pacing, closed hours, rest, escalations and side tasks, by the slow oracle."""
    rng = np.random.default_rng(seed)
    own, horizon, kinds = 90, 60.0, int(rng.integers(1, 4))
    release = np.sort(rng.uniform(0, 50, own))
    child = own + np.arange(own)
    jobs = jobs_of(
        np.concatenate([release, np.full(own, INF)]), rng.exponential(0.6, 2 * own),
        queue=rng.integers(0, 3, 2 * own),
    )  # fmt: skip
    kind = rng.integers(0, 4, own)
    none = np.full(own, -1)
    jobs = jobs._replace(
        order=np.arange(own), clock=np.tile(release - rng.uniform(0, 20, own), 2),
        follow=np.concatenate([np.where(kind == 0, child, -1), none]),
        side=np.concatenate([np.where(kind == 1, child, -1), none]),
        fresh=np.concatenate([none < 0, rng.random(own) < 0.5]) & (np.arange(2 * own) >= own),
    )  # fmt: skip
    people = people_of(random_stints(rng, 5, horizon), kind=rng.integers(0, kinds, 5))
    people = people._replace(
        cap=rng.choice([2.0, 5.0, INF], 5), until=rng.choice([20.0, 55.0, INF], 5),
        pace_length=np.full(5, 40), pace=np.append(np.linspace(0.3, 5, 40), 0.0),
    )  # fmt: skip
    held = rng.random((kinds, 3)) < 0.7
    held[0] = True
    rules = rules_of(
        3, kinds=kinds, horizon=horizon,
        class_queues=padded(held), queue_classes=padded(held.T), offset=rng.uniform(0, 9, 3),
        severity=rng.choice([0.0, 0.5, 1.0], 3), mean_hours=np.full(3, 0.6),
        paced=rng.random(3) < 0.5, rest=rng.choice([0.0, 0.3], (kinds, 3)),
        is_open=np.repeat(rng.random((3, 12)) < 0.8, 5, axis=1),
    )  # fmt: skip
    played = run_plain(jobs, people, rules, horizon)
    started, worker = play_slowly(jobs, people, rules, horizon)
    assert_allclose(played.started, started)
    assert played.person.tolist() == worker.tolist()


def padded(table):
    """Positions of the true entries of each row, then -1."""
    rows = [np.flatnonzero(row) for row in table]
    width = max(1, *(len(row) for row in rows))
    return np.array([[*row, *[-1] * (width - len(row))] for row in rows], dtype=np.int64)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.booleans())
def test_people_who_are_all_alike_play_as_any_others(seed, rests):
    """The short loop for one kind of people gives what the long one gives, to the last bit."""
    rng = np.random.default_rng(seed)
    release = np.sort(rng.uniform(0, 70, 250))
    jobs = jobs_of(release, rng.lognormal(-1, 1.2, 250), queue=rng.integers(0, 3, 250))
    jobs = jobs._replace(clock=release - rng.uniform(0, 9, 250), fresh=rng.random(250) < 0.3)
    people = people_of(random_stints(rng, 4, 60.0))
    rules = rules_of(3, horizon=60.0, offset=rng.uniform(0, 9, 3))
    rules = rules._replace(rest=np.full((1, 3), 0.25 if rests else 0.0))
    short = run_plain(jobs, people, rules, 60.0)
    long = run_events(PLAIN, jobs, people, rules, 60.0, pooled=False)
    for name in short._fields:
        assert getattr(short, name).tolist() == getattr(long, name).tolist()


def test_plain_and_compiled_agree_where_people_are_all_alike():
    rng = np.random.default_rng(3)
    release = np.sort(rng.uniform(0, 70, 400))
    jobs = jobs_of(release, rng.exponential(0.6, 400), queue=rng.integers(0, 3, 400))
    people, rules = people_of(random_stints(rng, 5, 60.0)), rules_of(3, offset=np.arange(3.0))
    plain, fast = (run(jobs, people, rules, 60.0) for run in (run_plain, run_compiled))
    for name in plain._fields:
        assert getattr(plain, name).tolist() == getattr(fast, name).tolist()


def test_plain_and_compiled_agree_to_the_last_bit():
    rng = np.random.default_rng(5)
    size = 3000
    release = np.sort(rng.uniform(0, 200, size))
    follow = np.where(rng.random(size) < 0.1, np.arange(size) + size, -1)
    children = np.unique(follow[follow >= 0])
    both = np.concatenate([release, np.full(size, INF)])
    jobs = jobs_of(both, rng.lognormal(-1.5, 1, 2 * size), queue=rng.integers(0, 3, 2 * size))
    jobs = jobs._replace(
        order=np.arange(size), follow=np.concatenate([follow, np.full(size, -1)]),
        clock=np.concatenate([release, release]), side=np.full(2 * size, -1),
    )  # fmt: skip
    stints = [
        [(float(k % 3) * 8 + 24 * d, float(k % 3) * 8 + 24 * d + 8) for d in range(8)]
        for k in range(12)
    ]
    people = people_of(stints, kind=np.arange(12) % 2, cap=6.0, pace=np.linspace(0.5, 6, 192))
    rules = rules_of(
        3, kinds=2, horizon=220.0,
        class_queues=np.array([[0, 1, -1], [0, 1, 2]]),
        queue_classes=np.array([[0, 1], [0, 1], [1, -1]]),
        offset=np.array([1.0, 8.0, 24.0]), severity=np.array([1.0, 0.5, 0.0]),
        paced=np.array([False, True, False]), rest=np.array([[0.2, 0.1, 0.0], [0.3, 0.0, 0.1]]),
        mean_hours=np.full(3, 0.3), is_open=rng.random((3, 220)) < 0.8,
    )  # fmt: skip
    plain = run_plain(jobs, people, rules, 220.0)
    fast = run_compiled(jobs, people, rules, 220.0)
    assert len(children) > 100
    assert np.isfinite(plain.started).sum() > 800
    for name in plain._fields:
        assert list(getattr(plain, name)) == list(getattr(fast, name))


def test_a_case_in_hand_is_finished_after_the_shift():
    played = run_plain(jobs_of([0.9], [1.0]), people_of([[(0.0, 1.0)]]), rules_of(), 10.0)
    assert (played.started[0], played.ended[0]) == (0.9, 1.9)


def test_nobody_starts_a_case_after_the_shift():
    played = run_plain(jobs_of([1.0], [1.0]), people_of([[(0.0, 1.0)]]), rules_of(), 10.0)
    assert played.started.tolist() == [INF]


def test_earliest_due_date_beats_arrival_order():
    jobs = jobs_of([0.0, 0.1, 0.2], [1.0, 1.0, 1.0], queue=np.array([0, 0, 1]))
    rules = rules_of(2, offset=np.array([24.0, 1.0]))
    played = run_plain(jobs, people_of([[(0.0, 9.0)]]), rules, 10.0)
    assert played.started.tolist() == [0.0, 2.0, 1.0]


def test_an_escalated_case_keeps_its_clock():
    """The child of the first case is older than the second case, so it goes first."""
    jobs = jobs_of([0.0, 0.5, INF], [1.0, 1.0, 1.0])
    jobs = jobs._replace(
        order=np.array([0, 1]), clock=np.array([0.0, 0.5, 0.0]), follow=np.array([2, -1, -1])
    )
    played = run_plain(jobs, people_of([[(0.0, 9.0)]]), rules_of(), 10.0)
    assert played.started.tolist() == [0.0, 2.0, 1.0]


def test_a_fresh_child_starts_its_clock_when_it_is_released():
    jobs = jobs_of([0.0, 0.5, INF], [1.0, 1.0, 1.0])
    jobs = jobs._replace(
        order=np.array([0, 1]), clock=np.array([0.0, 0.5, 0.0]), follow=np.array([2, -1, -1]),
        fresh=np.array([False, False, True]),
    )  # fmt: skip
    played = run_plain(jobs, people_of([[(0.0, 9.0)]]), rules_of(), 10.0)
    assert played.started.tolist() == [0.0, 1.0, 2.0]


def test_a_reviewer_at_the_cap_leaves_the_severe_queue():
    jobs = jobs_of(np.zeros(6), np.ones(6), queue=np.array([0, 0, 0, 0, 1, 1]))
    rules = rules_of(2, severity=np.array([1.0, 0.0]))
    played = run_plain(jobs, people_of([[(0.0, 9.0)]], cap=2.0), rules, 10.0)
    assert np.isfinite(played.started).tolist() == [True, True, False, False, True, True]
    assert played.exposure.tolist() == [2.0]


def test_pacing_spreads_the_cap_over_the_duty():
    jobs = jobs_of(np.zeros(4), np.ones(4))
    rules = rules_of(severity=np.ones(1), paced=np.ones(1, bool))
    pace = [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]
    played = run_plain(jobs, people_of([[(0.0, 8.0)]], cap=4.0, pace=pace), rules, 10.0)
    assert sorted(played.started.tolist()) == [0.0, 2.0, 4.0, 6.0]


def test_rest_after_a_case_holds_occupancy_down():
    jobs = jobs_of(np.zeros(3), np.ones(3))
    played = run_plain(jobs, people_of([[(0.0, 9.0)]]), rules_of(rest=np.array([[0.25]])), 10.0)
    assert played.started.tolist() == [0.0, 1.25, 2.5]
    assert played.ended.tolist() == [1.0, 2.25, 3.5]


def test_planned_shares_follow_the_plan():
    jobs = jobs_of(np.zeros(6), np.ones(6), queue=np.array([0, 0, 0, 1, 1, 1]))
    planned = np.zeros((1, 2, 10))
    planned[0, 1] = 2.0
    rules = rules_of(2, horizon=10.0, planned=planned, rule=1)
    played = run_plain(jobs, people_of([[(0.5, 9.0)]]), rules, 10.0)
    assert sorted(played.started[3:].tolist())[:2] == [0.5, 1.5]


@pytest.mark.parametrize("seed", [0, 1])
def test_exponential_priorities_wait_as_cobham_says(seed):
    """c = 15, three classes of 4.5 Erlang; published means .05739, .14348, 1.00438."""
    rng = np.random.default_rng(seed)
    size = 120_000
    release = np.cumsum(rng.exponential(1 / 13.5, size))
    queue = rng.integers(0, 3, size)
    end = float(release[-1] + 100)
    people = people_of([[(0.0, end)]] * 15)
    rules = rules_of(3, horizon=end, interval=end, offset=np.arange(3) * 1e6)
    played = run_plain(jobs_of(release, rng.exponential(1, size), queue), people, rules, end)
    waits = np.array(played.started) - release
    for level, expected in enumerate([0.05739326672186721, 0.143483166804668, 1.004382167632676]):
        batches = np.array([part.mean() for part in np.array_split(waits[queue == level], 30)])
        assert abs(batches.mean() - expected) < 4 * batches.std(ddof=1) / np.sqrt(30)
