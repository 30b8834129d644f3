"""Runs of ciw and pyworkforce; started with the Python of a benchmark environment of their own.

    PEER_PYTHON -m benchmarks.queueing.peer_runs models --replications 20
    PEER_PYTHON -m benchmarks.queueing.peer_runs week
    PEER_PYTHON -m benchmarks.queueing.peer_runs required

Prints one JSON document. Imports nothing of this library.
"""

from __future__ import annotations

import argparse
import json
import math
import time

from benchmarks.queueing.models import COUNT_HOURS, MODELS, TAIL_HOURS, WARM_HOURS


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["models", "week", "required"])
    parser.add_argument("--replications", type=int, default=20)
    parser.add_argument("--only", type=int, help="number of the one model to run, 1 to 10")
    options = parser.parse_args()
    if options.what == "models":
        result = {
            name: run_model(model, options.replications)
            for number, (name, model) in enumerate(MODELS.items(), 1)
            if options.only in (None, number)
        }
    elif options.what == "week":
        result = run_week()
    else:
        result = run_required()
    print(json.dumps(result))


def distribution(kind):
    """A ciw distribution from its description."""
    import ciw  # noqa: PLC0415 - only in the peer's environment

    if kind[0] == "exp":
        return ciw.dists.Exponential(1.0 / kind[1])
    if kind[0] == "constant":
        return ciw.dists.Deterministic(kind[1])
    spread = math.log(1 + kind[2] ** 2)
    return ciw.dists.Lognormal(math.log(kind[1]) - spread / 2, math.sqrt(spread))


def network_of(model):
    """The ciw network of a model."""
    import ciw  # noqa: PLC0415

    nodes = len(model["servers"])
    names = [f"Class {k}" for k in range(len(model["rates"]))]
    second = model.get("second_service", model["service"])
    services = [distribution(model["service"]), distribution(second)][:nodes]
    servers = list(model["servers"])
    if "schedule" in model:
        servers[0] = ciw.Schedule(
            numbers_of_servers=model["schedule"],
            shift_end_dates=[8 * (k + 1) for k in range(len(model["schedule"]))],
        )
    fields = {
        "arrival_distributions": {
            name: [ciw.dists.Exponential(rate), *[None] * (nodes - 1)]
            for name, rate in zip(names, model["rates"], strict=True)
        },
        "service_distributions": dict.fromkeys(names, services),
        "number_of_servers": servers,
    }
    if nodes == 2:
        fields["routing"] = {name: [[0.0, model["route"]], [0.0, 0.0]] for name in names}
    if "priorities" in model:
        table = dict(zip(names, model["priorities"], strict=True))
        fields["priority_classes"] = (table, ["resume"]) if model.get("preempt") else table
    return ciw.create_network(**fields)


def run_model(model, replications):
    """Mean wait until the first start by stream (class, or node with routing), by replication."""
    import ciw  # noqa: PLC0415

    by_node = len(model["servers"]) == 2
    streams = 2 if by_node else len(model["rates"])
    rows = []
    for seed in range(replications):
        ciw.seed(seed)
        simulation = ciw.Simulation(network_of(model))
        simulation.simulate_until_max_time(WARM_HOURS + COUNT_HOURS + TAIL_HOURS)
        first = {}
        for record in simulation.get_all_records():
            key = (record.id_number, record.node)
            if key not in first or record.service_start_date < first[key].service_start_date:
                first[key] = record
        total, count = [0.0] * streams, [0] * streams
        for record in first.values():
            if WARM_HOURS <= record.arrival_date < WARM_HOURS + COUNT_HOURS:
                stream = record.node - 1 if by_node else int(str(record.customer_class)[-1])
                total[stream] += record.service_start_date - record.arrival_date
                count[stream] += 1
        rows.append([t / n for t, n in zip(total, count, strict=True)])
    return rows


def run_week():
    """One week of 113,000 cases, three priorities, 50 servers: seconds, cases, mean waits."""
    import ciw  # noqa: PLC0415

    names = ["Class 0", "Class 1", "Class 2"]
    mean = 168.0 * 45 / 113_000
    network = ciw.create_network(
        arrival_distributions={name: [ciw.dists.Exponential(15.0 / mean)] for name in names},
        service_distributions={name: [ciw.dists.Exponential(1.0 / mean)] for name in names},
        number_of_servers=[50],
        priority_classes={name: k for k, name in enumerate(names)},
    )
    ciw.seed(0)
    simulation = ciw.Simulation(network)
    start = time.process_time()
    simulation.simulate_until_max_time(168.0)
    seconds = time.process_time() - start
    records = simulation.get_all_records()
    waits = [[r.waiting_time / mean for r in records if r.customer_class == name] for name in names]
    return {
        "seconds": seconds,
        "cases": len(records),
        "waits": [sum(group) / len(group) for group in waits],
    }


def run_required():
    """Seconds per requirement of pyworkforce, 95 % in 1 h at 4 minutes, by load; and its answers."""
    from pyworkforce.queuing import ErlangC  # noqa: PLC0415

    result = {}
    for load, calls in ((3, 3000), (33, 1000), (333, 200)):
        loads = [load * (1 + 0.5 * math.sin(k)) for k in range(calls)]
        start = time.process_time()
        answers = [
            ErlangC(transactions=a * 15, aht=4, asa=60, interval=60).required_positions(
                service_level=0.95
            )["raw_positions"]
            for a in loads
        ]
        result[str(load)] = {
            "seconds_per_call": (time.process_time() - start) / calls,
            "loads": loads,
            "answers": answers,
        }
    return result


if __name__ == "__main__":
    main()
