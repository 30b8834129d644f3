"""Recalculate a workbook with LibreOffice, so that no cached value can hide a wrong formula."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import openpyxl


def find_office() -> str | None:
    """The LibreOffice program, if it is installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def recalculate(path: Path, folder: Path) -> Path:
    """The workbook with every formula computed by LibreOffice.

    openpyxl drops all cached values when it saves, so that LibreOffice must compute each one.
    """
    office = find_office()
    assert office is not None
    bare = folder / "bare" / path.name
    bare.parent.mkdir(parents=True)
    openpyxl.load_workbook(path).save(bare)
    out = folder / "computed"
    command = [
        office,
        f"-env:UserInstallation=file://{folder}/profile",
        "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(bare),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=240)  # noqa: S603
    return out / path.name


def read_sheet(path: Path, sheet: str, first: int) -> list[dict[str, object]]:
    """Rows below the header in row `first` (from 1), by column name; values, not formulas."""
    rows = list(openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(values_only=True))
    header = rows[first - 1]
    return [dict(zip(header, row, strict=True)) for row in rows[first:]]
