"""The past of every queue brought to the present: events, special days, year and growth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from capacity.domain.event import Event
from capacity.domain.operation import Operation
from capacity.forecasting.events import Learnt, clean_history
from capacity.forecasting.long_run import Growth, YearCourse, learn_growth, learn_year
from capacity.forecasting.panel_fit import PanelFit
from capacity.forecasting.queue_history import QueueHistory
from capacity.forecasting.special_days import Occasion, list_occasions
from capacity.forecasting.special_effects import Effect, describe, even_out, learn_effects

LEAST_SWING = 1.02  # a course of the year flatter than this is not worth a note
LEAST_GROWTH = 0.002  # nor is growth slower than this a month


@dataclass(frozen=True, kw_only=True)
class QueuePast:
    """A queue's past brought to the present, and what it says about days ahead."""

    history: QueueHistory
    events: tuple[Event, ...]
    learnt: Learnt
    occasions: tuple[Occasion, ...]
    effects: tuple[Effect, ...] = ()
    year: YearCourse

    @property
    def notes(self) -> tuple[str, ...]:
        """Everything that was found, without the name of the queue."""
        if self.history.like is not None:
            return self.learnt.notes
        swing = self.year.swing
        course = (f"course of the year found: high over low x{swing:.2f}",)
        return (
            *self.learnt.notes,
            *describe(self.effects),
            *(course if swing > LEAST_SWING else ()),
        )


def read_pasts(
    operation: Operation | None, histories: Mapping[str, QueueHistory], days: int
) -> dict[str, QueuePast]:
    """Events taken out, then special days of all queues together, then the course of the year."""
    pasts = {}
    for name, history in histories.items():
        events = _events_of(operation, name)
        pasts[name] = QueuePast(
            history=history,
            events=events,
            learnt=clean_history(history.totals, first_day=history.first_day, events=events),
            occasions=list_occasions(
                operation, name, first=history.start, last=history.first_day + days
            ),
            year=YearCourse(waves=np.zeros(0)),
        )
    effects = learn_effects(
        {name: past.learnt.totals for name, past in pasts.items()},
        {name: history.first_day for name, history in histories.items()},
        {name: past.occasions for name, past in pasts.items()},
    )
    return {name: _evened(past, effects[name]) for name, past in pasts.items()}


def _evened(past: QueuePast, effects: tuple[Effect, ...]) -> QueuePast:
    start = past.history.start
    totals = even_out(past.learnt.totals, start, past.occasions, effects)
    year = learn_year(totals, start)
    totals = totals / year.factors(start + np.arange(len(totals)))
    return replace(past, learnt=replace(past.learnt, totals=totals), effects=effects, year=year)


def _events_of(operation: Operation | None, name: str) -> tuple[Event, ...]:
    events = operation.events if operation else ()
    return tuple(event for event in events if event.queue in (None, name))


def learn_growths(fit: PanelFit, pasts: Mapping[str, QueuePast]) -> dict[str, Growth]:
    """Growth of each queue at the level that the fit found; one like another has none."""
    shifts = {shift.row: shift for shift in fit.shifts}
    growths = {}
    for row, (name, past) in enumerate(pasts.items()):
        totals = past.learnt.totals.copy()
        if row in shifts:
            totals[: -shifts[row].after] *= shifts[row].ratio
        own = past.history.like is None
        growths[name] = learn_growth(totals if own else totals[:0], past.history.start)
    return growths


def describe_growths(growths: Mapping[str, Growth]) -> list[str]:
    """Growth that goes on, one sentence a queue."""
    return [
        f"{name}: growth of {100 * np.expm1(30.4 * growth.rate):+.1f} % a month of late; "
        f"{100 * growth.kept:.0f} % of past growth went on, so beyond the scored lead time "
        f"{100 * np.expm1(30.4 * growth.rate * growth.kept):+.1f} % a month, fading"
        for name, growth in growths.items()
        if abs(np.expm1(30.4 * growth.rate * growth.kept)) > LEAST_GROWTH
    ]
