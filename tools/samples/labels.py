"""Labels of cases: outcome, market, language, severity, channel."""

from __future__ import annotations

import numpy as np

from tools.samples.facts import URGENT_SHARE
from tools.samples.settings import LANGUAGE, SOURCES, probabilities

TIERS = ("tier_1", "tier_2", "tier_3")


def outcomes(queue: np.ndarray, passed_on: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """The decision of each case; the share upheld as urgent among all cases is the published one."""
    violating = np.asarray([source.violating for source in SOURCES])[queue]
    found = np.where(draw.random(len(queue)) < violating, "reported", "no_violation").astype("<U15")
    names = np.asarray([source.queue for source in SOURCES])[queue]
    found[names == "appeal"] = "decided"
    found[names == "qa"] = "checked"
    flagged = passed_on | (names == "urgent_escalation")
    upheld = draw.random(len(queue)) < URGENT_SHARE * len(queue) / max(flagged.sum(), 1)
    found[flagged] = np.where(upheld, "reported_urgent", "reported")[flagged]
    return found


def mixes(
    queue: np.ndarray, draw: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Market, severity tier and channel of each case, by the shares of its source."""
    market, severity, channel = (np.full(len(queue), "", dtype="<U16") for _ in range(3))
    for number, source in enumerate(SOURCES):
        rows = np.flatnonzero(queue == number)
        market[rows] = draw.choice(
            list(source.markets), p=probabilities(source.markets), size=len(rows)
        )
        severity[rows] = draw.choice(TIERS, p=source.severities, size=len(rows))
        channel[rows] = draw.choice(
            list(source.channels), p=probabilities(source.channels), size=len(rows)
        )
    return market, severity, channel


def languages(market: np.ndarray) -> np.ndarray:
    """The main language of each market (an assumption that keeps the sample small)."""
    codes, inverse = np.unique(market, return_inverse=True)
    return np.asarray([LANGUAGE[code] for code in codes])[inverse]
