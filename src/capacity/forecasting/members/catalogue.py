"""Which members forecast a panel: one frozen list for each kind of season."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from capacity.forecasting.members.autoregression import autoregress
from capacity.forecasting.members.averages import average_slots, level_times_profile, steady_rate
from capacity.forecasting.members.smoothing import smooth_seasons, smooth_trend
from capacity.forecasting.panel import Floats, Ints, Panel
from capacity.forecasting.transforms import Scale, Scaled

PRIOR_CASES = 100.0  # a weekly shape of +-15 % is worth about 100 cases a slot

Kernel = Callable[[Scaled, Panel, Ints, int], Floats]


@dataclass(frozen=True, kw_only=True)
class Member:
    """A named kernel, the scale on which it works, and whether it aims at the mean.

    A median is zero where most counts are, so sparse series are left to members that aim at
    the mean; ``for_sparse`` members serve no other series.
    """

    name: str
    scale: Scale
    kernel: Kernel
    aims_at_mean: bool = False
    for_sparse: bool = False


def members_for(panel: Panel) -> tuple[Member, ...]:
    """The frozen list of members for the seasons that the panel can carry."""
    if not panel.seasons:
        return _without_season(panel)
    return _with_season(panel)


def _both(name: str, kernel: Kernel) -> list[Member]:
    return [Member(name=f"{name} {scale.value}", scale=scale, kernel=kernel) for scale in Scale]


def _with_season(panel: Panel) -> tuple[Member, ...]:
    short, cycle = min(panel.seasons), panel.cycle
    lags = seasonal_lags(panel)
    ar = partial(_ar, lags=lags)
    members = [
        *_both("ar", partial(ar, difference=0, ridge=1e-4)),
        *_both("ar short", partial(ar, difference=short, robust_passes=2)),
        *_both("ar step", partial(ar, difference=1, level=False)),
        *_both("smooth", _smooth),
    ]
    if cycle != short:
        members += _both("ar long", partial(ar, difference=cycle, robust_passes=2))
    members += [
        Member(
            name=f"average {n}",
            scale=Scale.COUNT,
            kernel=partial(_slots, cycles=n),
            aims_at_mean=n > 1,
        )
        for n in (1, 4, 8)
    ]
    members += [
        Member(name="median 4", scale=Scale.COUNT, kernel=partial(_slots, cycles=4, median=True)),
        _level_member("level fast", float(short)),
        _level_member("level slow", 3.0 * short),
    ]
    return (*members, *steady_members())


def steady_members() -> tuple[Member, ...]:
    """Members for sparse series: the longer the memory the better, unless the rate moves."""
    return tuple(
        Member(
            name=f"steady {half_life:g}",
            scale=Scale.COUNT,
            kernel=partial(_steady, half_life=half_life),
            aims_at_mean=True,
            for_sparse=True,
        )
        for half_life in (28.0, 56.0, 182.0, 1e6)
    )


def _level_member(name: str, half_life: float) -> Member:
    return Member(
        name=name,
        scale=Scale.COUNT,
        kernel=partial(_level, half_life=half_life),
        aims_at_mean=True,
    )


def _without_season(panel: Panel) -> tuple[Member, ...]:
    lags = plain_lags(panel)
    ar = partial(_ar, lags=lags)
    return (
        *_both("ar step", partial(ar, difference=1, level=False)),
        *_both("ar step robust", partial(ar, difference=1, robust_passes=2, level=False)),
        *_both("ar", partial(ar, difference=0, ridge=1e-4)),
        *_both("trend", _trend),
        *_both("level", partial(_trend, dampings=(0.0,))),
        Member(name="last", scale=Scale.COUNT, kernel=partial(_slots, cycles=1)),
        Member(
            name="average 8",
            scale=Scale.COUNT,
            kernel=partial(_slots, cycles=8),
            aims_at_mean=True,
        ),
        *steady_members(),
    )


def seasonal_lags(panel: Panel) -> Ints:
    """Lags up to a cycle and a bit, and the neighbours of the multiples of each season."""
    short, cycle = min(panel.seasons), panel.cycle
    recent = min(26, max(short + 2, 14))
    lags = set(range(1, recent + 1))
    multiples = [short * n for n in range(1, max(cycle // short, 3) + 1)] + list(panel.seasons)
    lags |= {lag + near for lag in multiples for near in (-1, 0, 1)}
    return _within(lags, panel)


def plain_lags(panel: Panel) -> Ints:
    """Lags of a series without a declared season (weekly data still remember last year)."""
    return _within({*range(1, 14), 26, 39, 51, 52, 53, 104}, panel)


def _within(lags: set[int], panel: Panel) -> Ints:
    reach = max(2, panel.length // 4)
    return np.asarray(sorted(lag for lag in lags if 1 <= lag <= reach), dtype=np.int64)


def _ar(
    scaled: Scaled,
    panel: Panel,
    origins: Ints,
    horizon: int,
    *,
    lags: Ints,
    difference: int,
    ridge: float = 1e-3,
    robust_passes: int = 0,
    level: bool = True,
) -> Floats:
    return autoregress(
        scaled.values,
        panel.observed,
        origins,
        horizon=horizon,
        lags=lags,
        difference=difference,
        ridge=ridge,
        robust_passes=robust_passes,
        level=level,
    )


def _smooth(scaled: Scaled, panel: Panel, origins: Ints, horizon: int) -> Floats:
    return smooth_seasons(
        scaled.values, panel.observed, origins, horizon=horizon, seasons=panel.seasons
    )


def _trend(
    scaled: Scaled,
    panel: Panel,
    origins: Ints,
    horizon: int,
    *,
    dampings: tuple[float, ...] = (0.8, 0.95),
) -> Floats:
    return smooth_trend(scaled.values, panel.observed, origins, horizon=horizon, dampings=dampings)


def _slots(
    scaled: Scaled,
    panel: Panel,
    origins: Ints,
    horizon: int,
    *,
    cycles: int,
    median: bool = False,
) -> Floats:
    return average_slots(
        scaled.values, origins, horizon=horizon, season=panel.cycle, cycles=cycles, median=median
    )


def _level(
    scaled: Scaled, panel: Panel, origins: Ints, horizon: int, *, half_life: float
) -> Floats:
    return level_times_profile(
        scaled.values,
        origins,
        horizon=horizon,
        season=panel.cycle,
        cycles=8,
        half_life=half_life,
    )


def _steady(
    scaled: Scaled, panel: Panel, origins: Ints, horizon: int, *, half_life: float
) -> Floats:
    return steady_rate(
        scaled.values,
        panel.observed,
        origins,
        horizon=horizon,
        season=min(panel.seasons, default=1),
        half_life=half_life * max(1.0, min(panel.seasons, default=1) / 7),
        prior_cases=PRIOR_CASES,
        unit=scaled.unit,
    )
