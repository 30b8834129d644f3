"""Check a finance table as a controller would: types, months, identity, totals."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from capacity.domain.faults import FaultList, nearest
from capacity.reporting.finance_schema import SCHEMA_VERSION, Version, finance_columns
from capacity.reporting.finance_text import restore_text

FLOWS = ("bop", "hires", "transfers_in", "attrition", "transfers_out", "eop", "reductions")


def parse_rows(rows: Sequence[Sequence[str]], *, where: str) -> pd.DataFrame:
    """Rows of text (the header first) as a typed table; one error lists every fault."""
    faults = FaultList(title=f"{where} was refused")
    header = [name.strip() for name in rows[0]]
    _check_header(header, where, faults)
    wide = [i for i, row in enumerate(rows[1:], 2) if len(row) != len(header)]
    if wide:
        faults.add(
            where, "has rows of another width", "one field a column", count=len(wide), first=wide
        )
    faults.raise_any()
    columns: dict[str, list[object]] = {}
    for column in finance_columns():
        place = header.index(column.name)
        values, bad = _convert([row[place] for row in rows[1:]], column.type, blank=column.blank)
        if bad:
            fix = (
                "write plain text"
                if column.type == "text"
                else "write plain numbers: no thousands marks, no percent signs"
            )
            faults.add(
                f"{where}, column {column.name}",
                f"holds no {column.type}",
                fix,
                count=len(bad),
                first=bad,
            )
        columns[column.name] = values
    faults.raise_any()
    return pd.DataFrame(columns)


def check_table(table: pd.DataFrame, *, where: str) -> None:
    """Refuse a table that no headcount can have; one error lists every fault."""
    faults = FaultList(title=f"{where} was refused")
    _check_header(list(table.columns), where, faults)
    faults.raise_any()
    _check_values(table, where, faults)
    faults.raise_any()
    for (version, pool), rows in table.groupby(["version", "pool"], sort=False):
        _check_months(rows, f"{where}, {version} of {pool}", faults)
    _check_identity(table, where, faults)
    _check_totals(table, where, faults)
    faults.raise_any()


def _check_header(header: Sequence[str], where: str, faults: FaultList) -> None:
    known = [column.name for column in finance_columns()]
    for name in sorted({name for name in header if list(header).count(name) > 1}):
        faults.add(where, f"has the column {name!r} twice", "keep one")
    for name in known:
        if name not in header:
            faults.add(where, f"lacks the column {name!r}", f"found: {', '.join(header)}")
    for name in header:
        if name not in known:
            faults.add(where, f"has the unknown column {name!r}", nearest(name, known))


def _convert(texts: Sequence[str], kind: str, *, blank: bool) -> tuple[list[object], list[object]]:
    """(values, the first texts that do not convert)."""
    values: list[object] = []
    bad: list[object] = []
    shape = r"-?\d+" if kind == "integer" else r"-?\d+(\.\d+)?([eE]-?\d+)?"
    for text in texts:
        if kind == "text":
            values.append(restore_text(text))
        elif text == "" and blank:
            values.append(float("nan"))
        elif re.fullmatch(shape, text, flags=re.ASCII):
            values.append(int(text) if kind == "integer" else float(text))
        else:
            bad.append(repr(text))
            values.append(0)
    return values, bad


def _check_values(table: pd.DataFrame, where: str, faults: FaultList) -> None:
    other = [v for v in table["schema_version"].unique() if v != SCHEMA_VERSION]
    if other:
        faults.add(
            where, f"has schema version {other[0]}", f"this library reads version {SCHEMA_VERSION}"
        )
    names = {version.value for version in Version}
    for version in sorted(set(table["version"]) - names):
        faults.add(f"{where}, column version", f"holds {version!r}", nearest(str(version), names))
    months = [m for m in table["month"] if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", str(m))]
    if months:
        faults.add(
            f"{where}, column month",
            "holds no months",
            "write 2026-04",
            count=len(months),
            first=months,
        )
    codes = [c for c in table["currency"] if not re.fullmatch(r"[A-Z]{3}", str(c))]
    if codes:
        faults.add(
            f"{where}, column currency",
            "holds unknown currencies",
            "write ISO codes such as USD",
            count=len(codes),
            first=codes,
        )
    for column in finance_columns():
        empty = int(table[column.name].isna().sum())
        if empty and not column.blank:
            faults.add(
                f"{where}, column {column.name}", "has blank cells", "fill them", count=empty
            )
    for name in FLOWS:
        low = table.index[table[name] < 0]
        if len(low):
            faults.add(
                f"{where}, column {name}",
                "is negative",
                "heads are >= 0",
                count=len(low),
                first=list(low),
            )


def _check_months(rows: pd.DataFrame, where: str, faults: FaultList) -> None:
    months = list(rows["month"])
    wanted = [str(m) for m in pd.period_range(min(months), periods=len(set(months)), freq="M")]
    if len(set(months)) < len(months):
        faults.add(
            where,
            "has a month twice",
            "keep one row a month",
            first=[m for m in months if months.count(m) > 1],
        )
    elif months != sorted(months):
        late = next(m for m, before in zip(months[1:], months[:-1], strict=True) if m < before)
        faults.add(where, f"has its months out of order ({late} comes too late)", "sort by month")
    elif months != wanted:
        gone = sorted(
            set(pd.period_range(months[0], months[-1], freq="M").astype(str)) - set(months)
        )
        faults.add(where, f"lacks the month {gone[0]}", "add the missing months", count=len(gone))
    else:
        broken = [
            m
            for m, b, e in zip(months[1:], rows["bop"][1:], rows["eop"][:-1], strict=True)
            if b != e
        ]
        if broken:
            faults.add(
                where,
                "begins a month with other heads than it ended the last",
                "carry eop over to bop",
                count=len(broken),
                first=broken,
            )


def _check_identity(table: pd.DataFrame, where: str, faults: FaultList) -> None:
    gained = table["bop"] + table["hires"] + table["transfers_in"]
    off = table[gained - table["attrition"] - table["transfers_out"] != table["eop"]]
    if len(off):
        first = [f"{m} {p}" for m, p in zip(off["month"], off["pool"], strict=True)]
        faults.add(
            where,
            "breaks bop + hires + transfers_in - attrition - transfers_out = eop",
            "correct the rows",
            count=len(off),
            first=first,
        )


def _check_totals(table: pd.DataFrame, where: str, faults: FaultList) -> None:
    """The row of all pools is the sum of the pools: heads, and money to the cent."""
    cents = (table["cost"] * 100).round()
    values = table[["version", "month", *FLOWS]].assign(cost=cents, total=table["pool"] == "all")
    if not values["total"].any():
        return
    keys = ["version", "month"]
    parts = values[~values["total"]].groupby(keys)[[*FLOWS, "cost"]].sum()
    whole = values[values["total"]].set_index(keys)[[*FLOWS, "cost"]]
    for name in (*FLOWS, "cost"):
        sums = parts[name].reindex(whole.index)
        off = whole.index[(sums != whole[name]).to_numpy()]
        if len(off):
            first = [" ".join(key) for key in off]
            faults.add(
                f"{where}, column {name}",
                "of all pools is not the sum of the pools",
                "correct the rows",
                count=len(off),
                first=first,
            )
