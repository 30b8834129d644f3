"""The price of exposure caps in heads and money, by solving again with another cap."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from capacity.domain import ExposureCap, Operation, Staffing
from capacity.scheduling.curves import representative_week
from capacity.scheduling.weekly.sizing import Sized, size_week

STEP_HOURS = 0.5


def price_caps(
    staffing: Staffing, operation: Operation, *, step_hours: float = STEP_HOURS
) -> pd.DataFrame:
    """Heads and money for one step more and one step less of each exposure cap, re-solved.

    Duals of a linear program are local slopes (measured 16 % to 3 times off over half an hour);
    here the representative week is solved again with the changed cap.

    Returns
    -------
    DataFrame
        cap, change_hours, heads (present), heads_change, cost_change_a_year (fully loaded, in the
        operation's currency, for employed heads = present / availability).

    Examples
    --------
    >>> from capacity.queueing import staff
    >>> from capacity.queueing.examples import poisson_demand, two_queue_operation
    >>> operation = two_queue_operation()
    >>> demand = poisson_demand(operation, per_hour={"normal": 60.0, "urgent": 5.0})
    >>> table = price_caps(staff(demand, operation), operation)
    >>> bool((table["heads_change"] * table["change_hours"] <= 1e-6).all())
    True
    """
    base = size_week(representative_week(staffing, operation))
    rows = []
    for name, field in (
        ("daily exposure cap", "hours_per_day"),
        ("weekly exposure cap", "hours_per_week"),
    ):
        for change in (step_hours, -step_hours):
            changed = shift_cap(operation, field, change)
            if changed is None:
                continue
            sized = size_week(representative_week(staffing, changed))
            rows.append(
                {
                    "cap": name,
                    "change_hours": change,
                    "heads": sized.total,
                    "heads_change": sized.total - base.total,
                    "cost_change_a_year": _yearly_cost(sized, operation)
                    - _yearly_cost(base, operation),
                    "uncovered_hours_change": sized.short_hours - base.short_hours,
                }
            )
    columns = [
        "cap",
        "change_hours",
        "heads",
        "heads_change",
        "cost_change_a_year",
        "uncovered_hours_change",
    ]
    return pd.DataFrame(rows, columns=columns)


def shift_cap(operation: Operation, field: str, change: float) -> Operation | None:
    """The operation with a cap moved by some hours everywhere; None if there is no such cap."""

    def moved(cap: ExposureCap) -> ExposureCap:
        value = getattr(cap, field)
        if value is None:
            return cap
        top = 24.0 if field == "hours_per_day" else 168.0
        hours = float(np.clip(value + change, 0.25, top))
        return replace(cap, **{field: hours})  # type: ignore[arg-type]

    pools = tuple(
        replace(pool, exposure=moved(pool.exposure)) if pool.exposure else pool
        for pool in operation.pools
    )
    changed = replace(operation, exposure=moved(operation.exposure), pools=pools)
    return None if changed == operation else changed


def _yearly_cost(sized: Sized, operation: Operation) -> float:
    cost = [
        heads
        / float(pool.shrinkage.availability)
        * pool.cost.annual_loaded
        * operation.rate_of(pool)
        for heads, pool in zip(sized.heads, operation.pools, strict=True)
    ]
    return float(sum(cost))
