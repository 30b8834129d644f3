"""Predicted share started within a target, by model, against the event simulation.

    python -m benchmarks.queueing.accuracy [--blocks N] [--seed N] [--only CASE]

The simulation runs independent blocks of days until its standard error, for the targets of ten
handling times and more, is at most .2 point, or `--blocks` blocks are used up. The binned model
plays the same arrivals by bin with handling times of its own, so that its gap has a standard
error of its own, far below that of either share. Where the day's rate is random, blocks come in
antithetic pairs (the second has a busy day where the first has a quiet one), and the share is
corrected by regression for how much busier than expected their days were. Errors are in points.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
from scipy import special

from benchmarks.queueing.cases import BINS_PER_DAY, MINUTES, Case, standard_cases
from capacity.queueing import erlang_c, general_service_level
from capacity.queueing.carryover import carry_over, on_time_by_bin
from capacity.queueing.compiled import run_compiled
from capacity.queueing.events import INF, Jobs, People, Rules
from capacity.queueing.handling import draw_hours, draw_work

HOURS = MINUTES / 60
GOAL = 0.002
BATCH = 20


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=400, help="most simulated blocks a case")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="number of the one case to run, 1 to 9")
    options = parser.parse_args()
    print(
        "| case | target h | simulated (se) | binned (se of the gap) | fluid | Erlang C | M/G/c |"
    )
    print("|---|---|---|---|---|---|---|")
    chosen = slice(None) if options.only is None else slice(options.only - 1, options.only)
    for case in standard_cases()[chosen]:
        start = time.process_time()
        runs = play_blocks(case, options.blocks, options.seed)
        truth, error = ratio(runs.good, runs.total, runs.burden)
        gap, gap_error = ratio(runs.model_good - runs.good, runs.total)
        fluid = fluid_case(case)
        for column, target in enumerate(case.targets_hours):
            others = [fluid[column], *stationary(case, target)]
            print(
                f"| {case.name} | {target:.3g} | {truth[column]:.4f} ({100 * error[column]:.2f}) | "
                f"{100 * gap[column]:+.2f} ({100 * gap_error[column]:.2f}) | "
                + " | ".join(f"{100 * (value - truth[column]):+.2f}" for value in others)
                + " |"
            )
        took = time.process_time() - start
        print(f"| | | {len(runs.total)} blocks, {took:.0f} s | | | | |", flush=True)


@dataclass(frozen=True)
class Runs:
    """By block: cases counted, and by target those on time in the simulation and in the model."""

    total: np.ndarray
    good: np.ndarray
    model_good: np.ndarray
    burden: np.ndarray  # by block: how far its days' rates lie above what is expected of them


def block_days(case: Case) -> tuple[int, int]:
    """Cycles to warm up and to count in one block, the same for simulation and models.

    Two weeks and four weeks: at 98 % of capacity the backlog forgets its start only in weeks.
    Small queues count longer, a random day rate three times as long.
    """
    per_day = case.rate.sum() / case.days
    days = 84 if case.rate_cv > 0 else np.clip(40_000 / per_day, 28, 700)
    return max(1, round(14 / case.days)), max(1, round(days / case.days))


def play_blocks(case: Case, blocks: int, seed: int) -> Runs:
    """Blocks of the simulation, and of the binned model on the same arrivals, batch by batch."""
    rng, model_rng = np.random.default_rng(seed), np.random.default_rng(seed + 1)
    totals, good, model, burdens = [], [], [], []
    expected = burden_of(case, np.random.default_rng(0).random(2_000_000))
    first, last = (case.days * place for place in (cycles_of(case)[0], sum(cycles_of(case)[:2])))
    while len(totals) < blocks:
        counts = []
        for number in range(BATCH):
            cycles = sum(cycles_of(case))
            if number % 2 == 0:
                luck = rng.random(cycles * case.days)
            days = luck if number % 2 == 0 else 1.0 - luck
            burdens.append(burden_of(case, days[first:last]) - expected)
            release = arrival_times(case, cycles, days, rng)
            total, hits = simulate_block(case, release, rng)
            totals.append(total)
            good.append(hits)
            counts.append(counts_by_bin(case, release))
        model.append(binned_blocks(case, np.stack(counts), model_rng))
        error = ratio(np.array(good), np.array(totals), np.array(burdens))[1]
        if len(totals) >= 2 * BATCH and error[long_targets(case)].max() <= GOAL:
            break
    return Runs(np.array(totals), np.array(good), np.concatenate(model), np.array(burdens))


def cycles_of(case: Case) -> tuple[int, int, int]:
    """Cycles of warm-up, counted, and run-out."""
    warm, counted = block_days(case)
    return warm, counted, int(np.ceil((max(case.targets_hours) + 1) / (24 * case.days)))


def counts_by_bin(case: Case, release: np.ndarray) -> np.ndarray:
    """Arrivals of a block by bin."""
    bins = sum(cycles_of(case)) * len(case.people)
    return np.bincount((release / HOURS).astype(np.int64), minlength=bins)[:bins]


def long_targets(case: Case) -> list[int]:
    """Positions of the targets of ten handling times and more: the ones the model is for."""
    return [
        place
        for place, hours in enumerate(case.targets_hours)
        if hours >= 10 * case.handling.mean_hours - 1e-9
    ]


def ratio(
    good: np.ndarray, total: np.ndarray, burden: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Ratio estimate over independent pairs of blocks with its standard error.

    With a `burden` of mean zero the estimate is corrected by regression on it.
    """
    good, total = (values.reshape(-1, 2, *values.shape[1:]).sum(axis=1) for values in (good, total))
    share = good.sum(axis=0) / total.sum()
    residual = good - share * total[:, None]
    if burden is not None and burden.shape[1]:
        load = burden.reshape(len(total), 2, -1).sum(axis=1)
        slope = np.linalg.lstsq(load - load.mean(axis=0), residual, rcond=None)[0]
        residual = residual - load @ slope
        share = share + residual.mean(axis=0) / total.mean()
        residual = residual - residual.mean(axis=0)
    return share, residual.std(axis=0, ddof=1) / np.sqrt(len(total)) / total.mean()


