"""Which members forecast a panel: one frozen list for each kind of season."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from capacity.forecasting.members.autoregression import autoregress
from capacity.forecasting.members.averages import (
    average_slots,
    extend_drift,
    level_times_profile,
    repeat_last_year,
    steady_rate,
)
from capacity.forecasting.members.classical import ClassicalModel, forecast_classical
from capacity.forecasting.members.smoothing import smooth_seasons, smooth_trend
from capacity.forecasting.panel import Floats, Ints, Panel
from capacity.forecasting.transforms import Scale, Scaled

YEAR_OF_WEEKS = 52
PRIOR_CASES = 100.0  # a weekly shape of +-15 % is worth about 100 cases a slot

Kernel = Callable[[Scaled, Panel, Ints, int], Floats]


@dataclass(frozen=True, kw_only=True)
class Member:
    """A named kernel and the scale on which it works."""

    name: str
    scale: Scale
    kernel: Kernel


def members_for(panel: Panel) -> tuple[Member, ...]:
    """The frozen list of members for the seasons that the panel can carry."""
    if panel.is_yearly:
        return _slow_members(panel)
    return _seasonal_members(panel)


def _both(name: str, kernel: Kernel) -> list[Member]:
    return [Member(name=f"{name} {scale.value}", scale=scale, kernel=kernel) for scale in Scale]


def _seasonal_members(panel: Panel) -> tuple[Member, ...]:
    short, cycle = min(panel.seasons), panel.cycle
    lags = seasonal_lags(panel)
    ar = partial(_ar, lags=lags, single=True)
    members = [
        _log_member("ar", partial(ar, difference=0, ridge=1e-4)),
        *_both("ar short", partial(ar, difference=short, robust_passes=1)),
        *_both("ar step", partial(ar, difference=1, level=False)),
        *_both("smooth", _smooth),
    ]
    if cycle != short:
        members.append(_log_member("ar long", partial(ar, difference=cycle, robust_passes=1)))
    members += [
        _count_member("average 1", partial(_slots, cycles=1)),
        _count_member("average 4", partial(_slots, cycles=4)),
        _count_member("average 8", partial(_slots, cycles=8)),
        _count_member("median 3", partial(_slots, cycles=3, median=True)),
        _count_member("median 4", partial(_slots, cycles=4, median=True)),
        _count_member("median 8", partial(_slots, cycles=8, median=True)),
        _count_member("level fast", partial(_level, half_life=float(short))),
        _count_member("level slow", partial(_level, half_life=3.0 * short)),
    ]
    return tuple(members)


def sparse_members(panel: Panel) -> tuple[Member, ...]:
    """Members for sparse series: the longer the memory the better, unless the rate moves.

    All aim at the mean: a median is zero where most counts are.
    """
    step = max(1.0, min(panel.seasons, default=1) / 7)
    return tuple(
        _count_member(f"steady {days:g}", partial(_steady, half_life=days * step))
        for days in (28.0, 56.0, 182.0, 1e6)
    )


def classical_members(models: Sequence[ClassicalModel]) -> tuple[Member, ...]:
    """Members of statsmodels that were asked for."""
    return tuple(_log_member(model.value, partial(_classical, model=model)) for model in models)


def _count_member(name: str, kernel: Kernel) -> Member:
    return Member(name=name, scale=Scale.COUNT, kernel=kernel)


def _log_member(name: str, kernel: Kernel) -> Member:
    return Member(name=name, scale=Scale.LOG, kernel=kernel)


def _slow_members(panel: Panel) -> tuple[Member, ...]:
    """Levels, trends and last year's course: weekly data, or no season declared.

    Without a declared season members still look a year of weeks back: weekly series are the
    usual case, and where it does not help the weights say so.
    """
    year = min(panel.seasons, default=YEAR_OF_WEEKS)
    lags = slow_lags(panel, year)
    ar = partial(_ar, lags=lags)
    near = partial(_ar, lags=_within(set(range(1, 8)), panel), difference=1, level=False)
    members = [
        *_both("ar", partial(ar, difference=0, ridge=1e-4)),
        *_both("ar step", partial(ar, difference=1, ridge=1e-2)),
        *_both("last year", partial(_last_year, year=year)),
        _log_member("ar step recent", partial(ar, difference=1, level=False, memory=100)),
        _log_member("ar step near", near),
        _log_member("trend", _trend),
        _log_member("trend long", partial(_trend, dampings=(0.98,))),
        _log_member("level", partial(_trend, dampings=(0.0,))),
        _log_member("drift", partial(_drift, steps=8)),
        _count_member("average 3", partial(_slots, season=1, cycles=3)),
        _count_member("average 8", partial(_slots, season=1, cycles=8)),
    ]
    if panel.seasons and year < YEAR_OF_WEEKS and panel.length >= 2 * year:
        winters = partial(_trend, season=year, dampings=(0.9, 0.98))
        members += _both("seasonal trend", winters)
        members.append(_log_member("seasonal level", partial(_trend, season=year, dampings=(0.0,))))
        members.append(_count_member("last year's values", partial(_slots, cycles=1)))
    if panel.length > 3 * year:
        recent = _within(set(range(1, 14)), panel)
        members += _both("ar year", partial(_ar, lags=recent, difference=year, level=False))
    return tuple(members)


def seasonal_lags(panel: Panel) -> Ints:
    """Lags up to a cycle and a bit, and the neighbours of the multiples of each season."""
    short, cycle = min(panel.seasons), panel.cycle
    recent = min(26, max(short + 2, 14))
    lags = set(range(1, recent + 1))
    multiples = [short * n for n in range(1, max(cycle // short, 3) + 1)] + list(panel.seasons)
    lags |= {lag + near for lag in multiples for near in (-1, 0, 1)}
    return _within(lags, panel)


def slow_lags(panel: Panel, year: int) -> Ints:
    """A quarter of recent lags, and the halves, quarters and neighbours of a year."""
    lags = {*range(1, 14), year // 2, 3 * year // 4, year - 1, year, year + 1, 2 * year}
    return _within(lags, panel)


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
    memory: int | None = None,
    single: bool = False,
) -> Floats:
    return autoregress(
        scaled.single if single else scaled.values,
        panel.observed,
        origins,
        horizon=horizon,
        lags=lags,
        difference=difference,
        ridge=ridge,
        robust_passes=robust_passes,
        level=level,
        memory=memory,
    )


def _smooth(scaled: Scaled, panel: Panel, origins: Ints, horizon: int) -> Floats:
    return smooth_seasons(
        scaled.single, panel.observed, origins, horizon=horizon, seasons=panel.seasons
    )


def _trend(
    scaled: Scaled,
    panel: Panel,
    origins: Ints,
    horizon: int,
    *,
    dampings: tuple[float, ...] = (0.8, 0.95),
    season: int = 1,
) -> Floats:
    return smooth_trend(
        scaled.values, panel.observed, origins, horizon=horizon, dampings=dampings, season=season
    )


def _slots(
    scaled: Scaled,
    panel: Panel,
    origins: Ints,
    horizon: int,
    *,
    cycles: int,
    season: int | None = None,
    median: bool = False,
) -> Floats:
    return average_slots(
        scaled.values,
        origins,
        horizon=horizon,
        season=season or panel.cycle,
        cycles=cycles,
        median=median,
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
        half_life=half_life,
        prior_cases=PRIOR_CASES,
        unit=scaled.unit,
    )


def _classical(
    scaled: Scaled, panel: Panel, origins: Ints, horizon: int, *, model: ClassicalModel
) -> Floats:
    season = min(panel.seasons, default=1)
    return forecast_classical(scaled.values, origins, horizon=horizon, season=season, model=model)


def _last_year(scaled: Scaled, panel: Panel, origins: Ints, horizon: int, *, year: int) -> Floats:
    return repeat_last_year(scaled.values, origins, horizon=horizon, year=year)


def _drift(scaled: Scaled, panel: Panel, origins: Ints, horizon: int, *, steps: int) -> Floats:
    return extend_drift(scaled.values, origins, horizon=horizon, steps=steps)
