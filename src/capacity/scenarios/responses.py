"""Responses to a surge: overtime, vendor heads, cross-training, a threshold; what they cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from capacity.domain.display import plural
from capacity.domain.faults import require_positive, require_share
from capacity.domain.operation import Operation
from capacity.domain.pool import Pool
from capacity.domain.shift_plan import ShiftPlan
from capacity.errors import DataError
from capacity.scenarios.changes.people import CrossTrain
from capacity.scenarios.changes.work import AutomationShare


@dataclass(frozen=True, kw_only=True)
class SurgeTeam:
    """People and rules while a surge lasts, from `start` on; money in the reporting currency."""

    operation: Operation
    shifts: ShiftPlan
    start: date
    cost: float = 0.0
    extra_hours: float = 0.0
    new_people: int = 0


Response = Callable[[SurgeTeam], SurgeTeam]


@dataclass(frozen=True)
class Overtime:
    """Every shift of the pools (None: all) is worked `share` longer, on queues below `severe_from`.

    Where the exposure cap allows none in overtime (the default of a cap), only work without
    exposure is done in it. Longer shifts are played as `share` more people on them (convention).

    Examples
    --------
    >>> print(Overtime(0.1))
    overtime of 10 % outside severe queues
    """

    share: float
    pool: str | None = None
    severe_from: float = 1.0

    def __post_init__(self) -> None:
        require_share(self.share, "overtime share", low=1e-9)

    def __call__(self, team: SurgeTeam) -> SurgeTeam:
        """The team with people who hold the allowed skills for the extra hours."""
        if self.pool is not None:
            team.operation.pool(self.pool)
        for pool in team.operation.pools:
            skills = self._skills(team.operation, pool)
            if self.pool in (None, pool.name) and skills:
                name = f"{pool.name} overtime"
                factor = float(pool.cost.overtime_factor)
                extra = replace(
                    pool, name=name, skills=skills, heads=0, tenure_months=(), open_requisitions=()
                )
                team = add_people(
                    team, extra, like=pool, ratio=self.share, hourly=hourly(team, pool) * factor
                )
        return team  # fmt: skip

    def _skills(self, operation: Operation, pool: Pool) -> tuple[str, ...]:
        limit = self.severe_from if operation.cap_of(pool).in_overtime else 0.0
        severe = {
            queue.needed_skill
            for queue in operation.queues
            if pool.serves(queue) and queue.severity > 0 and queue.severity >= limit
        }
        return tuple(skill for skill in pool.skills if skill not in severe)

    def __str__(self) -> str:
        whose = f" in {self.pool}" if self.pool else ""
        return f"overtime of {100 * self.share:g} %{whose} outside severe queues"


@dataclass(frozen=True)
class VendorHeads:
    """`heads` contract people with the skills of a pool, on its shifts, after `lead_days`.

    `cost_per_hour` is in the reporting currency.

    Examples
    --------
    >>> print(VendorHeads("core", heads=4, cost_per_hour=30.0, lead_days=7))
    4 vendor heads like core after 7 days
    """

    pool: str
    heads: int
    cost_per_hour: float
    lead_days: int = 0

    def __post_init__(self) -> None:
        require_positive(self.cost_per_hour, "vendor cost_per_hour")
        if self.heads < 1 or self.lead_days < 0:
            raise DataError(
                f"vendor heads like {self.pool}: heads must be >= 1 and lead_days >= 0, got "
                f"{self.heads} and {self.lead_days}."
            )

    def __call__(self, team: SurgeTeam) -> SurgeTeam:
        """The team with the contract people."""
        pool = team.operation.pool(self.pool)
        if not pool.heads:
            raise DataError(f"vendor heads like {pool.name}: the pool has no people to follow.")
        extra = replace(
            pool, name=f"{pool.name} vendor", heads=0, tenure_months=(), open_requisitions=()
        )
        found = add_people(
            team, extra, like=pool, ratio=self.heads / pool.heads, hourly=self.cost_per_hour,
            after_days=self.lead_days,
        )  # fmt: skip
        return replace(found, new_people=found.new_people + self.heads)

    def __str__(self) -> str:
        people = plural(self.heads, "vendor head")
        return f"{people} like {self.pool} after {plural(self.lead_days, 'day')}"


@dataclass(frozen=True)
class CrossTraining:
    """A pool learns skills or languages: `hours` each in the first `days`, then it may help.

    Examples
    --------
    >>> print(CrossTraining("side", skills=("hash_match",)))
    side learns hash_match in 5 days (8 h each)
    """

    pool: str
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    hours: float = 8.0
    days: int = 5

    def __post_init__(self) -> None:
        CrossTrain(self.pool, skills=self.skills, languages=self.languages)
        if self.hours < 0 or self.days < 1:
            raise DataError(
                f"cross-training of {self.pool}: hours must be >= 0 and days >= 1, got "
                f"{self.hours} and {self.days}."
            )

    def __call__(self, team: SurgeTeam) -> SurgeTeam:
        """The team less the training hours, and with more skills afterwards."""
        pool = team.operation.pool(self.pool)
        taught = CrossTrain(self.pool, skills=self.skills, languages=self.languages)(team.operation)
        trained = replace(
            taught.pool(self.pool), name=f"{pool.name} trained", heads=0, tenure_months=(), open_requisitions=()
        )  # fmt: skip
        ready = team.start + timedelta(days=self.days)
        table = team.shifts.shifts
        days = np.array([day_of(value) for value in table["date"]])
        learning = (table["pool"] == pool.name).to_numpy() & (days >= team.start) & (days < ready)
        present = float((table["heads"] * table["paid_hours"])[learning].sum())
        lost = min(1.0, self.hours * pool.heads / present) if present > 0 else 1.0
        heads = table["heads"].to_numpy(dtype=float).copy()
        heads[learning] = whole_heads(heads[learning] * (1.0 - lost))
        later = renamed(team.shifts, pool.name, trained.name, ready)
        shifts = replace(later, shifts=later.shifts.assign(heads=heads))
        return replace(
            team,
            operation=replace(team.operation, pools=(*team.operation.pools, trained)),
            shifts=shifts,
            cost=team.cost + self.hours * pool.heads * hourly(team, pool),
        )

    def __str__(self) -> str:
        learnt = ", ".join((*self.skills, *self.languages))
        return f"{self.pool} learns {learnt} in {self.days} days ({self.hours:g} h each)"


@dataclass(frozen=True)
class Threshold:
    """`points` more of a queue's volume are decided without a person, as long as the surge lasts.

    Examples
    --------
    >>> print(Threshold("hash_match", points=0.05))
    threshold of hash_match: 5 points more without a person
    """

    queue: str
    points: float

    def __post_init__(self) -> None:
        require_share(self.points, "threshold points", low=1e-9)

    def __call__(self, team: SurgeTeam) -> SurgeTeam:
        """The team under the other threshold."""
        return replace(team, operation=AutomationShare(self.queue, by=self.points)(team.operation))

    def __str__(self) -> str:
        return f"threshold of {self.queue}: {100 * self.points:g} points more without a person"


def add_people(
    team: SurgeTeam, extra: Pool, *, like: Pool, ratio: float, hourly: float, after_days: int = 0
) -> SurgeTeam:
    """The team with a pool on the shifts of another, `ratio` x its heads in whole heads."""
    ready = team.start + timedelta(days=after_days)
    table = team.shifts.shifts
    after = np.array([day_of(value) >= ready for value in table["date"]], dtype=bool)
    rows = table[(table["pool"] == like.name).to_numpy() & after]
    rows = rows.assign(pool=extra.name, heads=whole_heads(rows["heads"].to_numpy(float) * ratio))
    hours = float((rows["heads"] * rows["paid_hours"]).sum())
    copied = _copied(team.shifts, like.name, extra.name)
    return replace(
        team,
        operation=replace(team.operation, pools=(*team.operation.pools, extra)),
        shifts=replace(copied, shifts=pd.concat([table, rows], ignore_index=True)),
        cost=team.cost + hours * hourly,
        extra_hours=team.extra_hours + hours,
    )


def whole_heads(heads: np.ndarray) -> np.ndarray:
    """Whole heads whose running total follows that of the fractions.

    Examples
    --------
    >>> whole_heads(np.array([0.4, 0.4, 0.4, 0.8])).tolist()
    [0.0, 1.0, 0.0, 1.0]
    """
    total = np.floor(np.cumsum(heads) + 0.5)
    return np.diff(total, prepend=0.0)


def hourly(team: SurgeTeam, pool: Pool) -> float:
    """Loaded pay of an hour in the reporting currency."""
    return float(pool.cost.hourly(pool.hours_per_week) * team.operation.rate_of(pool))


def renamed(shifts: ShiftPlan, old: str, new: str, ready: date) -> ShiftPlan:
    """The plan in which a pool's shifts, breaks and exposure from a day on are another pool's."""

    def rename(table: pd.DataFrame) -> pd.DataFrame:
        later = [
            name == old and day_of(day) >= ready
            for name, day in zip(table["pool"], table["date"], strict=True)
        ]
        return table.assign(pool=np.where(later, new, table["pool"]))  # fmt: skip

    return replace(
        shifts,
        shifts=rename(shifts.shifts),
        breaks=rename(shifts.breaks),
        exposure=rename(shifts.exposure),
    )


def _copied(shifts: ShiftPlan, old: str, new: str) -> ShiftPlan:
    """The plan with a pool's breaks and exposure pattern also under another name."""

    def add(table: pd.DataFrame) -> pd.DataFrame:
        rows = table[table["pool"] == old].assign(pool=new)
        return pd.concat([table, rows], ignore_index=True)

    return replace(shifts, breaks=add(shifts.breaks), exposure=add(shifts.exposure))


def day_of(value: object) -> date:
    """A date of a shift table (text or date) as a date."""
    return value if type(value) is date else pd.Timestamp(str(value)).date()
