"""Made series: sparse queues with known truth, speed, and odd inputs."""

from __future__ import annotations

import time

import numpy as np

from capacity.forecasting import forecast_panel

from .table import Row


def sparse_queues(
    seed: int, *, queues: int = 691, days: int = 1400, ahead: int = 84
) -> tuple[np.ndarray, np.ndarray]:
    """Means log-uniform from .02 to 3 a day, variance/mean 1.0-1.6, weekly shape +-15 %."""
    generator = np.random.default_rng(seed)
    mean = np.exp(generator.uniform(np.log(0.02), np.log(3), queues))
    dispersion = generator.uniform(1.0, 1.6, queues)[:, None]
    shape = 1 + 0.15 * generator.uniform(-1, 1, (queues, 7))
    shape /= shape.mean(axis=1, keepdims=True)
    rate = mean[:, None] * np.tile(shape, (1, (days + ahead) // 7 + 1))[:, : days + ahead]
    excess = np.maximum(dispersion - 1, 1e-9)
    return mean, generator.poisson(generator.gamma(rate / excess) * excess).astype(float)


def run_sparse(seed: int = 1, days: int = 1400, ahead: int = 84) -> list[Row]:
    mean, counts = sparse_queues(seed, days=days, ahead=ahead)
    started = time.perf_counter()
    paths = forecast_panel(
        list(counts[:, :days]), seasons=(7,), horizon=ahead, paths=500, counts=True, seed=seed
    ).paths
    seconds = time.perf_counter() - started
    actual = counts[:, days:][:, None, :]
    below, equal = (paths < actual).mean(axis=1), (paths == actual).mean(axis=1)
    pit = below + np.random.default_rng(seed + 1).random(below.shape) * equal
    low, high = float((pit < 0.05).mean()), float((pit > 0.95).mean())
    decile = np.argsort(np.argsort(mean)) * 10 // len(mean)
    by_decile = [
        float(share)
        for d in range(10)
        for share in ((pit[decile == d] < 0.05).mean(), (pit[decile == d] > 0.95).mean())
    ]
    return [
        Row(
            claim="randomised PIT 5 % tails, sparse generator, 691 queues x 1,400 days, 84 days ahead",
            must=".045-.055",
            aim="also by volume decile",
            measured=f"{low:.4f} / {high:.4f}; deciles {min(by_decile):.3f} to {max(by_decile):.3f}",
            met=0.045 <= low <= 0.055 and 0.045 <= high <= 0.055,
        ),
        Row(
            claim="691 daily series of 1,400 days, 84 days, 500 paths",
            must="10 s",
            aim="2 s",
            measured=f"{seconds:.1f} s",
            met=seconds <= 10,
        ),
    ]


def run_speed() -> list[Row]:
    generator = np.random.default_rng(3)
    hour = np.arange(1000)
    shape = 1 + 0.5 * np.sin(2 * np.pi * hour / 24) + 0.2 * np.sin(2 * np.pi * hour / 168)
    level = np.exp(generator.normal(4, 1, (1000, 1)))
    history = list(generator.poisson(level * shape).astype(float))
    started = time.perf_counter()
    forecast_panel(history, seasons=(24, 168), horizon=48, paths=1000)
    seconds = time.perf_counter() - started
    return [
        Row(
            claim="1,000 hourly series of 1,000 points, 1,000 paths of 48 h each, fit and draw",
            must="15 s",
            aim="5 s",
            measured=f"{seconds:.1f} s",
            met=seconds <= 15,
        )
    ]


def run_odd() -> list[Row]:
    """Inputs that break others: no nan, no negative, no crash."""
    odd = [
        np.full(60, 5.0), np.zeros(60), np.asarray([3.0]), np.asarray([]), np.full(30, np.nan),
        np.append(np.full(60, 5.0), [1e6, 5.0]), np.where(np.arange(90) % 4 == 0, np.nan, 6.0),
        np.tile([4.0, 5, 6, 5, 4, 2, 1], 2),
    ]  # fmt: skip
    good = True
    for counts in (False, True):
        for seasons in ((), (7,), (24, 168)):
            result = forecast_panel(odd, seasons=seasons, horizon=30, paths=50, counts=counts)
            good &= bool(np.isfinite(result.paths).all() and (result.paths >= 0).all())
    return [
        Row(
            claim="constants, zeros, one observation, nothing, a million-case spike, gaps, mixed lengths",
            must="no nan, no negative, no crash",
            aim="",
            measured="none" if good else "FOUND",
            met=good,
        )
    ]
