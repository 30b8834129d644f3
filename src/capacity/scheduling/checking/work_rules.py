"""Recount of working-time rules: rest, days, contract hours, time off, breaks of the shift."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from capacity.domain.roster import Activity
from capacity.domain.shift import Break, ShiftTemplate
from capacity.scheduling.checking.duties import HOUR, MINUTE, Duty, local_time, nanoseconds
from capacity.scheduling.checking.findings import Breach, duty_breach, exceeds


def work_breaches(duties: list[Duty], first_day: date) -> Iterator[Breach]:
    """Rest, days in a row and a week, contract hours, time off and breaks of one person."""
    yield from _rest(duties)
    yield from _days_in_row(duties, first_day)
    yield from _weeks(duties)
    yield from _day_patterns(duties)
    yield from _weekends(duties, first_day)
    yield from _sequences(duties)
    for duty in duties:
        yield from _time_off(duty)
        yield from _breaks(duty)
        yield from _template(duty)


def _rest(duties: list[Duty]) -> Iterator[Breach]:
    """Elapsed hours between two shifts; the last shift before the horizon counts."""
    previous = duties[0].person.last_shift_end
    end = None if previous is None else nanoseconds(previous)
    for duty in duties:
        if end is not None:
            rest = (duty.start - end) / HOUR
            if exceeds(duty.pool.min_rest_hours, rest):
                yield duty_breach(
                    "rest",
                    duty,
                    rest,
                    duty.pool.min_rest_hours,
                    "elapsed hours since the last shift",
                )
        end = duty.end if end is None else max(end, duty.end)


def _days_in_row(duties: list[Duty], first_day: date) -> Iterator[Breach]:
    worked = {duty.day for duty in duties}
    worked |= {
        first_day - timedelta(days=back) for back in range(1, duties[0].person.carried_days + 1)
    }
    for duty in duties:
        run = 1
        while duty.day - timedelta(days=run) in worked:
            run += 1
        if run > duty.pool.max_days_in_row:
            yield duty_breach(
                "days in a row", duty, float(run), float(duty.pool.max_days_in_row), "days"
            )


def _weeks(duties: list[Duty]) -> Iterator[Breach]:
    """Paid hours and days by the week of the duty date, and one shift a day."""
    weeks: dict[date, list[Duty]] = {}
    for duty in duties:
        weeks.setdefault(duty.day - timedelta(days=duty.day.weekday()), []).append(duty)
    for monday, items in weeks.items():
        last = items[-1]
        contract = last.person.hours_per_week or last.pool.hours_per_week
        contract += last.pool.overtime_hours_per_week
        paid = sum(duty.paid_hours for duty in items)
        if exceeds(paid, contract):
            yield duty_breach(
                "contract hours", last, paid, contract, f"paid hours in the week of {monday}"
            )
        days = len({duty.day for duty in items})
        # Overtime may add whole shifts to the days of the contract.
        shortest = min(template.paid_hours for template in last.pool.shifts)
        most = last.pool.days_per_week + int(last.pool.overtime_hours_per_week / shortest + 1e-9)
        if days > most:
            yield duty_breach(
                "days a week",
                last,
                float(days),
                float(most),
                f"week of {monday}",
            )


def _day_patterns(duties: list[Duty]) -> Iterator[Breach]:
    """The weekdays worked in a calendar week all lie in one of the pool's patterns."""
    weeks: dict[date, list[Duty]] = {}
    for duty in duties:
        weeks.setdefault(duty.day - timedelta(days=duty.day.weekday()), []).append(duty)
    for monday, items in weeks.items():
        patterns = [set(pattern) for pattern in items[-1].pool.week_patterns]
        worked = {duty.day.weekday() for duty in items}
        within = max((len(worked & pattern) for pattern in patterns), default=len(worked))
        if within < len(worked):
            detail = f"days of one pattern in the week of {monday}"
            yield duty_breach("day patterns", items[-1], float(len(worked)), float(within), detail)


