"""Teams that the scheduling benchmarks share: queues, pools and shifts without a story."""

from __future__ import annotations

from capacity.domain import (
    Attrition,
    AttritionBand,
    Break,
    HandlingTime,
    HiringTerms,
    Operation,
    Pool,
    PoolCost,
    Queue,
    ShiftTemplate,
    Shrinkage,
    Site,
    Target,
)

LUNCH = Break(minutes=30, earliest_minute=180, latest_minute=300)
WINDOWS = (1.0, 4.0, 4.0, 24.0, 24.0, 24.0, 24.0, 72.0)
SHARES = (0.02, 0.08, 0.10, 0.25, 0.20, 0.15, 0.10, 0.10)
SEVERITY = (1.0, 1.0, 0.5, 1.0, 1.0, 0.5, 0.3, 0.0)
ERLANG = 16.0


def shifts_every(
    minutes: int, breaks: tuple[Break, ...] = (LUNCH,), hours: tuple[float, ...] = (8.5,)
) -> tuple[ShiftTemplate, ...]:
    """Shifts of each length that start every so many minutes of the day."""
    return tuple(
        ShiftTemplate(
            name=f"{start:04d}-{length:g}",
            start_minute=start,
            length_minutes=round(60 * length),
            breaks=breaks,
        )
        for start in range(0, 1440, minutes)
        for length in hours
    )


def plain_queue(
    name: str,
    *,
    priority: int = 1,
    severity: float = 0.0,
    minutes: float = 5.0,
    share: float = 0.95,
    within_hours: float = 24.0,
) -> Queue:
    """A queue in UTC with one target on closing."""
    return Queue(
        name=name,
        priority=priority,
        zone="UTC",
        severity=severity,
        handling=HandlingTime(mean_minutes=minutes, cv=1.0),
        targets=(Target(share=share, within_hours=within_hours),),
    )


def plain_pool(
    name: str,
    skills: tuple[str, ...],
    heads: int,
    shifts: tuple[ShiftTemplate, ...],
    *,
    pay: int = 40_000,
    site: str = "a",
    leave: str = "0.10",
) -> Pool:
    """A pool of 40 hours a week."""
    return Pool(
        name=name,
        site=site,
        skills=skills,
        languages=(),
        heads=heads,
        shifts=shifts,
        cost=PoolCost(annual_salary=pay, load_factor=1.3),
        attrition=Attrition(bands=(AttritionBand(from_months=0, yearly=0.3),)),
        hiring=HiringTerms(lead_weeks=8),
        shrinkage=Shrinkage.of(out_of_office={"leave": leave}),
    )


def generated_team(minutes: int) -> tuple[Operation, dict[str, float]]:
    """8 queues, 5 pools at 3 sites, 140 people; 16 Erlang of work."""
    names = tuple(f"q{n}" for n in range(8))
    queues = tuple(
        plain_queue(
            name,
            priority=n + 1,
            severity=SEVERITY[n],
            minutes=6.0,
            within_hours=WINDOWS[n],
        )
        for n, name in enumerate(names)
    )
    skills = (names, names[1:], names[:5], names[3:], (names[6], names[7], names[2]))
    skills = tuple(dict.fromkeys((names[0], *held)) for held in skills)
    sites = (("a", "Europe/Dublin"), ("b", "America/Chicago"), ("c", "Asia/Manila"))
    pools = tuple(
        plain_pool(
            f"pool{n}",
            held,
            28,
            shifts_every(240),
            pay=40_000 + 3_000 * n,
            site=sites[n % 3][0],
            leave="0.12",
        )
        for n, held in enumerate(skills)
    )
    operation = Operation(
        name="team",
        zone="UTC",
        sites=tuple(Site(name=name, zone=zone, currency="USD") for name, zone in sites),
        queues=queues,
        pools=pools,
        interval_minutes=minutes,
    )
    per_hour = {name: ERLANG / 0.1 * share for name, share in zip(names, SHARES, strict=True)}
    return operation, per_hour
