"""Which constraints bind: each is left out and the relaxed week solved again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from capacity.domain import ExposureCap, Operation
from capacity.program import Program, Session, Solution
from capacity.program.slots import FloatArray
from capacity.scheduling.weekly.cohorts import exposure_open
from capacity.scheduling.weekly.decisions import Layout
from capacity.scheduling.weekly.solving import WeekSolver, build_program
from capacity.scheduling.weekly.week import Week, rest_per_hour

MATTERS = 0.002  # share of the cost (or heads) by which leaving a constraint out must change it
DUAL_MATTERS = (
    1e-3  # share of a rule's largest dual from which a row counts as a place where it binds
)

# Constraints that vanish with the sides of some rules (a pool or a queue says where they bind).
RULES = {
    "daily exposure cap": (("exposure a day", "exposure in 24 h"), "pool"),
    "weekly exposure cap": (("weekly exposure", "exposure a week"), "pool"),
    "exposed days in a row": (("exposed days in a row",), "pool"),
    "heads present": (("heads a day",), "pool"),
    "contract hours": (("shifts a week",), "pool"),
    "rest between shifts": (("rest", "forbidden sequences"), "pool"),
    "days in a row": (("days in a row",), "pool"),
    "days off": (("days off",), "pool"),
    "free weekends": (("weekends",), "pool"),
    "floors": (("floors",), "queue"),
    "cover by role": (("role cover",), "pool"),
}
CAPS: Mapping[str, Mapping[str, Any]] = {
    "exposure break": {"minutes_in_row": None, "break_minutes": 0},
    "latest exposure time": {"latest_local_minute": None, "free_last_minutes": 0},
}


@dataclass(frozen=True, kw_only=True)
class Binding:
    """A constraint without which the relaxed week needs `saved` less, and where it is felt."""

    name: str
    saved: float
    where: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(self.where)})" if self.where else self.name


def find_binding(
    week: Week,
    program: Program,
    layout: Layout,
    *,
    solution: Solution,
    matters: float,
    resolve: Callable[[Program], Solution],
    rebuild: Callable[[Week], Program],
    measure: Callable[[Solution], float] = lambda solution: solution.objective,
) -> tuple[Binding, ...]:
    """Constraints whose absence lowers the cost of the relaxed week by more than `matters`.

    A rule without a dual cannot bind and is not solved again. `resolve` solves the program with
    bounds loosened, `rebuild` makes the program of a changed week, for what sits in coefficients.
    `saved` is told in the unit of `measure` (cost by default), and what saves most comes first.
    """
    if solution.row_dual is None:
        return ()
    felt = _Felt(program=program, layout=layout, week=week, dual=np.abs(solution.row_dual))
    found: list[Binding] = []

    def judge(name: str, other: Solution, where: tuple[str, ...] = ()) -> None:
        if solution.objective - other.objective > matters:
            saved = measure(solution) - measure(other)
            found.append(Binding(name=name, saved=saved, where=where))

    for name, (rows, owner) in RULES.items():
        held = [rule for rule in rows if felt.is_felt(rule)]
        if held:
            looser = _without_rows(program, held)
            judge(name, resolve(looser), felt.where(held, owner))
    if felt.is_felt("work"):
        looser = _without_deadlines(program)
        judge("deadlines", resolve(looser), felt.late_queues(solution))
    for name, other in _rebuilt_weeks(week, felt):
        judge(name, WeekSolver(afresh=True).relax(rebuild(other))[1])
    return tuple(sorted(found, key=lambda item: (-item.saved, item.name)))


def bind_week(week: Week) -> tuple[Binding, ...]:
    """Constraints that bind in the relaxed week of today's team, the most costly first.

    Without a constraint the week changes so much that interior point beats the last basis.
    """
    solver = WeekSolver(afresh=True)
    program, layout, _ = build_program(week, relaxed=True)
    _, solution = solver.relax(program)
    return find_binding(
        week,
        program,
        layout,
        solution=solution,
        matters=MATTERS * abs(solution.objective),
        resolve=lambda looser: solver.relax(looser)[1],
        rebuild=lambda other: build_program(other, relaxed=True)[0],
    )


@dataclass(frozen=True, kw_only=True)
class _Felt:
    """Duals of a relaxed week by rule, read as places."""

    program: Program
    layout: Layout
    week: Week
    dual: FloatArray

    def is_felt(self, rule: str) -> bool:
        rows = self.program.rows.get(rule)
        return rows is not None and bool(self.dual[rows].max(initial=0.0) > 1e-9)

    def where(self, held: list[str], owner: str) -> tuple[str, ...]:
        """Pools or queues whose decisions stand in the rows with a dual."""
        picked = np.zeros(self.dual.size, dtype=bool)
        for rule in held:
            rows = self.program.rows[rule]
            picked[rows] = self.dual[rows] > DUAL_MATTERS * self.dual[rows].max()
        columns = np.unique(self.program.matrix[np.flatnonzero(picked)].indices)
        owners = self._owners(owner)[columns]
        operation = self.week.operation
        names = operation.pool_names if owner == "pool" else operation.queue_names
        return tuple(names[i] for i in np.unique(owners[owners >= 0]))

    def _owners(self, owner: str) -> np.ndarray:
        """Pool or queue of each column, -1 where it has none."""
        result = np.full(self.program.cost.size, -1)
        layout, week = self.layout, self.week
        if owner == "pool":
            families = {
                "shifts": week.cohort_pool,
                "exposure": week.cohort_pool[layout.exposed_cohort],
            }
        else:
            families = {"floor_heads": layout.floor_queue}
        for family, values in families.items():
            result[self.program.columns[family]] = values
        return result

    def late_queues(self, solution: Solution) -> tuple[str, ...]:
        """Queues whose open work stands at its bound at a price."""
        if solution.row_dual is None:
            return ()
        place = self.program.columns["open"]
        reduced = (self.program.cost - self.program.matrix.T @ solution.row_dual)[place]
        price = np.maximum(-reduced, 0.0).reshape(self.week.profile.work.shape).max(axis=1)
        if price.max(initial=0.0) <= 1e-9:
            return ()
        names = self.week.operation.queue_names
        return tuple(names[q] for q in np.flatnonzero(price > DUAL_MATTERS * price.max()))


def solve_looser(session: Session, looser: Program) -> Solution:
    """The program with bounds loosened, from the basis that the session kept."""
    session.restore_basis()
    return session.solve(
        lower=looser.lower,
        upper=looser.upper,
        row_lower=looser.row_lower,
        row_upper=looser.row_upper,
        cost=looser.cost,
        loosened=True,
    )


def _without_rows(program: Program, names: list[str]) -> Program:
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    for name in names:
        lower[program.rows[name]], upper[program.rows[name]] = -np.inf, np.inf
    return replace(program, row_lower=lower, row_upper=upper)


def _without_deadlines(program: Program) -> Program:
    held = [name for name in ("second deadline",) if name in program.rows]
    looser = _without_rows(program, held)
    upper = program.upper.copy()
    upper[program.columns["open"]] = np.inf
    return replace(looser, upper=upper)


def _rebuilt_weeks(week: Week, felt: _Felt) -> list[tuple[str, Week]]:
    """Weeks without a constraint that sits in coefficients, where a rule of it has a dual."""
    weeks = []
    if felt.is_felt("occupancy") and week.operation.occupancy_cap < 1:
        weeks.append(("occupancy cap", replace(week.operation, occupancy_cap=1.0)))
    for name, changes in CAPS.items():
        if any(felt.is_felt(rule) for rule in ("occupancy", "exposed at work")):
            weeks.append((name, with_caps(week.operation, changes)))
    return [
        (name, with_operation(week, operation))
        for name, operation in weeks
        if operation != week.operation
    ]


def with_caps(operation: Operation, changes: Mapping[str, Any]) -> Operation:
    """The operation with fields of every exposure cap changed."""

    def changed(cap: ExposureCap) -> ExposureCap:
        return replace(cap, **changes)

    pools = tuple(
        replace(pool, exposure=changed(pool.exposure)) if pool.exposure else pool
        for pool in operation.pools
    )
    return replace(operation, exposure=changed(operation.exposure), pools=pools)


def with_operation(week: Week, operation: Operation) -> Week:
    """The week under other caps; its cohorts and work stay as they are."""
    exposable = exposure_open(week.cohorts, week.cover, operation, week.grid)
    return replace(week, operation=operation, exposable=exposable, rest=rest_per_hour(operation))
