"""Changes of who works: heads, skills, pools, attrition, losses, hiring and pay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import pandas as pd

from capacity.domain import pool as domain
from capacity.domain.operation import Operation
from capacity.domain.person import Person
from capacity.errors import DataError
from capacity.scenarios.changes.picking import change_pools, exactly_one, signed_percent, whom


@dataclass(frozen=True)
class Attrition:
    """Yearly attrition of a pool (None: of all) changes by a share, or to one `yearly` rate.

    Examples
    --------
    >>> str(Attrition(by=-0.5))
    'attrition of all pools -50 %'
    """

    pool: str | None = None
    by: float | None = None
    yearly: float | None = None

    def __post_init__(self) -> None:
        exactly_one("change of attrition", by=self.by, yearly=self.yearly)

    def __call__(self, operation: Operation) -> Operation:
        """The operation with new rates in every band of tenure."""
        return change_pools(operation, self.pool, self._change)

    def _change(self, pool: domain.Pool) -> domain.Pool:
        bands = tuple(
            domain.AttritionBand(
                from_months=band.from_months,
                yearly=band.yearly * (1 + self.by) if self.by is not None else self.yearly or 0.0,
            )
            for band in pool.attrition.bands
        )
        return replace(pool, attrition=domain.Attrition(bands=bands))

    def __str__(self) -> str:
        size = (
            f"{100 * (self.yearly or 0):g} % a year" if self.by is None else signed_percent(self.by)
        )
        return f"attrition of {whom(self.pool, 'pools')} {size}"


@dataclass(frozen=True)
class Shrinkage:
    """One category of loss of a pool (None: of all) set to a `share`, written "0.05" or "17/260".

    A category that the pool does not have yet needs its `kind`.

    Examples
    --------
    >>> str(Shrinkage("sickness", share="12/260"))
    'sickness of all pools to 4.62 %'
    """

    category: str
    share: Fraction | str | float
    pool: str | None = None
    kind: domain.LossKind | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "share", Fraction(str(self.share)))

    def __call__(self, operation: Operation) -> Operation:
        """The operation with the new share."""
        return change_pools(operation, self.pool, self._change)

    def _change(self, pool: domain.Pool) -> domain.Pool:
        losses = pool.shrinkage.losses
        old = [loss for loss in losses if loss.name == self.category]
        if not old and self.kind is None:
            known = ", ".join(loss.name for loss in losses) or "none"
            raise DataError(
                f"change of shrinkage: pool {pool.name} has no category {self.category!r} (known: {known}). "
                'Fix: correct the name, or give kind = "in_shift" or "out_of_office".'
            )
        kind = self.kind or old[0].kind
        new = domain.Loss(name=self.category, share=Fraction(str(self.share)), kind=kind)
        if not old:
            return replace(pool, shrinkage=domain.Shrinkage(losses=(*losses, new)))
        kept = tuple(new if loss.name == self.category else loss for loss in losses)
        return replace(pool, shrinkage=domain.Shrinkage(losses=kept))

    def __str__(self) -> str:
        return f"{self.category} of {whom(self.pool, 'pools')} to {100 * float(self.share):.3g} %"


@dataclass(frozen=True)
class HiringFreeze:
    """No hire in a pool (None: in any) from month `first` to month `last`, both included.

    Examples
    --------
    >>> str(HiringFreeze(first="2026-03", last="2026-05"))
    'no hire in all pools from 2026-03 to 2026-05'
    """

    first: str
    last: str
    pool: str | None = None

    def __post_init__(self) -> None:
        try:
            begin, end = pd.Period(self.first, freq="M"), pd.Period(self.last, freq="M")
        except ValueError:
            raise DataError(
                f"hiring freeze: {self.first!r} to {self.last!r} are not months. Fix: write 2026-03."
            ) from None
        if end < begin:
            raise DataError(f"hiring freeze: last month {self.last} is before first {self.first}.")

    def __call__(self, operation: Operation) -> Operation:
        """The operation with the months frozen."""
        months = tuple(str(month) for month in pd.period_range(self.first, self.last, freq="M"))
        return change_pools(
            operation,
            self.pool,
            lambda pool: replace(
                pool,
                hiring=replace(
                    pool.hiring, freeze_months=tuple(sorted({*pool.hiring.freeze_months, *months}))
                ),
            ),
        )

    def __str__(self) -> str:
        return f"no hire in {whom(self.pool, 'pools')} from {self.first} to {self.last}"


@dataclass(frozen=True)
class Wage:
    """Salaries of a pool (None: of all) change by a share; the load factor stays.

    Examples
    --------
    >>> str(Wage("manila_vendor", by=0.05))
    'pay of manila_vendor +5 %'
    """

    pool: str | None = None
    by: float = 0.0

    def __post_init__(self) -> None:
        if not -1 < self.by < float("inf"):
            raise DataError(f"change of pay: by must be above -1, got {self.by!r}.")

    def __call__(self, operation: Operation) -> Operation:
        """The operation with the new salaries."""
        return change_pools(operation, self.pool, self._change)

    def _change(self, pool: domain.Pool) -> domain.Pool:
        salary = pool.cost.annual_salary * (1 + self.by)
        return replace(pool, cost=replace(pool.cost, annual_salary=salary))

    def __str__(self) -> str:
        return f"pay of {whom(self.pool, 'pools')} {signed_percent(self.by)}"


@dataclass(frozen=True)
class Staffing:
    """Heads of a pool today change `by` a number of people, or to `heads`.

    Of listed people those with the last ids leave; newcomers cannot be invented, so a pool
    with listed people cannot grow here (hire them, or list them).

    Examples
    --------
    >>> str(Staffing("dublin_core", by=-3))
    'heads of dublin_core -3'
    """

    pool: str
    by: int | None = None
    heads: int | None = None

    def __post_init__(self) -> None:
        exactly_one("change of heads", by=self.by, heads=self.heads)

    def __call__(self, operation: Operation) -> Operation:
        """The operation with the new heads."""
        pool = operation.pool(self.pool)
        heads = self.heads if self.heads is not None else pool.heads + (self.by or 0)
        if heads < 0:
            raise DataError(f"{self}: {pool.name} has {pool.heads} people.")
        people = _people_kept(operation, pool.name, heads)
        tenure = pool.tenure_months[:heads] if heads <= pool.heads else ()
        changed = replace(pool, heads=heads, tenure_months=tenure)
        pools = tuple(changed if item.name == pool.name else item for item in operation.pools)
        return replace(operation, pools=pools, people=people)

    def __str__(self) -> str:
        size = f"to {self.heads}" if self.by is None else f"{self.by:+d}"
        return f"heads of {self.pool} {size}"


def _people_kept(operation: Operation, pool: str, heads: int) -> tuple[Person, ...]:
    ids = sorted(person.id for person in operation.people if person.pool == pool)
    if operation.people and heads > len(ids):
        raise DataError(
            f"change of heads of {pool}: {heads} people are asked for, {len(ids)} are listed. "
            "Fix: add them to the list of people, or leave the list out."
        )
    kept = set(ids[:heads])
    return tuple(p for p in operation.people if p.pool != pool or p.id in kept)


@dataclass(frozen=True)
class AddPool:
    """A pool that did not exist, say a vendor; with listed people its people come along."""

    pool: domain.Pool
    people: tuple[Person, ...] = ()

    def __call__(self, operation: Operation) -> Operation:
        """The operation with the pool."""
        return replace(
            operation,
            pools=(*operation.pools, self.pool),
            people=(*operation.people, *self.people),
        )

    def __str__(self) -> str:
        return f"new pool {self.pool.name} of {self.pool.heads}"


@dataclass(frozen=True)
class RemovePool:
    """A pool closes; its people leave."""

    pool: str

    def __call__(self, operation: Operation) -> Operation:
        """The operation without the pool."""
        operation.pool(self.pool)
        return replace(
            operation,
            pools=tuple(pool for pool in operation.pools if pool.name != self.pool),
            people=tuple(person for person in operation.people if person.pool != self.pool),
        )

    def __str__(self) -> str:
        return f"without pool {self.pool}"


@dataclass(frozen=True)
class CrossTrain:
    """Everyone in a pool learns more skills or languages.

    Examples
    --------
    >>> str(CrossTrain("austin_core", skills=("appeal",)))
    'austin_core learns appeal'
    """

    pool: str
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("skills", "languages"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not self.skills and not self.languages:
            raise DataError(f"cross-training of {self.pool}: names no skill and no language.")

    def __call__(self, operation: Operation) -> Operation:
        """The operation with the skills in the pool and in its listed people."""
        changed = change_pools(
            operation,
            self.pool,
            lambda pool: replace(
                pool,
                skills=_joined(pool.skills, self.skills),
                languages=_joined(pool.languages, self.languages),
            ),
        )
        people = tuple(self._taught(p) if p.pool == self.pool else p for p in operation.people)
        return replace(changed, people=people)

    def _taught(self, person: Person) -> Person:
        skills, languages = person.skills, person.languages
        return replace(
            person,
            skills=None if skills is None else _joined(skills, self.skills),
            languages=None if languages is None else _joined(languages, self.languages),
        )

    def __str__(self) -> str:
        return f"{self.pool} learns {', '.join((*self.skills, *self.languages))}"


def _joined(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))
