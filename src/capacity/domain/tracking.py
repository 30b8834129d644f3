"""What happened: operational metrics of a case log."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capacity.domain.display import frame_html


@dataclass(frozen=True, kw_only=True)
class TrackReport:
    """One row a queue in `frame`; `daily` has one row a queue and local date."""

    frame: pd.DataFrame
    daily: pd.DataFrame
    as_of: pd.Timestamp
    notes: tuple[str, ...] = ()
    text: str = ""

    def summary(self) -> str:
        """The state of each queue in words."""
        return self.text

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="Tracking", note=f"as of {self.as_of}")
