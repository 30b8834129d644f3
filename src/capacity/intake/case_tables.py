"""What was read: a case log, counts by interval, or both, and the rows that were set aside."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from capacity.domain.display import frame_html
from capacity.intake.policy import Gap


@dataclass(frozen=True, kw_only=True)
class Rejects:
    """Rows that were set aside: `frame` has one line a row and rule (table, row, rule, cells as read).

    `rows_read` and `rows_kept` reconcile: read = kept + set aside.
    """

    frame: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["table", "row", "rule"])
    )
    rows_read: int = 0
    rows_kept: int = 0

    def counts(self) -> dict[str, int]:
        """Rows set aside by the rule that they broke; a row may break several."""
        found = self.frame["rule"].value_counts(sort=False)
        return {str(rule): int(count) for rule, count in found.items()}

    def __len__(self) -> int:
        return self.rows_read - self.rows_kept

    def _repr_html_(self) -> str:
        return frame_html(
            self.frame, title="Rows set aside", note=f"{len(self)} of {self.rows_read} rows"
        )


@dataclass(frozen=True, kw_only=True)
class CaseTables:
    """The tables of a history and what can be read off them without counting.

    `frame` is the log (one row a case, typed; empty if only counts were given), `counts` the
    counts by interval (queue, start, count, ...; empty if only a log was given). `minutes` is
    the interval of the counts, or of the grid on which a log is counted. `end` is the end of the
    history.
    """

    frame: pd.DataFrame
    counts: pd.DataFrame
    rejects: Rejects
    minutes: int
    start: pd.Timestamp
    end: pd.Timestamp
    unit: str = "report"
    gaps: Gap = Gap.RAISE
    notes: tuple[str, ...] = ()

    @property
    def queues(self) -> tuple[str, ...]:
        """Queue names in order of first appearance, counts first."""
        names = [*self.counts["queue"].unique(), *self.frame["queue"].unique()]
        return tuple(dict.fromkeys(str(name) for name in names))

    @property
    def has_log(self) -> bool:
        """Whether single cases are known."""
        return len(self.frame) > 0

    @property
    def automation(self) -> pd.DataFrame:
        """The share decided without a person, a series in its own right: queue, week, count, automated, share.

        Weeks begin on Monday 00:00 UTC. Counts rule where they have the column, else the log.
        """
        if "automated" in self.counts:
            rows = self.counts[["queue", "start", "count", "automated"]]
        elif "automated" in self.frame:
            rows = self.frame[["queue", "automated"]].assign(
                start=self.frame["arrived_at"], count=1.0
            )
        else:
            return pd.DataFrame(columns=["queue", "week", "count", "automated", "share"])
        day = rows["start"].dt.normalize()
        week = day - pd.to_timedelta(day.dt.day_of_week, unit="D")
        sums = (
            rows[["count", "automated"]].astype(float).groupby([rows["queue"], week.rename("week")])
        )
        table = sums.sum().reset_index()
        return table.assign(share=table["automated"] / table["count"].where(table["count"] > 0))

    def arrivals_between(self, begin: pd.Timestamp, end: pd.Timestamp) -> dict[str, float]:
        """Known arrivals by queue in [begin, end); the counts rule where there are any."""
        rows = self.counts if len(self.counts) else self.frame
        column = "start" if len(self.counts) else "arrived_at"
        rows = rows[(rows[column] >= begin) & (rows[column] < end)]
        weight = "count" if len(self.counts) else "weight"
        amount = rows[weight] if weight in rows else pd.Series(1.0, index=rows.index)
        sums = amount.groupby(rows["queue"], sort=False).sum()
        return {str(queue): float(total) for queue, total in sums.items()}
