"""Facts about the second process of a roster search."""

from __future__ import annotations

import numpy as np
import pytest

from capacity.domain import SolveStatus
from capacity.errors import DataError
from capacity.program import Engine, SolveOptions, declare, require, stack
from capacity.scheduling.rostering import SearchLimits
from capacity.scheduling.rostering.helper import open_helper


def test_the_helper_solves_in_a_process_of_its_own() -> None:
    slots = declare("x", 2, cost=[3.0, 2.0], upper=5, integer=True)
    program = stack([slots], [require("floor", {"x": np.ones((1, 2))}, lower=6)])
    with open_helper(True) as helper:
        assert helper is not None
        helper.start(program, SolveOptions(engine=Engine.DIRECT), None)
        found = helper.take(300)
    assert found is not None
    assert found.status is SolveStatus.OPTIMAL
    assert found.objective == 13.0


def test_no_helper_unless_wanted() -> None:
    with open_helper(False) as helper:
        assert helper is None


def test_a_second_process_needs_a_clock() -> None:
    with pytest.raises(DataError, match="workers = 2"):
        SearchLimits(workers=2)
