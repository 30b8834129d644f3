"""Facts about files of the Curtois-Qu format: what is wrong is said, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.scheduling.curtois import main
from benchmarks.scheduling.curtois_format import read_instance
from capacity.errors import DataError

GOOD = """# a comment
SECTION_HORIZON
7
SECTION_SHIFTS
E,480,
L,480,E
SECTION_STAFF
A,E=7|L=7,2400,480,5,1,1,1
B,E=7|L=0,2400,480,5,1,1,1
SECTION_DAYS_OFF
A,6
SECTION_SHIFT_ON_REQUESTS
A,0,E,2
SECTION_SHIFT_OFF_REQUESTS
B,1,L,1
SECTION_COVER
0,E,1,100,1
0,L,1,100,1
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "instance.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_is_solved_and_recounted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = tmp_path / "roster.csv"
    path = write(tmp_path, GOOD)
    assert main([str(path), "--seconds", "10", "--workers", "1", "--out", str(roster)]) == 0
    assert '"status": "optimal"' in capsys.readouterr().out
    assert roster.read_text().startswith("employee,day,shift")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("7\nSECTION_SHIFTS", "seven\nSECTION_SHIFTS", "one whole number of days"),
        ("L,480,E", "L,480,X", "unknown shift 'X'"),
        ("B,E=7|L=0", "A,E=7|L=0", r"named twice: \['A'\]"),
        ("2400,480,5,1,1,1\nB", "2400,480,5,1,1\nB", "7 fields, expected 8"),
        ("A,6", "C,6", "unknown employee 'C'"),
        ("A,0,E,2", "A,9,E,2", r"day '9' is not one of 0\.\.6"),
        ("B,1,L,1", "B,1,L,much", "weight 'much' is not a number"),
        ("0,L,1,100,1", "0,L,-1,100,1", "requirement '-1' is not a whole number"),
        ("SECTION_COVER", "SECTION_COVERS", r"missing sections \['COVER'\]"),
    ],
)
def test_a_fault_is_named_with_its_row(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    with pytest.raises(DataError, match=told):
        read_instance(write(tmp_path, GOOD.replace(old, new, 1)))


def test_all_faults_come_in_one_message(tmp_path: Path) -> None:
    text = GOOD.replace("A,6", "C,6").replace("A,0,E,2", "A,9,Q,2")
    with pytest.raises(DataError, match=r"'C'.*'9'.*'Q'"):
        read_instance(write(tmp_path, text))


def test_the_command_ends_with_two_where_the_file_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(write(tmp_path, GOOD.replace("A,6", "C,6")))]) == 2
    assert "unknown employee" in capsys.readouterr().err
