"""Work over chunks of series in threads: the result does not depend on how many there are."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

MOST_THREADS = 8


def work_in_chunks(size: int, work: Callable[[slice], None], *, chunk: int) -> None:
    """Call ``work`` for consecutive slices of ``range(size)``, several at a time.

    Chunks are the same for any number of threads; numpy releases the interpreter lock inside
    its loops, so that threads run side by side.
    """
    slices = [slice(first, min(first + chunk, size)) for first in range(0, size, chunk)]
    threads = min(len(slices), usable_cores(), MOST_THREADS)
    if threads <= 1:
        for rows in slices:
            work(rows)
        return
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for done in [pool.submit(work, rows) for rows in slices]:
            done.result()


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
