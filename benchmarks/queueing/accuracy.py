"""Predicted share started within a target, by model, against the event simulation.

    python -m benchmarks.queueing.accuracy [--blocks N] [--paths N] [--seed N] [--only CASE]

The simulation runs independent blocks of days until its standard error, for the targets of ten
handling times and more, is at most .2 point, or `--blocks` blocks are used up. Errors are in
points.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from benchmarks.queueing.cases import BINS_PER_DAY, MINUTES, Case, standard_cases
from capacity.queueing import erlang_c, general_service_level
from capacity.queueing.carryover import carry_over, on_time_by_bin
from capacity.queueing.compiled import run_compiled
from capacity.queueing.events import INF, Jobs, People, Rules
from capacity.queueing.handling import draw_hours, draw_work

HOURS = MINUTES / 60
GOAL = 0.002


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=400, help="most simulated blocks a case")
    parser.add_argument("--paths", type=int, default=400, help="paths of the binned model")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="number of the one case to run, 1 to 9")
    options = parser.parse_args()
    print("| case | target h | simulated (se, points) | binned | fluid | Erlang C | M/G/c |")
    print("|---|---|---|---|---|---|---|")
    chosen = slice(None) if options.only is None else slice(options.only - 1, options.only)
    for case in standard_cases()[chosen]:
        start = time.process_time()
        truth, error = simulate_case(case, options.blocks, options.seed)
        paths = options.paths * (3 if case.rate_cv > 0 else 1)
        binned = binned_case(case, paths, options.seed + 1)
        fluid = fluid_case(case)
        for column, target in enumerate(case.targets_hours):
            steady = stationary(case, target)
            gaps = [binned[column], fluid[column], *steady]
            print(
                f"| {case.name} | {target:.3g} | {truth[column]:.4f} ({100 * error[column]:.2f}) | "
                + " | ".join(f"{100 * (value - truth[column]):+.2f}" for value in gaps)
                + " |"
            )
        print(f"|  | | {time.process_time() - start:.0f} s | | | | |", flush=True)


def block_days(case: Case) -> tuple[int, int]:
    """Cycles to warm up and to count in one block, the same for simulation and models.

    Two weeks and four weeks: at 98 % of capacity the backlog forgets its start only in weeks.
    Small queues count longer, a random day rate three times as long.
    """
    per_day = case.rate.sum() / case.days
    days = 84 if case.rate_cv > 0 else np.clip(40_000 / per_day, 28, 700)
    return max(1, round(14 / case.days)), max(1, round(days / case.days))


def simulate_case(case: Case, blocks: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean share over blocks and its standard error, by target."""
    rng = np.random.default_rng(seed)
    good, total = [], []
    for block in range(blocks):
        counts, hits = simulate_block(case, rng)
        good.append(hits)
        total.append(counts)
        if block < 39 or block % 10 != 9:
            continue
        error = ratio(np.array(good), np.array(total))[1]
        if error[long_targets(case)].max() <= GOAL:
            break
    return ratio(np.array(good), np.array(total))


def long_targets(case: Case) -> list[int]:
    """Positions of the targets of ten handling times and more: the ones the model is for."""
    return [
        place
        for place, hours in enumerate(case.targets_hours)
        if hours >= 10 * case.handling.mean_hours - 1e-9
    ]


