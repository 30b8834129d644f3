"""An operation file is read into one noun, or refused with every fault, its place and its fix."""

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest

from capacity.domain import ClockFrom, MeasuredAt, Tier
from capacity.errors import DataError
from capacity.intake import read_operation, validate_operation

ROOT = Path(__file__).resolve().parents[2]
SMALL = """
[operation]
name = "small"
zone = "Europe/Dublin"

[[sites]]
name = "dublin"
zone = "Europe/Dublin"
currency = "USD"

[[queues]]
name = "hash_match"
priority = 1
zone = "UTC"
handling = { mean_minutes = 3, cv = 1.0 }
targets = [{ share = 0.95, within_hours = 24 }]

[[pools]]
name = "core"
site = "dublin"
skills = ["hash_match"]
languages = ["en"]
heads = 2
shifts = [{ name = "day", start = "09:00", hours = 8 }]
cost = { annual_salary = 40000, load_factor = 1.3 }
attrition = [{ from_months = 0, yearly = 0.35 }]
hiring = { lead_weeks = 8 }
"""


def write(tmp_path, text=SMALL, **files):
    for name, content in files.items():
        (tmp_path / name.replace("_csv", ".csv")).write_text(content, encoding="utf-8")
    path = tmp_path / "operation.toml"
    path.write_text(text, encoding="utf-8")
    return path


def changed(old, new):
    assert old in SMALL
    return SMALL.replace(old, new)


def test_a_small_operation_is_read(tmp_path):
    operation = read_operation(write(tmp_path))
    assert operation.queue("hash_match").targets[0].within_hours == 24
    assert operation.pool("core").shifts[0].start_minute == 540
    assert operation.pool("core").shifts[0].length_minutes == 480
    assert operation.exposure.hours_per_day == 4.0
    assert validate_operation(tmp_path / "operation.toml") == ()


