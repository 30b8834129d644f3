"""The best scenario under constraints."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from capacity.domain.comparison import Comparison
from capacity.domain.faults import nearest
from capacity.errors import DataError, InfeasibleError


def best_scenario(
    comparison: Comparison,
    *,
    least: str = "cost",
    at_most: Mapping[str, float] | None = None,
    at_least: Mapping[str, float] | None = None,
) -> str:
    """The name of the scenario with the least of a column, among those that keep the limits.

    "as is" takes part; scenarios without a plan do not. Of equals the first wins.

    Raises
    ------
    DataError
        A column that the comparison does not have.
    InfeasibleError
        No scenario keeps the limits; the message says how many each limit alone leaves.

    Examples
    --------
    >>> from capacity.domain.effort import Effort
    >>> rows = [("as is", "planned", 5.0, 0.2), ("more", "planned", 7.0, 0.9), ("most", "planned", 9.0, 1.0)]
    >>> frame = pd.DataFrame(rows, columns=["scenario", "status", "cost", "weeks_kept"])
    >>> table = Comparison(frame=frame, paired=frame, effort=Effort.QUICK, seed=1, reused=frame)
    >>> best_scenario(table, at_least={"weeks_kept": 0.9})
    'more'
    """
    table = comparison.frame[comparison.frame["status"] == "planned"]
    upper, lower = dict(at_most or {}), dict(at_least or {})
    for name in (least, *upper, *lower):
        if name not in table:
            raise DataError(
                f"the comparison has no column {name!r}: {nearest(name, table.columns)}"
            )
    limits = {f"{name} <= {value:g}": table[name] <= value for name, value in upper.items()}
    limits |= {f"{name} >= {value:g}": table[name] >= value for name, value in lower.items()}
    keeps = pd.Series(True, index=table.index)
    for kept in limits.values():
        keeps &= kept
    if not keeps.any():
        counts = "; ".join(f"{label} leaves {int(kept.sum())}" for label, kept in limits.items())
        raise InfeasibleError(
            f"none of {len(table)} scenarios keeps every limit: {counts}. Fix: relax one of them."
        )
    return str(table.loc[table.loc[keeps, least].idxmin(), "scenario"])
