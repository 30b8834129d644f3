from datetime import date

import numpy as np
import pandas as pd
import pytest

from capacity.errors import DataError
from capacity.reporting.plan_files import PICTURES, plan_tables, write_plan
from capacity.reporting.tables import csv_bytes, write_table
from tests.oracles import front_toys as toys
from tests.oracles.front_pipeline import small_plan


def test_a_table_reads_back_as_it_was(tmp_path):
    table = pd.DataFrame(
        {
            "queue": ["a, b", 'say "x"', "NA"],
            "hours": [0.1 + 0.2, np.nan, 1e-12],
            "count": [1, 2, 3],
            "start": pd.date_range("2026-03-29", periods=3, freq="h", tz="UTC"),
        }
    )
    path = write_table(table, tmp_path / "t.csv")
    back = pd.read_csv(
        path,
        keep_default_na=False,
        # Python reads every digit; older pandas read the last one wrong.
        converters={"hours": lambda cell: float(cell or "nan")},
        parse_dates=["start"],
    )
    assert back["queue"].tolist() == table["queue"].tolist()
    assert back["hours"].tolist()[::2] == table["hours"].tolist()[::2]
    assert back["start"].tolist() == table["start"].tolist()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "=cmd|' /C calc'!A0"])
def test_text_that_a_spreadsheet_would_run_is_escaped_and_numbers_are_not(text):
    lines = csv_bytes(pd.DataFrame({"queue": [text], "change": [-1.5]})).decode().splitlines()
    assert lines[1].startswith(("'", "\"'"))
    assert lines[1].endswith(",-1.5")


def test_dates_and_numpy_numbers_are_plain():
    table = pd.DataFrame(
        {"date": [date(2026, 3, 1)], "n": np.array([3], dtype=np.int32), "ok": [True]}
    )
    assert csv_bytes(table) == b"date,n,ok\n2026-03-01,3,True\n"


def test_an_empty_table_keeps_its_header():
    assert csv_bytes(pd.DataFrame({"a": [], "b": []})) == b"a,b\n"


def test_a_plan_is_written_with_every_table_and_picture(tmp_path):
    written = write_plan(small_plan(), tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == set(written.files)
    assert {f"{name}.png" for name in PICTURES} <= names
    assert {f"{name}.csv" for name in plan_tables(small_plan())} <= names
    assert written.skipped == ()


def test_a_picture_that_may_not_be_drawn_is_named_with_its_reason(tmp_path):
    plan = toys.plan(check=toys.check_report(4), headcount=small_plan().headcount)
    written = write_plan(plan, tmp_path)
    assert [line.split(":")[0] for line in written.skipped] == ["exposure.png"]
    assert not (tmp_path / "exposure.png").exists()


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(DataError, match="is a file, not a folder"):
        write_plan(small_plan(), tmp_path / "out")