FAULTS = {
    "missing zone": ('zone = "Europe/Dublin"\n\n[[sites]]', "[[sites]]", r"operation\.zone: is missing\. Fix: add zone"),
    "empty zone": ('zone = "Europe/Dublin"\n\n[[sites]]', 'zone = ""\n[[sites]]', r"operation\.zone.*not text"),
    "unknown zone": ('zone = "UTC"', 'zone = "Europe/Dubln"', r"queues\.hash_match\.zone: unknown time zone.*Europe/Dublin"),
    "unknown key": ("priority = 1", "priorty = 1", r"queues\.hash_match\.priorty: is an unknown key\. Fix: did you mean 'priority'"),
    "unknown table": ("[[pools]]", "[[pool]]", r"pool: is an unknown key\. Fix: did you mean 'pools'"),
    "missing handling": ("handling = { mean_minutes = 3, cv = 1.0 }\n", "", r"queues\.hash_match\.handling: is missing"),
    "missing cv": (", cv = 1.0", "", r"queues\.hash_match\.handling\.cv: is missing"),
    "percent slip": ("share = 0.95", "share = 95", r"targets\[1\]: target share must be in \(0, 1\), got 95.*write 0\.95"),
    "percent text": ("share = 0.95", 'share = "95 %"', r"targets\[1\]\.share: '95 %' is not a finite number"),
    "unknown queue in escalation": ("priority = 1", 'priority = 1\nescalates_to = { to = "hash_mach", share = 0.1 }', r"unknown queue 'hash_mach'\. Fix: did you mean 'hash_match'"),
    "unknown qa queue": ("priority = 1", 'priority = 1\nqa_queue = "qa"\nqa_share = 0.1', r"queue hash_match: unknown queue 'qa'"),
    "statute without hours": ("within_hours = 24", 'within_hours = 24, basis = "statute", citation = "18 U.S.C. 2258A(a)"', r"2258A names no hours.*Fix: basis = \"internal\""),
    "statute without citation": ("within_hours = 24", 'within_hours = 24, basis = "statute"', r"needs its citation"),
    "negative hours": ("within_hours = 24", "within_hours = -1", r"within_hours must be a positive"),
    "zero handling": ("mean_minutes = 3", "mean_minutes = 0", r"handling mean_minutes must be a positive"),
    "unknown choice": ("within_hours = 24", 'within_hours = 24, measured_at = "close"', r"unknown choice 'close'\. Fix: did you mean 'closed'"),
    "no skill for the queue": ('skills = ["hash_match"]', 'skills = ["appeal"]', r"no pool can work it"),
    "unknown site": ('site = "dublin"', 'site = "dublim"', r"unknown site 'dublim'\. Fix: did you mean 'dublin'"),
    "time of day": ('start = "09:00"', 'start = "9"', r"shifts\[1\]\.start: '9' is not a time of day"),
    "25 h": ("hours = 8", "hours = 25", r"at most 24 h"),
    "no shift": ("hours = 8", "hours = 0", r"lasts more than 0"),
    "shrinkage as percent": ("heads = 2", "heads = 2\nshrinkage = { out_of_office = { leave = 30 } }", r"shrinkage.*Did you mean 0\.3|write 0\.3"),
    "shrinkage text": ("heads = 2", 'heads = 2\nshrinkage = { out_of_office = { leave = "30 %" } }', r"leave: '30 %' is a percentage"),
    "shrinkage kind": ("heads = 2", "heads = 2\nshrinkage = { out_of_ofice = { leave = 0.1 } }", r"did you mean 'out_of_office'"),
    "shrinkage by zero": ("heads = 2", 'heads = 2\nshrinkage = { in_shift = { leave = "1/0" } }', r"is not a share"),
    "band from the middle": ("from_months = 0", "from_months = 6", r"attrition: attrition bands must start at 0"),
    "no load factor": (", load_factor = 1.3", "", r"cost\.load_factor: is missing"),
    "fraction of a head": ("heads = 2", "heads = 2.5", r"heads: 2\.5 is not a whole number"),
    "text for a number": ("heads = 2", 'heads = "two"', r"heads: 'two' is not a whole number"),
    "true for a number": ("priority = 1", "priority = true", r"priority: True is not a whole number"),
    "no rate": ('currency = "USD"', 'currency = "EUR"', r"add rates\.EUR"),
    "double queue": ("[[pools]]", '[[queues]]\nname = "hash_match"\npriority = 1\nzone = "UTC"\nhandling = { mean_minutes = 1, cv = 1 }\n[[pools]]', r"queue hash_match: is defined twice"),
    "weekday": ("hours = 8", 'hours = 8, weekdays = ["moonday"]', r"unknown weekday 'moonday'"),
    "preset": ("[[pools]]", '[exposure]\npreset = "inhop"\n[[pools]]', r"unknown preset 'inhop'\. Fix: did you mean 'inhope'"),
    "exposure key": ("[[pools]]", "[exposure]\nhours_a_day = 4\n[[pools]]", r"exposure\.hours_a_day: is an unknown key"),
    "grid": ('name = "small"', 'name = "small"\ninterval_minutes = 20', r"interval_minutes: 20 is not on the grid"),
    "event without end": ("[[pools]]", '[[events]]\nname = "x"\nkind = "other"\nstart = 2026-01-01\nshape = "pulse"\n[[pools]]', r"a pulse needs an end date"),
    "event of an unknown queue": ("[[pools]]", '[[events]]\nname = "x"\nkind = "other"\nstart = 2026-01-01\nqueue = "hash"\n[[pools]]', r"unknown queue 'hash'"),
    "date": ("[[pools]]", '[[events]]\nname = "x"\nkind = "other"\nstart = "1/2/2026"\n[[pools]]', r"is not an ISO date"),
    "data key": ("[[pools]]", '[data]\ncase = "x.csv"\n[[pools]]', r"data\.case: is an unknown key\. Fix: did you mean 'cases'"),
    "on_bad": ("[[pools]]", '[data]\non_bad = "drop"\n[[pools]]', r"unknown choice 'drop'"),
    "single brackets": ("[[sites]]", "[sites]", r"write \[\[sites\]\] with double brackets"),
    "no TOML": ('name = "small"', "name = small", r"is no valid TOML"),
    "people file": ("[[pools]]", '[people]\nfile = "nobody.csv"\n[[pools]]', r"nobody\.csv: cannot be read"),
    "currency": ('currency = "USD"', 'currency = "dollar"', r"currency must be an ISO code"),
    "opening closed all week": ("priority = 1", 'priority = 1\nopening = { zone = "UTC", weekdays = [] }', r"closed all week"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_named_with_its_place_and_fix(tmp_path, case):
    old, new, message = FAULTS[case]
    path = write(tmp_path, changed(old, new))
    with pytest.raises(DataError, match=message) as error:
        read_operation(path)
    assert "Fix: " in str(error.value)


def test_one_fault_makes_one_fault(tmp_path):
    """A refused queue or pool is not also reported as unknown where others name it."""
    for case in (
        "missing handling",
        "percent slip",
        "no load factor",
        "time of day",
        "unknown zone",
        "currency",
    ):
        old, new, _ = FAULTS[case]
        assert len(validate_operation(write(tmp_path, changed(old, new)))) == 1, case


def test_a_broken_line_of_people_does_not_also_break_the_count(tmp_path):
    rows = "id,pool\nAnna Smith,core\nr002,core\n"
    path = write(tmp_path, SMALL + PEOPLE, people_csv=rows)
    assert [fault.where for fault in validate_operation(path)] == ["people.csv line 2"]


def test_all_faults_of_the_file_come_in_one_error(tmp_path):
    text = SMALL
    for case in ("unknown key", "percent slip", "unknown site", "no load factor", "missing zone"):
        text = text.replace(*FAULTS[case][:2])
    faults = validate_operation(write(tmp_path, text))
    with pytest.raises(DataError) as error:
        read_operation(tmp_path / "operation.toml")
    assert len(faults) == 6  # the misspelt key is unknown and the right one missing
    assert "6 faults" in str(error.value)
    assert all(fault.what in str(error.value) for fault in faults)


def test_shares_are_exact(tmp_path):
    text = changed(
        "heads = 2",
        'heads = 2\nshrinkage = { out_of_office = { leave = "37/260" }, in_shift = { m = 0.1 } }',
    )
    shrinkage = read_operation(write(tmp_path, text)).pool("core").shrinkage
    assert shrinkage.availability == Fraction(223, 260)
    assert shrinkage.in_shift == Fraction(1, 10)


def test_limits_go_on_top_of_a_preset_and_can_be_switched_off(tmp_path):
    text = changed(
        "[[pools]]",
        '[exposure]\npreset = "iwf"\nhours_per_day = 3.5\nnone = ["hours_per_week"]\n'
        'rolling = [{ days = 28, hours = 70 }]\nlatest_local_time = "15:30"\n[[pools]]',
    )
    cap = read_operation(write(tmp_path, text)).exposure
    assert (cap.hours_per_day, cap.hours_per_week, cap.latest_local_minute) == (3.5, None, 930)
    assert cap.rolling[0].hours == 70
    assert cap.grade == "C"
    assert "own limits" in cap.source


def test_every_part_of_a_target_is_read(tmp_path):
    text = changed(
        "within_hours = 24", 'within_hours = 24, measured_at = "started", clock_from = "knowledge"'
    )
    target = read_operation(write(tmp_path, text)).queue("hash_match").targets[0]
    assert (target.measured_at, target.clock_from) == (MeasuredAt.STARTED, ClockFrom.KNOWLEDGE)


PEOPLE = '[people]\nfile = "people.csv"\n'


def test_people_are_read_with_their_lists(tmp_path):
    rows = "id,pool,tier,languages,carried_exposure,time_off,tenure_months,last_shift_end\nr001,core,new,en de,1.5 2,2026-02-09,3,2026-02-01T22:00:00Z\nr002,core,,,,,,\n"
    operation = read_operation(write(tmp_path, SMALL + PEOPLE, people_csv=rows))
    first, second = operation.people
    assert (first.tier, first.languages, first.carried_exposure) == (
        Tier.NEW,
        ("en", "de"),
        (1.5, 2.0),
    )
    assert first.time_off == (dt.date(2026, 2, 9),)
    assert (second.tier, second.languages) == (Tier.STANDARD, None)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("id,pool\nAnna Smith,core\nr002,core\n", r"people\.csv line 2: person id 'Anna Smith' is not a pseudonym"),
        ("id,pool\n00123,core\nr002,core\n", None),
        ("id,pool,name\nr001,core,x\nr002,core,y\n", r"people\.csv\.name: is an unknown key"),
        ("id\nr001\nr002\n", r"column pool: is missing"),
        ("id,pool\nr001,core\n", r"heads is 2 but people lists 1"),
        ("id,pool\nr001,core\nr001,core\n", r"an id appears twice"),
        ("id,pool\nr001,core\nr002,cor\n", r"unknown pool 'cor'\. Fix: did you mean 'core'"),
        ("id,pool,skills\nr001,core,appeal\nr002,core,\n", r"holds skills \['appeal'\] that pool core lacks"),
        ("id,pool,tier\nr001,core,rookie\nr002,core,\n", r"line 2, column tier: unknown choice 'rookie'"),
        ("id,pool,tenure_months\nr001,core,-1\nr002,core,\n", r"column tenure_months: '-1' is not a whole number"),
        ("id,pool,carried_exposure\nr001,core,nan\nr002,core,\n", r"carried_exposure: .nan. is not a plain number"),
        ("id,pool\nr001,core,x\nr002,core\n", r"line 2: has 3 fields, the header 2"),
        ("id,pool\nr001,\nr002,core\n", r"line 2, column pool: is empty"),
        ("id,pool,last_shift_end\nr001,core,2026-01-01 08:00\nr002,core,\n", r"has no offset"),
        ("id,pool\n", r"has no rows"),
        ("id,pool,id\nr001,core,r001\nr002,core,r002\n", r"appears twice in the header"),
    ],
)  # fmt: skip
def test_faults_of_people_are_named_by_line(tmp_path, rows, message):
    path = write(tmp_path, SMALL + PEOPLE, people_csv=rows)
    if message is None:
        assert read_operation(path).people[0].id == "00123"
        return
    with pytest.raises(DataError, match=message):
        read_operation(path)


