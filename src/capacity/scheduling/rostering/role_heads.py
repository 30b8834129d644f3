"""People who hold a role on the shifts for which the plan wants it."""

from __future__ import annotations

from capacity.domain.operation import Operation
from capacity.domain.shift_plan import ShiftPlan
from capacity.scheduling.rostering.cohorts import Cohorts
from capacity.scheduling.rostering.problem import Cover

ROLE_PRICE = 500.0  # dearer than any wish or skill, cheaper than a head (convention)


def cover_roles(plan: ShiftPlan, operation: Operation, cohorts: Cohorts) -> tuple[Cover, ...]:
    """Heads of a role by shift, in a pool where only some people hold it; short at a price.

    Where everybody holds the role the heads of the shift are those of the role.
    """
    skills = {cover.name: cover.skill for cover in operation.cover}
    found: list[Cover] = []
    mine = plan.roles[plan.roles["pool"] == cohorts.pool.name] if len(plan.roles) else plan.roles
    for row in mine.to_dict("records"):
        skill, day = skills[row["cover"]], (row["date"] - cohorts.dates[0]).days
        people = tuple(
            number
            for number, person in enumerate(cohorts.people)
            if person.skills is None or skill in person.skills
        )
        if row["shift"] not in cohorts.names or not 0 <= day < len(cohorts.dates) or not people:
            continue
        cell = (day, cohorts.names.index(row["shift"]))
        found.append(
            Cover(
                cells=(cell,),
                need=min(int(row["heads"]), len(people)),
                short_price=ROLE_PRICE,
                extra_price=0.0,
                people=people,
                name=f"{row['cover']} on {row['shift']} {row['date']}",
            )
        )
    return tuple(found)
