"""The command line: what it writes, what it says, and how it ends."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from capacity import cli
from capacity.errors import InfeasibleError, MissingExtraError

OPERATION = """
[operation]
name = "toy"
zone = "UTC"
[data]
cases = "counts.csv"
[[sites]]
name = "home"
zone = "UTC"
currency = "USD"
[[queues]]
name = "hash_match"
priority = 1
zone = "UTC"
handling = { mean_minutes = 6, cv = 1.0 }
targets = [{ share = 0.95, within_hours = 24 }]
[[pools]]
name = "core"
site = "home"
skills = ["hash_match"]
languages = ["en"]
heads = 8
shifts = [{ name = "day", start = "08:00", hours = 8 }, { name = "late", start = "16:00", hours = 8 }]
cost = { annual_salary = 50000, load_factor = 1.3 }
attrition = [{ from_months = 0, yearly = 0.3 }]
hiring = { lead_weeks = 4 }
"""
SCENARIOS = """
operation = "operation.toml"
[[scenarios]]
name = "half attrition"
[[scenarios.changes]]
change = "Attrition"
by = -0.5
"""
SMALL = ("--weeks", "2", "--schedule-weeks", "1", "--months", "3", "--paths", "10", "--seed", "5")


@pytest.fixture
def folder(tmp_path):
    hours = pd.date_range("2026-01-05", periods=56 * 24, freq="h", tz="UTC")
    counts = np.random.default_rng(1).poisson(4.0, len(hours))
    table = pd.DataFrame(
        {"queue": "hash_match", "start": hours.strftime("%Y-%m-%dT%H:%M:%SZ"), "count": counts}
    )
    table.to_csv(tmp_path / "counts.csv", index=False)
    (tmp_path / "operation.toml").write_text(OPERATION, encoding="utf-8")
    (tmp_path / "scenarios.toml").write_text(SCENARIOS, encoding="utf-8")
    return tmp_path


def run(*arguments):
    return cli.main([str(argument) for argument in arguments])


def test_plan_writes_tables_and_six_pictures_and_prints_the_summary(folder, capsys):
    out = folder / "out"
    assert run("plan", folder / "operation.toml", "--out", out, *SMALL) == 0
    printed, told = capsys.readouterr()
    assert "reviewers needed in" in printed
    assert "Took " in printed
    assert "shifts: " in told
    for name in ("fan", "requirement", "coverage", "exposure", "headcount", "cost"):
        assert (out / f"{name}.png").read_bytes()[:4] == b"\x89PNG"
    finance = pd.read_csv(out / "finance.csv")
    flow = finance["bop"] + finance["hires"] + finance["transfers_in"]
    assert (flow - finance["attrition"] - finance["transfers_out"] == finance["eop"]).all()
    assert (out / "summary.txt").read_text(encoding="utf-8").strip() in printed


def test_the_same_seed_writes_the_same_bytes(folder):
    for name in ("one", "two"):
        assert run("plan", folder / "operation.toml", "--out", folder / name, *SMALL) == 0
    files = {path.name for path in (folder / "one").iterdir()}
    assert files == {path.name for path in (folder / "two").iterdir()}
    differing = [
        name
        for name in files
        if (folder / "one" / name).read_bytes() != (folder / "two" / name).read_bytes()
    ]
    assert differing == []


def test_compare_writes_the_table_of_scenarios(folder, capsys):
    out = folder / "cmp"
    assert run("compare", folder / "scenarios.toml", "--out", out, *SMALL) == 0
    printed, told = capsys.readouterr()
    assert "half attrition: attrition of all pools -50 %." in printed
    assert "1 of 1 done" in told
    assert pd.read_csv(out / "scenarios.csv")["scenario"].tolist() == ["as is", "half attrition"]


def test_validate_lists_every_fault_and_ends_with_one(folder, capsys):
    path = folder / "operation.toml"
    assert run("validate", path) == 0
    path.write_text(OPERATION.replace('zone = "UTC"', 'zone = "Utopia"').replace("heads", "head"))
    assert run("validate", path) == 1
    printed = capsys.readouterr().out
    assert "unknown time zone 'Utopia'" in printed
    assert "head: is an unknown key" in printed


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("within_hours = 24", "within_hours = -1", "within_hours must be a positive"),
        ('cases = "counts.csv"', "", "names no case files"),
        ('cases = "counts.csv"', 'cases = "none.csv"', "none.csv"),
        ("0.95, within_hours = 24", '0.95, within_hours = 24, basis = "statute", citation = "18 USC 2258A"', "names no hours"),
    ],
)  # fmt: skip
def test_refused_input_prints_one_message_and_no_traceback(folder, capsys, old, new, message):
    path = folder / "operation.toml"
    path.write_text(OPERATION.replace(old, new), encoding="utf-8")
    assert run("plan", path, "--out", folder / "out", *SMALL) == 1
    told = capsys.readouterr().err
    assert message in told
    assert "Traceback" not in told
    assert told.count("capacity: ") == 1


def test_a_file_in_the_place_of_the_folder_is_refused_before_any_work(folder, capsys):
    (folder / "out").write_text("x")
    assert run("plan", folder / "operation.toml", "--out", folder / "out", *SMALL) == 1
    told = capsys.readouterr().err
    assert "is a file, not a folder" in told
    assert "demand" not in told


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InfeasibleError("no shift"), 3),
        (MissingExtraError("install it"), 4),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_kind_of_failure_has_its_exit_code(folder, monkeypatch, error, code):
    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr(cli, "read_operation", fail)
    assert run("plan", folder / "operation.toml", "--out", folder / "out") == code


@pytest.mark.parametrize("arguments", [(), ("plan",), ("plan", "x.toml"), ("fly", "x.toml")])
def test_a_wrong_command_line_ends_with_two(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    assert caught.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_the_version_is_that_of_the_distribution(capsys):
    with pytest.raises(SystemExit) as caught:
        run("--version")
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("capacity 0.")


def test_the_module_runs_as_the_command_does():
    command = [sys.executable, "-m", "capacity", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own module
    assert done.stdout.startswith("capacity ")
