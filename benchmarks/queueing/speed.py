"""Speed against pyworkforce (requirement) and ciw (simulation), in processor time.

    python -m benchmarks.queueing.speed --peer PYTHON

PYTHON is the interpreter of an environment with ciw and pyworkforce.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.queueing.agreement import peer_result
from capacity.domain import Break, ExposureCap, HandlingTime, Queue, Shrinkage, Target
from capacity.queueing import Engine, required_servers, simulate
from capacity.queueing.compiled import run_compiled
from capacity.queueing.events import INF, Jobs, People, Rules, run_plain
from capacity.queueing.examples import poisson_demand, two_queue_operation

MEAN = 168.0 * 45 / 113_000  # hours: 113,000 cases a week keep 45 of 50 servers busy


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True)
    options = parser.parse_args()
    requirement_table(peer_result(options.peer, "required"))
    week_table(peer_result(options.peer, "week"))


def requirement_table(peer: dict) -> None:
    """Requirement for 1,000 queues x 672 intervals, 95 % in 1 h at 4 minutes."""
    print(
        "| Erlang | pyworkforce s (scaled) | this library s | times faster | peer above minimum |"
    )
    print("|---|---|---|---|---|")
    rng = np.random.default_rng(0)
    shape = 1 + 0.5 * np.sin(2 * np.pi * np.arange(672) / 96)
    for load, run in peer.items():
        loads = float(load) * shape * rng.gamma(100, 0.01, (1000, 1))
        required_servers(loads[:2], share=0.95, within=15.0)
        own = best_of(lambda loads=loads: required_servers(loads, share=0.95, within=15.0))
        theirs = run["seconds_per_call"] * loads.size
        exact = required_servers(np.array(run["loads"]), share=0.95, within=15.0)
        above = float(np.mean(np.array(run["answers"]) > exact))
        print(f"| {load} | {theirs:.1f} | {own:.3f} | {theirs / own:,.0f} | {above:.1%} |")


def week_table(peer: dict) -> None:
    """One week, three priority classes, 50 servers, 113,000 cases."""
    print("\n| model | cases | s | times faster than ciw |")
    print("|---|---|---|---|")
    print(f"| ciw, plain model | {peer['cases']:,} | {peer['seconds']:.2f} | 1 |")
    plain = best_of(lambda: run_plain(*week(np.random.default_rng(0))))
    run_compiled(*week(np.random.default_rng(0)))
    fast = best_of(lambda: run_compiled(*week(np.random.default_rng(0))))
    for name, seconds in (("plain", plain), ("compiled", fast)):
        print(
            f"| this library, {name}, draws included | 113,000 | {seconds:.3f} "
            f"| {peer['seconds'] / seconds:.0f} |"
        )
    for engine in (Engine.PLAIN, Engine.COMPILED):
        seconds, cases = full_operation(engine)
        print(
            f"| full operation (skills, breaks, caps), {engine.value} | {cases:,} | {seconds:.3f} "
            f"| {peer['seconds'] / seconds * cases / peer['cases']:.1f} (same cases) |"
        )


def best_of(call, times: int = 4) -> float:  # type: ignore[no-untyped-def]
    """Least processor time of a few runs."""
    found = []
    for _ in range(times):
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return min(found)


def week(rng: np.random.Generator) -> tuple[Jobs, People, Rules, float]:
    """The week's cases and people, drawn."""
    size = 113_000
    # a Poisson stream given its number of cases: sums of exponential gaps, scaled to the week
    gaps = rng.exponential(1.0, size + 1).cumsum()
    release = 168.0 * gaps[:-1] / gaps[-1]
    none = np.full(size, -1)
    jobs = Jobs(
        order=np.arange(size), queue=rng.integers(0, 3, size), release=release, clock=release,
        hours=rng.exponential(MEAN, size), follow=none, side=none, fresh=np.zeros(size, np.bool_),
    )  # fmt: skip
    zero = np.zeros(50, np.int64)
    people = People(
        stint_person=np.arange(50), stint_on=np.zeros(50), stint_off=np.full(50, 200.0),
        kind=zero, cap=np.full(50, INF), until=np.full(50, INF), pace_first=zero,
        pace_offset=zero, pace_length=zero, pace=np.zeros(1),
    )  # fmt: skip
    rules = Rules(
        class_queues=np.arange(3)[None], queue_classes=np.zeros((3, 1), np.int64),
        offset=np.arange(3) * 1e6, severity=np.zeros(3), mean_hours=np.full(3, MEAN),
        paced=np.zeros(3, np.bool_), rest=np.zeros((1, 3)), is_open=np.ones((3, 1), np.bool_),
        planned=np.zeros((1, 3, 1)), interval_hours=200.0, bins=1, rule=0,
    )  # fmt: skip
    return jobs, people, rules, 200.0


