"""Rosters made of whole lines: a dive through the master, and moves that trade a few lines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from capacity.program import Engine, SolveOptions, restrict, solve
from capacity.scheduling.rostering.lines import (
    LinePool,
    cover_of,
    master_program,
    price_people,
    relaxed_master,
)
from capacity.scheduling.rostering.model import RosterModel
from capacity.scheduling.rostering.problem import Floats, Ints
from capacity.scheduling.rostering.state import Search

DIVE_SHARE = 0.08
SURE = 0.7
LAST_PEOPLE = 5
DIVE_NOISE = 0.05
LAST_NODES, LAST_SECONDS = 400, 0.03
TRADE_ROUNDS = 3
TRADE_NODES = 60
MOST_LINES = 120
TRADE_SECONDS = 0.01


def complete_roster(model: RosterModel, chosen: Ints) -> Floats | None:
    """Values of all columns for a choice of shifts; None if it breaks a hard rule."""
    values = np.zeros(model.program.cost.size)
    people, days = np.nonzero(chosen >= 0)
    values[model.assign[people, days, chosen[people, days]]] = 1.0
    part, index = restrict(model.program, ~model.cells, values, by_column=model.by_column)
    found = solve(part, SolveOptions(engine=Engine.DIRECT), apart=False)
    if not found.status.has_solution:
        return None
    values[index] = found.values
    return values


def accept_lines(search: Search, pool: LinePool, numbers: list[int], name: str) -> bool:
    """Take a roster given by the line of every person, if it is not worse."""
    values = complete_roster(search.model, np.stack([pool.lines[n].shifts for n in numbers]))
    return values is not None and search.accept(values, name)


def dive(search: Search, pool: LinePool, rng: np.random.Generator | None = None) -> None:
    """Fix the surest lines of the relaxed master, a few people at a time, and price again.

    What is left at the end, a few people, is chosen exactly among their lines. With `rng` lines
    cost a little more or less, so that another dive takes another way.
    """
    people = len(pool.problem.people)
    need = search.model.program.row_lower[search.model.cover_rows]
    fixed: dict[int, int] = {}
    most = max(int(DIVE_SHARE * people), 1)
    spread = DIVE_NOISE * abs(search.bound) / people
    while len(fixed) < people and not search.is_over:
        open_people = [person for person in range(people) if person not in fixed]
        rest = need - cover_of(pool, list(fixed.values()))
        for _ in range(2):
            numbers = _lines_of(pool, open_people)
            program = master_program(pool, numbers, rest)
            if rng is not None:
                noise = np.zeros(program.cost.size)
                noise[: numbers.size] = rng.uniform(0.0, spread, numbers.size)
                program = replace(program, cost=program.cost + noise)
            master = relaxed_master(program)
            if master.row_dual is None:
                return
            _, new = price_people(pool, master.row_dual[: rest.size], open_people)
            if not new:
                break
        if len(open_people) <= LAST_PEOPLE:
            fixed |= _choose(search, pool, _lines_of(pool, open_people), rest)
            break
        fixed |= _surest(pool, numbers, master.values[: numbers.size], most)
    if len(fixed) == people:
        accept_lines(search, pool, [fixed[person] for person in range(people)], "dive")


def _surest(pool: LinePool, numbers: Ints, share: Floats, most: int) -> dict[int, int]:
    order = np.argsort(-share, kind="stable")
    sure: dict[int, int] = {}
    for place in order:
        person = pool.lines[numbers[place]].person
        enough = len(sure) >= most and share[place] < 1 - 1e-6
        if sure and (share[place] < SURE or enough):
            break
        sure.setdefault(person, int(numbers[place]))
    return sure


def _lines_of(pool: LinePool, people: list[int]) -> Ints:
    """Numbers of the newest lines of some people."""
    return np.concatenate([pool.by_person[person][-MOST_LINES:] for person in people])


def _choose(search: Search, pool: LinePool, numbers: Ints, need: Floats) -> dict[int, int]:
    """The best line of each person among `numbers`."""
    program = master_program(pool, numbers, need)
    options = SolveOptions(
        engine=Engine.DIRECT,
        nodes=LAST_NODES,
        gap=1e-6,
        wall_seconds=search.seconds_of(LAST_SECONDS),
    )
    found = solve(program, options, apart=False)
    if not found.status.has_solution:
        return {}
    taken = numbers[found.values[: numbers.size] > 0.5]
    return {pool.lines[number].person: int(number) for number in taken}


def trade_lines(
    search: Search, pool: LinePool, people: list[int], rng: np.random.Generator
) -> tuple[bool, bool]:
    """Choose the lines of a few people anew; whether it helped, and whether it was solved out.

    Their lines are priced against the duals of what the others leave open. Where the bound of
    that small master shows that nothing as good exists, the move ends at once. A little noise
    on the costs lets the search walk among rosters of equal cost.
    """
    search.moves += 1
    current = pool.add_roster(search.here)
    program = search.model.program
    others = [number for number in current if pool.lines[number].person not in people]
    rest = program.row_lower[search.model.cover_rows] - cover_of(pool, others)
    beyond = sum(pool.lines[number].cost for number in others)
    mine = np.array([current[person] for person in people])
    most = max(search.here_objective, search.objective + search.slack)
    for _ in range(TRADE_ROUNDS):
        numbers = np.union1d(_lines_of(pool, people), mine)
        master = relaxed_master(master_program(pool, numbers, rest))
        if master.row_dual is None:
            return False, False
        duals = master.row_dual[: rest.size]
        least, new = price_people(pool, duals, people)
        bound = beyond + master.objective + least - float(master.row_dual[rest.size :].sum())
        if bound > most - 0.01 * search.step:
            return False, True
        if not new:
            break
    kept = _near(pool, _lines_of(pool, people), duals, most - bound)
    kept = np.union1d(kept, mine)
    small = master_program(pool, kept, rest)
    play = max(search.slack, 0.5 * search.step)
    noise = np.zeros(small.cost.size)
    noise[: kept.size] = rng.uniform(0, play / len(people), kept.size)
    start = np.concatenate([np.isin(kept, mine).astype(float), search.here[pool.shared]])
    options = SolveOptions(
        engine=Engine.DIRECT,
        nodes=TRADE_NODES,
        gap=0.25 * search.step / max(abs(search.objective), 1.0) or 1e-6,
        wall_seconds=search.seconds_of(TRADE_SECONDS),
    )
    small = replace(small, cost=small.cost + noise)
    found = solve(small, options, start=start, apart=False)
    if not found.status.has_solution:
        return False, False
    solved = found.stopped_by == "finished"
    taken = kept[found.values[: kept.size] > 0.5]
    if set(taken.tolist()) == set(mine.tolist()):
        return False, solved
    for number in taken:
        current[pool.lines[number].person] = int(number)
    return accept_lines(search, pool, current, "lines"), solved


def _near(pool: LinePool, numbers: Ints, duals: Floats, room: float) -> Ints:
    """Lines whose reduced cost is at most `room` above the least of their person."""
    picked = [pool.lines[number] for number in numbers]
    reduced = np.array([line.cost - line.values @ duals[line.rows] for line in picked])
    owner = np.array([line.person for line in picked])
    least = np.full(len(pool.by_person), np.inf)
    np.minimum.at(least, owner, reduced)
    return np.asarray(numbers[reduced - least[owner] <= room + 1e-6])
