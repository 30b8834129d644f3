"""The synthetic sample repeats, reconciles, stays small and matches the figures it claims."""

import gzip
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from capacity.intake import read_data, read_operation
from tools.samples import child_safety
from tools.samples.facts import MINUTES_PER_REPORT, REVERSED_SHARE, URGENT_SHARE, US_SHARE
from tools.samples.load_check import pool_hours, used_share, weekly_work
from tools.samples.settings import END, LOG_START, LOG_WEEKS

FOLDER = Path(__file__).resolve().parents[1] / "data" / "samples" / "child_safety"
SEED = 7


@pytest.fixture(scope="module")
def operation():
    return read_operation(FOLDER / "operation.toml")


@pytest.fixture(scope="module")
def cases(operation):
    return read_data(operation)


@pytest.fixture(scope="module")
def log(cases):
    return cases.frame


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    child_safety.make(FOLDER, folder, SEED)
    return folder


@pytest.mark.parametrize("name", ["people.csv", "counts.csv.gz", "cases.csv.gz"])
def test_the_same_seed_gives_the_same_content(made, name):
    unpack = gzip.decompress if name.endswith(".gz") else bytes
    assert unpack((made / name).read_bytes()) == unpack((FOLDER / name).read_bytes())


def test_packed_files_carry_no_time_stamp():
    for name in ("counts.csv.gz", "cases.csv.gz"):
        assert (FOLDER / name).read_bytes()[3:8] == b"\0\0\0\0\0"


def test_the_folder_is_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 5_000_000


def test_the_sample_says_that_it_is_synthetic():
    assert "**Synthetic.**" in (FOLDER / "README.md").read_text(encoding="utf-8")
    assert "synthetic" in (FOLDER / "operation.toml").read_text(encoding="utf-8").splitlines()[0]


def test_nothing_was_set_aside_and_nothing_is_missing(cases, operation):
    assert len(cases.rejects) == 0
    volume = cases.volume(operation=operation)
    assert not np.isnan(volume.counts).any()
    assert volume.queues == operation.queue_names
    assert (volume.grid.start, volume.as_of) == (pd.Timestamp("2024-08-01", tz="UTC"), END)


def test_log_and_counts_agree_in_every_interval_of_the_overlap(cases, log):
    hour = log["arrived_at"].dt.floor("h")
    told = log.groupby(["queue", hour]).agg(count=("queue", "size"), automated=("automated", "sum"))
    counts = cases.counts[cases.counts["start"] >= LOG_START].set_index(["queue", "start"])
    told = told.reindex(counts.index, fill_value=0)
    for column in ("count", "automated"):
        np.testing.assert_array_equal(told[column].to_numpy(float), counts[column].to_numpy(float))


def test_the_opening_backlog_is_there_with_ages(cases):
    backlog = cases.volume().backlog
    assert 200 < len(backlog.queues) < 5_000
    assert max(backlog.age_hours) > 24
    assert len(set(backlog.queues)) >= 5


def within(share, hits, size, errors=4):
    return abs(hits / size - share) <= errors * math.sqrt(share * (1 - share) / size)


def test_the_urgent_share_is_the_published_one(log):
    assert within(URGENT_SHARE, (log["outcome"] == "reported_urgent").sum(), len(log))


def test_detected_material_resolves_to_the_united_states_as_published(log):
    detected = log[log["queue"].isin(["hash_match", "classifier_hit"])]
    assert within(US_SHARE, (detected["market"] == "US").sum(), len(detected))


def test_complaints_are_reversed_as_published(log):
    decided = log[log["appeal_result"] != ""]
    assert within(REVERSED_SHARE, (decided["appeal_result"] == "reversed").sum(), len(decided))


def test_minutes_a_report_lie_in_the_implied_band(log):
    reports = log[log["queue"].isin(["hash_match", "classifier_hit", "user_report"])]
    low, high = MINUTES_PER_REPORT
    assert low <= reports["handle_seconds"].mean() / 60 <= high


