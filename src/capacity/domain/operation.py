"""The operation: everything that a plan needs besides the cases themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from capacity.domain.event import Event
from capacity.domain.exposure import ExposureCap, RotationShare
from capacity.domain.faults import FaultList, nearest, require_member, require_share
from capacity.domain.grid import INTERVAL_MINUTES, check_zone
from capacity.domain.person import Person, Tier
from capacity.domain.pool import Pool, Site, eligible_queues
from capacity.domain.queue import Queue
from capacity.domain.role_cover import RoleCover
from capacity.domain.special_days import SpecialDays
from capacity.errors import DataError


@dataclass(frozen=True, kw_only=True)
class DataFiles:
    """Where the case files of an operation lie (the `[data]` table)."""

    cases: Path | None = None
    history: Path | None = None
    on_bad: str = "raise"


@dataclass(frozen=True, kw_only=True)
class TierCap:
    """A tier may take this share of every exposure cap (0 = none at all)."""

    tier: Tier
    share: float

    def __post_init__(self) -> None:
        require_member(self.tier, Tier, "tier cap: tier")
        require_share(self.share, f"tier {self.tier.value}: share", below_one=False)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """Sites, queues, pools, people, caps and money of one review operation.

    `zone` is the planning zone: its Monday 00:00 begins a week and its first of the month a
    month. `occupancy_cap` limits work done to that share of heads present (one row per pool and
    interval; convention .85). `wellness_minutes_per_exposure_hour` (10; Police Care UK) is paid
    time; it serves as the exposure break unless `wellness_is_break` is False. `rates` turns one
    unit of a site's currency into `currency`. `rotation` bounds the share of a person's week on
    some queues. `cover` names roles that must be at hand, whatever the queues need.
    """

    name: str
    zone: str
    sites: tuple[Site, ...]
    queues: tuple[Queue, ...]
    pools: tuple[Pool, ...]
    people: tuple[Person, ...] = ()
    interval_minutes: int = 60
    exposure: ExposureCap = ExposureCap()
    tier_caps: tuple[TierCap, ...] = (TierCap(tier=Tier.OPTED_OUT, share=0.0),)
    occupancy_cap: float = 0.85
    wellness_minutes_per_exposure_hour: float = 10.0
    wellness_is_break: bool = True
    events: tuple[Event, ...] = ()
    holidays: tuple[date, ...] = ()
    special_days: tuple[SpecialDays, ...] = ()
    currency: str = "USD"
    rates: dict[str, float] = field(default_factory=dict)
    data: DataFiles = DataFiles()
    rotation: tuple[RotationShare, ...] = ()
    cover: tuple[RoleCover, ...] = ()

    def __post_init__(self) -> None:
        check_zone(self.zone, f"operation {self.name}")
        faults = FaultList(title=f"Operation {self.name} was refused")
        self._check_settings(faults)
        self._check_names(faults)
        self._check_links(faults)
        self._check_caps(faults)
        self._check_people(faults)
        self._check_cover(faults)
        faults.raise_any()

    def _check_settings(self, faults: FaultList) -> None:
        if self.interval_minutes not in INTERVAL_MINUTES:
            faults.add(
                "interval_minutes",
                f"{self.interval_minutes} is not on the grid",
                f"use one of {INTERVAL_MINUTES}",
            )
        if not 0 < self.occupancy_cap <= 1:
            faults.add(
                "occupancy_cap", f"{self.occupancy_cap} is outside (0, 1]", "write 0.85 for 85 %"
            )
        if self.wellness_minutes_per_exposure_hour < 0:
            faults.add("wellness_minutes_per_exposure_hour", "is negative", "use 0 or more minutes")
        for site in self.sites:
            if site.currency != self.currency and site.currency not in self.rates:
                faults.add(
                    f"site {site.name}",
                    f"currency {site.currency} has no rate to {self.currency}",
                    f"add rates.{site.currency}",
                )

    def _check_names(self, faults: FaultList) -> None:
        groups: dict[str, tuple[Site | Queue | Pool, ...]] = {
            "site": self.sites,
            "queue": self.queues,
            "pool": self.pools,
        }
        for kind, items in groups.items():
            names = [item.name for item in items]
            if not names:
                faults.add(kind, "none is defined", f"add at least one {kind}")
            for name in sorted({name for name in names if names.count(name) > 1}):
                faults.add(f"{kind} {name}", "is defined twice", "keep one")
        ids = [person.id for person in self.people]
        if len(ids) != len(set(ids)):
            twice = sorted({name for name in ids if ids.count(name) > 1})
            faults.add(
                "people", "an id appears twice", "one row a person", count=len(twice), first=twice
            )

    def _check_links(self, faults: FaultList) -> None:
        sites, queues = {s.name for s in self.sites}, {q.name for q in self.queues}
        for pool in self.pools:
            if pool.site not in sites:
                faults.add(
                    f"pool {pool.name}", f"unknown site {pool.site!r}", nearest(pool.site, sites)
                )
        for queue in self.queues:
            targets = [queue.escalates_to.to] if queue.escalates_to else []
            for other in [*targets, *([queue.qa_queue] if queue.qa_queue else [])]:
                if other not in queues:
                    faults.add(
                        f"queue {queue.name}", f"unknown queue {other!r}", nearest(other, queues)
                    )
            if queue.like is not None:
                self._check_sibling(queue, queue.like.queue, faults)
            if not any(pool.serves(queue) for pool in self.pools):
                need = queue.needed_skill + (f" in {queue.language}" if queue.language else "")
                faults.add(
                    f"queue {queue.name}",
                    f"no pool can work it (needs {need})",
                    "add the skill or language to a pool",
                )
        for event in self.events:
            if event.queue is not None and event.queue not in queues:
                faults.add(
                    f"event {event.name}",
                    f"unknown queue {event.queue!r}",
                    nearest(event.queue, queues),
                )

        for table in self.special_days:
            for name in table.queues:
                if name not in queues:
                    faults.add(
                        f"special days {table.kind!r}",
                        f"unknown queue {name!r}",
                        nearest(name, queues),
                    )

    def _check_sibling(self, queue: Queue, sibling: str, faults: FaultList) -> None:
        likes = {item.name: item.like for item in self.queues}
        where = f"queue {queue.name}, like"
        if sibling not in likes:
            faults.add(where, f"unknown queue {sibling!r}", nearest(sibling, likes))
        elif likes[sibling] is not None:
            faults.add(
                where,
                f"{sibling} is itself like another queue",
                "name a queue that has a history of its own",
            )

    def _check_caps(self, faults: FaultList) -> None:
        for share in self.rotation:
            for name in sorted(set(share.queues) - set(self.queue_names)):
                faults.add("rotation", f"unknown queue {name!r}", nearest(name, self.queue_names))
        for pool in self.pools:
            cap = self.cap_of(pool)
            for name in sorted(set(cap.queues) - set(self.queue_names)):
                faults.add(
                    f"exposure cap of pool {pool.name}",
                    f"unknown queue {name!r}",
                    nearest(name, self.queue_names),
                )
            for name in ("minutes_in_row", "break_minutes", "free_last_minutes"):
                minutes = getattr(cap, name)
                if minutes is not None and minutes % 5:
                    fix = f"use {5 * round(minutes / 5) or 5}, the nearest that slices of 5 minutes can keep"
                    faults.add(f"exposure cap of pool {pool.name}", f"{name} is {minutes}", fix)
            if cap.hours_per_day is None:
                continue
            for queue in self.queues:
                case = queue.handling.mean_hours * queue.severity
                if pool.serves(queue) and cap.counts(queue.name) and case > cap.hours_per_day:
                    faults.add(
                        f"exposure cap of pool {pool.name}",
                        f"cannot hold: {cap.hours_per_day:g} h a day is less than one case of "
                        f"{queue.name} ({case:.2g} h of exposure)",
                        f"raise hours_per_day or take the skill {queue.needed_skill} from the pool",
                    )

    def _check_people(self, faults: FaultList) -> None:
        pools = {pool.name: pool for pool in self.pools}
        for person in self.people:
            if person.pool not in pools:
                faults.add(
                    f"person {person.id}",
                    f"unknown pool {person.pool!r}",
                    nearest(person.pool, pools),
                )
                continue
            beyond = set(person.skills or ()) - set(pools[person.pool].skills)
            if beyond:
                faults.add(
                    f"person {person.id}",
                    f"holds skills {sorted(beyond)} that pool {person.pool} lacks",
                    "add them to the pool",
                )
            if person.office_days is not None and not pools[person.pool].on_site:
                faults.add(
                    f"person {person.id}",
                    f"has office days in pool {person.pool}, which is not on site",
                    "set on_site = true for the pool or leave office_days empty",
                )
        if self.people:
            for pool in self.pools:
                count = sum(person.pool == pool.name for person in self.people)
                if count != pool.heads:
                    faults.add(
                        f"pool {pool.name}",
                        f"heads is {pool.heads} but people lists {count}",
                        "make them agree",
                    )

    def _check_cover(self, faults: FaultList) -> None:
        names = [item.name for item in self.cover]
        for name in sorted({n for n in names if names.count(n) > 1 or n in self.queue_names}):
            faults.add(f"cover {name}", "shares its name with a cover or queue", "choose another")
        skills = {skill for pool in self.pools for skill in pool.skills}
        for item in self.cover:
            if item.skill not in skills:
                fix = nearest(item.skill, skills)
                faults.add(f"cover {item.name}", f"no pool has the skill {item.skill!r}", fix)
                continue
            held = sum(self.holders(pool, item.skill) for pool in self.pools)
            if held < item.heads:
                faults.add(
                    f"cover {item.name}",
                    f"asks for {item.heads} people at once, {held} hold the skill {item.skill!r}",
                    "lower heads or give the skill to more people",
                )

    @cached_property
    def _queues(self) -> dict[str, Queue]:
        return {queue.name: queue for queue in self.queues}

    @cached_property
    def _pools(self) -> dict[str, Pool]:
        return {pool.name: pool for pool in self.pools}

    @property
    def queue_names(self) -> tuple[str, ...]:
        """All queue names in their given order."""
        return tuple(self._queues)

    @property
    def pool_names(self) -> tuple[str, ...]:
        """All pool names in their given order."""
        return tuple(self._pools)

    def queue(self, name: str) -> Queue:
        """The queue of that name, or an error with the nearest one."""
        if name not in self._queues:
            raise DataError(f"unknown queue {name!r}: {nearest(name, self._queues)}")
        return self._queues[name]

    def pool(self, name: str) -> Pool:
        """The pool of that name, or an error with the nearest one."""
        if name not in self._pools:
            raise DataError(f"unknown pool {name!r}: {nearest(name, self._pools)}")
        return self._pools[name]

    def site_of(self, pool: Pool) -> Site:
        """The site of a pool."""
        return next(site for site in self.sites if site.name == pool.site)

    def zone_of(self, pool: Pool) -> str:
        """The zone of a pool's site."""
        return self.site_of(pool).zone

    def rate_of(self, pool: Pool) -> float:
        """Units of the reporting currency for one unit of the pool's currency."""
        currency = self.site_of(pool).currency
        return 1.0 if currency == self.currency else self.rates[currency]

    def served_by(self, pool: Pool) -> tuple[str, ...]:
        """Queues that a pool may work."""
        return eligible_queues(pool, self.queues)

    def holders(self, pool: Pool, skill: str) -> int:
        """People of a pool who hold a skill: all of them unless persons list skills of their own."""
        if skill not in pool.skills:
            return 0
        people = [person for person in self.people if person.pool == pool.name]
        if not people:
            return pool.heads
        return sum(person.skills is None or skill in person.skills for person in people)

    def cap_of(self, pool: Pool) -> ExposureCap:
        """The exposure cap that holds for a pool."""
        return pool.exposure or self.exposure

    def tier_share(self, tier: Tier) -> float:
        """Share of every exposure cap that a tier may take."""
        return next((item.share for item in self.tier_caps if item.tier is tier), 1.0)
