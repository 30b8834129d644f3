"""A queue without a past of its own as a share of a sibling: what was said, and what was seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.domain.queue import Sibling
from capacity.forecasting.panel import Floats

LEAST_CV = 0.05  # convention: no plan knows the share of a queue that starts to better than 5 %
DAY_CV = 0.3  # convention: shares of single days vary by so much beyond counting


@dataclass(frozen=True, kw_only=True)
class Share:
    """Gamma share of the sibling's cases: its mean, relative sd, and the days behind it."""

    mean: float
    cv: float
    days: int

    def draw(self, paths: int, generator: np.random.Generator) -> Floats:
        """One share a path."""
        shape = 1 / self.cv**2
        return np.asarray(generator.gamma(shape, self.mean / shape, paths))


def learn_share(like: Sibling, own: Floats, sibling: Floats) -> Share:
    """The share as it was said, moved by the days on which both queues were seen.

    With shape a = (share / share_sd)^2 of the gamma prior and n effective cases where the
    sibling had E, the posterior has shape a + n and rate a / share + E. Days vary beyond
    counting, so that each counts for at most 1 / .3^2 cases.

    Parameters
    ----------
    own, sibling : arrays (days,)
        Day totals that end on the same day; the lengths may differ; nan = missing.

    Examples
    --------
    >>> said = Sibling(queue="a", share=0.4, share_sd=0.2)
    >>> learn_share(said, np.zeros(0), np.full(90, 100.0)).mean
    0.4
    >>> round(learn_share(said, np.full(14, 20.0), np.full(90, 100.0)).mean, 2)
    0.21
    """
    shape = 1 / max(like.share_sd / like.share, LEAST_CV) ** 2
    days = min(len(own), len(sibling))
    seen, base = own[len(own) - days :], sibling[len(sibling) - days :]
    known = np.isfinite(seen) & np.isfinite(base) & (base > 0)
    weight = 1 / (1 + DAY_CV**2 * like.share * base[known])
    cases, exposure = float((seen[known] * weight).sum()), float((base[known] * weight).sum())
    return Share(
        mean=(shape + cases) / (shape / like.share + exposure),
        cv=float(1 / np.sqrt(shape + cases)),
        days=int(known.sum()),
    )
