"""Recount of every exposure cap from the duties of one person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from capacity.domain.exposure import ExposureCap
from capacity.domain.roster import Activity
from capacity.scheduling.checking.duties import HOUR, MINUTE, Duty, instant_of
from capacity.scheduling.checking.findings import Breach, duty_breach, exceeds


@dataclass(frozen=True, kw_only=True)
class ExposureLimits:
    """The cap of one person: hours are those of the tier, `first_day` begins the horizon."""

    cap: ExposureCap
    share: float
    first_day: date
    wellness_minutes_per_hour: float
    wellness_is_break: bool
    contract_hours: float

    def hours(self, hours: float | None) -> float:
        """A limit in hours for this tier; an opted-out tier may take nothing even without a cap."""
        if hours is None:
            return 0.0 if self.share == 0 else float("inf")
        return self.share * hours


def exposure_breaches(duties: list[Duty], limits: ExposureLimits) -> Iterator[Breach]:
    """Every cap on exposure: day, 24 hours, week, windows, runs, times of day, wellness."""
    yield from _daily(duties, limits)
    yield from _any_24_hours(duties, limits)
    yield from _windows_of_days(duties, limits)
    yield from _consecutive_days(duties, limits)
    yield from _in_a_row(duties, limits)
    for duty in duties:
        yield from _times_of_day(duty, limits)
        yield from _wellness(duty, limits)
    yield from _overtime(duties, limits)


def hours_by_day(duties: list[Duty], limits: ExposureLimits) -> dict[date, float]:
    """Weighted hours by duty date, carried history included."""
    days: dict[date, float] = {}
    carried = duties[0].person.carried_exposure
    for back, hours in enumerate(reversed(carried), 1):
        days[limits.first_day - timedelta(days=back)] = hours
    for duty in duties:
        days[duty.day] = days.get(duty.day, 0.0) + duty.weighted_hours
    return days


def _daily(duties: list[Duty], limits: ExposureLimits) -> Iterator[Breach]:
    limit = limits.hours(limits.cap.hours_per_day)
    days = {duty.day: duty for duty in duties}
    total = hours_by_day(duties, limits)
    for day, duty in days.items():
        if exceeds(total[day], limit):
            yield duty_breach("exposure a day", duty, total[day], limit, "hours on the duty day")
        if limits.share == 0 and exceeds(duty.all_exposure_hours, 0.0):
            hours = duty.all_exposure_hours
            yield duty_breach("opted out", duty, hours, 0.0, "hours of a tier that takes none")


def _any_24_hours(duties: list[Duty], limits: ExposureLimits) -> Iterator[Breach]:
    """The worst window ends with a slice of exposure, so each such window is counted."""
    if not limits.cap.any_24_hours:
        return
    limit = limits.hours(limits.cap.hours_per_day)
    exposed = [(item, duty) for duty in duties for item in duty.exposed]
    first, total = 0, 0.0
    for item, duty in exposed:
        total += item.weighted_hours
        while exposed[first][0].end <= item.end - 24 * HOUR:
            total -= exposed[first][0].weighted_hours
            first += 1
        oldest = exposed[first][0]
        outside = max(0, item.end - 24 * HOUR - oldest.start) / HOUR * oldest.weight
        if exceeds(total - outside, limit):
            yield duty_breach(
                "exposure in 24 h",
                duty,
                total - outside,
                limit,
                "hours in 24 elapsed hours",
                item.end,
            )
            return


def _windows_of_days(duties: list[Duty], limits: ExposureLimits) -> Iterator[Breach]:
    """Weeks begin on the Monday of the local duty date; rolling windows end on a duty day.

    Only days on which this roster exposes the person are looked at: history that is above a
    limit by itself is no fault of the roster as long as nothing is added to it.
    """
    days = hours_by_day(duties, limits)
    exposed = [duty for duty in duties if duty.weighted_hours != 0]
    week_limit = limits.hours(limits.cap.hours_per_week)
    weeks: dict[date, float] = {}
    for day, hours in days.items():
        monday = day - timedelta(days=day.weekday())
        weeks[monday] = weeks.get(monday, 0.0) + hours
    last_of_week = {duty.day - timedelta(days=duty.day.weekday()): duty for duty in exposed}
    for monday, duty in last_of_week.items():
        if exceeds(weeks[monday], week_limit):
            detail = f"hours in the week of {monday}"
            yield duty_breach("exposure a week", duty, weeks[monday], week_limit, detail)
    for rolling in limits.cap.rolling:
        limit = limits.hours(rolling.hours)
        for duty in exposed:
            back = (timedelta(days=number) for number in range(rolling.days))
            total = sum(days.get(duty.day - step, 0.0) for step in back)
            if exceeds(total, limit):
                name = f"exposure in {rolling.days} days"
                yield duty_breach(name, duty, total, limit, "hours in the days up to this one")


def _consecutive_days(duties: list[Duty], limits: ExposureLimits) -> Iterator[Breach]:
    """Exposed days in a row, then the days of recovery after a run of the longest length."""
    most = limits.cap.max_consecutive_days
    if most is None:
        return
    exposed = {day for day, hours in hours_by_day(duties, limits).items() if hours != 0}
    for duty in duties:
        if duty.day not in exposed:
            continue
        run = 1
        while duty.day - timedelta(days=run) in exposed:
            run += 1
        if run > most:
            yield duty_breach("exposed days in a row", duty, float(run), float(most), "days")
        rest = _rest_before(duty.day, exposed)
        if run == 1 and rest < limits.cap.recovery_days:
            last = duty.day - timedelta(days=rest + 1)
            length = 1
            while last - timedelta(days=length) in exposed:
                length += 1
            if length >= most:
                yield duty_breach(
                    "recovery days",
                    duty,
                    float(rest),
                    float(limits.cap.recovery_days),
                    "days free of exposure",
                )


def _rest_before(day: date, exposed: set[date]) -> int:
    """Days free of exposure just before a day; a large number when none came before."""
    earlier = [other for other in exposed if other < day]
    return (day - max(earlier)).days - 1 if earlier else 10**6


def _in_a_row(duties: list[Duty], limits: ExposureLimits) -> Iterator[Breach]:
    """Exposed minutes since the last pause of at least the break, across shifts too.

    Wellness time is a pause only where the operation says that it serves as the exposure break.
    """
    most = limits.cap.minutes_in_row
    if most is None:
        return
    run, pause, last_end = 0.0, float("inf"), None
    for duty in duties:
        pause += 0.0 if last_end is None else max(0, duty.start - last_end) / MINUTE
        for item in duty.slices:
            minutes = (item.end - item.start) / MINUTE
            if not item.is_exposed:
                idle = item.activity != Activity.WELLNESS.value or limits.wellness_is_break
                pause += minutes if idle else 0.0
                continue
            run = minutes if pause >= max(limits.cap.break_minutes, 1e-9) else run + minutes
            pause = 0.0
            if exceeds(run / 60, most / 60):
                detail = f"exposed minutes without a break of {limits.cap.break_minutes} min"
                yield duty_breach("minutes in a row", duty, run, float(most), detail, item.start)
                run = 0.0
        last_end = duty.end


def _times_of_day(duty: Duty, limits: ExposureLimits) -> Iterator[Breach]:
    """Nothing after the latest local time of the duty date, nothing in the shift's last minutes."""
    latest, free = limits.cap.latest_local_minute, limits.cap.free_last_minutes
    ends = [item.end for item in duty.exposed]
    if latest is not None and ends:
        late = (max(ends) - instant_of(duty.day, latest, duty.zone)) / MINUTE
        if exceeds(late / 60, 0.0):
            detail = f"minutes after minute {latest} of the duty date"
            yield duty_breach("latest local time", duty, late, 0.0, detail)
    if free and ends and (duty.end - max(ends)) / MINUTE < free:
        left = (duty.end - max(ends)) / MINUTE
        yield duty_breach("last minutes of the shift", duty, left, free, "minutes before its end")


def _wellness(duty: Duty, limits: ExposureLimits) -> Iterator[Breach]:
    """Wellness minutes due for the weighted hours of the duty day; meal breaks do not count."""
    needed = limits.wellness_minutes_per_hour * duty.all_exposure_hours
    given = duty.minutes(Activity.WELLNESS)
    if exceeds(needed / 60, given / 60):
        yield duty_breach("wellness", duty, given, needed, "minutes given, minutes due")


def _overtime(duties: list[Duty], limits: ExposureLimits) -> Iterator[Breach]:
    """No exposure in hours beyond the weekly contract: the end of the shift that exceeds it."""
    if limits.cap.in_overtime:
        return
    paid: dict[date, float] = {}
    for duty in duties:
        monday = duty.day - timedelta(days=duty.day.weekday())
        paid[monday] = paid.get(monday, 0.0) + duty.paid_hours
        excess = min(paid[monday] - limits.contract_hours, duty.paid_hours)
        late = [item for item in duty.exposed if item.end > duty.end - excess * HOUR]
        if exceeds(excess, 0.0) and late:
            hours = sum(item.weighted_hours for item in late)
            yield duty_breach(
                "exposure in overtime", duty, hours, 0.0, "hours in slices past the contract"
            )
