"""Rules that cost money rather than forbid: the same kind of shift through a span of days."""

from __future__ import annotations

import numpy as np

from capacity.scheduling.rostering.parts import ModelParts
from capacity.scheduling.rostering.problem import Ints, StableRule


def add_stable(parts: ModelParts, assign: Ints, rules: tuple[StableRule, ...]) -> None:
    """Each family of shift types beyond the first in a span costs `price`."""
    people = assign.shape[0]
    for rule in rules:
        families = sorted(set(rule.family))
        for first, last in rule.spans:
            used = parts.add_columns(people * len(families), integer=True).reshape(people, -1)
            for number, family in enumerate(families):
                shifts = [s for s, f in enumerate(rule.family) if f == family]
                for day in range(first, last):
                    columns = np.column_stack([assign[:, day][:, shifts], used[:, number]])
                    parts.add_rows(columns, [1.0] * len(shifts) + [-1.0], upper=0.0)
            extra = parts.add_columns(people, cost=np.full(people, rule.price), upper=np.inf)
            columns = np.column_stack([used, extra])
            parts.add_rows(columns, [1.0] * len(families) + [-1.0], upper=1.0)
