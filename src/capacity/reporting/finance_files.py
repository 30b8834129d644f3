"""One pair of functions for finance files: what `write_finance` writes `read_finance` reads back."""

from __future__ import annotations

import csv
import io
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from capacity.domain.headcount import HeadcountPlan
from capacity.errors import DataError, MissingExtraError
from capacity.intake.atomic import write_atomically
from capacity.reporting.finance_checks import check_table, parse_rows
from capacity.reporting.finance_schema import Version, finance_columns, finance_table
from capacity.reporting.finance_text import escape_text


def write_finance(
    plan: HeadcountPlan | pd.DataFrame, path: Path | str, *, version: Version = Version.FORECAST
) -> Path:
    """Write the finance table of a plan as CSV (.csv) or Parquet (.parquet, extra), atomically.

    The CSV is UTF-8 with commas and line feeds (RFC 4180); money has two decimals, text that a
    spreadsheet would run is escaped. The table is checked before it is written.

    Returns
    -------
    Path
        The file written.
    """
    table = finance_table(plan, version=version)
    check_table(table, where="the finance table")
    target = Path(path)
    if target.suffix == ".csv":
        return write_atomically(target, _csv_bytes(table))
    if target.suffix == ".parquet":
        return write_atomically(target, _parquet_bytes(table))
    raise DataError(f"{target.name}: unknown kind of file. Fix: end the name in .csv or .parquet.")


def read_finance(path: Path | str) -> pd.DataFrame:
    """Read and check a finance table: the columns of `finance_schema`, exactly as written.

    Raises
    ------
    DataError
        With every fault in one message: unknown or missing columns, another schema version,
        rows of the wrong width, text where numbers belong, months out of order or missing, an
        identity that does not hold, totals that are not the sum of their pools.
    """
    source = Path(path)
    if source.suffix == ".parquet":
        table = _read_parquet(source)
    elif source.suffix == ".csv":
        table = parse_rows(_read_csv(source), where=source.name)
    else:
        raise DataError(
            f"{source.name}: unknown kind of file. Fix: end the name in .csv or .parquet."
        )
    check_table(table, where=source.name)
    return table


def _csv_bytes(table: pd.DataFrame) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    columns = finance_columns()
    writer.writerow([column.name for column in columns])
    for row in table.itertuples(index=False):
        writer.writerow([_cell(value, c.type) for value, c in zip(row, columns, strict=True)])
    return buffer.getvalue().encode("utf-8")


def _cell(value: object, kind: str) -> str:
    if pd.isna(value):
        return ""
    if kind == "text":
        return escape_text(str(value))
    if kind == "integer":
        return str(int(str(value)))
    return f"{float(str(value)):.2f}" if kind == "money" else repr(float(str(value)))


def _read_csv(path: Path) -> list[list[str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name}: is not UTF-8 ({error.reason}). Fix: save it as UTF-8."
        ) from error
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if len(rows) < 2:
        raise DataError(f"{path.name}: has no rows. Fix: write it with write_finance.")
    return rows


def _parquet_bytes(table: pd.DataFrame) -> bytes:
    _require_pyarrow()
    buffer = io.BytesIO()
    table.to_parquet(buffer, engine="pyarrow", index=False)
    return buffer.getvalue()


def _read_parquet(path: Path) -> pd.DataFrame:
    _require_pyarrow()
    table: pd.DataFrame = pd.read_parquet(path, engine="pyarrow")
    return table


def _require_pyarrow() -> None:
    if find_spec("pyarrow") is None:
        raise MissingExtraError(
            "Parquet needs pyarrow. Fix: pip install 'reviewer-capacity[parquet]'."
        )
