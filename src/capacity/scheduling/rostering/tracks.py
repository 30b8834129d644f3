"""What a line of shifts must remember for each rule: small counters that go from day to day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Protocol

import numpy as np

from capacity.scheduling.rostering.problem import (
    BlockRule,
    Bools,
    Ints,
    RosterProblem,
    RunRule,
    WindowRule,
)
from capacity.scheduling.rostering.window_tracks import window_track

MOST_TOTAL = 4_000


class Track(Protocol):
    """A counter: `advance` gives its next values and whether the choice (-1: off) is allowed."""

    @property
    def name(self) -> str:
        """Name of the rule."""
        ...

    @property
    def key(self) -> object:
        """What makes two tracks the same."""
        ...

    @property
    def first(self) -> int:
        """Value before the first day."""
        ...

    @property
    def size(self) -> int:
        """Values are below this."""
        ...

    def advance(self, value: Ints, day: int, shift: int) -> tuple[Ints, Bools]:
        """Next value of each, and whether the rule allows the shift."""
        ...

    @property
    def parts_ends(self) -> bool:
        """Whether lines that end with other values are worth a place in the pool each."""
        ...

    def ends(self, value: Ints) -> Bools:
        """Whether a line may end with the value."""
        ...


@dataclass(frozen=True, kw_only=True)
class RunTrack:
    """The run under way: days of rest (up to the shortest), or of work.

    A run of work that touches the first day may have begun long ago, so it keeps no minimum: it
    is counted apart.
    """

    parts_ends: ClassVar[bool] = True
    name: str
    shifts: frozenset[int]
    shortest_work: int
    shortest_rest: int
    longest: int
    carried: int

    @property
    def key(self) -> object:
        """All that the rule says."""
        return (
            self.shifts,
            self.shortest_work,
            self.shortest_rest,
            self.longest,
            self.carried,
        )

    @property
    def first(self) -> int:
        """Rest that is long enough, unless a run is carried in."""
        if self.carried > 0:
            return self.shortest_rest + min(self.carried, self.longest) - 1
        return min(-self.carried or self.shortest_rest, self.shortest_rest) - 1

    @property
    def size(self) -> int:
        """Rest, work, work since before the first day."""
        return self.shortest_rest + 2 * self.longest

    def advance(self, value: Ints, day: int, shift: int) -> tuple[Ints, Bools]:
        """Work follows long enough rest, and rest long enough work."""
        rest, longest = self.shortest_rest, self.longest
        working = value >= rest
        if shift in self.shifts:
            fresh = rest + longest if day == 0 and self.carried == 0 else rest
            length = (value - rest) % longest + 1
            fits = np.where(working, length < longest, value == rest - 1) & (longest > 0)
            return np.where(working, value + 1, fresh), fits
        length = (value - rest) % longest + 1
        done = (value >= rest + longest) | (length >= self.shortest_work)
        fits = ~working | done
        off = rest - 1 if day == 0 and self.carried == 0 else 0
        return np.where(working, 0, np.maximum(np.minimum(value + 1, rest - 1), off)), fits

    def ends(self, value: Ints) -> Bools:
        """A run that reaches the last day may go on after it."""
        return np.ones(value.size, dtype=bool)


@dataclass(frozen=True, kw_only=True, eq=False)
class LastTrack:
    """The last shift, for successions on the next day; shifts with the same followers are one."""

    parts_ends: ClassVar[bool] = True
    name: str
    forbidden: Bools

    @cached_property
    def key(self) -> object:
        """All that the rule says."""
        return self.forbidden.tobytes()

    @cached_property
    def _kind(self) -> Ints:
        """0 for shifts that forbid nothing, else one number for each set of followers."""
        rows = self.forbidden.transpose(1, 0, 2).reshape(self.forbidden.shape[1], -1)
        rows = np.vstack([np.zeros((1, rows.shape[1]), dtype=bool), rows])
        _, first, kind = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        rank = np.argsort(np.argsort(first))
        return np.asarray(rank[np.asarray(kind).ravel()], dtype=np.int64)

    @property
    def first(self) -> int:
        """Nothing before the first day."""
        return 0

    @cached_property
    def size(self) -> int:
        """Number of kinds."""
        return int(self._kind.max()) + 1

    def advance(self, value: Ints, day: int, shift: int) -> tuple[Ints, Bools]:
        """A forbidden shift does not follow."""
        kind = self._kind
        after = np.full(value.size, kind[shift + 1])
        if shift < 0 or day == 0:
            return after, np.ones(value.size, dtype=bool)
        barred = np.zeros(self.size, dtype=bool)
        barred[kind[1:]] = self.forbidden[day - 1, :, shift]
        return after, ~barred[value]

    def ends(self, value: Ints) -> Bools:
        """Always."""
        return np.ones(value.size, dtype=bool)


@dataclass(frozen=True, kw_only=True)
class BlockTrack:
    """Worked blocks (weekends) so far, and whether the one under way is worked."""

    parts_ends: ClassVar[bool] = True
    name: str
    blocks: tuple[tuple[int, ...], ...]
    at_most: int

    @property
    def key(self) -> object:
        """All that the rule says."""
        return self.blocks, self.at_most

    @property
    def first(self) -> int:
        """None worked."""
        return 0

    @property
    def size(self) -> int:
        """Twice the number that may be worked, and none."""
        return 2 * self.at_most + 2

    def advance(self, value: Ints, day: int, shift: int) -> tuple[Ints, Bools]:
        """The first worked day of a block counts."""
        inside = [block for block in self.blocks if day in block]
        if not inside:
            return value, np.ones(value.size, dtype=bool)
        busy = (value % 2) | (shift >= 0)
        count = value // 2 + busy - value % 2
        after = 2 * count + (0 if day == max(inside[0]) else busy)
        return after, count <= self.at_most

    def ends(self, value: Ints) -> Bools:
        """Always."""
        return np.ones(value.size, dtype=bool)


@dataclass(frozen=True, kw_only=True)
class TotalTrack:
    """A whole-number amount summed over the horizon."""

    parts_ends: ClassVar[bool] = True
    name: str
    amount: tuple[tuple[int, ...], ...]
    at_most: int
    at_least: int

    @property
    def key(self) -> object:
        """All that the rule says."""
        return self.amount, self.at_most, self.at_least

    @property
    def first(self) -> int:
        """Nothing yet."""
        return 0

    @property
    def size(self) -> int:
        """Sums up to the limit."""
        return self.at_most + 1

    def advance(self, value: Ints, day: int, shift: int) -> tuple[Ints, Bools]:
        """Sums stay within the limit."""
        after = value + (self.amount[day][shift] if shift >= 0 else 0)
        return np.minimum(after, self.at_most), after <= self.at_most

    def ends(self, value: Ints) -> Bools:
        """The least amount is reached."""
        return np.asarray(value >= self.at_least)


def person_tracks(
    problem: RosterProblem, person: int, counted: frozenset[str]
) -> tuple[Track, ...] | None:
    """The counters of a person, None if a rule needs more than a small counter.

    Priced rules and successions over more than one day are not tracked.
    """
    local = local_tracks(problem, person)
    if local is None:
        return None
    tracks = list(local)
    for block in problem.blocks:
        if np.isfinite(block.at_most[person]) and block.at_most[person] < len(block.blocks):
            if not is_plain(block):
                return None
            tracks.append(
                BlockTrack(
                    name=block.name,
                    blocks=block.blocks,
                    at_most=max(int(np.floor(block.at_most[person])), 0),
                )
            )
    for rule in problem.windows:
        if not (spans(problem, rule) and binds(rule, person)):
            continue
        if rule.at_least is None and rule.name not in counted:
            continue
        track = _total_track(problem, rule, person)
        if track is None:
            return None
        tracks.append(track)
    return tuple(tracks)


def local_tracks(problem: RosterProblem, person: int) -> tuple[Track, ...] | None:
    """The counters of all rules but blocks and totals over the horizon, None if one is too large."""
    if problem.stable or problem.forbidden[1:].any():
        return None
    tracks: list[Track] = []
    if problem.forbidden.any():
        tracks.append(LastTrack(name="successions", forbidden=problem.forbidden[0]))
    tracks += [_run_track(problem, rule, person) for rule in problem.runs]
    for rule in problem.windows:
        if spans(problem, rule) or not binds(rule, person):
            continue
        track = window_track(problem, rule, person)
        if track is None:
            return None
        tracks.append(track)
    return tuple(tracks)


def _run_track(problem: RosterProblem, rule: RunRule, person: int) -> RunTrack:
    shifts = range(len(problem.shifts)) if rule.shifts is None else rule.shifts
    return RunTrack(
        name=rule.name,
        shifts=frozenset(shifts),
        shortest_work=max(int(rule.shortest_work[person]), 1),
        shortest_rest=max(int(rule.shortest_rest[person]), 1),
        longest=min(int(rule.longest_work[person]), problem.days + 1),
        carried=int(rule.carried[person]),
    )


def is_plain(rule: BlockRule) -> bool:
    """Disjoint blocks in order, counted over the whole horizon, nothing carried in."""
    days = [day for block in rule.blocks for day in block]
    return rule.before is None and rule.window >= len(rule.blocks) and days == sorted(set(days))


def binds(rule: WindowRule, person: int) -> bool:
    """Whether a rule limits a person."""
    sides = (rule.at_most, rule.at_least)
    return any(side is not None and np.isfinite(side[person]) for side in sides)


def spans(problem: RosterProblem, rule: WindowRule) -> bool:
    """One hard window over the whole horizon."""
    whole = rule.first == 0 and rule.days >= problem.days and rule.step >= problem.days
    return whole and rule.is_hard and rule.before is None


def _total_track(problem: RosterProblem, rule: WindowRule, person: int) -> TotalTrack | None:
    if not np.equal(rule.amount, np.round(rule.amount)).all():
        return None
    amount = np.broadcast_to(rule.amount, (problem.days, len(problem.shifts))).astype(np.int64)
    unit = int(np.gcd.reduce(amount.ravel())) or 1
    most = np.inf if rule.at_most is None else rule.at_most[person]
    least = -np.inf if rule.at_least is None else rule.at_least[person]
    top = int((amount // unit).max(axis=1).sum())
    limit = top if np.isnan(most) else int(min(np.floor(most / unit + 1e-9), top))
    need = 0 if np.isnan(least) else int(max(np.ceil(least / unit - 1e-9), 0))
    if limit > MOST_TOTAL or limit < 0:
        return None
    rows = tuple(tuple(row) for row in (amount // unit).tolist())
    return TotalTrack(name=rule.name, amount=rows, at_most=limit, at_least=need)