def ratio(good: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ratio estimate over independent blocks with its standard error."""
    share = good.sum(axis=0) / total.sum()
    residual = good - share * total[:, None]
    return share, residual.std(axis=0, ddof=1) / np.sqrt(len(total)) / total.mean()


def simulate_block(case: Case, rng: np.random.Generator) -> tuple[int, np.ndarray]:
    """Counted cases of one block, and how many started within each target."""
    warm, counted = block_days(case)
    tail = int(np.ceil((max(case.targets_hours) + 1) / (24 * case.days)))
    cycles = warm + counted + tail
    release = arrival_times(case, cycles, rng)
    size = len(release)
    none = np.full(size, -1)
    jobs = Jobs(
        order=np.arange(size), queue=np.zeros(size, np.int64), release=release, clock=release,
        hours=draw_hours(case.handling, size, rng), follow=none, side=none,
        fresh=np.zeros(size, np.bool_),
    )  # fmt: skip
    end = cycles * case.days * 24.0
    people = people_of(np.tile(case.people, cycles))
    played = run_compiled(jobs, people, free_rules(end), end)
    first, last = warm * case.days * 24.0, (warm + counted) * case.days * 24.0
    inside = (release >= first) & (release < last)
    wait = np.asarray(played.started)[inside] - release[inside]
    return int(inside.sum()), np.array([(wait <= t).sum() for t in case.targets_hours])


def arrival_times(case: Case, cycles: int, rng: np.random.Generator) -> np.ndarray:
    """Sorted arrival times; members of a batch arrive together."""
    rate = np.tile(case.rate, cycles)
    if case.rate_cv > 0:
        shape = case.rate_cv**-2
        rate = rate * np.repeat(rng.gamma(shape, 1 / shape, cycles * case.days), BINS_PER_DAY)
    batches = rng.poisson(rate / case.batch_mean)
    moment = (np.repeat(np.arange(len(rate)), batches) + rng.random(batches.sum())) * HOURS
    if case.batch_mean > 1:
        moment = np.repeat(moment, rng.geometric(1 / case.batch_mean, len(moment)))
    return np.sort(moment)


def people_of(level: np.ndarray) -> People:
    """One person a stint for a level of heads by bin; the last in leaves first."""
    rows = []
    for head in range(int(level.max())):
        inside = np.concatenate([[0], (level > head).astype(int), [0]])
        edges = np.flatnonzero(np.diff(inside)) * HOURS
        rows += zip(edges[::2], edges[1::2], strict=True)
    rows.sort()
    size = len(rows)
    zero = np.zeros(size, np.int64)
    return People(
        stint_person=np.arange(size),
        stint_on=np.array([r[0] for r in rows]), stint_off=np.array([r[1] for r in rows]),
        kind=zero, cap=np.full(size, INF), until=np.full(size, INF), pace_first=zero,
        pace_offset=zero, pace_length=zero, pace=np.zeros(1),
    )  # fmt: skip


def free_rules(end: float) -> Rules:
    """One queue, first come first served, nobody rests."""
    return Rules(
        class_queues=np.zeros((1, 1), np.int64), queue_classes=np.zeros((1, 1), np.int64),
        offset=np.zeros(1), severity=np.zeros(1), mean_hours=np.ones(1),
        paced=np.zeros(1, np.bool_), rest=np.zeros((1, 1)), is_open=np.ones((1, 1), np.bool_),
        planned=np.zeros((1, 1, 1)), interval_hours=end, bins=1, rule=0,
    )  # fmt: skip


def binned_case(case: Case, paths: int, seed: int) -> np.ndarray:
    """Share started within each target by the binned reflected workload."""
    rng = np.random.default_rng(seed)
    warm, counted = max(1, round(14 / case.days)), max(1, round(28 / case.days))
    tail = int(np.ceil((max(case.targets_hours) + 1) / (24 * case.days)))
    cycles = warm + counted + tail
    people = np.tile(case.people, cycles)
    span = slice(warm * len(case.people), (warm + counted) * len(case.people))
    good, total = np.zeros(len(case.targets_hours)), 0.0
    for _ in range(max(1, paths // 50)):
        cases = np.concatenate([case.draw(50, rng) for _ in range(cycles)], axis=1)
        work = draw_work(cases, case.handling, rng)
        carried = carry_over(
            cases.astype(float), work, people, handling=case.handling, interval_hours=HOURS
        )
        total += cases[:, span].sum()
        for column, target in enumerate(case.targets_hours):
            share = on_time_by_bin(carried, within_hours=target)
            good[column] += (share * cases)[:, span].sum()
    return good / total


def fluid_case(case: Case) -> np.ndarray:
    """The same on mean work: the deterministic fluid."""
    cycles = 8
    mean = np.tile(case.rate, cycles)[None]
    carried = carry_over(
        mean, mean * case.handling.mean_hours, np.tile(case.people, cycles),
        handling=case.handling, interval_hours=HOURS,
    )  # fmt: skip
    size = len(case.people)
    span = slice(4 * size, 5 * size)
    result = []
    for target in case.targets_hours:
        share = on_time_by_bin(carried, within_hours=target)
        result.append((share * mean)[0, span].sum() / mean[0, span].sum())
    return np.array(result)


def stationary(case: Case, target: float) -> tuple[float, float]:
    """Erlang C and M/G/c interval by interval, 0 where load >= people."""
    load = case.rate * case.handling.mean_hours / HOURS
    within = target / case.handling.mean_hours
    gap = np.maximum(case.people - load, 0.0)
    delayed = np.where(case.people > 0, erlang_c(np.maximum(case.people, 1), load), 1.0)
    plain = np.where(gap > 0, 1 - delayed * np.exp(-gap * within), 0.0)
    general = np.where(
        gap > 0, general_service_level(np.maximum(case.people, 1), load, within=within, cv=1.5), 0.0
    )
    weight = case.rate / case.rate.sum()
    return float(plain @ weight), float(general @ weight)


if __name__ == "__main__":
    main()
