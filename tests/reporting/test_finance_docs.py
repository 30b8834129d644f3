"""The documentation shows the schema that the code has."""

from __future__ import annotations

from pathlib import Path

from capacity.reporting.finance_schema import schema_markdown


def test_the_documented_schema_is_the_schema():
    text = (Path(__file__).parents[2] / "docs" / "finance.md").read_text(encoding="utf-8")
    assert schema_markdown() in text
