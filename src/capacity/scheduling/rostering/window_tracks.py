"""Counters for windows of days: the letters of the last days, or a sum since a window began."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from capacity.scheduling.rostering.problem import Bools, Floats, Ints, RosterProblem, WindowRule
from capacity.scheduling.rostering.time_rules import past_amount

MOST_HISTORIES = 200_000
MOST_SUM = 4_000


@dataclass(frozen=True, kw_only=True, eq=False)
class RollingTrack:
    """The amounts of the last days, for windows that begin on every day.

    A value is a number in base `len(letters)`; its last digit is the latest day. A window that
    the past alone fills forbids any more, but is no breach. `skipped` is the first day on which
    a window may end where windows do not reach back.
    """

    parts_ends: ClassVar[bool] = False
    name: str
    letters: Floats
    digit: Ints
    days: int
    at_most: float
    at_least: float
    history: tuple[int, ...]
    first_end: int

    @property
    def key(self) -> object:
        """All that the rule says."""
        return (
            self.letters.tobytes(),
            self.digit.tobytes(),
            self.days,
            self.at_most,
            self.at_least,
            self.history,
            self.first_end,
        )

    @cached_property
    def first(self) -> int:
        """The days before the first."""
        value = 0
        for digit in self.history:
            value = value * self.letters.size + digit
        return value

    @cached_property
    def size(self) -> int:
        """Number of histories."""
        return int(self.letters.size ** (self.days - 1))

    @cached_property
    def _sums(self) -> Floats:
        sums = np.zeros(1)
        for _ in range(self.days - 1):
            sums = (sums[:, None] + self.letters[None, :]).ravel()
        return sums

    def advance(self, value: Ints, day: int, shift: int) -> tuple[Ints, Bools]:
        """The window that ends today stays within its limits."""
        digit = 0 if shift < 0 else int(self.digit[day, shift])
        amount = self.letters[digit]
        total = self._sums[value] + amount
        fits = (total <= self.at_most + 1e-9) | (amount == 0)
        if day >= self.first_end:
            fits &= total >= self.at_least - 1e-9
        return (value * self.letters.size + digit) % self.size, fits

    def ends(self, value: Ints) -> Bools:
        """Windows that run beyond the horizon ask for nothing."""
        return np.ones(value.size, dtype=bool)


@dataclass(frozen=True, kw_only=True)
class SpanTrack:
    """The amount since a window began, for windows that do not overlap (weeks, say)."""

    parts_ends: ClassVar[bool] = False
    name: str
    amount: tuple[tuple[int, ...], ...]
    starts: tuple[int, ...]
    days: int
    at_most: int
    at_least: tuple[int, ...]
    carried: int

    @property
    def key(self) -> object:
        """All that the rule says."""
        return self.amount, self.starts, self.days, self.at_most, self.at_least, self.carried

    @property
    def first(self) -> int:
        """What a window that began before the first day holds already."""
        return min(self.carried, self.size - 1)

    @property
    def size(self) -> int:
        """Sums up to the limit, or to the largest least amount."""
        return max(self.at_most, self.carried) + 1

    def advance(self, value: Ints, day: int, shift: int) -> tuple[Ints, Bools]:
        """The sum of the window under way stays within its limits, and starts anew after it."""
        inside = [
            number for number, start in enumerate(self.starts) if 0 <= day - start < self.days
        ]
        if not inside:
            return np.zeros_like(value), np.ones(value.size, dtype=bool)
        number = inside[0]
        amount = self.amount[day][shift] if shift >= 0 else 0
        total = value + amount
        fits = (total <= self.at_most) | np.full(value.size, amount == 0)
        if day == self.starts[number] + self.days - 1:
            return np.zeros_like(value), fits & (total >= self.at_least[number])
        return np.minimum(total, self.size - 1), fits

    def ends(self, value: Ints) -> Bools:
        """A window that the horizon cuts asks for nothing."""
        return np.ones(value.size, dtype=bool)


def window_track(
    problem: RosterProblem, rule: WindowRule, person: int
) -> RollingTrack | SpanTrack | None:
    """The counter of a hard window rule for one person; None where it would be too large."""
    if not rule.is_hard:
        return None
    if rule.step >= rule.days:
        return _span_track(problem, rule, person)
    return _rolling_track(problem, rule, person) if rule.step == 1 else None


def _side(limit: Floats | None, person: int, otherwise: float) -> float:
    if limit is None or not np.isfinite(limit[person]):
        return otherwise
    return float(limit[person])


def _rolling_track(problem: RosterProblem, rule: WindowRule, person: int) -> RollingTrack | None:
    days = min(rule.days, problem.days)
    if rule.first or (rule.before is not None and days < rule.days):
        return None
    amount = np.broadcast_to(rule.amount, (problem.days, len(problem.shifts)))
    past = np.zeros(days - 1)
    if rule.before is not None:
        tail = rule.before[person, max(rule.before.shape[1] - days + 1, 0) :]
        past[days - 1 - tail.size :] = tail
    letters = np.unique(np.concatenate([[0.0], amount.ravel(), past]))
    if letters[0] < 0 or letters.size ** (days - 1) > MOST_HISTORIES:
        return None
    return RollingTrack(
        name=rule.name,
        letters=letters,
        digit=np.searchsorted(letters, amount),
        days=days,
        at_most=_side(rule.at_most, person, np.inf),
        at_least=_side(rule.at_least, person, -np.inf) if days == rule.days else -np.inf,
        history=tuple(np.searchsorted(letters, past).tolist()),
        first_end=0 if rule.before is not None else days - 1,
    )


def _span_track(problem: RosterProblem, rule: WindowRule, person: int) -> SpanTrack | None:
    amount = np.broadcast_to(rule.amount, (problem.days, len(problem.shifts)))
    starts = _span_starts(problem, rule)
    past = [float(past_amount(rule, start, len(problem.people))[person]) for start in starts]
    if not np.equal(amount, np.round(amount)).all() or any(one != round(one) for one in past):
        return None
    whole = np.concatenate([amount.ravel(), past]).astype(np.int64)
    unit = int(np.gcd.reduce(whole)) or 1
    high, low = _side(rule.at_most, person, np.inf), _side(rule.at_least, person, -np.inf)
    top = int((amount.max(axis=1) // unit).max()) * rule.days + int(max(past, default=0.0)) // unit
    most = int(min(np.floor(high / unit + 1e-9), top))
    if most < 0 or top > MOST_SUM:
        return None
    least = tuple(
        0
        if np.isneginf(low) or start + rule.days > problem.days
        else int(np.ceil(low / unit - 1e-9))
        for start in starts
    )
    return SpanTrack(
        name=rule.name,
        amount=tuple(tuple(row) for row in (amount.astype(np.int64) // unit).tolist()),
        starts=starts,
        days=rule.days,
        at_most=most,
        at_least=least,
        carried=int(past[0]) // unit if starts and starts[0] < 0 else 0,
    )


def _span_starts(problem: RosterProblem, rule: WindowRule) -> tuple[int, ...]:
    """Windows that touch the horizon, those that began before it only where they look back."""
    first = rule.first
    if rule.before is not None:
        first -= rule.step * ((rule.days - 1 + rule.first) // rule.step)
    touching = range(first, problem.days, rule.step)
    return tuple(start for start in touching if start + rule.days > 0)
