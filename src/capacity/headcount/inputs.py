"""What the plan is told: checked in one go, turned into joins, moves and exits by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from capacity.domain.faults import FaultList, nearest
from capacity.domain.hiring import (
    HiringPolicy,
    MonthlyAvailability,
    PlannedHire,
    PlannedReduction,
    PlannedTransfer,
)
from capacity.domain.operation import Operation
from capacity.headcount.clock import WEEKS_PER_MONTH, PlanCalendar
from capacity.headcount.cohorts import Exit, Join, Move


@dataclass(frozen=True, kw_only=True)
class PlannedFlows:
    """Known moves of people by month; `late_requisitions` start after the last month."""

    joins: tuple[Join, ...]
    moves: tuple[Move, ...]
    exits: tuple[Exit, ...]
    approved: tuple[tuple[str, date, int], ...]
    availability: dict[tuple[str, str], Fraction]
    late_requisitions: int = 0


def collect_inputs(
    operation: Operation,
    calendar: PlanCalendar,
    *,
    hires: Sequence[PlannedHire] = (),
    transfers: Sequence[PlannedTransfer] = (),
    reductions: Sequence[PlannedReduction] = (),
    availability: Sequence[MonthlyAvailability] = (),
    policy: HiringPolicy = HiringPolicy(),  # noqa: B008 - frozen
) -> PlannedFlows:
    """Check all planned inputs against the operation and the calendar; one error lists all faults."""
    faults = FaultList(title="The headcount inputs were refused")
    check = _Checker(operation=operation, calendar=calendar, faults=faults)
    dated = [
        (p.name, start, heads, True, "open_requisitions")
        for p in operation.pools
        for start, heads in p.open_requisitions
    ]
    dated += [(h.pool, h.start, h.heads, h.approved, "planned hire") for h in hires]
    kept = [item for item in dated if check.start(*item)]
    for entry in transfers:
        check.pool("transfer", entry.source)
        check.pool("transfer", entry.target)
        check.month("transfer", entry.month)
    for cut in reductions:
        check.pool("reduction", cut.pool)
        check.month("reduction", cut.month)
    for leave in availability:
        check.pool("availability", leave.pool)
        check.month("availability", leave.month)
    check.policy(policy)
    faults.raise_any()
    names = list(operation.pool_names)
    inside = [item for item in kept if calendar.month_of(item[1]) < calendar.periods]
    lanes = {(lane.source, lane.target): lane.training_weeks for lane in policy.lanes}
    return PlannedFlows(
        joins=tuple(
            Join(
                month=max(0, calendar.month_of(start)),
                pool=names.index(pool),
                position=calendar.position(start),
                heads=heads,
            )
            for pool, start, heads, _, _ in inside
        ),
        moves=tuple(
            Move(
                month=check.index(t.month),
                source=names.index(t.source),
                target=names.index(t.target),
                heads=t.heads,
                training_months=lanes.get((t.source, t.target), 0.0) / WEEKS_PER_MONTH,
            )
            for t in transfers
        ),
        exits=tuple(
            Exit(month=check.index(cut.month), pool=names.index(cut.pool), heads=cut.heads)
            for cut in reductions
        ),
        approved=tuple((pool, start, heads) for pool, start, heads, _, _ in inside),
        availability={(item.pool, item.month): item.share for item in availability},
        late_requisitions=sum(heads for _, _, heads, _, _ in kept) - sum(i[2] for i in inside),
    )


@dataclass(frozen=True, kw_only=True)
class _Checker:
    operation: Operation
    calendar: PlanCalendar
    faults: FaultList

    def index(self, month: str) -> int:
        return self.calendar.labels.index(month)

    def pool(self, what: str, name: str) -> bool:
        known = self.operation.pool_names
        if name not in known:
            self.faults.add(what, f"unknown pool {name!r}", nearest(name, known))
        return name in known

    def month(self, what: str, month: str) -> None:
        labels = self.calendar.labels
        if month not in labels:
            self.faults.add(
                what, f"month {month!r} is not in the plan", f"use {labels[0]} to {labels[-1]}"
            )

    def start(self, pool: str, start: date, heads: int, approved: bool, what: str) -> bool:
        if not self.pool(what, pool):
            return False
        lead = 0 if approved else self.operation.pool(pool).hiring.lead_weeks
        day = self.calendar.decision_day
        earliest = self.calendar.approve_by(start, lead)
        if start < day:
            self.faults.add(
                f"{what} of {pool}",
                f"starts on {start}, before the plan begins on {day}",
                "count these people in heads, or give the new date",
            )
        elif earliest < day:
            self.faults.add(
                f"{what} of {pool}",
                f"{heads} heads start on {start}, before the lead time of {lead} weeks from {day} is over",
                "start later, or mark the hire as approved",
            )
        return earliest >= day

    def policy(self, policy: HiringPolicy) -> None:
        for offer in policy.vendors:
            self.pool(f"vendor {offer.name}", offer.pool)
        for lane in policy.lanes:
            self.pool("lane", lane.source)
            self.pool("lane", lane.target)
        for month in policy.freeze_months:
            if len(month) != 7 or month[4:5] != "-":
                self.faults.add("freeze_months", f"{month!r} is not a month", "write 2026-04")
