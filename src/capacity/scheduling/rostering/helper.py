"""A second process that runs the exact solver on the whole program while the search goes on."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from capacity.program import Program, Solution, SolveOptions, solve
from capacity.scheduling.rostering.problem import Floats


class Helper:
    """Solves one program at a time in a process of its own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.is_busy = False

    def start(self, program: Program, options: SolveOptions, start: Floats | None) -> None:
        """Begin a solve; the answer is fetched by `take`."""
        self._connection.send((program, options, start))
        self.is_busy = True

    def take(self, seconds: float = 0.0) -> Solution | None:
        """The answer if there is one within some seconds."""
        if not self.is_busy or not self._connection.poll(seconds):
            return None
        self.is_busy = False
        answer: Solution = self._connection.recv()
        return answer


@contextmanager
def open_helper(wanted: bool) -> Iterator[Helper | None]:
    """A helper that ends with the block; None if it is not wanted."""
    if not wanted:
        yield None
        return
    context = multiprocessing.get_context("spawn")
    near, far = context.Pipe()
    process = context.Process(target=_serve, args=(far,), daemon=True)
    process.start()
    try:
        yield Helper(near)
    finally:
        process.terminate()
        process.join()


def _serve(connection: Connection) -> None:
    while True:
        program, options, start = connection.recv()
        connection.send(solve(program, options, start=start, apart=False))
