"""A whole roster to the minute at size: people x weeks, search, rotation, recount, explanation.

python -m benchmarks.scheduling.whole_roster --people 1000 --weeks 1
"""

from __future__ import annotations

import argparse
import json
import resource
import time

import numpy as np
import pandas as pd

from capacity.domain import Operation, ShiftPlan
from capacity.scheduling import roster
from capacity.scheduling.roster_explanation import explain_roster
from tests.builders import toy_operation, toy_pool, toy_queue
from tests.oracles.small_rosters import MONDAY, plan


def team_plan(people: int, *, weeks: int, load: float, seed: int) -> tuple[ShiftPlan, Operation]:
    """Three shifts a day at a share `load` of what contracts allow, three queues of work."""
    rng = np.random.default_rng(seed)
    queues = (
        toy_queue("severe", skill="hash_match", priority=1),
        toy_queue("mild", skill="hash_match", severity=0.5),
        toy_queue("light", skill="hash_match", severity=0.0),
    )
    operation = toy_operation(queues=queues, pools=(toy_pool(heads=people),))
    a_day = load * people * 5 / 7
    wanted = {
        (day, shift): round(a_day * part * rng.uniform(0.9, 1.1))
        for day in range(7 * weeks)
        for shift, part in (("day", 0.5), ("late", 0.3), ("night", 0.2))
    }
    base = plan(operation, wanted, days=7 * weeks, start=MONDAY, hours=1.0)
    parts = [
        base.flows.assign(queue=queue.name, hours=base.flows["hours"] * share)
        for queue, share in zip(queues, (0.25, 0.2, 0.2), strict=True)
    ]
    flows = pd.concat(parts, ignore_index=True)
    return ShiftPlan(**(vars(base) | {"flows": flows})), operation


def main() -> None:
    """Build one roster and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--weeks", type=int, default=1)
    parser.add_argument("--load", type=float, default=0.9)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wanted, operation = team_plan(
        options.people, weeks=options.weeks, load=options.load, seed=options.seed
    )
    began = time.perf_counter()
    given = roster(wanted, operation, seed=options.seed)
    built = time.perf_counter()
    explanation = explain_roster(given, wanted, operation)
    answer = {
        "people": options.people,
        "weeks": options.weeks,
        "planned": int(wanted.shifts["heads"].sum()),
        "unfilled": int(given.unfilled["heads"].sum()),
        "hours": round(float(wanted.flows["hours"].sum()), 1),
        "unassigned": round(float(given.unassigned["hours"].sum()), 1),
        "rows": len(given.frame),
        "accepted": given.accepted,
        "seconds": round(built - began, 1),
        "explained": round(time.perf_counter() - built, 2),
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "note": given.notes[0],
        "sentences": explanation.sentences[:4],
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
