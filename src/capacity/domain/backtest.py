"""Backtest: how forecasts made in the past did, beside simple rivals."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capacity.domain.display import frame_html


@dataclass(frozen=True, kw_only=True)
class Backtest:
    """Scores by queue, method and lead block.

    `frame` columns: queue, method, lead, wape, bias, mase, crps, coverage_90, origins (and more).
    """

    frame: pd.DataFrame
    origins: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def summary(self) -> str:
        """WAPE by method over all queues."""
        means = self.frame.groupby("method", sort=False)["wape"].mean()
        return "\n".join(
            [*(f"{name}: WAPE {100 * value:.1f} %" for name, value in means.items()), *self.notes]
        )

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="Backtest", note=f"{len(self.origins)} origins")
