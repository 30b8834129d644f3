"""Masses of the M/M/c+M queue (those who wait give up), in one closed form for any target."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from capacity.queueing.poisson import lower_ratio, upper_ratio

Floats = NDArray[np.float64]


def abandonment_masses(
    servers: Floats, load: Floats, within: Floats, patience: Floats
) -> tuple[Floats, Floats, Floats]:
    """Weights of: a server free; all busy; all busy, but started within; one scale per point.

    Servers > 0, load >= 0, within >= 0 or infinite, patience > 0 (infinite: weights of an idle
    system, the caller replaces them). Divide by free + busy for shares of arrivals.
    """
    c, a, t, p = np.broadcast_arrays(servers, load, within, patience)
    some = (a > 0) & np.isfinite(p)
    c, a = np.where(some, c, 1.0), np.where(some, a, 0.5)
    t, p = np.where(some, t, 0.0), np.where(some, p, 1.0)
    eta, beta = a * p, c * p
    free = _free_weight(c, a)
    all_served = lower_ratio(beta, eta)
    busy = (eta / beta) * (1.0 + all_served)  # gamma(b, x) = gamma(b + 1, x) + x^b e^-x, over b
    endless = np.isinf(t)
    remaining = np.where(endless, 0.0, eta * np.exp(-np.where(endless, 0.0, t) / p))
    with np.errstate(invalid="ignore"):
        served = all_served - _served_later(c, t, p, eta, remaining)
    # Overloaded and patient: the weights overflow, their ratios do not.
    huge = ~np.isfinite(all_served)
    limit = special.gammainc(beta + 1.0, eta) - special.gammainc(beta + 1.0, remaining)
    busy = np.where(huge, eta / beta, busy)
    served = np.where(huge, limit, np.maximum(served, 0.0))
    free = np.where(huge, 0.0, free)
    nobody_waits = ~some | np.isinf(free)
    return (
        np.where(nobody_waits, 1.0, free),
        np.where(nobody_waits, 0.0, busy),
        np.where(nobody_waits, 0.0, served),
    )


def _served_later(c: Floats, t: Floats, p: Floats, eta: Floats, remaining: Floats) -> Floats:
    """Integral of e^{-u/p} x density of the offered wait beyond t."""
    later = np.zeros_like(remaining)
    more = remaining > 0
    c, t, p, eta, remaining = c[more], t[more], p[more], eta[more], remaining[more]
    exponent = -eta * np.expm1(-t / p) - c * t
    with np.errstate(over="ignore", invalid="ignore"):
        later[more] = lower_ratio(c * p, remaining) * np.exp(exponent)
    return later


def _free_weight(c: Floats, a: Floats) -> Floats:
    """Weight of "a server is free" relative to that of c - 1 busy, for real c > 0."""
    below_one = c < 1
    weight = upper_ratio(np.where(below_one, c, c - 1.0), a)
    # U(c) = 1 + (c / a) U(c - 1), read backwards
    return np.where(below_one, (weight - 1.0) * a / c, weight)
