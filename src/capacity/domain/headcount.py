"""The headcount plan: stock and flow of heads by pool and month, and its money."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.domain.display import frame_html, plural
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

    `frame` has FINANCE_COLUMNS and then: `required` (heads at `percentile`), `required_p95`,
    `productive` (heads at month end weighted by ramp, less mentors; decimal), `overtime_heads`,
    `vendor_heads`, `lent_heads` (help from other pools less help given), `reductions` (part of attrition), `risk_short` (share of paths, with random
    attrition, that are short in the month), `currency`, `cost_local`. Rows with pool = "all" are
    computed on the totals of each path, because quantiles of pools do not add up; `cost_local`
    is missing there. `gap` = required at `percentile` less productive, overtime, vendor
    and lent heads, rounded up once: without newcomers it is required - eop.

    `required_paths` are employed heads needed before rounding, shape (paths, months, pools + 1),
    the last column being all. `hires` has one row a class (pool, month, start, heads, classes,
    approve_by, kind); `ledger` one row a month, pool, grade and component: quantity x unit_local x rate, in whole
    `cents` (reporting currency) and `cents_local`; `leaving` one row a month, pool and tenure band:
    the heads at risk of leaving;
    `aim` are the heads behind `gap` before rounding, shape (months, pools + 1); `advice` are sentences on deadlines and levers.
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
    ledger: pd.DataFrame | None = None
    transfers: pd.DataFrame | None = None
    leaving: pd.DataFrame | None = None
    advice: tuple[str, ...] = ()
    aim: np.ndarray | None = None
    seed: int = 0
    as_of: pd.Timestamp | None = None

    def required(self, percentile: float, pool: str = "all") -> np.ndarray:
        """Whole heads needed by month at a percentile over paths (rounded up once)."""
        column = len(self.pools) if pool == "all" else self.pools.index(pool)
        values = np.quantile(self.required_paths[:, :, column], percentile, axis=0)
        return np.asarray(np.ceil(values - 1e-9)).astype(int)

    def of(self, pool: str = "all") -> pd.DataFrame:
        """The rows of one pool, by month."""
        return self.frame[self.frame["pool"] == pool].reset_index(drop=True)

    @property
    def risk_short(self) -> np.ndarray:
        """By month: share of paths in which some pool is short; nan if it was not simulated."""
        if "risk_short" not in self.frame:
            return np.full(self.months.periods, np.nan)
        return np.asarray(self.of("all")["risk_short"], dtype=float)

    def summary(self) -> str:
        """Month by month in words: required, have, gap, action, cost, risk; then what binds."""
        lines = [self._month_words(row) for row in self.of("all").to_dict("records")]
        if self.binding:
            lines.append(f"binding: {', '.join(self.binding)}")
        if len(self.pools) > 1 and "risk_short" in self.frame:
            lines.append(self._risk_words())
        return "\n".join([*lines, *self.advice, *self.notes])

    def _risk_words(self) -> str:
        """What the risk of a month line counts, beside that of the pools alone."""
        last = self.frame[self.frame["month"] == self.months.labels[-1]]
        alone = last[last["pool"] != "all"].sort_values("risk_short", ascending=False).iloc[0]
        return (
            f"risk counts futures in which any of the {len(self.pools)} pools is short; of a pool "
            f"alone it is at most {100 * alone['risk_short']:.0f} % in {self.months.labels[-1]} "
            f"({alone['pool']})"
        )

    def _month_words(self, row: dict[str, object]) -> str:
        text = (
            f"{row['month']}: {row['required_p50']} heads at P50, {row['required_p80']} at P80; "
            f"{row['eop']} at month end, {self._state(row)}"
        )
        text += f"; {self._actions(row)}; {self.currency} {row['cost']:,.2f}"
        risk = row.get("risk_short")
        return text + (
            f"; risk of a short pool {100 * float(str(risk)):.0f} %" if risk is not None else ""
        )

    def _state(self, row: dict[str, object]) -> str:
        """Short in all, short in some pools although there are enough in all, or covered."""
        gap = int(str(row["gap"]))
        rows = self.frame[(self.frame["month"] == row["month"]) & (self.frame["pool"] != "all")]
        short = rows[rows["gap"] > 0]
        pools = ", ".join(
            f"{pool} by {missing}"
            for pool, missing in zip(short["pool"], short["gap"], strict=True)
        )
        if gap > 0:
            return f"short by {gap} in all" + (f" ({pools})" if pools else "")
        if not pools:
            return "every pool covered"
        return f"enough in all, but not where needed: short are {pools}"

    def _actions(self, row: dict[str, object]) -> str:
        """What happens in a month: starts, moves, overtime and vendor heads."""
        parts = [plural(int(str(row["hires"])), "hire")]
        moved = int(str(row["transfers_in"]))
        parts += [plural(moved, "transfer")] if moved else []
        for name, words in (("overtime_heads", "of overtime"), ("vendor_heads", "from vendors")):
            value = float(str(row.get(name, 0.0)))
            parts += [f"{value:.1f} heads {words}"] if value > 0 else []
        return ", ".join(parts)

    def _repr_html_(self) -> str:
        return frame_html(
            self.of("all"),
            title="Headcount",
            note=f"percentile {self.percentile:g}, {self.currency}",
        )
