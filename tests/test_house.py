"""The house keeps its own rules."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "src" / "capacity").rglob("*.py"))
HEAVY = ("statsmodels", "xlsxwriter", "openpyxl", "pyarrow", "joblib", "distributed", "numba")


def top_imports(path: Path) -> set[str]:
    """Packages imported at the top level of a file, outside `if TYPE_CHECKING` blocks."""
    text = re.sub(r"if TYPE_CHECKING:\n(?:    .*\n|\n)+", "", path.read_text(encoding="utf-8"))
    return {match.split(".")[0] for match in re.findall(r"^(?:from|import) ([\w.]+)", text, re.M)}


def all_imports(path: Path) -> set[str]:
    """Packages imported anywhere in a file."""
    found = re.findall(r"^\s*(?:from|import) ([\w.]+)", path.read_text(encoding="utf-8"), re.M)
    return {match.split(".")[0] for match in found}


@pytest.mark.parametrize("name", ["pulp", "highspy"])
def test_only_the_solver_imports_the_solver_packages(name):
    users = [path.relative_to(ROOT) for path in SOURCES if name in all_imports(path)]
    assert users == [Path("src/capacity/program/solver.py")]


def test_only_plotting_imports_matplotlib():
    users = [path for path in SOURCES if "matplotlib" in all_imports(path)]
    assert users
    assert all("plotting" in path.parts for path in users)


@pytest.mark.parametrize("name", HEAVY)
def test_heavy_or_optional_packages_are_imported_inside_functions(name):
    assert [path for path in SOURCES if name in top_imports(path)] == []


def test_nothing_is_pickled_or_evaluated():
    banned = re.compile(
        r"(import|from) pickle|pickle\.load|read_pickle|joblib\.load|allow_pickle=True"
        r"|(?<![\w.])(eval|exec)\("
    )
    assert [path for path in SOURCES if banned.search(path.read_text(encoding="utf-8"))] == []


def test_files_stay_small():
    long = {
        p.name: n for p in SOURCES if (n := len(p.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_no_file_names_a_path_of_one_machine():
    files = [*SOURCES, *ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md"), ROOT / "Makefile"]
    private = re.compile(r"/(work|home|root|tmp)/\w")
    assert [p for p in files if private.search(p.read_text(encoding="utf-8"))] == []
