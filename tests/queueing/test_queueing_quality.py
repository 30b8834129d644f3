"""QA samples: exact binomials against sums of rationals, and the work they make."""

from fractions import Fraction
from math import comb

import pytest

from capacity.errors import DataError
from capacity.queueing import (
    error_rate_bound,
    sample_size,
    size_quality_sample,
    staff,
    with_double_review,
    with_quality_sample,
)
from capacity.queueing.examples import poisson_demand, two_queue_operation


def at_most(errors: int, size: int, rate: Fraction) -> Fraction:
    """P(Binomial <= errors) in rational arithmetic."""
    return sum(
        (comb(size, k) * rate**k * (1 - rate) ** (size - k) for k in range(errors + 1)), Fraction(0)
    )


@pytest.mark.parametrize("percent", [1, 2, 5, 20])
@pytest.mark.parametrize("allowed", [0, 1, 4])
def test_sample_is_the_smallest_that_shows_the_rate(percent, allowed):
    rate = Fraction(percent, 100)
    size = sample_size(error_rate=percent / 100, confidence=0.95, allowed_errors=allowed)
    assert at_most(allowed, size, rate) <= Fraction(5, 100)
    assert at_most(allowed, size - 1, rate) > Fraction(5, 100)


def test_bound_and_size_are_inverse():
    size = sample_size(error_rate=0.03, confidence=0.9, allowed_errors=2)
    assert error_rate_bound(2, size, confidence=0.9) <= 0.03
    assert error_rate_bound(2, size - 1, confidence=0.9) > 0.03


def test_the_sample_passes_with_the_power_asked_for():
    sample = size_quality_sample(9000, error_rate=0.02, expected_error_rate=0.005, power=0.9)
    assert at_most(sample.allowed_errors, sample.size, Fraction(5, 1000)) >= Fraction(9, 10)
    fewer = sample_size(error_rate=0.02, confidence=0.95, allowed_errors=sample.allowed_errors - 1)
    assert at_most(sample.allowed_errors - 1, fewer, Fraction(5, 1000)) < Fraction(9, 10)


def test_the_sample_is_charged_as_work():
    operation = two_queue_operation()
    sample = size_quality_sample(1000, error_rate=0.05)
    demand = poisson_demand(operation, per_hour={"normal": 20.0})
    plain = staff(demand, operation).work("normal").sum()
    for charge in (with_quality_sample, with_double_review):
        charged = staff(demand, charge(operation, "normal", sample)).work("normal").sum()
        assert charged / plain == pytest.approx(1 + sample.share)


def test_a_sample_larger_than_the_period_is_refused():
    with pytest.raises(DataError, match=r"needs a sample of 299 reviews or more.*has 200"):
        size_quality_sample(200, error_rate=0.01)


def test_what_is_not_true_cannot_be_shown():
    with pytest.raises(DataError, match="cannot be shown"):
        size_quality_sample(200, error_rate=0.01, expected_error_rate=0.02)
