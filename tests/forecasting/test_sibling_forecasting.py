from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from capacity.domain import Event, EventKind, Sibling
from capacity.domain.grid import TimeGrid
from capacity.domain.volume import SeriesLabel, Volume
from capacity.errors import DataError
from capacity.forecasting import forecast, revise
from capacity.forecasting.sibling_share import learn_share
from tests.builders import toy_operation, toy_pool, toy_queue

WEEKS = 30


def make_volume(young_days=0, seed=0):
    """A busy queue whose days vary, and a young one that brings 30 % of its cases."""
    grid = TimeGrid(start=pd.Timestamp("2025-01-06", tz="UTC"), minutes=60, periods=WEEKS * 168)
    generator = np.random.default_rng(seed)
    day = np.repeat(np.exp(generator.normal(0, 0.15, WEEKS * 7)), 24)
    shape = np.where(np.arange(grid.periods) % 24 < 12, 1.5, 0.5)
    counts = [generator.poisson(40 * day * shape).astype(float)]
    labels = [SeriesLabel(queue="old")]
    if young_days:
        young = generator.poisson(12 * day * shape).astype(float)
        young[: -24 * young_days] = np.nan
        counts.append(young)
        labels.append(SeriesLabel(queue="young"))
    return Volume(grid=grid, labels=tuple(labels), counts=np.stack(counts), as_of=grid.end)


SAID = Sibling(queue="old", share=0.4, share_sd=0.1)


def operation(like=SAID, **fields):
    queues = (toy_queue("old"), toy_queue("young", like=like))
    pool = toy_pool(skills=("old", "young"))
    return toy_operation(queues=queues, pools=(pool,), with_people=False, **fields)


@pytest.fixture(scope="module")
def demand():
    return forecast(make_volume(), operation(), weeks=3, months=3, paths=400, seed=4)


def weekly(demand, queue):
    return demand.paths(queue)[:, :168].sum(axis=1)


def test_a_queue_that_starts_tomorrow_brings_its_share(demand):
    ratio = weekly(demand, "young") / weekly(demand, "old")
    assert ratio.mean() == pytest.approx(0.4, abs=0.02)
    assert ratio.std() == pytest.approx(0.1, rel=0.15)
    months = demand.monthly("young").mean(axis=0) / demand.monthly("old").mean(axis=0)
    assert months == pytest.approx([0.4] * 3, abs=0.02)


def test_it_moves_with_its_sibling_path_by_path(demand):
    sure = operation(Sibling(queue="old", share=0.4))
    demand = forecast(make_volume(), sure, weeks=3, months=1, paths=400, seed=4)
    together = np.corrcoef(weekly(demand, "young"), weekly(demand, "old"))[0, 1]
    assert together > 0.5
    assert any("young: forecast like old, 0.4 of its cases" in note for note in demand.notes)


def test_it_has_counts_of_its_own(demand):
    first, other = demand.paths("young")[:, :24], demand.paths("old")[:, :24]
    assert not np.array_equal(first, np.round(0.4 * other))
    assert np.issubdtype(first.dtype, np.integer)


def test_days_of_its_own_correct_the_share_that_was_said():
    for days, least, most in ((3, 0.31, 0.40), (14, 0.29, 0.35), (40, 0.28, 0.33)):
        demand = forecast(make_volume(days), operation(), weeks=1, months=1, paths=300, seed=4)
        ratio = weekly(demand, "young").mean() / weekly(demand, "old").mean()
        assert least < ratio < most
        assert any(f"{days} days seen" in note for note in demand.notes)


def test_after_eight_weeks_it_speaks_for_itself():
    demand = forecast(make_volume(70), operation(), weeks=1, months=1, paths=50)
    assert any("no longer forecast like old" in note for note in demand.notes)
    assert demand.mean("young").sum() / demand.mean("old").sum() == pytest.approx(0.3, abs=0.03)


def test_it_has_events_of_its_own_and_those_of_all_queues_once():
    start = make_volume().as_of.date() + timedelta(days=3)
    events = (
        Event(name="own", kind=EventKind.OTHER, start=start, queue="young", effect=1.0),
        Event(name="common", kind=EventKind.OTHER, start=start, effect=0.5),
    )
    where = operation(Sibling(queue="old", share=0.4), events=events)
    demand = forecast(make_volume(), where, weeks=2, months=1, paths=200)
    before, after = slice(0, 72), slice(72, 240)
    old, young = demand.mean("old"), demand.mean("young")
    assert young[before].sum() / old[before].sum() == pytest.approx(0.4, abs=0.03)
    assert young[after].sum() / old[after].sum() == pytest.approx(0.8, abs=0.05)


def test_news_of_the_day_moves_both():
    volume = make_volume()
    demand = forecast(volume, operation(), weeks=2, months=1, paths=200, seed=4)
    grid = TimeGrid(start=volume.grid.start, minutes=60, periods=volume.grid.periods + 9)
    news = np.concatenate([volume.counts, np.full((1, 9), 120.0)], axis=1)
    revised = revise(demand, replace(volume, grid=grid, counts=news, as_of=grid.end))
    for queue in ("old", "young"):
        assert revised.mean(queue)[:15].sum() > 1.3 * demand.mean(queue)[9:24].sum()


def test_the_posterior_is_that_of_gamma_and_poisson():
    said = Sibling(queue="old", share=0.5, share_sd=0.25)
    share = learn_share(said, np.asarray([2.0, 0.0]), np.asarray([9.0, 8.0, 10.0]))
    weight = 1 / (1 + 0.09 * 0.5 * np.asarray([8.0, 10.0]))
    cases, exposure = 2 * weight[0], (weight * [8, 10]).sum()
    assert share.mean == pytest.approx((4 + cases) / (8 + exposure))
    assert share.cv == pytest.approx(1 / np.sqrt(4 + cases))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"share": 0.0}, "share must be a positive finite number"),
        ({"share": 0.4, "share_sd": 0.4}, "share_sd must be at least 0 and below the share"),
    ],
)
def test_an_impossible_share_is_refused(fields, words):
    with pytest.raises(DataError, match=words):
        Sibling(queue="old", **fields)


def test_a_sibling_must_have_a_past_of_its_own():
    with pytest.raises(DataError, match="unknown queue 'odl'"):
        operation(Sibling(queue="odl", share=0.4))
    with pytest.raises(DataError, match="is like itself"):
        toy_queue("young", like=Sibling(queue="young", share=0.4))
    with pytest.raises(DataError, match="both say how many cases come"):
        toy_queue("young", like=Sibling(queue="old", share=0.4), prior_per_day=3)
    chain = (
        toy_queue("a"),
        toy_queue("b", like=Sibling(queue="a", share=0.4)),
        toy_queue("c", like=Sibling(queue="b", share=0.4)),
    )
    with pytest.raises(DataError, match="b is itself like another queue"):
        toy_operation(queues=chain, pools=(toy_pool(skills=("a", "b", "c")),), with_people=False)
