"""Of equal totals the curve takes the one closest to today's team."""

import numpy as np
import pytest

from capacity.domain import Effort
from capacity.queueing import staff
from capacity.scheduling import staffing_curve
from tests.builders import toy_demand, toy_operation, toy_pool


@pytest.mark.parametrize(("first", "second"), [(9, 3), (3, 9), (6, 6)])
def test_pools_that_replace_each_other_keep_todays_mix(first, second):
    pools = (toy_pool("a", heads=first), toy_pool("b", heads=second))
    operation = toy_operation(pools=pools, with_people=False)
    staffing = staff(toy_demand(operation, per_hour=20.0, paths=6), operation)
    curve = staffing_curve(staffing, operation, levels=(1.0,), effort=Effort.QUICK)
    present = curve.split[0] * curve.heads[0]
    today = np.array([first, second]) * float(pools[0].shrinkage.availability)
    assert np.maximum(present - today, 0).sum() == pytest.approx(
        max(curve.heads[0] - today.sum(), 0), abs=1e-6
    )
