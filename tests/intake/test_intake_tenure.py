"""A pool takes the tenure of its people where it is known of every one."""

from dataclasses import replace

import pytest

from capacity.intake.people import with_tenure
from tests.builders import toy_operation, toy_pool


def test_known_tenure_of_all_people_becomes_the_pools():
    operation = toy_operation(pools=(toy_pool(heads=3),))
    people = [
        replace(p, tenure_months=m) for p, m in zip(operation.people, (9, 2, 30), strict=True)
    ]
    (pool,) = with_tenure(operation.pools, tuple(people))
    assert pool.tenure_months == (2, 9, 30)


@pytest.mark.parametrize("stated", [(), (1, 2, 3)])
def test_an_unknown_tenure_or_a_stated_one_changes_nothing(stated):
    operation = toy_operation(pools=(toy_pool(heads=3, tenure_months=stated),))
    first = replace(operation.people[0], tenure_months=4)
    (pool,) = with_tenure(operation.pools, (first, *operation.people[1:]))
    assert pool.tenure_months == stated
