"""Scores of forecasts: arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from capacity.forecasting.panel import Floats


def score_crps(paths: Floats, actual: Floats) -> Floats:
    """Continuous ranked probability score of sample paths, by position.

    E|X - y| - E|X - X'| / 2 over the sample, in O(n log n) from the sorted sample
    (Gneiting and Raftery 2007, equation 20; the second term by order statistics).

    Parameters
    ----------
    paths : array (paths, ...)
    actual : array (...)

    Examples
    --------
    >>> float(score_crps(np.array([[1.0], [3.0]]), np.array([2.0]))[0])
    0.5
    """
    count = len(paths)
    ordered = np.sort(paths, axis=0)
    rank = (2 * np.arange(1, count + 1) - count - 1).reshape(-1, *[1] * actual.ndim)
    spread = (ordered * rank).sum(axis=0) / count**2
    return np.asarray(np.abs(paths - actual).mean(axis=0) - spread)


def randomised_pit(paths: Floats, actual: Floats, generator: np.random.Generator) -> Floats:
    """Share of paths below the fact, ties broken at random: uniform if the paths are right.

    Examples
    --------
    >>> pit = randomised_pit(np.zeros((9, 1)), np.zeros(1), np.random.default_rng(0))
    >>> bool(0 <= pit[0] <= 1)
    True
    """
    below, equal = (paths < actual).mean(axis=0), (paths == actual).mean(axis=0)
    return np.asarray(below + generator.random(actual.shape) * equal)


def expected_poisson_error(mean: Floats) -> Floats:
    """E|Y - m| of a Poisson count with mean m: the error that nobody can forecast away.

    2 exp(-m) m^(k+1) / k! with k = floor(m) (Crow 1958).

    Examples
    --------
    >>> float(expected_poisson_error(np.array([1.0]))[0].round(4))
    0.7358
    """
    safe = np.maximum(mean, 1e-12)
    whole = np.floor(safe)
    return np.asarray(2 * np.exp(-safe + (whole + 1) * np.log(safe) - gammaln(whole + 1)))


def cover_sums(paths: Floats, actual: Floats, *, block: int, nominal: float = 0.9) -> Floats:
    """Whether the nominal interval of each block's SUM holds the fact (1 or 0), block by block.

    Parameters
    ----------
    paths : array (paths, steps)
    actual : array (steps,)
    block : int
        Steps summed; a last incomplete block is left out.
    """
    whole = len(actual) // block * block
    if whole == 0:
        return np.empty(0)
    sums = paths[:, :whole].reshape(len(paths), -1, block).sum(axis=2)
    fact = actual[:whole].reshape(-1, block).sum(axis=1)
    low, high = np.quantile(sums, [(1 - nominal) / 2, (1 + nominal) / 2], axis=0)
    inside = ((fact >= low) & (fact <= high)).astype(np.float64)
    return np.asarray(np.where(np.isfinite(fact), inside, np.nan))
