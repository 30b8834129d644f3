"""Fit a panel: members at rolling origins, weights, combined forecast, error trajectories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from capacity.forecasting.combination import (
    Weights,
    combine,
    lead_blocks,
    score_members,
    spread_blocks,
    weigh_members,
)
from capacity.forecasting.members.catalogue import Member, members_for
from capacity.forecasting.panel import Bools, Floats, Ints, Panel, align
from capacity.forecasting.sparse import (
    SparseNoise,
    estimate_dispersion,
    estimate_rate_cv2,
    is_sparse,
)
from capacity.forecasting.trajectories import Trajectories, collect
from capacity.forecasting.transforms import Scale, rescale

ORIGINS = 10  # rolling origins for weights and trajectories
GROUP_RATIO = 1.5  # series whose lengths differ by less are fitted side by side
LONGEST_STEPS, LONGEST_CYCLES = 1000, 26  # history used: the larger of the two
ROUNDING = 1e-9  # share of a series' size below which a forecast is zero
LEAST_STEPS = 8  # below this many values a series has no rolling origins


@dataclass(frozen=True, kw_only=True)
class PanelFit:
    """Fitted state of a panel, series in the order given: draw paths from it without refitting."""

    point: Floats
    trajectories: Trajectories
    members: tuple[str, ...]
    weights: Weights
    sparse: Bools
    sparse_noise: SparseNoise
    counts: bool

    @property
    def horizon(self) -> int:
        """Steps ahead."""
        return int(self.point.shape[1])


@dataclass(frozen=True, kw_only=True)
class _Raw:
    """What the members say: forecasts (series, members, origins + 1, horizon) and the facts."""

    forecasts: Floats
    actual: Floats
    members: tuple[Member, ...]
    unit: Floats
    noise: Floats
    signed: Bools
    sparse: Bools
    dispersion: Floats
    cases: Floats
    steps: Floats


def fit_panel(
    history: Sequence[Floats], *, seasons: tuple[int, ...], horizon: int, counts: bool
) -> PanelFit:
    """Fit all series at once; the frozen setting is the constants of this package."""
    longest = max(LONGEST_STEPS, LONGEST_CYCLES * max(seasons, default=1))
    lengths = np.asarray([len(series) for series in history])
    reach = _scored_horizon(lengths, horizon, seasons)
    groups = _group(np.minimum(lengths, longest))
    raws = [
        _run_members(
            [history[i] for i in rows],
            seasons=seasons,
            horizon=horizon,
            reach=reach,
            longest=longest,
            counts=counts,
        )
        for rows in groups
    ]
    order = np.argsort(np.concatenate(groups), kind="stable")
    raw = _join(raws, order)
    season = min((s for s in seasons if s > 1), default=1)
    edges = lead_blocks(reach, season)
    scores = score_members(raw.forecasts[:, :, :-1, :reach], raw.actual, edges)
    weights = weigh_members(_sparse_scores(scores, raw, edges), edges, _allowed(raw))
    point, back = _combined(raw, weights, reach)
    trajectories = collect(
        back,
        raw.actual,
        unit=raw.unit,
        signed=raw.signed,
        noise=raw.noise,
        cycle=season,
        counting=0.25 / raw.unit if counts else None,
    )
    rounding = ROUNDING * raw.unit[:, None]
    point = np.where(raw.signed[:, None] | (point > rounding), point, 0.0)
    if counts:
        floor = np.where(raw.sparse & (raw.steps > 0), 0.5 / np.maximum(raw.steps, 1), 0.0)
        point = np.maximum(point, floor[:, None])
    noise = SparseNoise(dispersion=raw.dispersion, rate_cv2=np.zeros(len(raw.dispersion)))
    if raw.sparse.any():
        some = raw.sparse
        noise.rate_cv2[some] = estimate_rate_cv2(
            raw.actual.sum(axis=2)[some],
            back.sum(axis=2)[some],
            raw.dispersion[some],
            raw.cases[some],
        )
    return PanelFit(
        point=point,
        trajectories=trajectories,
        members=tuple(member.name for member in raw.members),
        weights=weights,
        sparse=raw.sparse,
        sparse_noise=noise,
        counts=counts,
    )


def _scored_horizon(lengths: Ints, horizon: int, seasons: tuple[int, ...]) -> int:
    """Lead times that history can score: a sixth of the longest series, or one cycle."""
    longest = int(lengths.max(initial=1))
    return max(1, min(horizon, max(longest // 6, min(max(seasons, default=1), longest // 2))))


def _group(lengths: Ints) -> list[Ints]:
    bucket = np.floor(np.log(np.maximum(lengths, 1)) / np.log(GROUP_RATIO)).astype(int)
    return [np.flatnonzero(bucket == value) for value in np.unique(bucket)]


def _origin_steps(reach: int, season: int, room: int) -> int:
    """Distance between origins: about half the horizon, never in phase with the season."""
    step = max(1, round(reach * 0.6)) if reach >= 24 else max(1, round(reach * 0.4))
    step = max(1, min(step, room // (ORIGINS - 1)))
    while season > 1 and (step % season == 0):
        step += 1
    return step


def _run_members(
    history: list[Floats],
    *,
    seasons: tuple[int, ...],
    horizon: int,
    reach: int,
    longest: int,
    counts: bool,
) -> _Raw:
    panel = align(history, seasons=seasons, longest=longest)
    length = panel.length
    least = max(length // 2, min(2 * panel.cycle, length - 1), min(LEAST_STEPS, length))
    step = _origin_steps(reach, min(seasons, default=1), length - reach - least)
    wanted = length - reach - step * np.arange(ORIGINS)[::-1]
    origins = np.append(np.maximum(wanted, min(least, length)), length)
    scales = {scale: rescale(panel, scale) for scale in Scale}
    members = members_for(panel)
    forecasts = np.empty((panel.size, len(members), ORIGINS + 1, horizon))
    for order, member in enumerate(members):
        scaled = scales[member.scale]
        forecasts[:, order] = scaled.back(member.kernel(scaled, panel, origins, horizon))
    sparse = is_sparse(panel.values, panel.observed) & counts
    unit = scales[Scale.COUNT].unit
    signed = np.where(panel.observed, panel.values, 0.0).min(axis=1) < 0
    return _Raw(
        forecasts=forecasts,
        actual=_actuals(panel, wanted, origins, reach, least),
        members=members,
        unit=unit,
        noise=_roughness(panel, unit, signed),
        signed=signed,
        sparse=sparse,
        dispersion=_dispersion(panel),
        cases=np.where(panel.observed, panel.values, 0.0).sum(axis=1),
        steps=panel.observed.sum(axis=1).astype(np.float64),
    )


def _actuals(panel: Panel, wanted: Ints, origins: Ints, reach: int, least: int) -> Floats:
    start = panel.observed.argmax(axis=1)
    actual = np.full((panel.size, ORIGINS, reach), np.nan)
    for order, origin in enumerate(wanted):
        if origin < origins[order]:
            continue
        window = slice(int(origin), int(origin) + reach)
        seen = panel.observed[:, window] & (origin - start >= least * 0.6)[:, None]
        actual[:, order] = np.where(seen, panel.values[:, window], np.nan)
    return actual


def _roughness(panel: Panel, unit: Floats, signed: Bools) -> Floats:
    scaled = panel.values / unit[:, None]
    root = np.where(signed[:, None], scaled, np.sqrt(np.maximum(scaled, 0.0)))
    season = min(panel.seasons, default=1)
    change = root[:, season:] - root[:, :-season]
    both = panel.observed[:, season:] & panel.observed[:, :-season]
    energy = np.where(both, change**2, 0.0).sum(axis=1) / np.maximum(both.sum(axis=1), 1)
    return np.asarray(np.sqrt(energy))


def _dispersion(panel: Panel) -> Floats:
    season = min(panel.seasons, default=1)
    width = min(panel.length, 8 * season if season > 1 else 56)
    kernel = np.ones(width) / width
    local = np.stack([np.convolve(row, kernel, mode="same") for row in panel.values])
    edge = np.convolve(np.ones(panel.length), kernel, mode="same")
    return estimate_dispersion(panel.values, panel.observed, local / edge)


def _join(raws: list[_Raw], order: Ints) -> _Raw:
    names = [member.name for member in max((raw.members for raw in raws), key=len)]
    richest = max((raw.members for raw in raws), key=len)
    forecasts = []
    for raw in raws:
        have = {member.name: place for place, member in enumerate(raw.members)}
        spare = have.get("average 8", 0)
        forecasts.append(raw.forecasts[:, [have.get(name, spare) for name in names]])
    fields = ("actual", "unit", "noise", "signed", "sparse", "dispersion", "cases", "steps")
    joined = {name: np.concatenate([getattr(raw, name) for raw in raws])[order] for name in fields}
    return _Raw(forecasts=np.concatenate(forecasts)[order], members=richest, **joined)


def _allowed(raw: _Raw) -> Bools:
    mean = np.asarray([member.aims_at_mean for member in raw.members])
    only_sparse = np.asarray([member.for_sparse for member in raw.members])
    return np.where(raw.sparse[:, None], mean[None, :], ~only_sparse[None, :])


def _sparse_scores(scores: Floats, raw: _Raw, edges: tuple[int, ...]) -> Floats:
    """Sparse series are scored by the total of a block: single counts are mostly noise."""
    if not raw.sparse.any():
        return scores
    out = scores.copy()
    rows = np.flatnonzero(raw.sparse)
    miss = raw.forecasts[rows][:, :, :-1, : raw.actual.shape[2]] - raw.actual[rows][:, None]
    for block, (start, stop) in enumerate(pairwise(edges)):
        out[rows, :, :, block] = np.abs(miss[..., start:stop].sum(axis=-1))
    return out


def _combined(raw: _Raw, weights: Weights, reach: int) -> tuple[Floats, Floats]:
    horizon = raw.forecasts.shape[3]
    full = spread_blocks(weights.full, weights.edges, horizon)
    point = _combine(raw.forecasts[:, :, -1], full, raw.sparse)
    past = [
        _combine(
            raw.forecasts[:, :, k, :reach],
            spread_blocks(weights.without[:, :, k], weights.edges, reach),
            raw.sparse,
        )
        for k in range(raw.actual.shape[1])
    ]
    return point, np.stack(past, axis=1)


def _combine(forecasts: Floats, weights: Floats, sparse: Bools) -> Floats:
    out = combine(forecasts, weights)
    if sparse.any():
        out[sparse] = (forecasts[sparse] * weights[sparse]).sum(axis=1)
    return out
