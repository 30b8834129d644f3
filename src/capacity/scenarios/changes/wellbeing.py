"""Changes of the exposure caps."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from capacity.domain import exposure as domain
from capacity.domain.operation import Operation
from capacity.domain.pool import Pool
from capacity.errors import DataError
from capacity.scenarios.changes.picking import change_pools, whom


@dataclass(frozen=True)
class ExposureCap:
    """Limits of the exposure cap change, for one pool or (None) for every pool.

    What is not given stays. A tighter or looser day leaves the weekly limit as it is: give
    both where both should move. `queues` names the queues whose exposure counts towards the cap.

    Examples
    --------
    >>> str(ExposureCap(hours_per_day=3))
    'exposure cap of all pools: hours_per_day 3'
    >>> str(ExposureCap(hours_per_day=2, queues=("hash_match",)))
    'exposure cap of all pools on hash_match: hours_per_day 2'
    """

    pool: str | None = None
    hours_per_day: float | None = None
    hours_per_week: float | None = None
    minutes_in_row: int | None = None
    break_minutes: int | None = None
    latest_local_minute: int | None = None
    max_consecutive_days: int | None = None
    queues: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.queues is not None:
            object.__setattr__(self, "queues", tuple(self.queues))
        if not self._given():
            names = ", ".join(item.name for item in fields(self) if item.name != "pool")
            raise DataError(f"change of the exposure cap: give at least one of {names}.")

    def _given(self) -> dict[str, Any]:
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {k: v for k, v in values.items() if v is not None and k != "pool"}

    def __call__(self, operation: Operation) -> Operation:
        """The operation with the new caps."""

        def on_pool(pool: Pool) -> Pool:
            if self.pool is None and pool.exposure is None:
                return pool
            return replace(pool, exposure=self._on(operation.cap_of(pool)))

        changed = change_pools(operation, self.pool, on_pool)
        if self.pool is None:
            changed = replace(changed, exposure=self._on(operation.exposure))
        return changed

    def _on(self, cap: domain.ExposureCap) -> domain.ExposureCap:
        values = {item.name: getattr(cap, item.name) for item in fields(cap)} | self._given()
        values["source"] = f"scenario, on top of: {cap.source}"
        return domain.ExposureCap(**values)

    def __str__(self) -> str:
        limits = {name: value for name, value in self._given().items() if name != "queues"}
        parts = ", ".join(f"{name} {value:g}" for name, value in limits.items())
        on = (
            "" if self.queues is None else f" on {', '.join(self.queues) or 'every exposing queue'}"
        )
        return f"exposure cap of {whom(self.pool, 'pools')}{on}: {parts or 'limits as they are'}"
