"""Rows that break a rule: collected column by column, then raised together or set aside."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from capacity.domain.faults import FaultList

SHOWN = 24


@dataclass(frozen=True, kw_only=True)
class Broken:
    """One rule, the rows that break it (a mask over all rows) and the fix."""

    rule: str
    rows: np.ndarray
    fix: str
    values: tuple[str, ...] = ()


@dataclass(kw_only=True)
class BrokenRows:
    """Every broken rule of a table with `size` rows."""

    size: int
    found: list[Broken] = field(default_factory=list)

    def add(self, rule: str, rows: np.ndarray, fix: str, values: pd.Series | None = None) -> None:
        """Record a rule if any row breaks it; the first offending values are kept, cut short."""
        mask = np.asarray(rows, dtype=bool)
        if not mask.any():
            return
        first: tuple[str, ...] = ()
        if values is not None:
            first = tuple(_shown(item) for item in values[mask].head(5))
        self.found.append(Broken(rule=rule, rows=mask, fix=fix, values=first))

    @property
    def rows(self) -> np.ndarray:
        """Rows that break any rule."""
        mask = np.zeros(self.size, dtype=bool)
        for item in self.found:
            mask |= item.rows
        return mask

    def into(self, faults: FaultList, where: str) -> None:
        """One fault a rule, with the first rows and their values."""
        for item in self.found:
            numbers = np.flatnonzero(item.rows)[:5] + 1
            shown = [f"row {number}" for number in numbers]
            if item.values:
                shown = [f"{a}: {b}" for a, b in zip(shown, item.values, strict=False)]
            faults.add(where, item.rule, item.fix, count=int(item.rows.sum()), first=shown)

    def frame(self, raw: pd.DataFrame, table: str) -> pd.DataFrame:
        """The broken rows as they were read, one line a row and rule."""
        parts = []
        for item in self.found:
            rows = np.flatnonzero(item.rows)
            part = raw.iloc[rows].copy()
            part.insert(0, "rule", item.rule)
            part.insert(0, "row", rows + 1)
            part.insert(0, "table", table)
            parts.append(part)
        if not parts:
            return pd.DataFrame(columns=["table", "row", "rule", *raw.columns])
        return pd.concat(parts, ignore_index=True)


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    text = text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."
    odd = sorted({f"U+{ord(letter):04X}" for letter in str(value) if ord(letter) > 126})
    return f"{text} ({', '.join(odd)})" if odd else text
