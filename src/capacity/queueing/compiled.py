"""The event kernel compiled by numba (extra `fast`): the same source, the same results."""

from __future__ import annotations

from functools import cache
from typing import Any

from capacity.errors import MissingExtraError
from capacity.queueing.events import Jobs, People, Played, Rules, build_kernel, empty_outcome


@cache
def _compiled_kernel() -> Any:
    try:
        import numba  # noqa: PLC0415 - an extra, loaded only when asked for
    except ImportError as error:
        raise MissingExtraError(
            "the compiled simulation needs numba: pip install 'reviewer-capacity[fast]'"
        ) from error
    return build_kernel(numba.njit)


def run_compiled(jobs: Jobs, people: People, rules: Rules, horizon: float) -> Played:
    """Run the kernel as machine code; the first call of a session compiles (seconds)."""
    outcome = empty_outcome(jobs, people)
    _compiled_kernel()(jobs, people, rules, float(horizon), outcome)
    return Played(*outcome[1:])
