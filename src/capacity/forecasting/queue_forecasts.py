"""What the source of paths holds of each queue: its row in the fit and its outlook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from capacity.forecasting.demand_source import QueueForecast
from capacity.forecasting.long_run import Growth
from capacity.forecasting.outlook import Outlook
from capacity.forecasting.queue_history import QueueHistory
from capacity.forecasting.queue_past import QueuePast
from capacity.forecasting.sibling_share import learn_share

LEAST_SHAPE_DAYS = 14  # days of its own from which a young queue has a shape of the day
REACH = 6  # the fit is scored to a sixth of the history; growth goes on beyond it


def forecast_queue(
    row: int, name: str, past: QueuePast, growth: Growth, days: int
) -> QueueForecast:
    """A queue by its own history."""
    history = past.history
    return QueueForecast(
        row=row,
        levels_of=name,
        zone=history.zone,
        first_day=history.first_day,
        shape=history.shape,
        outlook=Outlook(
            name=name,
            first_day=history.first_day,
            events=past.events,
            log_level_sd=past.learnt.log_level_sd,
            occasions=tuple(item for item in past.occasions if item.day >= history.first_day),
            effects=past.effects,
            year=past.year,
            growth=growth,
            reach=len(history.totals) // REACH,
        ),
        factors=np.ones((1, days)),
    )


def forecast_share(
    name: str, pasts: Mapping[str, QueuePast], queues: Mapping[str, QueueForecast]
) -> tuple[QueueForecast, str]:
    """A queue as a share of its sibling: the sibling's paths, a share and counts of its own."""
    past = pasts[name]
    history, like = past.history, past.history.like
    assert like is not None  # noqa: S101 -- only queues that are like another come here
    sibling, model = queues[like.queue], pasts[like.queue]
    own = past.learnt.totals if model.history.first_day == history.first_day else np.zeros(0)
    share = learn_share(like, own, model.learnt.totals)
    outlook = Outlook(
        name=name,
        first_day=sibling.first_day,
        # What hits all queues is in the sibling's paths already.
        events=tuple(event for event in past.events if event.queue == name),
        base=sibling.outlook,
        share=share,
    )
    shaped = len(history.totals) >= LEAST_SHAPE_DAYS or _is_bent(history)
    note = (
        f"{name}: forecast like {like.queue}, {share.mean:.3g} of its cases "
        f"(give or take {100 * share.cv:.0f} %; said {like.share:g}, {share.days} days seen)"
    )
    shape = history.shape if shaped else sibling.shape
    return replace(sibling, zone=history.zone, shape=shape, outlook=outlook), note


def _is_bent(history: QueueHistory) -> bool:
    """Whether the operation gave the queue a profile of the day."""
    return bool(np.ptp(history.shape.profile) > 0)
