"""The factor search: raise the margin until enough joint weekly paths keep every target."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import special

from capacity.errors import DataError
from capacity.program.slots import BoolArray, FloatArray, IntArray

Plan = TypeVar("Plan")

LARGEST_FACTOR = 2.0
REACHED = "confidence reached"
COVERED = 0.005  # share of a queue's work that may be uncovered before its margin is useless


@dataclass(frozen=True, kw_only=True)
class Trial(Generic[Plan]):
    """One plan that the search tried: factors by queue and what the paths made of it.

    `kept_paths` (queues, paths) says which paths keep every target of a queue, `short` is the
    share of each queue's work that the team cannot cover at these factors. `low` numbers the
    queues whose mean share over the paths is below a target: a promise that must not be made.
    """

    factors: FloatArray
    kept_paths: BoolArray
    short: FloatArray
    hours: float
    plan: Plan
    low: tuple[int, ...] = ()

    @property
    def kept(self) -> float:
        """Share of joint paths that keep every target of every queue."""
        return self.joint(np.ones(self.factors.size, dtype=bool))

    @property
    def kept_by_queue(self) -> FloatArray:
        """Share of paths that keep every target of each queue."""
        return np.asarray(self.kept_paths.mean(axis=1))

    def joint(self, chosen: BoolArray) -> float:
        """Share of joint paths that keep every target of the chosen queues."""
        return float(self.kept_paths[chosen].all(axis=0).mean())


@dataclass(frozen=True, kw_only=True)
class SearchResult(Generic[Plan]):
    """The accepted trial, all trials in order, and why the search ended.

    `beyond_reach` marks queues that no margin mends, because the team cannot cover their work.
    """

    best: Trial[Plan]
    trials: tuple[Trial[Plan], ...]
    reached: bool
    reason: str
    beyond_reach: BoolArray


@dataclass(frozen=True, kw_only=True)
class Aim:
    """What a search is for: `confidence` of the joint paths, and how its factors move together.

    Queues with the same number in `groups` share people; `spread` is the coefficient of variation
    of each group's weekly work over the paths.
    """

    confidence: float
    groups: IntArray
    spread: FloatArray


def search_factors(
    attempt: Callable[[FloatArray], Trial[Plan]],
    aim: Aim,
    *,
    rises: int = 8,
    trims: int = 3,
    hurry: Callable[[], bool] = lambda: False,
) -> SearchResult[Plan]:
    """Find factors >= 1 on the mean profile at which `confidence` of the paths keep every target.

    The mean share over the paths must reach every target too, since that is what a plan promises.
    Queues that share people (a group) are raised together, because under earliest due date a lack
    of hours shows in whichever queue is due last; a queue that still fails alone in its group is
    then raised by itself. The size of a rise is the lack of kept weeks times the spread of the
    weekly work (a normal quantile). The last rise is trimmed by halving. Factors never fall below
    1: a margin is never negative. A queue whose work the team cannot cover is raised no more, and
    the others are judged without it.

    Parameters
    ----------
    attempt : callable
        factors (queues,) -> Trial[Plan]: plan the week at these factors and play the paths.
    aim : Aim
        The share of joint weekly paths that must keep every target, and who shares people.
    rises, trims : int
        Most plans tried on the way up, and to trim the last rise.
    hurry : callable
        Ends the search when it turns true.

    Examples
    --------
    >>> level = 0.9 + 0.2 * (np.arange(100) + 0.5) / 100       # what each path needs
    >>> def attempt(factors):
    ...     return Trial(factors=factors, kept_paths=level[None] <= factors[0], short=np.zeros(1), hours=factors[0], plan=None)
    >>> aim = Aim(groups=np.array([0]), spread=np.array([0.05]), confidence=0.9)
    >>> result = search_factors(attempt, aim)
    >>> result.reached, bool(1.07 <= result.best.factors[0] <= 1.10)
    (True, True)
    """
    trials = [attempt(np.ones(aim.groups.size))]
    beyond = trials[0].short > COVERED
    while not _good(trials[-1], aim, beyond) and len(trials) <= rises and not hurry():
        factors = _rise(trials[-1], aim, beyond)
        if np.allclose(factors, trials[-1].factors):
            break
        trials.append(attempt(factors))
        beyond = beyond | _stuck(trials[-2], trials[-1], aim)
    if not _good(trials[-1], aim, beyond):
        reason = f"not reached within {len(trials)} plans"
        if _rise(trials[-1], aim, beyond).max() >= LARGEST_FACTOR:
            reason = f"not reached below twice the mean work ({len(trials)} plans)"
        return _end(_best(trials, beyond), trials, beyond, aim, reason)
    best = trials[-1]
    if len(trials) > 1:
        best = _trim(attempt, trials, aim, 0 if hurry() else trims, beyond)
    return _end(best, trials, beyond, aim, REACHED)


def settle_factors(
    attempt: Callable[[FloatArray], Trial[Plan]],
    aim: Aim,
    scouted: SearchResult[Plan],
    *,
    tries: int,
    hurry: Callable[[], bool] = lambda: False,
) -> SearchResult[Plan]:
    """Plan for good at the factors that a search on cheaper plans found.

    While the plan keeps fewer paths than the scout did (and than are wanted), the factors rise
    again, at most `tries` times; the best plan of these is the answer, never a scout's.

    Examples
    --------
    >>> def plan(needed):
    ...     return lambda factors: Trial(factors=factors, kept_paths=np.array([[needed <= factors[0]]]), short=np.zeros(1), hours=1.0, plan=None)
    >>> aim = Aim(groups=np.array([0]), spread=np.array([0.05]), confidence=0.9)
    >>> scouted = search_factors(plan(1.0), aim)
    >>> settle_factors(plan(1.02), aim, scouted, tries=3).reached
    True
    """
    beyond = scouted.beyond_reach
    wanted = min(aim.confidence, scouted.best.joint(~beyond))
    trials = [attempt(scouted.best.factors)]
    honest = not _low(scouted.best, beyond).any()
    while (
        (trials[-1].joint(~beyond) < wanted or (honest and _low(trials[-1], beyond).any()))
        and len(trials) < tries
        and not hurry()
    ):
        trials.append(attempt(_rise(trials[-1], aim, beyond)))
    best = _best(trials, beyond)
    reason = scouted.reason
    if scouted.reached and (best.kept < aim.confidence or best.low):
        reason = f"relaxed shifts reach it, {len(trials)} plans in whole shifts do not"
    return _end(best, [*scouted.trials, *trials], beyond, aim, reason)


def hold_factors(trial: Trial[Plan], aim: Aim) -> SearchResult[Plan]:
    """The result of a search that was not made: one plan at given factors, judged all the same."""
    return _end(trial, [trial], trial.short > COVERED, aim, "the margin was held, not searched")


def order_factors(factors: Mapping[str, float], queues: Sequence[str]) -> FloatArray:
    """Given margins in the order of the queues; a margin is never negative."""
    missing = [name for name in queues if name not in factors]
    low = {name: value for name, value in factors.items() if not value >= 1}
    if missing or low:
        raise DataError(
            f"schedule: factors must give every queue at least 1: missing {missing}, below 1 {low}."
        )
    return np.array([factors[name] for name in queues], dtype=float)


def _good(trial: Trial[Plan], aim: Aim, beyond: BoolArray) -> bool:
    return trial.joint(~beyond) >= aim.confidence and not _low(trial, beyond).any()


def _low(trial: Trial[Plan], beyond: BoolArray) -> BoolArray:
    """Queues within reach whose promise would lie below a target."""
    low = np.zeros(beyond.size, dtype=bool)
    low[list(trial.low)] = True
    return np.asarray(low & ~beyond)


def _end(
    best: Trial[Plan], trials: list[Trial[Plan]], beyond: BoolArray, aim: Aim, reason: str
) -> SearchResult[Plan]:
    reached = best.kept >= aim.confidence and not best.low
    if not reached and beyond.any():
        reason = "the team cannot cover some work at any margin"
    return SearchResult(
        best=best, trials=tuple(trials), reached=reached, reason=reason, beyond_reach=beyond
    )


def _trim(
    attempt: Callable[[FloatArray], Trial[Plan]],
    trials: list[Trial[Plan]],
    aim: Aim,
    trims: int,
    beyond: BoolArray,
) -> Trial[Plan]:
    """Halve the distance to the last plan that failed, as long as the middle is good and cheaper."""
    below, best = trials[-2], trials[-1]
    for _ in range(trims):
        middle = attempt((below.factors + best.factors) / 2)
        trials.append(middle)
        if _good(middle, aim, beyond) and middle.hours <= best.hours:
            best = middle
        else:
            below = middle
    return best


def _rise(last: Trial[Plan], aim: Aim, beyond: BoolArray) -> FloatArray:
    confidence, groups = aim.confidence, aim.groups
    kept = last.kept_by_queue
    wanted = special.ndtri(np.clip(confidence + 0.02, 0.5, 0.99))
    lack = np.maximum(wanted - special.ndtri(np.clip(kept, 0.02, 0.99)), 0.3)
    low = _low(last, beyond)
    # The few paths that fail pull the mean down: they lie about one deviation further out.
    lack = np.where(low, np.maximum(lack, 1.0), lack)
    failing = ((kept < confidence) & ~beyond) | low
    if not failing.any() and (~beyond).any():
        # Each queue alone is good enough, together they are not: raise the weakest.
        failing = (kept <= kept[~beyond].min() + 1e-9) & ~beyond
    rise = np.zeros(groups.size)
    for group in np.unique(groups):
        mine = (groups == group) & ~beyond
        bad = mine & failing
        size = max(0.01, float(aim.spread[group])) * lack
        alone = bad.sum() == 1 and mine.sum() > 1
        if alone and (last.factors[mine] > 1).any():
            rise[bad] = 2 * size[bad]
        elif bad.any():
            rise[mine] = size[bad].max()
    return np.minimum(last.factors + rise, LARGEST_FACTOR)


def _stuck(before: Trial[Plan], last: Trial[Plan], aim: Aim) -> NDArray[np.bool_]:
    """Failing queues that were raised, hardly gained, and left more of their work uncovered."""
    raised = (last.factors > before.factors) & (last.kept_by_queue < aim.confidence)
    flat = last.kept_by_queue <= before.kept_by_queue + 0.05
    return np.asarray(raised & flat & (last.short > before.short + 1e-6))


def _best(trials: list[Trial[Plan]], beyond: BoolArray) -> Trial[Plan]:
    """Most joint paths kept and no promise below its target; among equals the fewest hours."""
    return max(
        trials,
        key=lambda trial: (
            -_low(trial, beyond).sum(),
            trial.kept,
            trial.joint(~beyond),
            -trial.hours,
        ),
    )
