"""One person's rules as a network of states, in which the cheapest line is a shortest path.

Day by day a state remembers no more than the rules ask for: the run under way, the kind of the
last shift, weekends worked and totals so far. States that cannot end within the rules are left
out. A network is built once for all people with the same rules; only costs change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capacity.scheduling.rostering.problem import Bools, Floats, Ints, RosterProblem
from capacity.scheduling.rostering.tracks import Track, person_tracks

MOST_ARCS = 1_500_000
MOST_STATES = 60_000
MOST_CODES = 2**60
Indices = NDArray[np.int32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Stage:
    """The arcs of one day, sorted by the state they lead to; choice 0 is a day off."""

    source: Indices
    choice: NDArray[np.int8]
    start: Ints


@dataclass(frozen=True, kw_only=True, eq=False)
class Automaton:
    """The network of one kind of person; `names` are the rules that it keeps."""

    stages: tuple[Stage, ...]
    names: frozenset[str]

    @property
    def arcs(self) -> int:
        """Size of the network."""
        return sum(stage.source.size for stage in self.stages)


def automaton_key(problem: RosterProblem, person: int, counted: frozenset[str]) -> object | None:
    """What two people must share to share a network; None where the rules cannot be tracked."""
    tracks = person_tracks(problem, person, counted)
    return None if tracks is None else tuple(track.key for track in tracks)


def build_automaton(
    problem: RosterProblem, person: int, counted: frozenset[str] = frozenset()
) -> Automaton | None:
    """The network of a person; None if a rule cannot be tracked or the network grows too large.

    `counted` names the totals that are tracked although they only limit from above: such a
    limit seldom binds, so it is left out until a line breaks it.
    """
    tracks = person_tracks(problem, person, counted)
    return None if tracks is None else build_network(problem, tracks)


def build_network(problem: RosterProblem, tracks: tuple[Track, ...]) -> Automaton | None:
    """The network of some counters; None if it grows too large or holds no line."""
    shifts = len(problem.shifts)
    state = np.array([[track.first for track in tracks]], dtype=np.int64)
    raw: list[tuple[Ints, Ints, Ints, int]] = []
    arcs = 0
    for day in range(problem.days):
        source, choice, reached = _step(tracks, state, day, shifts)
        if not source.size:
            return None
        codes = _encode(tracks, reached)
        _, first, target = np.unique(codes, return_index=True, return_inverse=True)
        raw.append((source, choice, target, state.shape[0]))
        state = reached[first]
        arcs += source.size
        if arcs > MOST_ARCS or state.shape[0] > MOST_STATES:
            return None
    alive = np.ones(state.shape[0], dtype=bool)
    for column, track in enumerate(tracks):
        alive &= track.ends(state[:, column])
    if not alive.any():
        return None
    stages = _merge(raw, _kinds_of_end(tracks, state, alive), shifts)
    if stages is None:
        return None
    return Automaton(stages=stages, names=frozenset(track.name for track in tracks))


def _kinds_of_end(tracks: tuple[Track, ...], state: Ints, alive: Bools) -> Ints:
    """Ends with other totals stay apart, so that each gives a line of its own; -1: no end."""
    told = [column for column, track in enumerate(tracks) if track.parts_ends]
    kind = np.full(alive.size, -1, dtype=np.int64)
    kind[alive] = np.unique(state[alive][:, told], axis=0, return_inverse=True)[1].ravel()
    return kind


def _step(tracks: tuple[Track, ...], state: Ints, day: int, shifts: int) -> tuple[Ints, Ints, Ints]:
    sources, choices, reached = [], [], []
    for choice in range(shifts + 1):
        kept = np.ones(state.shape[0], dtype=bool)
        after = np.empty_like(state)
        for column, track in enumerate(tracks):
            after[:, column], fits = track.advance(state[:, column], day, choice - 1)
            kept &= fits
        number = np.flatnonzero(kept)
        sources.append(number)
        choices.append(np.full(number.size, choice))
        reached.append(after[number])
    return np.concatenate(sources), np.concatenate(choices), np.concatenate(reached)


def _encode(tracks: tuple[Track, ...], state: Ints) -> Ints:
    """One number for each different state, however large the counters are together."""
    code, codes = np.zeros(state.shape[0], dtype=np.int64), 1
    for column, track in enumerate(tracks):
        if codes * track.size >= MOST_CODES:
            known, code = np.unique(code, return_inverse=True)
            codes = known.size
        code, codes = code * track.size + state[:, column], codes * track.size
    return code


def _merge(
    raw: list[tuple[Ints, Ints, Ints, int]], kind: Ints, shifts: int
) -> tuple[Stage, ...] | None:
    """Stages from the last day to the first: states with the same future are one.

    `kind` numbers the states after the last day, -1 for those in which no line may end. States
    from which no end is reached are left out.
    """
    stages: list[Stage] = []
    for source, choice, target, count in reversed(raw):
        future = np.full((count, shifts + 1), -1, dtype=np.int32)
        future[source, choice] = kind[target]
        alive = (future >= 0).any(axis=1)
        if not alive.any():
            return None
        rows, number = np.unique(future[alive], axis=0, return_inverse=True)
        origin, picked = np.nonzero(rows >= 0)
        goal = rows[origin, picked]
        order = np.argsort(goal, kind="stable")
        stages.append(
            Stage(
                source=origin[order].astype(np.int32),
                choice=picked[order].astype(np.int8),
                start=np.searchsorted(goal[order], np.arange(int(goal.max(initial=-1)) + 1)),
            )
        )
        kind = np.full(count, -1, dtype=np.int64)
        kind[alive] = np.asarray(number).ravel()
    return tuple(reversed(stages))


def cheapest_lines(automaton: Automaton, cost: Floats, most: int) -> tuple[float, list[Ints]]:
    """Least cost of a line, and up to `most` different cheap lines, the cheapest first.

    Parameters
    ----------
    cost : numpy.ndarray
        Shape (days, 1 + shifts): a day off first; infinity forbids.
    most : int
        Lines wanted: the cheapest one of each of the best last states.
    """
    values = [np.zeros(1)]
    for day, stage in enumerate(automaton.stages):
        arc = values[-1][stage.source] + cost[day][stage.choice]
        values.append(np.minimum.reduceat(arc, stage.start))
    last = values[-1]
    ends = np.argsort(last, kind="stable")[:most]
    lines = [_trace(automaton, cost, values, int(end)) for end in ends if np.isfinite(last[end])]
    return float(last.min()), lines


def _trace(automaton: Automaton, cost: Floats, values: list[Floats], state: int) -> Ints:
    line = np.empty(len(automaton.stages), dtype=np.int64)
    for day in range(len(automaton.stages) - 1, -1, -1):
        stage = automaton.stages[day]
        stop = stage.start[state + 1] if state + 1 < stage.start.size else stage.source.size
        arcs = slice(int(stage.start[state]), int(stop))
        choice = stage.choice[arcs]
        best = int(np.argmin(values[day][stage.source[arcs]] + cost[day][choice]))
        line[day] = int(choice[best]) - 1
        state = int(stage.source[arcs][best])
    return line
