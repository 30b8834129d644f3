"""Every kind of infeasible roster explained in words, with the seconds that it took.

python -m benchmarks.scheduling.infeasible_rosters --people 200
"""

from __future__ import annotations

import argparse
import time

from capacity.errors import InfeasibleError
from capacity.scheduling import roster
from capacity.scheduling.roster_explanation import explain_roster
from tests.oracles.infeasible import FIXTURES, contradictory_part


def main() -> None:
    """Print a line a fixture: seconds of the roster, of the explanation, and its sentences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    options = parser.parse_args()
    slowest = 0.0
    for fixture in FIXTURES:
        wanted, operation = fixture.build(options.people)
        began = time.perf_counter()
        given = roster(wanted, operation)
        solved = time.perf_counter()
        explanation = explain_roster(given, wanted, operation)
        told = time.perf_counter()
        slowest = max(slowest, told - solved)
        complete = all(word in explanation.summary() for word in fixture.words)
        print(
            f"{fixture.name}: roster {solved - began:.1f} s, explained in {told - solved:.2f} s"
            f"{'' if complete else ', WORDS MISSING'}"
        )
        for sentence in explanation.sentences[:8]:
            print(f"    {sentence}")
    wanted, operation, fixed = contradictory_part(options.people)
    began = time.perf_counter()
    try:
        roster(wanted, operation, fixed=fixed)
    except InfeasibleError as error:
        print(
            f"contradictory fixed part: refused in {time.perf_counter() - began:.2f} s\n    {error}"
        )
    print(f"{options.people} people: slowest explanation {slowest:.2f} s")


if __name__ == "__main__":
    main()
