"""The Poisson probability at a real point, accurate to the last digits even where it is tiny.

Every Erlang formula is a Poisson probability divided by a tail of the same law, so its accuracy
decides theirs. The exponent is carried as an unevaluated sum of two floats: with a single float,
an exponent of -690 alone would already cost 1e-13.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

_LN2_HIGH = 0.6931471803691238  # the first 32 bits, so that multiples by an exponent are exact
_LN2_LOW = 1.9082149292705877e-10
_SPLITTER = 134217729.0  # 2**27 + 1, Dekker's constant
_HALF_LOG_TWO_PI = 0.9189385332046727
_NEAR = 0.05  # below this relative distance the deviance is a short series


def log_poisson(count: Floats, mean: Floats) -> tuple[Floats, Floats]:
    """Logarithm of the Poisson probability of `count` (real, >= 0) at `mean` (> 0), as high + low.

    Loader's saddle-point form: -stirling_error(n) - deviance(n, m) - log(2 pi n) / 2
    (C. Loader, "Fast and accurate computation of binomial probabilities", 2000).
    """
    positive = np.where(count > 0, count, 1.0)
    high, low = _deviance(positive, mean)
    small = _stirling_error(positive) + _HALF_LOG_TWO_PI + 0.5 * np.log(positive)
    total, error = _two_sum(high, small)
    at_zero = count == 0
    return np.where(at_zero, -mean, -total), np.where(at_zero, 0.0, -(error + low))


def poisson_probability(count: Floats, mean: Floats) -> Floats:
    """Poisson probability of a real `count` at `mean`: e^-m m^n / Gamma(n + 1)."""
    high, low = log_poisson(count, mean)
    result: Floats = np.exp(high) * (1.0 + low)
    return result


def upper_ratio(count: Floats, mean: Floats) -> Floats:
    """P(N <= count) / P(N = count) for N Poisson: the reciprocal of Erlang B.

    Equal to Gamma(n + 1, m) / (m^n e^-m), defined for real n. Infinite where it overflows.
    """
    count, mean = np.broadcast_arrays(count, mean)
    far_below = mean - count > 3.0 * np.sqrt(mean) + 2.0
    result = np.empty(mean.shape)
    inside = ~far_below
    with np.errstate(divide="ignore", over="ignore"):
        chance = poisson_probability(count[inside], mean[inside])
        result[inside] = special.gammaincc(count[inside] + 1.0, mean[inside]) / chance
    result[far_below] = _upper_fraction(count[far_below], mean[far_below])
    return result


def lower_ratio(count: Floats, mean: Floats) -> Floats:
    """P(N > count) / P(N = count) for N Poisson: gamma(n + 1, m) / (m^n e^-m), n real.

    Infinite where it overflows (mean far above count).
    """
    count, mean = np.broadcast_arrays(count, mean)
    far_above = count - mean > 3.0 * np.sqrt(mean) + 2.0
    result = np.empty(mean.shape)
    inside = ~far_above
    with np.errstate(divide="ignore", over="ignore"):
        chance = poisson_probability(count[inside], mean[inside])
        result[inside] = special.gammainc(count[inside] + 1.0, mean[inside]) / chance
    result[far_above] = _lower_series(count[far_above], mean[far_above])
    return result


def _upper_fraction(count: Floats, mean: Floats) -> Floats:
    """Legendre's continued fraction of Gamma(n + 1, m), by Lentz: fast where m is well above n."""
    shape = count + 1.0
    floor = 1e-300
    b = mean + 1.0 - shape
    c = np.full(mean.shape, 1.0 / floor)
    d = 1.0 / b
    h = d.copy()
    for i in range(1, 5000):
        an = -i * (i - shape)
        b = b + 2.0
        d = an * d + b
        d = np.where(np.abs(d) < floor, floor, d)
        c = b + an / c
        c = np.where(np.abs(c) < floor, floor, c)
        d = 1.0 / d
        step = d * c
        h = h * step
        if not np.any(np.abs(step - 1.0) > 1e-16):
            break
    result: Floats = h * mean
    return result


