"""Forbidden successions as few strong rows: one row for each pair of maximal sets."""

from __future__ import annotations

import numpy as np

from capacity.scheduling.rostering.problem import Bools

SetPair = tuple[tuple[int, ...], tuple[int, ...]]


def succession_cliques(forbidden: Bools) -> list[SetPair]:
    """Maximal pairs (from set, to set) in which every succession is forbidden.

    Because a person works at most one shift a day, `sum(from, day) + sum(to, day + 1) <= 1`
    holds for every pair returned, and together the pairs cover each forbidden succession. Only
    the pairs listed are forbidden: night -> morning says nothing on night -> night.

    Parameters
    ----------
    forbidden : numpy.ndarray
        Boolean (shifts, shifts): `[s, t]` forbids t on the day after s.

    Examples
    --------
    >>> import numpy as np
    >>> early, late, night = 0, 1, 2
    >>> rule = np.zeros((3, 3), dtype=bool)
    >>> rule[late, early] = rule[night, early] = rule[night, late] = True
    >>> succession_cliques(rule)
    [((1, 2), (0,)), ((2,), (0, 1))]
    """
    found: set[SetPair] = set()
    for successor in np.nonzero(forbidden.any(axis=0))[0]:
        sources = np.nonzero(forbidden[:, successor])[0]
        _close(found, forbidden, sources)
    for source in np.nonzero(forbidden.any(axis=1))[0]:
        targets = np.nonzero(forbidden[source])[0]
        sources = np.nonzero(forbidden[:, targets].all(axis=1))[0]
        _close(found, forbidden, sources)
    return sorted(found)


def _close(found: set[SetPair], forbidden: Bools, sources: np.ndarray) -> None:
    targets = np.nonzero(forbidden[sources].all(axis=0))[0]
    if sources.size and targets.size:
        found.add((tuple(map(int, sources)), tuple(map(int, targets))))
