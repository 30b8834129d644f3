"""A pool's shift plan as a roster problem: its people, their rules and their wishes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capacity.domain.day_patterns import day_ranks
from capacity.domain.operation import Operation
from capacity.domain.roster import FixedPart
from capacity.domain.shift_plan import ShiftPlan
from capacity.scheduling.rostering.bans import allowed_cells
from capacity.scheduling.rostering.cohorts import (
    HOUR_NS,
    MINUTE_NS,
    Cohorts,
    carried_exposure,
    contract_hours,
    days_a_week,
    instants,
)
from capacity.scheduling.rostering.eligibility import may_work
from capacity.scheduling.rostering.fixing import keep_fixed
from capacity.scheduling.rostering.problem import (
    Bools,
    Cover,
    Floats,
    RosterProblem,
    StableRule,
    WindowRule,
)
from capacity.scheduling.rostering.role_heads import cover_roles
from capacity.scheduling.rostering.sessions import session_cover
from capacity.scheduling.rostering.slicing import choose_slice
from capacity.scheduling.rostering.weekends import weekend_blocks

# One unit is the weight of an ordinary request. Conventions: a head short outweighs any wish.
UNFILLED_PRICE = 1_000.0
SKILL_PRICE = 20.0
EXPOSURE_PRICE = 10.0
FAIRNESS_PRICE = 0.25
STABLE_PRICE = 2.0
OVERTIME_PRICE = 5.0  # an hour
DAY_PATTERNS = "day patterns"


def plan_problem(
    plan: ShiftPlan,
    operation: Operation,
    cohorts: Cohorts,
    *,
    stable_weeks: bool = False,
    fixed: FixedPart | None = None,
) -> RosterProblem:
    """Who takes which planned shift; a head that nobody can take stays short at a high price.

    Hard: one shift a day, rest in elapsed time, forbidden sequences, days in a row and a week,
    weekends, contract hours with overtime, time off, days of a fixed part. Priced: counselling
    sessions (dearer than a head), overtime, skills and languages that the hour's work needs, exposure caps over days (the
    rotation keeps them hard), requests, fair shares of nights, weekends and exposure with
    carried history, and one kind of shift through a week if asked.
    """
    cells = np.argwhere(cohorts.exists)
    cover = tuple(
        Cover(
            cells=((int(day), int(shift)),),
            need=int(cohorts.heads[day, shift]),
            short_price=UNFILLED_PRICE,
            name=f"{cohorts.names[shift]} {cohorts.dates[day]}",
        )
        for day, shift in cells
    )
    weekday = cohorts.dates[0].weekday()
    spans = tuple(
        (max(first, 0), min(first + 7, len(cohorts.dates)))
        for first in range(-weekday, len(cohorts.dates), 7)
    )
    stable = StableRule(
        name="stable week", family=tuple(range(len(cohorts.names))), spans=spans, price=STABLE_PRICE
    )
    step = choose_slice(plan, cohorts, operation.cap_of(cohorts.pool))
    allowed = allowed_cells(cohorts, step)
    must_work = None
    if fixed is not None:
        allowed, must_work = keep_fixed(allowed, cohorts, fixed)
    return RosterProblem(
        people=tuple(person.id for person in cohorts.people),
        shifts=cohorts.names,
        days=len(cohorts.dates),
        allowed=allowed,
        price=_wishes(cohorts),
        cover=(
            *cover,
            *session_cover(cohorts, step),
            *_skill_cover(plan, operation, cohorts),
            *cover_roles(plan, operation, cohorts),
        ),
        forbidden=_too_close(cohorts),
        windows=(
            *_work_windows(cohorts),
            *_exposure_windows(operation, cohorts),
            *_fairness(operation, cohorts),
        ),
        blocks=weekend_blocks(cohorts),
        stable=(stable,) if stable_weeks else (),
        must_work=must_work,
    )


def _wishes(cohorts: Cohorts) -> Floats:
    price = np.zeros((len(cohorts.people), *cohorts.heads.shape))
    for number, person in enumerate(cohorts.people):
        for request in person.requests:
            day = (request.day - cohorts.dates[0]).days
            if not 0 <= day < len(cohorts.dates):
                continue
            shifts = [s for s, name in enumerate(cohorts.names) if request.shift in (None, name)]
            price[number, day, shifts] += -request.weight if request.wanted else request.weight
    return price


def _too_close(cohorts: Cohorts) -> Bools:
    """Pairs of shifts with less elapsed rest between them than the pool asks for."""
    days, shifts = cohorts.heads.shape
    length = (cohorts.end - cohorts.start).max(initial=0) / HOUR_NS
    lags = max(1, int(np.ceil((length + cohorts.pool.min_rest_hours) / 24)))
    close = np.zeros((lags, days, shifts, shifts), dtype=bool)
    rest = cohorts.pool.min_rest_hours * HOUR_NS
    for lag in range(1, lags + 1):
        for day in range(days - lag):
            gap = cohorts.start[day + lag][None, :] - cohorts.end[day][:, None]
            both = cohorts.exists[day][:, None] & cohorts.exists[day + lag][None, :]
            close[lag - 1, day] = both & (gap < rest)
    for first, second in cohorts.pool.forbidden_sequences:
        if first in cohorts.names and second in cohorts.names:
            close[0, :, cohorts.names.index(first), cohorts.names.index(second)] = True
    return close


def _work_windows(cohorts: Cohorts) -> tuple[WindowRule, ...]:
    pool, people = cohorts.pool, len(cohorts.people)
    monday = -cohorts.dates[0].weekday()
    ones = np.ones(len(cohorts.names))
    hours = contract_hours(cohorts)
    paid = cohorts.paid_minutes.astype(float)
    span = pool.max_days_in_row
    before = np.zeros((people, span))
    for number, person in enumerate(cohorts.people):
        worked = min(person.carried_days, span)
        before[number, span - worked :] = 1.0
    return (
        WindowRule(
            name="contract hours",
            amount=paid,
            days=7,
            step=7,
            first=monday,
            at_most=np.round(60 * (hours + pool.overtime_hours_per_week), 6),
        ),
        *_overtime(cohorts, hours, paid, monday),
        WindowRule(
            name="days a week",
            amount=ones,
            days=7,
            step=7,
            first=monday,
            at_most=np.full(people, float(days_a_week(pool))),
        ),
        WindowRule(
            name="days in a row",
            amount=ones,
            days=span + 1,
            at_most=np.full(people, float(span)),
            before=before,
        ),
        *_day_patterns(cohorts, monday),
    )


def _day_patterns(cohorts: Cohorts, monday: int) -> tuple[WindowRule, ...]:
    """The days of a calendar week are those of one pattern: never more of a set than its rank."""
    weekday = np.array([day.weekday() for day in cohorts.dates])
    patterns = cohorts.pool.week_patterns
    return tuple(
        WindowRule(
            name=DAY_PATTERNS,
            amount=np.outer(np.isin(weekday, days), np.ones(len(cohorts.names))).astype(float),
            days=7,
            step=7,
            first=monday,
            at_most=np.full(len(cohorts.people), float(rank)),
        )
        for days, rank in (day_ranks(patterns) if patterns else ())
    )


def _overtime(cohorts: Cohorts, hours: Floats, paid: Floats, monday: int) -> tuple[WindowRule, ...]:
    """Hours beyond the contract are priced where the pool allows them at all."""
    if not cohorts.pool.overtime_hours_per_week:
        return ()
    return (
        WindowRule(
            name="overtime",
            amount=paid,
            days=7,
            step=7,
            first=monday,
            at_most=np.round(60 * hours, 6),
            price=OVERTIME_PRICE / 60,
        ),
    )


def _exposure_windows(operation: Operation, cohorts: Cohorts) -> tuple[WindowRule, ...]:
    """Caps over several days at the exposure planned for a head; priced, the rotation is hard."""
    cap = operation.cap_of(cohorts.pool)
    if not cohorts.capped_exposure.any():
        return ()
    share = np.array([operation.tier_share(person.tier) for person in cohorts.people])
    before = carried_exposure(cohorts)
    rules = []
    if cap.hours_per_week is not None:
        rules.append(
            WindowRule(
                name="exposure a week",
                amount=cohorts.capped_exposure,
                days=7,
                step=7,
                first=-cohorts.dates[0].weekday(),
                at_most=share * cap.hours_per_week,
                before=before,
                price=EXPOSURE_PRICE,
            )
        )
    rules += [
        WindowRule(
            name=f"exposure in {rolling.days} days",
            amount=cohorts.capped_exposure,
            days=rolling.days,
            at_most=share * rolling.hours,
            before=before,
            price=EXPOSURE_PRICE,
        )
        for rolling in cap.rolling
    ]
    if cap.max_consecutive_days is not None:
        rules.append(
            WindowRule(
                name="exposed days in a row",
                amount=(cohorts.capped_exposure > 0).astype(float),
                days=cap.max_consecutive_days + 1,
                at_most=np.where(share > 0, float(cap.max_consecutive_days), 0.0),
                before=(before > 0).astype(float),
                price=EXPOSURE_PRICE,
            )
        )
    return tuple(rules)


def _fairness(operation: Operation, cohorts: Cohorts) -> tuple[WindowRule, ...]:
    """No more than a fair share of nights, weekend days and exposure, carried history included."""
    people = cohorts.people
    days = len(cohorts.dates)
    weekend = np.array([[value.weekday() >= 5] for value in cohorts.dates]) * cohorts.exists
    night = is_night(cohorts)
    share = np.array([operation.tier_share(person.tier) for person in people])
    ones = np.ones(len(people))
    burdens = (
        ("weekends", 0.5 * weekend, np.array([p.carried_weekends for p in people], float), ones),
        ("nights", 1.0 * night, np.array([p.carried_nights for p in people], float), ones),
        ("exposure", cohorts.exposure, carried_exposure(cohorts).sum(axis=1), share),
    )
    rules = []
    for name, amount, carried, parts in burdens:
        total = float((amount * cohorts.heads).sum()) + float(carried.sum())
        if not amount.any() or parts.sum() == 0:
            continue
        fair = np.ceil(total * parts / parts.sum() - 1e-9) - carried
        rules.append(
            WindowRule(
                name=f"fair {name}",
                amount=np.asarray(amount, dtype=float),
                days=days,
                step=days,
                at_most=np.maximum(fair, 0.0),
                price=FAIRNESS_PRICE,
            )
        )
    return tuple(rules)


def is_night(cohorts: Cohorts) -> Bools:
    """Whether a shift covers 03:00 on the local clock."""
    night = np.zeros(cohorts.heads.shape, dtype=bool)
    for day, shift in np.argwhere(cohorts.exists):
        begin = pd.Timestamp(int(cohorts.start[day, shift]), unit="ns", tz="UTC")
        local = begin.tz_convert(cohorts.zone)
        minutes = (cohorts.end[day, shift] - cohorts.start[day, shift]) / MINUTE_NS
        until = (180 - (local.hour * 60 + local.minute)) % 1440
        night[day, shift] = until < minutes
    return night


def _skill_cover(plan: ShiftPlan, operation: Operation, cohorts: Cohorts) -> tuple[Cover, ...]:
    """For queues that only some people may work: heads among them in the cells that cover them."""
    flows = plan.flows[plan.flows["pool"] == cohorts.pool.name] if len(plan.flows) else plan.flows
    step = plan.grid.minutes * MINUTE_NS
    rows: list[Cover] = []
    for queue in dict.fromkeys(flows["queue"]) if len(flows) else ():
        able = {
            n: person
            for n, person in enumerate(cohorts.people)
            if may_work(person, cohorts.pool, operation, str(queue))
        }
        local = operation.queue(str(queue)).on_site_only
        mixed = local and any(person.office_days is not None for person in able.values())
        if not able or (len(able) == len(cohorts.people) and not mixed):
            continue
        part = flows[flows["queue"] == queue]
        wanted: dict[tuple[tuple[int, int], ...], list[float]] = {}
        for begin, hours in zip(instants(part["start"]), part["hours"], strict=True):
            inside = cohorts.exists & (cohorts.start < begin + step) & (cohorts.end > begin)
            cells = tuple((int(d), int(s)) for d, s in np.argwhere(inside))
            wanted.setdefault(cells, []).append(float(hours) / plan.grid.hours)
        for cells, heads in wanted.items():
            need = int(np.ceil(np.mean(heads) / operation.occupancy_cap - 1e-6))
            days = {cohorts.dates[day] for day, _ in cells} if local else set()
            people = tuple(n for n, one in able.items() if all(map(one.is_at_site, days)))
            if cells and need and people:
                rows.append(
                    Cover(
                        cells=cells,
                        need=min(need, len(people)),
                        short_price=SKILL_PRICE,
                        extra_price=0.0,
                        people=people,
                        name=f"people for {queue}",
                    )
                )
    return tuple(rows)
