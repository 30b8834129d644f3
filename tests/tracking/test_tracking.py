from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from capacity.domain import ClockFrom, Target
from capacity.errors import DataError
from capacity.intake import read_cases
from capacity.tracking import track
from capacity.tracking.proportions import Z_95, censored_quantiles, wilson
from tests.oracles import front_toys as toys
from tests.oracles import tracking as slow

START = pd.Timestamp("2026-03-02", tz="UTC")


def case_log(n=300, seed=1):
    rng = np.random.default_rng(seed)
    arrived = START + pd.to_timedelta(np.sort(rng.uniform(0, 10 * 24, n)), unit="h").floor("s")
    wait = pd.to_timedelta(rng.exponential(8, n), unit="h").floor("s")
    automated = rng.random(n) < 0.3
    return pd.DataFrame(
        {
            "queue": rng.choice(["urgent", "user_report"], n),
            "arrived_at": arrived,
            "closed_at": (arrived + wait).where(~(arrived + wait > START + pd.Timedelta(days=10))),
            "handle_seconds": np.where(automated, np.nan, rng.uniform(60, 600, n)),
            "automated": automated,
            "escalated_to": np.where(rng.random(n) < 0.1, "urgent", ""),
        }
    )


@pytest.fixture(scope="module")
def report():
    cases = read_cases(case_log())
    return track(cases, toys.operation()), cases


def rows(cases, queue):
    return cases.frame[cases.frame["queue"] == queue]


@pytest.mark.parametrize("queue", ["urgent", "user_report"])
def test_on_time_is_counted_over_cases_whose_deadline_has_passed(report, queue):
    tracked, cases = report
    target = toys.operation().queue(queue).targets[0]
    quick, late = slow.on_time(rows(cases, queue), target.within_hours, cases.end)
    row = tracked.frame.set_index("queue").loc[queue]
    assert row["on_time"] == pytest.approx(quick / (quick + late))
    assert row["on_time_low"] < row["on_time"] < row["on_time_high"]


@pytest.mark.parametrize("queue", ["urgent", "user_report"])
def test_backlog_and_its_oldest_case_are_those_of_a_count(report, queue):
    tracked, cases = report
    row = tracked.frame.set_index("queue").loc[queue]
    assert row["backlog"] == slow.backlog(rows(cases, queue), cases.end)
    days = tracked.daily[tracked.daily["queue"] == queue]
    for day in days.itertuples():
        end = pd.Timestamp(day.date, tz="UTC") + pd.Timedelta(days=1)
        assert day.backlog_end == slow.backlog(rows(cases, queue), end)


def test_turnaround_treats_open_cases_as_censored(report):
    tracked, cases = report
    frame = rows(cases, "user_report")
    frame = frame[~frame["automated"]]
    ended = frame["closed_at"].notna()
    times = (frame["closed_at"].fillna(cases.end) - frame["arrived_at"]) / pd.Timedelta(hours=1)
    row = tracked.frame.set_index("queue").loc["user_report"]
    for level, name in ((0.5, "p50"), (0.9, "p90"), (0.95, "p95")):
        expected = slow.survival_quantile(times.tolist(), ended.tolist(), level)
        assert row[f"turnaround_{name}_hours"] == pytest.approx(expected, nan_ok=True)


def test_a_growing_backlog_cannot_shorten_the_turnaround():
    frame = case_log()
    stuck = frame.assign(closed_at=frame["closed_at"].where(np.arange(len(frame)) % 3 > 0))
    medians = [
        track(read_cases(table), toys.operation()).frame["turnaround_p50_hours"].to_numpy()
        for table in (frame, stuck)
    ]
    assert (medians[1] >= medians[0]).all()


def test_exposure_is_severity_times_touched_hours(report):
    tracked, cases = report
    row = tracked.frame.set_index("queue").loc["user_report"]
    touched = rows(cases, "user_report")["handle_seconds"].sum() / 3600
    assert row["exposure_hours"] == pytest.approx(0.5 * touched)


def test_what_happened_after_as_of_is_not_known_yet():
    frame = case_log()
    moment = START + pd.Timedelta(days=6)
    early = frame[frame["arrived_at"] < moment]
    cut = early.assign(closed_at=early["closed_at"].where(~(early["closed_at"] > moment)))
    late = track(read_cases(frame), toys.operation(), as_of=moment).frame
    as_then = track(read_cases(cut), toys.operation(), as_of=read_cases(cut).end).frame
    assert late["reviewed"].tolist() == as_then["reviewed"].tolist()
    assert late["backlog"].tolist() == as_then["backlog"].tolist()


def test_since_leaves_out_earlier_arrivals():
    cases = read_cases(case_log())
    moment = START + pd.Timedelta(days=5)
    tracked = track(cases, toys.operation(), since=moment).frame
    assert tracked["logged"].sum() == (cases.frame["arrived_at"] >= moment).sum()
    assert tracked["arrived"].sum() == tracked["logged"].sum()


def test_a_missing_clock_is_counted_in_a_note():
    queue = replace(
        toys.operation().queues[0],
        targets=(Target(share=0.9, within_hours=2, clock_from=ClockFrom.KNOWLEDGE),),
    )
    operation = toys.operation(queues=(queue, toys.operation().queues[1]))
    cases = read_cases(case_log())
    tracked = track(cases, operation)
    human = (~rows(cases, "urgent")["automated"]).sum()
    assert any(f"urgent: {human} cases have no knowledge instant" in note for note in tracked.notes)
    assert np.isnan(tracked.frame.set_index("queue").loc["urgent", "on_time"])


def test_counts_alone_give_the_volume_and_say_so():
    counts = pd.DataFrame(
        {
            "queue": ["urgent"] * 24 + ["user_report"] * 24,
            "start": list(pd.date_range(START, periods=24, freq="h")) * 2,
            "count": 2,
        }
    )
    tracked = track(read_cases(counts), toys.operation())
    assert tracked.frame["arrived"].tolist() == [48, 48]
    assert "counts alone" in tracked.notes[0]
    assert "no case log" in tracked.summary()


def test_a_queue_that_the_operation_lacks_is_refused():
    frame = case_log().assign(queue="urgnt")
    with pytest.raises(DataError, match="did you mean 'urgent'"):
        track(read_cases(frame), toys.operation())


def test_a_span_outside_the_data_is_refused():
    cases = read_cases(case_log())
    with pytest.raises(DataError, match="outside the data"):
        track(cases, toys.operation(), as_of=cases.end + pd.Timedelta(hours=1))


def test_wilson_solves_its_equation():
    low, high = wilson(7, 40)
    for bound in (low, high):
        assert abs(7 / 40 - bound) == pytest.approx(Z_95 * np.sqrt(bound * (1 - bound) / 40))
    assert pytest.approx(norm.ppf(0.975)) == Z_95
    assert wilson(0, 10)[0] == 0.0
    assert np.isnan(wilson(0, 0)).all()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=25),
    st.sampled_from([0.1, 0.5, 0.9]),
)
def test_censored_quantiles_follow_the_definition(cases, level):
    times, ended = [float(t) for t, _ in cases], [e for _, e in cases]
    fast = censored_quantiles(np.array(times), np.array(ended), (level,), np.ones(len(cases)))
    assert fast[0] == pytest.approx(slow.survival_quantile(times, ended, level), nan_ok=True)