def full_operation(engine: Engine) -> tuple[float, int]:
    """Seconds a path of `simulate` for about 113,000 cases with skills, breaks and caps."""
    minutes = 60 * MEAN
    queues = tuple(
        Queue(
            name=name, priority=k + 1, zone="UTC", handling=HandlingTime(mean_minutes=minutes, cv=1.0),
            targets=(Target(share=0.95, within_hours=hours),), severity=0.5,
        )
        for k, (name, hours) in enumerate((("urgent", 1.0), ("normal", 4.0), ("later", 24.0)))
    )  # fmt: skip
    base = two_queue_operation(urgent=queues[0], normal=queues[1])
    shifts = tuple(
        replace(shift, breaks=(Break(minutes=30, earliest_minute=180, latest_minute=300),))
        for shift in base.pools[0].shifts
    )
    skills = (("urgent", "normal", "later"), ("normal", "later"))
    pools = tuple(
        replace(
            base.pools[0], name=f"p{k}", skills=own, shifts=shifts,
            shrinkage=Shrinkage.of(in_shift={"meetings": "0.05"}), exposure=ExposureCap(),
        )
        for k, own in enumerate(skills)
    )  # fmt: skip
    operation = replace(base, queues=queues, pools=pools, occupancy_cap=1.0)
    demand = poisson_demand(
        operation, per_hour={queue.name: 113_000 / 168 / 3 for queue in queues}, weeks=1, paths=4
    )
    plan = plan_of(demand, operation, heads=40)
    simulate(demand, operation, shifts=plan, paths=1, engine=engine)

    def run() -> None:
        simulate(demand, operation, shifts=plan, paths=2, engine=engine)

    # two weeks are played a path: one of warm-up, one that counts
    return best_of(run) / 2 / 2, 113_000


def plan_of(demand, operation, *, heads: int):  # type: ignore[no-untyped-def]
    """A shift plan by hand: the same heads on every shift, one break in the middle."""
    from capacity.domain import Effort, ShiftPlan, SolveStatus  # noqa: PLC0415

    rows, breaks = [], []
    for pool in operation.pools:
        for day in range(7):
            for shift in pool.shifts:
                start = demand.grid.start + pd.Timedelta(days=day, minutes=shift.start_minute)
                names = {"pool": pool.name, "shift": shift.name, "date": str(start.date())}
                rows.append(
                    names | {"start": start, "end": start + pd.Timedelta(hours=8), "heads": heads,
                             "paid_hours": 8.0}
                )  # fmt: skip
                breaks.append(
                    names | {"start": start + pd.Timedelta(hours=4), "minutes": 30, "heads": heads}
                )
    names = ["pool", "shift", "date", "start"]
    return ShiftPlan(
        grid=demand.grid, shifts=pd.DataFrame(rows), breaks=pd.DataFrame(breaks),
        flows=pd.DataFrame(columns=["pool", "queue", "start", "hours"]),
        exposure=pd.DataFrame(columns=[*names, "queue", "hours"]),
        shortfall=pd.DataFrame(columns=["queue", "start", "hours", "kind"]),
        status=SolveStatus.FEASIBLE, objective=0.0, bound=0.0, effort=Effort.QUICK, factor=1.0,
        confidence=0.9, seed=0,
    )  # fmt: skip


if __name__ == "__main__":
    main()