def _lower_series(count: Floats, mean: Floats) -> Floats:
    """Sum of m^j / ((n + 1) ... (n + j)), j >= 1: fast where n is well above m."""
    term = mean / (count + 1.0)
    total = term.copy()
    for j in range(2, 5000):
        term = term * (mean / (count + j))
        total = total + term
        if not np.any(term > 1e-17 * total):
            break
    return total


def _deviance(count: Floats, mean: Floats) -> tuple[Floats, Floats]:
    """Deviance n log(n / m) + m - n, as high + low; n > 0."""
    gap, gap_low = _two_sum(count, -mean)
    total = count + mean
    ratio = gap / total
    near = np.abs(ratio) < _NEAR
    # near: (n-m)^2/(n+m) + 2 n (v^3/3 + v^5/5 + ...), the first term in two floats
    square, square_low = _two_product(gap, gap)
    total_exact, total_low = _two_sum(count, mean)
    quotient = square / total_exact
    product, product_low = _two_product(quotient, total_exact)
    remainder = (square - product) + (square_low - product_low) + 2.0 * gap * gap_low
    first_low = (remainder - quotient * total_low) / total_exact
    v = np.where(near, ratio, 0.0)
    squared = v * v
    series = np.zeros_like(v)
    for power in range(25, 1, -2):
        series = series * squared + 1.0 / power
    near_high, near_error = _two_sum(quotient, 2.0 * count * v * squared * series)
    # far: the logarithm itself in two floats
    log_high, log_low = _log_ratio(count, mean)
    big, big_low = _two_product(count, log_high)
    far_high, far_error = _two_sum(big, -gap)
    far_low = far_error + big_low + count * log_low - gap_low
    return np.where(near, near_high, far_high), np.where(near, near_error + first_low, far_low)


def _log_ratio(top: Floats, bottom: Floats) -> tuple[Floats, Floats]:
    """log(top / bottom) as high + low, to about 2^-60 relative."""
    mantissa_top, exponent_top = np.frexp(top)
    mantissa_bottom, exponent_bottom = np.frexp(bottom)
    exponent = (exponent_top - exponent_bottom).astype(np.float64)
    # bring the ratio of mantissas into [1/sqrt 2, sqrt 2]
    high_side = mantissa_top > mantissa_bottom * 1.4142135623730951
    low_side = mantissa_top * 1.4142135623730951 < mantissa_bottom
    mantissa_top = np.where(high_side, 0.5 * mantissa_top, mantissa_top)
    mantissa_bottom = np.where(low_side, 0.5 * mantissa_bottom, mantissa_bottom)
    exponent = exponent + high_side - low_side
    up, up_low = _two_sum(mantissa_top, -mantissa_bottom)
    down, down_low = _two_sum(mantissa_top, mantissa_bottom)
    z = up / down
    product, product_low = _two_product(z, down)
    z_low = ((up - product) - product_low + up_low - z * down_low) / down
    squared = z * z
    series = np.zeros_like(z)
    for power in range(29, 1, -2):
        series = series * squared + 1.0 / power
    tail = 2.0 * z * squared * series + 2.0 * z_low + exponent * _LN2_LOW
    first, first_low = _two_sum(exponent * _LN2_HIGH, 2.0 * z)
    high, low = _two_sum(first, tail)
    return high, low + first_low


def _stirling_error(count: Floats) -> Floats:
    """Stirling's error: log Gamma(n + 1) - (n + 1/2) log n + n - log(2 pi) / 2, n > 0."""
    small = count < 16.0
    n = np.where(small, count, 1.0)
    direct = special.gammaln(n + 1.0) - (n + 0.5) * np.log(n) + n - _HALF_LOG_TWO_PI
    n = np.where(small, 16.0, count)
    r = 1.0 / (n * n)
    series = (
        1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - r * 691 / 360360))))
    ) / n
    return np.where(small, direct, series)


def _two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Sum and its rounding error (Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Product and its rounding error (Dekker)."""
    product = a * b
    a_high = _SPLITTER * a
    a_high = a_high - (a_high - a)
    b_high = _SPLITTER * b
    b_high = b_high - (b_high - b)
    a_low, b_low = a - a_high, b - b_high
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
