"""Special days: dates that share an effect on volume, or the public holidays of a country."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from capacity.domain.faults import FaultList

LONGEST_MARGIN = 7  # days before or after that may have an effect of their own


@dataclass(frozen=True, kw_only=True)
class SpecialDays:
    """Days on which volume differs; the size of the effect is learnt, queue by queue.

    Either a table of `days` that are alike (`kind` says what they are), or the public holidays
    of a `country` (ISO 3166 code, with an optional `subdivision`) from the `holidays` package,
    where each holiday is a kind of its own. `days_before` and `days_after` give the days around
    an effect of their own. `queues` empty means all queues. Dates are local dates of the queue.

    Examples
    --------
    >>> SpecialDays(kind="sports final", days=(date(2026, 7, 19),), days_after=1).days_after
    1
    >>> SpecialDays(kind="public holiday", country="IE").country
    'IE'
    """

    kind: str
    days: tuple[date, ...] = ()
    country: str | None = None
    subdivision: str | None = None
    queues: tuple[str, ...] = ()
    days_before: int = 0
    days_after: int = 0

    def __post_init__(self) -> None:
        faults = FaultList(title=f"Special days {self.kind!r} were refused")
        if not self.kind.strip():
            faults.add("kind", "is empty", 'say what they are, such as kind = "public holiday"')
        if bool(self.days) == bool(self.country):
            faults.add("days and country", "exactly one is needed", "keep days or country")
        if self.subdivision and not self.country:
            faults.add("subdivision", "has no country", 'add country, such as country = "DE"')
        for name in ("days_before", "days_after"):
            margin = getattr(self, name)
            if not 0 <= margin <= LONGEST_MARGIN:
                faults.add(name, f"is {margin}", f"use 0 to {LONGEST_MARGIN} days")
        faults.raise_any()
