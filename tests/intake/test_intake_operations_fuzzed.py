"""Whatever stands in an operation file, the answer is an operation or one error of the house."""

import copy
import datetime as dt
import tomllib
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from capacity.intake.operations import interpret

PATH = Path(__file__).resolve().parents[2] / "data" / "samples" / "child_safety" / "operation.toml"
SAMPLE = tomllib.loads(PATH.read_text(encoding="utf-8"))
JUNK = st.sampled_from(
    ["", "x", "NA", "95 %", -1, 0, 1, 7, 10**9, 10**400, 0.5, -0.5, 1e308, float("nan"), float("inf"), True,
     [], ["x"], [1], [[]], [{}], {}, {"x": 1}, {"name": "x"}, dt.date(2026, 1, 1), dt.time(7), dt.datetime(2026, 1, 1)]
)  # fmt: skip


def places(node, path=()):
    """Every place of a document at which a value stands."""
    found = [path] if path else []
    if isinstance(node, dict):
        for key, value in node.items():
            found += places(value, (*path, key))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            found += places(value, (*path, number))
    return found


PLACES = places(SAMPLE)
# Currencies and losses have names of the user's choice.
NAMED = [p for p in PLACES if isinstance(p[-1], str) and p[0] != "rates" and "shrinkage" not in p]


def parent_of(document, path):
    for step in path[:-1]:
        document = document[step]
    return document


def judge(document):
    operation, faults = interpret(document, PATH)
    assert operation is not None or faults.faults
    for fault in faults.faults:
        assert fault.where
        assert fault.what
        assert fault.fix


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PLACES), JUNK)
@example(("queues",), -1)
@example(("exposure", "preset"), [])
@example(("people", "file"), "\0")
@example(("pools", 0, "shrinkage", "in_shift", "meetings"), "1e400")
@example(("targets",), [{"queue": [], "share": 0.9}])
def test_junk_at_any_place_is_read_or_refused_but_never_crashes(path, junk):
    document = copy.deepcopy(SAMPLE)
    parent_of(document, path)[path[-1]] = junk
    judge(document)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([path for path in PLACES if isinstance(path[-1], str)]))
def test_a_missing_key_is_a_default_or_a_fault(path):
    document = copy.deepcopy(SAMPLE)
    del parent_of(document, path)[path[-1]]
    judge(document)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(NAMED))
def test_a_misspelt_key_is_always_refused(path):
    document = copy.deepcopy(SAMPLE)
    table = parent_of(document, path)
    table[str(path[-1]) + "z"] = table.pop(path[-1])
    _, faults = interpret(document, PATH)
    assert any(str(path[-1]) + "z" in fault.where for fault in faults.faults)
