"""Whatever bytes a case file holds, the answer is a history that reconciles or one error of the house."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.errors import DataError
from capacity.intake import Gap, OnBad, read_cases

LOG = (
    b"queue,arrived_at,closed_at,handle_seconds,automated,weight\n"
    b"a,2026-01-05T00:10:00Z,2026-01-05T00:20:00Z,30,0,1\n"
    b"NA,2026-01-05T01:10:00Z,,,0,1\n"
    b"b,2026-01-05T02:10:00Z,2026-01-05T02:10:01Z,,1,2.5\n"
    b"a,2026-01-05T03:10:00Z,2026-01-05T09:20:00Z,45,0,1\n"
)
COUNTS = (
    b"queue,start,count,automated\n"
    b"a,2026-01-05T00:00:00Z,3,1\n"
    b"a,2026-01-05T01:00:00Z,0,0\n"
    b"a,2026-01-05T02:00:00Z,12,4\n"
    b"a,2026-01-05T03:00:00Z,7,0\n"
)
PIECES = st.sampled_from(
    [b"", b",", b"\n", b'"', b"\x00", b"\xff", b"\xef\xbb\xbf", b"-", b"e", b"9", b"inf", b";", b"\r\n", b"T", b"+02:00",
     b"1970", b"=cmd|x", b"'", b"\xc3\xa9", b"NaN", b"99999999999999999999", b"0x1", b" ", b"\t", b"https://x"]
)  # fmt: skip


@st.composite
def damaged(draw, whole):
    """A file with one to three bites taken out or pieces put in."""
    for _ in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, len(whole)))
        end = min(len(whole), begin + draw(st.integers(0, 6)))
        whole = whole[:begin] + draw(PIECES) + whole[end:]
    return whole


@settings(max_examples=120, deadline=None)
@given(st.one_of(damaged(LOG), damaged(COUNTS)), st.sampled_from(OnBad), st.sampled_from(Gap))
def test_damaged_files_are_read_in_full_or_refused(tmp_path_factory, raw, on_bad, gaps):
    path = tmp_path_factory.mktemp("damaged") / "cases.csv"
    path.write_bytes(raw)
    try:
        cases = read_cases(path, on_bad=on_bad, gaps=gaps)
    except DataError as error:
        assert "Fix: " in str(error)  # noqa: PT017 - both answers are right, each has its rule
        return
    assert cases.rejects.rows_read == len(cases.frame) + len(cases.counts) + len(cases.rejects)
    assert not (cases.volume().counts < 0).any()


@pytest.mark.parametrize("cut", range(1, len(LOG), 7))
def test_a_cut_file_never_loses_a_row_without_a_word(tmp_path, cut):
    path = tmp_path / "cases.csv"
    path.write_bytes(LOG[:cut])
    try:
        cases = read_cases(path)
    except DataError:
        return
    whole_rows = LOG[:cut].count(b"\n") - 1
    assert len(cases.frame) == whole_rows or any(
        "is the file complete" in note for note in cases.notes
    )
