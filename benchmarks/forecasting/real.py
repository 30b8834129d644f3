"""Real counts: New York ambulance calls by the hour, and moderation decisions by the day."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from capacity.forecasting import forecast_panel

from .table import Row

WEEK = 168
NYC_FIRST, NYC_ORIGINS = "2019-01-01", 52
DSA_FIRST, DSA_ORIGINS, DSA_DAYS = 365, 42, 28


def run_nyc(folder: Path) -> list[Row]:
    calls = pd.read_csv(folder / "nyc_ems_hourly_2010_2019.csv.gz", parse_dates=["ds"]).set_index(
        "ds"
    )
    last = calls.index[-1].normalize() + pd.Timedelta(hours=23)
    calls = calls.reindex(pd.date_range(calls.index[0], last, freq="h"))
    values, names = calls.to_numpy(float).T, list(calls.columns)
    start = int(calls.index.get_loc(pd.Timestamp(NYC_FIRST)))
    rivals = ("seasonal naive", "4-week average", "8-week average")
    errors = {name: np.zeros(len(names)) for name in ("ours", *rivals)}
    total = np.zeros(len(names))
    for week in range(NYC_ORIGINS):
        origin = start + week * WEEK
        history, actual = values[:, :origin], values[:, origin : origin + WEEK]
        if actual.shape[1] < WEEK:
            break
        ours = forecast_panel(list(history), seasons=(24, WEEK), horizon=WEEK, counts=True).point
        points = {
            "ours": ours,
            **{name: _slots(history, weeks) for name, weeks in zip(rivals, (1, 4, 8), strict=True)},
        }
        for name, point in points.items():
            errors[name] += np.nansum(np.abs(actual - point), axis=1)
        total += np.nansum(actual, axis=1)
    wape = {name: 100 * value / total for name, value in errors.items()}
    rows = []
    for place, name in enumerate(names):
        best = min(rivals, key=lambda rival: wape[rival][place])
        ratio = wape["ours"][place] / wape[best][place]
        title = "city" if name == "y" else name
        rows.append(
            Row(
                claim=f"NYC {title}, 168 h ahead, 52 weekly origins of 2019, pooled WAPE over best rival",
                must="<= 1.01 x",
                aim="city 7.9 %" if name == "y" else "",
                measured=f"{wape['ours'][place]:.2f} %, {ratio:.3f} x {best} ({wape[best][place]:.2f} %)",
                met=bool(ratio <= 1.01),
            )
        )
    return rows


def _slots(history: np.ndarray, weeks: int) -> np.ndarray:
    """Same-slot mean of the last weeks; an hour that the clock skipped is left out."""
    window = history[:, -weeks * WEEK :].reshape(len(history), weeks, WEEK)
    seen = np.isfinite(window)
    mean = np.where(seen, window, 0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    before = history[:, -2 * WEEK : -WEEK]
    return np.where(seen.any(axis=1), mean, before)


def run_dsa(folder: Path) -> list[Row]:
    values = pd.read_csv(folder / "dsa_sor_daily_total.csv")["y"].to_numpy(float)
    scores: dict[str, list[float]] = {}
    for place in range(DSA_ORIGINS):
        origin = DSA_FIRST + 7 * place
        history, actual = values[:origin], values[origin : origin + DSA_DAYS]
        ours = forecast_panel([history], seasons=(7,), horizon=DSA_DAYS, counts=True).point[0]
        for name, point in {"ours": ours, **_rivals(history)}.items():
            error = float(np.abs(actual - point).sum() / actual.sum())
            scores.setdefault(name, []).append(error)
    means = {name: 100 * float(np.mean(values)) for name, values in scores.items()}
    best = min((name for name in means if name != "ours"), key=lambda name: means[name])
    ratio = means["ours"] / means[best]
    return [
        Row(
            claim="DSA, 42 weekly origins from day 365, days 1-28, mean WAPE over best rival",
            must="<= .97 x",
            aim="<= .90 x",
            measured=f"{means['ours']:.1f} %, {ratio:.3f} x {best} ({means[best]:.1f} %)",
            met=ratio <= 0.97,
        ),
        Row(
            claim="DSA with announced events",
            must="<= .90 x",
            aim="<= .75 x",
            measured="not claimed: no event with a public announcement and a prior fixed beforehand is on file",
            met=None,
        ),
    ]


def _rivals(history: np.ndarray) -> dict[str, np.ndarray]:
    def average(weeks: int) -> np.ndarray:
        return np.tile(history[-7 * weeks :].reshape(weeks, 7).mean(axis=0), DSA_DAYS // 7)

    median = np.tile(np.median(history[-28:].reshape(4, 7), axis=0), DSA_DAYS // 7)
    return {
        "1-week average": average(1),
        "4-week average": average(4),
        "8-week average": average(8),
        "median of 4 weeks": median,
    }
