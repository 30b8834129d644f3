"""The names at the top are few, real, and load only what they need."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import capacity
from capacity import errors

SOURCE = Path(capacity.__file__).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", capacity.__all__)
def test_every_public_name_exists_and_has_a_docstring(name):
    assert getattr(capacity, name).__doc__


def test_about_fifty_names_stand_at_the_top():
    assert 40 <= len(capacity.__all__) <= 58
    assert len(set(capacity.__all__)) == len(capacity.__all__)


def test_type_checkers_see_the_same_names():
    block = next(node for node in ast.parse(SOURCE).body if isinstance(node, ast.If))
    seen = {alias.asname or alias.name for node in block.body for alias in node.names}
    assert seen == set(capacity.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'plann'"):
        capacity.plann  # noqa: B018


def test_dir_lists_the_public_names():
    assert set(capacity.__all__) <= set(dir(capacity))


def test_no_function_shares_its_name_with_a_module():
    modules = {path.stem for path in Path(capacity.__file__).parent.iterdir()}
    assert not modules & set(capacity.__all__)


def test_errors_are_one_family():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    assert all(issubclass(kind, errors.CapacityError) for kind in kinds)


HEAVY = ("statsmodels", "matplotlib", "pulp", "highspy", "scipy", "pandas", "numpy", "joblib")


def loaded_after(code):
    """Heavy packages that a fresh interpreter has loaded after the code."""
    check = f"import sys; {code}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run(  # noqa: S603 -- our own code
        [sys.executable, "-c", check], check=True, capture_output=True, text=True
    )
    return set(ast.literal_eval(done.stdout))


def test_import_alone_loads_nothing_heavy():
    assert loaded_after("import capacity") == set()


def test_reading_an_operation_loads_no_solver_no_statistics_and_no_pictures():
    assert loaded_after("import capacity; capacity.read_operation") <= {"pandas", "numpy"}


def test_planning_loads_no_pictures_and_no_statsmodels():
    assert not loaded_after("import capacity; capacity.plan") & {
        "matplotlib",
        "statsmodels",
        "joblib",
    }
