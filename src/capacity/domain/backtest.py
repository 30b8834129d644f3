"""Backtest: how forecasts made in the past did, beside simple rivals."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from capacity.domain.display import frame_html

OURS = "forecast"


@dataclass(frozen=True, kw_only=True)
class Backtest:
    """Scores by queue, method and lead block.

    `frame` columns: queue, method, lead, wape, bias, mase, crps, coverage_90, origins (and more).
    `pit` holds the histogram of the randomised PIT: queue, lead, low (edge of the bin), share.
    """

    frame: pd.DataFrame
    origins: tuple[str, ...]
    notes: tuple[str, ...] = ()
    pit: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def queues(self) -> tuple[str, ...]:
        """Names of the rows: the queues, and "all" where there are several."""
        return tuple(dict.fromkeys(self.frame["queue"]))

    def of(self, queue: str) -> pd.DataFrame:
        """The rows of one queue, or of "all"."""
        return self.frame[self.frame["queue"] == queue].reset_index(drop=True)

    def summary(self) -> str:
        """WAPE and bias by method, and how much of the 8-week average's error is saved."""
        queue = self.queues[-1]
        rows = self.of(queue)
        means = rows.groupby("method", sort=False)[["wape", "bias", "value_added"]].mean()
        lines = [
            f"{name}: WAPE {100 * row['wape']:.1f} %, bias {100 * row['bias']:+.1f} %, "
            f"{100 * row['value_added']:+.1f} % of the 8-week average's error saved"
            for name, row in means.iterrows()
        ]
        ours = rows[rows["method"] == OURS]
        sums = ("coverage_90", "coverage_90_week", "coverage_90_horizon")
        held = [f"{100 * ours[name].mean():.0f} %" for name in sums]
        lines.append(
            f"90 % intervals held {held[0]} of days, {held[1]} of weeks, {held[2]} of horizons"
        )
        title = "all queues together" if queue == "all" else queue
        return "\n".join([f"{title}, mean over lead times:", *lines, *self.notes])

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="Backtest", note=f"{len(self.origins)} origins")
