import pytest

from capacity.errors import DataError
from capacity.scenarios import changes, read_scenarios
from capacity.scenarios.reading import CHANGES

GOOD = """
operation = "operation.toml"
[[scenarios]]
name = "busy"
[[scenarios.changes]]
change = "Volume"
queue = "urgent"
by = 0.3
start = 2026-04-01
[[scenarios.changes]]
change = "Shrinkage"
category = "leave"
share = "17/260"
kind = "out_of_office"
[[scenarios.changes]]
change = "OpeningHours"
queue = "urgent"
zone = "UTC"
opens = "08:00"
closes = "20:00"
"""


def read(tmp_path, text):
    path = tmp_path / "scenarios.toml"
    path.write_text(text, encoding="utf-8")
    return read_scenarios(path)


def test_a_file_gives_the_same_changes_as_python(tmp_path):
    file = read(tmp_path, GOOD)
    assert file.operation == tmp_path / "operation.toml"
    volume, shrinkage, opening = file.scenarios[0].changes
    assert volume == changes.Volume("urgent", by=0.3, start="2026-04-01")
    assert shrinkage == changes.Shrinkage("leave", "17/260", kind=shrinkage.kind)
    assert opening.opening.hours_per_week == 84


def test_every_change_of_the_library_can_be_read_from_a_file():
    assert set(CHANGES) == set(changes.__all__)


def test_all_faults_of_a_file_come_in_one_message(tmp_path):
    text = GOOD.replace('"Volume"', '"Volumes"').replace('category = "leave"', 'categry = "leave"')
    with pytest.raises(DataError) as caught:
        read(tmp_path, text)
    assert "did you mean 'Volume'" in str(caught.value)
    assert "did you mean 'category'" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "busy"', "", "name: is missing"),
        ('operation = "operation.toml"', "", "names no file"),
        ("by = 0.3", 'by = "30 %"', "not a finite number"),
        ("start = 2026-04-01", "start = 2026-04-01\nend = 2026-03-01", "end 2026-03-01 is before"),
        ('queue = "urgent"\nzone', "zone", "queue: is missing"),
        ("[[scenarios]]", "[[scenario]]", "did you mean 'scenarios'"),
        ('"busy"', '"as is"', "always implied"),
        ("[[scenarios]]", "[[scenarios", "no valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_the_fix(tmp_path, old, new, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, GOOD.replace(old, new, 1))


def test_a_scenario_twice_is_refused(tmp_path):
    with pytest.raises(DataError, match="'busy' is listed twice"):
        read(tmp_path, GOOD + GOOD.replace('operation = "operation.toml"', ""))


def test_a_file_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_scenarios(tmp_path / "none.toml")
