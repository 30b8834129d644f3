"""Run one function on many items, in this process or on many workers, with the same result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from capacity.errors import DataError, MissingExtraError

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[str], None]


def run_many(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    names: Sequence[str] | None = None,
    jobs: int | None = 1,
    progress: Progress | None = None,
    done: Callable[[int, Result], None] | None = None,
) -> list[Result]:
    """Results of `function` for every item, in the order of the items.

    The result never depends on the number of workers: nothing is passed to a worker but its
    item, so randomness must come from names inside the item, never from an order of work.

    Parameters
    ----------
    function : callable
        Called with one item. It must be importable in a worker unless `jobs` is 1.
    items : sequence
        What to run.
    names : sequence of str, optional
        How progress lines call the items; default their position.
    jobs : int or None, default 1
        1 runs serially in this process and needs no extra. More run on that many processes
        through joblib. None leaves the number and the backend to `joblib.parallel_config`, say
        `parallel_config(backend="dask")`, which moves the same call to a cluster.
    progress : callable, optional
        Receives one line of text for each finished item.
    done : callable, optional
        Receives (position, result) in this process as soon as an item is finished, in order of
        completion: what it writes survives an interrupt.

    Raises
    ------
    MissingExtraError
        `jobs` is not 1 and joblib is not installed.

    Examples
    --------
    >>> run_many(abs, [-1, 2, -3])
    [1, 2, 3]
    """
    if jobs is not None and jobs < 1:
        raise DataError(
            f"jobs must be at least 1, got {jobs}. Fix: write --jobs 2 for two workers."
        )
    labels = [str(k) for k in range(len(items))] if names is None else list(names)
    if len(labels) != len(items):
        raise DataError(f"{len(labels)} names were given for {len(items)} items.")
    results: dict[int, Result] = {}
    begun = time.perf_counter()
    source = _serial(function, items) if jobs == 1 else _parallel(function, items, jobs)
    for position, result in source:
        results[position] = result
        if done is not None:
            done(position, result)
        if progress is not None:
            seconds = time.perf_counter() - begun
            progress(
                f"{len(results)} of {len(items)} done after {seconds:.1f} s: {labels[position]}"
            )
    return [results[position] for position in range(len(items))]


def _serial(
    function: Callable[[Item], Result], items: Sequence[Item]
) -> Iterator[tuple[int, Result]]:
    for position, item in enumerate(items):
        yield position, function(item)


def _parallel(
    function: Callable[[Item], Result], items: Sequence[Item], jobs: int | None
) -> Iterator[tuple[int, Result]]:
    try:
        import joblib  # noqa: PLC0415 -- an extra, needed only here
        from joblib.parallel import get_active_backend  # noqa: PLC0415 -- as above
    except ImportError as error:
        raise MissingExtraError(
            "Running on several workers needs joblib: pip install the extra [parallel], or use jobs = 1."
        ) from error
    own = type(get_active_backend()[0]).__name__ == "LokyBackend"
    # One thread for BLAS in each worker; a backend that the user chose keeps its own settings.
    options: dict[str, Any] = {"backend": "loky", "inner_max_num_threads": 1} if own else {}
    calls = (joblib.delayed(_numbered)(function, k, item) for k, item in enumerate(items))
    with joblib.parallel_config(**options):
        yield from joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")(calls)


def _numbered(function: Callable[[Item], Result], position: int, item: Item) -> tuple[int, Result]:
    return position, function(item)
