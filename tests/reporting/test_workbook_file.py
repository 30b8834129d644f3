"""The workbook: live formulas, cached values, checks, and LibreOffice's own arithmetic."""

from __future__ import annotations

import builtins
import dataclasses
import math
import zipfile
from datetime import date

import openpyxl
import pandas as pd
import pytest

from capacity.domain import (
    AtExpectedShortfall,
    Attrition,
    AttritionBand,
    CostBook,
    HiringPolicy,
    PlannedHire,
    Raise,
    Site,
    VendorOffer,
)
from capacity.errors import DataError, MissingExtraError
from capacity.headcount import plan_headcount
from capacity.reporting.workbook_file import to_workbook
from tests.builders import toy_operation, toy_pool
from tests.oracles.headcount import toy_curve, toy_staffing, two_pools, weekly_paths
from tests.oracles.workbooks import find_office, read_sheet, recalculate

OFFERS = (VendorOffer(name="bridge", pool="east", monthly_cost=9_000.5, max_heads=2),)


def make(*, book=CostBook(), goal=None, east="east"):  # noqa: B008 - frozen
    operation = two_pools(
        sites=(Site(name="home", zone="UTC", currency="EUR"),), rates={"EUR": 1.0837}
    )
    if east != "east":
        pools = (dataclasses.replace(operation.pools[0], name=east), operation.pools[1])
        operation = dataclasses.replace(operation, pools=pools)
    staffing = toy_staffing(
        {"hash_match": weekly_paths(260, growth=0.03)}, as_of="2026-01-12T00:00:00+00:00"
    )
    policy = HiringPolicy(vendors=OFFERS if east == "east" else (), goal=goal)
    plan = plan_headcount(
        toy_curve(operation, split=(0.6, 0.4)), staffing, operation, policy=policy, book=book
    )
    return plan, operation


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    plan, operation = make()
    path = to_workbook(plan, tmp_path_factory.mktemp("book") / "plan.xlsx", operation=operation)
    return plan, operation, path


def test_the_sheets_are_there_in_order(written):
    names = openpyxl.load_workbook(written[2]).sheetnames
    assert names == ["Assumptions", "Cost", "Attrition", "Plan", "Checks", "Scenarios", "Sources"]


def test_assumptions_are_named_ranges(written):
    names = openpyxl.load_workbook(written[2]).defined_names
    for name in (
        "percentile",
        "salary_east",
        "load_west",
        "availability_east",
        "rate_EUR",
        "standard_hours",
    ):
        assert name in names
        assert names[name].attr_text.startswith("'Assumptions'!$B$") or names[
            name
        ].attr_text.startswith("Assumptions!$B$")


def test_stocks_sums_and_money_are_formulas_with_cached_values(written):
    live = openpyxl.load_workbook(written[2])["Plan"]
    header = [cell.value for cell in live[4]]
    for name in (
        "eop",
        "fte",
        "attrition",
        "productive",
        "required_p50",
        "required_p80",
        "required",
        "required_p95",
        "gap",
        "cost",
    ):
        column = header.index(name) + 1
        assert all(
            str(live.cell(row, column).value).startswith("=") for row in range(5, live.max_row + 1)
        )
    plan = written[0]
    for record, row in zip(
        plan.frame.to_dict("records"), read_sheet(written[2], "Plan", 4), strict=True
    ):
        assert row["cost"] == record["cost"]
        assert row["gap"] == record["gap"]


def test_no_macros_and_no_links_to_other_files(written):
    names = zipfile.ZipFile(written[2]).namelist()
    assert not [name for name in names if "vba" in name.lower() or "externalLink" in name]


def test_the_same_plan_gives_the_same_bytes(written, tmp_path):
    plan, operation, path = written
    assert (
        to_workbook(plan, tmp_path / "again.xlsx", operation=operation).read_bytes()
        == path.read_bytes()
    )


def test_text_is_never_run(tmp_path):
    plan, operation = make(east="=1+1")
    path = to_workbook(plan, tmp_path / "plan.xlsx", operation=operation)
    sheet = openpyxl.load_workbook(path)["Plan"]
    cells = [cell for row in sheet.iter_rows(min_row=5) for cell in row if cell.value == "=1+1"]
    assert cells
    assert all(cell.data_type == "s" for cell in cells)


def test_a_headcount_plan_alone_is_refused(written, tmp_path):
    with pytest.raises(DataError, match="pass operation="):
        to_workbook(written[0], tmp_path / "plan.xlsx")


def test_without_the_extra_the_cure_is_named(written, tmp_path, monkeypatch):
    usual = builtins.__import__

    def missing(name, *args, **kwargs):
        if name == "xlsxwriter":
            raise ImportError(name)
        return usual(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MissingExtraError, match=r"reviewer-capacity\[excel\]"):
        to_workbook(written[0], tmp_path / "plan.xlsx", operation=written[1])


