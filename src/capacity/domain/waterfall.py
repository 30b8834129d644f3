"""From one plan's heads to another's: how much each factor adds."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capacity.domain.display import frame_html


@dataclass(frozen=True, kw_only=True)
class Waterfall:
    """Heads needed in one month, before and after, and the share of each factor (Shapley value).

    `frame` columns: factor, heads, standard_error (0 when every order was counted). The factors
    and the last row "rounding" add up to `after` - `before`, exactly.
    """

    frame: pd.DataFrame
    before: int
    after: int
    month: str
    percentile: float
    evaluations: int
    notes: tuple[str, ...] = ()

    def summary(self) -> str:
        """Before, each factor, after."""
        level = f"P{100 * self.percentile:g}"
        lines = [f"{self.before} heads needed in {self.month} at {level} before"]
        for row in self.frame.itertuples():
            error = f" (se {row.standard_error:.2f})" if row.standard_error > 0 else ""
            lines.append(f"  {row.factor}: {row.heads:+.2f}{error}")
        return "\n".join([*lines, f"{self.after} heads needed after", *self.notes])

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title=f"Why {self.before} became {self.after} heads")
