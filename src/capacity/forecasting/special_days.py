"""Which local days are special, and of what kind: tables of dates and public holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from capacity.domain.faults import nearest
from capacity.domain.operation import Operation
from capacity.domain.special_days import SpecialDays
from capacity.errors import DataError, MissingExtraError
from capacity.forecasting.local_days import day_number

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """One special day (days since 1970-01-01): its kind, and the group that kinds belong to."""

    day: int
    kind: str
    group: str


def list_occasions(
    operation: Operation | None, queue: str, *, first: int, last: int
) -> tuple[Occasion, ...]:
    """Special days of a queue from day ``first`` to day ``last``; a day has one kind.

    Where several claim a day, the day itself goes before days around another, and tables go in
    the order given.
    """
    if operation is None:
        return ()
    tables = list(operation.special_days)
    if operation.holidays:
        tables.insert(0, SpecialDays(kind="holiday", days=operation.holidays))
    found: dict[int, tuple[int, Occasion]] = {}
    for table in tables:
        if table.queues and queue not in table.queues:
            continue
        for day, kind in _dated(table, first - table.days_after, last + table.days_before):
            for shift in range(-table.days_before, table.days_after + 1):
                here = day + shift
                if first <= here <= last and abs(shift) < found.get(here, (99,))[0]:
                    occasion = Occasion(day=here, kind=_named(kind, shift), group=table.kind)
                    found[here] = (abs(shift), occasion)
    return tuple(found[day][1] for day in sorted(found))


def _named(kind: str, shift: int) -> str:
    if not shift:
        return kind
    side = "before" if shift < 0 else "after"
    return f"{kind}, {abs(shift)} day{'s' if abs(shift) > 1 else ''} {side}"


def _dated(table: SpecialDays, first: int, last: int) -> list[tuple[int, str]]:
    if table.country is None:
        return [(day_number(day), table.kind) for day in table.days]
    years = range((EPOCH + timedelta(days=first)).year, (EPOCH + timedelta(days=last)).year + 1)
    calendar = public_holidays(table.country, table.subdivision, tuple(years))
    return [(day_number(day), f"{table.kind}: {name}") for day, name in calendar]


def public_holidays(
    country: str, subdivision: str | None, years: tuple[int, ...]
) -> tuple[tuple[date, str], ...]:
    """Dates and names of public holidays, by the `holidays` package (an extra).

    Raises
    ------
    MissingExtraError
        The package is not installed.
    DataError
        It does not know the country or the subdivision.
    """
    try:
        import holidays  # noqa: PLC0415
    except ImportError:
        raise MissingExtraError(
            "public holidays of a country need the holidays package: "
            'pip install "reviewer-capacity[holidays]"; or list the dates as days'
        ) from None
    known = holidays.list_supported_countries()
    if country not in known:
        raise DataError(f"special days: unknown country {country!r}: {_near(country, known)}")
    parts = known[country]
    if subdivision is not None and subdivision not in parts:
        raise DataError(
            f"special days: unknown subdivision {subdivision!r} of {country}: "
            f"{nearest(subdivision, parts)}"
        )
    calendar = holidays.country_holidays(country, subdiv=subdivision, years=list(years))
    return tuple(sorted((day, str(name)) for day, name in calendar.items()))


def _near(country: str, known: dict[str, list[str]]) -> str:
    """A hint that does not list two hundred codes."""
    hint = nearest(country.upper(), known).split(" Known:")[0]
    return hint if hint.startswith("did") else "use an ISO 3166 code such as IE or US"
