"""Each row of the list of bad inputs that concerns reading: refused with a fix, or read without loss."""

import gzip
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from capacity.errors import DataError
from capacity.intake import DateStyle, Duplicate, Gap, OnBad, RepeatedHour, read_cases

HEAD = "queue,arrived_at\n"
COUNTS = "queue,start,count\n"
T0, T1, T2 = "2026-01-05T00:00:00Z", "2026-01-05T01:00:00Z", "2026-01-05T02:00:00Z"


def write(tmp_path, text, name="cases.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def day(queue="a", first="2026-01-05"):
    return pd.DataFrame(
        {
            "queue": queue,
            "start": pd.date_range(first, periods=24, freq="h", tz="UTC"),
            "count": 1.0,
        }
    )


STRUCTURE = {
    "1 extra field": (
        HEAD + f"a,{T0},9\na,{T1}\n",
        r"1 rows have more than 2 fields \(first: row 1\)",
    ),
    "1 extra field later": (HEAD + f"a,{T0}\na,{T1},9\n", r"more than 2 fields \(first: row 2\)"),
    "2 too few fields": (
        HEAD + f"a\na,{T1}\n",
        r"1 rows have fewer than 2 fields \(first: row 1\)",
    ),
    "2 quoted": (HEAD + f'"a"\na,{T1}\n', r"fewer than 2 fields"),
    "3 cut in the last row": (HEAD + f"a,{T0}\na", r"cut in its last row \(row 2\)"),
    "4 empty file": ("", r"the file is empty, no rows"),
    "4 blank file": ("\n \n", r"the file is empty, no rows"),
    "5 header only": (HEAD, r"has a header but no rows"),
    "8 double column": ("queue,arrived_at,queue\n" + f"a,{T0},a\n", r"column queue: appears twice"),
    "10 semicolons": (f"queue;arrived_at\na;{T0}\n", r'pass sep=";"'),
    "10 tabs": (f"queue\tarrived_at\na\t{T0}\n", r"pass sep="),
    "25 NUL": (HEAD + f"a\x00,{T0}\n", r"line 2 holds a NUL character"),
    "26 UTF-16": ((HEAD + f"a,{T0}\n").encode("utf-16"), r'pass encoding="utf-16"'),
    "26 Latin-1": ((HEAD + f"\xe9,{T0}\n").encode("latin-1"), r'say encoding="latin-1"'),
    "open quote": (HEAD + f'"a,{T0}\nb,{T1}\n', r"quote"),
    "missing column": (
        "queue,arrived\n" + f"a,{T0}\n",
        r"column arrived_at: is missing; found: queue, arrived",
    ),
    "unknown column": ("queue,arrived_at,severty\n" + f"a,{T0},1\n", r"did you mean 'severity'"),
    "96 link column": (
        "queue,arrived_at,media_url\n" + f"a,{T0},x\n",
        r"media_url: looks like content or identity",
    ),
    "96 hash column": ("queue,arrived_at,md5\n" + f"a,{T0},x\n", r"must not hold"),
    "96 name column": (
        "queue,arrived_at,reviewer_name\n" + f"a,{T0},x\n",
        r"remove the column at its source",
    ),
}


@pytest.mark.parametrize("case", STRUCTURE)
@pytest.mark.parametrize("on_bad", OnBad)
def test_a_fault_of_the_whole_file_always_raises(tmp_path, case, on_bad):
    text, message = STRUCTURE[case]
    with pytest.raises(DataError, match=message):
        read_cases(write(tmp_path, text), on_bad=on_bad)


CELLS = {
    "11 decimal comma": ("count", '"1,5"', r'decimal=","'),
    "12 thousands": ("count", '"1,234"', r'thousands=","'),
    "13 percent": ("count", "30%", r"write the share"),
    "13 currency": ("count", "$85", r"remove the currency sign"),
    "13 brackets": ("count", "(5)", r"minus sign"),
    "16 no queue": ("queue", "", r"queue is not empty"),
    "22 control character": ("queue", "a\x07", r"no control characters"),
    "27 full-width digit": ("count", "\uff11", r"U\+FF11"),
    "27 Arabic digits": ("count", "\u0661\u0662", r"U\+0661"),
    "27 Unicode minus": ("count", "\u22121", r"U\+2212"),
    "27 blank that does not break": ("count", "1\u00a0234", r"U\+00A0"),
    "28 underscore": ("count", "1_000", r"plain digits"),
    "28 hexadecimal": ("count", "0x10", r"plain digits"),
    "29 true": ("count", "True", r"true and false are no counts"),
    "30 infinite": ("count", "inf", r"infinite values are refused"),
    "30 minus infinite": ("count", "-inf", r"infinite values are refused"),
    "30 nan": ("count", "nan", r"leave unknown cells empty"),
    "34 negative": ("count", "-3", r"count >= 0"),
    "38 huge": ("count", "1e300", r"count <= 1e\+12"),
    "49 slashes": ("start", "01/02/2024 08:00", r"dates=DateStyle.DAY_FIRST"),
    "51 Excel serial": ("start", "45292", r"Excel serials"),
    "52 packed date": ("start", "20240101", r"write 20240101 as 2024-01-01"),
    "53 epoch": ("start", "1704067200", r"epoch seconds"),
    "54 two-digit year": ("start", "01/02/24", r"four digits"),
    "55 30 February": ("start", "2024-02-30T00:00:00Z", r"real date and time"),
    "55 24:00": ("start", "2024-02-20T24:00:00Z", r"real date and time"),
    "55 leap second": ("start", "2024-02-20T23:59:60Z", r"real date and time"),
    "56 year 1": ("start", "0001-01-01T00:00:00Z", r"1990 to 2100|real date"),
    "56 year 9999": ("start", "9999-01-01T00:00:00Z", r"1990 to 2100|real date"),
    "57 stray 1970": ("start", "1970-01-01T00:00:00Z", r"stray 1970"),
    "58 blank date": ("start", "", r"start is not empty"),
    "59 no offset among offsets": ("start", "2026-01-05T05:00:00", r"offset in every row"),
    "50 mixed formats": ("start", "5 January 2026", r"ISO instant"),
    "96 link in a label": ("queue", "https://x.example/a", r"never content"),
    "96 hash in a label": ("queue", "d41d8cd98f00b204e9800998ecf8427e", r"never content"),
    "96 text in a label": ("queue", "he said that he would come to her", r"never content"),
}


@pytest.mark.parametrize("case", CELLS)
def test_a_broken_cell_is_refused_with_its_row_and_fix(tmp_path, case):
    column, cell, message = CELLS[case]
    row = {"queue": "a", "start": "2026-01-05T04:00:00Z", "count": "1"} | {column: cell}
    good = [f"a,2026-01-05T0{hour}:00:00Z,1" for hour in range(4)]
    text = COUNTS + "\n".join([*good, ",".join(row.values())]) + "\n"
    with pytest.raises(DataError, match=message) as error:
        read_cases(write(tmp_path, text), gaps=Gap.MISSING)
    assert "row 5" in str(error.value)
    assert "Fix: " in str(error.value)


@pytest.mark.parametrize("case", CELLS)
def test_a_broken_cell_is_set_aside_and_the_totals_reconcile(tmp_path, case):
    column, cell, _ = CELLS[case]
    row = {"queue": "a", "start": "2026-01-05T04:00:00Z", "count": "1"} | {column: cell}
    good = [f"a,2026-01-05T0{hour}:00:00Z,1" for hour in range(4)]
    text = COUNTS + "\n".join([*good, ",".join(row.values())]) + "\n"
    cases = read_cases(write(tmp_path, text), gaps=Gap.MISSING, on_bad=OnBad.SET_ASIDE)
    assert (cases.rejects.rows_read, cases.rejects.rows_kept, len(cases.rejects)) == (5, 4, 1)
    assert list(cases.rejects.frame["row"].unique()) == [5]
    assert cases.volume().of("a").tolist() == [1.0] * 4


def test_a_refused_label_of_content_is_never_repeated(tmp_path):
    text = COUNTS + f"a,{T0},1\nhttps://x.example/secret,{T1},1\n"
    with pytest.raises(DataError) as error:
        read_cases(write(tmp_path, text))
    assert "secret" not in str(error.value)


def test_all_faults_come_in_one_message(tmp_path):
    text = COUNTS + f"a,{T0},-1\n,{T1},1\na,yesterday,1\na,{T2},x\n"
    with pytest.raises(DataError) as error:
        read_cases(write(tmp_path, text))
    message = str(error.value)
    assert "4 faults" in message
    assert all(f"row {number}" in message for number in (1, 2, 3, 4))


def test_a_file_that_is_mostly_broken_raises_even_when_rows_are_set_aside(tmp_path):
    text = HEAD + "a,01/02/2026\nb,01/03/2026\nc,2026-01-05T00:00:00Z\n"
    with pytest.raises(DataError, match="as a whole"):
        read_cases(write(tmp_path, text), on_bad=OnBad.SET_ASIDE)


# ---------------------------------------------------------------- what is read, and how


def test_one_row_is_a_table(tmp_path):  # 6
    assert read_cases(write(tmp_path, HEAD + f"a,{T0}\n")).volume().of("a").tolist() == [1.0]


def test_headers_are_trimmed_and_folded(tmp_path):  # 9
    text = f"\ufeff Queue , Arrived At\na,{T0}\n"
    assert read_cases(write(tmp_path, text)).queues == ("a",)


def test_declared_marks_are_read(tmp_path):  # 10, 11, 12
    text = f"queue;start;count\na;{T0};1.234,5\na;{T1};2\n"
    cases = read_cases(write(tmp_path, text), sep=";", decimal=",", thousands=".")
    assert cases.volume().of("a").tolist() == [1234.5, 2.0]
    assert any("fractions" in note for note in cases.notes)  # 35


def test_a_thousands_mark_in_a_wrong_place_is_refused(tmp_path):
    text = f"queue;start;count\na;{T0};1.23\n"
    with pytest.raises(DataError, match="plain"):
        read_cases(write(tmp_path, text), sep=";", decimal=",", thousands=".")


@pytest.mark.parametrize(
    "name", ["NA", "null", "None", "nan", "N/A", "00123", "1e3", "123456789012345678901", "True"]
)
def test_a_label_stays_the_text_that_it_is(tmp_path, name):  # 15, 17, 18, 19
    cases = read_cases(write(tmp_path, HEAD + f"{name},{T0}\n"))
    assert cases.queues == (name,)
    assert cases.volume().queues == (name,)


def test_integer_keys_become_text_and_fractions_are_refused():  # 74
    frame = pd.DataFrame({"queue": [12, 12], "arrived_at": [T0, T1]})
    assert read_cases(frame).queues == ("12",)
    with pytest.raises(DataError, match="not fractions"):
        read_cases(frame.assign(queue=[1.5, 12.0]))


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_a_missing_key_in_a_frame_is_refused(missing):  # 16
    frame = pd.DataFrame({"queue": ["a", missing, "b"], "arrived_at": [T0, T1, T2]})
    with pytest.raises(DataError, match=r"queue is not empty \(1 rows; first: row 2"):
        read_cases(frame)


def test_near_duplicates_are_noted_and_merged_only_when_asked():  # 20
    frame = pd.DataFrame({"queue": ["CSEA", "csea ", "CSEA"], "arrived_at": [T0, T1, T2]})
    apart = read_cases(frame)
    assert apart.queues == ("CSEA", "csea ")
    assert "near-duplicate labels of queue 'CSEA', 'csea '" in apart.notes[0]
    merged = read_cases(frame, merge_labels=True)
    assert merged.volume().of("CSEA").sum() == 3
    assert "were merged" in merged.notes[0]


def test_unicode_is_composed_and_zero_width_marks_vanish():  # 21, 22
    frame = pd.DataFrame(
        {"queue": ["e\u0301", "\u00e9", "\u00e9\u200b"], "arrived_at": [T0, T1, T2]}
    )
    assert read_cases(frame).queues == ("\u00e9",)


def test_markup_in_a_label_is_escaped_when_shown():  # 23
    frame = pd.DataFrame({"queue": ["a<b>x"], "arrived_at": [T0]})
    assert "<b>x" not in read_cases(frame)._repr_html_()
    with pytest.raises(DataError, match="never content"):
        read_cases(frame.assign(queue="<img src=x onerror=1>"))


def test_another_encoding_is_read_when_named(tmp_path):  # 26
    path = write(tmp_path, (HEAD + f"\xe9,{T0}\n").encode("latin-1"))
    assert read_cases(path, encoding="latin-1").queues == ("\u00e9",)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([True, False], "no counts"),  # 29
        ([1 + 0j, 2 + 0j], "complex"),  # 42
        ([1.0, np.inf], "infinite"),  # 30
        ([pd.Timedelta(1, "s")] * 2, "seconds"),  # 42
        (["1", "x"], "plain digits"),  # 41
    ],
)
def test_typed_columns_are_checked_like_text(values, message):
    frame = pd.DataFrame(
        {"queue": "a", "start": [T0, T1], "count": pd.Series(values, dtype=object)}
    )
    with pytest.raises(DataError, match=message):
        read_cases(frame)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64", "float32", "Int64", "object"])
