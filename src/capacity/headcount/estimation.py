"""Attrition and ramp from an HR table: ids and dates only, never names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from capacity.domain.faults import FaultList, nearest, require_share
from capacity.domain.hiring import AttritionEstimate, RampEstimate
from capacity.domain.pool import Attrition, AttritionBand, Ramp
from capacity.errors import DataError
from capacity.headcount.survival import kaplan_meier, never_falling

DAYS_PER_MONTH = 365.25 / 12
HR_COLUMNS = ("id", "pool", "start", "end")
MOST_YEARLY = 0.99


def estimate_attrition(
    people: pd.DataFrame,
    *,
    as_of: date,
    pool: str | None = None,
    observed_from: date | None = None,
    bands: Sequence[int] = (0, 6, 24),
    confidence: float = 0.95,
) -> AttritionEstimate:
    """Staying by tenure (Kaplan-Meier) and yearly attrition by band, from who started and left when.

    Parameters
    ----------
    people : one row a person: id (a code such as r001), pool, start, end (blank = still there).
    as_of : the last day on which the table is complete; later ends are unknown.
    pool : only these people; None takes all.
    observed_from : first day from which leavers are in the table. People who started earlier
        count from then on only: a table of today's staff would otherwise look immortal.
    bands : months of tenure at which a new rate begins.
    confidence : of the pointwise interval.

    Raises
    ------
    DataError
        All faults in one message: unknown columns (an HR table holds more than is needed here),
        ids that are no codes, an end before a start, people twice, dates after `as_of`.
    """
    require_share(confidence, "confidence")
    table = _check_people(people, as_of)
    table = table if pool is None else _only(table, pool)
    start, end = table["start"], table["end"]
    last = end.where(end <= pd.Timestamp(as_of), pd.Timestamp(as_of)).fillna(pd.Timestamp(as_of))
    left = np.asarray(end.notna() & (end <= pd.Timestamp(as_of)))
    begin = start if observed_from is None else start.clip(lower=pd.Timestamp(observed_from))
    entry = np.asarray((begin - start).dt.days) / DAYS_PER_MONTH
    leave = np.asarray((last - start).dt.days) / DAYS_PER_MONTH
    seen = leave > entry
    hidden = int((~seen).sum())
    curve = kaplan_meier(entry[seen], leave[seen], left[seen], confidence=confidence)
    rates, notes = _rates(entry[seen], leave[seen], left[seen], sorted(bands))
    if hidden:
        notes.append(f"{hidden} people were never under observation and do not count")
    frame = pd.DataFrame(
        {
            "tenure_months": curve.tenure,
            "at_risk": curve.at_risk,
            "leavers": curve.leavers,
            "survival": curve.survival,
            "low": curve.low,
            "high": curve.high,
        }
    )
    return AttritionEstimate(
        frame=frame,
        attrition=rates,
        people=int(seen.sum()),
        leavers=int(left[seen].sum()),
        confidence=confidence,
        notes=tuple(notes),
    )


def estimate_ramp(
    output: pd.DataFrame, *, tenured_after_weeks: int = 26, minimum_people: int = 5
) -> RampEstimate:
    """Productivity by week of tenure relative to tenured people, as a never-falling curve.

    Parameters
    ----------
    output : one row a person and week: id, week (of tenure, from 0), rate (work done an hour).
    tenured_after_weeks : from this week on people count as tenured (convention: half a year).
    minimum_people : weeks with fewer people are refused: they would show single persons.
    """
    faults = FaultList(title="The output table was refused")
    _check_columns(output, ("id", "week", "rate"), faults)
    faults.raise_any()
    bad = output.index[~(output["rate"] >= 0) | ~np.isfinite(output["rate"]) | (output["week"] < 0)]
    if len(bad):
        faults.add(
            "columns week and rate",
            "are negative or missing",
            "give numbers >= 0",
            count=len(bad),
            first=list(bad),
        )
    tenured = output[output["week"] >= tenured_after_weeks]
    if tenured["id"].nunique() < minimum_people:
        faults.add(
            "the table",
            f"has {tenured['id'].nunique()} tenured people",
            f"give at least {minimum_people}",
        )
    faults.raise_any()
    full = float(tenured.groupby("id")["rate"].mean().mean())
    young = output[output["week"] < tenured_after_weeks]
    groups = young.groupby("week")["rate"].agg(["count", "mean", "std"])
    few = groups.index[groups["count"] < minimum_people]
    kept = groups.drop(index=few)
    if kept.empty or list(kept.index) != list(range(len(kept))):
        raise DataError(
            f"weeks {list(few)[:5]} have fewer than {minimum_people} people, so that the ramp has holes. "
            "Fix: join more starts, or lower tenured_after_weeks."
        )
    share = kept["mean"].to_numpy() / full
    fitted = np.clip(never_falling(share, kept["count"].to_numpy(dtype=float)), 0.0, 1.0)
    weekly = tuple(round(float(value), 4) for value in fitted)
    while weekly and weekly[-1] >= 1:
        weekly = weekly[:-1]
    error = kept["std"].to_numpy() / np.sqrt(kept["count"].to_numpy()) / full
    frame = pd.DataFrame(
        {
            "week": kept.index,
            "people": kept["count"].to_numpy(),
            "share": share,
            "standard_error": error,
        }
    )
    notes = (
        (f"weeks {list(few)} have fewer than {minimum_people} people and do not count",)
        if len(few)
        else ()
    )
    return RampEstimate(frame=frame, ramp=Ramp(weekly=weekly), notes=notes)


def _rates(
    entry: np.ndarray, leave: np.ndarray, left: np.ndarray, bands: Sequence[int]
) -> tuple[Attrition, list[str]]:
    """Yearly rate of each band: 1 - exp(-12 x leavers / months of people seen in the band).

    The maximum-likelihood estimate for a hazard constant within each band; unlike a ratio of
    the survival curve it does not hang on the last few people of the longest tenure.
    """
    notes: list[str] = []
    found: list[AttritionBand] = []
    for begin, end in zip(bands, [*bands[1:], np.inf], strict=True):
        months = float(np.clip(np.minimum(leave, end) - np.maximum(entry, begin), 0, None).sum())
        gone = int((left & (leave > begin) & (leave <= end)).sum())
        if months == 0:
            notes.append(f"nobody was seen beyond {begin} months: the rate before is carried on")
            yearly = found[-1].yearly if found else 0.0
        else:
            yearly = 1.0 - float(np.exp(-12.0 * gone / months))
        if yearly > MOST_YEARLY:
            notes.append(f"from {begin} months: the rate is set to {MOST_YEARLY:.0%}")
        found.append(AttritionBand(from_months=begin, yearly=min(yearly, MOST_YEARLY)))
    return Attrition(bands=tuple(found)), notes


def _check_people(people: pd.DataFrame, as_of: date) -> pd.DataFrame:
    faults = FaultList(title="The HR table was refused")
    _check_columns(people, HR_COLUMNS, faults)
    faults.raise_any()
    table = people.copy()
    for name in ("start", "end"):
        table[name] = pd.to_datetime(table[name], format="ISO8601", errors="coerce")
        lost = people.index[
            table[name].isna() & people[name].notna() & (people[name].astype(str) != "")
        ]
        if len(lost):
            faults.add(
                f"column {name}",
                "holds no dates",
                "write 2026-01-31",
                count=len(lost),
                first=list(people[name][lost]),
            )
    codes = table["id"].astype(str)
    checks = (
        ("column id", "holds no codes", "ids are a short code such as r001, never a name", ~codes.str.fullmatch(r"[A-Za-z]{0,4}[0-9]{1,8}")),
        ("column id", "has a person twice", "one row a person", codes.duplicated()),
        ("column start", "is blank", "give the day of joining", table["start"].isna()),
        ("column start", f"lies after {as_of}", "leave future starts out", table["start"] > pd.Timestamp(as_of)),
        ("column end", "lies before the start", "correct the dates", table["end"] < table["start"]),
    )  # fmt: skip
    for where, what, fix, mask in checks:
        bad = table.index[mask.fillna(value=False).astype(bool)]
        if len(bad):
            faults.add(where, what, fix, count=len(bad), first=list(bad))
    faults.raise_any()
    if table.empty:
        raise DataError("The HR table has no rows.")
    return table


def _check_columns(table: pd.DataFrame, names: Sequence[str], faults: FaultList) -> None:
    for name in names:
        if name not in table:
            faults.add(
                "the table",
                f"lacks the column {name!r}",
                f"found: {', '.join(map(str, table.columns))}",
            )
    for name in table.columns:
        if name not in names:
            faults.add(
                "the table",
                f"has the column {name!r}, which is not needed",
                "leave it out: ids and dates are enough",
            )


def _only(table: pd.DataFrame, pool: str) -> pd.DataFrame:
    pools = sorted(set(table["pool"].astype(str)))
    if pool not in pools:
        raise DataError(f"unknown pool {pool!r}: {nearest(pool, pools)}")
    return table[table["pool"] == pool]
