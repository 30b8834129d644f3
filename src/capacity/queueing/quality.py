"""How large a QA or double-review sample must be to show an error rate, by exact binomials."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special, stats

from capacity.domain import Operation
from capacity.errors import DataError


@dataclass(frozen=True, kw_only=True)
class QualitySample:
    """A sample of `size` reviews that may hold `allowed_errors`, a `share` of all cases."""

    size: int
    allowed_errors: int
    share: float
    error_rate: float
    confidence: float


def error_rate_bound(errors: int, sample: int, *, confidence: float) -> float:
    """Upper bound of the error rate after `errors` in `sample` (Clopper and Pearson, one-sided).

    Examples
    --------
    >>> round(error_rate_bound(0, 298, confidence=0.95), 4)
    0.01
    """
    _check_share("confidence", confidence)
    if not 0 <= errors <= sample or sample < 1:
        raise DataError(f"need 0 <= errors <= sample and sample >= 1, got {errors} of {sample}.")
    if errors == sample:
        return 1.0
    return float(special.betaincinv(errors + 1, sample - errors, confidence))


def sample_size(*, error_rate: float, confidence: float, allowed_errors: int = 0) -> int:
    """Smallest sample that shows an error rate below `error_rate` if it holds so few errors.

    The smallest n with P(Binomial(n, error_rate) <= allowed_errors) <= 1 - confidence, exactly.

    Examples
    --------
    >>> sample_size(error_rate=0.01, confidence=0.95)
    299
    """
    _check_share("error_rate", error_rate)
    _check_share("confidence", confidence)
    if allowed_errors < 0:
        raise DataError(f"allowed_errors must be >= 0, got {allowed_errors}.")
    low, high = allowed_errors, allowed_errors + 1
    while stats.binom.cdf(allowed_errors, high, error_rate) > 1.0 - confidence:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if stats.binom.cdf(allowed_errors, middle, error_rate) > 1.0 - confidence:
            low = middle
        else:
            high = middle
    return high


def size_quality_sample(
    cases: float,
    *,
    error_rate: float,
    confidence: float = 0.95,
    expected_error_rate: float = 0.0,
    power: float = 0.9,
) -> QualitySample:
    """Smallest sample that will show an error rate below a bound, if the true rate is as expected.

    Parameters
    ----------
    cases : float
        Reviewed cases of the period over which the rate is to be shown.
    error_rate : float
        Rate to be shown not to be exceeded, in (0, 1).
    confidence : float
        Of that statement; .95 is a convention.
    expected_error_rate : float
        What the true rate is believed to be; must lie below `error_rate`.
    power : float
        Probability that the sample passes if the belief is right; .9 is a convention.

    Raises
    ------
    DataError
        The sample would exceed the cases of the period: review all, or lengthen the period.

    Examples
    --------
    >>> sample = size_quality_sample(6000, error_rate=0.02, expected_error_rate=0.005)
    >>> sample.size, sample.allowed_errors, round(sample.share, 3)
    (456, 4, 0.076)
    """
    _check_share("power", power)
    if not 0 <= expected_error_rate < error_rate:
        raise DataError(
            f"expected_error_rate must be in [0, error_rate = {error_rate}), got "
            f"{expected_error_rate}: what is not true cannot be shown."
        )
    for allowed in range(10_000):
        size = sample_size(error_rate=error_rate, confidence=confidence, allowed_errors=allowed)
        if size > cases:
            raise DataError(
                f"an error rate below {error_rate:.2%} at confidence {confidence:.0%} needs a "
                f"sample of {size:,} reviews or more, the period has {cases:,.0f}. "
                "Fix: lengthen the period, or show a higher rate."
            )
        if stats.binom.cdf(allowed, size, expected_error_rate) >= power:
            return QualitySample(
                size=size,
                allowed_errors=allowed,
                share=size / cases,
                error_rate=error_rate,
                confidence=confidence,
            )
    raise DataError(
        f"expected_error_rate {expected_error_rate} is too close to {error_rate} to tell apart."
    )


def with_quality_sample(operation: Operation, queue: str, sample: QualitySample) -> Operation:
    """The operation with the sample charged as work: the queue's QA share becomes the sample's.

    Examples
    --------
    >>> from capacity.queueing.examples import two_queue_operation
    >>> sample = size_quality_sample(6000, error_rate=0.02, expected_error_rate=0.005)
    >>> round(with_quality_sample(two_queue_operation(), "normal", sample).queue("normal").qa_share, 3)
    0.076
    """
    changed = replace(operation.queue(queue), qa_share=sample.share)
    queues = tuple(changed if item.name == queue else item for item in operation.queues)
    return replace(operation, queues=queues)


def with_double_review(operation: Operation, queue: str, sample: QualitySample) -> Operation:
    """The same with the sample taken as second reviews: they close the case."""
    changed = replace(operation.queue(queue), double_review_share=sample.share)
    queues = tuple(changed if item.name == queue else item for item in operation.queues)
    return replace(operation, queues=queues)


def _check_share(name: str, value: float) -> None:
    if not (0 < value < 1 and np.isfinite(value)):
        raise DataError(f"{name} must lie strictly between 0 and 1, got {value}.")
