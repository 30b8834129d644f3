"""A second process that runs the exact solver on the whole program while the search goes on."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from capacity.errors import SolverError
from capacity.program import Program, Solution, SolveOptions, solve
from capacity.scheduling.rostering.problem import Floats

GONE = (
    "The second process of the search has ended (memory, or a script without the guard "
    "`if __name__ == '__main__'`). Fix: workers=1."
)


class Helper:
    """Solves one program at a time in a process of its own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.is_busy = False

    def start(self, program: Program, options: SolveOptions, start: Floats | None) -> None:
        """Begin a solve; the answer is fetched by `take`.

        Raises
        ------
        SolverError
            The process has ended.
        """
        try:
            self._connection.send((program, options, start))
        except OSError as error:
            raise SolverError(GONE) from error
        self.is_busy = True

    def take(self, seconds: float = 0.0) -> Solution | None:
        """The answer if there is one within some seconds.

        Raises
        ------
        SolverError
            The process has ended.
        """
        if not self.is_busy or not self._connection.poll(seconds):
            return None
        self.is_busy = False
        try:
            answer: Solution = self._connection.recv()
        except (EOFError, OSError) as error:
            raise SolverError(GONE) from error
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
    far.close()  # so that the end of the process is seen here
    try:
        yield Helper(near)
    finally:
        process.terminate()
        process.join()


def _serve(connection: Connection) -> None:
    while True:
        program, options, start = connection.recv()
        connection.send(solve(program, options, start=start, apart=False))
