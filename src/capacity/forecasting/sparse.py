"""Small counts: negative-binomial draws around a rate that is itself uncertain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.forecasting.panel import Bools, Floats, Ints

SPARSE_MEAN = 4.0  # below this mean a step, square-root errors no longer describe the counts
DISPERSION_VARIANCE = 0.03  # prior variance of var/mean between queues, if the pool is too small
FEW_SERIES = 20
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

    Inversion: where most counts are zero, one uniform and one comparison settle most of them.
    p(0) = d ** (-m / (d - 1)) and p(k) = p(k-1) (m / (d - 1) + k - 1) / k (1 - 1 / d) for mean m
    and variance / mean d.
    """
    shape = 1 / np.maximum(noise.rate_cv2, 1e-9)
    level = generator.gamma(shape[:, None], 1 / shape[:, None], size=(len(rate), paths))
    excess = np.maximum(noise.dispersion - 1, 1e-6)
    log_none = -np.log1p(excess) / excess
    none = np.exp((rate * log_none[:, None])[:, None, :] * level[..., None]).reshape(-1)
    chance = generator.random(len(none))
    left = np.flatnonzero(chance > none)
    row, step = left // (paths * rate.shape[1]), left % rate.shape[1]
    size = rate[row, step] * level.reshape(-1)[left // rate.shape[1]] / excess[row]
    counts = np.zeros(len(none))
    counts[left] = _invert(chance[left], none[left], size, (excess / (1 + excess))[row])
    return counts.reshape(len(rate), paths, rate.shape[1])


def _invert(chance: Floats, mass: Floats, size: Floats, success: Floats) -> Floats:
    """Counts above zero: walk up the distribution until it passes the chance."""
    counts = np.zeros(len(chance))
    left, reached, count = np.arange(len(chance)), mass.copy(), 0
    # Rounding leaves the last 1e-14 of probability without a count; the bound ends it.
    while len(left) and count < MOST_COUNTS:
        count += 1
        mass = mass * (size + count - 1) / count * success
        reached = reached + mass
        counts[left] = count
        more = chance > reached
        left, size, success = left[more], size[more], success[more]
        mass, chance, reached = mass[more], chance[more], reached[more]
    return counts
