"""The tables of a headcount plan: finance frame, classes, transfers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from capacity.domain.headcount import FINANCE_COLUMNS
from capacity.domain.operation import Operation
from capacity.headcount.clock import PlanCalendar
from capacity.headcount.cohorts import Flows, Join, Move
from capacity.headcount.levers import LeverUse
from capacity.headcount.requirement import read_quantiles, round_heads
from capacity.headcount.tenure import band_numbers

GAP_DUST = 1e-6  # a millionth of a head is no gap: the columns that it is made of have six decimals

EXTRA_COLUMNS = (
    "required",
    "required_p95",
    "productive",
    "overtime_heads",
    "vendor_heads",
    "lent_heads",
    "reductions",
    "risk_short",
    "currency",
    "cost_local",
)


def plan_frame(
    operation: Operation,
    calendar: PlanCalendar,
    flows: Flows,
    *,
    required: np.ndarray,
    aim: np.ndarray,
    productive: np.ndarray,
    use: LeverUse,
    ledger: pd.DataFrame,
    risk: np.ndarray,
    percentile: float,
    standard_hours_per_week: float,
    vendor_pools: Sequence[str],
) -> pd.DataFrame:
    """Tidy, by month and then by pool, pool "all" last: FINANCE_COLUMNS and EXTRA_COLUMNS."""
    hours = np.array([pool.hours_per_week for pool in operation.pools]) / standard_hours_per_week
    vendors = np.zeros(flows.eop.shape)
    for column, pool in enumerate(vendor_pools):
        vendors[:, operation.pool_names.index(pool)] += use.vendors[:, column]
    names = ("bop", "hires", "transfers_in", "attrition", "transfers_out", "eop", "reductions")
    columns = {name: _with_total(getattr(flows, name)) for name in names}
    columns["fte"] = _with_total(np.round(flows.eop * hours, 6))
    columns["productive"] = _with_total(np.round(productive, 6))
    columns["overtime_heads"] = _with_total(np.round(use.overtime, 6))
    columns["vendor_heads"] = _with_total(vendors.astype(int))
    columns["lent_heads"] = _with_total(np.round(use.lent, 6))
    for name, level in (("required_p50", 0.5), ("required_p80", 0.8), ("required_p95", 0.95)):
        columns[name] = round_heads(read_quantiles(required, level))
    columns["required"] = round_heads(read_quantiles(required, percentile))
    have = columns["productive"] + columns["overtime_heads"] + columns["vendor_heads"]
    have = have + columns["lent_heads"]
    columns["gap"] = np.ceil(aim - have - GAP_DUST).astype(int)
    columns["risk_short"] = risk
    columns["cost"], columns["cost_local"] = _costs(ledger, operation, calendar)
    frame = pd.DataFrame({name: values.ravel() for name, values in columns.items()})
    frame.insert(0, "pool", [*operation.pool_names, "all"] * calendar.periods)
    frame.insert(0, "month", np.repeat(calendar.labels, len(operation.pools) + 1))
    local = [operation.site_of(pool).currency for pool in operation.pools]
    frame["currency"] = [*local, operation.currency] * calendar.periods
    return frame[[*FINANCE_COLUMNS, *EXTRA_COLUMNS]]


def hires_table(
    operation: Operation,
    calendar: PlanCalendar,
    approved: Sequence[tuple[str, date, int]],
    joins: Sequence[Join],
) -> pd.DataFrame:
    """One row a start: pool, month, start, heads, classes, approve_by, kind (approved or new)."""
    rows: list[tuple[object, ...]] = [
        (
            pool,
            str(pd.Period(start, freq="M")),
            start,
            heads,
            _classes(operation, pool, heads),
            None,
            "approved",
        )
        for pool, start, heads in approved
        if heads
    ]
    for join in joins:
        pool = operation.pools[join.pool]
        start = calendar.first_day(join.month)
        deadline = calendar.approve_by(start, pool.hiring.lead_weeks)
        label = calendar.labels[join.month]
        rows.append(
            (
                pool.name,
                label,
                start,
                join.heads,
                _classes(operation, pool.name, join.heads),
                deadline,
                "new",
            )
        )
    names = ["pool", "month", "start", "heads", "classes", "approve_by", "kind"]
    table = pd.DataFrame(rows, columns=names).astype({"heads": "int64", "classes": "int64"})
    return table.sort_values(["start", "pool"], kind="stable").reset_index(drop=True)


def leaving_table(operation: Operation, calendar: PlanCalendar, flows: Flows) -> pd.DataFrame:
    """One row a month, pool and tenure band: month, pool, from_months, yearly, at_risk.

    `at_risk` are heads times months: what the band's monthly rate multiplies to the expected
    leavers (late starters count for part of a month, an exposure effect for more than a month).
    """
    rows: list[tuple[object, ...]] = []
    for k, pool in enumerate(operation.pools):
        bands = pool.attrition.bands
        rate = np.array([pool.attrition.monthly(band.from_months) for band in bands])
        risk = np.zeros((calendar.periods, len(bands)))
        for cohort in flows.cohorts:
            if cohort.pool == k:
                number = band_numbers(pool.attrition, cohort.start, calendar.edges)
                expected = cohort.at_risk * cohort.shares
                plain = cohort.at_risk * calendar.lengths
                months = np.divide(expected, rate[number], out=plain, where=rate[number] > 0)
                np.add.at(risk, (np.arange(calendar.periods), number), months)
        for m, b in np.ndindex(*risk.shape):
            row = (calendar.labels[m], pool.name, bands[b].from_months, bands[b].yearly)
            rows.append((*row, risk[m, b]))
    return pd.DataFrame(rows, columns=["month", "pool", "from_months", "yearly", "at_risk"])


def transfers_table(
    operation: Operation, calendar: PlanCalendar, moves: Sequence[Move]
) -> pd.DataFrame:
    """One row a transfer: month, source, target, heads."""
    names, labels = operation.pool_names, calendar.labels
    rows = [(labels[m.month], names[m.source], names[m.target], m.heads) for m in moves if m.heads]
    return pd.DataFrame(rows, columns=["month", "source", "target", "heads"])


def _classes(operation: Operation, pool: str, heads: int) -> int:
    seats = operation.pool(pool).hiring.class_size
    return -(-heads // seats) if seats else 1


def _with_total(values: np.ndarray) -> np.ndarray:
    return np.concatenate([values, values.sum(axis=1, keepdims=True)], axis=1)


def _costs(
    ledger: pd.DataFrame, operation: Operation, calendar: PlanCalendar
) -> tuple[np.ndarray, np.ndarray]:
    """Cost by month and pool from whole cents; the local cost of all pools together is missing."""
    shape = (calendar.periods, len(operation.pools))
    cents, local = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    month = ledger["month"].map({label: m for m, label in enumerate(calendar.labels)})
    pool = ledger["pool"].map({name: k for k, name in enumerate(operation.pool_names)})
    places = (month.to_numpy(dtype=np.int64), pool.to_numpy(dtype=np.int64))
    np.add.at(cents, places, ledger["cents"].to_numpy())
    np.add.at(local, places, ledger["cents_local"].to_numpy())
    missing = np.full((calendar.periods, 1), np.nan)
    return _with_total(cents) / 100, np.concatenate([local / 100, missing], axis=1)
