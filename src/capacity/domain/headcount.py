"""The headcount plan: stock and flow of heads by pool and month, and its money."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.domain.display import frame_html
from capacity.domain.grid import MonthGrid

FINANCE_COLUMNS = (
    "month",
    "pool",
    "bop",
    "hires",
    "transfers_in",
    "attrition",
    "transfers_out",
    "eop",
    "fte",
    "required_p50",
    "required_p80",
    "gap",
    "cost",
)


@dataclass(frozen=True, kw_only=True)
class HeadcountPlan:
    """Heads by pool and month with the identity BOP + hires + in - attrition - out = EOP.

    `frame` has FINANCE_COLUMNS (and may have more); rows with pool = "all" are computed on the
    totals of each path, because quantiles of pools do not add up. `required_paths` are employed
    heads needed before rounding, shape (paths, months, pools + 1), the last column being all.
    """

    frame: pd.DataFrame
    months: MonthGrid
    pools: tuple[str, ...]
    required_paths: np.ndarray
    percentile: float
    currency: str
    binding: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    hires: pd.DataFrame | None = None

    def required(self, percentile: float, pool: str = "all") -> np.ndarray:
        """Whole heads needed by month at a percentile over paths (rounded up once)."""
        column = len(self.pools) if pool == "all" else self.pools.index(pool)
        values = np.quantile(self.required_paths[:, :, column], percentile, axis=0)
        return np.asarray(np.ceil(values - 1e-9)).astype(int)

    def of(self, pool: str = "all") -> pd.DataFrame:
        """The rows of one pool, by month."""
        return self.frame[self.frame["pool"] == pool].reset_index(drop=True)

    def summary(self) -> str:
        """Month by month in words: required, have, gap, cost."""
        lines = []
        for row in self.of("all").itertuples():
            state = f"short by {row.gap}" if row.gap > 0 else "covered"
            lines.append(
                f"{row.month}: {row.required_p50} heads at P50, {row.required_p80} at P80; "
                f"{row.eop} at month end, {state}; {row.hires} hires; {self.currency} {row.cost:,.0f}"
            )
        if self.binding:
            lines.append(f"binding: {', '.join(self.binding)}")
        return "\n".join([*lines, *self.notes])

    def _repr_html_(self) -> str:
        return frame_html(
            self.of("all"),
            title="Headcount",
            note=f"percentile {self.percentile:g}, {self.currency}",
        )
