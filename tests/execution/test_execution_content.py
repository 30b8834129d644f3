import subprocess
import sys
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from capacity.errors import DataError
from capacity.execution import content_key
from tests.oracles import front_toys as toys


def test_equal_operations_have_equal_keys_and_a_change_changes_the_key():
    base = toys.operation()
    assert content_key(base) == content_key(toys.operation())
    assert content_key(base) != content_key(replace(base, occupancy_cap=0.8))


def test_the_key_does_not_depend_on_the_hash_seed():
    code = "from capacity.execution import content_key as c; print(c({'a', 'b', 'c'}, {'x': 1, 'y': (2, None)}))"
    keys = {
        subprocess.run(  # noqa: S603 -- our own code
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1, 2), (12,)),
        ("1", 1),
        ((("a",), "b"), (("a", "b"),)),
        (date(2026, 1, 2), "2026-01-02"),
        (np.zeros(3), np.zeros((3, 1))),
        (np.zeros(3, dtype=np.int64), np.zeros(3)),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]})),
    ],
)
def test_different_content_has_different_keys(one, other):
    assert content_key(one) != content_key(other)


def test_a_function_has_no_key():
    with pytest.raises(DataError, match="no content key"):
        content_key(len)
