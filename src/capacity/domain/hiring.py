"""What a headcount plan may be told besides the operation: planned moves, levers, goal, money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import pandas as pd

from capacity.domain.display import frame_html
from capacity.domain.faults import require_positive, require_share
from capacity.domain.pool import Attrition, PoolCost, Ramp
from capacity.errors import DataError


@dataclass(frozen=True, kw_only=True)
class MonthlyAvailability:
    """Share of contract time present in one month of one pool (leave and holidays have seasons).

    Examples
    --------
    >>> MonthlyAvailability(pool="emea", month="2026-08", availability="0.75").share
    Fraction(3, 4)
    """

    pool: str
    month: str
    availability: str | float

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            hint = f" Did you mean {float(self.share) / 100:g}?" if 1 < self.share <= 100 else ""
            raise DataError(
                f"availability of {self.pool} in {self.month} must be in (0, 1], "
                f"got {self.availability}.{hint}"
            )

    @property
    def share(self) -> Fraction:
        """The share as an exact fraction."""
        return Fraction(str(self.availability))


@dataclass(frozen=True, kw_only=True)
class PlannedHire:
    """`heads` people who start in a pool on a date; `approved` hires are past the lead time."""

    pool: str
    start: date
    heads: int
    approved: bool = False

    def __post_init__(self) -> None:
        if self.heads < 0:
            raise DataError(f"planned hires of {self.pool} must be >= 0, got {self.heads}.")


@dataclass(frozen=True, kw_only=True)
class PlannedTransfer:
    """`heads` people who move between pools on the first day of a month (text, `2026-04`)."""

    source: str
    target: str
    month: str
    heads: int

    def __post_init__(self) -> None:
        if self.source == self.target or self.heads < 0:
            raise DataError(
                f"a transfer needs two different pools and heads >= 0, got {self.source} to "
                f"{self.target}, {self.heads}."
            )


@dataclass(frozen=True, kw_only=True)
class PlannedReduction:
    """Heads that a pool gives up during a month; severance is due, and they count as attrition."""

    pool: str
    month: str
    heads: int

    def __post_init__(self) -> None:
        if self.heads < 0:
            raise DataError(f"a reduction of {self.pool} must be >= 0 heads, got {self.heads}.")


@dataclass(frozen=True, kw_only=True)
class VendorOffer:
    """Contract heads that can relieve a pool, by the month, outside BOP and EOP.

    `monthly_cost` is per head in the reporting currency; `lead_weeks` from approval to start.
    """

    name: str
    pool: str
    monthly_cost: float
    max_heads: int
    lead_weeks: int = 0

    def __post_init__(self) -> None:
        require_positive(self.monthly_cost, f"vendor {self.name}: monthly_cost")
        if self.max_heads < 1 or self.lead_weeks < 0:
            raise DataError(f"vendor {self.name}: max_heads must be >= 1 and lead_weeks >= 0.")


@dataclass(frozen=True, kw_only=True)
class TransferLane:
    """People of `source` may move to `target`, for good or for some months.

    `training_weeks` without work in the target (0 when skills already match) and `cost` per
    head in the reporting currency. The plan may send the same people back later.
    """

    source: str
    target: str
    training_weeks: float = 0.0
    cost: float = 0.0
    max_per_month: int | None = None

    def __post_init__(self) -> None:
        if self.source == self.target:
            raise DataError(f"a transfer lane needs two pools, got {self.source} twice.")
        if self.cost < 0 or not 0 <= self.training_weeks <= 4:
            raise DataError(
                f"lane {self.source} to {self.target}: cost must be >= 0 and training_weeks in "
                f"[0, 4] (training ends within the first month), got {self.training_weeks}."
            )


@dataclass(frozen=True, kw_only=True)
class AtPercentile:
    """Cover the requirement of a share `level` of the demand paths, in every month and pool."""

    level: float = 0.80

    def __post_init__(self) -> None:
        require_share(self.level, "percentile")


@dataclass(frozen=True, kw_only=True)
class AtExpectedShortfall:
    """Keep the mean shortage of the worst `tail` of the paths (CVaR) at or below `heads`.

    The mean of the worst paths moves one for one with the heads employed, so the goal is a
    number of heads like a percentile is, and looks at how bad the bad paths are.
    """

    tail: float = 0.10
    heads: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.tail <= 1 or self.heads < 0:
            raise DataError(
                f"an expected shortfall needs a tail in (0, 1] and heads >= 0, got {self.tail} "
                f"and {self.heads}."
            )


@dataclass(frozen=True, kw_only=True)
class ExposureEffect:
    """The leaving hazard rises by `per_hour` for each exposure hour a day above `reference_hours`.

    No published figure exists: both numbers are the user's own.
    """

    per_hour: float
    reference_hours: float

    def __post_init__(self) -> None:
        if self.per_hour < 0 or self.reference_hours < 0:
            raise DataError("an exposure effect needs per_hour >= 0 and reference_hours >= 0.")


@dataclass(frozen=True, kw_only=True)
class HiringPolicy:
    """What the hiring program may use, and what it must respect.

    Parameters
    ----------
    goal : `AtPercentile` (None: the percentile of the plan) or `AtExpectedShortfall`.
    budget : most that hires and levers may add to the cost of the horizon, reporting currency.
    freeze_months : months without starts in any pool, `2026-04`.
    class_minimum : a class of fewer people is not run.
    overtime_share : most overtime as a share of contract hours; it carries unexposed work only,
        unless the exposure cap allows exposure in overtime.
    vendors, lanes : contract heads and transfers on offer.
    shortage_price : cost of one head missing for one month, reporting currency. None: ten times
        the dearest loaded month of the pools (convention), so that shortage is a last resort.
    change_price : cost of one head more or fewer than `previous` starts in a month.
    exposure_effect : attrition that rises with exposure.
    share_pools : people of one pool may do the deferrable work of another, if they hold its
        skills and languages and it can spare them; work that needs people at certain hours
        (floors) is never shared. By default every pool is kept to itself: sharing is cheaper, but
        it trusts that the roster finds the hours in which one pool can help another.
    """

    goal: AtPercentile | AtExpectedShortfall | None = None
    budget: float | None = None
    freeze_months: tuple[str, ...] = ()
    class_minimum: int = 1
    overtime_share: float = 0.0
    vendors: tuple[VendorOffer, ...] = ()
    lanes: tuple[TransferLane, ...] = ()
    shortage_price: float | None = None
    change_price: float = 0.0
    exposure_effect: ExposureEffect | None = None
    share_pools: bool = False

    def __post_init__(self) -> None:
        require_share(self.overtime_share, "overtime_share")
        if self.class_minimum < 1 or self.change_price < 0:
            raise DataError("class_minimum must be >= 1 and change_price >= 0.")
        if self.budget is not None and self.budget < 0:
            raise DataError(f"budget must be >= 0, got {self.budget}.")
        if self.shortage_price is not None:
            require_positive(self.shortage_price, "shortage_price")


@dataclass(frozen=True, kw_only=True)
class GradeCost:
    """Cost of one grade in a pool; `weight` people of the pool's heads in this grade's share."""

    pool: str
    grade: str
    weight: float
    cost: PoolCost

    def __post_init__(self) -> None:
        require_positive(self.weight, f"grade {self.grade} of {self.pool}: weight")


@dataclass(frozen=True, kw_only=True)
class Raise:
    """Salaries of a pool rise by `share` from the first day of a month on; raises compound."""

    pool: str
    month: str
    share: float

    def __post_init__(self) -> None:
        require_share(self.share, f"raise of {self.pool} in {self.month}", low=-0.5)


@dataclass(frozen=True, kw_only=True)
class ExchangeRate:
    """From a month on, one unit of `currency` is worth `rate` units of the reporting currency."""

    currency: str
    month: str
    rate: float

    def __post_init__(self) -> None:
        require_positive(self.rate, f"rate of {self.currency} in {self.month}")


@dataclass(frozen=True, kw_only=True)
class CostBook:
    """Money beyond the pools' own cost: grades, raises, dated rates.

    A book with grades must cover every pool; a rate must name a currency of a site.
    """

    grades: tuple[GradeCost, ...] = ()
    raises: tuple[Raise, ...] = ()
    rates: tuple[ExchangeRate, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AttritionEstimate:
    """Kaplan-Meier estimate of staying by tenure.

    `frame`: tenure_months (end of the step), at_risk, leavers, survival, low, high (pointwise
    interval at `confidence`). `attrition` are the yearly rates by tenure band that it implies.
    """

    frame: pd.DataFrame
    attrition: Attrition
    people: int
    leavers: int
    confidence: float
    notes: tuple[str, ...] = ()

    def summary(self) -> str:
        """People, leavers and the yearly rate of each band in words."""
        bands = self.attrition.bands
        lines = [f"{self.people} people, {self.leavers} leavers (Kaplan-Meier)"]
        lines += [
            f"  from {band.from_months} months of tenure: {100 * band.yearly:.0f} % a year"
            for band in bands
        ]
        return "\n".join([*lines, *self.notes])

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="Staying by tenure", note=self.summary())


@dataclass(frozen=True, kw_only=True)
class RampEstimate:
    """Productivity by week of tenure relative to tenured people.

    `frame`: week, people, share, standard_error; `ramp` is the never-falling curve fitted to it.
    """

    frame: pd.DataFrame
    ramp: Ramp
    notes: tuple[str, ...] = ()

    def summary(self) -> str:
        """Weeks until full productivity, in words."""
        weeks = len(self.ramp.weekly)
        return "\n".join([f"full productivity after {weeks} weeks", *self.notes])

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="Ramp", note=self.summary())
