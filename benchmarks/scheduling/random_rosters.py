"""Breaches found by the independent recounts in random rosters and shift plans.

python -m benchmarks.scheduling.random_rosters --cases 2000

Every fourth case is a shift plan that the scheduler makes for random demand (weeks with a change
of clocks and all edges of the horizon included): the plan is recounted, then its roster. The others
are rosters for random plans, which ask for too much every other time.
"""

from __future__ import annotations

import argparse
import time

from capacity.scheduling import roster
from tests.oracles.rosters import random_case
from tests.oracles.scheduling import recount
from tests.oracles.shift_plans import random_scheduled


def main() -> None:
    """Print how many plans and rosters were built and how many breaches the recounts found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2_000)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    began, wall = time.process_time(), time.perf_counter()
    plans, breached, shifts, unfilled, rows = 0, 0, 0, 0, 0
    for number in range(options.first, options.first + options.cases):
        scheduled = number % 4 == 3
        operation, plan = random_scheduled(number) if scheduled else random_case(number)
        faults = recount(plan, operation) if scheduled else []
        # `roster` accepts nothing that the independent recount of it finds a breach in.
        given = roster(plan, operation, seed=number)
        faults += [] if given.accepted else [given.notes[-1]]
        plans += scheduled
        breached += bool(faults)
        for fault in faults:
            print(f"case {number}: {fault}", flush=True)
        rows += len(given.frame)
        shifts += int(plan.shifts["heads"].sum())
        unfilled += int(given.unfilled["heads"].sum()) if len(given.unfilled) else 0
        if (done := number - options.first + 1) % 100 == 0:
            print(f"{done} cases ({plans} scheduled), {breached} with a breach", flush=True)
    print(
        f"{options.cases} rosters, {plans} of them on scheduled shift plans; {shifts:,} planned "
        f"shifts ({unfilled:,} listed as unfilled), {rows:,} slices: {breached} cases with a breach; "
        f"{time.process_time() - began:.0f} s of processor time, {time.perf_counter() - wall:.0f} s"
    )


if __name__ == "__main__":
    main()
