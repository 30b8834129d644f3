"""A generated team: persons x 28 days x 6 kinds of shift with exposure caps as windows."""

from __future__ import annotations

import numpy as np

from capacity.domain.seeds import stream
from capacity.scheduling.rostering.problem import BlockRule, Cover, RosterProblem, WindowRule

DAYS = 28
SHIFTS = ("early", "early severe", "late", "late severe", "night", "night severe")
SEVERE = np.array([0.0, 1.0, 0.0, 1.0, 0.0, 1.0])


def team_problem(
    people: int, *, seed: int, load: float | None = None, is_dense: bool = False
) -> RosterProblem:
    """A random team and its demand.

    Rules: a late shift is not followed by an early one, nor a night by anything else than a
    night; at most 5 days in any 7 and 5 in a row; 2 weekends of 4; severe work on at most 3 days
    of any 7 (1 for a returning tenth of the team), 10 of 28 and 2 in a row; leave. Prices: wage
    10 a shift, a head short 50 (severe 100), a head too many 1; every person would rather not
    work on three days (2 a shift) and wishes for three shifts (-2). With `is_dense` there is a
    random preference from -2 to 2 on every single cell instead, which is far harder: hardly two
    rosters cost the same, and the linear relaxation no longer meets the optimum. Demand is `load` (drawn from 85 % to 95 % if None) of the person-days that 5 days a week, leave and
    the weekend rule leave, a quarter of it severe, less at weekends.
    """
    rng = stream(seed, "team", people)
    share = float(rng.uniform(0.85, 0.95)) if load is None else load
    returning = rng.random(people) < 0.1
    allowed = np.ones((people, DAYS, len(SHIFTS)), dtype=bool)
    for person in range(people):
        if rng.random() < 0.5:
            first = int(rng.integers(0, DAYS))
            allowed[person, first : first + int(rng.integers(1, 6))] = False
        if rng.random() < 0.15:
            allowed[person, :, 4:] = False
    price = 10.0 + (_opinions if is_dense else _wishes)(rng, allowed.shape)
    limits = np.where(returning, 1.0, 3.0)
    each = np.ones(people)
    return RosterProblem(
        people=tuple(f"r{number:04d}" for number in range(people)),
        shifts=SHIFTS,
        days=DAYS,
        allowed=allowed,
        price=price,
        cover=_demand(rng, allowed, share, limits),
        forbidden=_forbidden(),
        windows=(
            WindowRule(name="5 days in 7", amount=np.ones(6), days=7, at_most=5 * each),
            WindowRule(name="5 in a row", amount=np.ones(6), days=6, at_most=5 * each),
            WindowRule(name="severe in 7", amount=SEVERE, days=7, at_most=limits),
            WindowRule(name="severe in 28", amount=SEVERE, days=DAYS, step=DAYS, at_most=10 * each),
            WindowRule(name="severe in a row", amount=SEVERE, days=3, at_most=2 * each),
        ),
        blocks=(
            BlockRule(
                name="weekends",
                blocks=tuple((w + 5, w + 6) for w in range(0, DAYS, 7)),
                at_most=2 * each,
                window=4,
            ),
        ),
    )


def _wishes(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    people, days, shifts = shape
    price = np.zeros(shape)
    for person in range(people):
        price[person, rng.choice(days, size=3, replace=False)] += 2.0
        price[person].reshape(-1)[rng.choice(days * shifts, size=3, replace=False)] -= 2.0
    return price


def _opinions(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return np.round(rng.uniform(-2, 2, shape))


def _forbidden() -> np.ndarray:
    band = np.array([0, 0, 1, 1, 2, 2])
    close = (band[:, None] > band[None, :])[None, None]
    return np.broadcast_to(close, (1, DAYS, 6, 6)).copy()


def _demand(
    rng: np.random.Generator, allowed: np.ndarray, share: float, limits: np.ndarray
) -> tuple[Cover, ...]:
    """Heads by day and shift: half the weekdays' demand at weekends, where 2 of 4 can be worked."""
    present = allowed.any(axis=2)
    weekend = np.arange(DAYS) % 7 >= 5
    supply = 20.0 * present.mean(axis=1).sum() * share
    weight = np.where(weekend, 0.55, 1.0) * present.sum(axis=0)
    daily = supply * weight / weight.sum()
    severe = min(0.25, 0.8 * np.minimum(4 * limits, 10).sum() / supply)
    mix = np.array([0.4, 0.4, 0.38, 0.38, 0.22, 0.22]) * np.tile([1 - severe, severe], 3)
    rows = []
    for day in range(DAYS):
        heads = daily[day] * mix * rng.uniform(0.9, 1.1, len(SHIFTS))
        for shift, wanted in enumerate(np.round(heads).astype(int)):
            price = 100.0 if SEVERE[shift] else 50.0
            rows.append(
                Cover(cells=((day, shift),), need=int(wanted), short_price=price, extra_price=1.0)
            )
    return tuple(rows)
