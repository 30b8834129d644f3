"""How a promise reads, and what it says where nothing arrived."""

from dataclasses import replace

from capacity.domain import Target
from capacity.domain.promise import Promise

PROMISE = Promise(
    queue="urgent",
    target=Target(share=0.95, within_hours=0.25),
    share=0.93,
    standard_error=0.004,
    weeks_kept=0.4,
    worst_hour=3,
    worst_hour_share=0.8,
    backlog_end=0.0,
    oldest_hours=0.0,
)
NAN = float("nan")


def test_a_missed_promise_says_so_in_the_unit_that_reads_best():
    assert not PROMISE.is_kept
    assert str(PROMISE) == (
        "urgent: 93.0 % (se 0.4) closed within 15 min, MISSES 95 %; 40 % of weekly paths keep it"
    )


def test_one_path_has_no_standard_error():
    assert "93.0 % (one path)" in str(replace(PROMISE, standard_error=NAN))


def test_where_no_case_arrives_nothing_is_missed():
    empty = replace(PROMISE, share=NAN, standard_error=NAN)
    assert empty.is_kept
    assert str(empty) == "urgent: no case to be closed within 15 min"
