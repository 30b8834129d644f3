"""Shapley values: a fair split of a difference over the factors that made it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import factorial, sqrt

import numpy as np

from capacity.domain.seeds import stream

Value = Callable[[frozenset[str]], float]
MOST_EXACT = 6
"""Up to so many factors every subset is evaluated: 64 evaluations."""


def shapley_exact(value: Value, factors: Sequence[str]) -> dict[str, float]:
    """The mean contribution of each factor over all orders in which factors can change.

    phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (v(S + i) - v(S)); Shapley (1953).
    Every subset is evaluated once: 2^n evaluations.

    Examples
    --------
    >>> shapley_exact(lambda done: 6.0 if {"a", "b"} <= done else 0.0, ["a", "b", "c"])
    {'a': 3.0, 'b': 3.0, 'c': 0.0}
    """
    n = len(factors)
    known = {
        frozenset(subset): value(frozenset(subset))
        for size in range(n + 1)
        for subset in combinations(factors, size)
    }
    found = {}
    for name in factors:
        total = 0.0
        for subset, before in known.items():
            if name not in subset:
                weight = factorial(len(subset)) * factorial(n - len(subset) - 1) / factorial(n)
                total += weight * (known[subset | {name}] - before)
        found[name] = total
    return found


def shapley_sampled(
    value: Value, factors: Sequence[str], *, orders: int, seed: int
) -> dict[str, tuple[float, float]]:
    """Estimate and standard error from random orders, each played forwards and backwards.

    The estimates add up to v(all) - v(none) exactly, because every order does. A subset that
    was evaluated before is not evaluated again.
    """
    generator = stream(seed, "shapley")
    memo: dict[frozenset[str], float] = {}

    def known(done: frozenset[str]) -> float:
        if done not in memo:
            memo[done] = value(done)
        return memo[done]

    rows = []
    for _ in range(orders):
        order = [factors[k] for k in generator.permutation(len(factors))]
        pair = [_marginals(known, way) for way in (order, order[::-1])]
        rows.append([(pair[0][name] + pair[1][name]) / 2 for name in factors])
    table = np.asarray(rows)
    errors = (
        table.std(axis=0, ddof=1) / sqrt(orders) if orders > 1 else np.full(len(factors), np.nan)
    )
    means = table.mean(axis=0)
    return {name: (float(means[k]), float(errors[k])) for k, name in enumerate(factors)}


def _marginals(value: Value, order: Sequence[str]) -> dict[str, float]:
    done: frozenset[str] = frozenset()
    before, found = value(done), {}
    for name in order:
        done |= {name}
        after = value(done)
        found[name] = after - before
        before = after
    return found