def test_sums_never_wrap_around(dtype):  # 39, 40, 41
    frame = pd.DataFrame(
        {"queue": ["a", "a"], "start": [T0, T0], "count": pd.Series([100, 100]).astype(dtype)}
    )
    volume = read_cases(frame, on_duplicate=Duplicate.SUM).volume()
    assert volume.of("a").tolist() == [200.0]
    assert volume.counts.dtype == float


def test_decimals_become_floats():  # 42
    frame = pd.DataFrame({"queue": "a", "start": [T0, T1], "count": [Decimal("2"), Decimal("3")]})
    assert read_cases(frame).volume().of("a").tolist() == [2.0, 3.0]


def test_an_empty_count_is_refused_or_unknown_but_never_zero(tmp_path):  # 31
    path = write(tmp_path, COUNTS + f"a,{T0},1\na,{T1},\na,{T2},2\n")
    with pytest.raises(DataError, match=r"without a count \(1 rows; first: a 2026-01-05 01"):
        read_cases(path)
    for gaps in (Gap.MISSING, Gap.ZERO):
        assert np.isnan(read_cases(path, gaps=gaps).volume().of("a")[1])


def test_a_missing_interval_is_what_the_caller_says(tmp_path):  # 32, 33
    path = write(tmp_path, COUNTS + f"a,{T0},1\na,{T2},2\nb,{T0},1\nb,{T1},1\nb,{T2},1\n")
    with pytest.raises(DataError, match=r"gaps=Gap.ZERO"):
        read_cases(path)
    assert read_cases(path, gaps=Gap.ZERO).volume().of("a").tolist() == [1.0, 0.0, 2.0]
    unknown = read_cases(path, gaps=Gap.MISSING).volume().of("a")
    assert np.isnan(unknown[1])
    assert unknown[[0, 2]].tolist() == [1.0, 2.0]


