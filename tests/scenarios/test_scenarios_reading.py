from datetime import date

import pytest

from capacity.domain import (
    Event,
    EventKind,
    EventShape,
    HandlingTime,
    LossKind,
    OpeningHours,
    Queue,
)
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


EVENT = 'name = "x"\nkind = "other"\nstart = 2026-04-01\neffect = 0.2\nqueue = "urgent"'
ROUND_TRIPS = {
    "Attrition": ('pool = "core"\nby = -0.5', changes.Attrition("core", by=-0.5)),
    "AutomationShare": ('queue = "urgent"\nto = 0.8', changes.AutomationShare("urgent", to=0.8)),
    "CrossTrain": (
        'pool = "core"\nskills = ["appeal"]\nlanguages = ["de"]',
        changes.CrossTrain("core", skills=("appeal",), languages=("de",)),
    ),
    "Event": (EVENT, changes.Event(Event(name="x", kind=EventKind.OTHER, start=date(2026, 4, 1), effect=0.2, queue="urgent"))),
    "ExposureCap": (
        'hours_per_day = 3\nqueues = ["urgent"]',
        changes.ExposureCap(hours_per_day=3, queues=("urgent",)),
    ),
    "HandlingTime": ('queue = "urgent"\nby = 0.15', changes.HandlingTime("urgent", by=0.15)),
    "HiringFreeze": (
        'first = "2026-03"\nlast = "2026-05"',
        changes.HiringFreeze(first="2026-03", last="2026-05"),
    ),
    "NewQueue": (
        'pools = ["core"]\nname = "new"\npriority = 2\nzone = "UTC"\nprior_per_day = 40\nhandling = { mean_minutes = 5, cv = 1 }',
        changes.NewQueue(Queue(name="new", priority=2, zone="UTC", prior_per_day=40, handling=HandlingTime(mean_minutes=5, cv=1)), ("core",)),
    ),
    "OpeningHours": (
        'queue = "urgent"\nzone = "UTC"\nopens = "08:00"\ncloses = "20:00"',
        changes.OpeningHours("urgent", OpeningHours(zone="UTC", opens_minute=480, closes_minute=1200)),
    ),
    "Outage": (
        'start = 2026-04-01\nend = 2026-04-02\nshare = 0.5',
        changes.Outage(None, start="2026-04-01", end="2026-04-02", share=0.5),
    ),
    "RemovePool": ('pool = "core"', changes.RemovePool("core")),
    "Shrinkage": (
        'category = "leave"\nshare = "17/260"\nkind = "out_of_office"',
        changes.Shrinkage("leave", "17/260", kind=LossKind.OUT_OF_OFFICE),
    ),
    "Staffing": ('pool = "core"\nby = -3', changes.Staffing("core", by=-3)),
    "Target": ('queue = "urgent"\nwithin_hours = 12\nshare = 0.9', changes.Target("urgent", within_hours=12, share=0.9)),
    "Volume": (
        'queue = "urgent"\nby = 0.3\nstart = 2026-04-01\nend = 2026-04-30\nshape = "ramp"\nsd = 0.1',
        changes.Volume("urgent", by=0.3, start="2026-04-01", end="2026-04-30", shape=EventShape.RAMP, sd=0.1),
    ),
    "Wage": ('pool = "core"\nby = 0.05', changes.Wage("core", by=0.05)),
}  # fmt: skip


def test_the_table_of_round_trips_leaves_out_only_whole_pools():
    assert set(changes.__all__) - set(ROUND_TRIPS) == {"AddPool"}


@pytest.mark.parametrize("name", list(ROUND_TRIPS))
def test_a_change_from_a_file_equals_the_same_change_from_python(tmp_path, name):
    body, wanted = ROUND_TRIPS[name]
    text = f'operation = "o.toml"\n[[scenarios]]\nname = "s"\n[[scenarios.changes]]\nchange = "{name}"\n{body}\n'
    (found,) = read(tmp_path, text).scenarios[0].changes
    assert found == wanted
    assert str(found) == str(wanted)
