"""Sensitivity: what each assumption is worth in heads and money."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capacity.domain.display import frame_html


@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """One row an assumption and change of it.

    `frame` columns: assumption, change, heads (at the peak, before rounding, less the base),
    cost (less the base), elasticity (relative change of heads over that of the assumption; nan
    where the change is not relative). Largest effect first.
    """

    frame: pd.DataFrame
    base_heads: float
    base_cost: float
    currency: str
    percentile: float
    notes: tuple[str, ...] = ()

    def summary(self) -> str:
        """The base, then each change in words."""
        base = (
            f"{self.base_heads:.1f} heads at the peak (P{100 * self.percentile:g}), "
            f"{self.currency} {self.base_cost:,.0f}"
        )
        rows = [
            f"  {row.change}: {row.heads:+.1f} heads, {self.currency} {row.cost:+,.0f}"
            for row in self.frame.itertuples()
        ]
        return "\n".join([base, *rows, *self.notes])

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="Sensitivity", note=self.summary().splitlines()[0])
