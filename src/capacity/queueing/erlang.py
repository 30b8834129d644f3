"""Erlang B, C and A, exact to 100,000 servers and beyond; all arguments broadcast as numpy arrays.

Times are in units of the mean handling time, load in Erlang (arrival rate x mean handling time),
servers may be real. Load at or above the servers gives waiting probability 1 and service level 0:
a stationary answer does not exist, and the carry-over model is the right one there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from capacity.errors import DataError
from capacity.queueing.abandonment import abandonment_masses
from capacity.queueing.arguments import nonnegative, positive, servers_and_load, strict_share
from capacity.queueing.inversion import required_by_bisection, required_by_table
from capacity.queueing.poisson import log_poisson, upper_ratio

Floats = NDArray[np.float64]


def erlang_b(servers: ArrayLike, load: ArrayLike) -> Floats:
    """Share of arrivals that find all servers busy when nobody waits (M/M/c/c).

    Parameters
    ----------
    servers : array_like
        Number of servers, real, >= 0.
    load : array_like
        Offered load in Erlang, >= 0.

    Returns
    -------
    ndarray
        Blocking probability, broadcast; below 1e-300 use `log_erlang_b`.

    Notes
    -----
    1/B = Gamma(c + 1, a) / (a^c e^-a), which is also the definition for real c (textbook; checked
    against the recursion B(c) = a B(c-1) / (c + a B(c-1)) at 50 digits: relative error < 1e-13).

    Examples
    --------
    >>> float(erlang_b(2, 1.0).round(12))
    0.2
    """
    c, a = servers_and_load(servers, load)
    busy = a > 0
    result = np.where(c == 0, 1.0, 0.0)
    result[busy] = 1.0 / upper_ratio(c[busy], a[busy])
    return result


def log_erlang_b(servers: ArrayLike, load: ArrayLike) -> Floats:
    """Natural logarithm of `erlang_b`, finite where the probability itself underflows.

    Examples
    --------
    >>> float(log_erlang_b(1000, 0.5).round(3))
    -6605.775
    """
    c, a = servers_and_load(servers, load)
    return _log_from_poisson(c, a, np.zeros_like(a), erlang_b(c, a))


def erlang_c(servers: ArrayLike, load: ArrayLike) -> Floats:
    """Share of arrivals that must wait (M/M/c); 1 where load >= servers.

    C = c B / ((c - a) + a B) with B the Erlang B value (textbook).

    Examples
    --------
    >>> float(erlang_c(14, 10).round(10))
    0.1741319336
    """
    c, a = servers_and_load(servers, load)
    blocked = erlang_b(c, a)
    stable = a < c
    with np.errstate(invalid="ignore", divide="ignore"):
        waiting = c * blocked / ((c - a) + a * blocked)
    return np.where(stable, waiting, 1.0)


def log_erlang_c(servers: ArrayLike, load: ArrayLike) -> Floats:
    """Natural logarithm of `erlang_c`, finite where the probability itself underflows."""
    c, a = servers_and_load(servers, load)
    blocked = erlang_b(c, a)
    stable = a < c
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(stable, np.log(c) - np.log((c - a) + a * blocked), 0.0)
    return np.where(stable, _log_from_poisson(c, a, shift, erlang_c(c, a)), 0.0)


def service_level(servers: ArrayLike, load: ArrayLike, *, within: ArrayLike) -> Floats:
    """Share of arrivals whose work is STARTED within a time (M/M/c, first come first served).

    Parameters
    ----------
    servers, load : array_like
        As in `erlang_c`.
    within : array_like
        Time in mean handling times, >= 0.

    Returns
    -------
    ndarray
        1 - C e^{-(c - a) t}; 0 where load >= servers.

    Examples
    --------
    >>> float(service_level(14, 10, within=1 / 9).round(10))
    0.8883500192
    """
    c, a = servers_and_load(servers, load)
    t = nonnegative("within", within)
    c, a, t = np.broadcast_arrays(c, a, t)
    return np.where(a < c, 1.0 - erlang_c(c, a) * np.exp(-np.maximum(c - a, 0.0) * t), 0.0)


def wait_mean(servers: ArrayLike, load: ArrayLike) -> Floats:
    """Mean wait before start, all arrivals, in mean handling times; infinite where unstable.

    Examples
    --------
    >>> float((wait_mean(2, 9 / 5) / 5).round(6))       # mean handling 1/5
    0.852632
    """
    c, a = servers_and_load(servers, load)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = erlang_c(c, a) / (c - a)
    return np.where(a < c, mean, np.inf)


def wait_quantile(servers: ArrayLike, load: ArrayLike, *, share: ArrayLike) -> Floats:
    """Smallest time by which a `share` of arrivals has been started, in mean handling times.

    Examples
    --------
    >>> float(service_level(14, 10, within=wait_quantile(14, 10, share=0.95)).round(12))
    0.95
    """
    c, a = servers_and_load(servers, load)
    q = strict_share(share)
    c, a, q = np.broadcast_arrays(c, a, q)
    with np.errstate(divide="ignore", invalid="ignore"):
        time = (log_erlang_c(c, a) - np.log1p(-q)) / (c - a)
    return np.where(a < c, np.maximum(time, 0.0), np.inf)


def erlang_a_service_level(
    servers: ArrayLike, load: ArrayLike, *, within: ArrayLike, patience: ArrayLike
) -> Floats:
    """Share of ALL arrivals that are started within a time when the waiting give up (M/M/c+M).

    Parameters
    ----------
    servers : array_like
        Number of servers, real, > 0.
    load : array_like
        Offered load in Erlang; may exceed the servers.
    within : array_like
        Time in mean handling times; infinite gives the share that is served at all.
    patience : array_like
        Mean patience in mean handling times, > 0; infinite patience is Erlang C.

    Notes
    -----
    The density of the offered wait is proportional to exp(eta (1 - e^{-u/p}) - c u), eta = a p
    (Baccelli and Hebuterne 1981); substituting x = eta e^{-u/p} turns every integral into an
    incomplete gamma function, so targets from seconds to days are one formula without underflow.

    Examples
    --------
    >>> float(erlang_a_service_level(58, 57, within=24, patience=600).round(4))
    0.9988
    """
    idle, waiting, served = _masses(servers, load, within, patience)
    result: Floats = (idle + served) / (idle + waiting)
    return _with_infinite_patience(
        result, patience, service_level(servers, load, within=_finite(within))
    )


def erlang_a_wait_probability(
    servers: ArrayLike, load: ArrayLike, *, patience: ArrayLike
) -> Floats:
    """Share of arrivals that find all servers busy when the waiting give up (M/M/c+M).

    Examples
    --------
    >>> float(erlang_a_wait_probability(14, 10, patience=5 / 3).round(6))
    0.14526
    """
    idle, waiting, _ = _masses(servers, load, 0.0, patience)
    return _with_infinite_patience(waiting / (idle + waiting), patience, erlang_c(servers, load))


def erlang_a_abandonment(servers: ArrayLike, load: ArrayLike, *, patience: ArrayLike) -> Floats:
    """Share of arrivals that give up before start (M/M/c+M).

    The mean wait of all arrivals is this share x patience.

    Examples
    --------
    >>> float(erlang_a_abandonment(14, 10, patience=5 / 3).round(6))
    0.013984
    """
    idle, waiting, served = _masses(servers, load, np.inf, patience)
    lost = np.maximum(waiting - served, 0.0) / (idle + waiting)
    c, a = servers_and_load(servers, load)
    with np.errstate(divide="ignore", invalid="ignore"):
        without_end = np.where(a > c, 1.0 - c / a, 0.0)
    return _with_infinite_patience(lost, patience, without_end)


def required_servers(
    load: ArrayLike, *, share: ArrayLike, within: ArrayLike, max_occupancy: ArrayLike = 1.0
) -> NDArray[np.int64]:
    """Fewest servers that start a share of the work within a time (M/M/c): the true minimum.

    Parameters
    ----------
    load : array_like
        Offered load in Erlang, >= 0.
    share : array_like
        Target share, strictly between 0 and 1.
    within : array_like
        Target time in mean handling times, >= 0.
    max_occupancy : array_like
        Cap on load / servers, in (0, 1]; a constraint, never a divisor of the result.

    Returns
    -------
    ndarray of int
        Smallest c with `service_level(c, load, within=within) >= share` and
        load <= max_occupancy x c; 0 where the load is 0.

    Notes
    -----
    For each c there is a largest load that meets the target; that step function is inverted once
    per distinct target and looked up for all loads, so a million intervals cost one sorted search.

    Examples
    --------
    >>> int(required_servers(2.6, share=0.95, within=144))
    3
    >>> required_servers([10, 10, 0], share=0.8, within=[1 / 9, 24, 1]).tolist()
    [14, 11, 0]
    """
    a = nonnegative("load", load)
    q, t = strict_share(share), nonnegative("within", within)
    cap = positive("max_occupancy", max_occupancy)
    if np.any(cap > 1):
        raise DataError(f"max_occupancy must be in (0, 1], got {cap.max()}.")
    if q.ndim == t.ndim == cap.ndim == 0:
        return _required_for(a.ravel(), float(q), float(t), float(cap)).reshape(a.shape)
    a, q, t, cap = np.broadcast_arrays(a, q, t, cap)
    flat, answer = a.ravel(), np.zeros(a.size, dtype=np.int64)
    targets = np.stack([q.ravel(), t.ravel(), cap.ravel()])
    kinds, groups = np.unique(targets, axis=1, return_inverse=True)
    order = np.argsort(groups, kind="stable")
    edges = np.searchsorted(groups[order], np.arange(kinds.shape[1] + 1))
    for kind, start, stop in zip(kinds.T, edges[:-1], edges[1:], strict=True):
        rows = order[start:stop]
        answer[rows] = _required_for(flat[rows], *kind)
    return answer.reshape(a.shape)


def _required_for(load: Floats, share: float, within: float, cap: float) -> NDArray[np.int64]:
    def meets(c: Floats, a: Floats) -> NDArray[np.bool_]:
        # A decimal cap such as .29 x 100 is met at 29, whatever its binary rounding.
        fits = a <= cap * c * (1.0 + 1e-12)
        return np.asarray(fits & (service_level(c, a, within=within) >= share))

    def excess(c: Floats, a: Floats) -> tuple[Floats, Floats]:
        """Log of the late share over the allowed one, and its slope in the load."""
        blocked = 1.0 / upper_ratio(c, a)
        free = (c - a) + a * blocked
        with np.errstate(divide="ignore"):
            waiting = np.log(c * blocked / free)
        value = waiting - (c - a) * within - np.log1p(-share)
        # B' = B (c / a - 1 + B)
        return value, c / a - 1.0 + (1.0 - blocked) / free + within

    if load.size == 0:
        return np.zeros(0, dtype=np.int64)
    low, high = float(load.min()), float(load.max())
    if low == 0.0:
        result, busy = np.zeros(load.shape, dtype=np.int64), load > 0
        if high > 0:
            result[busy] = _required_for(load[busy], share, within, cap)
        return result
    if load.size <= high / cap - low + 4.0 * np.sqrt(high) + 8.0:
        return required_by_bisection(load, meets)
    spare = -np.log1p(-share) / within if within > 0 else np.inf
    return required_by_table(load, meets, excess, span=(low, high), spare=spare, max_occupancy=cap)


def _masses(
    servers: ArrayLike, load: ArrayLike, within: ArrayLike, patience: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    c, a = servers_and_load(positive("servers", servers), load)
    t = np.asarray(within, dtype=np.float64)
    if np.any(~(t >= 0)):
        raise DataError(f"within must be >= 0, got {t[~(t >= 0)].flat[0]}.")
    return abandonment_masses(c, a, t, positive("patience", patience))


def _with_infinite_patience(value: Floats, patience: ArrayLike, patient: Floats) -> Floats:
    endless = np.isinf(np.asarray(patience, dtype=np.float64))
    return np.where(endless, patient, value)


def _finite(within: ArrayLike) -> Floats:
    t = np.asarray(within, dtype=np.float64)
    return np.where(np.isinf(t), 1e300, t)


def _log_from_poisson(c: Floats, a: Floats, shift: Floats, direct: Floats) -> Floats:
    """Logarithm of e^shift x B: from the value where it is safe, else from the log-probability."""
    safe = direct > 1e-290
    tiny = ~safe & (a > 0)
    result = np.full(c.shape, -np.inf)
    result[safe] = np.log(direct[safe])
    high, low = log_poisson(c[tiny], a[tiny])
    # 1/B = 1/pmf - G with G pmf < 1e-280 here, so log B = log pmf to the last digit
    result[tiny] = high + low + shift[tiny]
    return result
