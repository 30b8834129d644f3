"""One family of errors; each says what is wrong and how to mend it."""

from __future__ import annotations


class CapacityError(Exception):
    """Base of every error that this library raises on purpose."""


class DataError(CapacityError, ValueError):
    """The input breaks a rule; the message lists every fault and its fix.

    `faults` holds the single faults where the input was checked as a whole.
    """

    faults: tuple[object, ...] = ()


class InfeasibleError(CapacityError):
    """No plan satisfies the hard rules; the message names them and what would mend it."""


class UnstableQueueError(CapacityError):
    """Work exceeds capacity over a whole cycle, so the backlog grows without end."""


class SolverError(CapacityError):
    """The solver failed, or stopped without a solution that may be read."""


class MissingExtraError(CapacityError, ImportError):
    """An optional dependency is not installed; the message says which extra to install."""
