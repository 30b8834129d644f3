"""How hard to work, and how a solve ended."""

from __future__ import annotations

from enum import Enum


class Effort(Enum):
    """QUICK: one week, relaxed and rounded, few paths, labelled so. FULL: integers and the search."""

    QUICK = "quick"
    FULL = "full"


class SolveStatus(Enum):
    """How a solve ended; only OPTIMAL and FEASIBLE carry a solution."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    FAILED = "failed"

    @property
    def has_solution(self) -> bool:
        """Whether values may be read."""
        return self in (SolveStatus.OPTIMAL, SolveStatus.FEASIBLE)
