from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from capacity.domain.grid import TimeGrid
from capacity.domain.volume import SeriesLabel, Volume
from capacity.errors import DataError
from capacity.forecasting import (
    Override,
    OverrideLog,
    apply_overrides,
    forecast,
    learn_split,
    read_overrides,
    revise,
    score_overrides,
    sum_paths,
)

WEEKS = 20


def make_volume(weeks=WEEKS, *, scale=1.0, seed=0):
    """Two queues by the hour; q1 has two markets; days vary by 10 %."""
    grid = TimeGrid(start=pd.Timestamp("2025-01-06", tz="UTC"), minutes=60, periods=weeks * 168)
    generator = np.random.default_rng(seed)
    shape = np.where(np.arange(grid.periods) % 24 < 12, 1.5, 0.5)
    day = np.repeat(np.exp(generator.normal(0, 0.1, grid.periods // 24)), 24)
    rates = np.asarray([[20.0], [12.0], [3.0]]) * shape * day * scale
    labels = (
        SeriesLabel(queue="q0"),
        SeriesLabel(queue="q1", market="ie"),
        SeriesLabel(queue="q1", market="de"),
    )
    counts = generator.poisson(rates).astype(float)
    return Volume(grid=grid, labels=labels, counts=counts, as_of=grid.end)


def until(volume, hours):
    """The same volume with some hours of news: q0 runs at double its rate."""
    grid = TimeGrid(start=volume.grid.start, minutes=60, periods=volume.grid.periods + hours)
    shape = np.where(np.arange(hours) % 24 < 12, 1.5, 0.5)
    news = np.asarray([[40.0], [12.0], [3.0]]) * shape
    counts = np.concatenate([volume.counts, np.round(news)], axis=1)
    return replace(volume, grid=grid, counts=counts, as_of=grid.end)


@pytest.fixture(scope="module")
def volume():
    return make_volume()


@pytest.fixture(scope="module")
def demand(volume):
    return forecast(volume, weeks=3, months=2, paths=150, seed=5)


def test_a_busy_morning_raises_the_rest_of_the_day_and_leaves_the_quiet_queue(volume, demand):
    revised = revise(demand, until(volume, 9))
    before, after = demand.mean("q0")[9:24], revised.mean("q0")[:15]
    assert after.sum() > 1.3 * before.sum()
    assert revised.mean("q1")[:15].sum() == pytest.approx(demand.mean("q1")[9:24].sum(), rel=0.1)


def test_the_news_fades_over_the_days(volume, demand):
    revised = revise(demand, until(volume, 9))
    today = revised.mean("q0")[:15].sum() / demand.mean("q0")[9:24].sum()
    later = revised.mean("q0")[231:255].sum() / demand.mean("q0")[240:264].sum()
    assert 0.95 < later < 1 + 0.6 * (today - 1)


def test_a_revision_without_news_changes_nothing(volume, demand):
    same = revise(demand, volume)
    assert np.array_equal(same.paths("q0"), demand.paths("q0"))


def test_a_revision_narrows_the_day(volume, demand):
    revised = revise(demand, until(volume, 9))
    spread = demand.paths("q0")[:, 9:24].sum(axis=1)
    narrow = revised.paths("q0")[:, :15].sum(axis=1)
    assert narrow.std() / narrow.mean() < spread.std() / spread.mean()


def test_a_revision_backwards_or_too_far_is_refused(volume, demand):
    old = replace(volume, as_of=volume.as_of - pd.Timedelta(days=3))
    with pytest.raises(DataError, match=r"as_of lies -3\.0 days"):
        revise(demand, old)


def override(**changes):
    settings = {
        "name": "campaign", "queue": "q0", "start": date(2025, 5, 27), "end": date(2025, 5, 28),
        "factor": 2.0, "who": "planner 2", "why": "campaign announced",
    }  # fmt: skip
    return Override(**settings | changes)


def test_an_override_changes_its_days_alone_and_is_noted(demand):
    changed = apply_overrides(demand, OverrideLog().add(override()))
    days = np.asarray(demand.grid.starts.date)
    inside = (days >= date(2025, 5, 27)) & (days <= date(2025, 5, 28))
    ratio = changed.mean("q0")[inside].sum() / demand.mean("q0")[inside].sum()
    assert ratio == pytest.approx(2.0, rel=0.05)
    assert np.array_equal(changed.paths("q1"), demand.paths("q1"))
    assert any("planner 2: campaign announced" in note for note in changed.notes)


def test_every_version_of_an_override_is_kept_and_can_be_undone(demand):
    log = OverrideLog().add(override()).add(override(factor=3.0))
    assert [item.factor for item in log.in_force] == [3.0]
    log = log.undo("campaign", who="planner 1", why="withdrawn")
    assert log.in_force == ()
    assert log.frame["action"].tolist() == ["set", "set", "undone"]
    assert np.array_equal(apply_overrides(demand, log).paths("q0"), demand.paths("q0"))
    with pytest.raises(DataError, match="no override"):
        log.undo("campaign", who="planner 1", why="again")


def test_an_override_says_who_and_why_and_keeps_its_dates_in_order():
    with pytest.raises(DataError, match=r"(?s)3 faults.*end.*factor.*why"):
        override(end=date(2025, 1, 1), factor=-1.0, why=" ")


def test_an_override_is_scored_against_what_came(volume, demand):
    facts = make_volume(WEEKS + 2, seed=9)
    start = demand.grid.starts[0].date()
    wrong = override(start=start, end=start + timedelta(days=6))
    scores = score_overrides(OverrideLog().add(wrong), demand, facts)
    assert scores["days"].tolist() == [7]
    assert scores["error_after"][0] > scores["error_before"][0]
    assert not scores["helped"][0]


def test_days_before_an_override_was_made_are_never_scored(demand):
    facts = make_volume(WEEKS + 2, seed=9)
    start = demand.grid.starts[0].date()
    late = override(start=start, end=start + timedelta(days=6), made_on=start + timedelta(days=4))
    scores = score_overrides(OverrideLog().add(late), demand, facts)
    assert scores["days"].tolist() == [3]


def test_a_log_written_to_a_file_comes_back_with_every_version(tmp_path):
    log = OverrideLog().add(override(made_on=date(2025, 5, 20))).add(override(factor=3.0))
    log = log.undo("campaign", who="planner 1", why="withdrawn", made_on=date(2025, 5, 22))
    log.frame.to_csv(tmp_path / "overrides.csv", index=False)
    again = read_overrides(pd.read_csv(tmp_path / "overrides.csv"))
    assert again == log
    assert read_overrides(OverrideLog().frame) == OverrideLog()


def test_a_log_with_a_version_removed_is_refused():
    log = OverrideLog().add(override()).add(override(factor=3.0))
    with pytest.raises(DataError, match="column version: has gaps"):
        read_overrides(log.frame.iloc[1:])
    with pytest.raises(DataError, match="column action: unknown 'erased'"):
        read_overrides(log.frame.assign(action="erased"))
    with pytest.raises(DataError, match="column why: is missing"):
        read_overrides(log.frame.drop(columns="why"))


def test_leaves_sum_to_their_queue_on_every_path(volume, demand):
    split = learn_split(volume, "q1")
    leaves = split.paths(demand, periods=100, first=5, last=15)
    assert leaves.shape == (2, 10, 100)
    assert np.array_equal(leaves.sum(axis=0), demand.paths("q1", periods=100, first=5, last=15))
    assert leaves[0].sum() / leaves.sum() == pytest.approx(0.8, abs=0.03)


def test_a_leaf_drawn_in_blocks_is_the_same_leaf(volume, demand):
    split = learn_split(volume, "q1")
    whole = split.paths(demand, periods=50, first=0, last=6)
    assert np.array_equal(split.paths(demand, periods=50, first=3, last=6), whole[:, 3:])


def test_the_sum_of_queues_is_the_sum_of_their_paths(demand):
    total = sum_paths(demand, demand.queues, periods=24)
    assert np.array_equal(total, demand.paths("q0", periods=24) + demand.paths("q1", periods=24))
