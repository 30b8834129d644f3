"""One dictionary feeds validation and documentation."""

import re
from pathlib import Path

from capacity.domain import Person, Tier
from capacity.intake.dictionary import columns_of, dictionary
from capacity.intake.header import CONTENT
from capacity.intake.people import CELLS
from tools.make_data_docs import PAGE, with_tables
from tools.samples.caselog import COLUMNS


def test_the_documented_tables_are_those_of_the_dictionary():
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page) == page


def test_every_column_is_described_and_has_a_known_type():
    for column in dictionary():
        assert column.description
        assert column.type in {"key", "instant", "number", "count", "flag", "list"}
        assert not (column.type in {"number", "count"} and not column.unit)


def test_no_column_of_the_dictionary_could_hold_content():
    """The names that are refused as content never include a column that is allowed."""
    for table in ("cases", "counts"):
        assert not [name for name in columns_of(table) if CONTENT.search(name)]


def test_bounds_name_columns_of_the_same_table():
    for column in dictionary():
        for bound in re.findall(r"[<>]=? ([a-z_]+)", column.allowed):
            assert bound in columns_of(column.table)


def test_people_have_a_reader_for_each_column_and_a_field_on_the_noun():
    assert set(CELLS) == set(columns_of("people"))
    assert set(CELLS) <= set(Person.__dataclass_fields__)
    assert columns_of("people")["tier"].allowed.split() == [tier.value for tier in Tier]


def test_the_sample_log_uses_known_columns_only():
    assert set(COLUMNS) <= set(columns_of("cases"))


def test_the_dictionary_lies_beside_the_code():
    assert (Path(__file__).resolve().parents[2] / "src/capacity/intake/columns.csv").exists()
