"""What multiplies the fitted day levels of a queue ahead: events, special days, year, growth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.domain.event import Event
from capacity.domain.seeds import stream
from capacity.forecasting.events import draw_factors
from capacity.forecasting.long_run import Growth, YearCourse
from capacity.forecasting.panel import Floats
from capacity.forecasting.sibling_share import Share
from capacity.forecasting.special_days import Occasion
from capacity.forecasting.special_effects import Effect


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What a queue knows of the days ahead, small enough to hold for thousands of queues.

    ``occasions`` are its special days from ``first_day`` on; growth goes on from day ``reach``.
    A queue that is like a sibling has the sibling's outlook as ``base`` and a ``share`` of it.
    """

    name: str
    first_day: int
    events: tuple[Event, ...] = ()
    log_level_sd: float = 0.0
    occasions: tuple[Occasion, ...] = ()
    effects: tuple[Effect, ...] = ()
    year: YearCourse | None = None
    growth: Growth | None = None
    reach: int = 0
    base: Outlook | None = None
    share: Share | None = None

    def factors(self, *, days: int, paths: int, seed: int) -> Floats:
        """Factors on the day levels, (1, days) or (paths, days), the same for the same seed."""
        factors = self._of_events(days, paths, seed) * self._of_special_days(days, paths, seed)
        if self.year is not None:
            factors = factors * self.year.factors(self.first_day + np.arange(days))
        if self.growth is not None and (self.growth.rate or self.growth.sd):
            normals = stream(seed, "growth", self.name).standard_normal(paths)
            factors = factors * self.growth.factors(days, reach=self.reach, normals=normals)
        if self.base is not None:
            factors = factors * self.base.factors(days=days, paths=paths, seed=seed)
        if self.share is not None:
            factors = factors * self.share.draw(paths, stream(seed, "share", self.name))[:, None]
        return factors

    def _of_events(self, days: int, paths: int, seed: int) -> Floats:
        normals = {
            event.name: stream(seed, "event", event.name).standard_normal(paths)
            for event in self.events
        }
        if self.log_level_sd > 0:
            normals["level"] = stream(seed, "level", self.name).standard_normal(paths)
        return draw_factors(
            self.events,
            self.log_level_sd,
            first_day=self.first_day,
            days=days,
            normals=normals,
        )

    def _of_special_days(self, days: int, paths: int, seed: int) -> Floats:
        """One draw of the effect a kind and path: kinds come again and are then alike."""
        ahead = [item for item in self.occasions if 0 <= item.day - self.first_day < days]
        if not ahead:
            return np.ones((1, days))
        effects = {effect.kind: effect for effect in self.effects}
        factors = np.ones((paths, days))
        for item in ahead:
            effect = effects[item.kind]
            shape = 1 / effect.cv**2
            draws = stream(seed, "special", self.name, item.kind).gamma(shape, 1 / shape, paths)
            factors[:, item.day - self.first_day] = effect.ratio * draws
        return factors
