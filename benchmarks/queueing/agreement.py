"""Mean waits of ten models against ciw, in standard errors.

    python -m benchmarks.queueing.agreement --peer PYTHON [--replications N]

PYTHON is the interpreter of an environment with ciw (never this project's own). Model 10, which
pre-empts, is compared with the exact formula; all others with the event kernel.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

import numpy as np

from benchmarks.queueing.models import COUNT_HOURS, MODELS, TAIL_HOURS, WARM_HOURS
from capacity.domain import HandlingShape, HandlingTime
from capacity.queueing import Discipline, priority_wait_means
from capacity.queueing.compiled import run_compiled
from capacity.queueing.events import INF, Jobs, People, Rules
from capacity.queueing.handling import draw_hours

SHAPES = {
    "exp": HandlingShape.EXPONENTIAL,
    "constant": HandlingShape.CONSTANT,
    "lognormal": HandlingShape.LOGNORMAL,
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True, help="Python of an environment with ciw")
    parser.add_argument("--replications", type=int, default=20)
    parser.add_argument("--only", type=int, help="number of the one model to run, 1 to 10")
    options = parser.parse_args()
    count = str(options.replications)
    one = [] if options.only is None else ["--only", str(options.only)]
    peer = peer_result(options.peer, "models", "--replications", count, *one)
    print("| model | stream | ciw (se) | this library (se) | standard errors apart |")
    print("|---|---|---|---|---|")
    worst = 0.0
    for name in peer:
        model = MODELS[name]
        theirs = np.array(peer[name])
        ours = own_waits(model, options.replications)
        for stream in range(theirs.shape[1]):
            one, error = mean_and_error(theirs[:, stream])
            other, own_error = mean_and_error(ours[:, stream])
            apart = abs(one - other) / np.hypot(error, own_error)
            worst = max(worst, apart)
            print(
                f"| {name} | {stream} | {one:.4f} ({error:.4f}) | {other:.4f} ({own_error:.4f}) "
                f"| {apart:.2f} |"
            )
    print(f"largest distance: {worst:.2f} standard errors")


def peer_result(python: str, *arguments: str) -> dict:
    """The JSON document of a peer run."""
    command = [python, "-m", "benchmarks.queueing.peer_runs", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"the peer run failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def mean_and_error(values: np.ndarray) -> tuple[float, float]:
    """Mean and standard error over replications (0 for exact values)."""
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def own_waits(model: dict, replications: int) -> np.ndarray:
    """Mean wait by stream and replication."""
    if model.get("preempt"):
        mean = model["service"][1]
        loads = [rate * mean for rate in model["rates"]]
        means = priority_wait_means(model["servers"][0], loads, discipline=Discipline.PREEMPTIVE)
        return np.tile(mean * means, (replications, 1))
    return np.array([one_run(model, 1000 + seed) for seed in range(replications)])


def one_run(model: dict, seed: int) -> list[float]:
    """One replication of the event kernel."""
    rng = np.random.default_rng(seed)
    end = WARM_HOURS + COUNT_HOURS + TAIL_HOURS
    routed = len(model["servers"]) == 2
    release, stream = [], []
    for number, rate in enumerate(model["rates"]):
        moments = rng.uniform(0, end, rng.poisson(rate * end))
        release.append(moments)
        stream.append(np.full(len(moments), number))
    times, kinds = np.concatenate(release), np.concatenate(stream)
    size = len(times)
    hours = draw_hours(handling_of(model["service"]), size, rng)
    follow = np.full(size, -1)
    if routed:
        goes = np.flatnonzero(rng.random(size) < model["route"])
        follow[goes] = size + np.arange(len(goes))
        times = np.concatenate([times, np.full(len(goes), INF)])
        kinds = np.concatenate([kinds, np.ones(len(goes), int)])
        hours = np.concatenate(
            [hours, draw_hours(handling_of(model["second_service"]), len(goes), rng)]
        )
        follow = np.concatenate([follow, np.full(len(goes), -1)])
    total = len(times)
    jobs = Jobs(
        order=np.argsort(times[:size], kind="stable"), queue=kinds.astype(np.int64),
        release=times, clock=np.where(np.isfinite(times), times, 0.0), hours=hours,
        follow=follow.astype(np.int64), side=np.full(total, -1),
        fresh=np.isinf(times),
    )  # fmt: skip
    played = run_compiled(jobs, people_of(model, end), rules_of(model, end), end + 5000.0)
    released, started = np.asarray(played.released), np.asarray(played.started)
    inside = (released >= WARM_HOURS) & (released < WARM_HOURS + COUNT_HOURS)
    streams = 2 if routed else len(model["rates"])
    return [
        float((started - released)[inside & (jobs.queue == number)].mean())
        for number in range(streams)
    ]


def handling_of(kind: list) -> HandlingTime:
    """A handling time from its description."""
    cv = kind[2] if len(kind) > 2 else float(kind[0] == "exp")
    return HandlingTime(mean_minutes=60 * kind[1], cv=cv, shape=SHAPES[kind[0]])


def people_of(model: dict, end: float) -> People:
    """People of each team; every shift has people of its own, as in ciw."""
    rows, kinds = [], []
    if "schedule" in model:
        shifts = int(np.ceil((end + 5000.0) / 8))
        for shift in range(shifts):
            for _ in range(model["schedule"][shift % len(model["schedule"])]):
                rows.append((8.0 * shift, 8.0 * (shift + 1)))
                kinds.append(0)
    else:
        for team, servers in enumerate(model["servers"]):
            rows += [(0.0, end + 5000.0)] * servers
            kinds += [team] * servers
    size = len(rows)
    zero = np.zeros(size, np.int64)
    return People(
        stint_person=np.arange(size), stint_on=np.array([row[0] for row in rows]),
        stint_off=np.array([row[1] for row in rows]), kind=np.array(kinds), cap=np.full(size, INF),
        until=np.full(size, INF), pace_first=zero, pace_offset=zero, pace_length=zero,
        pace=np.zeros(1),
    )  # fmt: skip


def rules_of(model: dict, end: float) -> Rules:
    """First come first served inside a priority."""
    routed = len(model["servers"]) == 2
    queues = 2 if routed else len(model["rates"])
    kinds = 2 if routed else 1
    priorities = np.asarray(model.get("priorities", [0] * queues), dtype=float)
    return Rules(
        class_queues=np.array([[0], [1]]) if routed else np.arange(queues)[None],
        queue_classes=np.array([[0], [1]]) if routed else np.zeros((queues, 1), np.int64),
        offset=priorities * 1e6, severity=np.zeros(queues), mean_hours=np.ones(queues),
        paced=np.zeros(queues, np.bool_), rest=np.zeros((kinds, queues)),
        is_open=np.ones((queues, 1), np.bool_), planned=np.zeros((kinds, queues, 1)),
        interval_hours=end + 5000.0, bins=1, rule=0,
    )  # fmt: skip


if __name__ == "__main__":
    main()
