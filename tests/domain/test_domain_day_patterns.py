"""Patterns of working days: ranks say exactly what the patterns say, for one person and for sums."""

from itertools import combinations, product

import numpy as np
import pytest

from capacity.domain import day_ranks, free_run_patterns
from capacity.errors import DataError
from tests.builders import toy_pool

WEEK = range(7)
DECLARED = ((0, 1, 2, 3, 4), (2, 3, 4, 5, 6), (0, 2, 4, 6))
FAMILIES = (free_run_patterns(2), free_run_patterns(3), DECLARED, ((1, 3),))


@pytest.mark.parametrize("patterns", FAMILIES)
def test_a_person_within_every_rank_works_within_one_pattern(patterns):
    ranks = day_ranks(patterns)
    for size in range(8):
        for days in map(set, combinations(WEEK, size)):
            kept = all(len(days & set(some)) <= rank for some, rank in ranks)
            assert kept == any(days <= set(pattern) for pattern in patterns)


@pytest.mark.parametrize("days_off", [2, 3])
def test_heads_within_every_rank_split_into_runs_of_days_off(days_off):
    """All sums of patterns of two heads, against all heads by day that keep to the ranks."""
    patterns = [np.isin(WEEK, pattern) for pattern in free_run_patterns(days_off)]
    most = [one.astype(int) + other for one, other in product(patterns, repeat=2)]
    ranks = [(list(days), 2 * rank) for days, rank in day_ranks(free_run_patterns(days_off))]
    for heads in product(range(3), repeat=7):
        wanted = np.array(heads)
        kept = all(wanted[days].sum() <= top for days, top in ranks)
        assert kept == any((wanted <= sums).all() for sums in most)


def test_a_pool_names_its_patterns():
    assert toy_pool().week_patterns == ()
    assert toy_pool(days_off_in_row=2).week_patterns == free_run_patterns(2)
    assert toy_pool(day_patterns=((4, 3, 2, 1, 0),)).week_patterns == ((0, 1, 2, 3, 4),)


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"days_off_in_row": 0}, "days_off_in_row must be 1 to 6, got 0"),
        ({"days_off_in_row": 2, "day_patterns": ((0, 1, 2, 3, 4),)}, "give one of them"),
        ({"day_patterns": ((0, 0),)}, "different days"),
        ({"day_patterns": ((7,),)}, "different days"),
        ({"days_off_in_row": 3}, "no pattern leaves room for days_per_week = 5"),
    ],
)
def test_patterns_that_make_no_sense_are_refused(fields, match):
    with pytest.raises(DataError, match=match):
        toy_pool(**fields)
