"""The factor search: raise the margin until enough joint weekly paths keep every target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from capacity.program.slots import FloatArray

LARGEST_FACTOR = 2.0


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One plan that the search tried: factors by queue and what the paths made of it.

    `kept` is the share of joint paths that keep every target, `kept_by_queue` the share for each
    queue alone, `short_hours` what the team cannot cover at these factors.
    """

    factors: FloatArray
    kept: float
    kept_by_queue: FloatArray
    hours: float
    short_hours: float
    plan: object = None


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """The accepted trial, all trials in order, and why the search ended."""

    best: Trial
    trials: tuple[Trial, ...]
    reached: bool
    reason: str


def search_factors(
    attempt: Callable[[FloatArray], Trial],
    *,
    queues: int,
    confidence: float,
    rises: int = 8,
    trims: int = 3,
    step: float = 0.04,
) -> SearchResult:
    """Find factors >= 1 on the mean profile at which `confidence` of the paths keep every target.

    Queues whose own paths fail are raised, by more when they fail by more; then the last rise is
    trimmed by halving. Factors never fall below 1: a margin is never negative. The search ends
    early when a rise only adds work that the team cannot cover.

    Parameters
    ----------
    attempt : callable
        factors (queues,) -> Trial: plan the week at these factors and play the paths.
    queues : int
        Number of queues.
    confidence : float
        Share of joint weekly paths that must keep every target.
    rises, trims : int
        Most plans tried on the way up, and to trim the last rise.
    step : float
        Smallest rise.

    Examples
    --------
    >>> def attempt(factors):
    ...     kept = float(np.clip((factors[0] - 0.9) / 0.2, 0, 1))
    ...     return Trial(factors=factors, kept=kept, kept_by_queue=np.array([kept]), hours=1.0, short_hours=0.0)
    >>> result = search_factors(attempt, queues=1, confidence=0.9)
    >>> result.reached, 1.08 <= result.best.factors[0] <= 1.12
    (True, True)
    """
    trials = [attempt(np.ones(queues))]
    while trials[-1].kept < confidence and len(trials) <= rises:
        last = trials[-1]
        factors = _rise(last, confidence, step)
        if np.allclose(factors, last.factors):
            break
        trials.append(attempt(factors))
        if _hopeless(trials):
            return _give_up(trials, "a higher margin only adds work that the team cannot cover")
    if trials[-1].kept < confidence:
        return _give_up(trials, f"not reached within {len(trials)} plans")
    best = trials[-1]
    if len(trials) > 1:
        below = trials[-2]
        for _ in range(trims):
            middle = attempt((below.factors + best.factors) / 2)
            trials.append(middle)
            # Rounding can make a smaller factor cost more: only a cheaper plan replaces the best.
            if middle.kept >= confidence and middle.hours <= best.hours:
                best = middle
            else:
                below = middle
    return SearchResult(best=best, trials=tuple(trials), reached=True, reason="confidence reached")


def _rise(last: Trial, confidence: float, step: float) -> FloatArray:
    failing = last.kept_by_queue < confidence
    if not failing.any():
        # Each queue alone is good enough, together they are not: raise the weakest.
        failing = last.kept_by_queue <= last.kept_by_queue.min() + 1e-9
    lack = np.clip(confidence - last.kept_by_queue, 0.0, 1.0)
    rise = np.where(failing, step * (1.0 + 2.0 * lack), 0.0)
    return np.minimum(last.factors + rise, LARGEST_FACTOR)


def _hopeless(trials: list[Trial]) -> bool:
    last, before = trials[-1], trials[-2]
    return last.short_hours > before.short_hours + 1e-6 and last.kept <= before.kept


def _give_up(trials: list[Trial], reason: str) -> SearchResult:
    best = max(trials, key=lambda item: (item.kept, -item.short_hours, -item.hours))
    return SearchResult(best=best, trials=tuple(trials), reached=False, reason=reason)
