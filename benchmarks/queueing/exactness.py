"""Largest relative error of Erlang B and C against 50-digit values, and misses of the minimum.

python -m benchmarks.queueing.exactness [--points N] [--seed N]
"""

from __future__ import annotations

import argparse
import time

import mpmath as mp
import numpy as np

from capacity.queueing import erlang_b, erlang_c, required_servers

SMALLEST = 1e-300


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    mp.mp.dps = 50
    print("| formula | points | servers to | largest relative error | at (servers, load) |")
    print("|---|---|---|---|---|")
    points = draw_points(options.points, np.random.default_rng(options.seed))
    for name, own, exact in (("Erlang B", erlang_b, exact_b), ("Erlang C", erlang_c, exact_c)):
        worst, where, count = mp.mpf(0), (0, 0.0), 0
        for servers, load in points:
            truth = exact(servers, load)
            if truth < SMALLEST or (name == "Erlang C" and load >= servers):
                continue
            count += 1
            error = abs(mp.mpf(float(own(servers, load))) / truth - 1)
            if error > worst:
                worst, where = error, (servers, load)
        largest = max(servers for servers, _ in points)
        print(
            f"| {name} | {count} | {largest:,} | {float(worst):.1e} | {where[0]:,}, {where[1]:.6g} |"
        )
    minimum_table()


def draw_points(count: int, rng: np.random.Generator) -> list[tuple[int, float]]:
    """Servers to 100,000 on a log scale; loads near, far below, above, and at .999999."""
    points = [(100_000, 99_999.9), (100_000, 100_000.0), (100_000, 90_000.0), (1, 0.999999)]
    while len(points) < count:
        servers = int(np.exp(rng.uniform(0, np.log(100_000))))
        kind = rng.integers(4)
        root = np.sqrt(servers)
        load = (
            servers * np.exp(0.5 * rng.normal()),
            servers + 4 * rng.normal() * root,
            servers - 25 * abs(rng.normal()) * root,
            servers * 0.999999,
        )[kind]
        if load > 0:
            points.append((servers, float(load)))
    return points


def exact_b(servers: int, load: float) -> mp.mpf:
    """1 / B = Gamma(c + 1, a) / (a^c e^-a) at 50 digits."""
    a = mp.mpf(load)
    return mp.exp(servers * mp.log(a) - a) / mp.gammainc(servers + 1, a)


def exact_c(servers: int, load: float) -> mp.mpf:
    """C = c B / (c - a (1 - B)) at 50 digits."""
    blocked, a = exact_b(servers, load), mp.mpf(load)
    return servers * blocked / (servers - a * (1 - blocked))


def minimum_table() -> None:
    """Loads .1 to 30, shares .5 to .95, targets .05 to 24: truth by counting up from floor + 1."""
    loads = np.arange(1, 301) / 10
    misses, cases, start = 0, 0, time.process_time()
    for share in (0.5, 0.7, 0.8, 0.9, 0.95):
        for within in (0.05, 0.2, 1.0, 4.0, 12.0, 24.0):
            found = required_servers(loads, share=share, within=within)
            for load, servers in zip(loads, found, strict=True):
                cases += 1
                misses += int(servers) != count_up(float(load), share, within)
    print(f"\nrequired servers: {misses} misses of the minimum in {cases:,} cases ", end="")
    print(f"({time.process_time() - start:.1f} s with the direct recursion)")


def count_up(load: float, share: float, within: float) -> int:
    """Smallest c by direct recursion."""
    servers = int(load) + 1
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    while True:
        waiting = servers * blocked / (servers - load * (1 - blocked))
        if 1 - waiting * np.exp(-(servers - load) * within) >= share:
            return servers
        servers += 1
        blocked = load * blocked / (servers + load * blocked)


if __name__ == "__main__":
    main()
