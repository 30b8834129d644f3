"""Fit a panel: members at rolling origins, weights, combined forecast, error trajectories."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capacity.forecasting.chunks import work_in_chunks
from capacity.forecasting.combination import (
    Weights,
    combine,
    lead_blocks,
    score_members,
    spread_blocks,
    weigh_members,
)
from capacity.forecasting.group_run import ORIGINS, GroupRun, Task, join_runs, run_group
from capacity.forecasting.members.classical import ClassicalModel
from capacity.forecasting.panel import Bools, Floats, Ints
from capacity.forecasting.shifts import Shift
from capacity.forecasting.sparse import SparseNoise, estimate_rate_cv2, is_sparse
from capacity.forecasting.trajectories import Trajectories, collect

GROUP_RATIO = 1.5  # series whose lengths differ by less are fitted side by side
CHUNK = 64  # series scored and combined at a time
ROUNDING = 1e-9  # share of a series' size below which a forecast is zero


@dataclass(frozen=True, kw_only=True)
class KindFit:
    """Fitted state of the series of one kind (dense or sparse): ``rows`` are their places."""

    rows: Ints
    point: Floats
    members: tuple[str, ...]
    weights: Weights
    trajectories: Trajectories
    noise: SparseNoise
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, kw_only=True)
class PanelFit:
    """Fitted state of a panel: draw paths from it without fitting again.

    ``point`` (series, horizon) and ``sparse`` (series) are in the order given; ``place`` is the
    position of a series within its kind.
    """

    point: Floats
    sparse: Bools
    place: Ints
    counts: bool
    dense_fit: KindFit | None
    sparse_fit: KindFit | None

    @property
    def horizon(self) -> int:
        """Steps ahead."""
        return int(self.point.shape[1])

    @property
    def kinds(self) -> tuple[KindFit, ...]:
        """The fits of the kinds that occur."""
        return tuple(fit for fit in (self.dense_fit, self.sparse_fit) if fit is not None)

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """Shifts of level found, by row in the order given."""
        return tuple(
            Shift(row=int(fit.rows[s.row]), after=s.after, ratio=s.ratio, score=s.score)
            for fit in self.kinds
            for s in fit.shifts
        )


def fit_panel(
    history: Sequence[Floats],
    *,
    seasons: tuple[int, ...],
    horizon: int,
    counts: bool,
    extra: Sequence[ClassicalModel] = (),
) -> PanelFit:
    """Fit all series at once; the frozen setting is the constants of this package."""
    lengths = np.asarray([len(series) for series in history], dtype=np.int64)
    task = Task(
        seasons=seasons,
        horizon=horizon,
        reach=_scored_horizon(lengths, horizon, seasons),
        extra=tuple(extra),
    )
    sparse = np.zeros(len(history), dtype=bool)
    if counts:
        sparse = np.asarray([is_sparse(series[-task.longest :]) for series in history], dtype=bool)
    fits = [
        _fit_kind(history, np.flatnonzero(sparse == kind), task, sparse=kind, counts=counts)
        for kind in (False, True)
    ]
    point = np.empty((len(history), horizon))
    place = np.zeros(len(history), dtype=np.int64)
    for fit in fits:
        if fit is not None:
            point[fit.rows] = fit.point
            place[fit.rows] = np.arange(len(fit.rows))
    return PanelFit(
        point=point,
        sparse=sparse,
        place=place,
        counts=counts,
        dense_fit=fits[0],
        sparse_fit=fits[1],
    )


def _fit_kind(
    history: Sequence[Floats], rows: Ints, task: Task, *, sparse: bool, counts: bool
) -> KindFit | None:
    if not len(rows):
        return None
    run = _run_groups([history[row] for row in rows], task, sparse=sparse)
    edges = lead_blocks(task.reach, task.season)
    scores = _score(run, edges, task.reach, totals=sparse)
    weights = weigh_members(scores, edges, run.allowed, near=_neighbours(run.overlap))
    point, back = _combined(run, weights, task, mean_only=sparse)
    point = np.where(run.signed[:, None] | (point > ROUNDING * run.unit[:, None]), point, 0.0)
    if sparse:
        # Half a case over all history: zeros seen are no proof that nothing ever comes.
        floor = np.where(run.steps > 0, 0.5 / np.maximum(run.steps, 1), 0.0)
        point = np.maximum(point, floor[:, None])
    noise = SparseNoise(
        dispersion=run.dispersion,
        rate_cv2=estimate_rate_cv2(
            run.actual.sum(axis=2), back.sum(axis=2), run.dispersion, run.cases
        ),
    )
    trajectories = collect(
        back,
        run.actual,
        unit=run.unit,
        signed=run.signed,
        noise=run.noise,
        cycle=task.season,
        overlap=run.overlap,
        counting=0.25 / run.unit if counts else None,
    )
    return KindFit(
        rows=rows,
        point=point,
        members=run.members,
        weights=weights,
        trajectories=trajectories,
        noise=noise,
        shifts=run.shifts,
    )


def _neighbours(overlap: float) -> int:
    """Origins on either side whose windows share steps with that of an origin."""
    return math.ceil(1 / max(1 - overlap, 1 / ORIGINS)) - 1


def _run_groups(history: list[Floats], task: Task, *, sparse: bool) -> GroupRun:
    lengths = np.asarray([min(len(series), task.longest) for series in history])
    groups = _group(lengths)
    runs = [run_group([history[i] for i in rows], task, sparse=sparse) for rows in groups]
    if len(runs) == 1:
        return runs[0]
    return join_runs(runs, np.argsort(np.concatenate(groups), kind="stable"))


def _scored_horizon(lengths: Ints, horizon: int, seasons: tuple[int, ...]) -> int:
    """Lead times that history can score: a sixth of the longest series, or one cycle."""
    longest = int(lengths.max(initial=1))
    return max(1, min(horizon, max(longest // 6, min(max(seasons, default=1), longest // 2))))


def _group(lengths: Ints) -> list[Ints]:
    bucket = np.floor(np.log(np.maximum(lengths, 1)) / np.log(GROUP_RATIO)).astype(int)
    return [np.flatnonzero(bucket == value) for value in np.unique(bucket)]


def _score(run: GroupRun, edges: tuple[int, ...], reach: int, *, totals: bool) -> Floats:
    """Errors (series, members, origins, blocks) of block totals or of single steps."""
    series, members, origins, _ = run.forecasts.shape
    scores = np.empty((series, members, origins - 1, len(edges) - 1))
    scorer = _score_totals if totals else score_members

    def score_rows(rows: slice) -> None:
        scores[rows] = scorer(run.forecasts[rows, :, :-1, :reach], run.actual[rows], edges)

    work_in_chunks(series, score_rows, chunk=CHUNK)
    return scores


def _score_totals(forecasts: Floats, actual: Floats, edges: tuple[int, ...]) -> Floats:
    """Errors of block totals: of sparse series, single counts are mostly noise."""
    edge = list(edges[:-1])
    ahead = np.add.reduceat(forecasts, edge, axis=-1)
    return np.asarray(np.abs(ahead - np.add.reduceat(actual, edge, axis=-1)[:, None]))


def _combined(
    run: GroupRun, weights: Weights, task: Task, *, mean_only: bool
) -> tuple[Floats, Floats]:
    """The forecast from now, and those of each origin by weights that do not know its errors."""
    join = _mean if mean_only else combine
    point = np.empty((len(run.unit), task.horizon))
    back = np.empty_like(run.actual)

    def combine_rows(rows: slice) -> None:
        full = spread_blocks(weights.full[rows], weights.edges, task.horizon)
        point[rows] = join(run.forecasts[rows, :, -1], full)
        for origin in range(run.actual.shape[1]):
            part = spread_blocks(weights.without[rows, :, origin], weights.edges, task.reach)
            back[rows, origin] = join(run.forecasts[rows, :, origin, : task.reach], part)

    work_in_chunks(len(run.unit), combine_rows, chunk=CHUNK)
    return point, back


def _mean(forecasts: Floats, weights: Floats) -> Floats:
    return np.asarray((forecasts * weights).sum(axis=1))