def test_a_time_of_day_as_handling_time_is_refused(tmp_path):  # 43
    path = write(tmp_path, f"queue,arrived_at,handle_seconds\na,{T0},00:05:30\n")
    with pytest.raises(DataError, match="330 for 00:05:30"):
        read_cases(path)


@pytest.mark.parametrize("seconds", ["0", "-5", "90000"])
def test_handling_seconds_are_positive_and_at_most_a_day(tmp_path, seconds):  # 79
    path = write(tmp_path, f"queue,arrived_at,handle_seconds\na,{T0},{seconds}\n")
    with pytest.raises(DataError, match="seconds of touch time"):
        read_cases(path)


def test_handling_in_other_units_is_noted():  # 43
    frame = pd.DataFrame({"queue": "a", "arrived_at": [T0, T1], "handle_seconds": [0.05, 0.06]})
    assert any("is the unit seconds?" in note for note in read_cases(frame).notes)


def test_two_counts_of_one_interval_are_refused_summed_or_the_last_taken(tmp_path):  # 45
    path = write(tmp_path, COUNTS + f"a,{T0},1\na,{T0},4\na,{T1},2\n")
    with pytest.raises(DataError, match="several rows"):
        read_cases(path)
    assert read_cases(path, on_duplicate=Duplicate.SUM).volume().of("a").tolist() == [5.0, 2.0]
    assert read_cases(path, on_duplicate=Duplicate.LAST).volume().of("a").tolist() == [4.0, 2.0]


