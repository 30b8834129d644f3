"""Budget, forecast and actual side by side: variances with their sign in words."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import pandas as pd

from capacity.errors import DataError
from capacity.reporting.finance_schema import Version


class Wish(Enum):
    """Which direction of a measure is good news."""

    LOWER = -1
    NEITHER = 0
    HIGHER = 1


# Fewer hires than budgeted means seats filled late; more heads is neither good nor bad in itself.
MEASURES = {
    "cost": Wish.LOWER,
    "attrition": Wish.LOWER,
    "gap": Wish.LOWER,
    "hires": Wish.HIGHER,
    "eop": Wish.NEITHER,
    "fte": Wish.NEITHER,
}


def compare_versions(
    tables: Sequence[pd.DataFrame],
    *,
    of: Version = Version.ACTUAL,
    against: Version = Version.BUDGET,
    measures: Sequence[str] = tuple(MEASURES),
) -> pd.DataFrame:
    """Variance = `of` - `against` by month, pool and measure, with its judgement in words.

    Parameters
    ----------
    tables : finance tables (as of `read_finance` or `finance_table`), versions in their column.
    of, against : the two versions, compared where both have a row (actuals end earlier).
    measures : columns to compare, of MEASURES.

    Returns
    -------
    DataFrame
        month, pool, measure, the two versions by name, variance, judgement (favourable,
        unfavourable, neutral, none).
    """
    table = pd.concat(tables, ignore_index=True)
    sides = {
        v: table[table["version"] == v.value].set_index(["month", "pool"]) for v in (against, of)
    }
    for version, side in sides.items():
        if side.empty:
            known = sorted(set(table["version"]))
            raise DataError(f"there is no version {version.value!r}; found {known}.")
        if side.index.duplicated().any():
            raise DataError(f"version {version.value} has a month and pool twice: keep one row.")
    shared = sides[of].index
    both = [key for key in shared if key in sides[against].index]
    if not both:
        raise DataError(f"{of.value} and {against.value} share no month and pool.")
    parts = [_variance(sides, both, name, of, against) for name in measures]
    return pd.concat(parts, ignore_index=True)


def variance_words(
    variances: pd.DataFrame, *, of: Version = Version.ACTUAL, against: Version = Version.BUDGET
) -> str:
    """Every variance that is not zero as a sentence, money with two decimals."""
    lines = []
    for row in variances.to_dict("records"):
        if row["variance"] == 0:
            continue
        side = "above" if row["variance"] > 0 else "below"
        digits = 2 if row["measure"] == "cost" else 1 if row["measure"] == "fte" else 0
        lines.append(
            f"{row['month']} {row['pool']}: {row['measure']} {row[of.value]:,.{digits}f}, "
            f"{abs(row['variance']):,.{digits}f} {side} {against.value}, {row['judgement']}"
        )
    return "\n".join(lines) or f"{of.value} equals {against.value}"


def _variance(
    sides: dict[Version, pd.DataFrame],
    keys: list[tuple[str, str]],
    measure: str,
    of: Version,
    against: Version,
) -> pd.DataFrame:
    now, then = (sides[version].loc[keys, measure].to_numpy() for version in (of, against))
    scale = 100 if measure == "cost" else 1
    # Money is subtracted in whole cents: binary dust is no variance.
    difference = pd.Series(now * scale - then * scale)
    difference = difference.round() / scale if measure == "cost" else difference.round(9)
    return pd.DataFrame(
        {
            "month": [month for month, _ in keys],
            "pool": [pool for _, pool in keys],
            "measure": measure,
            against.value: then,
            of.value: now,
            "variance": difference.to_numpy(),
            "judgement": [_judge(MEASURES[measure], float(v)) for v in difference],
        }
    )


def _judge(wish: Wish, variance: float) -> str:
    if variance == 0:
        return "none"
    if wish is Wish.NEITHER:
        return "neutral"
    return "favourable" if (variance > 0) == (wish is Wish.HIGHER) else "unfavourable"
