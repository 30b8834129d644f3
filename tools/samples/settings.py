"""What the synthetic operation looks like: levels, growth, seasons and mixes by queue.

Levels, growth and seasons are assumptions; the calibrated figures are in facts.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.samples.facts import US_SHARE

START = pd.Timestamp("2024-08-01", tz="UTC")
END = pd.Timestamp("2026-02-02", tz="UTC")
LOG_WEEKS = 8
LOG_START = END - pd.Timedelta(weeks=LOG_WEEKS)

EVENING = (0.55, 0.42, 0.33, 0.27, 0.25, 0.28, 0.42, 0.65, 0.85, 0.98, 1.05, 1.12,
           1.18, 1.18, 1.16, 1.20, 1.30, 1.38, 1.42, 1.48, 1.52, 1.45, 1.22, 0.86)  # fmt: skip
OFFICE = (0.10, 0.08, 0.06, 0.06, 0.08, 0.15, 0.40, 0.90, 1.70, 2.20, 2.30, 2.10,
          1.80, 2.00, 2.10, 1.90, 1.50, 1.00, 0.70, 0.55, 0.45, 0.35, 0.25, 0.15)  # fmt: skip
FLAT = (0.92, 0.88, 0.85, 0.84, 0.85, 0.88, 0.92, 0.97, 1.00, 1.03, 1.05, 1.06,
        1.07, 1.08, 1.08, 1.08, 1.08, 1.08, 1.07, 1.06, 1.05, 1.03, 1.00, 0.96)  # fmt: skip
LEISURE_WEEK = (0.97, 0.95, 0.95, 0.96, 1.00, 1.08, 1.09)
WORK_WEEK = (1.30, 1.30, 1.25, 1.22, 1.15, 0.40, 0.38)
EVEN_WEEK = (1.01, 1.01, 1.00, 1.00, 1.00, 0.99, 0.99)


@dataclass(frozen=True, kw_only=True)
class Source:
    """How the cases of one queue arrive. `weekly` is the level at the end of the history."""

    queue: str
    weekly: float
    yearly_growth: float
    day: tuple[float, ...]
    week: tuple[float, ...]
    holiday: float
    channels: dict[str, float]
    markets: dict[str, float]
    severities: tuple[float, float, float]
    violating: float
    automation_before: float = 0.0
    hour_shape: float = 25.0


EARTH = {
    "US": US_SHARE,
    "PH": 0.14,
    "BR": 0.12,
    "ES": 0.09,
    "GB": 0.08,
    "FR": 0.08,
    "DE": 0.07,
    "ROW": 0.36,
}
HOME = {"US": 0.48, "GB": 0.14, "ES": 0.09, "BR": 0.08, "FR": 0.06, "PH": 0.05, "ROW": 0.10}
EUROPE = {"GB": 0.28, "DE": 0.20, "FR": 0.20, "ES": 0.16, "ROW": 0.16}
GERMAN = {"DE": 0.82, "AT": 0.10, "CH": 0.08}
LANGUAGE = {
    "US": "en",
    "GB": "en",
    "PH": "tl",
    "BR": "pt",
    "ES": "es",
    "FR": "fr",
    "DE": "de",
    "AT": "de",
    "CH": "de",
    "ROW": "und",
}

SOURCES = (
    Source(queue="urgent_escalation", weekly=24, yearly_growth=0.15, day=EVENING, week=EVEN_WEEK, holiday=1.0,
           channels={"law_enforcement": 0.6, "hotline": 0.4}, markets=HOME, severities=(0.9, 0.1, 0.0), violating=0.75),
    Source(queue="trusted_flagger", weekly=430, yearly_growth=0.15, day=OFFICE, week=WORK_WEEK, holiday=0.45,
           channels={"trusted_flagger": 0.55, "hotline": 0.45}, markets=EUROPE, severities=(0.35, 0.4, 0.25), violating=0.72),
    Source(queue="enticement_text", weekly=1_440, yearly_growth=0.60, day=EVENING, week=LEISURE_WEEK, holiday=1.10,
           channels={"classifier": 0.6, "report_form": 0.4}, markets=HOME, severities=(0.2, 0.45, 0.35), violating=0.38,
           automation_before=0.02),
    Source(queue="classifier_hit", weekly=7_700, yearly_growth=0.18, day=FLAT, week=LEISURE_WEEK, holiday=1.03,
           channels={"classifier": 1.0}, markets=EARTH, severities=(0.15, 0.4, 0.45), violating=0.44,
           automation_before=0.34),
    Source(queue="user_report", weekly=5_900, yearly_growth=0.12, day=EVENING, week=LEISURE_WEEK, holiday=0.88,
           channels={"report_form": 1.0}, markets=HOME, severities=(0.05, 0.25, 0.7), violating=0.21,
           automation_before=0.24),
    Source(queue="user_report_de", weekly=560, yearly_growth=0.10, day=EVENING, week=LEISURE_WEEK, holiday=0.88,
           channels={"report_form": 1.0}, markets=GERMAN, severities=(0.05, 0.25, 0.7), violating=0.21,
           automation_before=0.24),
    Source(queue="hash_match", weekly=8_600, yearly_growth=0.04, day=FLAT, week=EVEN_WEEK, holiday=1.0,
           channels={"hash": 1.0}, markets=EARTH, severities=(0.3, 0.45, 0.25), violating=0.93,
           automation_before=0.69, hour_shape=12.0),
    Source(queue="appeal", weekly=760, yearly_growth=0.10, day=EVENING, week=EVEN_WEEK, holiday=0.85,
           channels={"appeal_form": 1.0}, markets=HOME, severities=(0.05, 0.3, 0.65), violating=0.54),
    Source(queue="qa", weekly=75, yearly_growth=0.0, day=OFFICE, week=(1.4, 1.4, 1.4, 1.4, 1.4, 0.0, 0.0), holiday=0.0,
           channels={"calibration": 1.0}, markets=HOME, severities=(0.2, 0.4, 0.4), violating=0.5),
)  # fmt: skip


def probabilities(weights: dict[str, float]) -> np.ndarray:
    """Weights as probabilities."""
    values = np.asarray(list(weights.values()), dtype=float)
    return np.asarray(values / values.sum())
