"""The naive rotation: a pointer that walks round the team, queue after queue."""

from __future__ import annotations

import numpy as np


def pointer_rotation(heads: np.ndarray, people: int) -> np.ndarray:
    """Queue of each person and slice; the next people in the circle get the work of each slice.

    Exact for one weight and whole heads: every window gives each person the floor or the
    ceiling of its share.
    """
    carry = np.zeros(heads.shape[0])
    queue = np.full((people, heads.shape[1]), -1)
    pointer = 0
    for now in range(heads.shape[1]):
        carry += heads[:, now]
        jobs = np.repeat(np.arange(heads.shape[0]), np.floor(carry + 1e-9).astype(int))[:people]
        for job in jobs:
            queue[pointer % people, now] = job
            carry[job] -= 1
            pointer += 1
    return queue


def weighted_hours(queue: np.ndarray, severity: np.ndarray, slice_hours: float) -> np.ndarray:
    """Severity-weighted hours of each person."""
    weights = np.append(severity, 0.0)[queue]
    return np.asarray(weights.sum(axis=1) * slice_hours)
