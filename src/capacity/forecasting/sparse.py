"""Small counts: negative-binomial draws around a rate that is itself uncertain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capacity.forecasting.panel import Bools, Floats, Ints

Singles = NDArray[np.float32]

SPARSE_MEAN = 4.0  # below this mean a step, square-root errors no longer describe the counts
DISPERSION_VARIANCE = 0.03  # prior variance of var/mean between queues, if the pool is too small
FEW_SERIES = 20
FEW_LEFT = 8  # once fewer than one in so many counts is unsettled, only those are followed
LEAST_MASS = 1e-8  # single precision cannot add less to a probability near one
MOST_COUNTS = 1000  # counts beyond it have no weight at means below `SPARSE_MEAN`


@dataclass(frozen=True, kw_only=True)
class SparseNoise:
    """What spreads small counts: ``dispersion`` = variance / mean, ``rate_cv2`` of the rate."""

    dispersion: Floats
    rate_cv2: Floats

    def of(self, rows: Ints) -> SparseNoise:
        """The noise of some series."""
        return SparseNoise(dispersion=self.dispersion[rows], rate_cv2=self.rate_cv2[rows])


def is_sparse(series: Floats) -> bool:
    """Whether the mean count a step is below `SPARSE_MEAN` (and nothing is negative)."""
    seen = series[np.isfinite(series)]
    return bool(not len(seen) or (seen.mean() < SPARSE_MEAN and seen.min() >= 0))


def estimate_dispersion(values: Floats, observed: Bools, expected: Floats) -> Floats:
    """Variance over mean of counts, each series shrunk to the pool by its own precision.

    The Pearson statistic of n counts with mean m has variance of about (2 + 1/m) / n. It is
    taken as a ratio of sums: stretches without a case then say nothing, instead of "no spread".
    """
    count = np.maximum(observed.sum(axis=1), 1)
    total = np.where(observed, expected, 0.0).sum(axis=1)
    square = np.where(observed, (values - expected) ** 2, 0.0).sum(axis=1)
    pearson = np.where(total > 0, square / np.where(total > 0, total, 1.0), 1.0)
    mean = np.maximum(total / count, 1e-9)
    variance = (2 + 1 / mean) / count
    precision = 1 / (variance + DISPERSION_VARIANCE)
    pool = float((pearson * precision).sum() / precision.sum())
    between = DISPERSION_VARIANCE
    if len(values) >= FEW_SERIES:
        excess = ((pearson - pool) ** 2 - variance) * precision
        between = float(np.clip(excess.sum() / precision.sum(), 0.0, 1.0))
    own = between / (between + variance)
    return np.asarray(np.maximum(1.0, own * pearson + (1 - own) * pool))


def estimate_rate_cv2(
    totals: Floats, expected: Floats, dispersion: Floats, history: Floats
) -> Floats:
    """Squared variation of the rate: what moved in the past, and what few cases cannot tell.

    Parameters
    ----------
    totals, expected : arrays (series, origins)
        Counts and forecasts summed over the horizon; nan = missing.
    dispersion, history : arrays (series,)
        Variance over mean; number of cases on which the rate rests.
    """
    seen = np.isfinite(totals) & (expected > 0)
    miss = np.where(seen, (totals - expected) ** 2 - dispersion[:, None] * expected, 0.0)
    size = np.where(seen, expected**2, 0.0)
    pool = max(0.0, float(miss.sum()) / max(float(size.sum()), 1e-12))
    estimation = dispersion / np.maximum(history, 0.5)
    return np.asarray(pool + estimation)


def draw_rates(
    rate: Floats, noise: SparseNoise, *, paths: int, generator: np.random.Generator
) -> Floats:
    """Poisson rates (series, paths, horizon): a gamma level for each path, gamma noise each step.

    Poisson counts of these rates are negative-binomial with variance / mean = ``dispersion``.
    """
    shape = 1 / np.maximum(noise.rate_cv2, 1e-9)
    level = generator.gamma(shape[:, None], 1 / shape[:, None], size=(len(rate), paths))
    mean = rate[:, None, :] * level[..., None]
    excess = np.maximum(noise.dispersion - 1, 1e-6)[:, None, None]
    return np.asarray(generator.standard_gamma(np.maximum(mean / excess, 1e-12)) * excess)


def draw_counts(
    rate: Floats, noise: SparseNoise, *, paths: int, generator: np.random.Generator
) -> Floats:
    """Counts (series, paths, horizon) with the law of Poisson draws of `draw_rates`, faster.

    Inversion in single precision: probabilities are right to about one in ten million.
    """
    shape = 1 / np.maximum(noise.rate_cv2, 1e-9)
    level = generator.gamma(shape[:, None], 1 / shape[:, None], size=(len(rate), paths))
    excess = np.maximum(noise.dispersion - 1, 1e-6)
    size = (rate / excess[:, None]).astype(np.float32)
    counts = np.empty((len(rate), paths, rate.shape[1]))
    for row, more in enumerate(excess.tolist()):
        sizes = level[row].astype(np.float32)[:, None] * size[row]
        counts[row] = _invert(sizes, more, generator)
    return counts


def _invert(size: Singles, excess: float, generator: np.random.Generator) -> Singles:
    """Negative-binomial counts of mean ``size * excess``: walk up until chance is passed.

    p(0) = d ** -size and p(k) = p(k-1) (size + k - 1) / k (1 - 1 / d) with d = 1 + excess.
    """
    chance = generator.random(size.shape, dtype=np.float32)
    mass = np.exp(size * np.float32(-np.log1p(excess)))
    reached, counts, step = mass.copy(), np.zeros_like(mass), np.empty_like(mass)
    success = excess / (1 + excess)
    for count in range(1, MOST_COUNTS):
        more = chance > reached
        if np.count_nonzero(more) * FEW_LEFT < more.size:
            left = [values[more] for values in (size, chance, mass, reached)]
            counts[more] = _invert_few(*left, count=count, excess=excess)
            break
        counts += more
        np.add(size, np.float32(count - 1), out=step)
        step *= np.float32(success / count)
        mass *= step
        reached += mass
    return np.asarray(counts)


def _invert_few(
    size: Singles, chance: Singles, mass: Singles, reached: Singles, *, count: int, excess: float
) -> Singles:
    """Go on where few are left; ``count`` is the least that theirs can be."""
    counts = np.full(len(size), float(count), dtype=np.float32)
    left, success = np.arange(len(size)), excess / (1 + excess)
    while len(left) and count < MOST_COUNTS:
        mass = mass * ((size + np.float32(count - 1)) * np.float32(success / count))
        reached = reached + mass
        # Beyond the mode a mass this small no longer moves the sum: the walk ends there.
        more = (chance > reached) & ((mass > LEAST_MASS) | (count < size * excess))
        left, size, chance = left[more], size[more], chance[more]
        mass, reached = mass[more], reached[more]
        count += 1
        counts[left] = count
    return counts
