"""Pools of exchangeable reviewers: skills, contract, losses, cost, attrition, ramp, hiring."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction

from capacity.domain.day_patterns import free_run_patterns
from capacity.domain.exposure import ExposureCap
from capacity.domain.faults import require_member, require_positive, require_share
from capacity.domain.grid import check_zone
from capacity.domain.queue import Queue
from capacity.domain.shift import ShiftTemplate
from capacity.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Site:
    """A place of work with its zone and currency."""

    name: str
    zone: str
    currency: str

    def __post_init__(self) -> None:
        check_zone(self.zone, f"site {self.name}")
        if len(self.currency) != 3 or not self.currency.isupper():
            raise DataError(
                f"site {self.name}: currency must be an ISO code such as USD, got {self.currency!r}."
            )


class LossKind(Enum):
    """Where a loss is taken: IN_SHIFT by the shift plan, OUT_OF_OFFICE by headcount. Never both."""

    IN_SHIFT = "in_shift"
    OUT_OF_OFFICE = "out_of_office"


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One category of shrinkage as an exact share of paid time."""

    name: str
    share: Fraction
    kind: LossKind

    def __post_init__(self) -> None:
        require_share(float(self.share), f"shrinkage {self.name}")
        require_member(self.kind, LossKind, f"shrinkage {self.name}: kind")


@dataclass(frozen=True, kw_only=True)
class Shrinkage:
    """Losses by category; shares of one kind add up. Arithmetic is exact (rational).

    Breaks of the shift templates and wellness time are not listed here: the shift plan takes them.

    Examples
    --------
    >>> shrinkage = Shrinkage.of(in_shift={"meetings": "0.05"}, out_of_office={"leave": "37/260"})
    >>> shrinkage.availability
    Fraction(223, 260)
    >>> shrinkage.heads_employed(223)
    260
    """

    losses: tuple[Loss, ...] = ()

    def __post_init__(self) -> None:
        for kind in LossKind:
            if self._total(kind) >= 1:
                raise DataError(
                    f"{kind.value} shrinkage adds up to {float(self._total(kind)):.0%}: nothing is left."
                )

    @classmethod
    def of(
        cls,
        *,
        in_shift: dict[str, str | float] | None = None,
        out_of_office: dict[str, str | float] | None = None,
    ) -> Shrinkage:
        """Build from shares written as text ("0.05", "37/260") or numbers."""
        groups = (
            (LossKind.IN_SHIFT, in_shift or {}),
            (LossKind.OUT_OF_OFFICE, out_of_office or {}),
        )
        return cls(
            losses=tuple(
                Loss(name=name, share=Fraction(str(share)), kind=kind)
                for kind, items in groups
                for name, share in items.items()
            )
        )

    def _total(self, kind: LossKind) -> Fraction:
        return sum((loss.share for loss in self.losses if loss.kind is kind), Fraction(0))

    @property
    def in_shift(self) -> Fraction:
        """Share of shift time lost inside the shift (meetings, coaching)."""
        return self._total(LossKind.IN_SHIFT)

    @property
    def out_of_office(self) -> Fraction:
        """Share of contract time away (leave, holidays, sickness)."""
        return self._total(LossKind.OUT_OF_OFFICE)

    @property
    def availability(self) -> Fraction:
        """Share of contract time present."""
        return 1 - self.out_of_office

    def heads_employed(self, heads_present: int) -> int:
        """Smallest whole number of employed heads that gives `heads_present` on average, exactly."""
        return -((-heads_present) // self.availability)


@dataclass(frozen=True, kw_only=True)
class PoolCost:
    """Fully loaded cost in the site's currency; the load factor has no default on purpose."""

    annual_salary: float
    load_factor: float
    hire_cost: float = 0.0
    training_cost: float = 0.0
    severance_cost: float = 0.0
    overtime_factor: float = 1.5

    def __post_init__(self) -> None:
        require_positive(self.annual_salary, "annual_salary")
        if not 1 <= self.load_factor < 10:
            raise DataError(
                f"load_factor must be >= 1 (1.3 = 30 % on top of salary), got {self.load_factor}."
            )
        if (
            min(self.hire_cost, self.training_cost, self.severance_cost) < 0
            or self.overtime_factor < 1
        ):
            raise DataError("costs must be >= 0 and overtime_factor >= 1.")

    @property
    def annual_loaded(self) -> float:
        """Salary with load, a year."""
        return self.annual_salary * self.load_factor

    def hourly(self, hours_per_week: float) -> float:
        """Loaded cost of one paid hour."""
        return self.annual_loaded / (52 * hours_per_week)


@dataclass(frozen=True, kw_only=True)
class AttritionBand:
    """Yearly attrition of people whose tenure is at least `from_months`."""

    from_months: int
    yearly: float

    def __post_init__(self) -> None:
        if self.from_months < 0:
            raise DataError("attrition from_months must be >= 0.")
        require_share(self.yearly, "yearly attrition")


@dataclass(frozen=True, kw_only=True)
class Attrition:
    """Yearly attrition by tenure; monthly leaving probability is 1 - (1 - yearly)^(1/12).

    Examples
    --------
    >>> attrition = Attrition(bands=(AttritionBand(from_months=0, yearly=0.35),))
    >>> round(attrition.monthly(tenure_months=3), 4)
    0.0353
    """

    bands: tuple[AttritionBand, ...]

    def __post_init__(self) -> None:
        starts = [band.from_months for band in self.bands]
        if not starts or starts[0] != 0 or starts != sorted(set(starts)):
            raise DataError(f"attrition bands must start at 0 months and increase, got {starts}.")

    def yearly(self, tenure_months: int) -> float:
        """Yearly rate of the band that holds this tenure."""
        return [band.yearly for band in self.bands if band.from_months <= tenure_months][-1]

    def monthly(self, tenure_months: int) -> float:
        """Probability to leave within the month."""
        return float(1 - (1 - self.yearly(tenure_months)) ** (1 / 12))


@dataclass(frozen=True, kw_only=True)
class Ramp:
    """Productivity by week since the start; full after the last entry.

    Default: four weeks of training without exposure, then .5, .75, 1 (convention).

    Examples
    --------
    >>> Ramp().productivity(4), Ramp().productivity(30)
    (0.5, 1.0)
    """

    weekly: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.5, 0.75)

    def __post_init__(self) -> None:
        if any(not 0 <= share <= 1 for share in self.weekly):
            raise DataError(f"ramp shares must lie in [0, 1], got {self.weekly}.")

    def productivity(self, week: int) -> float:
        """Share of a full reviewer in week 0, 1, ... of tenure."""
        return self.weekly[week] if week < len(self.weekly) else 1.0