def test_unsorted_logs_are_sorted_and_noted():  # 46
    frame = pd.DataFrame({"queue": ["b", "a"], "arrived_at": [T1, T0]})
    cases = read_cases(frame)
    assert cases.frame["queue"].tolist() == ["a", "b"]
    assert any("was not sorted" in note for note in cases.notes)


def test_mixed_interval_lengths_are_refused():  # 47
    quarters = pd.date_range("2026-01-06", periods=8, freq="15min", tz="UTC")
    mixed = pd.concat([day(), pd.DataFrame({"queue": "a", "start": quarters, "count": 1.0})])
    with pytest.raises(DataError, match="mixes interval lengths"):
        read_cases(mixed)


def test_starts_off_the_grid_are_refused():  # 48
    frame = pd.DataFrame({"queue": "a", "start": [T0, "2026-01-05T00:07:00Z"], "count": [1, 1]})
    with pytest.raises(DataError, match="no interval"):
        read_cases(frame)


def test_day_first_and_month_first_are_read_as_declared(tmp_path):  # 49
    path = write(tmp_path, HEAD + "a,02/01/2026 08:00\na,03/01/2026 09:00\n")
    first = read_cases(path, dates=DateStyle.DAY_FIRST, tz="UTC").frame["arrived_at"][0]
    assert first == pd.Timestamp("2026-01-02T08:00:00Z")
    first = read_cases(path, dates=DateStyle.MONTH_FIRST, tz="UTC").frame["arrived_at"][0]
    assert first == pd.Timestamp("2026-02-01T08:00:00Z")


