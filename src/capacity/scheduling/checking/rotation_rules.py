"""Recount of rotation shares: how much of a person's week some queues took."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from capacity.domain.exposure import RotationShare
from capacity.domain.roster import Activity
from capacity.scheduling.checking.duties import Duty
from capacity.scheduling.checking.findings import Breach, duty_breach, exceeds


def rotation_breaches(duties: list[Duty], shares: tuple[RotationShare, ...]) -> Iterator[Breach]:
    """Shares of the hours on shift (at most) and of the hours worked (at least), week by week."""
    weeks: dict[date, list[Duty]] = {}
    for duty in duties if shares else ():
        weeks.setdefault(duty.day - timedelta(days=duty.day.weekday()), []).append(duty)
    for monday, items in weeks.items():
        on_shift = sum((duty.end - duty.start) / 3_600e9 for duty in items)
        on_shift -= sum(duty.minutes(Activity.BREAK, Activity.COUNSELLING) for duty in items) / 60
        work = [
            item for duty in items for item in duty.slices if item.activity == Activity.WORK.value
        ]
        total = sum(item.hours for item in work)
        for share in shares:
            hours = sum(item.hours for item in work if item.queue in share.queues)
            detail = f"hours on {', '.join(share.queues)} in the week of {monday}"
            if exceeds(hours, share.at_most * on_shift):
                yield duty_breach(
                    "rotation share",
                    items[-1],
                    hours,
                    share.at_most * on_shift,
                    f"{detail}, at most",
                )
            if exceeds(share.at_least * total, hours):
                yield duty_breach(
                    "rotation share",
                    items[-1],
                    hours,
                    share.at_least * total,
                    f"{detail}, at least",
                )