def test_paths_are_relative_to_the_file(tmp_path):
    text = SMALL + '[data]\ncases = "cases.csv"\nhistory = "old/counts.csv"\n'
    data = read_operation(write(tmp_path, text)).data
    assert data.cases == tmp_path / "cases.csv"
    assert data.history == tmp_path / "old" / "counts.csv"


def test_case_files_that_do_not_exist_are_faults_of_validation_alone(tmp_path):
    path = write(tmp_path, SMALL + '[data]\ncases = "case.csv"\n')
    (tmp_path / "cases.csv").write_text("queue,arrived_at\n", encoding="utf-8")
    assert read_operation(path).data.cases == tmp_path / "case.csv"
    (fault,) = validate_operation(path)
    assert fault.where == "data.cases"
    assert fault.fix.startswith("did you mean 'cases.csv'")


@pytest.mark.parametrize("name", ["child_safety", "dsa"])
def test_the_samples_are_valid(name):
    assert validate_operation(ROOT / "data" / "samples" / name / "operation.toml") == ()


def test_a_file_that_cannot_be_read_is_one_clear_error(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_operation(tmp_path)
    with pytest.raises(DataError, match="does not exist"):
        read_operation(tmp_path / "absent.toml")
    (tmp_path / "latin.toml").write_bytes(b'name = "caf\xe9"')
    with pytest.raises(DataError, match="is not UTF-8"):
        read_operation(tmp_path / "latin.toml")
