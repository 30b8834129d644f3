"""The event kernel compiled by numba (extra `fast`): the same source, the same results."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from capacity.errors import MissingExtraError
from capacity.queueing.events import PLAIN, Jobs, Machine, People, Played, Rules, run_events


@cache
def _machine() -> Machine:
    try:
        import numba  # noqa: PLC0415 - an extra, loaded only when asked for
    except ImportError as error:
        raise MissingExtraError(
            "the compiled simulation needs numba: pip install 'reviewer-capacity[fast]'"
        ) from error
    return Machine(
        play_events=numba.njit(PLAIN.play_events),
        play_pooled=numba.njit(PLAIN.play_pooled),
        take=_as_arrays,
        blank=np.full,
    )


def run_compiled(jobs: Jobs, people: People, rules: Rules, horizon: float) -> Played:
    """Run the kernels as machine code; the first call of a session compiles (seconds)."""
    return run_events(_machine(), jobs, people, rules, horizon)


def _as_arrays(value: Any) -> Any:
    """The same tuple; containers are arrays already."""
    return value
