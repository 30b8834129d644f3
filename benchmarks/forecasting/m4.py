"""M4 Hourly and Weekly on validation windows inside the training part (and the test part, if given)."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from capacity.forecasting import forecast_panel

from .table import Row


@dataclass(frozen=True, kw_only=True)
class Set:
    name: str
    seasons: tuple[int, ...]
    scaling: int
    horizon: int
    backs: tuple[int, ...]
    musts: tuple[str, str, str]
    aims: tuple[str, str, str]
    limits: tuple[float, float, float, float]


HOURLY = Set(
    name="hourly", seasons=(24, 168), scaling=24, horizon=48, backs=(0, 24, 48, 72, 96),
    musts=(".410", ".94-.96", "6.139"), aims=(".385", ".945-.955", "5.6"),
    limits=(0.410, 0.94, 0.96, 6.139),
)  # fmt: skip
WEEKLY = Set(
    name="weekly", seasons=(52,), scaling=1, horizon=13, backs=(0, 13, 26, 39),
    musts=(".739", ".93-.97", "16.2"), aims=(".69", ".94-.96", "14.5"),
    limits=(0.739, 0.93, 0.97, 16.2),
)  # fmt: skip


def read_series(path: Path) -> list[np.ndarray]:
    with gzip.open(path, "rt") as lines:
        rows = csv.reader(lines)
        next(rows)
        return [np.asarray([float(x) for x in row[1:] if x not in ("", "NA")]) for row in rows]


def naive2(series: np.ndarray, season: int, horizon: int) -> np.ndarray:
    """The competition's benchmark: naive on multiplicatively deseasonalised values."""
    ahead = np.arange(horizon)
    if season == 1 or not _is_seasonal(series, season):
        return np.full(horizon, series[-1])
    kernel = np.concatenate([[0.5], np.ones(season - 1), [0.5]]) / season
    trend = np.convolve(series, kernel, "valid")
    offset = (len(kernel) - 1) // 2
    ratio = series[offset : offset + len(trend)] / trend
    place = (np.arange(len(trend)) + offset) % season
    index = np.asarray([ratio[place == slot].mean() for slot in range(season)])
    index /= index.mean()
    last = (len(series) - 1) % season
    return series[-1] / index[last] * index[(len(series) + ahead) % season]


def _is_seasonal(series: np.ndarray, season: int) -> bool:
    centred = series - series.mean()
    energy = (centred**2).sum()
    if len(series) < 3 * season or energy == 0:
        return False
    lags = [(centred[k:] * centred[:-k]).sum() / energy for k in range(1, season + 1)]
    limit = 1.645 * np.sqrt((1 + 2 * np.square(lags[:-1]).sum()) / len(series))
    return bool(abs(lags[-1]) > limit)


@dataclass(frozen=True, kw_only=True)
class Scores:
    owa: float
    naive_owa: float
    coverage: float
    msis: float
    naive_msis: float  # of the (seasonal) naive interval: how hard the window is
    inside: np.ndarray  # whether each horizon total lies in its nominal 90 % interval


def score(train: list[np.ndarray], test: np.ndarray, which: Set) -> Scores:
    """OWA, 95 % coverage, MSIS and the coverage of the horizon's sum."""
    forecast = forecast_panel(
        train, seasons=which.seasons, horizon=which.horizon, paths=1000, seed=1
    )
    m = which.scaling
    scale = np.asarray([max(np.abs(x[m:] - x[:-m]).mean(), 1e-9) for x in train])[:, None]
    rivals = np.stack([naive2(x, m, which.horizon) for x in train])
    seasonal = np.stack([x[-m:][np.arange(which.horizon) % m] for x in train])
    low, high = np.quantile(forecast.paths, [0.025, 0.975], axis=1)
    cycle = np.sqrt(1 + np.arange(which.horizon) // m)
    step = np.stack([1.96 * np.sqrt(np.mean((x[m:] - x[:-m]) ** 2)) * cycle for x in train])
    total_low, total_high = np.quantile(forecast.paths.sum(axis=2), [0.05, 0.95], axis=1)
    total = test.sum(axis=1)
    return Scores(
        owa=_owa(forecast.point, rivals, test, scale),
        naive_owa=_owa(seasonal, rivals, test, scale),
        coverage=float(((test >= low) & (test <= high)).mean()),
        msis=float((_interval_score(low, high, test) / scale).mean()),
        naive_msis=float((_interval_score(seasonal - step, seasonal + step, test) / scale).mean()),
        inside=(total >= total_low) & (total <= total_high),
    )


def _interval_score(low: np.ndarray, high: np.ndarray, test: np.ndarray) -> np.ndarray:
    return high - low + 40 * (np.maximum(low - test, 0) + np.maximum(test - high, 0))


def _owa(point: np.ndarray, rivals: np.ndarray, test: np.ndarray, scale: np.ndarray) -> float:
    def smape(f: np.ndarray) -> float:
        return float((200 * np.abs(f - test) / (np.abs(f) + np.abs(test) + 1e-12)).mean())

    def mase(f: np.ndarray) -> float:
        return float((np.abs(f - test) / scale).mean())

    return (smape(point) / smape(rivals) + mase(point) / mase(rivals)) / 2


def run(folder: Path, which: Set) -> list[Row]:
    series = read_series(folder / f"m4_{which.name}_train.csv.gz")
    rows, sums = [], []
    for back in which.backs:
        used = [x for x in series if len(x) - which.horizon - back >= 60]
        cuts = [len(x) - back for x in used]
        train = [x[: cut - which.horizon] for x, cut in zip(used, cuts, strict=True)]
        test = np.stack([x[cut - which.horizon : cut] for x, cut in zip(used, cuts, strict=True)])
        scores = score(train, test, which)
        sums.append(scores.inside)
        where = f"validation, ending {back} before the end of the training part, {len(used)} series"
        rows.append(_row(f"M4 {which.name}, {where}", scores, which, judged=back == 0))
    rows += _test_part(folder, series, which)
    if which is HOURLY:
        rows.append(_sums(np.concatenate(sums)))
    return rows


def _test_part(folder: Path, series: list[np.ndarray], which: Set) -> list[Row]:
    path = folder / f"m4_{which.name}_test.csv.gz"
    if not path.exists():
        return []
    test = np.stack(read_series(path))
    return [_row(f"M4 {which.name}, test part", score(series, test, which), which, judged=True)]


def _row(claim: str, scores: Scores, which: Set, *, judged: bool) -> Row:
    owa, low, high, msis = which.limits
    met = scores.owa <= owa and low <= scores.coverage <= high and scores.msis <= msis
    return Row(
        claim=f"{claim}: OWA / 95 % coverage / MSIS",
        must=" / ".join(which.musts),
        aim=" / ".join(which.aims),
        measured=f"{scores.owa:.3f} / {scores.coverage:.3f} / {scores.msis:.2f} "
        f"(seasonal naive OWA {scores.naive_owa:.3f}, MSIS {scores.naive_msis:.1f})",
        met=met if judged else None,
    )


def _sums(inside: np.ndarray) -> Row:
    share = float(inside.mean())
    return Row(
        claim=f"nominal 90 % interval of the 48-hour SUM covers, M4 Hourly, {len(inside):,} rolling sums",
        must="88-92 %",
        aim="89-91 %",
        measured=f"{100 * share:.1f} %",
        met=0.88 <= share <= 0.92,
    )
