"""Read NSPLib problems and cases (28 days, 4 shifts) and say them in the nouns of the engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.errors import DataError
from capacity.scheduling.rostering.problem import Cover, RosterProblem, RunRule, WindowRule

SHORT_PRICE = 100.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Heads wanted (days x shifts) and preference costs (people x days x shifts)."""

    heads: np.ndarray
    costs: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Case:
    """Limits: shifts in all, days in a row, and for each shift runs and totals (low, high)."""

    total: tuple[int, int]
    row: tuple[int, int]
    shifts: tuple[tuple[int, int, int, int], ...]


def parse_problem(text: str) -> Problem:
    """A .nsp file: people, days, shifts; heads by day; preferences by person."""
    numbers = [int(token) for token in text.split()]
    people, days, shifts = numbers[:3]
    heads = numbers[3 : 3 + days * shifts]
    costs = numbers[3 + days * shifts :]
    if len(costs) != people * days * shifts:
        raise DataError(
            f"NSPLib problem: expected {people * days * shifts} preferences, got {len(costs)}."
        )
    return Problem(
        heads=np.array(heads).reshape(days, shifts),
        costs=np.array(costs, dtype=float).reshape(people, days, shifts),
    )


def parse_case(text: str) -> Case:
    """A .gen file: days, shifts; limits of the total and of runs; the same for each shift."""
    numbers = [int(token) for token in text.split()]
    shifts = numbers[1]
    rows = np.array(numbers[6 : 6 + 4 * shifts]).reshape(shifts, 4)
    return Case(
        total=(numbers[2], numbers[3]),
        row=(numbers[4], numbers[5]),
        shifts=tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in rows),
    )


def roster_problem(problem: Problem, case: Case) -> RosterProblem:
    """The last shift is the day off. Read as follows where the format does not say.

    A shift is not followed by an earlier one on the next day (forward rotation); limits on runs
    do not bind where a run touches an edge of the horizon (shortest) or counts from day 0
    (longest); a head short costs 100, heads beyond the need cost nothing.
    """
    people, days, shifts = problem.costs.shape
    work = shifts - 1
    rest = problem.costs[:, :, work]
    each = np.ones(people, dtype=np.int64)
    longest = np.minimum(case.row[1], days) * each
    runs = [
        RunRule(
            name="work",
            shortest_work=case.row[0] * each,
            shortest_rest=case.shifts[work][0] * each,
            longest_work=longest,
            carried=0 * each,
        )
    ]
    runs += [
        RunRule(
            name=f"shift {number}",
            shortest_work=low * each,
            shortest_rest=each,
            longest_work=high * each,
            carried=0 * each,
            shifts=(number,),
        )
        for number, (low, high, _, _) in enumerate(case.shifts[:work])
        if low > 1 or high < case.row[1]
    ]
    totals = [
        WindowRule(
            name="total",
            amount=np.ones(work),
            days=days,
            step=days,
            at_most=case.total[1] * np.ones(people),
            at_least=case.total[0] * np.ones(people),
        )
    ]
    totals += [
        WindowRule(
            name=f"total of shift {number}",
            amount=np.eye(work)[number],
            days=days,
            step=days,
            at_most=high * np.ones(people),
            at_least=low * np.ones(people),
        )
        for number, (_, _, low, high) in enumerate(case.shifts[:work])
    ]
    back = np.triu(np.ones((work, work), dtype=bool), 1).T
    return RosterProblem(
        people=tuple(f"n{number}" for number in range(people)),
        shifts=tuple(f"shift {number}" for number in range(work)),
        days=days,
        allowed=np.ones((people, days, work), dtype=bool),
        price=problem.costs[:, :, :work] - rest[:, :, None],
        constant=float(rest.sum()),
        cover=tuple(
            Cover(
                cells=((day, shift),),
                need=int(problem.heads[day, shift]),
                short_price=SHORT_PRICE,
                extra_price=0.0,
            )
            for day in range(days)
            for shift in range(work)
            if problem.heads[day, shift] > 0
        ),
        forbidden=np.broadcast_to(back, (1, days, work, work)).copy(),
        windows=tuple(totals),
        runs=tuple(runs),
    )
