"""The Attrition sheet: leavers in whole heads as formulas of yearly rates, people and what is owed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.domain.headcount import HeadcountPlan
from capacity.domain.operation import Operation
from capacity.reporting.workbook_cells import Book, Formula, column_letter, put, put_row
from capacity.reporting.workbook_inputs import PoolNames

FIRST_ROW = 4
FIXED = ("line", "month", "pool", "stock", "rate", "expected", "carried", "leavers")
AT = {name: column_letter(i) for i, name in enumerate(FIXED)}
HALF = "0.5-1E-12"  # whole leavers are rounded as the library rounds them


@dataclass(frozen=True, kw_only=True)
class LeaverLines:
    """Rows of the sheet: one a month and pool, pools within months."""

    pools: int

    def row(self, month: int, pool: int) -> int:
        """Spreadsheet row (from 1)."""
        return FIRST_ROW + 1 + month * self.pools + pool


def write_leavers(
    book: Book,
    plan: HeadcountPlan,
    operation: Operation,
    names: PoolNames,
    *,
    plan_rows: np.ndarray,
    plan_columns: dict[str, str],
) -> LeaverLines:
    """Stock x rate = expected leavers; whole leavers are what is owed so far, rounded.

    The mix of tenures is the model's (months at risk in each band, per head of the stock); yearly
    rates are assumptions. `plan_rows` (months, pools) are rows of the Plan sheet, `plan_columns`
    its letters.
    """
    sheet = book.sheet("Attrition")
    bands = max(len(pool.attrition.bands) for pool in operation.pools)
    header = (*FIXED, *(f"share in band {b}" for b in range(bands)))
    sheet.set_column(0, len(header), 13)
    put(
        sheet,
        book,
        0,
        0,
        "Attrition: leavers in whole heads, what is owed is carried",
        kind="title",
    )
    words = (
        "rate = sum of share in band x (1 - (1 - yearly)^(1/12)); shares are inputs of the model."
    )
    put(sheet, book, 1, 0, words, kind="note")
    put_row(sheet, book, FIRST_ROW - 1, header, ["header"] * len(header))
    lines = LeaverLines(pools=len(operation.pools))
    kinds = ("integer", "text", "text", "integer", "decimal", "decimal", "decimal", "integer")
    for k, pool in enumerate(operation.pools):
        owed, left = 0.0, 0
        figures = _figures(plan, pool.name)
        rates = [pool.attrition.monthly(band.from_months) for band in pool.attrition.bands]
        for m, label in enumerate(plan.months.labels):
            row, stock = lines.row(m, k), int(figures["stock"][m])
            risk = figures["risk"][m] / stock if stock else np.zeros(len(rates))
            rate = float(risk @ np.array(rates))
            expected = stock * rate
            owed += expected - left
            left = int(figures["leavers"][m])
            at = plan_rows[m, k]
            people = "+".join(
                f"Plan!{plan_columns[n]}{at}" for n in ("bop", "hires", "transfers_in")
            )
            gone = "-".join(f"Plan!{plan_columns[n]}{at}" for n in ("transfers_out", "reductions"))
            before = lines.row(m - 1, k)
            carried = f"+{AT['carried']}{before}-{AT['leavers']}{before}" if m else ""
            cells = (
                int(plan_line(m, k, lines.pools)), label, pool.name,
                Formula(text=f"={people}-{gone}", value=stock),
                Formula(text=f"={_rate(pool.name, rates, names, row)}", value=rate),
                Formula(text=f"={AT['stock']}{row}*{AT['rate']}{row}", value=expected),
                Formula(text=f"={AT['expected']}{row}{carried}", value=owed),
                Formula(
                    text=f"=MAX(0,MIN({AT['stock']}{row},INT({AT['carried']}{row}+{HALF})))",
                    value=left,
                ),
                *(float(share) for share in risk),
            )  # fmt: skip
            put_row(sheet, book, row - 1, cells, (*kinds, *["decimal"] * len(risk)))
    sheet.freeze_panes(FIRST_ROW, 3)
    return lines


def plan_line(month: int, pool: int, pools: int) -> int:
    """The line of the Plan sheet of a month and pool."""
    return month * (pools + 1) + pool + 1


def _rate(pool: str, rates: list[float], names: PoolNames, row: int) -> str:
    parts = [
        f"{column_letter(len(FIXED) + b)}{row}*(1-(1-{names.of(f'yearly_{b}', pool)})^(1/12))"
        for b in range(len(rates))
    ]
    return "+".join(parts)


def _figures(plan: HeadcountPlan, pool: str) -> dict[str, np.ndarray]:
    """Stock that may leave, leavers by chance and months at risk by band, by month."""
    rows = plan.of(pool)
    stock = rows["bop"] + rows["hires"] + rows["transfers_in"] - rows["transfers_out"]
    leaving = plan.leaving
    assert leaving is not None  # noqa: S101 - the caller looked
    table = leaving[leaving["pool"] == pool]
    bands = table["from_months"].nunique()
    return {
        "stock": (stock - rows["reductions"]).to_numpy(dtype=int),
        "leavers": (rows["attrition"] - rows["reductions"]).to_numpy(dtype=int),
        "risk": table["at_risk"].to_numpy(dtype=float).reshape(len(rows), bands),
    }
