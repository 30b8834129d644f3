"""Named rosters at size: persons x 28 days x 6 kinds of shift, from a generator.

python -m benchmarks.scheduling.persons --people 50 --seconds 30 --seed 1
"""

from __future__ import annotations

import argparse
import json
import resource

from benchmarks.scheduling.persons_problem import team_problem
from capacity.scheduling.rostering import SearchLimits, search_roster


def main() -> None:
    """Solve one generated team and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--load", type=float, default=None, help="share of supply; default 85-95 %%"
    )
    parser.add_argument(
        "--dense", action="store_true", help="a preference on every cell instead of six wishes"
    )
    parser.add_argument("--workers", type=int, default=2, help="processes, 1 or 2")
    parser.add_argument("--trail", action="store_true", help="also print every improvement")
    options = parser.parse_args()
    problem = team_problem(
        options.people, seed=options.seed, load=options.load, is_dense=options.dense
    )
    limits = SearchLimits(
        wall_seconds=options.seconds, moves=10**9, stall=150, workers=options.workers
    )
    found = search_roster(problem, seed=options.seed, limits=limits)
    own, helper = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    answer = {
        "people": options.people,
        "seed": options.seed,
        "size": found.size,
        "objective": round(found.objective, 2),
        "bound": round(found.bound, 2),
        "gap": round(found.gap, 6),
        "status": found.status.value,
        "seconds": round(found.seconds, 1),
        "peak_gb": round((own.ru_maxrss + helper.ru_maxrss) / 2**20, 2),
        "processor_seconds": round(own.ru_utime + helper.ru_utime, 1),
    }
    print(json.dumps(answer))
    for seconds, objective, step in found.trail if options.trail else ():
        print(f"{seconds:9.1f} s  {objective:12.2f}  {step}")


if __name__ == "__main__":
    main()
