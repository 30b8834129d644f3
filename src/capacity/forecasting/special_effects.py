"""How volume differs on special days: learnt by Gamma-Poisson shrinkage over kinds and queues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from capacity.forecasting.local_days import weekday_factors, weekday_of
from capacity.forecasting.panel import Floats
from capacity.forecasting.special_days import Occasion

PRIOR_CV = 0.3  # convention: how far queues, and kinds within a queue, differ in their effect
DAY_CV = 0.1  # convention: no two special days of a kind are alike, however many cases they have
WINDOW = 21  # ordinary days on either side that say what would have come
LEAST_HISTORY = 21  # days without which nothing is expected of a special day
WORST_NOISE = 0.98  # quantile beyond which ordinary days do not count as noise: spikes
KEPT = 0.5  # a day of which less than this share came is left out of the memory, not scaled up


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Volume on days of a ``kind`` is ``ratio`` times an ordinary one, with relative sd ``cv``.

    ``days`` were seen in the past, with ``cases`` where ``expected`` would have come.
    """

    kind: str
    group: str
    ratio: float
    cv: float
    days: int
    cases: float
    expected: float


@dataclass(frozen=True, kw_only=True)
class _Evidence:
    """Cases and expected cases of one kind in one queue, both over the noise (effective cases)."""

    occasion: Occasion
    days: int
    cases: float
    expected: float
    sized_cases: float
    sized_expected: float


def learn_effects(
    totals: Mapping[str, Floats],
    first_days: Mapping[str, int],
    occasions: Mapping[str, Sequence[Occasion]],
) -> dict[str, tuple[Effect, ...]]:
    """Effects by queue of every kind that it meets, in its past or ahead.

    A kind is shrunk to the other kinds of its queue, these to the other queues, and those to
    one, each by the cases it has seen: a gamma prior with mean m and cv .3 and y cases where e
    were expected (both over the variance-to-mean ratio of ordinary days) give
    (1 / cv^2 + y) / (1 / (cv^2 m) + e). No case is counted at two levels.

    Parameters
    ----------
    totals : mapping of arrays (days,)
        Standard day totals of each queue, nan = missing.
    first_days : mapping
        The day after the last, in days since 1970-01-01.
    """
    found = {
        name: _gather(totals[name], first_days[name] - len(totals[name]), occasions[name])
        for name in totals
    }
    everywhere = np.sum([_sums(rows) for rows in found.values()], axis=0)
    effects = {}
    for name, rows in found.items():
        here = _sums(rows)
        others = _shrink(everywhere - here, 1.0)
        effects[name] = tuple(_effect(item, _shrink(here - _sums([item]), others)) for item in rows)
    return effects


def even_out(
    totals: Floats, start: int, days: Sequence[Occasion], effects: Sequence[Effect]
) -> Floats:
    """Totals as if no day had been special; days that lost most of their volume are missing."""
    ratios = {effect.kind: effect.ratio for effect in effects}
    out = totals.copy()
    for item in days:
        place = item.day - start
        if 0 <= place < len(out):
            ratio = ratios[item.kind]
            out[place] = out[place] / ratio if ratio >= KEPT else np.nan
    return out


def describe(effects: Sequence[Effect]) -> tuple[str, ...]:
    """What was learnt, one sentence a group of kinds, with the evidence."""
    notes = []
    for group in dict.fromkeys(effect.group for effect in effects):
        kinds = [effect for effect in effects if effect.group == group]
        days = sum(effect.days for effect in kinds)
        cases, expected = (
            sum(getattr(effect, name) for effect in kinds) for name in ("cases", "expected")
        )
        sizes = [
            f"{effect.kind} x{effect.ratio:.2f} +-{100 * effect.cv * effect.ratio:.0f} %"
            for effect in sorted(kinds, key=lambda item: -abs(np.log(item.ratio)))[:3]
        ]
        more = f" and {len(kinds) - 3} more" if len(kinds) > 3 else ""
        notes.append(
            f"{group}: {days} past day(s) with {cases:,.0f} cases where {expected:,.0f} were "
            f"expected; volume {', '.join(sizes)}{more}"
        )
    return tuple(notes)


def _effect(item: _Evidence, mean: float) -> Effect:
    return Effect(
        kind=item.occasion.kind,
        group=item.occasion.group,
        ratio=_shrink(_sums([item]), mean),
        cv=float(1 / np.sqrt(1 / PRIOR_CV**2 + item.sized_cases)),
        days=item.days,
        cases=item.cases,
        expected=item.expected,
    )


def _sums(rows: Sequence[_Evidence]) -> Floats:
    """Effective cases and expected cases of some rows."""
    return np.asarray(
        [sum(item.sized_cases for item in rows), sum(item.sized_expected for item in rows)]
    )


def _shrink(evidence: Floats, mean: float) -> float:
    """Posterior mean of a gamma with this prior mean after (cases, expected)."""
    shape = 1 / PRIOR_CV**2
    return float((shape + max(evidence[0], 0.0)) / (shape / mean + max(evidence[1], 0.0)))


def _gather(totals: Floats, start: int, occasions: Sequence[Occasion]) -> list[_Evidence]:
    kinds = {item.kind: item for item in occasions}
    place = np.asarray([item.day - start for item in occasions], dtype=np.int64)
    past = (place >= 0) & (place < len(totals))
    expected, noise = _expect(totals, start, place[past])
    rows = []
    for kind, occasion in kinds.items():
        same = np.asarray([item.kind == kind for item in occasions], dtype=bool) & past
        days = place[same]
        days = days[np.isfinite(totals[days]) & np.isfinite(expected[days])]
        weight = 1 / (noise + DAY_CV**2 * expected[days])
        rows.append(
            _Evidence(
                occasion=occasion,
                days=len(days),
                cases=float(totals[days].sum()),
                expected=float(expected[days].sum()),
                sized_cases=float((totals[days] * weight).sum()),
                sized_expected=float((expected[days] * weight).sum()),
            )
        )
    return rows


def _expect(totals: Floats, start: int, special: np.ndarray) -> tuple[Floats, float]:
    """What would have come each day from the ordinary days around it, and variance over mean."""
    ordinary = np.isfinite(totals)
    ordinary[special] = False
    if ordinary.sum() < LEAST_HISTORY or totals[ordinary].sum() == 0:
        return np.full(len(totals), np.nan), 1.0
    weekday = weekday_of(start + np.arange(len(totals)))
    factor = weekday_factors(totals, weekday, ordinary)[weekday]
    known = np.where(ordinary, totals, 0.0)
    level = _window_sums(known) / np.maximum(_window_sums(np.where(ordinary, factor, 0.0)), 1e-9)
    expected = np.where(level > 0, level * factor, np.nan)
    return expected, _noise(totals[ordinary], expected[ordinary])


def _window_sums(values: Floats) -> Floats:
    padded = np.concatenate([[0.0], np.cumsum(values)])
    place = np.arange(len(values))
    return np.asarray(
        padded[np.minimum(place + WINDOW + 1, len(values))] - padded[np.maximum(place - WINDOW, 0)]
    )


def _noise(actual: Floats, expected: Floats) -> float:
    """Variance over mean of ordinary days, at least that of Poisson counts."""
    known = np.isfinite(expected)
    if not known.any():
        return 1.0
    error = (actual[known] - expected[known]) ** 2 / expected[known]
    return float(max(1.0, error[error <= np.quantile(error, WORST_NOISE)].mean()))