def _weekends(duties: list[Duty], first_day: date) -> Iterator[Breach]:
    """Weekends with a duty among any four in a row; those carried into the horizon count."""
    most = duties[0].pool.max_weekends_in_four
    if most is None:
        return
    saturday = timedelta(days=5)
    weeks = {duty.day - timedelta(days=duty.day.weekday()): duty for duty in duties
             if duty.day.weekday() >= 5}  # fmt: skip
    first_weekend = first_day - timedelta(days=first_day.weekday())
    carried = duties[0].person.carried_weekends
    worked = set(weeks) | {first_weekend - timedelta(weeks=n) for n in range(1, carried + 1)}
    for monday, duty in weeks.items():
        counts = [
            sum(monday + timedelta(weeks=shift + n) in worked for n in range(4))
            for shift in range(-3, 1)
        ]
        if max(counts) > most:
            detail = f"in four that hold {monday + saturday}"
            yield duty_breach("weekends", duty, float(max(counts)), float(most), detail)


def _sequences(duties: list[Duty]) -> Iterator[Breach]:
    """A pair of shifts on two days in a row that the pool forbids."""
    by_day = {duty.day: duty for duty in duties}
    for duty in duties:
        before = by_day.get(duty.day - timedelta(days=1))
        if before and (before.shift, duty.shift) in duty.pool.forbidden_sequences:
            yield duty_breach(
                "forbidden sequence", duty, 1.0, 0.0, f"{duty.shift} after {before.shift}"
            )


def _time_off(duty: Duty) -> Iterator[Breach]:
    """Neither the duty date nor a local date that the shift reaches is a day off."""
    reached = {
        duty.day,
        local_time(duty.start, duty.zone).date(),
        local_time(duty.end - 1, duty.zone).date(),
    }
    for day in sorted(reached & set(duty.person.time_off)):
        yield duty_breach("time off", duty, 1.0, 0.0, f"{day} is free")


def _template(duty: Duty) -> Iterator[Breach]:
    """The shift is one of the pool's and as long as it says (elapsed)."""
    template = _template_of(duty)
    if template is None:
        yield duty_breach(
            "unknown shift", duty, 0.0, 1.0, f"pool {duty.pool.name} has no shift {duty.shift!r}"
        )
        return
    hours = (duty.end - duty.start) / HOUR
    if abs(hours - template.length_minutes / 60) > 1e-9:
        yield duty_breach(
            "shift length", duty, hours, template.length_minutes / 60, "elapsed hours"
        )


def _template_of(duty: Duty) -> ShiftTemplate | None:
    return next((item for item in duty.pool.shifts if item.name == duty.shift), None)


def _breaks(duty: Duty) -> Iterator[Breach]:
    """Each break of the template is given whole, starting inside its window."""
    template = _template_of(duty)
    if template is None:
        return
    free = _break_stretches(duty)
    for item in sorted(template.breaks, key=lambda one: (one.latest_minute, one.earliest_minute)):
        begins = [_begins(stretch, item) for stretch in free]
        place = next((n for n, begin in enumerate(begins) if begin is not None), None)
        begin = None if place is None else begins[place]
        if place is None or begin is None:
            window = f"between minutes {item.earliest_minute} and {item.latest_minute}"
            yield duty_breach(
                "break", duty, 0.0, float(item.minutes), f"{item.minutes} min {window}"
            )
            continue
        low, high = free.pop(place)
        rest = [(low, begin), (begin + item.minutes, high)]
        free[place:place] = [part for part in rest if part[1] > part[0]]


def _begins(stretch: tuple[float, float], item: Break) -> float | None:
    """Minute at which a break fits into a stretch of break time, or None."""
    begin = max(stretch[0], float(item.earliest_minute))
    fits = begin <= item.latest_minute and begin + item.minutes <= stretch[1] + 1e-9
    return begin if fits else None


def _break_stretches(duty: Duty) -> list[tuple[float, float]]:
    """Stretches of break time as minutes of the shift."""
    stretches: list[tuple[float, float]] = []
    for item in duty.slices:
        if item.activity != Activity.BREAK.value:
            continue
        low, high = (item.start - duty.start) / MINUTE, (item.end - duty.start) / MINUTE
        if stretches and low <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(high, stretches[-1][1]))
        else:
            stretches.append((low, high))
    return stretches
