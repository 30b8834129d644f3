"""The examples of the page on forecasting run as they stand."""

import doctest
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "forecasting.md"


def test_the_examples_of_the_page_run():
    result = doctest.testfile(str(PAGE), module_relative=False, verbose=False)
    assert result.attempted > 20
    assert result.failed == 0
