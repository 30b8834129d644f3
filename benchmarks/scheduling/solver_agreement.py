"""Do HiGHS, CBC and scipy find the same optimum? Small whole shift programs drawn from a seed.

    python -m benchmarks.scheduling.solver_agreement [--programs 300] [--seed 0]

Each program has whole shifts in up to three pools, flows of work with a backlog that a bound keeps
young, cover at a price, head limits and a cap on exposure. HiGHS runs through the PuLP translation
and on the arrays themselves, CBC through PuLP (PuLP 3 brings it), scipy.optimize.milp on the
matrices. All prove a gap of zero; the objectives must agree to 1e-6.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import time

import numpy as np
from scipy import optimize, sparse

from capacity.domain.seeds import stream
from capacity.program import Engine, Program, SolveOptions, declare, require, solve, stack

CLOSE = 1e-6


def main() -> None:
    """Solve all programs with every engine and print one JSON line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--programs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    version = importlib.metadata.version("pulp")
    engines = [Engine.HIGHS, Engine.DIRECT, *([Engine.CBC] if version.startswith("3") else [])]
    began = time.process_time()
    worst = dict.fromkeys([engine.value for engine in engines], 0.0)
    differ = 0
    for number in range(options.programs):
        program = draw_program(options.seed + number)
        truth = scipy_objective(program)
        gaps = {}
        for engine in engines:
            found = solve(program, SolveOptions(gap=0.0, engine=engine)).objective
            gaps[engine.value] = abs(found - truth) / max(1.0, abs(truth))
        worst = {name: max(worst[name], gap) for name, gap in gaps.items()}
        differ += max(gaps.values()) > CLOSE
    answer = {
        "pulp": version,
        "programs": options.programs,
        "differ": differ,
        "worst": {name: float(f"{gap:.2e}") for name, gap in worst.items()},
        "cpu_seconds": round(time.process_time() - began, 1),
    }
    print(json.dumps(answer))


def draw_program(seed: int) -> Program:
    """A small shift program: whole shifts cover heads and work under caps."""
    rng = stream(seed, "program")
    pools, times = int(rng.integers(1, 4)), int(rng.integers(6, 13))
    length = int(rng.integers(2, 5))
    starts = times - length + 1
    shape = (pools, starts)
    shifts = pools * starts
    on = np.zeros((pools, times, shifts))
    for p in range(pools):
        for s in range(starts):
            on[p, s : s + length, p * starts + s] = 1.0
    work = rng.gamma(2.0, 1.5, times)
    flow_on = np.kron(np.eye(pools), np.eye(times))
    balance = np.eye(times) - np.eye(times, k=-1)
    window = int(rng.integers(1, 4))
    young = np.array([work[max(0, t - window + 1) : t + 1].sum() for t in range(times)])
    young[-1] = 0.0
    return stack(
        [
            declare("shifts", shifts, cost=rng.integers(8, 15, shape).ravel(), integer=True),
            declare("flow", pools * times),
            declare("open", times, upper=young),
        ],
        [
            require(
                "time",
                {"flow": flow_on, "shifts": -0.85 * on.reshape(pools * times, shifts)},
                upper=0.0,
            ),
            require(
                "work",
                {"open": balance, "flow": np.tile(np.eye(times), pools)},
                lower=work,
                upper=work,
                price=100.0,
            ),
            require(
                "floor", {"shifts": on.sum(axis=0)}, lower=rng.integers(0, 3, times), price=40.0
            ),
            require(
                "heads",
                {"shifts": np.kron(np.eye(pools), np.ones(starts))},
                upper=rng.integers(3, 9, pools),
            ),
            require(
                "exposure",
                {
                    "flow": np.kron(np.eye(pools), np.ones(times)),
                    "shifts": -0.6 * length * np.kron(np.eye(pools), np.ones(starts)),
                },
                upper=0.0,
            ),
        ],
    )


def scipy_objective(program: Program) -> float:
    """The optimum by scipy from the program's arrays."""
    found = optimize.milp(
        program.cost,
        constraints=optimize.LinearConstraint(
            sparse.csc_array(program.matrix), program.row_lower, program.row_upper
        ),
        bounds=optimize.Bounds(program.lower, program.upper),
        integrality=program.integer.astype(int),
        options={"mip_rel_gap": 0.0},
    )
    return float(found.fun) + program.offset


if __name__ == "__main__":
    main()