@dataclass(frozen=True, kw_only=True)
class HiringTerms:
    """How people can be added: lead time to start, classes, a monthly limit, mentors, freezes."""

    lead_weeks: int
    class_size: int | None = None
    max_hires_per_month: int | None = None
    mentor_hours_per_week: float = 0.0
    freeze_months: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.lead_weeks < 0 or self.mentor_hours_per_week < 0:
            raise DataError("hiring lead_weeks and mentor_hours_per_week must be >= 0.")
        for name in ("class_size", "max_hires_per_month"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise DataError(f"hiring {name} must be at least 1, got {value}.")


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Reviewers alike enough to exchange. One person serves one queue at a time and counts once.

    `heads` is today's headcount; `exposure` overrides the operation's cap. A person works at most
    `max_weekends_in_four` of any four weekends in a row (None: no limit), and a shift never
    follows another on the next day where `forbidden_sequences` names that pair. Beyond the
    contract a person may work `overtime_hours_per_week`, without exposure unless the cap says so.

    In every calendar week a person works on days of ONE of the `day_patterns` (tuples of weekdays,
    0 = Monday), or has a run of `days_off_in_row` days off between Monday and Sunday; 1 asks for
    nothing. A week of four days of ten hours has `days_per_week=4` and shifts of ten hours.
    """

    name: str
    site: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    heads: int
    shifts: tuple[ShiftTemplate, ...]
    cost: PoolCost
    attrition: Attrition
    hiring: HiringTerms
    hours_per_week: float = 40.0
    days_per_week: int = 5
    min_rest_hours: float = 11.0
    max_days_in_row: int = 5
    shrinkage: Shrinkage = Shrinkage()
    ramp: Ramp = Ramp()
    exposure: ExposureCap | None = None
    tenure_months: tuple[int, ...] = ()
    vendor: bool = False
    on_site: bool = True
    open_requisitions: tuple[tuple[date, int], ...] = ()
    max_weekends_in_four: int | None = None
    forbidden_sequences: tuple[tuple[str, str], ...] = ()
    overtime_hours_per_week: float = 0.0
    day_patterns: tuple[tuple[int, ...], ...] = ()
    days_off_in_row: int = 1

    def __post_init__(self) -> None:
        where = f"pool {self.name}"
        if not self.name.strip():
            raise DataError("a pool needs a name.")
        if not self.skills or not self.shifts:
            raise DataError(f"{where}: needs at least one skill and one shift.")
        if self.heads < 0:
            raise DataError(f"{where}: heads must be >= 0, got {self.heads}.")
        if not 0 < self.hours_per_week <= 60 or not 1 <= self.days_per_week <= 7:
            raise DataError(
                f"{where}: hours_per_week must be in (0, 60] and days_per_week in 1..7."
            )
        if self.tenure_months and len(self.tenure_months) != self.heads:
            raise DataError(
                f"{where}: tenure_months lists {len(self.tenure_months)} people, heads is {self.heads}."
            )
        if self.max_weekends_in_four is not None and self.max_weekends_in_four not in range(5):
            raise DataError(
                f"{where}: max_weekends_in_four must be 0 to 4, got {self.max_weekends_in_four}."
            )
        if not 0 <= self.overtime_hours_per_week <= 60 - self.hours_per_week:
            raise DataError(
                f"{where}: overtime_hours_per_week must be >= 0 and leave at most 60 hours with the "
                f"contract of {self.hours_per_week:g}, got {self.overtime_hours_per_week:g}."
            )
        named = {name for pair in self.forbidden_sequences for name in pair}
        unknown = sorted(named - {shift.name for shift in self.shifts})
        if unknown:
            raise DataError(
                f"{where}: forbidden_sequences name unknown shifts {unknown}. "
                f"Fix: use {[shift.name for shift in self.shifts]}"
            )
        self._check_patterns(where)

    def _check_patterns(self, where: str) -> None:
        if self.days_off_in_row not in range(1, 7):
            raise DataError(f"{where}: days_off_in_row must be 1 to 6, got {self.days_off_in_row}.")
        if self.day_patterns and self.days_off_in_row > 1:
            raise DataError(
                f"{where}: has day_patterns and days_off_in_row = {self.days_off_in_row}. "
                "Fix: give one of them; patterns may hold the days off in a row"
            )
        for pattern in self.day_patterns:
            if not pattern or len(set(pattern)) < len(pattern) or not set(pattern) <= set(range(7)):
                raise DataError(
                    f"{where}: a day pattern must hold different days 0 (Monday) to 6, got {pattern}."
                )
        longest = max((len(pattern) for pattern in self.week_patterns), default=7)
        if longest < self.days_per_week:
            raise DataError(
                f"{where}: no pattern leaves room for days_per_week = {self.days_per_week}, the "
                f"longest has {longest} days. Fix: lower days_per_week or give longer patterns"
            )

    @property
    def week_patterns(self) -> tuple[tuple[int, ...], ...]:
        """Sets of weekdays of which a person works one in a calendar week; empty: any days.

        Examples
        --------
        >>> free_run_patterns(2)[0]                  # `days_off_in_row=2`: Monday and Tuesday off
        (2, 3, 4, 5, 6)
        """
        if self.day_patterns:
            return tuple(tuple(sorted(pattern)) for pattern in self.day_patterns)
        return free_run_patterns(self.days_off_in_row) if self.days_off_in_row > 1 else ()

    def serves(self, queue: Queue) -> bool:
        """Whether people of this pool may work the queue: skill, language, presence."""
        speaks = queue.language is None or queue.language in self.languages
        return (
            queue.needed_skill in self.skills
            and speaks
            and (self.on_site or not queue.on_site_only)
        )


def eligible_queues(pool: Pool, queues: Iterable[Queue]) -> tuple[str, ...]:
    """Names of the queues that a pool may work, in the given order."""
    return tuple(queue.name for queue in queues if pool.serves(queue))