@pytest.mark.parametrize(
    ("style", "cell"),
    [
        (DateStyle.EXCEL_1900, "45292.5"),
        (DateStyle.EXCEL_1904, "43830.5"),
        (DateStyle.EPOCH_SECONDS, "1704110400"),
    ],
)
def test_serial_dates_are_read_as_declared(tmp_path, style, cell):  # 51, 53
    cases = read_cases(write(tmp_path, HEAD + f"a,{cell}\n"), dates=style, tz="UTC")
    assert cases.frame["arrived_at"][0] == pd.Timestamp("2024-01-01T12:00:00Z")


def test_numeric_columns_are_no_dates():  # 51, 52, 53
    with pytest.raises(DataError, match="Excel serials"):
        read_cases(pd.DataFrame({"queue": ["a"], "arrived_at": [45292]}))


def test_a_stray_date_cannot_make_a_giant_grid():  # 57
    starts = ["1995-01-01T00:00:00Z", "2026-01-05T00:00:00Z", "2026-01-05T00:05:00Z"]
    frame = pd.DataFrame({"queue": "a", "start": starts, "count": 1})
    with pytest.raises(DataError, match="without a count"):
        read_cases(frame)


def test_a_span_of_millions_of_intervals_is_refused():  # 57
    starts = ["1990-01-01T00:00:00Z", "1990-01-01T00:05:00Z", "2099-01-05T00:00:00Z"]
    frame = pd.DataFrame({"queue": "a", "start": starts, "count": 1})
    with pytest.raises(DataError, match="remove the stray date"):
        read_cases(frame, gaps=Gap.MISSING)


def test_offsets_may_differ_because_each_names_its_instant():  # 59
    frame = pd.DataFrame({"queue": "a", "arrived_at": ["2026-01-05T02:00:00+02:00", T1]})
    assert read_cases(frame).frame["arrived_at"].tolist() == [pd.Timestamp(T0), pd.Timestamp(T1)]


def test_times_without_offset_need_a_zone(tmp_path):  # 59
    path = write(tmp_path, HEAD + "a,2026-07-05T08:00:00\n")
    with pytest.raises(DataError, match='tz="Europe/Dublin"'):
        read_cases(path)
    cases = read_cases(path, tz="Europe/Dublin")
    assert cases.frame["arrived_at"][0] == pd.Timestamp("2026-07-05T07:00:00Z")


