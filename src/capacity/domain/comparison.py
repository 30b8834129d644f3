"""The comparison of scenarios over the same paths."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capacity.domain.display import frame_html
from capacity.domain.effort import Effort


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One row a scenario ("as is" first); `paired` holds differences to "as is" with intervals."""

    frame: pd.DataFrame
    paired: pd.DataFrame
    effort: Effort
    seed: int
    reused: pd.DataFrame
    notes: tuple[str, ...] = ()
    text: str = ""

    def summary(self) -> str:
        """The differences in plain words."""
        return self.text

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="Scenarios", note=self.text)
