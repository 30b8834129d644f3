"""The staffing curve: heads as a convex piecewise-linear function of monthly work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capacity.domain.display import frame_html


@dataclass(frozen=True, kw_only=True)
class Plane:
    """One supporting plane: heads >= constant + sum over queues of slope x weekly work hours."""

    constant: float
    slopes: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class StaffingCurve:
    """Heads PRESENT needed by pool for a given volume and mix.

    Total heads = max over `planes` (convex in the vector of weekly work hours, in the order of
    `queues`); `split` gives the pools' shares of the total at
    each solved point: shape (points, pools), for the totals in `points` (points, queues). The
    first `levels` points (None: all) hold the mean mix at several levels; `mix_slopes`, shape
    (pools, queues), are the heads by which a pool departs from its share at that level for each
    work hour by which a queue departs from the mean mix. The curve holds for a volume that is
    GIVEN: the percentile over paths is taken afterwards.
    """

    queues: tuple[str, ...]
    pools: tuple[str, ...]
    points: np.ndarray
    heads: np.ndarray
    split: np.ndarray
    planes: tuple[Plane, ...]
    binding: tuple[str, ...] = ()
    factor: float = 1.0
    levels: int | None = None
    mix_slopes: np.ndarray | None = None
    notes: tuple[str, ...] = ()

    def total(self, weekly_work: np.ndarray) -> np.ndarray:
        """Heads present for weekly work hours of shape (..., queues); returns shape (...)."""
        constants = np.array([plane.constant for plane in self.planes])
        slopes = np.array([plane.slopes for plane in self.planes])
        return np.asarray(np.max(weekly_work @ slopes.T + constants, axis=-1))

    def by_pool(self, weekly_work: np.ndarray) -> np.ndarray:
        """Heads present by pool, shape (..., pools): they add up to the total.

        The split at this level of the mean mix, moved by `mix_slopes` for another mix.
        """
        total = self.total(weekly_work)
        level = weekly_work.sum(axis=-1)
        points = self.points[: self.levels]
        order = np.argsort(points.sum(axis=1))
        levels = points.sum(axis=1)[order]
        shares = np.stack(
            [np.interp(level, levels, self.split[order, k]) for k in range(len(self.pools))],
            axis=-1,
        )
        if self.mix_slopes is None or not points[0].any():
            return np.asarray(total[..., None] * shares)
        mean = points[0] / points[0].sum()
        usual = level[..., None] * mean
        heads = self.total(usual)[..., None] * shares + (weekly_work - usual) @ self.mix_slopes.T
        heads = np.maximum(heads, 0.0)
        scale = heads.sum(axis=-1, keepdims=True)
        even = np.full_like(heads, 1.0 / len(self.pools))
        return np.asarray(total[..., None] * np.divide(heads, scale, out=even, where=scale > 0))

    @property
    def frame(self) -> pd.DataFrame:
        """The solved points: weekly work by queue, heads by pool and in all."""
        table = pd.DataFrame(self.points, columns=[f"work_{queue}" for queue in self.queues])
        for k, pool in enumerate(self.pools):
            table[f"heads_{pool}"] = self.split[:, k] * self.heads
        return table.assign(heads_all=self.heads)

    def summary(self) -> str:
        """Heads at the lowest and highest solved point, and what binds."""
        low, high = int(np.argmin(self.heads)), int(np.argmax(self.heads))
        text = (
            f"{self.heads[low]:.1f} heads present at {self.points[low].sum():,.0f} work hours a week, "
            f"{self.heads[high]:.1f} at {self.points[high].sum():,.0f}"
        )
        return "\n".join([text, f"binding: {', '.join(self.binding) or 'none'}", *self.notes])

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="Staffing curve", note=self.summary().splitlines()[0])