def test_an_hour_that_does_not_exist_is_refused(tmp_path):  # 60
    path = write(tmp_path, HEAD + "a,2026-03-29T01:30:00\n")
    with pytest.raises(DataError, match=r"exists in Europe/Dublin.*2026-03-29 01:30"):
        read_cases(path, tz="Europe/Dublin")


@pytest.mark.parametrize(("which", "utc"), [(RepeatedHour.FIRST, 0), (RepeatedHour.SECOND, 1)])
def test_an_hour_that_repeats_is_refused_or_chosen(tmp_path, which, utc):  # 60
    path = write(tmp_path, HEAD + "a,2026-10-25T01:30:00\n")
    with pytest.raises(DataError, match="one instant in Europe/Dublin"):
        read_cases(path, tz="Europe/Dublin")
    cases = read_cases(path, tz="Europe/Dublin", repeated_hour=which)
    assert cases.frame["arrived_at"][0] == pd.Timestamp(f"2026-10-25T0{utc}:30:00Z")


def test_an_unknown_zone_names_the_nearest(tmp_path):  # 61
    with pytest.raises(DataError, match="Europe/Dublin"):
        read_cases(write(tmp_path, HEAD + f"a,{T0}\n"), tz="Europe/Dubln")


def test_local_days_of_23_and_25_hours_keep_every_count():  # 62
    for start, hours in (("2026-03-29", 23), ("2026-10-25", 25)):
        local = pd.date_range(start, periods=hours, freq="h", tz="Europe/Dublin")
        frame = pd.DataFrame({"queue": "a", "start": local, "count": 1})
        assert read_cases(frame).volume().of("a").tolist() == [1.0] * hours


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cases.xlsx", "save the sheet as CSV"),  # 63, 64
        ("cases.pkl", "can run code"),  # 68
        ("cases.yaml", "can run code"),
        ("https://x.example/cases.csv", "only local files"),  # 71
        ("s3://bucket/cases.csv", "only local files"),
        ("nothing.csv", "does not exist"),
    ],
)
def test_only_local_tables_are_opened(name, message):
    with pytest.raises(DataError, match=message):
        read_cases(name)


def test_a_cut_gzip_file_is_refused(tmp_path):  # 3
    whole = gzip.compress((HEAD + f"a,{T0}\n" * 1000).encode())
    with pytest.raises(DataError, match="cut or damaged"):
        read_cases(write(tmp_path, whole[:-20], "cases.csv.gz"))


def test_a_file_without_a_last_line_end_is_noted(tmp_path):  # 3
    cases = read_cases(write(tmp_path, HEAD + f"a,{T0}\na,{T1}"))
    assert any("is the file complete" in note for note in cases.notes)


def test_unused_levels_of_a_category_make_no_queue():  # 75
    queue = pd.Categorical(["a", "a"], categories=["a", "b", "c"])
    assert read_cases(pd.DataFrame({"queue": queue, "arrived_at": [T0, T1]})).queues == ("a",)


def test_mixed_units_are_refused():
    frame = pd.DataFrame({"queue": "a", "arrived_at": [T0, T1], "unit": ["report", "incident"]})
    with pytest.raises(DataError, match="mixes incident, report"):
        read_cases(frame)


def test_the_order_of_events_of_a_case_is_checked():
    frame = pd.DataFrame({"queue": "a", "arrived_at": [T1], "started_at": [T0], "closed_at": [T2]})
    with pytest.raises(DataError, match="started_at >= arrived_at"):
        read_cases(frame)
    frame = frame.assign(started_at=[T2], closed_at=[T1])
    with pytest.raises(DataError, match="closed_at >= started_at"):
        read_cases(frame)


def test_reading_leaves_the_callers_frame_alone():
    frame = pd.DataFrame({"queue": ["b", "a"], "arrived_at": [T1, T0]})
    before = frame.copy()
    read_cases(frame)
    pd.testing.assert_frame_equal(frame, before)
