"""The least makespan of a few tasks, by trying every assignment."""

from itertools import product


def least_makespan(seconds, workers):
    """The least time at which all tasks can be finished: O(workers ** tasks)."""
    return min(
        max(sum(s for s, w in zip(seconds, chosen, strict=True) if w == k) for k in range(workers))
        for chosen in product(range(workers), repeat=len(seconds))
    )
