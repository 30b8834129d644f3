"""Cases: the history that was read, and the volume that it makes."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capacity.domain.display import frame_html, plural
from capacity.domain.operation import Operation
from capacity.domain.volume import Volume
from capacity.intake.case_tables import CaseTables
from capacity.intake.counting import count_volume


@dataclass(frozen=True, kw_only=True)
class Cases(CaseTables):
    """A case log, counts by interval, or both; the fields are those of `CaseTables`.

    Examples
    --------
    >>> from capacity.intake.reading import read_cases
    >>> frame = pd.DataFrame({"queue": ["a", "a"], "arrived_at": ["2026-01-05T00:10:00Z", "2026-01-05T02:40:00Z"]})
    >>> read_cases(frame).volume().of("a").tolist()
    [1.0, 0.0, 1.0]
    """

    def volume(
        self,
        as_of: pd.Timestamp | str | None = None,
        *,
        operation: Operation | None = None,
        by: tuple[str, ...] = (),
        drivers: bool = False,
    ) -> Volume:
        """Arrivals of all cases (automated ones included) by interval, and the cases open at `as_of`.

        Parameters
        ----------
        as_of
            The instant at which history ends; the end of the data by default. It must lie on an
            edge of the grid.
        operation
            Gives each queue its zone. Without it the zones are left to the forecast.
        by
            Cells below the queue, of `market`, `language`, `severity`.
        drivers
            Also read handling time, automation and escalation share by day off the log, so that
            `forecast` lets them move on the same paths as the counts.

        Notes
        -----
        Counts rule where they exist; the log fills what they do not cover. A missing interval
        is nan, never zero. A case is open if it arrived before `as_of`, a person has to decide it,
        and it was not closed by then; an escalated case waits in the queue it was passed on to,
        with its age since the first arrival.
        """
        return count_volume(self, as_of, operation=operation, by=by, drivers=drivers)

    def summary(self) -> str:
        """What was read, in words."""
        lines = [
            f"{plural(len(self.frame), 'case')} and {plural(len(self.counts), 'count')} by {self.minutes} min, "
            f"{self.start:%Y-%m-%d} to {self.end:%Y-%m-%d %H:%M} UTC, unit {self.unit}",
            f"{len(self.rejects)} of {self.rejects.rows_read:,} rows set aside",
        ]
        lines += [f"  {rule}: {count}" for rule, count in self.rejects.counts().items()]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        shown = self.frame if self.has_log else self.counts
        return frame_html(shown, title="Cases", note=self.summary())