def test_handling_times_are_those_of_the_operation(log, operation):
    for queue in operation.queues:
        seconds = log.loc[log["queue"] == queue.name, "handle_seconds"].dropna()
        error = queue.handling.cv * queue.handling.mean_minutes / math.sqrt(len(seconds))
        assert seconds.mean() / 60 == pytest.approx(queue.handling.mean_minutes, abs=5 * error)


def test_automation_and_escalation_are_those_of_the_operation(log, operation):
    for queue in operation.queues:
        rows = log[log["queue"] == queue.name]
        if queue.automation_share:
            assert within(queue.automation_share, rows["automated"].sum(), len(rows))
        reviewed = rows[rows["handle_seconds"].notna()]
        if queue.escalates_to:
            passed = (reviewed["escalated_to"] == queue.escalates_to.to).sum()
            assert within(queue.escalates_to.share, passed, len(reviewed))


def test_counts_are_over_dispersed_and_days_are_correlated(cases, operation):
    counts = cases.volume(operation=operation).of("user_report")[-52 * 168 :].reshape(52, 168)
    level = counts.mean(axis=1, keepdims=True) / counts.mean()
    slots = counts / level
    assert (slots.var(axis=0, ddof=1) / slots.mean(axis=0)).mean() > 1.3
    days = (slots - slots.mean(axis=0)).reshape(52, 7, 24)
    morning, evening = days[:, :, :12].sum(axis=2).ravel(), days[:, :, 12:].sum(axis=2).ravel()
    assert np.corrcoef(morning, evening)[0, 1] > 0.15


def test_the_daily_season_follows_the_local_wall_clock(cases, operation):
    """The evening peak stays at the same local hour when the clocks change."""
    frame = cases.counts[cases.counts["queue"] == "user_report_de"]
    local = frame["start"].dt.tz_convert(operation.queue("user_report_de").zone)
    curve = frame.assign(summer=local.dt.month.isin(range(4, 10)), hour=local.dt.hour).pivot_table(
        index="summer", columns="hour", values="count", aggfunc="mean"
    )
    ratio = (curve.loc[True] / curve.loc[True].mean()) / (
        curve.loc[False] / curve.loc[False].mean()
    )
    assert ratio.between(0.8, 1.25).all()


def test_the_dated_step_is_in_the_history(cases):
    frame = cases.counts[cases.counts["queue"] == "classifier_hit"].set_index("start")["count"]
    before, after = frame["2025-04-08":"2025-05-05"].mean(), frame["2025-05-06":"2025-06-02"].mean()
    assert 1.2 < after / before < 1.45


def test_ids_are_pseudonyms_and_heads_agree(operation):
    assert [person.id for person in operation.people] == [f"r{n:03d}" for n in range(1, 53)]
    assert sum(pool.heads for pool in operation.pools if not pool.vendor) == 40
    assert len({operation.zone_of(pool) for pool in operation.pools}) == 3


def test_load_fits_the_people_with_little_to_spare(cases, operation):
    """One Erlang is 168 work hours a week; caps and skills leave a tight but possible team."""
    counts = cases.volume(operation=operation).counts[:, -LOG_WEEKS * 168 :]
    weeks = counts.reshape(len(operation.queues), LOG_WEEKS, 168).sum(axis=2)
    shares = [
        used_share(
            operation, weekly_work(operation, dict(zip(operation.queue_names, week, strict=True)))
        )
        for week in weeks.T
    ]
    assert 0.85 < np.mean(shares) < 0.95
    assert max(shares) < 1.0
    present = 52 * 223 / 260
    exposure = sum(pool_hours(operation, pool)[1] for pool in operation.pools)
    assert exposure == pytest.approx(present * 5 * 4)


def test_no_target_is_above_its_ceiling(operation):
    """P(handling <= hours) must exceed the share, or no staffing reaches it."""
    for queue in operation.queues:
        sigma = math.sqrt(math.log1p(queue.handling.cv**2))
        location = math.log(queue.handling.mean_minutes) - sigma**2 / 2
        for target in queue.targets:
            z = (math.log(target.within_hours * 60) - location) / sigma
            assert 0.5 * (1 + math.erf(z / math.sqrt(2))) > target.share + 0.02
