"""A margin that is given is held: nothing is searched and the promise is played all the same."""

import numpy as np
import pytest

from capacity.domain import Effort
from capacity.errors import DataError
from capacity.queueing import staff
from capacity.queueing.examples import poisson_demand, two_queue_operation
from capacity.scheduling import schedule


@pytest.fixture(scope="module")
def staffed():
    operation = two_queue_operation()
    demand = poisson_demand(operation, per_hour={"normal": 60.0, "urgent": 5.0})
    return operation, staff(demand, operation)


def test_given_factors_are_those_of_the_plan(staffed):
    operation, staffing = staffed
    given = {"normal": 1.07, "urgent": 1.2}
    plan = schedule(staffing, operation, weeks=1, effort=Effort.QUICK, factors=given)
    assert dict(plan.factors) == given
    assert 1.07 <= plan.factor <= 1.2
    assert plan.promises
    assert not np.isnan(plan.weeks_kept)


def test_the_factors_found_by_a_search_are_told_by_queue(staffed):
    operation, staffing = staffed
    plan = schedule(staffing, operation, weeks=1, effort=Effort.QUICK)
    assert tuple(name for name, _ in plan.factors) == operation.queue_names
    assert min(value for _, value in plan.factors) >= 1


def test_a_margin_below_one_or_missing_is_refused(staffed):
    operation, staffing = staffed
    with pytest.raises(DataError, match=r"missing \['urgent'\], below 1 \{'normal': 0.9\}"):
        schedule(staffing, operation, factors={"normal": 0.9})
