"""From rows to volume: every case counted once, gaps kept, the backlog with its ages."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.errors import DataError
from capacity.intake import Cases, Gap, OnBad, read_cases, read_operation
from tests.oracles.counting import arrivals, waiting

START = dt.datetime(2026, 3, 28, tzinfo=dt.UTC)
HOURS = 60
QUEUES = ("a", "NA", "é b")
SMALL = settings(max_examples=25, deadline=None)
FEW = settings(max_examples=12, deadline=None)


@st.composite
def logs(draw):
    """Rows of (queue, arrived, closed, automated), over the night of a clock change."""
    size = draw(st.integers(1, 30))
    rows = []
    for _ in range(size):
        arrived = START + dt.timedelta(seconds=draw(st.integers(0, HOURS * 3600 - 1)))
        wait = draw(st.none() | st.integers(0, 200_000))
        closed = None if wait is None else arrived + dt.timedelta(seconds=wait)
        rows.append((draw(st.sampled_from(QUEUES)), arrived, closed, draw(st.booleans())))
    return rows


def frame_of(rows):
    return pd.DataFrame(
        {
            "queue": [row[0] for row in rows],
            "arrived_at": [row[1].isoformat() for row in rows],
            "closed_at": ["" if row[2] is None else row[2].isoformat() for row in rows],
            "automated": [int(row[3]) for row in rows],
        }
    )


@SMALL
@given(logs(), st.sampled_from([5, 15, 30, 60]))
def test_a_log_is_counted_as_a_clerk_would_count_it(rows, minutes):
    volume = read_cases(frame_of(rows), interval_minutes=minutes).volume()
    start = volume.grid.start.to_pydatetime()
    expected = arrivals(rows, start, minutes, volume.grid.periods)
    found = {
        (label.queue, int(number)): int(volume.counts[row, number])
        for row, label in enumerate(volume.labels)
        for number in np.flatnonzero(volume.counts[row])
    }
    assert found == expected
    assert volume.counts.sum() == len(rows)
    ages = sorted(zip(volume.backlog.queues, volume.backlog.age_hours, strict=True))
    expected_ages = waiting(rows, volume.as_of.to_pydatetime())
    assert [queue for queue, _ in ages] == [queue for queue, _ in expected_ages]
    assert [age for _, age in ages] == pytest.approx([age for _, age in expected_ages], abs=1e-9)


@FEW
@given(logs())
def test_a_shuffled_file_in_another_format_says_the_same(tmp_path_factory, rows):
    frame = frame_of(rows)
    path = tmp_path_factory.mktemp("logs") / "log.csv"
    shuffled = frame.sample(frac=1, random_state=1)
    path.write_text(shuffled.to_csv(index=False, sep=";"), encoding="utf-16")
    one = read_cases(frame).volume()
    two = read_cases(path, sep=";", encoding="utf-16").volume()
    assert set(one.queues) == set(two.queues)
    for queue in one.queues:
        np.testing.assert_array_equal(one.of(queue), two.of(queue))
        np.testing.assert_allclose(one.backlog.ages(queue), two.backlog.ages(queue))


@FEW
@given(logs())
def test_a_log_and_its_own_counts_agree_and_give_one_volume(rows):
    log = read_cases(frame_of(rows))
    counts = log.volume().frame[["queue", "start", "count"]]
    both = read_cases(frame_of(rows), history=counts)
    np.testing.assert_array_equal(
        np.sort(both.volume().counts, axis=0), np.sort(log.volume().counts, axis=0)
    )


def hourly(values, queue="a", start="2026-01-05"):
    starts = pd.date_range(start, periods=len(values), freq="h", tz="UTC")
    return pd.DataFrame({"queue": queue, "start": starts, "count": values})


def log_of(hours, queue="a", start="2026-01-05"):
    first = pd.Timestamp(start, tz="UTC")
    return pd.DataFrame(
        {"queue": queue, "arrived_at": [first + pd.Timedelta(hours=h + 0.5) for h in hours]}
    )


def test_a_log_that_disagrees_with_its_counts_is_refused():
    with pytest.raises(
        DataError, match=r"disagree in 1 intervals.*a 2026-01-05 02:00: log 1, counts 2"
    ):
        read_cases(log_of([1, 2, 3]), history=hourly([1, 1, 2, 1]))


def test_a_queue_that_the_log_lacks_is_a_disagreement():
    history = pd.concat([hourly([1, 1, 1, 1]), hourly([0, 0, 5, 0], queue="b")])
    with pytest.raises(DataError, match=r"b 2026-01-05 02:00: log 0, counts 5"):
        read_cases(log_of([0, 1, 2, 3]), history=history)


def test_rows_set_aside_from_the_log_still_count_as_arrivals():
    log = log_of([0, 1, 2, 3]).assign(handle_seconds=["5", "5", "-5", "5"])
    cases = read_cases(log, history=hourly([1, 1, 1, 1]), on_bad=OnBad.SET_ASIDE)
    assert len(cases.rejects) == 1
    assert cases.volume().of("a").tolist() == [1.0] * 4


def test_counts_rule_and_the_log_goes_on_where_they_end():
    cases = read_cases(log_of([2, 3, 3, 4]), history=hourly([7, 8, 1, 2]))
    assert cases.volume().of("a").tolist() == [7.0, 8.0, 1.0, 2.0, 1.0]


def test_what_neither_table_covers_is_unknown():
    cases = read_cases(log_of([5, 6]), history=hourly([7, 8]))
    values = cases.volume().of("a")
    assert values[:2].tolist() == [7.0, 8.0]
    assert np.isnan(values[2:5]).all()
    assert values[5:].tolist() == [1.0, 1.0]


def test_different_units_cannot_be_joined():
    log, history = log_of([0, 1]).assign(unit="report"), hourly([1, 1]).assign(unit="incident")
    with pytest.raises(DataError, match="different units"):
        read_cases(log, history=history)


def test_plain_dates_make_daily_counts_that_no_zone_moves():
    frame = pd.DataFrame(
        {"queue": "a", "start": ["2026-03-28", "2026-03-29", "2026-03-30"], "count": [5, 6, 7]}
    )
    volume = read_cases(frame).volume()
    assert volume.is_daily
    assert volume.daily_dates[1] == dt.date(2026, 3, 29)
    assert volume.of("a").tolist() == [5.0, 6.0, 7.0]
    with pytest.raises(DataError, match="cannot be joined to daily"):
        read_cases(log_of([0]), history=frame)


def test_as_of_cuts_the_history_and_reopens_later_closures():
    log = log_of([0, 1, 2, 3]).assign(
        closed_at=["2026-01-05T00:40:00Z", "2026-01-05T03:10:00Z", "", ""]
    )
    cases = read_cases(log)
    volume = cases.volume("2026-01-05T03:00:00Z")
    assert volume.of("a").tolist() == [1.0, 1.0, 1.0]
    assert volume.backlog.ages("a").tolist() == [1.5, 0.5]
    assert cases.volume().backlog.count("a") == 2
    with pytest.raises(
        DataError, match=r"not an edge of the 60 min grid. Fix: use 2026-01-05 02:00"
    ):
        cases.volume("2026-01-05T02:30:00Z")
    with pytest.raises(DataError, match="outside the history"):
        cases.volume("2026-01-06T00:00:00Z")
    with pytest.raises(DataError, match="has no offset"):
        cases.volume("2026-01-05T03:00:00")


def test_a_case_closed_at_the_very_instant_is_not_open_and_one_that_arrives_then_is_not_yet():
    log = log_of([0, 1, 2]).assign(closed_at=["2026-01-05T02:00:00Z", "2026-01-05T02:00:01Z", ""])
    log.loc[2, "arrived_at"] = pd.Timestamp("2026-01-05T02:00:00Z")
    assert read_cases(log).volume("2026-01-05T02:00:00Z").backlog.ages("a").tolist() == [0.5]


def test_an_escalated_case_waits_where_it_was_passed_on_to():
    log = log_of([0, 1]).assign(closed_at=["", ""], escalated_to=["urgent", ""])
    backlog = read_cases(log).volume().backlog
    assert backlog.queues == ("urgent", "a")


def test_a_log_without_closures_knows_no_backlog_and_says_so():
    volume = read_cases(log_of([0, 1])).volume()
    assert volume.backlog.queues == ()
    assert any("no open cases are known" in note for note in volume.notes)


def test_counts_alone_say_that_no_open_cases_are_known():
    assert any("no open cases" in note for note in read_cases(hourly([1, 2])).volume().notes)


def test_weights_count_as_cases():
    log = log_of([0, 0, 1]).assign(weight=[2, 0.5, 1])
    assert read_cases(log).volume().of("a").tolist() == [2.5, 1.0]


def test_volume_splits_by_market_and_sums_to_the_queue():
    log = log_of([0, 0, 1]).assign(market=["DE", "US", "DE"])
    cases = read_cases(log)
    split = cases.volume(by=("market",))
    assert [(label.queue, label.market) for label in split.labels] == [("a", "DE"), ("a", "US")]
    np.testing.assert_array_equal(split.of("a"), cases.volume().of("a"))
    with pytest.raises(DataError, match="no"):
        cases.volume(by=("language",))
    with pytest.raises(DataError, match="did you mean 'market'"):
        cases.volume(by=("markt",))


def test_an_unknown_queue_of_the_cases_is_refused_by_the_operation():
    operation = read_operation("data/samples/child_safety/operation.toml")
    with pytest.raises(DataError, match="the operation lacks: hash_mach"):
        read_cases(log_of([0], queue="hash_mach")).volume(operation=operation)
    volume = read_cases(log_of([0], queue="hash_match")).volume(operation=operation)
    assert volume.zone_of("hash_match") == operation.queue("hash_match").zone


def test_mean_handling_is_taken_from_reviewed_cases():
    log = log_of([0, 1, 2]).assign(handle_seconds=[60, 180, None])
    assert read_cases(log).volume().handling_minutes == (("a", 2.0),)


def test_a_new_queue_is_unknown_before_its_first_count():
    frame = pd.concat([hourly([1, 1, 1]), hourly([4], queue="b", start="2026-01-05T02:00")])
    values = read_cases(frame, gaps=Gap.MISSING).volume().of("b")
    assert np.isnan(values[:2]).all()
    assert values[2] == 4


@pytest.mark.parametrize(
    ("column", "broken"), [("start", "yesterday"), ("queue", "a\x07"), ("count", "x")]
)
def test_a_row_set_aside_explains_one_gap_and_no_more(column, broken):
    rows = hourly(["1", "2", "3", "4"])
    rows = rows.assign(start=rows["start"].map(pd.Timestamp.isoformat))
    rows.loc[2, [column]] = broken
    values = read_cases(rows, on_bad=OnBad.SET_ASIDE).volume().of("a")
    assert np.isnan(values).tolist() == [False, False, True, False]
    with pytest.raises(DataError, match="without a count"):
        read_cases(rows.drop(index=1), on_bad=OnBad.SET_ASIDE)


def test_rejects_keep_rows_as_they_were_read():
    frame = pd.DataFrame(
        {"queue": ["a", "b", "c"], "start": ["2026-01-05T00:00:00Z"] * 3, "count": ["1", "-2", "x"]}
    )
    cases = read_cases(
        pd.concat([frame, frame.assign(queue=["d", "e", "f"], count="1")]), on_bad=OnBad.SET_ASIDE
    )
    assert cases.rejects.counts() == {"count is a plain number": 1, "count >= 0": 1}
    assert set(cases.rejects.frame["count"]) == {"-2", "x"}
    assert "2 of 6 rows set aside" in cases.summary()
    assert isinstance(cases, Cases)


def test_parquet_says_the_same_as_the_frame(tmp_path):
    pytest.importorskip("pyarrow")
    log = log_of([0, 1, 1])
    path = tmp_path / "log.parquet"
    log.to_parquet(path)
    assert read_cases(path).volume().of("a").tolist() == [1.0, 2.0]


def test_parquet_without_its_extra_names_the_cure(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r"pip install 'reviewer-capacity\[parquet\]'"):
        read_cases(tmp_path / "log.parquet")
