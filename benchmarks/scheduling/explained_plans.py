"""Seconds that it takes to say why a shift plan of 200 people is partial, and what it says.

    python -m benchmarks.scheduling.explained_plans

Four teams of 200 people in 5 pools with 8 queues, each short for another reason: too much work, a
daily and weekly exposure cap that is too low, no shift at night for an urgent queue, too few people
with one skill. Only `explain_shortfall` is timed; the plan before it is quick.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace

from benchmarks.scheduling.teams import generated_team
from benchmarks.scheduling.weekly_plan import demand_of
from capacity.domain import Effort, ExposureCap, Operation
from capacity.queueing import staff
from capacity.scheduling import explain_shortfall, schedule

HEADS = 40


def main() -> None:
    """One JSON line a team: seconds, what is short, every sentence."""
    for name, (operation, per_hour) in fixtures().items():
        staffing = staff(demand_of(operation, per_hour, 20), operation)
        one = dict.fromkeys(operation.queue_names, 1.0)
        plan = schedule(staffing, operation, effort=Effort.QUICK, weeks=1, factors=one)
        wall, cpu = time.perf_counter(), time.process_time()
        found = explain_shortfall(plan, staffing, operation)
        row = {
            "fixture": name,
            "people": sum(pool.heads for pool in operation.pools),
            "short_hours": round(float(plan.shortfall["hours"].sum()), 1),
            "seconds": round(time.perf_counter() - wall, 2),
            "cpu_seconds": round(time.process_time() - cpu, 2),
            "sentences": found.sentences,
        }
        print(json.dumps(row), flush=True)


def fixtures() -> dict[str, tuple[Operation, dict[str, float]]]:
    """Operations that cannot do their work, by the reason."""
    team, per_hour = generated_team(60)
    team = _with_heads(team, [HEADS] * 5)
    twice = {name: 2.2 * rate for name, rate in per_hour.items()}
    low = ExposureCap(hours_per_day=1.5, hours_per_week=6.0)
    days = tuple(
        replace(pool, shifts=tuple(s for s in pool.shifts if 240 <= s.start_minute <= 480))
        for pool in team.pools
    )
    at_one_site = tuple(replace(pool, site="a") for pool in days)
    few = _with_heads(_held_by(team, "q0", (0, 2)), [2, HEADS, 2, 78, 78])
    return {
        "too much work": (team, twice),
        "low exposure cap": (replace(team, exposure=low), per_hour),
        "no shift at night": (replace(team, pools=at_one_site), per_hour),
        "few with the skill": (few, {**per_hour, "q0": 5 * per_hour["q0"]}),
    }


def _held_by(team: Operation, skill: str, numbers: tuple[int, ...]) -> Operation:
    """The team in which only some pools hold a skill."""
    pools = tuple(
        pool
        if number in numbers
        else replace(pool, skills=tuple(item for item in pool.skills if item != skill))
        for number, pool in enumerate(team.pools)
    )
    return replace(team, pools=pools)


def _with_heads(team: Operation, heads: list[int]) -> Operation:
    pools = zip(team.pools, heads, strict=True)
    return replace(team, pools=tuple(replace(pool, heads=n) for pool, n in pools))


if __name__ == "__main__":
    main()
