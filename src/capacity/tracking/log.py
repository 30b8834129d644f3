"""The case log as the metrics read it: clocks in hours, weights, and what is known when."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from capacity.domain.target import ClockFrom, MeasuredAt, Target

_CLOCKS = {
    ClockFrom.ARRIVAL: "arrived_at",
    ClockFrom.DETECTION: "detected_at",
    ClockFrom.KNOWLEDGE: "known_at",
}
_STOPS = {MeasuredAt.CLOSED: "closed_at", MeasuredAt.STARTED: "started_at"}


@dataclass(frozen=True, kw_only=True)
class QueueLog:
    """The cases of one queue that arrived before `as_of`, as they were known then.

    What happened at or after `as_of` is not known: such a case is still open.
    """

    frame: pd.DataFrame
    as_of: pd.Timestamp

    def column(self, name: str) -> pd.Series:
        """An instant column, NaT where unknown or not yet happened."""
        if name not in self.frame:
            return pd.Series(pd.NaT, index=self.frame.index, dtype="datetime64[ns, UTC]")
        values = self.frame[name]
        return values.where(values <= self.as_of)

    @cached_property
    def weights(self) -> np.ndarray:
        """Cases that each row stands for."""
        if "weight" not in self.frame:
            return np.ones(len(self.frame))
        return np.asarray(self.frame["weight"].fillna(1.0), dtype=float)

    @cached_property
    def automated(self) -> np.ndarray:
        """Rows decided without a person."""
        if "automated" not in self.frame:
            return np.zeros(len(self.frame), dtype=bool)
        return np.asarray(self.frame["automated"], dtype=bool)

    @cached_property
    def closed(self) -> np.ndarray:
        """Rows decided by `as_of`."""
        return np.asarray(self.column("closed_at").notna())

    @cached_property
    def waiting(self) -> np.ndarray:
        """Rows that a person still has to decide."""
        return np.asarray(~self.closed & ~self.automated)

    def hours(self, begin: str, end: str) -> np.ndarray:
        """Hours between two instants, nan where one is unknown."""
        span = self.column(end) - self.column(begin)
        return np.asarray(span / pd.Timedelta(hours=1), dtype=float)

    def age(self, begin: str = "arrived_at") -> np.ndarray:
        """Hours from an instant to `as_of`, nan where it is unknown."""
        return np.asarray((self.as_of - self.column(begin)) / pd.Timedelta(hours=1), dtype=float)

    def journey(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Hours from arrival to decision, whether it ended, and weights, of cases for people."""
        human = ~self.automated
        hours = np.where(self.closed, self.hours("arrived_at", "closed_at"), self.age())
        return hours[human], self.closed[human], self.weights[human]

    def against(self, target: Target) -> tuple[float, float, float]:
        """Weights on time, late, and without the instant that starts the target's clock.

        Only cases are counted whose deadline has passed: younger ones would count the quick
        and leave out the slow. Of those, a case that is still open is late.
        """
        clock, stop = _CLOCKS[target.clock_from], _STOPS[target.measured_at]
        human = ~self.automated
        age = self.age(clock)
        ripe = human & (age >= target.within_hours)
        quick = ripe & (self.hours(clock, stop) <= target.within_hours)
        unknown = human & np.isnan(age)
        return (
            float(self.weights[quick].sum()),
            float(self.weights[ripe & ~quick].sum()),
            float(self.weights[unknown].sum()),
        )