def burden_of(case: Case, luck: np.ndarray) -> np.ndarray:
    """What makes days hard: mean rate, and excess over capacity of means over 1 to 8 days."""
    if case.rate_cv == 0:
        return np.zeros(0)
    level = special.gammaincinv(case.rate_cv**-2, luck) * case.rate_cv**2
    limit = case.people.sum() / (case.rate.sum() * case.handling.mean_hours / HOURS)
    means = [np.convolve(level, np.full(k, 1 / k), mode="valid") for k in (1, 2, 3, 5, 8)]
    return np.array([level.mean(), *(np.maximum(mean - limit, 0.0).mean() for mean in means)])


def simulate_block(
    case: Case, release: np.ndarray, rng: np.random.Generator
) -> tuple[int, np.ndarray]:
    """Counted cases of one block, and how many started within each target."""
    warm, counted, _ = cycles_of(case)
    cycles = sum(cycles_of(case))
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


def arrival_times(
    case: Case, cycles: int, luck: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Sorted arrival times; members of a batch arrive together; `luck` ranks the days' rates."""
    rate = np.tile(case.rate, cycles)
    if case.rate_cv > 0:
        shape = case.rate_cv**-2
        rate = rate * np.repeat(special.gammaincinv(shape, luck) / shape, BINS_PER_DAY)
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


def binned_blocks(case: Case, counts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Cases on time by block and target, by the binned reflected workload."""
    warm, counted, _ = cycles_of(case)
    people = np.tile(case.people, sum(cycles_of(case)))
    span = slice(warm * len(case.people), (warm + counted) * len(case.people))
    work = draw_work(counts, case.handling, rng)
    carried = carry_over(
        counts.astype(float), work, people, handling=case.handling, interval_hours=HOURS
    )
    shares = [on_time_by_bin(carried, within_hours=target) for target in case.targets_hours]
    return np.stack([(share * counts)[:, span].sum(axis=1) for share in shares], axis=1)


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
