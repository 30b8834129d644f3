"""Targets say who set them and refuse what the law does not say."""

import pytest

from capacity.domain import Basis, MeasuredAt, Target
from capacity.errors import DataError


def test_statute_target_on_2258a_is_refused():
    with pytest.raises(DataError, match="names no hours"):
        Target(share=0.95, within_hours=24, basis=Basis.STATUTE, citation="18 U.S.C. 2258A(a)")


def test_statute_target_without_citation_is_refused():
    with pytest.raises(DataError, match="needs its citation"):
        Target(share=0.95, within_hours=48, basis=Basis.STATUTE)


def test_statute_that_names_hours_is_accepted():
    target = Target(
        share=0.99, within_hours=48, basis=Basis.STATUTE, citation="TAKE IT DOWN Act, section 3"
    )
    assert "statute: TAKE IT DOWN Act" in str(target)


@pytest.mark.parametrize("share", [0.0, 1.0, 95, -0.1, float("nan")])
def test_share_outside_the_open_unit_interval_is_refused(share):
    with pytest.raises(DataError, match="target share"):
        Target(share=share, within_hours=24)


def test_percent_slip_is_named():
    with pytest.raises(DataError, match=r"Did you mean 0\.95\?"):
        Target(share=95, within_hours=24)


def test_default_clock_stops_at_closing():
    assert Target(share=0.9, within_hours=1).measured_at is MeasuredAt.CLOSED
