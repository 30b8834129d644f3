"""What write_finance writes, read_finance reads back; what finance cannot use is refused."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from capacity.domain import HiringPolicy, VendorOffer
from capacity.errors import DataError, MissingExtraError
from capacity.headcount import plan_headcount
from capacity.reporting import finance_files
from capacity.reporting.finance_files import read_finance, write_finance
from capacity.reporting.finance_schema import (
    Version,
    finance_columns,
    finance_table,
    schema_markdown,
)
from capacity.reporting.finance_versions import compare_versions, variance_words
from tests.oracles.headcount import toy_curve, toy_staffing, two_pools, weekly_paths


def make_plan(*names, level=260.0):
    operation = two_pools()
    if names:
        renamed = tuple(
            dataclasses.replace(p, name=n) for p, n in zip(operation.pools, names, strict=True)
        )
        operation = dataclasses.replace(operation, pools=renamed)
    staffing = toy_staffing(
        {"hash_match": weekly_paths(level, growth=0.03)}, as_of="2026-01-12T00:00:00+00:00"
    )
    policy = HiringPolicy(
        vendors=(
            VendorOffer(name="v", pool=operation.pool_names[0], monthly_cost=9_000, max_heads=2),
        )
    )
    return plan_headcount(
        toy_curve(operation, split=(0.6, 0.4)), staffing, operation, policy=policy
    )


@pytest.fixture(scope="module")
def plan():
    return make_plan()


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_reads_back_as_it_was_written(plan, tmp_path, kind):
    table = finance_table(plan, version=Version.BUDGET)
    path = write_finance(plan, tmp_path / f"budget.{kind}", version=Version.BUDGET)
    pd.testing.assert_frame_equal(read_finance(path), table, check_exact=True)


def test_the_same_plan_gives_the_same_bytes(plan, tmp_path):
    first, second = (write_finance(plan, tmp_path / name) for name in ("a.csv", "b.csv"))
    assert first.read_bytes() == second.read_bytes()
    assert b"\r" not in first.read_bytes()


@pytest.mark.parametrize(
    "name", ["=cmd|' /C calc'!A0", "+east", "-east", "@east", "'quoted", "NA", "00123", 'e,ast"x']
)
def test_names_that_spreadsheets_would_run_are_escaped_and_restored(tmp_path, name):
    path = write_finance(make_plan(name, "west"), tmp_path / "plan.csv")
    assert name in set(read_finance(path).pool)
    cells = [line.split(",")[3] for line in path.read_text().splitlines()[1:]]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def broken(plan, tmp_path, change):
    path = write_finance(plan, tmp_path / "plan.csv")
    rows = [line.split(",") for line in path.read_text().splitlines()]
    change(rows)
    path.write_text("\n".join(",".join(row) for row in rows) + "\n")
    return path


HEADER = [column.name for column in finance_columns()]


def put(row, name, value):
    def change(rows):
        rows[row][HEADER.index(name)] = value

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put(4, "eop", "99"), r"bop \+ hires \+ transfers_in - attrition - transfers_out = eop"),
        (put(3, "cost", "1.00"), "column cost: of all pools is not the sum of the pools"),
        (put(2, "bop", "many"), "holds no integer"),
        (put(2, "cost", "1,5"), "rows of another width"),
        (put(2, "month", "Jan 2026"), "holds no months"),
        (put(2, "currency", "usd"), "unknown currencies"),
        (put(2, "version", "budgett"), "did you mean 'budget'"),
        (put(2, "schema_version", "9"), "schema version 9"),
        (put(0, "cost", "costs"), "did you mean 'cost'"),
        (put(2, "attrition", "-1"), "is negative"),
        (lambda rows: rows.insert(7, rows.pop(1)), "months out of order"),
        (lambda rows: rows.pop(4), "lacks the month"),
        (lambda rows: rows.insert(1, rows[1]), "has a month twice"),
        (lambda rows: rows[5].append("x"), "rows of another width"),
        (lambda rows: rows.__delitem__(slice(1, None)), "has no rows"),
    ],
)
def test_a_table_that_cannot_be_is_refused(plan, tmp_path, change, words):
    with pytest.raises(DataError, match=words):
        read_finance(broken(plan, tmp_path, change))


def test_all_faults_come_in_one_message(plan, tmp_path):
    def change(rows):
        put(4, "eop", "99")(rows)
        put(6, "cost", "1.00")(rows)

    with pytest.raises(DataError, match="faults:") as caught:
        read_finance(broken(plan, tmp_path, change))
    assert "of all pools" in str(caught.value)


def test_an_unknown_ending_is_refused(plan, tmp_path):
    with pytest.raises(DataError, match=r"\.csv or \.parquet"):
        write_finance(plan, tmp_path / "plan.xls")
    with pytest.raises(DataError, match=r"\.csv or \.parquet"):
        read_finance(tmp_path / "plan.pickle")


def test_parquet_without_its_extra_says_what_to_install(plan, tmp_path, monkeypatch):
    monkeypatch.setattr(finance_files, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtraError, match=r"reviewer-capacity\[parquet\]"):
        write_finance(plan, tmp_path / "plan.parquet")


def test_the_dictionary_names_every_column_of_a_plan(plan):
    assert set(plan.frame.columns) <= set(HEADER)
    assert all(f"| {name} |" in schema_markdown() for name in HEADER)


def test_variances_carry_their_sign_in_words(plan):
    budget = finance_table(plan, version=Version.BUDGET)
    actual = finance_table(plan, version=Version.ACTUAL)
    actual = actual[actual.month <= "2026-06"].reset_index(drop=True)
    actual.loc[0, "cost"] += 120.10
    actual.loc[3, "hires"] -= 2
    actual.loc[4, "eop"] += 1
    table = compare_versions([budget, actual])
    found = table[table.variance != 0].set_index("measure")
    assert found.variance.to_dict() == {"cost": 120.10, "hires": -2.0, "eop": 1.0}
    assert found.judgement.to_dict() == {
        "cost": "unfavourable",
        "hires": "unfavourable",
        "eop": "neutral",
    }
    words = variance_words(table)
    assert "120.10 above budget, unfavourable" in words
    assert set(table.month) == set(actual.month)


def test_a_version_that_is_not_there_is_named(plan):
    with pytest.raises(DataError, match=r"no version 'actual'; found \['budget'\]"):
        compare_versions([finance_table(plan, version=Version.BUDGET)])