def assert_computed_equals(plan, path, folder):
    done = recalculate(path, folder)
    rows = read_sheet(done, "Plan", 4)
    for record, row in zip(plan.frame.to_dict("records"), rows, strict=True):
        for name, value in record.items():
            if isinstance(value, str):
                assert row[name] == value
            elif pd.notna(value):
                assert row[name] == pytest.approx(value, abs=1e-6), (
                    record["month"],
                    record["pool"],
                    name,
                )
    ledger = read_sheet(done, "Cost", 4)[: len(plan.ledger)]
    assert [round(row["amount"] * 100) for row in ledger] == plan.ledger.cents.tolist()
    assert all(row["value"] == 0 for row in read_sheet(done, "Checks", 4))


@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_libreoffice_computes_the_same_figures(written, tmp_path):
    assert_computed_equals(written[0], written[2], tmp_path)


@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_libreoffice_agrees_with_a_cost_book_and_another_goal(tmp_path):
    book = CostBook(raises=(Raise(pool="west", month="2026-05", share=0.04),))
    plan, operation = make(book=book, goal=AtExpectedShortfall(tail=0.2))
    path = to_workbook(plan, tmp_path / "plan.xlsx", operation=operation)
    assert_computed_equals(plan, path, tmp_path)


@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_a_changed_assumption_reaches_the_plan(written, tmp_path):
    plan, _, path = written
    book = openpyxl.load_workbook(path)
    cell = book.defined_names["salary_east"].attr_text.split("!")[1].replace("$", "")
    book["Assumptions"][cell] = 2 * book["Assumptions"][cell].value
    changed = tmp_path / "changed.xlsx"
    book.save(changed)
    rows = read_sheet(recalculate(changed, tmp_path), "Plan", 4)
    before = plan.of("east").cost.sum()
    after = sum(row["cost"] for row in rows if row["pool"] == "east")
    pay = (
        plan.ledger[(plan.ledger.pool == "east") & (plan.ledger.component == "pay")].cents.sum()
        / 100
    )
    assert after - before == pytest.approx(pay, abs=1.0)


def change(path, folder, **values):
    """The workbook with named assumptions changed, computed by LibreOffice: rows of the Plan."""
    book = openpyxl.load_workbook(path)
    for name, value in values.items():
        cell = book.defined_names[name].attr_text.split("!")[1].replace("$", "")
        book["Assumptions"][cell] = value
    changed = folder / "changed.xlsx"
    book.save(changed)
    done = recalculate(changed, folder)
    assert all(row["value"] == 0 for row in read_sheet(done, "Checks", 4))
    return read_sheet(done, "Plan", 4)


def alone(yearly):
    """One pool of one tenure band whose hires are given: attrition has one answer."""
    bands = (AttritionBand(from_months=0, yearly=yearly),)
    pool = toy_pool(heads=30, attrition=Attrition(bands=bands))
    operation = toy_operation(pools=(pool,), with_people=False)
    staffing = toy_staffing({"hash_match": weekly_paths(260)})
    start = PlannedHire(pool="core", start=date(2026, 5, 1), heads=4)
    plan = plan_headcount(
        toy_curve(operation), staffing, operation, hiring=False, planned_hires=(start,)
    )
    return plan, operation


@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_a_changed_attrition_rate_gives_what_the_library_gives_for_it(tmp_path):
    plan, operation = alone(0.2)
    path = to_workbook(plan, tmp_path / "plan.xlsx", operation=operation)
    rows = [row for row in change(path, tmp_path, yearly_0_core=0.6) if row["pool"] == "core"]
    library = alone(0.6)[0].of("core")
    for name in ("attrition", "eop", "bop", "gap", "required_p80"):
        assert [row[name] for row in rows] == library[name].tolist(), name
    assert library["attrition"].sum() > plan.of("core")["attrition"].sum()
    assert [row["cost"] for row in rows] == pytest.approx(library["cost"].tolist(), abs=0.01)
    # The sheet does not thin out newcomers while they ramp: a fraction of a head in those months.
    assert [row["productive"] for row in rows] == pytest.approx(
        library["productive"].tolist(), abs=0.2
    )


@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_more_volume_raises_required_heads_and_the_gap_in_proportion(written, tmp_path):
    plan, _, path = written
    rows = change(path, tmp_path, volume=1.25)
    aims = 1.25 * plan.aim.reshape(-1)
    for record, row, aim in zip(plan.frame.to_dict("records"), rows, aims, strict=True):
        have = sum(
            record[n] for n in ("productive", "overtime_heads", "vendor_heads", "lent_heads")
        )
        assert row["gap"] == math.ceil(aim - have - 1e-6)
        assert row["eop"] == record["eop"]
        assert row["required"] >= record["required"]
