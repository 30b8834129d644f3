"""Shrinkage is exact and taken once; attrition and ramp stay in their ranges."""

from fractions import Fraction

import pytest

from capacity.domain import Attrition, AttritionBand, Ramp, Shrinkage
from capacity.errors import DataError


def test_shrinkage_is_exact_on_thirty_thousand_cases():
    for percent in range(100):
        shrinkage = Shrinkage.of(out_of_office={"leave": f"{percent}/100"})
        for heads in range(1, 301):
            employed = shrinkage.heads_employed(heads)
            assert employed * (100 - percent) >= heads * 100 > (employed - 1) * (100 - percent)


def test_in_shift_loss_never_enters_availability():
    shrinkage = Shrinkage.of(in_shift={"meetings": "0.1"}, out_of_office={"leave": "0.2"})
    assert shrinkage.availability == Fraction(4, 5)
    assert shrinkage.in_shift == Fraction(1, 10)


def test_total_loss_is_refused():
    with pytest.raises(DataError, match="nothing is left"):
        Shrinkage.of(out_of_office={"leave": "0.6", "sickness": "0.4"})


def test_monthly_attrition_compounds_to_the_yearly_rate():
    attrition = Attrition(bands=(AttritionBand(from_months=0, yearly=0.35),))
    assert (1 - attrition.monthly(0)) ** 12 == pytest.approx(0.65)


def test_attrition_over_one_hundred_percent_is_refused():
    with pytest.raises(DataError, match=r"Did you mean 0\.35"):
        AttritionBand(from_months=0, yearly=35)


def test_bands_must_start_at_zero_and_increase():
    with pytest.raises(DataError, match="must start at 0"):
        Attrition(bands=(AttritionBand(from_months=3, yearly=0.3),))


def test_ramp_above_one_is_refused():
    with pytest.raises(DataError, match=r"ramp shares must lie in \[0, 1\]"):
        Ramp(weekly=(0.5, 1.2))
